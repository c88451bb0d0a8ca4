//! Finding things, and asking other servers for what is not here.

use std::time::Duration;

use super::browser::{Browser, Page};
use super::world::worlds;

/// The index takes in what is written within a second.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Opens a page until it says `text`.
async fn open_until(browser: &Browser<'_>, path: &str, text: &str) -> Page {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            let page = browser.open(path).await;
            if page.html.contains(text) {
                return page;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("{path} never says {text:?}"))
}

#[tokio::test]
async fn posts_people_and_hashtags_are_found() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let post = ann.tweet("Forty of them in the churchyard elms #rooks").await;
        let visitor = world.browser();
        for browser in [&ann, &visitor] {
            open_until(browser, "/search?q=churchyard", &post).await.has("value=\"churchyard\"");
            open_until(browser, "/search?q=ann&kind=people", "class=\"person\"").await.has("href=\"/@ann\"");
            open_until(browser, "/search?q=roo&kind=tags", "href=\"/tags/rooks\"").await.has("1 post");
            browser.open("/search?q=nothing_like_it").await.has("Nothing found");
            browser.open("/search").await.has("What you can search for");
        }
        open_until(&ann, "/search?q=%40ann", "class=\"person\"").await;
    }
}

#[tokio::test]
async fn before_a_search_there_are_people_to_follow_with_the_reasons() {
    for world in worlds().await {
        let (ann, bob, cyd) =
            (world.person("ann").await, world.person("bob").await, world.person("cyd").await);
        for one in [&bob, &cyd] {
            one.tweet("I write").await;
        }
        ann.open("/search").await.has("People you might follow").has("href=\"/@bob\"").has("Popular here");
        let id = async |name: &str| world.service.account_by_handle(name).await.unwrap().id;
        let [a, b, c] = [id("ann").await, id("bob").await, id("cyd").await];
        world.service.follow(a, b).await.unwrap();
        world.service.follow(b, c).await.unwrap();
        let page = ann.open("/search").await;
        page.has("Followed by 1 person you follow").has("href=\"/@cyd\"").has_not("Popular here");
        world.browser().open("/search").await.has_not("People you might follow");
    }
}

#[tokio::test]
async fn the_best_posts_say_why_they_are_there() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let post = ann.tweet("Forty of them in the churchyard elms").await;
        let page = open_until(&ann, "/search?q=churchyard", &post).await;
        page.has("href=\"/search?q=churchyard&#38;kind=posts&#38;sort=best\"").has_not("You wrote it");
        let page = ann.open("/search?q=churchyard&sort=best").await;
        page.has(&post).has("You wrote it · Recent · Matches your words").has("name=\"sort\" value=\"best\"");
        world
            .browser()
            .open("/search?q=churchyard&sort=best")
            .await
            .has("Recent · Matches")
            .has_not("You wrote it");
    }
}

#[tokio::test]
async fn only_members_make_this_server_ask_another_one() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        // No name below .invalid is ever found (RFC 2606), so that nobody is asked.
        for query in ["%40someone%40nowhere.invalid", "https%3A%2F%2Fnowhere.invalid%2F%40someone"] {
            let path = format!("/search?q={query}");
            world.browser().open(&path).await.has("Log in to look up accounts on other servers.");
            ann.open(&path).await.has("That server does not answer at present.");
        }
        ann.open("/search?q=https%3A%2F%2Frook.test%2F%40ann").await.has("Found on the network");
        ann.open("/search?q=ann%40rook.test&kind=people").await.has("href=\"/@ann\"");
    }
}
