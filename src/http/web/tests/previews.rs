//! Cards of linked pages on the pages.

use super::world::worlds;
use crate::http::fixtures::card;
use crate::model::ids::TweetId;
use crate::model::preview::Page;
use crate::service::{NewTweet, TweetChanges};

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

/// The tweet at this address.
fn tweet(address: &str) -> TweetId {
    let (_, id) = address.rsplit_once(['/', '-']).unwrap();
    id.parse().unwrap()
}

#[tokio::test]
async fn a_card_is_one_link_that_names_its_host_and_loads_nothing_from_there() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let id = tweet(&ann.tweet("see https://a.test/x?y=1&z=2").await);
        ann.open("/local").await.has_not("class=\"preview\"");
        card(&world.service, id, "https://a.test/x?y=1&z=2", said("A <b>title</b>")).await;
        let page = world.browser().open("/local").await;
        page.has(
            "<a class=\"preview\" href=\"https://a.test/x?y=1&#38;z=2\" rel=\"nofollow noopener noreferrer\"",
        )
        .has("<bdi>a.test</bdi><bdi>The Site</bdi>")
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
        let first = tweet(&ann.tweet("first").await);
        card(&world.service, first, "https://a.test/1", said("One")).await;
        let author = world.service.account_by_handle("ann").await.unwrap().id;
        let quote = NewTweet { text: "second".into(), quote_of: Some(first), ..NewTweet::default() };
        let second = world.service.create_tweet(author, quote).await.unwrap().tweet.id;
        // Known by mistake: a quote came in later, for example.
        card(&world.service, second, "https://a.test/2", said("Two")).await;
        ann.open("/local").await.has("One").has_not("Two");
        let hidden = TweetChanges { sensitive: Some(true), ..TweetChanges::default() };
        world.service.edit_tweet(author, first, hidden).await.unwrap();
        ann.open("/local").await.has("One").has_not("/media/remote/preview/");
    }
}
