use super::*;
use crate::model::event::QuoteAnswer;
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::tweet::Tweet;
use crate::store::quotes::{self, Decision, Stamp};

const STAMP: &str = "http://cat.test/stamps/1";

/// A quote by `ann`, whom `bob` follows, of a post whose author `cat` is to be asked.
async fn quote(world: &World, visibility: Visibility) -> TweetId {
    let cat = world.bob_follows_and_cat_does_not().await;
    let id = TweetId(world.service().ids().next());
    let uri = Some("http://cat.test/notes/1".to_owned());
    let can_quote = Some(QuotePolicy::Everyone);
    let command =
        CreateTweet::alone(Tweet { local: false, uri, can_quote, ..blank_tweet(id, cat, NOW) }, NOW);
    world.service().write_tweet(command).await.unwrap();
    let new = NewTweet {
        text: "so".into(),
        quote_of: Some(id),
        visibility: Some(visibility),
        ..NewTweet::default()
    };
    world.service().create_tweet(world.ann.id, new).await.unwrap().tweet.id
}

#[tokio::test]
async fn whom_we_quote_is_asked_and_the_stamp_is_told_to_who_has_the_post() {
    for world in worlds().await {
        let tweet = quote(&world, Visibility::Public).await;
        let uri = format!("http://a.test/users/ann/statuses/{tweet}");
        let planned = world.planned().await;
        let [request, create] = planned.as_slice() else { panic!("{}: {planned:?}", world.engine) };
        assert_eq!(
            (&request["type"], &request["object"]),
            (&"QuoteRequest".into(), &"http://cat.test/notes/1".into())
        );
        assert_eq!(request["id"], format!("http://a.test/users/ann#quote_requests/{tweet}"));
        assert_eq!(
            (&request["instrument"]["id"], &request["instrument"]["content"]),
            (&uri.as_str().into(), &create["object"]["content"])
        );
        assert!(create["object"].get("quoteAuthorization").is_none());
        let fallback = "<p class=\"quote-inline\">RE: <a href=\"http://cat.test/notes/1\">http://cat.test/notes/1</a></p>";
        assert_eq!(create["object"]["content"], format!("{fallback}<p>so</p>"), "{}", world.engine);
        for (state, authorization) in [(QuoteState::Accepted, Some(STAMP)), (QuoteState::Rejected, None)] {
            let stamp = authorization.map(str::to_owned);
            let decision = Decision { tweet, state, stamp };
            let now_ms = world.clock.now_ms() + i64::from(authorization.is_none());
            world.test.store.write(move |conn| quotes::decide(conn, &decision, now_ms)).await.unwrap();
            let [update] = world.planned().await.try_into().unwrap();
            let note = &update["object"];
            assert_eq!((&update["type"], note.get("updated")), (&"Update".into(), None), "{}", world.engine);
            assert_eq!(note.get("quoteAuthorization").and_then(Value::as_str), authorization);
            let told = note["content"].as_str().unwrap().starts_with(fallback);
            assert_eq!(told, authorization.is_some(), "{}: {note}", world.engine);
            assert_eq!(note.get("quote").is_some(), authorization.is_some(), "what is rejected is no quote");
        }
    }
}

#[tokio::test]
async fn a_closed_quote_is_asked_for_by_its_id_alone() {
    for world in worlds().await {
        let tweet = quote(&world, Visibility::Followers).await;
        let planned = world.planned().await;
        assert_eq!(
            planned[0]["instrument"],
            format!("http://a.test/users/ann/statuses/{tweet}"),
            "{}",
            world.engine
        );
    }
}

#[tokio::test]
async fn who_asks_to_quote_is_answered_and_hears_when_that_ends() {
    for world in worlds().await {
        let (bob, dan) = (world.remote("bob").await, world.remote("dan").await);
        world.follows_ann(bob).await;
        world.told().await;
        let tweet = world.ann_posts("mine", Visibility::Public).await;
        world.told().await;
        let quoting = "http://dan.test/notes/1".to_owned();
        let answer = |id, stamp| QuoteAnswer {
            owner: world.ann.id,
            quoter: dan,
            tweet,
            request: "http://dan.test/r/1".into(),
            quoting: quoting.clone(),
            stamp,
            id,
        };
        let stamp = Stamp { id: 5, tweet, quoting: quoting.clone(), quoter: dan };
        let (yes, no) = (answer(1, None), answer(2, None));
        let write = move |conn: &mut crate::store::Conn| {
            quotes::answer(conn, yes.clone(), Some(&stamp), NOW)?;
            quotes::answer(conn, no.clone(), None, NOW)
        };
        world.test.store.write(write).await.unwrap();
        let planned = world.planned().await;
        let [accept, reject] = planned.as_slice() else { panic!("{}: {planned:?}", world.engine) };
        assert_eq!((&accept["type"], &reject["type"]), (&"Accept".into(), &"Reject".into()));
        assert_eq!(accept["result"], "http://a.test/users/ann/quote_authorizations/5");
        assert_eq!(
            (&accept["object"]["id"], &accept["object"]["instrument"]),
            (&"http://dan.test/r/1".into(), &quoting.as_str().into())
        );
        let (owner, quoter) = (world.ann.id, dan);
        let gone = crate::model::event::Event::QuoteWithdrawn { owner, quoter, stamp: 5 };
        world
            .test
            .store
            .write(move |conn| events::append(conn, std::slice::from_ref(&gone), NOW))
            .await
            .unwrap();
        assert_eq!(world.told_only("Delete").await, ["bob", "dan"], "{}", world.engine);
    }
}
