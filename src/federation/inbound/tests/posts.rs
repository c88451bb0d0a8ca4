use super::*;
use crate::model::visibility::Visibility;

const NOTE: &str = "http://b.test/notes/1";

fn create(number: u8, note: Value) -> Value {
    activity(&format!("{BOB}#creates/{number}"), "Create", BOB, note)
}

fn mentioning_ann(note: Value) -> Value {
    let author = note["attributedTo"].as_str().unwrap().to_owned();
    let note = with(note, "cc", json!([format!("{author}/followers"), "http://a.test/users/ann"]));
    with(
        note,
        "tag",
        json!([{ "type": "Mention", "href": "http://a.test/users/ann", "name": "@ann@a.test" }]),
    )
}

#[tokio::test]
async fn a_post_of_somebody_followed_is_in_home_clean_and_with_its_parts() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let post = with(
            note(NOTE, BOB, "<p>hi <script>x()</script>#Rooks</p>"),
            "tag",
            json!([{ "type": "Hashtag", "name": "#Rooks" }]),
        );
        let picture = json!([{ "type": "Image", "mediaType": "image/png", "url": "http://b.test/1.png", "name": "nest" }]);
        let post = with(
            with(post, "attachment", picture),
            "contentMap",
            json!({ "en": "<p>hi <script>x()</script>#Rooks</p>" }),
        );
        world.happens(&create(1, post)).await;
        assert_eq!(world.home().await, ["hi #Rooks"], "{}", world.engine);
        let tweet = world.tweet(NOTE).await.unwrap();
        assert_eq!(
            (tweet.html.as_str(), tweet.tags.as_slice()),
            ("<p>hi #Rooks</p>", &["rooks".to_owned()][..])
        );
        assert_eq!((tweet.visibility, tweet.language.as_deref()), (Visibility::Public, Some("en")));
        assert_eq!(tweet.media[0].remote_url.as_deref(), Some("http://b.test/1.png"));
        assert_eq!(tweet.created_at, NOW - 245_000);
    }
}

#[tokio::test]
async fn a_post_that_mentions_somebody_here_is_kept_and_told() {
    for world in worlds().await {
        world.happens(&create(1, mentioning_ann(note(NOTE, BOB, "<p>hi ann</p>")))).await;
        assert_eq!(world.notifications(world.ann.id).await, [NotificationKind::Mention], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_direct_post_is_for_the_mentioned_only() {
    for world in worlds().await {
        let direct =
            with(mentioning_ann(note(NOTE, BOB, "<p>psst</p>")), "to", json!(["http://a.test/users/ann"]));
        let direct = with(direct, "cc", json!([]));
        world.happens(&create(1, direct)).await;
        let tweet = world.tweet(NOTE).await.unwrap();
        assert_eq!(tweet.visibility, Visibility::Direct, "{}", world.engine);
        assert!(world.service().tweet(Some(world.ann.id), tweet.id).await.is_ok());
        assert!(world.service().tweet(None, tweet.id).await.is_err());
    }
}

#[tokio::test]
async fn a_post_that_nobody_here_has_to_do_with_is_not_kept_nor_fetched() {
    for world in worlds().await {
        world.happens(&create(1, note(NOTE, BOB, "<p>hi</p>"))).await;
        world.happens(&create(2, json!("http://b.test/notes/2"))).await;
        assert!(world.tweet(NOTE).await.is_none(), "{}", world.engine);
        assert_eq!(world.asked().await, [BOB], "only the signer was asked for");
    }
}

#[tokio::test]
async fn a_post_given_by_its_id_alone_is_fetched() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.serve(NOTE, &note(NOTE, BOB, "<p>fetched</p>"));
        world.happens(&create(1, json!(NOTE))).await;
        assert_eq!(world.home().await, ["fetched"], "{}", world.engine);
    }
}

#[tokio::test]
async fn nobody_writes_in_the_name_of_another() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.ann_follows(CAT).await;
        let dan = "http://b.test/users/dan";
        // Of another host; of a neighbour on the same host; of ours; and one whose host tells otherwise.
        let foreign = create(1, note("http://c.test/notes/1", CAT, "<p>forged</p>"));
        let neighbour = create(2, note("http://b.test/notes/2", dan, "<p>forged</p>"));
        let ours =
            create(3, note("http://a.test/users/ann/statuses/1", "http://a.test/users/ann", "<p>forged</p>"));
        let other_host = create(4, note("http://c.test/notes/4", BOB, "<p>forged</p>"));
        world.serve("http://b.test/notes/2", &note("http://b.test/notes/2", dan, "<p>dan's own</p>"));
        let before = rows::counts(&world.test.store).await["tweets"];
        for forged in [foreign, ours, other_host] {
            let refused = world.post(&forged).await.unwrap_err();
            assert_eq!(refused.status(), http::StatusCode::FORBIDDEN, "{}: {forged}", world.engine);
        }
        world.happens(&neighbour).await;
        assert_eq!(rows::counts(&world.test.store).await["tweets"], before, "{}", world.engine);
        assert!(world.home().await.is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn the_same_post_is_the_same_tweet_however_often_it_comes() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let first = create(1, mentioning_ann(note(NOTE, BOB, "<p>once</p>")));
        world.happens(&first).await;
        assert_eq!(world.post(&first).await.unwrap(), Accepted::Duplicate, "{}", world.engine);
        world.happens(&create(2, mentioning_ann(note(NOTE, BOB, "<p>once</p>")))).await;
        assert_eq!(world.home().await, ["once"], "{}", world.engine);
        assert_eq!(world.notifications(world.ann.id).await.len(), 1);
    }
}

#[tokio::test]
async fn a_deleted_post_goes_and_does_not_come_back() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.happens(&create(1, note(NOTE, BOB, "<p>oops</p>"))).await;
        let tombstone = json!({ "id": NOTE, "type": "Tombstone" });
        let stranger = activity(&format!("{CAT}#deletes/1"), "Delete", CAT, tombstone.clone());
        world.actor(CAT).await;
        world.happens(&stranger).await;
        assert!(world.tweet(NOTE).await.is_some(), "only the author deletes");
        world.happens(&activity(&format!("{BOB}#deletes/1"), "Delete", BOB, tombstone)).await;
        assert!(world.tweet(NOTE).await.is_none(), "{}", world.engine);
        world.happens(&create(2, note(NOTE, BOB, "<p>oops</p>"))).await;
        assert!(world.tweet(NOTE).await.is_none(), "{}", world.engine);
    }
}

#[tokio::test]
async fn nobody_buries_what_a_neighbour_on_the_same_host_has_yet_to_send() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        let dan = "http://b.test/users/dan";
        world.serve(dan, &person(dan, test_key()));
        world.actor(dan).await;
        let follow = activity(&format!("{BOB}#follows/1"), "Follow", BOB, json!("http://a.test/users/ann"));
        for (number, buried) in
            [NOTE, BOB, &format!("{BOB}#follows/1"), &format!("{BOB}#creates/1")].into_iter().enumerate()
        {
            let delete = activity(&format!("{dan}#deletes/{number}"), "Delete", dan, json!(buried));
            world.happens(&delete).await;
            let undo = activity(&format!("{dan}#undos/{number}"), "Undo", dan, json!(buried));
            world.happens(&undo).await;
        }
        world.happens(&create(1, note(NOTE, BOB, "<p>here</p>"))).await;
        world.happens(&follow).await;
        assert_eq!(world.home().await, ["here"], "{}", world.engine);
        assert_eq!(world.actor(BOB).await.id, bob.id, "{}", world.engine);
        assert!(
            world.service().relationship(world.ann.id, bob.id).await.unwrap().followed_by,
            "{}",
            world.engine
        );
    }
}

#[tokio::test]
async fn nobody_claims_the_id_of_an_activity_that_a_neighbour_has_yet_to_send() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let dan = "http://b.test/users/dan";
        world.serve(dan, &person(dan, test_key()));
        let claimed = activity(&format!("{BOB}#creates/1"), "Follow", dan, json!("http://a.test/users/ann"));
        world.happens(&claimed).await;
        world.happens(&create(1, note(NOTE, BOB, "<p>here</p>"))).await;
        assert_eq!(world.home().await, ["here"], "{}", world.engine);
    }
}

#[tokio::test]
async fn an_actor_that_deleted_itself_comes_back_when_its_host_shows_it_again() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.happens(&activity(&format!("{BOB}#delete"), "Delete", BOB, json!(BOB))).await;
        let uri = Url::parse(BOB).unwrap();
        let now = crate::federation::resolve::Freshness::Now;
        assert!(world.federation.actor(&uri, now).await.is_err(), "{}: its host may be slow", world.engine);
        world.clock.advance(2 * crate::clock::HOUR_MS);
        let back = world.federation.actor(&uri, now).await.unwrap();
        assert_eq!(back.acct(), "bob@b.test", "{}", world.engine);
        assert_eq!(world.actor(BOB).await.id, back.id, "{}", world.engine);
    }
}

#[tokio::test]
async fn two_edits_of_the_same_second_both_count() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.happens(&create(1, note(NOTE, BOB, "<p>one</p>"))).await;
        for (number, text) in [(1, "<p>two</p>"), (2, "<p>three</p>")] {
            let post = with(note(NOTE, BOB, text), "updated", json!("2026-01-02T03:03:00Z"));
            world.happens(&activity(&format!("{BOB}#updates/{number}"), "Update", BOB, post)).await;
        }
        assert_eq!(world.home().await, ["three"], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_delete_that_comes_before_its_create_wins() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.happens(&activity(&format!("{BOB}#deletes/1"), "Delete", BOB, json!(NOTE))).await;
        world.happens(&create(1, note(NOTE, BOB, "<p>late</p>"))).await;
        assert!(world.tweet(NOTE).await.is_none(), "{}", world.engine);
        let uri = Url::parse(NOTE).unwrap();
        world.serve(NOTE, &note(NOTE, BOB, "<p>late</p>"));
        assert!(world.federation.tweet(&uri).await.is_err(), "{}", world.engine);
    }
}

#[tokio::test]
async fn an_update_rewrites_a_post_keeps_its_version_and_never_goes_back() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        world.happens(&create(1, note(NOTE, BOB, "<p>one</p>"))).await;
        let version = |number: u8, text: &str, at: &str| {
            let post = with(note(NOTE, BOB, text), "updated", json!(at));
            activity(&format!("{BOB}#updates/{number}"), "Update", BOB, post)
        };
        world.happens(&version(1, "<p>three</p>", "2026-01-02T03:03:00Z")).await;
        world.happens(&version(2, "<p>two</p>", "2026-01-02T03:02:00Z")).await;
        let tweet = world.tweet(NOTE).await.unwrap();
        assert_eq!((tweet.text.as_str(), tweet.edited_at), ("three", Some(NOW - 65_000)), "{}", world.engine);
        let history = world.service().tweet_history(None, tweet.id).await.unwrap();
        assert_eq!(history.iter().map(|version| version.text.as_str()).collect::<Vec<_>>(), ["one", "three"]);
    }
}

#[tokio::test]
async fn an_update_changes_pictures_and_one_that_changes_nothing_leaves_no_trace() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let picture = |name: &str| json!([{ "type": "Image", "mediaType": "image/png", "url": format!("http://b.test/{name}.png") }]);
        world.happens(&create(1, with(note(NOTE, BOB, "<p>see</p>"), "attachment", picture("1")))).await;
        let changed = with(note(NOTE, BOB, "<p>see</p>"), "attachment", picture("2"));
        world.happens(&activity(&format!("{BOB}#updates/1"), "Update", BOB, changed.clone())).await;
        let tweet = world.tweet(NOTE).await.unwrap();
        let [shown] = tweet.media.as_slice() else { panic!("{}: {:?}", world.engine, tweet.media) };
        assert_eq!(shown.remote_url.as_deref(), Some("http://b.test/2.png"), "{}", world.engine);
        let edits = rows::counts(&world.test.store).await["tweet_edits"];
        world.clock.advance(1_000);
        world.happens(&activity(&format!("{BOB}#updates/2"), "Update", BOB, changed)).await;
        assert_eq!(rows::counts(&world.test.store).await["tweet_edits"], edits, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_update_that_comes_before_its_create_counts_as_one() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let update = activity(&format!("{BOB}#updates/1"), "Update", BOB, note(NOTE, BOB, "<p>edited</p>"));
        world.happens(&update).await;
        world.happens(&create(1, note(NOTE, BOB, "<p>first</p>"))).await;
        assert_eq!(world.home().await, ["edited"], "{}", world.engine);
    }
}

#[tokio::test]
async fn an_older_edit_that_comes_late_does_not_undo_a_newer_one_that_came_first() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        for (number, at) in [(2, "2026-01-02T03:03:00Z"), (1, "2026-01-02T03:02:00Z")] {
            let post = note(NOTE, BOB, &format!("<p>edit {number}</p>"));
            let edit = with(post, "updated", json!(at));
            world.happens(&activity(&format!("{BOB}#updates/{number}"), "Update", BOB, edit)).await;
        }
        world.happens(&create(1, note(NOTE, BOB, "<p>first</p>"))).await;
        let tweet = world.tweet(NOTE).await.unwrap();
        assert_eq!(
            (tweet.text.as_str(), tweet.edited_at),
            ("edit 2", Some(NOW - 65_000)),
            "{}",
            world.engine
        );
    }
}

#[tokio::test]
async fn a_reply_brings_what_it_answers_from_everywhere() {
    for world in worlds().await {
        let (root, middle) = ("http://c.test/notes/root", "http://b.test/notes/middle");
        world.serve(root, &note(root, CAT, "<p>root</p>"));
        world.serve(middle, &with(note(middle, BOB, "<p>middle</p>"), "inReplyTo", json!(root)));
        world.ann_follows(BOB).await;
        world.happens(&create(1, with(note(NOTE, BOB, "<p>leaf</p>"), "inReplyTo", json!(middle)))).await;
        let (root, middle) = (world.tweet(root).await.unwrap(), world.tweet(middle).await.unwrap());
        let leaf = world.tweet(NOTE).await.unwrap();
        assert_eq!((leaf.reply_to, middle.reply_to), (Some(middle.id), Some(root.id)), "{}", world.engine);
        assert_eq!((leaf.thread, middle.thread), (root.id, root.id), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_circle_of_replies_comes_to_an_end() {
    for world in worlds().await {
        let other = "http://b.test/notes/2";
        world.serve(other, &with(note(other, BOB, "<p>b</p>"), "inReplyTo", json!(NOTE)));
        world.ann_follows(BOB).await;
        world.happens(&create(1, with(note(NOTE, BOB, "<p>a</p>"), "inReplyTo", json!(other)))).await;
        assert_eq!(world.tweet(NOTE).await.unwrap().reply_to, world.tweet(other).await.map(|tweet| tweet.id));
    }
}

#[tokio::test]
async fn an_answer_to_somebody_here_is_kept_and_told() {
    for world in worlds().await {
        let new = crate::service::NewTweet { text: "hello".into(), ..Default::default() };
        let ours = world.service().create_tweet(world.ann.id, new).await.unwrap().tweet;
        let reply = with(
            note(NOTE, BOB, "<p>hi</p>"),
            "inReplyTo",
            json!(format!("http://a.test/users/ann/statuses/{}", ours.id)),
        );
        world.happens(&create(1, reply)).await;
        assert_eq!(world.tweet(NOTE).await.unwrap().reply_to, Some(ours.id), "{}", world.engine);
        assert_eq!(world.notifications(world.ann.id).await, [NotificationKind::Reply]);
    }
}

#[tokio::test]
async fn posts_of_the_same_second_are_all_kept() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        for number in 0..20 {
            let id = format!("http://b.test/notes/{number}");
            world.happens(&create(number, note(&id, BOB, &format!("<p>{number}</p>")))).await;
        }
        assert_eq!(world.home().await.len(), 20, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_actor_that_is_deleted_leaves_nothing_behind() {
    for world in worlds().await {
        let bob = world.ann_follows(BOB).await;
        world
            .happens(&activity(&format!("{BOB}#follows/1"), "Follow", BOB, json!("http://a.test/users/ann")))
            .await;
        world.happens(&create(1, note(NOTE, BOB, "<p>bye</p>"))).await;
        let new = crate::service::NewTweet { text: "hello".into(), ..Default::default() };
        let ours = world.service().create_tweet(world.ann.id, new).await.unwrap().tweet;
        let liked = json!(format!("http://a.test/users/ann/statuses/{}", ours.id));
        world.happens(&activity(&format!("{BOB}#likes/1"), "Like", BOB, liked)).await;
        world.happens(&activity(&format!("{BOB}#delete"), "Delete", BOB, json!(BOB))).await;
        assert!(world.service().account(bob.id).await.is_err(), "{}", world.engine);
        assert!(world.tweet(NOTE).await.is_none() && world.home().await == ["hello"], "{}", world.engine);
        let ann = world.service().account(world.ann.id).await.unwrap();
        let ours = world.service().tweet(None, ours.id).await.unwrap().tweet;
        assert_eq!(
            (ann.followers_count, ann.following_count, ours.likes_count),
            (0, 0, 0),
            "{}",
            world.engine
        );
        world.answer(BOB, ResponseTemplate::new(410));
        let uri = Url::parse(BOB).unwrap();
        let gone = world.federation.actor(&uri, crate::federation::resolve::Freshness::Now).await;
        assert!(matches!(gone, Err(crate::error::Error::Gone(_))), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_changed_profile_is_learned_from_its_owner() {
    for world in worlds().await {
        let bob = world.actor(BOB).await;
        let changed = with(person(BOB, test_key()), "name", json!("Bobby"));
        world.happens(&activity(&format!("{BOB}#updates/1"), "Update", BOB, changed)).await;
        assert_eq!(world.service().account(bob.id).await.unwrap().display_name, "Bobby", "{}", world.engine);
        let forged = with(person(BOB, test_key()), "name", json!("Robbed"));
        let refused = world.post(&activity(&format!("{CAT}#updates/1"), "Update", CAT, forged)).await;
        assert_eq!(refused.unwrap_err().status(), http::StatusCode::FORBIDDEN, "{}", world.engine);
        assert_eq!(world.service().account(bob.id).await.unwrap().display_name, "Bobby", "{}", world.engine);
    }
}
