//! Emoji of other instances.

use super::database::stores;
use super::people::{account, insert_tweets, tweet};
use crate::model::account::Account;
use crate::model::emoji::{RemoteEmoji, remote_key};
use crate::model::ids::{RowId, TweetId};
use crate::model::tweet::Tweet;
use crate::store::emoji::{self, Named};
use crate::store::{Conn, StoreError, accounts, tweets};

fn named(id: i64, shortcode: &str, url: &str, updated_at: Option<i64>) -> Named {
    Named { id: RowId(id), shortcode: shortcode.into(), url: url.into(), updated_at }
}

fn url(conn: &mut Conn, id: i64) -> Result<Option<String>, StoreError> {
    Ok(emoji::source(conn, RowId(id))?.map(|source| source.url))
}

#[tokio::test]
async fn the_same_code_of_two_hosts_is_two_emoji() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            let one = emoji::learn(conn, "b.test", &[named(1, "rook", "https://b.test/1", None)], 5)?;
            let other = emoji::learn(conn, "c.test", &[named(2, "rook", "https://c.test/1", None)], 5)?;
            assert_eq!(
                one[0],
                RemoteEmoji { id: RowId(1), shortcode: "rook".into(), key: remote_key("b.test", "rook") }
            );
            assert_eq!((other[0].id, url(conn, 1)?.as_deref()), (RowId(2), Some("https://b.test/1")));
            assert_ne!(one[0].key, other[0].key);
            Ok(())
        });
        done.await.unwrap();
    }
}

#[tokio::test]
async fn a_newer_picture_of_an_emoji_replaces_the_older_and_never_the_other_way_round() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            let first = named(1, "rook", "https://b.test/1", Some(10));
            emoji::learn(conn, "b.test", std::slice::from_ref(&first), 5)?;
            assert!(emoji::known(conn, "b.test", std::slice::from_ref(&first))?.is_some());
            let newer = named(2, "rook", "https://b.test/2", Some(20));
            assert_eq!(emoji::known(conn, "b.test", std::slice::from_ref(&newer))?, None);
            assert_eq!(emoji::learn(conn, "b.test", &[newer], 6)?[0].id, RowId(1), "its number stays");
            assert_eq!(url(conn, 1)?.as_deref(), Some("https://b.test/2"));
            assert!(
                emoji::known(conn, "b.test", std::slice::from_ref(&first))?.is_some(),
                "nothing to write"
            );
            emoji::learn(conn, "b.test", &[first], 7)?;
            assert_eq!(url(conn, 1)?.as_deref(), Some("https://b.test/2"));
            // Who says no time says what is.
            emoji::learn(conn, "b.test", &[named(3, "rook", "https://b.test/3", None)], 8)?;
            assert_eq!(url(conn, 1)?.as_deref(), Some("https://b.test/3"));
            Ok(())
        });
        done.await.unwrap();
    }
}

#[tokio::test]
async fn tweets_and_accounts_are_read_with_the_emoji_they_came_with() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            let list = emoji::learn(conn, "b.test", &[named(1, "rook", "https://b.test/1", None)], 5)?;
            let author = Account { emoji: list.clone(), ..account(1, "zoe") };
            accounts::insert(conn, &author)?;
            insert_tweets(conn, vec![Tweet { emoji: list.clone(), ..tweet(7, 1) }, tweet(8, 1)])?;
            assert_eq!(tweets::by_id(conn, TweetId(7))?.map(|tweet| tweet.emoji), Some(list.clone()));
            assert_eq!(tweets::by_id(conn, TweetId(8))?.map(|tweet| tweet.emoji), Some(Vec::new()));
            assert_eq!(accounts::by_id(conn, author.id)?.map(|account| account.emoji), Some(list));
            accounts::update_profile(conn, &Account { emoji: Vec::new(), ..author.clone() })?;
            assert_eq!(accounts::by_id(conn, author.id)?.map(|account| account.emoji), Some(Vec::new()));
            Ok(())
        });
        done.await.unwrap();
    }
}
