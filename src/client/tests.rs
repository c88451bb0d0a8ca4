use std::sync::Mutex;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

fn client(dev_hosts: &[(&str, SocketAddr)]) -> Client {
    let dev_hosts = dev_hosts.iter().map(|(name, address)| ((*name).to_owned(), *address)).collect();
    Client::new(ClientSettings {
        off: false,
        insecure: true,
        dev_hosts,
        user_agent: "Rookery test".into(),
        per_host: 4,
    })
    .unwrap()
}

fn secure_client() -> Client {
    let settings = ClientSettings {
        off: false,
        insecure: false,
        dev_hosts: HashMap::new(),
        user_agent: "Rookery test".into(),
        per_host: 4,
    };
    Client::new(settings).unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

async fn answering(server: &MockServer, verb: &str, at: &str, answer: ResponseTemplate) {
    Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(server).await;
}

fn redirect(status: u16, to: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("location", to)
}

/// A server that answers its one connection with these bytes and then keeps it open.
async fn raw_server(answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4_096];
        while stream.read(&mut request).await.unwrap() > 0 {
            if stream.write_all(&answer).await.is_err() {
                break;
            }
        }
    });
    address
}

#[tokio::test]
async fn an_instance_that_does_not_federate_asks_nobody() {
    let server = MockServer::start().await;
    let settings = ClientSettings {
        off: true,
        insecure: true,
        dev_hosts: HashMap::from([("a.test".to_owned(), *server.address())]),
        user_agent: "Rookery test".into(),
        per_host: 4,
    };
    let (client, url) = (Client::new(settings).unwrap(), url("http://a.test/doc"));
    for result in [client.get(Request::new(&url)).await, client.post(Request::new(&url)).await] {
        assert!(matches!(result, Err(ClientError::Refused(Refusal::Off))), "{result:?}");
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_dev_host_leads_to_its_address_and_keeps_its_name() {
    let server = MockServer::start().await;
    answering(&server, "GET", "/x", ResponseTemplate::new(200).set_body_string("hello")).await;
    let client = client(&[("a.test", *server.address())]);
    let url = url("http://a.test/x#part");
    let response = client.get(Request::new(&url)).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (StatusCode::OK, &b"hello"[..]));
    assert_eq!(response.final_url.as_str(), "http://a.test/x");
    let seen = server.received_requests().await.unwrap();
    assert_eq!(seen[0].headers["host"], "a.test");
}

#[tokio::test]
async fn nothing_is_sent_that_was_not_asked_for() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).insert_header("set-cookie", "id=1");
    answering(&server, "GET", "/", answer).await;
    let client = client(&[("a.test", *server.address())]);
    for _ in 0..2 {
        client.get(Request::new(&url("http://a.test/"))).await.unwrap();
    }
    let seen = server.received_requests().await.unwrap();
    let mut names: Vec<&str> = seen[1].headers.keys().map(header::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "host", "user-agent"]);
}

#[tokio::test]
async fn every_hop_of_a_redirect_is_signed_for_its_own_url() {
    let server = MockServer::start().await;
    answering(&server, "GET", "/1", redirect(302, "/2")).await;
    answering(&server, "GET", "/2", redirect(308, "http://b.test/3")).await;
    answering(&server, "GET", "/3", ResponseTemplate::new(200)).await;
    let client = client(&[("a.test", *server.address()), ("b.test", *server.address())]);
    let signed = Mutex::new(Vec::new());
    let sign = |method: &Method, url: &Url| -> Signing<'_> {
        signed.lock().unwrap().push(format!("{method} {url}"));
        let mut headers = HeaderMap::new();
        headers.insert("signature", url.path().parse().unwrap());
        Box::pin(std::future::ready(Ok(headers)))
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, "Bearer secret".parse().unwrap());
    let start = url("http://a.test/1");
    let response = client.get(Request::new(&start).headers(headers).sign(&sign)).await.unwrap();
    assert_eq!(response.final_url.as_str(), "http://b.test/3");
    assert_eq!(
        signed.into_inner().unwrap(),
        ["GET http://a.test/1", "GET http://a.test/2", "GET http://b.test/3"]
    );
    let seen = server.received_requests().await.unwrap();
    let signatures: Vec<&str> = seen.iter().map(|one| one.headers["signature"].to_str().unwrap()).collect();
    assert_eq!(signatures, ["/1", "/2", "/3"]);
    let with_secret: Vec<bool> = seen.iter().map(|one| one.headers.contains_key("authorization")).collect();
    assert_eq!(with_secret, [true, true, false]);
}

#[tokio::test]
async fn a_chain_of_redirects_ends_after_three() {
    let server = MockServer::start().await;
    answering(&server, "GET", "/loop", redirect(301, "/loop")).await;
    let client = client(&[("a.test", *server.address())]);
    let result = client.get(Request::new(&url("http://a.test/loop"))).await;
    assert!(matches!(result, Err(ClientError::Refused(Refusal::TooManyRedirects))));
    assert_eq!(server.received_requests().await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_redirect_to_something_forbidden_is_refused() {
    let server = MockServer::start().await;
    answering(&server, "GET", "/1", redirect(302, "http://user@b.test/")).await;
    answering(&server, "GET", "/2", redirect(302, "file:///etc/passwd")).await;
    let client = client(&[("a.test", *server.address())]);
    let first = client.get(Request::new(&url("http://a.test/1"))).await;
    assert!(matches!(first, Err(ClientError::Refused(Refusal::Userinfo))));
    let second = client.get(Request::new(&url("http://a.test/2"))).await;
    assert!(matches!(second, Err(ClientError::Refused(Refusal::Scheme))));
}

#[tokio::test]
async fn a_post_follows_307_once_with_its_body_and_no_other_redirect() {
    let server = MockServer::start().await;
    answering(&server, "POST", "/moved", redirect(307, "/inbox")).await;
    answering(&server, "POST", "/twice", redirect(308, "/moved")).await;
    answering(&server, "POST", "/found", redirect(302, "/inbox")).await;
    answering(&server, "POST", "/inbox", ResponseTemplate::new(202)).await;
    let client = client(&[("a.test", *server.address())]);
    let post = async |at: &str| {
        let url = url(at);
        client.post(Request::new(&url).body(Bytes::from_static(b"{}"))).await
    };
    assert_eq!(post("http://a.test/moved").await.unwrap().status, StatusCode::ACCEPTED);
    assert_eq!(server.received_requests().await.unwrap()[1].body, b"{}");
    assert_eq!(post("http://a.test/found").await.unwrap().status, StatusCode::FOUND);
    assert!(matches!(
        post("http://a.test/twice").await,
        Err(ClientError::Refused(Refusal::TooManyRedirects))
    ));
}

#[tokio::test]
async fn a_longer_body_than_allowed_is_refused() {
    let server = MockServer::start().await;
    answering(&server, "GET", "/", ResponseTemplate::new(200).set_body_string("x".repeat(101))).await;
    let client = client(&[("a.test", *server.address())]);
    let url = url("http://a.test/");
    let limits = Limits { body_bytes: 100, ..Limits::JSON };
    let result = client.get(Request::new(&url).limits(limits)).await;
    assert!(matches!(result, Err(ClientError::TooLarge { limit: 100 })));
    let limits = Limits { body_bytes: 101, ..Limits::JSON };
    assert_eq!(client.get(Request::new(&url).limits(limits)).await.unwrap().body.len(), 101);
}

#[tokio::test]
async fn a_body_of_unknown_length_is_refused_while_it_streams() {
    let mut answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..8 {
        answer.extend_from_slice(b"20\r\n0123456789abcdef0123456789abcdef\r\n");
    }
    let address = raw_server(answer).await;
    let client = client(&[("a.test", address)]);
    let limits = Limits { body_bytes: 100, ..Limits::JSON };
    let result = client.get(Request::new(&url("http://a.test/")).limits(limits)).await;
    assert!(matches!(result, Err(ClientError::TooLarge { limit: 100 })));
}

/// Whether an answer is a page.
fn is_page(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/html")
}

#[tokio::test]
async fn of_a_long_page_only_the_beginning_is_read_and_of_anything_else_nothing() {
    // Neither of them ever ends.
    let endless = |kind: &str| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: 99999999\r\n\r\n");
        [head.as_bytes(), &[b'x'; 150]].concat()
    };
    let limits = Limits { body_bytes: 100, ..Limits::JSON };
    for (kind, read) in [("text/html", 100), ("video/mp4", 0)] {
        let client = client(&[("a.test", raw_server(endless(kind)).await)]);
        let at = url("http://a.test/");
        let response = client.get(Request::new(&at).limits(limits).beginning_if(is_page)).await.unwrap();
        assert_eq!((response.status, response.body.len()), (StatusCode::OK, read), "{kind}");
    }
    let server = MockServer::start().await;
    let short = ResponseTemplate::new(200).set_body_raw("short", "text/html");
    answering(&server, "GET", "/", short).await;
    let client = client(&[("a.test", *server.address())]);
    let at = url("http://a.test/");
    let response = client.get(Request::new(&at).limits(limits).beginning_if(is_page)).await.unwrap();
    assert_eq!(&response.body[..], b"short");
}

#[tokio::test]
async fn a_given_answer_to_a_post_counts_even_when_its_body_never_ends() {
    let address = raw_server(b"HTTP/1.1 202 Accepted\r\ncontent-length: 9\r\n\r\nok".to_vec()).await;
    let client = client(&[("a.test", address)]);
    let response = client.post(Request::new(&url("http://a.test/"))).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (StatusCode::ACCEPTED, &b"ok"[..]));
}

#[tokio::test]
async fn a_silent_peer_is_a_timeout() {
    let address = raw_server(Vec::new()).await;
    let client = client(&[("a.test", address)]);
    let limits = Limits { time: Duration::from_millis(30), ..Limits::JSON };
    let result = client.get(Request::new(&url("http://a.test/")).limits(limits)).await;
    assert!(matches!(result, Err(ClientError::Timeout)));
}

#[tokio::test]
async fn a_closed_port_is_a_transient_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = client(&[("a.test", address)]).get(Request::new(&url("http://a.test/"))).await.unwrap_err();
    assert!(matches!(error, ClientError::Connect(_)) && error.is_transient());
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_before_anything_is_sent() {
    for at in ["https://localhost/", "https://localhost./"] {
        let result = secure_client().get(Request::new(&url(at))).await;
        assert!(matches!(result, Err(ClientError::Refused(Refusal::PrivateAddress))), "{at}: {result:?}");
    }
}

#[tokio::test]
async fn a_status_that_is_no_success_is_an_error_only_when_asked() {
    let server = MockServer::start().await;
    answering(&server, "GET", "/", ResponseTemplate::new(410).set_body_string("gone")).await;
    let client = client(&[("a.test", *server.address())]);
    let response = client.get(Request::new(&url("http://a.test/"))).await.unwrap();
    assert_eq!(&response.body[..], b"gone");
    let error = response.success().unwrap_err();
    assert_eq!((error.status(), error.is_transient()), (Some(StatusCode::GONE), false));
}

#[test]
fn the_compiled_in_trust_anchors_make_a_client() {
    let resolver = GuardedResolver { insecure: false, dev_hosts: Arc::default() };
    let roots = bundled_roots().unwrap();
    assert!(roots.len() > 50);
    let keeping = Keeping { idle_per_host: 1, idle: IDLE_TIMEOUT };
    assert!(builder("Rookery test", resolver, keeping).tls_certs_only(roots).build().is_ok());
}

#[tokio::test]
async fn a_host_that_asked_for_a_pause_is_not_fetched_from_again_but_still_delivered_to() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "60");
    answering(&server, "GET", "/busy", busy).await;
    answering(&server, "GET", "/fine", ResponseTemplate::new(200)).await;
    answering(&server, "POST", "/inbox", ResponseTemplate::new(202)).await;
    let client = client(&[("a.test", *server.address()), ("b.test", *server.address())]);
    let get = async |at: &str| client.get(Request::new(&url(at))).await;
    assert_eq!(get("http://a.test/busy").await.unwrap().status, StatusCode::TOO_MANY_REQUESTS);
    let again = get("http://a.test/fine").await;
    assert!(matches!(again, Err(ClientError::Status { status: StatusCode::TOO_MANY_REQUESTS })), "{again:?}");
    assert_eq!(get("http://b.test/fine").await.unwrap().status, StatusCode::OK);
    let delivered = client.post(Request::new(&url("http://a.test/inbox"))).await.unwrap();
    assert_eq!(delivered.status, StatusCode::ACCEPTED);
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn waiting_for_a_place_is_our_own_load_and_fetches_do_not_hold_up_deliveries() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    answering(&server, "GET", "/slow", slow).await;
    answering(&server, "POST", "/inbox", ResponseTemplate::new(202)).await;
    let client = client(&[("a.test", *server.address())]);
    let short = Limits { time: Duration::from_millis(400), ..Limits::JSON };
    let at = url("http://a.test/slow");
    let held: Vec<_> = (0..4)
        .map(|_| {
            let (client, at) = (client.clone(), at.clone());
            tokio::spawn(async move { client.get(Request::new(&at)).await.map(|_| ()) })
        })
        .collect();
    while server.received_requests().await.unwrap().len() < held.len() {
        tokio::task::yield_now().await;
    }
    let waited = client.get(Request::new(&at).limits(short)).await;
    assert!(matches!(waited, Err(ClientError::Busy)), "{waited:?}");
    client.post(Request::new(&url("http://a.test/inbox"))).await.unwrap();
    held.into_iter().for_each(|task| task.abort());
}
