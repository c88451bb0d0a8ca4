//! Of what one is told, by whom.

use super::world::{World, code, start, worlds};
use crate::model::event::Event;
use crate::model::hours::TimeOfDay;
use crate::model::ids::AccountId;
use crate::model::notification::NotificationKind::{self, Follow, Like, Mention, Reply};
use crate::model::sifting::Sift;
use crate::model::telling::{Channel, Doer, Doers};
use crate::model::visibility::Visibility;
use crate::service::{SiftChanges, TellingChanges};

async fn choose(world: &World, who: AccountId, kind: NotificationKind, doers: &[Doer]) {
    let told = vec![(kind, Channel::List, doers.iter().copied().collect::<Doers>())];
    world.service.set_telling(who, TellingChanges { told, ..TellingChanges::default() }).await.unwrap();
}

#[tokio::test]
async fn what_one_does_not_want_of_somebody_is_not_made() {
    for world in worlds().await {
        let [ann, followed, follower, other] = world.people(["ann", "bob", "cid", "dan"]).await;
        world.follow(ann, followed).await;
        world.follow(follower, ann).await;
        choose(&world, ann, Follow, &[]).await;
        choose(&world, ann, Like, &[Doer::Followed, Doer::Other]).await;
        choose(&world, ann, Mention, &[Doer::Follower]).await;
        let post = world.tweet(ann, "hello").await;
        let before = world.told(ann).await;
        let mut log = Vec::new();
        for who in [followed, follower, other] {
            let (liked, new) = world.logged_by(world.service.like(who, post)).await;
            liked.unwrap();
            log.extend(new);
            world.tweet(who, "hey @ann").await;
            world.reply(who, post, "well").await;
        }
        world.follow(other, ann).await;
        let mut told = world.told(ann).await;
        told.truncate(told.len() - before.len());
        told.reverse();
        let wanted = [
            (Like, followed),
            (Reply, followed),
            (Mention, follower),
            (Reply, follower),
            (Like, other),
            (Reply, other),
        ];
        assert_eq!(told, wanted, "{}", world.engine);
        let likes =
            log.iter().filter(|event| matches!(event, Event::Notified { account, .. } if *account == ann));
        assert_eq!(likes.count(), 2, "{}: nobody hears of what is not made", world.engine);
        // Another's choice is another's.
        let theirs = world.tweet(other, "mine").await;
        world.service.like(follower, theirs).await.unwrap();
        assert_eq!(world.told(other).await, [(Like, follower)], "{}", world.engine);
    }
}

#[tokio::test]
async fn who_wants_no_mentions_is_spoken_to_directly_all_the_same() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        choose(&world, ann, Mention, &[]).await;
        world.tweet_for(bob, "psst @ann", Visibility::Direct).await;
        assert_eq!(world.told(ann).await, [], "{}", world.engine);
        let page = world.service.conversations(ann, start(), 10).await.unwrap();
        assert_eq!(page.items.len(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn both_choices_hold_and_neither_undoes_the_other() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let service = &world.service;
        choose(&world, ann, Like, &[]).await;
        let policy = SiftChanges { not_following: Some(Sift::Filter), ..SiftChanges::default() };
        let view = service.set_sift_policy(ann, policy).await.unwrap();
        assert_eq!(view.policy.limited_accounts, Sift::Filter, "as by default");
        let post = world.tweet(ann, "hello").await;
        service.like(bob, post).await.unwrap();
        world.tweet(bob, "@ann hi").await;
        assert_eq!(service.sift_policy(ann).await.unwrap().notifications, 1, "{}: the mention", world.engine);
        // Who is let through is told of as one chose.
        service.accept_notifications(ann, bob).await.unwrap();
        service.unlike(bob, post).await.unwrap();
        service.like(bob, post).await.unwrap();
        assert_eq!(world.told(ann).await, [(Mention, bob)], "{}", world.engine);
        choose(&world, ann, Like, &Doer::ALL).await;
        assert_eq!(service.sift_policy(ann).await.unwrap().policy.not_following, Sift::Filter);
        assert_eq!(service.telling(ann).await.unwrap().telling.to_stored(), "", "{}", world.engine);
    }
}

#[tokio::test]
async fn hours_of_silence_are_kept_with_the_time_zone_and_odd_ones_change_nothing() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let service = &world.service;
        let time = |text: &str| text.parse::<TimeOfDay>().unwrap();
        let changes = TellingChanges {
            quiet_hours: Some(Some((time("22:00"), time("07:00")))),
            time_zone: Some(Some("america/new_york".to_owned())),
            ..TellingChanges::default()
        };
        let view = service.set_telling(ann, changes).await.unwrap();
        assert_eq!(view.quiet.zone.as_deref(), Some("America/New_York"));
        for (hours, zone, wanted) in [
            (Some(Some((time("08:00"), time("08:00")))), None, "same_time"),
            (Some(None), Some(Some("Nowhere".to_owned())), "bad_time_zone"),
        ] {
            let told = vec![(Like, Channel::Push, Doers::NONE)];
            let odd =
                TellingChanges { told, quiet_hours: hours, time_zone: zone, ..TellingChanges::default() };
            assert_eq!(code(service.set_telling(ann, odd).await), wanted);
        }
        assert_eq!(service.telling(ann).await.unwrap(), view, "{}", world.engine);
        assert_eq!(service.telling(bob).await.unwrap(), crate::service::TellingView::default());
        // The list goes on at every hour.
        for _ in 0..24 {
            world.clock.advance(crate::clock::HOUR_MS);
            world.tweet(bob, "@ann hi").await;
        }
        assert_eq!(world.told(ann).await.len(), 24, "{}", world.engine);
    }
}
