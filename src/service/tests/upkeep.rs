//! Upkeep: what is too old to serve anybody goes, everything else stays.

use super::world::{World, key, saying, worlds};
use crate::clock::DAY_MS;
use crate::config::limits;
use crate::model::account::SessionKind;
use crate::model::ids::{AccountId, RowId};
use crate::service::sessions::Origin;
use crate::service::tweets::NewTweet;
use crate::service::upkeep::forget_old;
use crate::store::deliveries::{self, NewDelivery, Outgoing, Target};
use crate::store::hot::HotCommand as _;
use crate::store::inbox::{self, Receipt};
use crate::store::reached::Reach;
use crate::store::tests::counted;
use crate::store::{events, tombstones};

/// Two activities that arrived, one worked off and one that could not be.
async fn receive(world: &World) {
    let now_ms = world.clock.now_ms();
    let receipt = move |id: i64| Receipt {
        id: RowId(id),
        activity_uri: format!("https://b.test/{id}"),
        actor_uri: "https://b.test/bob".to_owned(),
        host: "b.test".into(),
        object_uri: format!("https://b.test/object/{id}"),
        body: b"{}".to_vec(),
        now_ms,
    };
    let arrived = world.store().write(move |conn| {
        Receipt::write_set(conn, &[receipt(1), receipt(2), receipt(3)])?;
        inbox::WorkedOff::write_set(conn, &[inbox::WorkedOff(RowId(1))])?;
        inbox::park(conn, RowId(2), "nobody understands it")
    });
    arrived.await.unwrap();
}

/// Two activities of ours: one has been sent, one still waits for a host.
async fn send(world: &World, account: AccountId) {
    let now_ms = world.clock.now_ms();
    let planned = world.store().write(move |conn| {
        for id in [1, 2] {
            let outgoing = Outgoing {
                id: RowId(id),
                account,
                activity_uri: format!("https://rookery.test/{id}"),
                body: b"{}".to_vec(),
                tweet: None,
                about: 0,
                key_uri: None,
                synchronizes: false,
                to_followers: false,
                reach: Reach::Nobody,
                carries: None,
            };
            deliveries::insert_outgoing(conn, &outgoing, now_ms)?;
        }
        let target = Target { host: "b.test".to_owned(), inbox: "https://b.test/inbox".to_owned() };
        deliveries::insert_rows(conn, &[NewDelivery { id: RowId(3), outgoing: RowId(2), account, target }])
    });
    planned.await.unwrap();
}

#[tokio::test]
async fn old_rows_are_forgotten_and_those_that_still_matter_stay() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let new = NewTweet { idempotency_key: Some(key("once")), ..saying("hello") };
        let tweet = world.post(ann, new).await;
        receive(&world).await;
        send(&world, ann).await;
        let now_ms = world.clock.now_ms();
        let marked = world.store().write(move |conn| {
            tombstones::insert(conn, "https://b.test/gone", now_ms)?;
            let head = events::newest(conn)?;
            events::move_cursor(conn, "follower", head, now_ms)
        });
        marked.await.unwrap();
        world.log().await;
        let rows = async || counted::counts(world.store()).await;
        let before = rows().await;
        assert_eq!(forget_old(&world.service).await.unwrap(), 0, "{}: nothing is old", world.engine);

        world.clock.advance(DAY_MS + 1);
        forget_old(&world.service).await.unwrap();
        let next_day = rows().await;
        assert_eq!(next_day["events"], 1, "{}: the newest stays", world.engine);
        assert_eq!(next_day["idempotency_keys"], 0, "{}", world.engine);
        assert_eq!(next_day["outbox"], 1, "{}: what waits for a host stays", world.engine);
        assert_eq!(next_day["inbox"], 3, "{}: ids guard against repetition for longer", world.engine);

        world.clock.advance(limits::ACTIVITY_ID_KEEP_MS);
        forget_old(&world.service).await.unwrap();
        assert_eq!(rows().await["inbox"], 2, "{}: parked and waiting ones stay", world.engine);
        world.clock.advance(limits::PARKED_KEEP_MS);
        forget_old(&world.service).await.unwrap();
        assert_eq!(rows().await["inbox"], 1, "{}: what waits to be worked off is never lost", world.engine);
        assert_eq!(rows().await["tombstones"], 1, "{}", world.engine);
        world.clock.advance(limits::TOMBSTONE_KEEP_MS);
        forget_old(&world.service).await.unwrap();
        let last = rows().await;
        assert_eq!(last["tombstones"], 0, "{}", world.engine);
        for table in ["accounts", "tweets", "users", "deliveries"] {
            assert_eq!(last[table], before[table], "{}: {table}", world.engine);
        }
        assert!(world.service.tweet(None, tweet).await.is_ok());
    }
}

#[tokio::test]
async fn sessions_that_ended_by_themselves_are_forgotten_and_tokens_without_an_end_stay() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let start =
            async |kind| world.service.start_session(ann, kind, "read", Origin::default()).await.unwrap().1;
        let (token, web) = (start(SessionKind::Token).await, start(SessionKind::Web).await);
        let sessions = async || counted::counts(world.store()).await["sessions"];
        assert_eq!(sessions().await, 2, "{}", world.engine);
        forget_old(&world.service).await.unwrap();
        assert!(world.service.session(&web).await.unwrap().is_some(), "{}", world.engine);
        world.clock.advance(400 * DAY_MS);
        forget_old(&world.service).await.unwrap();
        assert_eq!(sessions().await, 1, "{}", world.engine);
        assert!(world.service.session(&token).await.unwrap().is_some(), "{}", world.engine);
    }
}

#[tokio::test]
async fn the_log_is_not_kept_for_a_consumer_that_never_comes_back() {
    for world in worlds().await {
        world.person("ann").await;
        let now_ms = world.clock.now_ms();
        let start = events::Position::default();
        let consumers = world.store().write(move |conn| {
            events::move_cursor(conn, "gone", start, now_ms)?;
            events::move_cursor(conn, "stuck", start, now_ms)
        });
        consumers.await.unwrap();
        let resume = async |name: &'static str| {
            let now_ms = world.clock.now_ms();
            world.store().write(move |conn| events::resume(conn, name, now_ms)).await.unwrap()
        };
        let logged = world.log().await.len();
        let events = async || counted::counts(world.store()).await["events"];
        world.clock.advance(limits::CONSUMER_KEEP_MS);
        assert_eq!(resume("stuck").await, Some(start), "{}", world.engine);
        forget_old(&world.service).await.unwrap();
        assert_eq!(usize::try_from(events().await).unwrap(), logged, "{}: both may come back", world.engine);

        world.clock.advance(1);
        forget_old(&world.service).await.unwrap();
        assert_eq!(resume("gone").await, None, "{}: it begins anew", world.engine);
        assert_eq!(usize::try_from(events().await).unwrap(), logged, "{}: one still counts", world.engine);

        world.clock.advance(limits::CONSUMER_KEEP_MS + 1);
        forget_old(&world.service).await.unwrap();
        assert_eq!(events().await, 1, "{}: the newest stays", world.engine);
    }
}
