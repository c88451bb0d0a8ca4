//! The digest, to a mail server that keeps what it is sent, on both engines.

use super::tests::{World, process, worlds};
use super::work::LEASE_MS;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::mail::sink::Got;
use crate::model::digest::Every;
use crate::model::hours::TimeOfDay;
use crate::model::ids::TweetId;
use crate::model::notification::NotificationKind;
use crate::model::telling::{Channel, Doer, Doers};
use crate::service::{NewTweet, SignedIn, TellingChanges};
use crate::store::Conn;

impl World {
    /// Somebody with an address that is known to be theirs, who gets a digest each day at eight.
    async fn reader(&self, name: &str) -> SignedIn {
        let who = self.person(name).await;
        let (account, address, now_ms) = (who.account, format!("{name}@mail.test"), self.clock.now_ms());
        let confirm = move |conn: &mut Conn| crate::store::emails::set(conn, account, &address, Some(now_ms));
        self.service.store().write(confirm).await.unwrap();
        self.choose(&who, TellingChanges { every: Some(Every::Daily), ..TellingChanges::default() }).await;
        who
    }

    async fn choose(&self, who: &SignedIn, changes: TellingChanges) {
        self.service.set_telling(who.account, changes).await.unwrap();
    }

    async fn post(&self, who: &SignedIn, text: &str) -> TweetId {
        let new = NewTweet { text: text.to_owned(), ..NewTweet::default() };
        self.service.create_tweet(who.account, new).await.unwrap().tweet.id
    }

    /// The clock goes to an hour of a later day in UTC, and what is due is sent.
    async fn at_hour(&self, hour: i64) -> Vec<Got> {
        let today = self.clock.now_ms().div_euclid(DAY_MS) * DAY_MS;
        self.clock.advance(today + DAY_MS + hour * HOUR_MS - self.clock.now_ms());
        self.send().await
    }
}

#[tokio::test]
async fn a_digest_has_what_is_not_read_once_and_comes_when_there_is_something() {
    for world in worlds().await {
        let (ann, bob, cid) =
            (world.reader("ann").await, world.person("bob").await, world.person("cid").await);
        assert!(world.at_hour(8).await.is_empty(), "{}: there is nothing", world.engine);
        let post = world.post(&ann, "my post").await;
        for who in [&bob, &cid] {
            world.service.like(who.account, post).await.unwrap();
        }
        world.post(&bob, "hello @ann <b>").await;
        assert!(world.at_hour(7).await.is_empty(), "{}: it is not time", world.engine);
        world.clock.advance(HOUR_MS);
        let sent = world.send().await;
        let [letter] = &*sent else { panic!("{} letters on {}", sent.len(), world.engine) };
        let text = letter.text();
        assert_eq!(letter.to, "ann@mail.test");
        assert!(text.contains("mention by bob and 0: hello @ann <b>"), "{text}");
        assert!(text.contains("like by cid and 1: my post"), "{text}");
        let end = letter.header("List-Unsubscribe");
        assert!(end.starts_with("<https://rook.test/unsubscribe?account="), "{end}");
        assert_eq!(letter.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        assert!(world.at_hour(8).await.is_empty(), "{}: it is told once", world.engine);

        world.post(&bob, "@ann one").await;
        let newest =
            world.service.notifications(ann.account, Vec::new(), Default::default(), 1).await.unwrap();
        let read = newest.items[0].notification.id;
        world.service.mark_notifications_read(ann.account, read).await.unwrap();
        assert!(world.at_hour(8).await.is_empty(), "{}: what is read is no news", world.engine);
        world.post(&bob, "@ann two").await;
        world.post(&cid, "@ann three").await;
        world.service.block(ann.account, cid.account).await.unwrap();
        let sent = world.at_hour(8).await;
        assert!(sent[0].text().contains("two") && !sent[0].text().contains("three"), "{}", world.engine);
        assert!(!sent[0].text().contains("one"), "{}", world.engine);
    }
}

#[tokio::test]
async fn only_what_is_wanted_by_mail_is_mailed_and_only_to_an_address_that_is_confirmed() {
    for world in worlds().await {
        let (ann, bob, cid) =
            (world.reader("ann").await, world.person("bob").await, world.person("cid").await);
        world.choose(&cid, TellingChanges { every: Some(Every::Daily), ..TellingChanges::default() }).await;
        world.service.follow(ann.account, bob.account).await.unwrap();
        let told = vec![(NotificationKind::Mention, Channel::Mail, Doers::from_iter([Doer::Followed]))];
        world.choose(&ann, TellingChanges { told, ..TellingChanges::default() }).await;
        world.post(&cid, "@ann from a stranger").await;
        world.post(&bob, "@cid are you there?").await;
        assert!(world.at_hour(8).await.is_empty(), "{}", world.engine);
        world.post(&bob, "@ann from a friend").await;
        let sent = world.at_hour(8).await;
        assert_eq!(sent.len(), 1, "{}", world.engine);
        assert!(sent[0].text().contains("friend") && !sent[0].text().contains("stranger"));
        world.service.set_suspended(ann.account, true).await.unwrap();
        world.service.set_suspended(ann.account, false).await.unwrap();
        world.post(&bob, "@ann again").await;
        world.service.set_suspended(ann.account, true).await.unwrap();
        assert!(world.at_hour(8).await.is_empty(), "{}: who is suspended gets none", world.engine);
    }
}

#[tokio::test]
async fn a_digest_waits_for_the_end_of_quiet_hours_and_has_what_came_in_them() {
    for world in worlds().await {
        let (ann, bob) = (world.reader("ann").await, world.person("bob").await);
        let time = |text: &str| text.parse::<TimeOfDay>().unwrap();
        let quiet_hours = Some(Some((time("22:00"), time("09:30"))));
        world.choose(&ann, TellingChanges { quiet_hours, ..TellingChanges::default() }).await;
        world.at_hour(8).await;
        world.post(&bob, "@ann in the night").await;
        for _ in 0..8 {
            assert!(world.send().await.is_empty(), "{}", world.engine);
            world.clock.advance(10 * MINUTE_MS);
        }
        world.clock.advance(10 * MINUTE_MS);
        assert_eq!(world.send().await.len(), 1, "{}", world.engine);
        // Those who live elsewhere have another eight o'clock.
        world
            .choose(
                &ann,
                TellingChanges {
                    quiet_hours: Some(None),
                    time_zone: Some(Some("Asia/Tokyo".to_owned())),
                    ..TellingChanges::default()
                },
            )
            .await;
        world.post(&bob, "@ann in Tokyo").await;
        world.clock.advance(DAY_MS);
        assert!(world.at_hour(22).await.len() <= 1);
        world.post(&bob, "@ann once more").await;
        assert!(world.at_hour(22).await.is_empty(), "{}: it is seven there", world.engine);
        world.clock.advance(HOUR_MS);
        assert_eq!(world.send().await.len(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_weekly_digest_comes_once_a_week_and_one_that_is_ended_never() {
    for world in worlds().await {
        let (ann, bob) = (world.reader("ann").await, world.person("bob").await);
        let weekly =
            TellingChanges { every: Some(Every::Weekly), hour: Some(5), ..TellingChanges::default() };
        world.choose(&ann, weekly).await;
        let mut days = Vec::new();
        let mut letters = Vec::new();
        for day in 0..16 {
            world.post(&bob, "@ann hello").await;
            let sent = world.at_hour(5).await;
            days.extend(sent.iter().map(|_| day));
            letters.extend(sent);
        }
        assert_eq!(days, [0, 7, 14], "{}", world.engine);
        let end = letters[0].header("List-Unsubscribe");
        let token = end.split("token=").nth(1).unwrap().trim_end_matches('>').to_owned();
        let longer = format!("{token}A");
        for (account, token) in
            [(bob.account, token.as_str()), (ann.account, "x"), (ann.account, longer.as_str())]
        {
            assert_eq!(world.letters.end_digest(account, token).await.unwrap_err().code(), "bad_link");
        }
        world.letters.end_digest(ann.account, &token).await.unwrap();
        world.letters.end_digest(ann.account, &token).await.unwrap();
        let digest = world.service.telling(ann.account).await.unwrap().digest;
        assert_eq!((digest.every, digest.hour, digest.failed), (Every::Off, 5, false), "{}", world.engine);
        for _ in 0..10 {
            assert!(world.at_hour(5).await.is_empty(), "{}", world.engine);
        }
    }
}

#[tokio::test]
async fn a_refused_digest_is_tried_again_and_one_without_a_reader_turned_off() {
    for world in worlds().await {
        let (ann, bob) = (world.reader("ann").await, world.person("bob").await);
        world.post(&bob, "@ann hello").await;
        world.sink.answer_next("451 later");
        assert!(world.at_hour(8).await.is_empty(), "{}", world.engine);
        world.clock.advance(MINUTE_MS);
        assert_eq!(world.send().await.len(), 1, "{}: the same once more", world.engine);
        world.post(&bob, "@ann hello again").await;
        world.sink.answer_next("550 no such user");
        assert!(world.at_hour(8).await.is_empty(), "{}", world.engine);
        let digest = world.service.telling(ann.account).await.unwrap().digest;
        assert_eq!((digest.every, digest.failed), (Every::Off, true), "{}", world.engine);
        assert!(world.at_hour(8).await.is_empty(), "{}", world.engine);
        world.choose(&ann, TellingChanges { every: Some(Every::Daily), ..TellingChanges::default() }).await;
        assert!(!world.service.telling(ann.account).await.unwrap().digest.failed);
        assert_eq!(world.at_hour(8).await.len(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn two_processes_send_one_digest_and_one_that_died_is_followed_by_another() {
    for world in worlds().await {
        let (_ann, bob) = (world.reader("ann").await, world.person("bob").await);
        let (_, other) = process(&world.database, &world.clock, Some(&world.sink));
        world.post(&bob, "@ann hello").await;
        let today = world.clock.now_ms().div_euclid(DAY_MS) * DAY_MS;
        world.clock.advance(today + DAY_MS + 8 * HOUR_MS - world.clock.now_ms());
        let (here, there) = tokio::join!(world.letters.send_due(), other.send_due());
        here.and(there).unwrap();
        assert_eq!(world.sink.letters().len(), 1, "{}", world.engine);
        world.post(&bob, "@ann hello again").await;
        world.clock.advance(DAY_MS);
        let now_ms = world.clock.now_ms();
        let take = move |conn: &mut Conn| crate::store::digests::take(conn, (now_ms, now_ms + LEASE_MS), 10);
        assert_eq!(world.service.store().write(take).await.unwrap().len(), 1);
        other.send_due().await.unwrap();
        assert_eq!(world.sink.letters().len(), 1, "{}", world.engine);
        world.clock.advance(LEASE_MS);
        other.send_due().await.unwrap();
        assert_eq!(world.sink.letters().len(), 2, "{}", world.engine);
    }
}
