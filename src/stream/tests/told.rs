//! Who is told what.

use super::*;
use crate::model::visibility::Visibility;
use crate::service::ListChanges;
use crate::service::NewAnnouncement;
use crate::service::TweetChanges;

#[tokio::test]
async fn a_followers_home_hears_of_a_tweet_its_edit_and_its_end() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        world.follow(bob, ann).await;
        let mut bobs = world.process.listen(bob, &[HOME]).await;
        let mut cids = world.process.listen(cid, &[HOME]).await;
        let mut anns = world.process.listen(ann, &[HOME]).await;
        let id = world.tweet(ann, "first").await;
        let change = TweetChanges { text: Some("second".to_owned()), ..TweetChanges::default() };
        world.process.service.edit_tweet(ann, id, change).await.unwrap();
        let told = [format!("home: tweet {id}"), format!("home: edited {id}")];
        assert_eq!(world.process.heard(&mut bobs).await, told, "{}", world.engine);
        assert_eq!(world.process.heard(&mut anns).await, told, "one's own are on one's home");
        world.process.service.delete_tweet(ann, id).await.unwrap();
        assert_eq!(world.process.heard(&mut bobs).await, [format!("home: deleted {id}")]);
        assert_eq!(world.process.heard(&mut cids).await, <[&str; 0]>::default());
    }
}

#[tokio::test]
async fn a_follow_and_its_end_are_heard_of_at_once() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let mut bobs = world.process.listen(bob, &[HOME]).await;
        world.tweet(ann, "before").await;
        world.follow(bob, ann).await;
        let id = world.tweet(ann, "while").await;
        world.process.service.unfollow(bob, ann).await.unwrap();
        // It may be told before the follow ends, or not any more.
        let heard = world.process.heard(&mut bobs).await;
        assert!(heard.is_empty() || heard == [format!("home: tweet {id}")], "{heard:?}");
        world.tweet(ann, "after").await;
        assert_eq!(world.process.heard(&mut bobs).await, <[&str; 0]>::default());
    }
}

#[tokio::test]
async fn lists_that_everybody_shares_have_what_is_public_by_origin_pictures_and_hashtag() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let tag = |tag: &str, from| Topic::Hashtag { tag: tag.to_owned(), from };
        let public = |from, only_media| Topic::Public { from, only_media };
        let mut bobs = world
            .process
            .listen(
                bob,
                &[
                    PUBLIC,
                    ("here", public(From::Here, false)),
                    ("elsewhere", public(From::Elsewhere, false)),
                    ("pictures", public(From::All, true)),
                    ("rooks", tag("rooks", From::All)),
                    ("rooks here", tag("rooks", From::Here)),
                    ("crows", tag("crows", From::All)),
                ],
            )
            .await;
        let id = world.tweet(ann, "of #Rooks").await;
        let quiet = NewTweet { visibility: Some(Visibility::Unlisted), ..saying("#rooks") };
        world.post(ann, quiet).await;
        world.post(ann, NewTweet { reply_to: Some(id), ..saying("to myself") }).await;
        world.post(bob, NewTweet { reply_to: Some(id), ..saying("to ann #rooks") }).await;
        let heard = world.process.heard(&mut bobs).await;
        let of_it: Vec<String> =
            ["public", "here", "rooks", "rooks here"].map(|label| format!("{label}: tweet {id}")).into();
        assert_eq!(heard[..4], of_it, "{}", world.engine);
        assert_eq!(heard[4..].len(), 2, "what answers oneself is in the lists: {heard:?}");
        bobs.unsubscribe("rooks");
        let id = world.tweet(ann, "#rooks #crows").await;
        let heard = world.process.heard(&mut bobs).await;
        let of_it = ["public", "here", "rooks here", "crows"].map(|label| format!("{label}: tweet {id}"));
        assert_eq!(heard, of_it);
    }
}

#[tokio::test]
async fn a_list_has_what_its_members_write_from_the_moment_they_are_on_it() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let service = &world.process.service;
        let new = |exclusive| ListChanges {
            title: Some("mine".to_owned()),
            exclusive: Some(exclusive),
            ..ListChanges::default()
        };
        let list = service.create_list(bob, new(true)).await.unwrap().id;
        let gone = service.create_list(bob, new(false)).await.unwrap().id;
        service.delete_list(bob, gone).await.unwrap();
        let topics = [HOME, ("list", Topic::List(list)), ("gone", Topic::List(gone))];
        let mut bobs = world.process.listen(bob, &topics).await;
        for whom in [ann, cid] {
            world.follow(bob, whom).await;
        }
        let before = world.tweet(ann, "before").await;
        assert_eq!(world.process.heard(&mut bobs).await, [format!("home: tweet {before}")]);
        service.add_to_list(bob, list, vec![ann]).await.unwrap();
        let (listed, other) = (world.tweet(ann, "listed").await, world.tweet(cid, "other").await);
        let told = [format!("list: tweet {listed}"), format!("home: tweet {other}")];
        assert_eq!(world.process.heard(&mut bobs).await, told, "{}", world.engine);
        service.take_off_list(bob, list, vec![ann]).await.unwrap();
        let after = world.tweet(ann, "after").await;
        assert_eq!(world.process.heard(&mut bobs).await, [format!("home: tweet {after}")]);
    }
}

#[tokio::test]
async fn one_is_told_of_ones_notifications_and_of_nobody_elses() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let mut anns = world.process.listen(ann, &[NOTIFICATIONS]).await;
        let mut cids = world.process.listen(cid, &[NOTIFICATIONS, PUBLIC]).await;
        let service = &world.process.service;
        let id = world.post(ann, NewTweet { visibility: Some(Visibility::Unlisted), ..saying("x") }).await;
        service.follow(bob, ann).await.unwrap();
        service.like(bob, id).await.unwrap();
        world.post(bob, NewTweet { visibility: Some(Visibility::Direct), ..saying("@ann psst") }).await;
        let told = ["notifications: follow", "notifications: like", "notifications: mention"];
        assert_eq!(world.process.heard(&mut anns).await, told, "{}", world.engine);
        assert_eq!(world.process.heard(&mut cids).await, <[&str; 0]>::default());
        service.mute(ann, bob, true).await.unwrap();
        world.tweet(bob, "@ann again").await;
        assert_eq!(world.process.heard(&mut anns).await, <[&str; 0]>::default());
    }
}

#[tokio::test]
async fn what_is_said_directly_is_told_to_those_in_it_and_to_nobody_else() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let direct = ("direct", Topic::Direct);
        let mut anns = world.process.listen(ann, std::slice::from_ref(&direct)).await;
        let mut bobs = world.process.listen(bob, &[direct.clone(), HOME]).await;
        let mut cids = world.process.listen(cid, &[direct, HOME, PUBLIC]).await;
        let said = NewTweet { visibility: Some(Visibility::Direct), ..saying("@bob psst") };
        let id = world.post(ann, said).await;
        assert_eq!(world.process.heard(&mut anns).await, [format!("direct: {id}")], "{}", world.engine);
        assert_eq!(world.process.heard(&mut bobs).await, [format!("direct: {id}")]);
        assert_eq!(world.process.heard(&mut cids).await, <[&str; 0]>::default());
    }
}

#[tokio::test]
async fn everybody_connected_is_told_of_announcements_and_reactions_also_by_another_process() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let other = Process::start(&world.database, &world.clock, 1).await;
        let mut anns = world.process.listen(ann, &[HOME]).await;
        let mut bobs = other.listen(bob, &[HOME, NOTIFICATIONS]).await;
        let mut others = world.process.listen(bob, &[NOTIFICATIONS, PUBLIC]).await;
        let service = &world.process.service;
        let saying = |text: &str, ends_at| NewAnnouncement {
            text: text.to_owned(),
            ends_at,
            ..NewAnnouncement::default()
        };
        let id = service.announce(saying("We move", None)).await.unwrap().id;
        let told = ["home: announced We move"];
        assert_eq!(world.process.heard(&mut anns).await, told, "{}", world.engine);
        assert_eq!(other.heard(&mut bobs).await, told, "{}", world.engine);
        service.react_to_announcement(ann, id, "👍").await.unwrap();
        // How many there are is told as it is then, so both have to have told it before there are fewer.
        assert_eq!(other.heard(&mut bobs).await, ["home: 1 × 👍"], "{}", world.engine);
        assert_eq!(world.process.heard(&mut anns).await, ["home: 1 × 👍"], "{}", world.engine);
        service.unreact_to_announcement(ann, id, "👍").await.unwrap();
        assert_eq!(other.heard(&mut bobs).await, ["home: 0 × 👍"], "{}", world.engine);
        assert_eq!(world.process.heard(&mut anns).await, ["home: 0 × 👍"], "{}", world.engine);
        service.change_announcement(id, saying("It is done", Some(1))).await.unwrap();
        let removed = [format!("home: removed {id}")];
        assert_eq!(other.heard(&mut bobs).await, removed, "what is over is none any more");
        service.remove_announcement(id).await.unwrap();
        assert_eq!(other.heard(&mut bobs).await, removed, "{}", world.engine);
        assert_eq!(world.process.heard(&mut others).await, <[&str; 0]>::default());
        other.stop.cancel();
        other.running.await.unwrap();
    }
}

#[tokio::test]
async fn another_process_of_the_instance_hears_the_same_and_ends_what_was_ended_here() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        world.follow(bob, ann).await;
        let other = Process::start(&world.database, &world.clock, 1).await;
        let who = other.sign_in(bob).await;
        let mut there = other.listen_with(&who, &[HOME, NOTIFICATIONS]).await;
        let mut here = world.process.listen(bob, &[HOME, NOTIFICATIONS]).await;
        let id = world.tweet(ann, "@bob hello").await;
        let mut told = [format!("home: tweet {id}"), "notifications: mention".to_owned()];
        let mut heard = other.heard(&mut there).await;
        heard.sort();
        told.sort();
        assert_eq!(heard, told, "{}", world.engine);
        assert_eq!(world.process.heard(&mut here).await.len(), 2);
        world.process.service.block(ann, bob).await.unwrap();
        world.tweet(ann, "@bob goodbye").await;
        assert_eq!(other.heard(&mut there).await, <[&str; 0]>::default(), "{}", world.engine);
        world.process.service.end_session(bob, who.session).await.unwrap();
        assert_eq!(next(&mut there).await, Err(Ending::SessionEnded), "{}", world.engine);
        world.process.told_all().await;
        assert!(here.next().now_or_never().is_none(), "that of another session goes on");
        other.stop.cancel();
        other.running.await.unwrap();
    }
}
