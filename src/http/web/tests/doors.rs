//! Who gets in, who does not, and where they come out.

use axum::body::Body;
use axum::http::Request;

use super::world::{PASSWORD, worlds, worlds_with};
use crate::clock::DAY_MS;
use crate::config::Registration;
use crate::model::account::Role;
use crate::model::cursor::Cursor;
use crate::service::Rules;

#[tokio::test]
async fn a_wrong_password_shows_the_form_again_and_lets_nobody_in() {
    for world in worlds().await {
        world.account("ann", Role::User).await;
        let browser = world.browser();
        for login in ["ann", "nobody", "a\0b", ""] {
            let page = browser.post("/login", &[("login", login), ("password", "wrong horse battery")]).await;
            assert_eq!(page.status, 422, "{login:?}");
            page.has("Username or password is wrong.").check("/login");
        }
        browser.post("/login", &[("login", "ann"), ("password", "x")]).await.has("value=\"ann\"");
        assert_eq!(browser.post("/login", &[]).await.status, 422);
        assert!(browser.cookie("__Host-rookery_session").is_none());
    }
}

#[tokio::test]
async fn logging_in_leads_back_but_never_to_another_site() {
    for world in worlds().await {
        world.account("ann", Role::User).await;
        let browser = world.browser();
        let wall = browser.get("/notifications?cursor=b5").await;
        assert_eq!(wall.location(), "/login?return_to=%2Fnotifications%3Fcursor%3Db5", "{}", world.engine);
        let form = browser.open(&wall.location()).await;
        assert_eq!(form.input("return_to"), "/notifications?cursor=b5");

        for evil in ["https://evil.test/", "//evil.test", "/\\evil.test", "/\t/evil.test", "/.//evil.test"] {
            let fields = [("login", "ann"), ("password", PASSWORD), ("return_to", evil)];
            assert_eq!(world.browser().post("/login", &fields).await.location(), "/home", "{evil:?}");
        }
        let page = browser.open("/login?return_to=//evil.test").await;
        assert_eq!(page.input("return_to"), "/home");
        let ann = world.person("other").await;
        let answer = ann.post("/settings/appearance", &[("return_to", "https://evil.test")]).await;
        assert_eq!(answer.location(), "/settings/appearance");
    }
}

#[tokio::test]
async fn an_ended_session_asks_to_log_in_again() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        world.clock.advance(91 * DAY_MS);
        let wall = ann.get("/home").await;
        assert_eq!(wall.location(), "/login?return_to=%2Fhome", "{}", world.engine);
        ann.open(&wall.location()).await.has("Your session has ended.");

        let like = || {
            Request::post("/tweets/1/like")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin")
        };
        let page =
            like().header("sec-fetch-mode", "navigate").header("referer", "https://rook.test/tags/a?x=1");
        let answer = ann.send(page, Body::empty()).await;
        assert_eq!(answer.location(), "/login?return_to=%2Ftags%2Fa%3Fx%3D1");
        let script = ann.send(like().header("sec-fetch-mode", "cors"), Body::empty()).await;
        assert_eq!(script.status, 401, "a script cannot see where a redirect leads");
    }
}

#[tokio::test]
async fn another_site_cannot_act_for_a_visitor() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for path in ["/tweets", "/logout", "/settings/appearance", "/login"] {
            let request = Request::post(path)
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "cross-site");
            let answer = ann.send(request, Body::from("text=evil&theme=dark")).await;
            assert_eq!(answer.status, 403, "{path}");
            answer.has("another site").check(path);
        }
        ann.open("/home").await.has_not("evil");
    }
}

#[tokio::test]
async fn sign_up_complains_about_each_input_and_keeps_what_was_typed() {
    for world in worlds().await {
        world.account("ann", Role::User).await;
        let cases = [
            (["ann", "new@example.org", PASSWORD], "This username is taken."),
            (["Ann", "new@example.org", PASSWORD], "This username is taken."),
            (["new", "ann@example.org", PASSWORD], "There is already an account with this email address."),
            (["", "new@example.org", PASSWORD], "Choose a username."),
            (["a b", "new@example.org", PASSWORD], "Use letters, digits and underscores only."),
            (["admin", "new@example.org", PASSWORD], "This name is reserved."),
            (["new", "nonsense", PASSWORD], "This does not look like an email address."),
            (["new", "new@example.org", "short"], "Use at least 8 characters."),
        ];
        for ([username, email, password], complaint) in cases {
            let fields = [("username", username), ("email", email), ("password", password)];
            let page = world.browser().post("/signup", &fields).await;
            assert_eq!(page.status, 422, "{fields:?}");
            page.has(complaint).has_not(PASSWORD).check("/signup");
            assert_eq!((page.input("username"), page.input("email")), (username.into(), email.into()));
        }
        assert_eq!(world.service.users(10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn where_an_admin_decides_newcomers_wait() {
    for world in worlds_with(Rules { registration: Registration::Approval, ..Rules::default() }).await {
        world.account("ann", Role::Admin).await;
        let bob = world.browser();
        let account = [("username", "bob"), ("email", "bob@example.org"), ("password", PASSWORD)];
        let page = bob.post("/signup", &account).await;
        assert_eq!(page.status, 422);
        page.has("reason-error");
        let mut account = account.to_vec();
        account.push(("reason", "I like rooks"));
        bob.submit("/signup", &account).await.has("Thank you, we have your request");
        let login = [("login", "bob"), ("password", PASSWORD)];
        let early = bob.post("/login", &login).await;
        assert_eq!(early.status, 403);
        early.has("An admin has not accepted this account yet.");
        let waiting = world.service.signups(Cursor::default(), 9).await.unwrap().items;
        assert_eq!(waiting[0].reason, "I like rooks");
        let (ann, eve) = (world.sign_in("ann").await, world.person("eve").await);
        assert_eq!(eve.get("/admin/signups").await.status, 403);
        let decide = |word| format!("/admin/signups/{}/{word}", waiting[0].account_id);
        assert_eq!(eve.post(&decide("approve"), &[]).await.status, 403);
        eve.open("/home").await.has_not("\"/admin\"");
        ann.open("/home").await.has("href=\"/admin\"");
        assert_eq!(ann.get("/admin").await.location(), "/admin/signups", "where somebody waits");
        ann.open("/admin/signups").await.has("@bob").has("bob@example.org").has("I like rooks");
        ann.submit(&decide("approve"), &[]).await.has("They may log in now.").has("Nobody is waiting");
        assert_eq!(ann.post(&decide("reject"), &[]).await.status, 404);
        assert_eq!(bob.post("/login", &login).await.location(), "/home");
    }
    for world in worlds_with(Rules { registration: Registration::Closed, ..Rules::default() }).await {
        world.account("ann", Role::Admin).await;
        let bob = world.browser();
        bob.open("/signup").await.has("Sign-up is closed");
        let account = [("username", "bob"), ("email", "bob@example.org"), ("password", PASSWORD)];
        assert_eq!(bob.post("/signup", &account).await.status, 403);
    }
}
