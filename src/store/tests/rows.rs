//! What the stories do not reach: look-ups by foreign ids, scans, remote pictures.

use super::count;
use super::database::stores;
use super::people::{account, command, follow, insert_accounts, insert_tweets, tweet};
use crate::model::account::{Account, Role, User, UserState};
use crate::model::cursor::Cursor;
use crate::model::event::Reaction;
use crate::model::ids::{AccountId, MediaId, TweetId};
use crate::model::tweet::{Media, Tweet};
use crate::store::actors::{self, Reach, RemoteActor};
use crate::store::hot::HotCommand as _;
use crate::store::reactions::{self, Like};
use crate::store::timelines::{self, Slice};
use crate::store::tweet_commands::CreateTweet;
use crate::store::{StoreError, accounts, follows, media, settings, signups, tombstones, tweets, users};

const ALL: Slice = Slice { before: None, after: None, limit: 100 };

fn remote_actor(id: i64, name: &str) -> RemoteActor {
    let uri = format!("https://b.test/users/{name}");
    RemoteActor {
        account: Account { domain: Some("b.test".into()), uri: Some(uri.clone()), ..account(id, name) },
        reach: Reach {
            inbox: format!("{uri}/inbox"),
            uri,
            host: "b.test".into(),
            also_known_as: "[]".into(),
            ..Reach::default()
        },
        keys: Vec::new(),
    }
}

pub(super) fn user(id: i64, state: UserState) -> User {
    User {
        account_id: AccountId(id),
        username: format!("p{id}"),
        email: format!("p{id}@mail.test"),
        password_hash: "none".into(),
        role: Role::User,
        state,
        suspended: false,
        language: Some("en".into()),
    }
}

#[tokio::test]
async fn remote_accounts_are_found_by_their_ids_and_by_their_handles_whatever_the_case() {
    for test in stores().await {
        let found = test.store.write(|conn| {
            actors::upsert(conn, &remote_actor(3, "zoe"), 1)?;
            actors::upsert(conn, &remote_actor(4, "Yan"), 1)?;
            let zoe = "https://b.test/users/zoe";
            assert_eq!(accounts::by_uri(conn, zoe)?.map(|found| found.id), Some(AccountId(3)));
            assert_eq!(accounts::by_uri(conn, "https://b.test/users/nobody")?, None);
            assert_eq!(accounts::by_handle(conn, "YAN", Some("b.test"))?.map(|a| a.id), Some(AccountId(4)));
            assert_eq!(accounts::by_handle(conn, "yan", None)?, None);
            Ok(())
        });
        found.await.unwrap();
    }
}

#[tokio::test]
async fn an_actor_that_is_read_again_unchanged_is_no_event() {
    for test in stores().await {
        let learn = async |actor: RemoteActor| {
            test.store.write(move |conn| actors::upsert(conn, &actor, 1)).await.unwrap();
            count(&test.store, "select count(*) from events").await
        };
        let zoe = remote_actor(3, "zoe");
        assert_eq!(learn(zoe.clone()).await, 1, "{}", test.engine);
        assert_eq!(learn(zoe.clone()).await, 1, "{}", test.engine);
        let indexable = !zoe.account.indexable;
        let shy = RemoteActor { account: Account { indexable, ..zoe.account.clone() }, ..zoe };
        assert_eq!(learn(shy).await, 2, "{}", test.engine);
    }
}

#[tokio::test]
async fn users_are_listed_newest_first_and_a_taken_address_is_a_unique_violation() {
    for test in stores().await {
        let listed = test.store.write(|conn| {
            insert_accounts(conn, 4)?;
            assert!(!users::any(conn)?);
            users::insert(conn, &user(1, UserState::Active), 1)?;
            users::insert(conn, &user(2, UserState::Pending), 1)?;
            users::insert(conn, &user(3, UserState::Active), 1)?;
            assert!(users::any(conn)?);
            let ids = |users: Vec<User>| users.iter().map(|user| user.account_id.0).collect::<Vec<_>>();
            assert_eq!(users::by_account(conn, AccountId(3))?, Some(user(3, UserState::Active)));
            assert!(!signups::remove(conn, AccountId(1))?);
            Ok([ids(users::list(conn, 2)?), ids(users::list(conn, 9)?)])
        });
        assert_eq!(listed.await.unwrap(), [vec![3, 2], vec![3, 2, 1]], "{}", test.engine);
        let taken: Result<(), StoreError> = test
            .store
            .write(|conn| {
                let twin = User { email: "P1@mail.TEST".into(), ..user(4, UserState::Active) };
                users::insert(conn, &twin, 1)
            })
            .await;
        assert!(taken.unwrap_err().is_unique_violation(), "{}", test.engine);
        let orphan = test.store.write(|conn| users::insert(conn, &user(9, UserState::Active), 1)).await;
        assert!(orphan.unwrap_err().is_foreign_key_violation(), "{}", test.engine);
    }
}

#[tokio::test]
async fn bonds_are_found_by_their_foreign_id_and_local_followers_are_listed() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            insert_accounts(conn, 5)?;
            for id in [2, 3, 5] {
                users::insert(conn, &user(id, UserState::Active), 1)?;
            }
            for (id, from) in (1..).zip([5, 4, 3, 2]) {
                assert!(follow(conn, id, from, 1)?);
            }
            assert!(!follow(conn, 9, 5, 1)?, "once only");
            let by_uri = follows::by_uri(conn, "https://b.test/follows/2")?;
            assert_eq!(by_uri, Some((AccountId(4), AccountId(1))));
            assert_eq!(follows::by_uri(conn, "https://b.test/follows/9")?, None);
            let first = follows::local_followers(conn, AccountId(1), AccountId(0), 2)?;
            let rest = follows::local_followers(conn, AccountId(1), AccountId(3), 2)?;
            let among = [AccountId(1), AccountId(2), AccountId(4)];
            assert_eq!(follows::followers_among(conn, AccountId(1), &among)?.len(), 2);
            let bonds = follows::all_bonds(conn, AccountId(5))?;
            assert_eq!(bonds.following, [AccountId(1)].into());
            Ok((first, rest))
        });
        let (first, rest) = done.await.unwrap();
        assert_eq!((first, rest), (vec![AccountId(2), AccountId(3)], vec![AccountId(5)]), "{}", test.engine);
    }
}

#[tokio::test]
async fn tweets_are_scanned_without_retweets_and_found_by_their_foreign_id() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            insert_accounts(conn, 2)?;
            let uri = "https://b.test/1";
            let remote = Tweet { uri: Some(uri.into()), local: false, ..tweet(11, 1) };
            let retweet = Tweet { retweet_of: Some(TweetId(10)), ..tweet(12, 2) };
            let reply = Tweet { reply_to: Some(TweetId(10)), thread: TweetId(10), ..tweet(13, 2) };
            insert_tweets(conn, vec![tweet(10, 1), remote, retweet, reply])?;
            assert_eq!(tweets::id_by_uri(conn, uri)?, Some(TweetId(11)));
            assert!(tweets::exists(conn, TweetId(10))? && !tweets::exists(conn, TweetId(9))?);
            assert_eq!(tweets::retweet_by(conn, AccountId(2), TweetId(10))?, Some(TweetId(12)));
            assert_eq!(timelines::replies(conn, TweetId(10), TweetId(0), 9)?, [TweetId(13)]);
            assert!(timelines::replies(conn, TweetId(10), TweetId(13), 9)?.is_empty());
            let lines = timelines::newest_of(conn, &[AccountId(1), AccountId(2)], 1)?;
            let mut newest: Vec<i64> = lines.iter().map(|line| line.id.0).collect();
            newest.sort_unstable();
            assert_eq!(newest, [11, 13]);
            assert_eq!(timelines::local(conn, ALL)?.len(), 2);
            assert_eq!(timelines::public(conn, ALL)?.len(), 3);
            let first = tweets::scan(conn, TweetId(0), 2)?;
            let rest = tweets::scan(conn, first[1], 2)?;
            Ok([first, rest].concat())
        });
        assert_eq!(done.await.unwrap(), [10, 11, 13].map(TweetId), "{}", test.engine);
    }
}

#[tokio::test]
async fn very_long_threads_are_cut_and_never_endless() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            insert_accounts(conn, 1)?;
            let chain = (1..=300_i64).map(|id| Tweet {
                reply_to: (id > 1).then_some(TweetId(id - 1)),
                thread: TweetId(1),
                ..tweet(id, 1)
            });
            insert_tweets(conn, chain.collect())?;
            let above = timelines::ancestors(conn, TweetId(300), 100)?;
            assert_eq!((above[0], above.len()), (TweetId(299), 100));
            let below = timelines::descendants(conn, TweetId(1), 50)?;
            assert_eq!(below.len(), 50);
            assert_eq!(below[0], (TweetId(2), Some(TweetId(1))), "the nearest stay");
            Ok(timelines::descendants(conn, TweetId(1), 1_000)?.len())
        });
        assert_eq!(done.await.unwrap(), 299, "{}", test.engine);
    }
}

#[tokio::test]
async fn remote_likes_are_found_by_their_id_and_likers_listed() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            insert_accounts(conn, 3)?;
            insert_tweets(conn, vec![tweet(10, 1)])?;
            let like = |id, account| Like {
                reaction: Reaction {
                    account: AccountId(account),
                    local: false,
                    tweet: TweetId(10),
                    author: AccountId(1),
                    id,
                },
                uri: Some(format!("https://b.test/likes/{id}")),
                now_ms: 1,
            };
            assert_eq!(Like::write_set(conn, &[like(1, 2), like(2, 3), like(3, 2)])?, [true, true, false]);
            let by_uri = reactions::like_by_uri(conn, "https://b.test/likes/2")?;
            assert_eq!(by_uri, Some((AccountId(3), TweetId(10))));
            assert_eq!(reactions::like_by_uri(conn, "https://b.test/likes/3")?, None);
            let likers = reactions::likers(conn, TweetId(10), Cursor::before(2), 9)?;
            assert_eq!(likers.len(), 1);
            Ok(tweets::by_id(conn, TweetId(10))?.map(|tweet| tweet.likes_count))
        });
        assert_eq!(done.await.unwrap(), Some(2), "{}", test.engine);
    }
}

fn remote_picture(id: i64) -> Media {
    Media {
        id: MediaId(id),
        account: AccountId(1),
        tweet: Some(TweetId(10)),
        kind: "image".into(),
        mime: "image/png".into(),
        file_key: None,
        thumb_key: None,
        remote_url: Some(format!("https://b.test/{id}.png")),
        alt: "a door".into(),
        width: 0,
        height: 0,
        thumb_width: 0,
        thumb_height: 0,
        blurhash: Some("hash".into()),
        size_bytes: 0,
        ..Default::default()
    }
}

#[tokio::test]
async fn pictures_of_remote_tweets_are_kept_in_order_and_measured_when_they_are_seen() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            insert_accounts(conn, 1)?;
            let pictures = vec![remote_picture(8), remote_picture(7)];
            let remote = Tweet { media: pictures.clone(), local: false, ..tweet(10, 1) };
            CreateTweet::write_set(conn, &[command(remote)])?;
            assert_eq!(media::of_tweets(conn, &[TweetId(10)])?[&TweetId(10)], pictures);
            assert_eq!(timelines::by_account_media(conn, AccountId(1), ALL)?.len(), 1);
            let cached = Media { width: 4, height: 3, size_bytes: 99, blurhash: None, ..remote_picture(7) };
            media::set_seen(conn, MediaId(7), &cached)?;
            let kept = media::by_id(conn, MediaId(7))?;
            Ok((kept, Media { blurhash: Some("hash".into()), ..cached }))
        });
        let (kept, expected) = done.await.unwrap();
        assert_eq!(kept, Some(expected), "{}", test.engine);
    }
}

#[tokio::test]
async fn tombstones_and_settings_are_written_once() {
    for test in stores().await {
        let done = test.store.write(|conn| {
            tombstones::insert(conn, "https://b.test/1", 1)?;
            tombstones::insert(conn, "https://b.test/1", 2)?;
            assert!(tombstones::exists(conn, "https://b.test/1")?);
            assert!(!tombstones::exists(conn, "https://b.test/2")?);
            tombstones::insert_by(conn, "https://b.test/2", "https://b.test/eve", 1)?;
            assert!(!tombstones::exists(conn, "https://b.test/2")?);
            assert!(!tombstones::exists_by(conn, "https://b.test/2", "https://b.test/bob")?);
            assert!(tombstones::exists_by(conn, "https://b.test/2", "https://b.test/eve")?);
            assert_eq!(settings::get(conn, "k")?, None);
            assert_eq!(settings::get_or_insert(conn, "k", "one")?, "one");
            settings::get_or_insert(conn, "k", "two")
        });
        assert_eq!(done.await.unwrap(), "one", "{}", test.engine);
    }
}
