//! Profiles, settings, requests, blocks.

use super::browser::Part;
use super::world::{PASSWORD, worlds};
use crate::clock::DAY_MS;
use crate::model::account::Role;

#[tokio::test]
async fn a_profile_is_edited_and_shown() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        ann.open("/settings/profile").await.has("name=\"field_name_3\"");
        let image = image::RgbImage::from_pixel(200, 200, image::Rgb([20, 40, 200]));
        let mut avatar = std::io::Cursor::new(Vec::new());
        image.write_to(&mut avatar, image::ImageFormat::Png).unwrap();
        let fields = [
            Part::File("avatar", avatar.get_ref()),
            Part::Text("display_name", "Ann the Rook"),
            Part::Text("bio", "Sits on https://tree.example all day."),
            Part::Text("field_name_1", "Tree"),
            Part::Text("field_value_1", "https://elm.example"),
            Part::Text("locked", "on"),
        ];
        let answer = ann.post_parts("/settings/profile", &fields).await;
        assert_eq!(answer.location(), "/@ann", "{}", answer.html);
        let page = ann.open("/@ann").await;
        page.has("Profile saved.").has("Ann the Rook").has("href=\"https://tree.example").has("Tree");
        page.has("href=\"https://elm.example").has("avatar big\" src=\"/media/");
        ann.open("/settings/profile").await.has("name=\"remove_avatar\"").has("name=\"locked\" checked");

        let fields = [Part::Text("display_name", ""), Part::Text("remove_avatar", "on")];
        ann.post_parts("/settings/profile", &fields).await;
        ann.open("/@ann").await.has_not("src=\"/media/").has_not("Tree");
        let left = walk(&world.files.path().join("media"));
        assert_eq!(left, 0, "files of removed pictures stay on {}", world.engine);
    }
}

/// Files below a folder.
fn walk(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn a_locked_account_answers_requests() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        ann.post_parts("/settings/profile", &[Part::Text("locked", "on")]).await;
        let id = |name: &'static str| async { world.service.account_by_handle(name).await.unwrap().id };
        let (ann_id, bob_id) = (id("ann").await, id("bob").await);
        let back = [("return_to", "/@ann")];
        bob.submit(&format!("/accounts/{ann_id}/follow"), &back).await.has("Your request is on its way.");
        ann.open("/follow-requests").await.has("@bob");
        ann.open("/notifications").await.has("asks to follow you");
        let answer = ann.submit(&format!("/follow-requests/{bob_id}/reject"), &[]).await;
        answer.has("Request rejected.").has("No requests");
        assert_eq!(ann.post(&format!("/follow-requests/{bob_id}/accept"), &[]).await.status, 404);
        bob.submit(&format!("/accounts/{ann_id}/follow"), &back).await;
        ann.submit(&format!("/follow-requests/{bob_id}/accept"), &[]).await.has("Request accepted.");
        ann.open("/@ann/followers").await.has("remove-follower");
        let removed =
            ann.submit(&format!("/accounts/{bob_id}/remove-follower"), &[("return_to", "/@ann")]).await;
        removed.has("They no longer follow you.").has("0 followers");
    }
}

#[tokio::test]
async fn blocks_and_mutes_are_put_and_taken_back() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        bob.tweet("bob was here").await;
        let bob_id = world.service.account_by_handle("bob").await.unwrap().id;
        let ann_id = world.service.account_by_handle("ann").await.unwrap().id;
        let back = [("return_to", "/@bob")];
        ann.submit(&format!("/accounts/{bob_id}/mute"), &back).await.has("Muted.");
        ann.open("/local").await.has_not("bob was here");
        ann.submit(&format!("/accounts/{bob_id}/unmute"), &back).await.has("Unmuted.");
        ann.open("/local").await.has("bob was here");
        let blocked = ann.submit(&format!("/accounts/{bob_id}/block"), &back).await;
        blocked.has("You have blocked this account").has_not("bob was here");
        bob.open("/@ann").await.has("You cannot see these posts");
        assert_eq!(bob.post(&format!("/accounts/{ann_id}/follow"), &[]).await.status, 403);
        ann.submit(&format!("/accounts/{bob_id}/unblock"), &back).await.has("bob was here");
        assert_eq!(ann.post(&format!("/accounts/{ann_id}/follow"), &[]).await.status, 422);
    }
}

#[tokio::test]
async fn passwords_and_sessions_are_in_their_owners_hand() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let elsewhere = world.browser();
        elsewhere.post("/login", &[("login", "ann@example.org"), ("password", PASSWORD)]).await;
        let third = world.browser();
        third.post("/login", &[("login", "ann"), ("password", PASSWORD)]).await;

        let page = ann.open("/settings/security").await;
        let end = page.html.split("action=\"/settings/sessions/").nth(1).unwrap().split('"').next().unwrap();
        ann.submit(&format!("/settings/sessions/{end}"), &[]).await.has("Session ended.");
        assert_eq!(third.get("/home").await.status, 303, "the newest of the others was ended");

        let wrong = [("current_password", "wrong horse"), ("new_password", "another horse battery")];
        let page = ann.post("/settings/password", &wrong).await;
        assert_eq!(page.status, 422);
        page.has("This is not your current password.").check("/settings/security");
        let short = [("current_password", PASSWORD), ("new_password", "short")];
        ann.post("/settings/password", &short)
            .await
            .has("new_password-error")
            .has("Use at least 8 characters.");
        let right = [("current_password", PASSWORD), ("new_password", "another horse battery")];
        ann.submit("/settings/password", &right).await.has("Password changed.");
        assert_eq!(elsewhere.get("/home").await.status, 303);
        ann.open("/home").await;
    }
}

#[tokio::test]
async fn looks_and_language_are_kept_for_visitors_and_for_members() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let choice = [("theme", "dark"), ("language", "de"), ("return_to", "/settings/appearance")];
        for browser in [&world.browser(), &ann] {
            let page = browser.submit("/settings/appearance", &choice).await;
            page.has("<html lang=\"de\" data-theme=\"dark\">")
                .has("<option value=\"de\" lang=\"de\" selected>");
        }
        ann.submit("/logout", &[]).await.has("lang=\"de\"");
        // Another browser learns it at the door.
        let other = world.browser();
        other.post("/login", &[("login", "ann"), ("password", PASSWORD)]).await;
        other.open("/home").await.has("<html lang=\"de\" data-theme=\"auto\">");
        other.submit("/settings/appearance", &[("language", ""), ("theme", "auto")]).await.has("lang=\"en\"");
    }
}

#[tokio::test]
async fn blocked_and_muted_accounts_are_listed_and_let_go() {
    for world in worlds().await {
        let (ann, _) = (world.person("ann").await, world.person("bob").await);
        let bob_id = world.service.account_by_handle("bob").await.unwrap().id;
        for (list, act, undo) in
            [("/settings/blocked", "block", "unblock"), ("/settings/muted", "mute", "unmute")]
        {
            ann.open(list).await.has_not("@bob");
            ann.submit(&format!("/accounts/{bob_id}/{act}"), &[("return_to", "/local")]).await;
            let undo = format!("/accounts/{bob_id}/{undo}");
            ann.open(list).await.has("@bob").has(&format!("action=\"{undo}\""));
            ann.submit(&undo, &[("return_to", list)]).await.has_not("@bob");
        }
    }
}

#[tokio::test]
async fn long_lists_of_muted_accounts_go_on_with_older_pages() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let ann_id = world.service.account_by_handle("ann").await.unwrap().id;
        for n in 0..41 {
            let id = world.account(&format!("bird{n}"), Role::User).await;
            world.service.mute(ann_id, id, true).await.unwrap();
        }
        let first = ann.open("/settings/muted").await;
        first.has("@bird40").has_not("@bird0<");
        let older = first.links().into_iter().find(|link| link.contains("cursor=")).unwrap();
        ann.open(&older).await.has("@bird0<").has_not("@bird40");
    }
}

#[tokio::test]
async fn one_key_shortcuts_can_be_turned_off() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        ann.open("/home").await.has("/keys.").has("data-open-keys");
        let off = ann.submit("/settings/appearance", &[("theme", "auto")]).await;
        off.has_not("/keys.").has_not("data-open-keys").has("name=\"keys\">");
        ann.submit("/settings/appearance", &[("theme", "auto"), ("keys", "on")]).await.has("/keys.");
    }
}

#[tokio::test]
async fn a_browser_keeps_its_session_as_long_as_the_server_does() {
    const SESSION: &str = "__Host-rookery_session=";
    for world in worlds().await {
        let ann = world.person("ann").await;
        let told = |page: &super::browser::Page| -> Vec<String> {
            let lines =
                page.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap().to_owned());
            lines.filter(|line| line.starts_with(SESSION)).collect()
        };
        assert!(told(&ann.open("/home").await).is_empty());
        for _ in 0..3 {
            world.clock.advance(60 * DAY_MS);
            let renewed = told(&ann.open("/home").await);
            assert!(renewed.len() == 1 && renewed[0].contains("Max-Age=7776000"), "{renewed:?}");
            assert!(told(&ann.open("/home").await).is_empty());
        }
        world.clock.advance(DAY_MS);
        let left = told(&ann.post("/logout", &[]).await);
        assert!(left.len() == 1 && left[0].contains("Max-Age=0"), "{left:?}");
    }
}

#[tokio::test]
async fn a_post_is_reported_from_its_menu_and_an_admin_is_done_with_it() {
    for world in worlds().await {
        world.account("chief", Role::Admin).await;
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = bob.tweet("buy feathers").await;
        let form = ann.open(&post).await.links().into_iter().find(|link| link.starts_with("/report?"));
        let form = ann.open(&form.unwrap()).await;
        form.has("Report @bob").has("buy feathers").has_not("name=\"forward\"");
        let (account, tweet) = (form.input("account"), form.input("tweet"));
        let long = "x".repeat(1_001);
        let fields = |comment| [("account", &*account), ("tweet", &*tweet), ("comment", comment)];
        let refused = ann.post("/report", &fields(&long)).await;
        assert_eq!(refused.status, 422);
        refused.has("comment-error");
        ann.submit("/report", &fields("<b>spam</b>")).await.has("Reported. Somebody will look at it.");
        assert_eq!(ann.get("/admin/reports").await.status, 403);
        ann.open("/home").await.has_not("\"/admin\"");

        let chief = world.sign_in("chief").await;
        chief.open("/home").await.has("href=\"/admin\"");
        assert_eq!(chief.get("/admin").await.location(), "/admin/reports");
        let list = chief.open("/admin/reports").await;
        list.has("@bob").has("@ann").has("buy feathers").has("&#60;b&#62;spam");
        let (_, rest) = list.html.split_once("/admin/reports/").unwrap();
        let id = rest.split('/').next().unwrap();
        assert_eq!(ann.post(&format!("/admin/reports/{id}/resolve"), &[]).await.status, 403);
        let done = chief.submit(&format!("/admin/reports/{id}/resolve"), &[]).await;
        done.has("The report is done.").has("No open reports");
        chief.open("/admin/reports?state=resolved").await.has("Done by @chief").has("Open again");
        chief.submit(&format!("/admin/reports/{id}/reopen"), &[]).await.has("@bob");
    }
}

#[tokio::test]
async fn an_account_is_deleted_with_its_password_and_without_scripts() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        ann.tweet("ann was here").await;
        ann.open("/settings/security").await.has("href=\"/settings/delete\"");
        ann.open("/settings/delete").await.has("This cannot be undone.").has("Your username stays taken");
        let wrong = ann.post("/settings/delete", &[("password", "guess")]).await;
        assert_eq!(wrong.status, 422, "{}", wrong.html);
        wrong.has("password-error").has("This is not your current password.");
        bob.open("/@ann").await.has("ann was here");
        let gone = ann.submit("/settings/delete", &[("password", PASSWORD)]).await;
        gone.has("Your account is deleted.");
        assert_eq!(ann.get("/home").await.location(), "/login?return_to=%2Fhome");
        assert_eq!(bob.get("/@ann").await.status, 404);
        bob.open("/local").await.has_not("ann was here");
        let login = world.browser().post("/login", &[("login", "ann"), ("password", PASSWORD)]).await;
        assert_eq!(login.status, 422, "{}", login.html);
    }
}

#[tokio::test]
async fn an_account_moves_to_another_and_back_without_scripts() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        ann.open("/settings/move").await.has("Move to another account").has("name=\"aliases\"");
        let to_bob = [("target", "bob"), ("password", PASSWORD)];
        let refused = ann.post("/settings/move", &to_bob).await;
        assert_eq!(refused.status, 422, "{}", refused.html);
        refused.has("does not name this one as an alias").has("value=\"bob\"");
        let wrong = ann.post("/settings/move", &[("target", "bob"), ("password", "guess")]).await;
        wrong.has("password-error");
        let unknown = bob.post("/settings/aliases", &[("aliases", "ann\nnobody")]).await;
        unknown.has("There is no such account");
        bob.submit("/settings/aliases", &[("aliases", "ann\r\n\r\n")])
            .await
            .has("https://rook.test/users/ann");
        ann.submit("/settings/move", &to_bob).await.has("You have moved").has("href=\"/@bob\"");
        bob.open("/@ann").await.has("Moved to <a class=\"name\" href=\"/@bob\"");
        let post = ann.post_parts("/tweets", &[Part::Text("text", "still here?")]).await;
        post.has("This account has moved.").has("still here?");
        ann.submit("/settings/move/undo", &[]).await.has("The move is taken back.");
        ann.tweet("back again").await;
    }
}
