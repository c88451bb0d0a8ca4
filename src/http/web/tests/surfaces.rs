//! Every page, for members and for visitors.

use axum::body::Body;
use axum::http::Request;

use super::world::{worlds, worlds_with};
use crate::service::Rules;

#[tokio::test]
async fn every_page_is_sound_for_members_and_visitors() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let post = ann.tweet("Hello #rooks from @bob's friend").await;
        let act = format!("/tweets/{}", post.rsplit('/').next().unwrap());
        bob.tweet("Another one").await;
        let report = format!("/report?account={}", world.service.account_by_handle("bob").await.unwrap().id);
        let open = [
            "/local",
            "/federated",
            "/search",
            "/search?q=rooks",
            "/search?q=bob&kind=people",
            "/search?q=rook&kind=tags",
            "/tags/rooks",
            "/@ann",
            "/@ann?tab=replies",
            "/@ann?tab=media",
            "/@ann/followers",
            "/@ann/following",
            "/settings/appearance",
            "/tags/nobody_wrote_this",
            &format!("{act}/likes"),
            &format!("{act}/reposts"),
            &format!("{act}/quotes"),
            &post,
            &format!("{act}/history"),
        ]
        .map(str::to_owned);
        let closed = [
            "/home",
            "/bookmarks",
            "/notifications",
            "/follow-requests",
            "/compose",
            "/settings/profile",
            "/settings/security",
            "/settings/apps",
            "/settings/blocked",
            "/settings/muted",
            "/settings/email",
            "/settings/notifications",
            "/settings/move",
            "/settings/delete",
            &report,
            &format!("{act}/edit"),
            &format!("{act}/delete"),
            &format!("{act}/delivery"),
            &format!("/compose?quote_of={}", act.trim_start_matches("/tweets/")),
        ]
        .map(str::to_owned);
        let visitor = world.browser();
        for path in ["/", "/login", "/signup"] {
            visitor.open(path).await;
            assert_eq!(ann.get(path).await.location(), "/home", "{path}");
        }
        for path in &open {
            visitor.open(path).await;
            ann.open(path).await;
        }
        for path in &closed {
            assert!(visitor.get(path).await.location().starts_with("/login?return_to="), "{path}");
            ann.open(path).await;
        }
        assert_eq!(visitor.get("/settings").await.location(), "/settings/appearance");
        assert_eq!(ann.get(&act).await.location(), post);
    }
}

#[tokio::test]
async fn long_lists_go_on_with_older_pages() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        for n in 0..23 {
            world.clock.advance(1_000);
            ann.tweet(&format!("number {n}.")).await;
        }
        for list in ["/home", "/local", "/@ann"] {
            let first = ann.open(list).await;
            first.has("number 22.").has("number 3.").has_not("number 2.<");
            let older = first.links().into_iter().find(|link| link.contains("cursor=")).unwrap();
            let second = ann.open(&older).await;
            second.has("number 2.<").has("number 0.<").has_not("number 3.<").has_not("rel=\"next\"");
        }
    }
}

#[tokio::test]
async fn a_small_place_says_how_many_are_here_now() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        ann.open("/local").await.has("1 person · 0 posts");
        ann.tweet("one").await;
        world.clock.advance(1_000);
        ann.open("/local").await.has("1 person · 1 post<");
    }
}

#[tokio::test]
async fn a_refusal_speaks_the_readers_language() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let german = [("theme", "auto"), ("language", "de")];
        ann.submit("/settings/appearance", &german).await.has("Gespeichert.");
        ann.get("/admin/signups").await.has("Das dürfen nur Admins.").has_not("only an admin");
    }
}

#[tokio::test]
async fn private_posts_have_no_page_for_others() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let secret = [
            super::browser::Part::Text("text", "a secret"),
            super::browser::Part::Text("visibility", "direct"),
        ];
        ann.post_parts("/tweets", &secret).await;
        let profile = ann.open("/@ann").await;
        let post = profile
            .links()
            .into_iter()
            .find(|link| link.starts_with("/@ann/") && !link.contains("/follow"))
            .unwrap();
        ann.open(&post).await.has("a secret");
        for browser in [&bob, &world.browser()] {
            let page = browser.get(&post).await;
            assert_eq!(page.status, 404);
            page.has("Nothing on this branch").has_not("a secret").check(&post);
        }
    }
}

#[tokio::test]
async fn instances_are_sent_from_pages_to_documents() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let post = ann.tweet("public").await;
        let id = post.rsplit('/').next().unwrap().to_owned();
        let object = format!("https://rook.test/users/ann/statuses/{id}");
        for (path, document) in [("/@ann", "https://rook.test/users/ann"), (&post, &object)] {
            let request = Request::get(path).header("accept", "application/activity+json");
            let answer = world.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.location(), document);
            let page = ann.open(path).await;
            let link = page.headers["link"].to_str().unwrap();
            assert_eq!(link, format!("<{document}>; rel=\"alternate\"; type=\"application/activity+json\""));
        }
        assert_eq!(ann.get("/@ANN").await.location(), "/@ann");
        assert_eq!(ann.get("/@ann@rook.test").await.location(), "/@ann");
        assert_eq!(ann.get(&format!("/@nobody/{id}")).await.location(), post);
    }
}

#[tokio::test]
async fn the_foot_leads_to_the_source_that_the_admin_names_and_never_nowhere() {
    for world in worlds().await {
        world.person("ann").await;
        for path in ["/local", "/login"] {
            let page = world.browser().open(path).await;
            page.has("AGPL-3.0-only").has_not("href=\"\"").has_not("Source code");
        }
    }
    let source_url = "https://git.rook.test/rookery".to_owned();
    for world in worlds_with(Rules { source_url, ..Rules::default() }).await {
        world.person("ann").await;
        for path in ["/local", "/login", "/nowhere"] {
            world.browser().get(path).await.has("<a href=\"https://git.rook.test/rookery\">Source code</a>");
        }
    }
}

#[tokio::test]
async fn the_instances_language_is_for_browsers_that_ask_for_none_of_ours() {
    for world in worlds_with(Rules { language: "de-AT".to_owned(), ..Rules::default() }).await {
        world.person("ann").await;
        let visitor = world.browser();
        visitor.open("/local").await.has("<html lang=\"de\"");
        visitor.get("/nowhere").await.has("<html lang=\"de\"");
        for (asked, answered) in [("fr, es;q=0.5", "de"), ("fr, en;q=0.5", "en")] {
            let request = Request::get("/local").header("accept-language", asked);
            let page = visitor.send(request, Body::empty()).await;
            page.has(&format!("<html lang=\"{answered}\""));
        }
    }
}

#[tokio::test]
async fn everybody_is_told_how_to_reach_who_runs_the_instance() {
    for world in worlds_with(Rules { admin_contact: "help@rook.test".to_owned(), ..Rules::default() }).await {
        let ann = world.person("ann").await;
        ann.open("/home").await.has("<a href=\"mailto:help@rook.test\">help@rook.test</a>");
        world.browser().open("/login").await.has("href=\"mailto:help@rook.test\"");
    }
}
