mod pieces;

use bytes::Bytes;
use http::HeaderValue;
use proptest::prelude::*;

use super::*;
use crate::client::{Client, ClientSettings, Request, SignFailed, Signing};
use crate::federation::keys::test_key;

const NOW: Millis = 1_767_323_045_000;
const KEY_ID: &str = "https://b.test/users/bob#main-key";
const BODY: &[u8] = br#"{"type":"Follow"}"#;

/// A request as it arrives at `https://a.test`.
#[derive(Clone)]
struct Received {
    method: Method,
    path_and_query: String,
    host: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Received {
    fn signed(form: Form, method: Method, to: &str) -> Self {
        Self::signed_at(form, method, to, NOW)
    }

    fn signed_at(form: Form, method: Method, to: &str, now_ms: Millis) -> Self {
        let url = Url::parse(to).unwrap();
        let body = if method == Method::POST { BODY.to_vec() } else { Vec::new() };
        let digest = BodyDigest::of(&body);
        let digest = (method == Method::POST).then_some(&digest);
        let signer = Signer { key: test_key(), key_id: KEY_ID };
        let outgoing =
            Outgoing { method: &method, url: &url, digest, now_ms, path_only: false, synchronization: None };
        let headers = sign(form, &signer, &outgoing).unwrap();
        let path_and_query = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
        let host = url[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        Self { method, path_and_query, host, headers, body }
    }

    fn post(form: Form) -> Self {
        Self::signed(form, Method::POST, "https://a.test/inbox")
    }

    fn inspect(&self) -> Result<Claim, SignatureError> {
        let parts = RequestParts {
            method: &self.method,
            path_and_query: &self.path_and_query,
            host: &self.host,
            headers: &self.headers,
            body: &self.body,
        };
        inspect(&parts, NOW, &Url::parse("https://a.test/").unwrap())
    }

    fn verify(&self) -> Result<(), SignatureError> {
        self.inspect()?.verify(&test_key().public_key().unwrap())
    }

    fn text(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    fn with_replaced(self, name: &'static str, from: &str, to: &str) -> Self {
        let value = self.text(name).replace(from, to);
        assert_ne!(value, self.text(name));
        self.with(name, &value)
    }
}

/// Signs a hand-made cavage request: these headers, covering this list.
fn cavage(covered: &str, extra: &str, headers: &[(&'static str, &str)]) -> Received {
    let mut received = Received {
        method: Method::POST,
        path_and_query: "/inbox".into(),
        host: "a.test".into(),
        headers: HeaderMap::new(),
        body: BODY.to_vec(),
    };
    let mut lines = Vec::new();
    for (name, value) in headers {
        if !name.starts_with('(') && *name != "host" {
            received.headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
    }
    for name in covered.split(' ') {
        let value = headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
        lines.push(format!("{name}: {value}"));
    }
    let signature = digest::encode_base64(&test_key().sign(lines.join("\n").as_bytes()).unwrap());
    let value = format!(r#"keyId="{KEY_ID}",{extra}headers="{covered}",signature="{signature}""#);
    received.with("signature", &value)
}

fn body_digest() -> String {
    BodyDigest::of(BODY).digest_header()
}

fn inbox_headers(digest: &str) -> [(&'static str, &str); 4] {
    let date = "Fri, 02 Jan 2026 03:04:05 GMT";
    [("(request-target)", "post /inbox"), ("host", "a.test"), ("date", date), ("digest", digest)]
}

/// What a server received over a real connection, as our parts.
async fn received_by_wire(form: Form, method: Method, at: &str) -> Received {
    let server = wiremock::MockServer::start().await;
    let settings = ClientSettings {
        off: false,
        insecure: true,
        dev_hosts: [("a.test".to_owned(), *server.address())].into(),
        user_agent: "Rookery test".into(),
        per_host: 1,
    };
    let digest = (method == Method::POST).then(|| BodyDigest::of(BODY));
    let sign = |method: &Method, url: &Url| -> Signing<'_> {
        let signer = Signer { key: test_key(), key_id: KEY_ID };
        let outgoing = Outgoing {
            method,
            url,
            digest: digest.as_ref(),
            now_ms: NOW,
            path_only: false,
            synchronization: None,
        };
        let signed = sign(form, &signer, &outgoing).map_err(|_| SignFailed);
        Box::pin(std::future::ready(signed))
    };
    let url = Url::parse(at).unwrap();
    let request = Request::new(&url).sign(&sign).body(Bytes::from_static(BODY));
    let client = Client::new(settings).unwrap();
    let answer = if method == Method::POST { client.post(request).await } else { client.get(request).await };
    assert_eq!(answer.unwrap().status, StatusCode::NOT_FOUND);
    let seen = server.received_requests().await.unwrap().remove(0);
    Received {
        method,
        path_and_query: seen.url[url::Position::BeforePath..].to_owned(),
        host: seen.headers["host"].to_str().unwrap().to_owned(),
        headers: seen.headers,
        body: seen.body,
    }
}

#[tokio::test]
async fn what_the_client_sends_verifies_where_it_arrives() {
    for form in [Form::Cavage, Form::Rfc9421] {
        for method in [Method::GET, Method::POST] {
            let received = received_by_wire(form, method, "http://a.test/users/1/x?page=1&y=%20z#part").await;
            let parts = RequestParts {
                method: &received.method,
                path_and_query: &received.path_and_query,
                host: &received.host,
                headers: &received.headers,
                body: &received.body,
            };
            let claim = inspect(&parts, NOW, &Url::parse("http://a.test/").unwrap()).unwrap();
            assert_eq!(claim.verify(&test_key().public_key().unwrap()), Ok(()), "{form:?}");
        }
    }
}

#[test]
fn our_own_signatures_verify_in_both_forms() {
    for form in [Form::Cavage, Form::Rfc9421] {
        for to in ["https://a.test/inbox", "https://a.test/users/1/outbox?page=true&x=%2F"] {
            for method in [Method::GET, Method::POST] {
                let received = Received::signed(form, method, to);
                let claim = received.inspect().unwrap();
                assert_eq!((claim.form(), claim.key_id().as_str()), (form, KEY_ID));
                assert_eq!(received.verify(), Ok(()));
            }
        }
    }
}

#[test]
fn a_cavage_signature_is_written_as_the_strictest_parsers_want_it() {
    let received = Received::post(Form::Cavage);
    let start = r#"keyId="https://b.test/users/bob#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature=""#;
    assert!(received.text("signature").starts_with(start));
    assert_eq!(received.text("date"), "Fri, 02 Jan 2026 03:04:05 GMT");
    assert_eq!(received.text("digest"), body_digest());
    assert_eq!(received.text("content-type"), "application/activity+json");
    let get = Received::signed(Form::Cavage, Method::GET, "https://a.test/users/1");
    assert!(get.text("signature").contains(r#"headers="(request-target) host date""#));
    assert!(!get.headers.contains_key("digest") && !get.headers.contains_key("host"));
}

#[test]
fn an_rfc9421_signature_is_written_as_agreed() {
    let received = Received::post(Form::Rfc9421);
    assert_eq!(
        received.text("signature-input"),
        r#"sig1=("@method" "@target-uri" "content-digest");created=1767323045;keyid="https://b.test/users/bob#main-key""#
    );
    assert!(received.text("signature").starts_with("sig1=:") && received.text("signature").ends_with("=:"));
}

#[test]
fn a_change_of_anything_covered_fails() {
    type Change = fn(Received) -> Received;
    let changes: [(&str, Form, Change); 9] = [
        ("target", Form::Cavage, |r| Received { path_and_query: "/users/1/inbox".into(), ..r }),
        ("method", Form::Cavage, |r| Received { method: Method::PUT, ..r }),
        ("date", Form::Cavage, |r| r.with("date", "Fri, 02 Jan 2026 03:04:06 GMT")),
        ("type", Form::Cavage, |r| r.with("content-type", "text/html")),
        ("host spelling", Form::Cavage, |r| Received { host: "A.test".into(), ..r }),
        ("method", Form::Rfc9421, |r| Received { method: Method::PUT, ..r }),
        ("target", Form::Rfc9421, |r| Received { path_and_query: "/inbox?x".into(), ..r }),
        ("created", Form::Rfc9421, |r| {
            r.with_replaced("signature-input", "created=17673230", "created=17673229")
        }),
        ("keyid", Form::Rfc9421, |r| r.with_replaced("signature-input", "bob", "eve")),
    ];
    for (what, form, change) in changes {
        assert_eq!(
            change(Received::post(form)).verify(),
            Err(SignatureError::DoesNotVerify),
            "{what} {form:?}"
        );
    }
}

#[test]
fn a_changed_body_or_digest_fails_before_the_key_is_needed() {
    for form in [Form::Cavage, Form::Rfc9421] {
        let received = Received { body: b"{}".to_vec(), ..Received::post(form) };
        assert_eq!(received.inspect().err(), Some(SignatureError::WrongDigest));
    }
    // A digest that fits the changed body is not the signed one.
    let other = BodyDigest::of(b"{}");
    let received = Received { body: b"{}".to_vec(), ..Received::post(Form::Cavage) };
    let received = received.with("digest", &other.digest_header());
    assert_eq!(received.verify(), Err(SignatureError::DoesNotVerify));
    let received = Received { body: b"{}".to_vec(), ..Received::post(Form::Rfc9421) };
    let received = received.with("content-digest", &other.content_digest_header());
    assert_eq!(received.verify(), Err(SignatureError::DoesNotVerify));
}

#[test]
fn a_signature_for_another_host_is_refused() {
    for form in [Form::Cavage, Form::Rfc9421] {
        for to in ["https://c.test/inbox", "https://a.test:8443/inbox", "https://b.a.test/inbox"] {
            let received = Received::signed(form, Method::POST, to);
            assert_eq!(received.inspect().err(), Some(SignatureError::WrongHost), "{to}");
        }
        let forged = Received { host: "a.test/inbox?@c.test".into(), ..Received::post(form) };
        assert_eq!(forged.inspect().err(), Some(SignatureError::WrongHost));
    }
}

#[test]
fn the_window_is_twelve_hours_back_and_one_ahead() {
    for form in [Form::Cavage, Form::Rfc9421] {
        let at = |offset_ms| {
            Received::signed_at(form, Method::POST, "https://a.test/inbox", NOW + offset_ms).verify()
        };
        assert_eq!(at(-LIFE_MS), Ok(()));
        assert_eq!(at(-LIFE_MS - 1_000), Err(SignatureError::Expired));
        assert_eq!(at(SKEW_MS), Ok(()));
        assert_eq!(at(SKEW_MS + 1_000), Err(SignatureError::FromTheFuture));
    }
}

#[test]
fn created_and_expires_count_like_a_date() {
    let digest = body_digest();
    let made = |created: &str, expires: &str| {
        let headers = [
            ("(request-target)", "post /inbox"),
            ("host", "a.test"),
            ("(created)", created),
            ("digest", &digest),
        ];
        let extra = format!("algorithm=\"hs2019\", created={created}, {expires}");
        cavage("(request-target) host (created) digest", &extra, &headers)
    };
    assert_eq!(made("1767323045", "").verify(), Ok(()));
    assert_eq!(made("1767323045", "expires=1767323050,").verify(), Ok(()));
    assert_eq!(made("1767323045", "expires=1767300000,").verify(), Err(SignatureError::Expired));
    assert_eq!(made("1767000000", "").verify(), Err(SignatureError::Expired));
    assert_eq!(made("1767400000", "").verify(), Err(SignatureError::FromTheFuture));
    assert_eq!(made("soon", "").verify(), Err(SignatureError::Malformed("a time is not a number")));
    let expired =
        Received::post(Form::Rfc9421).with_replaced("signature-input", ";keyid", ";expires=1;keyid");
    assert_eq!(expired.inspect().err(), Some(SignatureError::Expired));
}

#[test]
fn a_signature_that_covers_too_little_is_refused() {
    let digest = body_digest();
    let headers = inbox_headers(&digest);
    for (covered, lacking) in [
        ("host date digest", "(request-target)"),
        ("(request-target) date digest", "host"),
        ("(request-target) host digest", "date"),
        ("(request-target) host date", "digest"),
        ("digest", "(request-target)"),
    ] {
        assert_eq!(cavage(covered, "", &headers).inspect().err(), Some(SignatureError::NotCovered(lacking)));
    }
    assert_eq!(cavage("date host digest (request-target)", "", &headers).verify(), Ok(()));
    for (component, lacking) in [
        ("\"@method\" ", "@method"),
        ("\"@target-uri\" ", "@target-uri"),
        (" \"content-digest\"", "content-digest"),
    ] {
        let received = Received::post(Form::Rfc9421).with_replaced("signature-input", component, "");
        assert_eq!(received.inspect().err(), Some(SignatureError::NotCovered(lacking)));
    }
    let received = Received::post(Form::Rfc9421).with_replaced("signature-input", "created=1767323045;", "");
    assert_eq!(received.inspect().err(), Some(SignatureError::NotCovered("created")));
}

#[test]
fn a_covered_header_must_be_there_exactly_once() {
    for name in ["date", "digest", "content-type"] {
        let mut received = Received::post(Form::Cavage);
        let value = received.headers.remove(name).unwrap();
        assert_eq!(received.inspect().err(), Some(SignatureError::HeaderMissing(name.into())));
        received.headers.append(name, value.clone());
        received.headers.append(name, value);
        assert_eq!(received.inspect().err(), Some(SignatureError::HeaderTwice(name.into())));
    }
}

#[test]
fn a_request_with_no_or_two_signatures_is_refused() {
    for form in [Form::Cavage, Form::Rfc9421] {
        let mut received = Received::post(form);
        let signature = received.headers["signature"].clone();
        received.headers.append("signature", signature);
        assert_eq!(received.inspect().err(), Some(SignatureError::Several));
        received.headers.remove("signature");
        assert_eq!(received.inspect().err(), Some(SignatureError::Missing));
    }
    let two = Received::post(Form::Rfc9421).with_replaced("signature", "=:", "=:, sig2=:AAAA:");
    assert_eq!(two.inspect().err(), Some(SignatureError::Several));
}

#[test]
fn a_query_may_be_left_out_of_the_signed_target() {
    let digest = body_digest();
    let headers = inbox_headers(&digest);
    let without = cavage("(request-target) host date digest", "", &headers);
    assert_eq!(Received { path_and_query: "/inbox?x=1".into(), ..without }.verify(), Ok(()));
    let url = Url::parse("https://a.test/outbox?page=1").unwrap();
    let signer = Signer { key: test_key(), key_id: KEY_ID };
    let outgoing = Outgoing {
        method: &Method::GET,
        url: &url,
        digest: None,
        now_ms: NOW,
        path_only: true,
        synchronization: None,
    };
    let headers = sign(Form::Cavage, &signer, &outgoing).unwrap();
    let mut received = Received::signed(Form::Cavage, Method::GET, "https://a.test/outbox");
    received.headers = headers;
    assert_eq!(received.verify(), Ok(()));
}

#[test]
fn the_header_is_read_liberally() {
    let received = Received::post(Form::Cavage);
    let value = received.text("signature").to_owned();
    for odd in [
        value.replace("\",", "\" ,\t "),
        value.replace("algorithm=\"rsa-sha256\",", ""),
        value.replace("\"rsa-sha256\"", "hs2019"),
        value.replace("rsa-sha256", "RSA-SHA256"),
        value.replace("keyId", "KEYID"),
        value.replace("(request-target) host", "(Request-Target)  Host"),
        format!(" {value}, "),
        format!("version=\"x\\\"y\",{value}"),
    ] {
        assert_eq!(received.clone().with("signature", &odd).verify(), Ok(()), "{odd}");
    }
}

#[test]
fn a_header_that_cannot_be_read_says_so() {
    let received = Received::post(Form::Cavage);
    let value = received.text("signature").to_owned();
    let with = |value: &str| received.clone().with("signature", value).inspect().unwrap_err();
    for bad in
        ["x", "keyId=\"x", "=\"x\"", &format!("{value},keyId=\"y\""), &value.replace("\",", "\" x "), ","]
    {
        assert_eq!(with(bad).status(), StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(
        with(&value.replace("signature=\"", "signature=\"!")),
        SignatureError::Malformed("not base64")
    );
    assert_eq!(with(&value.replace(KEY_ID, "acct:bob@b.test")), SignatureError::KeyId(BadKeyId));
    assert_eq!(with(&value.replace("rsa-sha256", "ecdsa")), SignatureError::Unsupported("ecdsa".into()));
    let rsa_pss = Received::post(Form::Rfc9421).with_replaced(
        "signature-input",
        ";keyid",
        ";alg=\"rsa-pss-sha512\";keyid",
    );
    assert_eq!(rsa_pss.inspect().err(), Some(SignatureError::Unsupported("rsa-pss-sha512".into())));
    let unknown = Received::post(Form::Rfc9421).with_replaced("signature-input", "(", "(\"@status\" ");
    assert_eq!(unknown.inspect().err(), Some(SignatureError::Unsupported("@status".into())));
}

#[test]
fn a_body_over_the_limit_is_refused_first() {
    let mut received = Received::post(Form::Cavage);
    received.headers.clear();
    received.body = vec![b' '; MAX_BODY_BYTES + 1];
    let error = received.inspect().unwrap_err();
    assert_eq!(
        (error.clone(), error.status()),
        (SignatureError::BodyTooLarge, StatusCode::PAYLOAD_TOO_LARGE)
    );
}

#[test]
fn a_failed_verification_is_a_401() {
    for error in [
        SignatureError::Missing,
        SignatureError::WrongHost,
        SignatureError::Expired,
        SignatureError::DoesNotVerify,
    ] {
        assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
    }
}

proptest! {
    #[test]
    fn no_header_makes_the_parsers_panic(
        signature in "[ -~\u{80}-\u{ff}]{0,200}",
        input in prop::option::of("[ -~]{0,200}"),
        date in "[ -~]{0,40}",
        host in "[ -~]{0,20}",
    ) {
        let mut received = Received { host, ..Received::post(Form::Cavage) };
        if let Ok(value) = HeaderValue::from_bytes(signature.as_bytes()) {
            received.headers.insert("signature", value);
        }
        if let Some(input) = input {
            received.headers.insert("signature-input", HeaderValue::from_str(&input).unwrap());
        }
        received.headers.insert("date", HeaderValue::from_str(&date).unwrap());
        prop_assert!(received.verify().is_err());
    }

    #[test]
    fn no_damage_to_a_good_header_verifies_or_panics(at in 0usize..300, letter in b' '..=b'~', rfc: bool) {
        let (form, name) = if rfc { (Form::Rfc9421, "signature-input") } else { (Form::Cavage, "signature") };
        let received = Received::post(form);
        let mut value = received.headers[name].as_bytes().to_vec();
        let at = at % value.len();
        prop_assume!(!value[at].eq_ignore_ascii_case(&letter));
        value[at] = letter;
        let mut damaged = received;
        damaged.headers.insert(name, HeaderValue::from_bytes(&value).unwrap());
        // What may change without harm: the label, blanks, and the key's name outside the signed string of cavage.
        if let Ok(()) = damaged.verify() {
            let text = damaged.text(name);
            prop_assert!(!rfc, "{text}");
        }
    }
}
