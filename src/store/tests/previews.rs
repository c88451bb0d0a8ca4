//! Pages that tweets link to.

use super::database::stores;
use super::people::{insert_accounts, insert_tweets, tweet};
use crate::config::limits::PREVIEW_LOOK_MS;
use crate::model::ids::{RowId, TweetId};
use crate::model::preview::Page;
use crate::store::previews::{self, Fresh, Link, prune};
use crate::store::{Conn, StoreError};

const FRESH: Fresh = Fresh { card_since: 0, none_since: 0 };

fn link(conn: &mut Conn, id: i64, tweet: i64, now_ms: i64) -> Result<(), StoreError> {
    let link = Link {
        tweet: TweetId(tweet),
        id: RowId(id),
        url: format!("https://a.test/{id}"),
        host: "a.test".into(),
        due_at: now_ms,
        hurries: false,
    };
    previews::link(conn, &link, FRESH, now_ms)
}

#[tokio::test]
async fn pages_that_no_tweet_links_to_any_more_are_forgotten_a_few_at_a_time() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            insert_accounts(conn, 1)?;
            insert_tweets(conn, (1..=5).map(|id| tweet(id, 1)).collect())?;
            (1..=5).try_for_each(|id| link(conn, id, id, 10 + id))?;
            previews::unlink(conn, &[TweetId(1), TweetId(2), TweetId(4)])?;
            assert_eq!(prune(conn, 11, 10)?, 0, "not before it is time");
            let first = prune(conn, 100, 2)?;
            let second = prune(conn, 100, 2)?;
            let third = prune(conn, 100, 2)?;
            assert_eq!([first, second, third], [2, 1, 0]);
            // Those that stay are looked at in their turn.
            previews::unlink(conn, &[TweetId(3), TweetId(5)])?;
            assert_eq!(prune(conn, 100, 10)?, 0);
            prune(conn, 101 + PREVIEW_LOOK_MS, 10)
        });
        assert_eq!(done.await.unwrap(), 2, "{}", test.engine);
    }
}

#[tokio::test]
async fn what_was_seen_of_a_picture_stays_while_it_is_the_same() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            insert_accounts(conn, 1)?;
            insert_tweets(conn, vec![tweet(1, 1)])?;
            link(conn, 7, 1, 10)?;
            let at = |url: &str| Page {
                title: "T".into(),
                picture: Some(url.parse().unwrap()),
                ..Page::default()
            };
            let width = |conn: &mut Conn| -> Result<i64, StoreError> {
                let card = previews::of_tweets(conn, &[TweetId(1)])?.remove(&TweetId(1));
                Ok(card.and_then(|card| card.picture).map_or(-1, |picture| picture.width))
            };
            previews::found(conn, RowId(7), &at("https://a.test/1.png"), 20)?;
            previews::set_seen(conn, RowId(7), "https://a.test/other.png", (4, 3), "hash")?;
            let unseen = width(conn)?;
            previews::set_seen(conn, RowId(7), "https://a.test/1.png", (40, 30), "hash")?;
            previews::found(conn, RowId(7), &at("https://a.test/1.png"), 30)?;
            let same = width(conn)?;
            previews::found(conn, RowId(7), &at("https://a.test/2.png"), 40)?;
            let other = width(conn)?;
            previews::found(conn, RowId(7), &Page { title: "T".into(), ..Page::default() }, 50)?;
            assert_eq!(previews::picture(conn, RowId(7))?, None);
            Ok([unseen, same, other, width(conn)?])
        });
        assert_eq!(done.await.unwrap(), [0, 40, 0, -1], "{}", test.engine);
    }
}
