//! Cards of linked pages on the pages.

use super::world::worlds;
use crate::http::fixtures::card;
use crate::model::ids::TweetId;
use crate::model::preview::Page;

fn said(title: &str) -> Page {
    Page {
        title: title.to_owned(),
        description: "About <it>".into(),
        site_name: "The Site".into(),
        picture: Some("https://b.test/1.png".parse().unwrap()),
        picture_alt: "a rook".into(),
        ..Page::default()
    }
}

/// The newest tweet of a page.
fn newest(html: &str) -> TweetId {
    let (_, rest) = html.split_once("id=\"tweet-").unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_card_is_one_link_that_names_its_host_and_loads_nothing_from_there() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        ann.tweet("see https://a.test/x?y=1&z=2").await;
        let before = ann.open("/local").await;
        before.has_not("class=\"preview\"");
        let id = newest(&before.html);
        card(&world.service, id, "https://a.test/x?y=1&z=2", said("A <b>title</b>")).await;
        let page = world.browser().open("/local").await;
        page.has(
            "<a class=\"preview\" href=\"https://a.test/x?y=1&#38;z=2\" rel=\"nofollow noopener noreferrer\"",
        )
        .has("<bdi>The Site</bdi><bdi>a.test</bdi>")
        .has("A &#60;b&#62;title&#60;/b&#62;")
        .has("About &#60;it&#62;")
        .has("alt=\"a rook\"")
        .has("src=\"/media/remote/preview/")
        .has_not("b.test");
        assert_eq!(page.html.matches("class=\"preview\"").count(), 1, "{}", world.engine);
        world.browser().open(&format!("/@ann/{id}")).await.has("class=\"preview\"");
    }
}

#[tokio::test]
async fn pictures_polls_and_quotes_take_the_place_of_a_card_and_sensitive_tweets_show_none_of_its_picture() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        ann.tweet("first").await;
        let first = newest(&ann.open("/local").await.html);
        card(&world.service, first, "https://a.test/1", said("One")).await;
        ann.post("/tweets", &[("text", "second"), ("quote_of", &first.to_string())]).await;
        let local = ann.open("/local").await;
        let second = newest(&local.html);
        assert_ne!(first, second, "{}", local.html);
        // Known by mistake: a quote came in later, for example.
        card(&world.service, second, "https://a.test/2", said("Two")).await;
        ann.open("/local").await.has("One").has_not("Two");
        let hidden = crate::service::TweetChanges { sensitive: Some(true), ..Default::default() };
        let author = world.service.account_by_handle("ann").await.unwrap().id;
        world.service.edit_tweet(author, first, hidden).await.unwrap();
        ann.open("/local").await.has("One").has_not("/media/remote/preview/");
    }
}
