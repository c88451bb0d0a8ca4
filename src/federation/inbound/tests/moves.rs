use super::*;
use crate::clock::DAY_MS;
use crate::error::Error;
use crate::service::NewTweet;

const ANN: &str = "http://a.test/users/ann";

fn moving(number: u8, from: &str, to: &str) -> Value {
    let document = activity(&format!("{from}#moves/{number}"), "Move", from, json!(from));
    with(document, "target", json!(to))
}

/// Lets `cat` say whom else she is.
fn cat_names(world: &World, names: &[&str]) {
    world.serve(CAT, &with(person(CAT, test_key()), "alsoKnownAs", json!(names)));
}

/// Whether `who` follows an account, or has asked to.
async fn follows(world: &World, who: AccountId, whom: AccountId) -> bool {
    let relation = world.service().relationship(who, whom).await.unwrap();
    relation.following || relation.requested
}

#[tokio::test]
async fn followers_of_an_account_that_moved_follow_the_new_one_unless_they_block_it() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        let cat = world.actor(CAT).await;
        let eve = local_account(&world.federation, "eve").await;
        world.service().follow(eve.id, bob.id).await.unwrap();
        let eve_follows = json!({ "type": "Follow", "actor": "http://a.test/users/eve", "object": BOB });
        world.happens(&activity(&format!("{BOB}#accepts/eve"), "Accept", BOB, eve_follows)).await;
        world.service().block(eve.id, cat.id).await.unwrap();
        cat_names(&world, &["http://b.test/users/other", BOB]);
        world.happens(&moving(1, BOB, CAT)).await;
        assert!(follows(&world, world.ann.id, bob.id).await, "not in the inbox itself");
        for _ in 0..2 {
            world.service().follow_along().await.unwrap();
            assert!(follows(&world, world.ann.id, cat.id).await, "{}", world.engine);
            assert!(!follows(&world, world.ann.id, bob.id).await, "{}", world.engine);
            assert!(!follows(&world, eve.id, cat.id).await && follows(&world, eve.id, bob.id).await);
        }
        let bob = world.service().account(bob.id).await.unwrap();
        assert_eq!(bob.moved_to, Some(cat.id), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_move_that_the_new_account_does_not_confirm_is_none() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        let cat = world.actor(CAT).await;
        world.happens(&moving(1, BOB, CAT)).await;
        cat_names(&world, &["http://b.test/users/bobby"]);
        world.happens(&moving(2, BOB, CAT)).await;
        // Somebody else says it, or says it of somebody else.
        cat_names(&world, &[BOB]);
        let of_another = with(moving(3, CAT, CAT), "object", json!(BOB));
        world.happens(&of_another).await;
        world.service().follow_along().await.unwrap();
        assert!(!follows(&world, world.ann.id, cat.id).await, "{}", world.engine);
        assert_eq!(world.service().account(bob.id).await.unwrap().moved_to, None);
    }
}

#[tokio::test]
async fn an_account_moves_once_in_seven_days() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        cat_names(&world, &[BOB]);
        let dan = "http://c.test/users/dan";
        world.serve(dan, &with(person(dan, test_key()), "alsoKnownAs", json!([BOB])));
        let moved_to = async || world.service().account(bob.id).await.unwrap().moved_to;
        world.happens(&moving(1, BOB, CAT)).await;
        // Nobody follows along yet, so that the account is still of interest.
        world.happens(&moving(2, BOB, dan)).await;
        assert_eq!(moved_to().await, Some(world.actor(CAT).await.id), "{}", world.engine);
        world.clock.advance(7 * DAY_MS);
        world.happens(&moving(3, BOB, dan)).await;
        assert_eq!(moved_to().await, Some(world.actor(dan).await.id), "{}", world.engine);
    }
}

#[tokio::test]
async fn an_account_moves_here_when_ours_names_it() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        let eve = local_account(&world.federation, "eve").await;
        let to_eve = |number| moving(number, BOB, "http://a.test/users/eve");
        world.happens(&to_eve(1)).await;
        let named = world.federation.set_aliases(eve.id, &[BOB.to_owned(), " ".to_owned()]).await.unwrap();
        assert_eq!(named, [BOB]);
        let document = world.federation.actor_document(&eve).await.unwrap();
        assert_eq!(serde_json::to_value(document).unwrap()["alsoKnownAs"], json!([BOB]));
        assert_eq!(world.service().account(bob.id).await.unwrap().moved_to, None);
        world.happens(&to_eve(2)).await;
        world.service().follow_along().await.unwrap();
        assert!(follows(&world, world.ann.id, eve.id).await, "{}", world.engine);
    }
}

#[tokio::test]
async fn ours_moves_to_one_that_names_it_posts_no_more_and_may_come_back() {
    for world in worlds().await {
        let eve = local_account(&world.federation, "eve").await;
        world.service().follow(eve.id, world.ann.id).await.unwrap();
        let refused = world.federation.move_account(world.ann.id, CAT).await.unwrap_err();
        assert_eq!(refused.code(), "no_alias", "{}", world.engine);
        assert_eq!(world.federation.move_account(world.ann.id, ANN).await.unwrap_err().code(), "yourself");
        let nobody = world.federation.move_account(world.ann.id, "http://c.test/nobody").await;
        assert_eq!(nobody.unwrap_err().code(), "unknown_account");
        cat_names(&world, &[ANN]);
        let cat = world.federation.move_account(world.ann.id, CAT).await.unwrap();
        world.service().follow_along().await.unwrap();
        assert!(follows(&world, eve.id, cat.id).await, "{}", world.engine);

        let ann = world.service().account(world.ann.id).await.unwrap();
        let document = serde_json::to_value(world.federation.actor_document(&ann).await.unwrap()).unwrap();
        assert_eq!(document["movedTo"], json!(CAT));
        let hello = || NewTweet { text: "hello".into(), ..NewTweet::default() };
        let refused = world.service().create_tweet(ann.id, hello()).await;
        assert!(matches!(refused, Err(Error::Forbidden { code: "moved", .. })), "{}", world.engine);

        world.service().undo_move(ann.id).await.unwrap();
        world.service().create_tweet(ann.id, hello()).await.unwrap();
        let again = world.federation.move_account(ann.id, CAT).await.unwrap_err();
        assert_eq!(again.code(), "moved_lately", "{}", world.engine);
    }
}
