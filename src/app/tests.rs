//! The house as a whole: one server for one folder, and what the configuration opens and closes.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use tower::ServiceExt as _;

use super::{App, COMMAND_PROCESS};
use crate::config;
use crate::http::{gateway, router};
use crate::model::account::{Role, UserState};
use crate::service::{NewTweet, SignUp};
use crate::telemetry::metrics;

#[tokio::test]
async fn the_search_folder_is_one_servers_and_commands_run_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("ROOKERY_DATA_DIR".into(), folder.path().as_os_str().to_owned())];
    let config = config::load(None, variables).unwrap();
    let server = App::open(&config, 0).await.unwrap();
    let state = server.start().await.unwrap();
    let second = App::open(&config, COMMAND_PROCESS).await.unwrap();
    let refused = second.start().await.err().unwrap();
    assert_eq!(refused.code(), "in_use");
    assert!(refused.to_string().contains("open in another process"), "{refused}");
    second.close().await;

    drop(state);
    server.close().await;
    let again = App::open(&config, 0).await.unwrap();
    let state = again.start().await.unwrap();
    let found = state.finder.tweets(None, "nothing", Default::default(), 5).await;
    assert!(found.unwrap().found.items.is_empty());
    drop(state);
    again.close().await;
}

/// The server's answers, with `federation` as set, to each request in turn.
async fn answers(federation: &str, requests: impl Fn(&str) -> Vec<Request<Body>>) -> Vec<Response> {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("ROOKERY_DATA_DIR".into(), folder.path().as_os_str().to_owned()),
        ("ROOKERY_FEDERATION".into(), federation.into()),
    ];
    let config = config::load(None, variables).unwrap();
    let app = App::open(&config, 0).await.unwrap();
    let state = app.start().await.unwrap();
    let ann = SignUp {
        username: "ann".to_owned(),
        email: "ann@example.org".to_owned(),
        password: "correct horse battery".to_owned(),
        language: None,
        reason: String::new(),
    };
    let ann = app.service.create_user(ann, Role::Admin, UserState::Active).await.unwrap();
    let tweet = NewTweet { text: "Hello".to_owned(), ..NewTweet::default() };
    let tweet = app.service.create_tweet(ann.account_id, tweet).await.unwrap();
    let base = "http://localhost:8080".parse().unwrap();
    let gateway = gateway(&config, base, app.service.clock().clone());
    let routes = router(state, gateway, app.checks(), metrics::install().unwrap());
    let mut answers = Vec::new();
    for mut request in requests(&tweet.tweet.id.to_string()) {
        request.headers_mut().insert(header::HOST, "localhost:8080".parse().unwrap());
        answers.push(routes.clone().oneshot(request).await.unwrap());
    }
    drop(routes);
    app.close().await;
    answers
}

fn federated(id: &str) -> Vec<Request<Body>> {
    let documents = [
        "/.well-known/webfinger?resource=acct:ann@localhost:8080".to_owned(),
        "/.well-known/host-meta".to_owned(),
        "/.well-known/nodeinfo".to_owned(),
        "/nodeinfo/2.1".to_owned(),
        "/actor".to_owned(),
        "/users/ann".to_owned(),
        "/users/ann/outbox".to_owned(),
        "/users/ann/followers".to_owned(),
        "/users/ann/following".to_owned(),
        "/users/ann/collections/featured".to_owned(),
        format!("/users/ann/statuses/{id}"),
        format!("/users/ann/statuses/{id}/activity"),
    ];
    let activity = "application/activity+json";
    let get =
        |path: &String| Request::get(path).header(header::ACCEPT, activity).body(Body::empty()).unwrap();
    let post = |path| Request::post(path).header(header::CONTENT_TYPE, activity).body("{}".into()).unwrap();
    documents.iter().map(get).chain(["/inbox", "/users/ann/inbox"].map(post)).collect()
}

#[tokio::test]
async fn an_island_has_no_documents_and_no_inbox() {
    for answer in answers("off", federated).await {
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    let open: Vec<StatusCode> = answers("on", federated).await.iter().map(Response::status).collect();
    let (inboxes, documents) = (open[12..].to_vec(), &open[..12]);
    assert!(documents.iter().all(|status| *status == StatusCode::OK), "{documents:?}");
    assert_eq!(inboxes, [StatusCode::BAD_REQUEST; 2], "no activity");
}

#[tokio::test]
async fn the_pages_of_an_island_are_pages_to_everybody() {
    let pages = |id: &str| {
        ["/@ann".to_owned(), format!("/@ann/{id}")]
            .map(|path| {
                Request::get(path)
                    .header(header::ACCEPT, "application/activity+json")
                    .body(Body::empty())
                    .unwrap()
            })
            .into()
    };
    for answer in answers("off", pages).await {
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(answer.headers().get(header::LINK).is_none());
    }
    for answer in answers("on", pages).await {
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    }
}
