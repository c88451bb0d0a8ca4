use super::*;
use crate::service::{ProfileChanges, Relationship};

const ANN: &str = "http://a.test/users/ann";

fn follow(number: u8) -> Value {
    activity(&format!("{BOB}#follows/{number}"), "Follow", BOB, json!(ANN))
}

/// The ids under which follows of `ann` were announced in the log.
fn followed(events: &[Event]) -> Vec<&str> {
    let uris = events.iter().filter_map(|event| match event {
        Event::Followed(relation) if relation.to_local => relation.uri.as_deref(),
        _ => None,
    });
    uris.collect()
}

async fn bond(world: &World) -> Relationship {
    let bob = world.actor(BOB).await;
    world.service().relationship(world.ann.id, bob.id).await.unwrap()
}

#[tokio::test]
async fn somebody_who_follows_is_a_follower_at_once_and_the_owner_is_told() {
    for world in worlds().await {
        world.happens(&follow(1)).await;
        assert!(bond(&world).await.followed_by, "{}", world.engine);
        assert_eq!(followed(&world.events().await), [format!("{BOB}#follows/1")]);
        assert_eq!(world.notifications(world.ann.id).await, [NotificationKind::Follow]);
        let bob = world.actor(BOB).await;
        assert_eq!((bob.acct().as_str(), bob.bio_html.as_str()), ("bob@b.test", "<p>hi</p>"));
    }
}

#[tokio::test]
async fn a_repeated_follow_is_answered_again_and_counted_once() {
    for world in worlds().await {
        world.happens(&follow(1)).await;
        world.happens(&follow(2)).await;
        let ids = [1, 2].map(|number| format!("{BOB}#follows/{number}"));
        assert_eq!(followed(&world.events().await), ids, "{}", world.engine);
        let ann = world.service().account(world.ann.id).await.unwrap();
        assert_eq!(ann.followers_count, 1);
        assert_eq!(world.notifications(world.ann.id).await.len(), 1);
    }
}

#[tokio::test]
async fn a_locked_account_is_asked_and_its_yes_names_the_follow() {
    for world in worlds().await {
        let changes = ProfileChanges { locked: Some(true), ..ProfileChanges::default() };
        world.service().update_profile(world.ann.id, changes).await.unwrap();
        world.happens(&follow(1)).await;
        assert!(!bond(&world).await.followed_by, "{}", world.engine);
        assert_eq!(world.notifications(world.ann.id).await, [NotificationKind::FollowRequest]);
        let bob = world.actor(BOB).await;
        world.service().answer_request(world.ann.id, bob.id, true).await.unwrap();
        assert_eq!(followed(&world.events().await), [format!("{BOB}#follows/1")]);
    }
}

#[tokio::test]
async fn a_blocked_account_is_turned_away() {
    for world in worlds().await {
        let bob = world.actor(BOB).await;
        world.service().block(world.ann.id, bob.id).await.unwrap();
        world.happens(&follow(1)).await;
        assert!(!bond(&world).await.followed_by, "{}", world.engine);
        let rejected = world.events().await.into_iter().any(|event| {
            matches!(event, Event::FollowRejected(relation) if relation.uri == Some(format!("{BOB}#follows/1")))
        });
        assert!(rejected, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_undone_follow_ends_whether_named_by_id_or_written_out() {
    for world in worlds().await {
        for (number, undone) in [(1, json!(format!("{BOB}#follows/1"))), (2, follow(2))] {
            world.happens(&follow(number)).await;
            assert!(bond(&world).await.followed_by, "{}", world.engine);
            let undo = activity(&format!("{BOB}#undos/{number}"), "Undo", BOB, undone);
            world.happens(&undo).await;
            assert!(!bond(&world).await.followed_by, "{}", world.engine);
        }
    }
}

#[tokio::test]
async fn a_follow_that_was_undone_before_it_came_is_not_done() {
    for world in worlds().await {
        world.happens(&activity(&format!("{BOB}#undos/1"), "Undo", BOB, follow(1))).await;
        world.happens(&follow(1)).await;
        assert!(!bond(&world).await.followed_by, "{}", world.engine);
        assert!(followed(&world.events().await).is_empty());
    }
}

#[tokio::test]
async fn nobody_undoes_the_follow_of_another() {
    for world in worlds().await {
        world.happens(&follow(1)).await;
        let foreign = activity(&format!("{CAT}#undos/1"), "Undo", CAT, follow(1));
        world.happens(&foreign).await;
        let dan = "http://b.test/users/dan";
        world.serve(dan, &person(dan, test_key()));
        let neighbour = activity(&format!("{dan}#undos/1"), "Undo", dan, json!(format!("{BOB}#follows/1")));
        world.happens(&neighbour).await;
        assert!(bond(&world).await.followed_by, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_follow_of_ours_waits_for_the_yes_of_the_followed() {
    for world in worlds().await {
        let bob = world.actor(BOB).await;
        world.service().follow(world.ann.id, bob.id).await.unwrap();
        assert!(bond(&world).await.requested, "{}", world.engine);
        let ours = json!({ "id": format!("{ANN}#follows/1"), "type": "Follow", "actor": ANN, "object": BOB });
        world.happens(&activity(&format!("{CAT}#accepts/1"), "Accept", CAT, ours)).await;
        assert!(bond(&world).await.requested, "somebody else's yes is none");
        let by_id = json!(format!("{ANN}#follows/1"));
        world.happens(&activity(&format!("{BOB}#accepts/1"), "Accept", BOB, by_id)).await;
        assert!(bond(&world).await.following, "{}", world.engine);
        let ours = json!({ "type": "Follow", "actor": ANN, "object": BOB });
        world.happens(&activity(&format!("{BOB}#rejects/1"), "Reject", BOB, ours)).await;
        assert!(!bond(&world).await.following, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_yes_that_nobody_asked_for_makes_no_follow() {
    for world in worlds().await {
        let ours = json!({ "type": "Follow", "actor": ANN, "object": BOB });
        world.happens(&activity(&format!("{BOB}#accepts/1"), "Accept", BOB, ours)).await;
        assert!(!bond(&world).await.following, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_block_from_outside_ends_the_follows_and_an_undo_lifts_it() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        world.happens(&follow(1)).await;
        let block = activity(&format!("{BOB}#blocks/1"), "Block", BOB, json!(ANN));
        world.happens(&block).await;
        let bond = bond(&world).await;
        assert!(!bond.following && !bond.followed_by, "{}", world.engine);
        assert!(world.service().follow(world.ann.id, bob.id).await.is_err(), "{}", world.engine);
        world.happens(&activity(&format!("{BOB}#undos/1"), "Undo", BOB, block)).await;
        assert!(world.service().follow(world.ann.id, bob.id).await.is_ok(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_follow_from_a_hidden_host_is_rejected_and_one_that_is_there_ends() {
    for world in worlds().await {
        world.happens(&follow(1)).await;
        world.service().hide_host(world.ann.id, "b.test").await.unwrap();
        let rejected = async || {
            let events = world.events().await;
            events
                .iter()
                .filter(|event| matches!(event, Event::FollowRejected(bond) if bond.to_local))
                .count()
        };
        assert!(!bond(&world).await.followed_by, "{}", world.engine);
        assert_eq!(rejected().await, 1, "{}: the follow that was there", world.engine);
        world.happens(&follow(2)).await;
        assert!(!bond(&world).await.followed_by, "{}", world.engine);
        assert_eq!(rejected().await, 2, "{}", world.engine);
        assert_eq!(world.notifications(world.ann.id).await, []);
    }
}
