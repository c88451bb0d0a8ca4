//! What apps do by themselves, and what people do about them.

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::world::{PASSWORD, worlds};
use crate::http::web::i18n::Words;
use crate::http::web::present::permissions;
use crate::model::account::Role;
use crate::model::scopes::SCOPES;

const CALLBACK: &str = "https://app.example/cb?keep=1";
const ME: &str = "GET /api/users/me";

#[tokio::test]
async fn an_app_is_registered_with_a_form_or_json_and_told_its_secret_once() {
    for world in worlds().await {
        let form = "client_name=Phanpy&redirect_uris=https%3A%2F%2Fphanpy.example%2F&scopes=read+write+read\
            &website=https%3A%2F%2Fphanpy.example";
        let request =
            Request::post("/api/v1/apps").header("content-type", "application/x-www-form-urlencoded");
        let (status, app) = world.ask(request, form.to_owned()).await;
        assert_eq!(status, 200, "{app}");
        assert!(app["id"].as_str().unwrap().parse::<i64>().is_ok());
        assert_eq!(app["name"], "Phanpy");
        assert_eq!(app["website"], "https://phanpy.example/");
        assert_eq!(app["scopes"], json!(["read", "write"]));
        assert_eq!(app["redirect_uri"], "https://phanpy.example/");
        assert_eq!(app["redirect_uris"], json!(["https://phanpy.example/"]));
        assert_eq!(app["client_secret_expires_at"], 0);
        assert!(app["vapid_key"].is_string());

        let many = json!({"client_name": "Elk", "redirect_uris": ["elk://a", "https://elk.example/b"]});
        let (status, app) = world.json("/api/v1/apps", many).await;
        assert_eq!((status, &app["scopes"], &app["website"]), (200, &json!(["read"]), &Value::Null));
        assert_eq!(app["redirect_uri"], "elk://a\nhttps://elk.example/b");

        let lines = json!({"client_name": "x", "redirect_uris": "a://b\nurn:ietf:wg:oauth:2.0:oob"});
        assert_eq!(world.json("/api/v1/apps", lines).await.1["redirect_uris"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn an_app_that_cannot_be_registered_is_told_why() {
    for world in worlds().await {
        let good = json!({"client_name": "x", "redirect_uris": "https://x.example/", "scopes": "read"});
        for (field, value) in [
            ("client_name", json!("")),
            ("client_name", json!("x".repeat(61))),
            ("redirect_uris", json!("")),
            ("redirect_uris", json!("javascript:alert(1)")),
            ("redirect_uris", json!(["data:text/html,x"])),
            ("scopes", json!("read everything")),
            ("scopes", json!("admin")),
            ("website", json!("javascript:alert(1)")),
        ] {
            let mut said = good.clone();
            said[field] = value.clone();
            let (status, body) = world.json("/api/v1/apps", said).await;
            assert_eq!(status, 422, "{field} {value}");
            assert!(body["error"].as_str().unwrap().starts_with("Validation failed: "), "{body}");
        }
        assert_eq!(world.json("/api/v1/apps", good).await.0, 200);
    }
}

#[tokio::test]
async fn an_app_proves_itself_in_the_header_or_the_body_and_gets_a_token_of_its_own() {
    for world in worlds().await {
        world.account("ann", Role::User).await;
        let app = world.app(CALLBACK, "read write").await;
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", app.id, app.secret)));
        let request = Request::post("/oauth/token")
            .header("authorization", basic)
            .header("content-type", "application/x-www-form-urlencoded");
        let (status, by_header) = world.ask(request, "grant_type=client_credentials&scope=read".into()).await;
        assert_eq!((status, &by_header["scope"]), (200, &json!("read")), "{by_header}");
        let body = |scope: &str| {
            json!({"grant_type": "client_credentials", "client_id": app.id, "client_secret": app.secret,
                "redirect_uri": CALLBACK, "scope": scope})
        };
        assert_eq!(world.json("/oauth/token", body("read write")).await.0, 200);

        let token = by_header["access_token"].as_str().unwrap();
        let (status, known) = world.with_token("GET /api/v1/apps/verify_credentials", token).await;
        assert_eq!((status, &known["name"]), (200, &json!("Tusky & Co")), "{}", world.engine);
        assert_eq!(
            world.with_token("GET /api/tweets/1", token).await.0,
            404,
            "it may look for what all may see"
        );
        let (status, refused) = world.with_token(ME, token).await;
        assert_eq!((status, &refused["code"]), (422, &json!("app_token")));
        assert_eq!(refused["detail"], "this method requires an authenticated user");
        let (status, refused) = world.with_token("GET /oauth/userinfo", token).await;
        assert_eq!((status, refused), (422, json!({"error": "This method requires an authenticated user"})));

        let mut wrong = body("read");
        wrong["client_secret"] = json!("wrong");
        let refusal = |(status, body): (u16, Value)| (status, body["error"].as_str().unwrap().to_owned());
        let error = |status, word: &str| (status, word.to_owned());
        assert_eq!(refusal(world.json("/oauth/token", wrong).await), error(401, "invalid_client"));
        assert_eq!(
            refusal(world.json("/oauth/token", body("admin:read")).await),
            error(400, "invalid_scope")
        );
        assert_eq!(refusal(world.json("/oauth/token", json!({})).await), error(400, "invalid_request"));
        let password = json!({"grant_type": "password", "username": "ann", "password": PASSWORD});
        assert_eq!(refusal(world.json("/oauth/token", password).await), error(400, "unsupported_grant_type"));
        let odd = json!({"grant_type": {"x": 1}});
        assert_eq!(refusal(world.json("/oauth/token", odd).await), error(400, "invalid_request"));
        let (status, body) = world.with_token("GET /api/v1/apps/verify_credentials", "nobody's").await;
        assert_eq!((status, body), (401, json!({"error": "The access token is invalid"})));
    }
}

#[tokio::test]
async fn a_token_is_ended_by_its_app_and_by_no_other() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (app, other) = (world.app(CALLBACK, "read").await, world.app(CALLBACK, "read").await);
        let token = app.token(&ann, "read").await;
        let revoke = async |app: &super::oauth::App<'_>, token: &str| {
            let body = json!({"client_id": app.id, "client_secret": app.secret, "token": token});
            world.json("/oauth/revoke", body).await
        };
        let (status, body) = revoke(&other, &token).await;
        assert_eq!((status, &body["error"]), (403, &json!("unauthorized_client")));
        let cookie = ann.cookie("__Host-rookery_session").unwrap();
        assert_eq!(revoke(&app, &cookie).await.0, 403, "a login is no app's");
        assert_eq!(world.with_token(ME, &token).await.0, 200, "{}", world.engine);
        for _ in 0..2 {
            assert_eq!(revoke(&app, &token).await, (200, json!({})), "an ended token is ended");
        }
        assert_eq!(world.with_token(ME, &token).await.0, 401);
        let unproven = json!({"client_id": app.id, "client_secret": "x", "token": token});
        assert_eq!(world.json("/oauth/revoke", unproven).await.0, 401);

        let own =
            json!({"grant_type": "client_credentials", "client_id": app.id, "client_secret": app.secret});
        let own = world.json("/oauth/token", own).await.1["access_token"].as_str().unwrap().to_owned();
        assert_eq!(revoke(&other, &own).await.0, 403);
        assert_eq!(revoke(&app, &own).await.0, 200);
        assert_eq!(world.with_token("GET /api/v1/apps/verify_credentials", &own).await.0, 401);
    }
}

#[tokio::test]
async fn people_see_their_apps_and_end_what_those_may_do() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        ann.open("/settings/apps").await.has("No app may use your account.");
        let app = world.app(CALLBACK, "read write").await;
        let (first, second) = (app.token(&ann, "read").await, app.token(&ann, "write:statuses").await);
        let of_bob = app.token(&bob, "read").await;
        let unused = app.code(&ann, "read").await;

        let page = ann.open("/settings/apps").await;
        page.has("Tusky &#38; Co")
            .has("see everything in your account")
            .has("write, change and delete posts");
        assert_eq!(page.html.matches("Tusky &#38; Co</b>").count(), 1, "one line an app");
        ann.open("/settings/security").await.has_not("Tusky");
        let end = page.html.split("action=\"").find(|part| part.starts_with("/settings/apps/")).unwrap();
        let end = end.split('"').next().unwrap();
        ann.submit(end, &[]).await.has("The app may no longer use your account.").has("No app may");
        for token in [&first, &second] {
            assert_eq!(world.with_token(ME, token).await.0, 401, "{}", world.engine);
        }
        assert_eq!(app.exchange(&unused, json!({})).await.0, 400, "nor does it get a new one");
        assert_eq!(world.with_token(ME, &of_bob).await.0, 200, "others decide for themselves");
        assert_eq!(ann.post(end, &[]).await.location(), "/settings/apps");
    }
}

#[tokio::test]
async fn tokens_and_codes_of_apps_end_with_the_password_and_with_the_account() {
    for world in worlds().await {
        let app = world.app(CALLBACK, "read").await;
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let (of_ann, of_bob) = (app.token(&ann, "read").await, app.token(&bob, "read").await);
        let (code_of_ann, code_of_bob) = (app.code(&ann, "read").await, app.code(&bob, "read").await);
        let change = [("current_password", PASSWORD), ("new_password", "another horse")];
        assert_eq!(ann.post("/settings/password", &change).await.location(), "/settings/security");
        assert_eq!(world.with_token(ME, &of_ann).await.0, 401, "{}", world.engine);
        assert_eq!(app.exchange(&code_of_ann, json!({})).await.0, 400);
        assert_eq!(world.with_token(ME, &of_bob).await.0, 200);

        let id = world.service.user_by_login("bob").await.unwrap().account_id;
        world.service.set_suspended(id, true).await.unwrap();
        assert_eq!(world.with_token(ME, &of_bob).await.0, 401);
        assert_eq!(app.exchange(&code_of_bob, json!({})).await.0, 400);
        world.service.set_suspended(id, false).await.unwrap();
        assert_eq!(world.with_token(ME, &of_bob).await.0, 401, "it does not come back to life");

        let ann = world.person("cat").await;
        let (token, code) = (app.token(&ann, "read").await, app.code(&ann, "read").await);
        let left = ann.post("/settings/delete", &[("password", PASSWORD)]).await;
        assert_eq!(left.location(), "/", "{}", left.html);
        assert_eq!(world.with_token(ME, &token).await.0, 401);
        assert_eq!(app.exchange(&code, json!({})).await.0, 400);
    }
}

#[tokio::test]
async fn programs_find_out_what_there_is_and_pages_of_other_origins_may_ask() {
    for world in worlds().await {
        let request =
            Request::get("/.well-known/oauth-authorization-server").header("origin", "https://a.example");
        let page = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(page.headers["access-control-allow-origin"], "*");
        let metadata: Value = serde_json::from_str(&page.html).unwrap();
        assert_eq!(metadata["issuer"], "https://rook.test");
        assert_eq!(metadata["token_endpoint"], "https://rook.test/oauth/token");
        assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(metadata["scopes_supported"], json!(SCOPES));
        for path in ["/oauth/token", "/oauth/revoke", "/api/v1/apps", "/oauth/userinfo"] {
            let preflight = Request::options(path)
                .header("origin", "https://a.example")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type");
            let answer = world.send(preflight.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.headers["access-control-allow-origin"], "*", "{path}");
            let refused = Request::post(path).header("origin", "https://a.example");
            let answer = world.send(refused.body(Body::empty()).unwrap()).await;
            assert!((400..500).contains(&answer.status), "{path}: {}", answer.html);
            assert_eq!(answer.headers["access-control-allow-origin"], "*", "{path}");
            assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{path}");
        }
        let consent = Request::options("/oauth/authorize").header("origin", "https://a.example");
        let answer = world.send(consent.body(Body::empty()).unwrap()).await;
        assert!(
            !answer.headers.contains_key("access-control-allow-origin"),
            "people's pages are not for scripts"
        );
    }
}

#[test]
fn every_scope_is_told_in_words_of_every_language_and_only_the_broadest() {
    for words in Words::all() {
        for scope in SCOPES {
            let [key] = &permissions(scope)[..] else { panic!("{scope}") };
            assert!(words.maybe(key).is_some(), "{}: no words for {scope}", words.tag());
        }
    }
    assert_eq!(
        permissions("read read:statuses write:media follow"),
        ["scope-read", "scope-write-media", "scope-follow"]
    );
    assert!(permissions("").is_empty());
}
