//! What is asked for many activities at once is answered to each as if it had asked alone.

use super::database::stores;
use super::people::{account, follow, insert_accounts, insert_tweets, tweet};
use super::rows::user;
use crate::model::account::{Account, UserState};
use crate::model::ids::{AccountId, TweetId};
use crate::model::tweet::Tweet;
use crate::store::actors::{self, Reach, RemoteActor};
use crate::store::hot::{HotQuery, SetReader};
use crate::store::intake::{AskDoer, AskGround, AskNews, AskSigner, AskSince, Ground, News, Since};
use crate::store::{Conn, Store, StoreError, accounts, instance_admin, tombstones, users};

const ZOE: &str = "https://b.test/users/zoe";
const YAN: &str = "https://c.test/users/yan";

fn remote(id: i64, uri: &str, host: &str) -> RemoteActor {
    let name = uri.rsplit('/').next().unwrap().to_owned();
    RemoteActor {
        account: Account { domain: Some(host.into()), uri: Some(uri.into()), ..account(id, &name) },
        reach: Reach {
            uri: uri.into(),
            inbox: format!("{uri}/inbox"),
            followers_uri: Some(format!("{uri}/followers")),
            host: host.into(),
            also_known_as: "[]".into(),
            ..Reach::default()
        },
        keys: vec![(format!("{uri}#main-key"), format!("the key of {name}"))],
    }
}

/// Asks all of it together, each alone, and each through a collector at once; all answers are the same.
async fn asked<Q>(store: &Store, set: Vec<Q>) -> Vec<Q::Output>
where
    Q: HotQuery,
    Q::Output: std::fmt::Debug,
{
    let shared = set.clone();
    let together = store.read(move |conn| Q::read_set(conn, &shared)).await.unwrap();
    let reader = SetReader::new(store);
    let collected = futures_util::future::join_all(set.iter().map(|query| reader.read(query.clone()))).await;
    for (at, (query, collected)) in set.into_iter().zip(collected).enumerate() {
        let alone = store.read(move |conn| Q::read_set(conn, std::slice::from_ref(&query))).await.unwrap();
        assert_eq!(format!("{:?}", alone[0]), format!("{:?}", together[at]));
        assert_eq!(format!("{:?}", collected.unwrap()), format!("{:?}", together[at]));
    }
    together
}

fn prepare(conn: &mut Conn) -> Result<(), StoreError> {
    insert_accounts(conn, 1)?;
    users::insert(conn, &user(1, UserState::Active), 1)?;
    let known = Tweet { uri: Some("https://b.test/notes/1".into()), ..tweet(7, 1) };
    let waits = Tweet { reply_to_uri: Some("https://b.test/notes/2".into()), ..tweet(8, 1) };
    insert_tweets(conn, vec![known, waits])?;
    actors::upsert(conn, &remote(3, ZOE, "b.test"), 5)?;
    actors::upsert(conn, &remote(4, YAN, "c.test"), 6)?;
    follow(conn, 1, 1, 3)?;
    accounts::set_suspended(conn, AccountId(4), Some(9))?;
    instance_admin::set_blocked(conn, "d.test", true, 9)?;
    tombstones::insert_by(conn, "https://b.test/notes/3", ZOE, 9)?;
    tombstones::insert_by(conn, "https://b.test/notes/4", YAN, 9)?;
    tombstones::insert(conn, "https://b.test/notes/5", 9)?;
    tombstones::insert_by(conn, YAN, YAN, 9)
}

#[tokio::test]
async fn each_of_many_who_ask_at_once_gets_the_answer_to_its_own_question() {
    for test in stores().await {
        let store = &test.store;
        store.write(prepare).await.unwrap();
        let signer = |actor: &str, key: &str, host: &str| AskSigner {
            actor_uri: actor.into(),
            key_uri: key.into(),
            host: host.into(),
            key_host: host.into(),
        };
        let signers = asked(
            store,
            vec![
                signer(ZOE, &format!("{ZOE}#main-key"), "b.test"),
                signer(YAN, &format!("{ZOE}#main-key"), "sub.d.test"),
                signer("https://e.test/x", "https://e.test/x#key", "e.test"),
            ],
        )
        .await;
        let of = |at: usize| {
            let signer = &signers[at];
            (
                signer.suspended,
                signer.key.as_ref().and_then(|key| key.actor_uri.as_deref()),
                signer.standing.blocked,
            )
        };
        assert_eq!(of(0), (Some(false), Some(ZOE), false), "{}", test.engine);
        assert_eq!(of(1), (Some(true), Some(ZOE), true), "{}: below a blocked domain", test.engine);
        assert_eq!(of(2), (None, None, false), "{}", test.engine);

        let doer =
            |activity: &str, actor: &str| AskDoer { activity_uri: activity.into(), actor_uri: actor.into() };
        let doers = asked(
            store,
            vec![
                doer("https://b.test/notes/3", ZOE),
                doer("https://b.test/notes/4", ZOE),
                doer("https://b.test/notes/5", ZOE),
                doer("https://c.test/notes/1", YAN),
                doer("https://e.test/notes/1", "https://e.test/x"),
            ],
        )
        .await;
        let of = |at: usize| {
            let doer = &doers[at];
            let account = doer.account.as_ref().map(|(account, at_ms)| (account.id.0, *at_ms));
            (doer.is_gone, doer.gone_since, account)
        };
        assert_eq!(of(0), (true, None, Some((3, 5))), "{}", test.engine);
        assert_eq!(of(1), (false, None, Some((3, 5))), "{}: another has no say", test.engine);
        assert_eq!(of(2), (true, None, Some((3, 5))), "{}: we have", test.engine);
        assert_eq!(of(3), (false, Some(9), Some((4, 6))), "{}", test.engine);
        assert_eq!(of(4), (false, None, None), "{}", test.engine);

        let news = |uri: &str, author: i64| AskNews { uri: uri.into(), author: AccountId(author) };
        let answers =
            asked(store, vec![news("https://b.test/notes/1", 3), news("https://b.test/notes/2", 4)]).await;
        assert_eq!(answers[0], News { is_known: true, is_followed: true }, "{}", test.engine);
        assert_eq!(answers[1], News::default(), "{}", test.engine);

        let ground = |uri: &str, author: i64, id: i64| AskGround {
            uri: uri.into(),
            owner: ZOE.into(),
            author: AccountId(author),
            id: TweetId(id),
        };
        let answers = asked(
            store,
            vec![ground("https://b.test/notes/3", 3, 7), ground("https://b.test/notes/4", 1, 9)],
        )
        .await;
        let followers_uri = Some(format!("{ZOE}/followers"));
        assert_eq!(answers[0], Ground { is_gone: true, is_taken: true, followers_uri }, "{}", test.engine);
        assert_eq!(answers[1], Ground::default(), "{}", test.engine);

        let since = |uri: &str| AskSince { uri: uri.into(), owner: ZOE.into() };
        let answers =
            asked(store, vec![since("https://b.test/notes/2"), since("https://b.test/notes/5")]).await;
        assert_eq!(answers[0], Since { is_gone: false, is_awaited: true }, "{}", test.engine);
        assert_eq!(answers[1], Since { is_gone: true, is_awaited: false }, "{}", test.engine);
    }
}
