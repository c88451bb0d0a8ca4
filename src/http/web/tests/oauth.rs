//! An app asks, a person answers, and what comes of it.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::browser::{Browser, Page};
use super::world::{PASSWORD, World, worlds};
use crate::clock::MINUTE_MS;
use crate::model::account::Role;
use crate::model::app::OUT_OF_BAND;
use crate::secrets;

const CALLBACK: &str = "https://app.example/cb?keep=1";
const VERIFIER: &str = "a-verifier-of-at-least-43-characters-0123456789";

/// An app as it knows itself.
pub(super) struct App<'w> {
    world: &'w World,
    pub(super) id: String,
    pub(super) secret: String,
}

impl World {
    /// Sends a JSON body and reads a JSON answer.
    pub(super) async fn json(&self, path: &str, body: Value) -> (u16, Value) {
        let request = Request::post(path).header("content-type", "application/json");
        self.ask(request, body.to_string()).await
    }

    /// Sends a request of a program and reads a JSON answer.
    pub(super) async fn ask(&self, request: axum::http::request::Builder, body: String) -> (u16, Value) {
        let page = self.send(request.body(Body::from(body)).unwrap()).await;
        let body = serde_json::from_str(&page.html).unwrap_or_else(|_| panic!("no JSON: {}", page.html));
        (page.status, body)
    }

    /// Asks with a bearer token.
    pub(super) async fn with_token(&self, line: &str, token: &str) -> (u16, Value) {
        let (method, path) = line.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(path);
        self.ask(request.header("authorization", format!("Bearer {token}")), String::new()).await
    }

    /// Registers an app.
    pub(super) async fn app(&self, redirect_uri: &str, scopes: &str) -> App<'_> {
        let said = json!({"client_name": "Tusky & Co", "redirect_uris": redirect_uri, "scopes": scopes,
            "website": "https://tusky.example"});
        let (status, app) = self.json("/api/v1/apps", said).await;
        assert_eq!(status, 200, "{app}");
        let text = |name: &str| app[name].as_str().unwrap().to_owned();
        App { world: self, id: text("client_id"), secret: text("client_secret") }
    }
}

impl App<'_> {
    /// The address at which it asks for consent, with more fields.
    fn address(&self, redirect_uri: &str, scope: &str, more: &[(&str, &str)]) -> String {
        let fields = [("response_type", "code"), ("client_id", &self.id), ("redirect_uri", redirect_uri)];
        let fields = [&fields[..], &[("scope", scope)], more].concat();
        format!("/oauth/authorize?{}", serde_html_form::to_string(fields).unwrap())
    }

    /// Asks for consent in a browser, and sends the form of the page back with the person's word.
    async fn ask(&self, browser: &Browser<'_>, address: &str, decision: &str) -> Page {
        let page = browser.open(address).await;
        let names =
            ["client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];
        let values: Vec<String> = names.iter().map(|name| page.input(name)).collect();
        let mut fields: Vec<(&str, &str)> =
            names.iter().copied().zip(values.iter().map(String::as_str)).collect();
        fields.push(("decision", decision));
        browser.post("/oauth/authorize", &fields).await
    }

    /// A code that a person gives without a challenge.
    pub(super) async fn code(&self, browser: &Browser<'_>, scope: &str) -> String {
        let answer = self.ask(browser, &self.address(CALLBACK, scope, &[]), "allow").await;
        parameter(&answer.location(), "code").unwrap_or_else(|| panic!("{}", answer.location()))
    }

    /// Offers a code for a token.
    pub(super) async fn exchange(&self, code: &str, more: Value) -> (u16, Value) {
        let mut body = json!({"grant_type": "authorization_code", "client_id": self.id,
            "client_secret": self.secret, "code": code, "redirect_uri": CALLBACK});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.world.json("/oauth/token", body).await
    }

    /// A token to act for a person.
    pub(super) async fn token(&self, browser: &Browser<'_>, scope: &str) -> String {
        let code = self.code(browser, scope).await;
        let (status, token) = self.exchange(&code, json!({})).await;
        assert_eq!(status, 200, "{token}");
        token["access_token"].as_str().unwrap().to_owned()
    }
}

fn parameter(address: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(address).unwrap_or_else(|_| panic!("no address: {address:?}"));
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

/// What `/oauth/token` refuses with.
fn refusal((status, body): (u16, Value)) -> (u16, String) {
    assert!(body["error_description"].is_string(), "{body}");
    (status, body["error"].as_str().unwrap().to_owned())
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

#[tokio::test]
async fn a_person_logs_in_consents_and_the_app_acts_for_them_with_what_was_granted() {
    for world in worlds().await {
        world.account("ann", Role::User).await;
        let app = world.app(CALLBACK, "read write follow").await;
        let challenge = secrets::challenge(VERIFIER);
        let more = [
            ("state", "a b&c=\"<ü>"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("force_login", "False"),
            ("lang", "None"),
        ];
        let address = app.address(CALLBACK, "read:statuses write:statuses", &more);
        let browser = world.browser();
        let wall = browser.get(&address).await;
        let form = browser.open(&wall.location()).await;
        let return_to = form.input("return_to");
        let login = [("login", "ann"), ("password", PASSWORD), ("return_to", return_to.as_str())];
        assert_eq!(browser.post("/login", &login).await.location(), address, "{}", world.engine);

        let page = browser.open(&address).await;
        page.has("Tusky &#38; Co")
            .has("https://tusky.example/")
            .has("@ann")
            .has("write, change and delete posts");
        page.has_not("change your profile").has_not("href=\"https://tusky.example");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self' https://app.example;"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");

        let answer = app.ask(&browser, &address, "allow").await;
        let location = answer.location();
        assert_eq!(answer.status, 303);
        assert!(location.starts_with("https://app.example/cb?keep=1&code="), "{location}");
        assert_eq!(parameter(&location, "state").as_deref(), Some("a b&c=\"<ü>"));
        assert_eq!(parameter(&location, "iss").as_deref(), Some("https://rook.test"));
        let code = parameter(&location, "code").unwrap();

        let (status, token) = app.exchange(&code, json!({"code_verifier": VERIFIER})).await;
        assert_eq!(status, 200, "{token}");
        assert_eq!(token["token_type"], "Bearer");
        assert_eq!(token["scope"], "read:statuses write:statuses");
        assert_eq!(token["created_at"], world.clock.now_ms() / 1_000);
        let token = token["access_token"].as_str().unwrap();
        let (status, known) = world.with_token("GET /api/v1/apps/verify_credentials", token).await;
        assert_eq!((status, &known["name"]), (200, &json!("Tusky & Co")));
        assert!(known.get("client_secret").is_none());
        let (status, refused) = world.with_token("GET /api/users/me", token).await;
        assert_eq!((status, &refused["code"]), (403, &json!("scope")), "it was given read:statuses only");
    }
}

#[tokio::test]
async fn a_token_of_an_app_is_a_token_of_our_own_api_too() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let app = world.app(CALLBACK, "read write profile").await;
        let token = app.token(&ann, "read profile").await;
        let (status, me) = world.with_token("GET /api/users/me", &token).await;
        assert_eq!((status, &me["username"]), (200, &json!("ann")), "{}", world.engine);
        assert_eq!(world.with_token("POST /api/tweets/1/like", &token).await.0, 403);
        let (status, info) = world.with_token("GET /oauth/userinfo", &token).await;
        assert_eq!((status, &info["preferred_username"]), (200, &json!("ann")));
        assert_eq!(info["sub"], "https://rook.test/users/ann");
        let page = ann.get("/home").await;
        assert_eq!(page.status, 200);
        let request = Request::get("/home").header("authorization", format!("Bearer {token}"));
        assert_eq!(
            world.send(request.body(Body::empty()).unwrap()).await.status,
            403,
            "pages take no tokens"
        );
    }
}

#[tokio::test]
async fn a_code_fits_only_its_app_its_address_and_its_verifier() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let app = world.app(CALLBACK, "read").await;
        let other = world.app(CALLBACK, "read").await;
        let challenge = secrets::challenge(VERIFIER);
        let more = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
        let answer = app.ask(&ann, &app.address(CALLBACK, "read", &more), "allow").await;
        let code = parameter(&answer.location(), "code").unwrap();
        let wrong = "another-verifier-of-at-least-43-characters-0123456789";
        for odd in [json!({}), json!({"code_verifier": wrong}), json!({"code_verifier": challenge})] {
            assert_eq!(refusal(app.exchange(&code, odd).await), invalid_grant(), "{}", world.engine);
        }
        let right = json!({"code_verifier": VERIFIER});
        assert_eq!(refusal(other.exchange(&code, right.clone()).await), invalid_grant());
        let elsewhere = json!({"code_verifier": VERIFIER, "redirect_uri": "https://app.example/cb"});
        assert_eq!(refusal(app.exchange(&code, elsewhere).await), invalid_grant());
        let unproven = json!({"code_verifier": VERIFIER, "client_secret": other.secret});
        assert_eq!(refusal(app.exchange(&code, unproven).await), (401, "invalid_client".to_owned()));
        assert_eq!(app.exchange(&code, right).await.0, 200, "what failed has used nothing up");

        let plain = app.code(&ann, "read").await;
        let downgraded = app.exchange(&plain, json!({"code_verifier": VERIFIER})).await;
        assert_eq!(refusal(downgraded), invalid_grant(), "the challenge was taken out on its way");
        world.clock.advance(10 * MINUTE_MS);
        assert_eq!(refusal(app.exchange(&plain, json!({})).await), invalid_grant(), "too old");
        assert_eq!(refusal(app.exchange("", json!({})).await), invalid_grant());
    }
}

#[tokio::test]
async fn a_code_that_is_offered_again_ends_the_token_that_it_gave() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let app = world.app(CALLBACK, "read").await;
        let code = app.code(&ann, "read").await;
        let (_, token) = app.exchange(&code, json!({})).await;
        let token = token["access_token"].as_str().unwrap();
        assert_eq!(world.with_token("GET /api/users/me", token).await.0, 200, "{}", world.engine);
        assert_eq!(refusal(app.exchange(&code, json!({})).await), invalid_grant());
        assert_eq!(world.with_token("GET /api/users/me", token).await.0, 401);
    }
}

#[tokio::test]
async fn an_app_that_nobody_knows_or_that_wants_the_answer_elsewhere_gets_none() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let app = world.app(&format!("{CALLBACK} tusky://callback"), "read").await;
        for elsewhere in
            ["https://app.example/cb", "https://evil.example/", "javascript:alert(1)", "", "/home"]
        {
            let page = ann.get(&app.address(elsewhere, "read", &[])).await;
            assert_eq!((page.status, page.location()), (422, String::new()), "{elsewhere}");
            page.has("did not register").check(elsewhere);
            let fields = [("client_id", app.id.as_str()), ("redirect_uri", elsewhere), ("decision", "allow")];
            assert_eq!(ann.post("/oauth/authorize", &fields).await.status, 422, "{elsewhere}");
        }
        for id in ["", "nobody", "a%00b", "%C3%BC"] {
            let page = ann.get(&format!("/oauth/authorize?response_type=code&client_id={id}")).await;
            assert_eq!(page.status, 422, "{id}");
            page.has("This app is not known here.").check(id);
        }
        let phone = app.ask(&ann, &app.address("tusky://callback", "read", &[]), "allow").await;
        assert!(phone.location().starts_with("tusky://callback?code="), "{}", phone.location());
    }
}

#[tokio::test]
async fn what_an_app_cannot_have_is_told_to_the_person_and_only_their_word_leads_to_the_app() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let app = world.app(CALLBACK, "read").await;
        let code_challenge = secrets::challenge(VERIFIER);
        let state = ("state", "s1");
        let with = |name| app.address(CALLBACK, "", &[state, ("code_challenge", &code_challenge), name]);
        let short = [state, ("code_challenge", "short"), ("code_challenge_method", "S256")];
        let scope = "more than it was registered with";
        let way = "in a way that is not understood";
        for (address, words) in [
            (app.address(CALLBACK, "write", &[state]), scope),
            (app.address(CALLBACK, "read write", &[state]), scope),
            (app.address(CALLBACK, "everything", &[state]), scope),
            (with(("code_challenge_method", "plain")), way),
            (with(("code_challenge_method", "")), way),
            (app.address(CALLBACK, "", &short), way),
            (app.address(CALLBACK, "", &[state]).replace("type=code", "type=token"), way),
        ] {
            let page = ann.get(&address).await;
            assert_eq!((page.status, page.location()), (422, String::new()), "{address}");
            page.has(words).check(&address);
        }
        let denied = app.ask(&ann, &app.address(CALLBACK, "", &[state]), "deny").await;
        let location = denied.location();
        assert_eq!(parameter(&location, "error").as_deref(), Some("access_denied"), "{}", world.engine);
        assert_eq!(parameter(&location, "state").as_deref(), Some("s1"));
        assert_eq!(parameter(&location, "code"), None);
        assert!(location.starts_with(CALLBACK), "{location}");
    }
}

#[tokio::test]
async fn an_app_that_cannot_be_called_has_its_code_shown() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let app = world.app(OUT_OF_BAND, "read").await;
        let address = app.address(OUT_OF_BAND, "read", &[("state", "None")]);
        let answer = app.ask(&ann, &address, "allow").await;
        assert!(answer.location().starts_with("/oauth/authorize/native?code="), "{}", answer.location());
        let page = ann.open(&answer.location()).await;
        assert_eq!(page.headers["cache-control"], "no-store");
        let code = answer.location().split_once('=').unwrap().1.to_owned();
        page.has(&format!("value=\"{code}\""));
        let (status, token) = app.exchange(&code, json!({"redirect_uri": OUT_OF_BAND})).await;
        assert_eq!(status, 200, "{}: {token}", world.engine);

        for odd in ["", "a%20b", "%3Cb%3E", &"x".repeat(65)] {
            assert_eq!(ann.get(&format!("/oauth/authorize/native?code={odd}")).await.status, 404, "{odd}");
        }
        let denied = app.ask(&ann, &address, "deny").await;
        assert_eq!(denied.location(), "/home");
        ann.open("/home").await.has("The app was not let in.");
        let scope = ann.get(&app.address(OUT_OF_BAND, "write", &[])).await;
        assert_eq!(scope.status, 422);
    }
}

#[tokio::test]
async fn another_site_cannot_consent_for_a_person() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let app = world.app(CALLBACK, "read").await;
        let body = [("client_id", app.id.as_str()), ("redirect_uri", CALLBACK), ("decision", "allow")];
        let request = Request::post("/oauth/authorize")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site");
        let body = serde_html_form::to_string(body).unwrap();
        assert_eq!(ann.send(request, Body::from(body.clone())).await.status, 403, "{}", world.engine);
        let stranger = world.browser().post("/oauth/authorize", &[("client_id", app.id.as_str())]).await;
        assert_eq!(stranger.location(), "/login");
    }
}

#[tokio::test]
async fn a_person_may_answer_with_another_account() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        world.account("bob", Role::User).await;
        let app = world.app(CALLBACK, "read").await;
        let address = app.address(CALLBACK, "read", &[("force_login", "true")]);
        let again = ann.open(&address).await.input("again");
        let login = ann.post("/oauth/authorize/switch", &[("again", &again)]).await;
        let return_to = ann.open(&login.location()).await.input("return_to");
        let fields = [("login", "bob"), ("password", PASSWORD), ("return_to", return_to.as_str())];
        assert_eq!(ann.post("/login", &fields).await.location(), address, "{}", world.engine);
        ann.open(&address).await.has("@bob").has_not("@ann");
    }
}
