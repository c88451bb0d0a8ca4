//! What is missing of a thread when somebody opens it.

use super::*;
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::federation::resolve::Backfill;
use crate::service::NewTweet;

const ROOT: &str = "http://b.test/notes/root";

fn reply(id: &str, author: &str, to: &str) -> Value {
    with(note(id, author, &format!("<p>{id}</p>")), "inReplyTo", json!(to))
}

/// A post that names its replies.
fn with_replies(post: Value, items: Value) -> Value {
    let id = post["id"].as_str().unwrap().to_owned();
    let page = json!({ "type": "CollectionPage", "partOf": format!("{id}/replies"), "items": items });
    with(post, "replies", json!({ "id": format!("{id}/replies"), "type": "Collection", "first": page }))
}

impl World {
    /// The tweet with this ActivityPub id, fetched.
    async fn fetched(&self, uri: &str) -> Tweet {
        let id = self.federation.tweet(&Url::parse(uri).unwrap()).await.unwrap();
        Arc::unwrap_or_clone(self.service().tweet(None, id).await.unwrap().tweet)
    }

    /// Opens the thread of a tweet as somebody signed in.
    async fn open(&self, tweet: &Tweet) -> Option<Backfill> {
        let thread = self.service().thread(Some(self.ann.id), tweet.id).await.unwrap();
        self.federation.open_thread(&thread, true).await.unwrap()
    }

    /// The texts of the answers in the thread of a tweet.
    async fn answers(&self, tweet: &Tweet) -> Vec<String> {
        let thread = self.service().thread(None, tweet.id).await.unwrap();
        thread.descendants.iter().map(|view| view.tweet.uri.clone().unwrap()).collect()
    }
}

#[tokio::test]
async fn opening_a_thread_brings_its_missing_replies_and_says_how_it_stands() {
    for world in worlds().await {
        let (embedded, elsewhere, deep) =
            ("http://b.test/notes/1", "http://c.test/notes/2", "http://c.test/notes/3");
        let post = with_replies(
            note(ROOT, BOB, "<p>root</p>"),
            json!([reply(embedded, BOB, ROOT), elsewhere, "http://c.test/notes/none"]),
        );
        world.serve(ROOT, &post);
        world.serve(
            elsewhere,
            &with_replies(reply(elsewhere, CAT, ROOT), json!([{ "id": deep, "type": "Note" }])),
        );
        world.serve(deep, &reply(deep, CAT, elsewhere));
        let root = world.fetched(ROOT).await;
        assert_eq!(world.open(&root).await, Some(Backfill { running: true, found: 0 }), "{}", world.engine);
        world.federation.read_wished().await;
        assert_eq!(world.open(&root).await, Some(Backfill { running: false, found: 3 }), "{}", world.engine);
        let mut answers = world.answers(&root).await;
        answers.sort();
        assert_eq!(answers, [embedded, elsewhere, deep], "{}", world.engine);
        let asked = world.asked().await;
        assert!(!asked.contains(&embedded.to_owned()), "it was embedded by its own host: {asked:?}");
    }
}

#[tokio::test]
async fn a_thread_is_read_by_one_at_a_time_and_not_again_for_a_while() {
    for world in worlds().await {
        world.serve(ROOT, &with_replies(note(ROOT, BOB, "<p>root</p>"), json!([])));
        let root = world.fetched(ROOT).await;
        let before = world.asked().await.len();
        for _ in 0..3 {
            assert!(world.open(&root).await.unwrap().running, "{}", world.engine);
        }
        world.federation.read_wished().await;
        assert_eq!(world.asked().await.len(), before + 1, "{}", world.engine);
        world.clock.advance(14 * MINUTE_MS);
        assert!(!world.open(&root).await.unwrap().running, "{}", world.engine);
        world.clock.advance(2 * MINUTE_MS);
        let elsewhere = "http://c.test/notes/2";
        world.serve(elsewhere, &reply(elsewhere, CAT, ROOT));
        world.serve(ROOT, &with_replies(note(ROOT, BOB, "<p>root</p>"), json!([elsewhere])));
        assert!(world.open(&root).await.unwrap().running, "{}", world.engine);
        world.federation.read_wished().await;
        assert_eq!(world.answers(&root).await, [elsewhere], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_asked_again_soon() {
    for world in worlds().await {
        world.serve(ROOT, &note(ROOT, BOB, "<p>root</p>"));
        let root = world.fetched(ROOT).await;
        world.answer(ROOT, ResponseTemplate::new(503));
        world.open(&root).await;
        world.federation.read_wished().await;
        world.clock.advance(MINUTE_MS);
        assert!(!world.open(&root).await.unwrap().running, "{}", world.engine);
        world.clock.advance(MINUTE_MS);
        assert!(world.open(&root).await.unwrap().running, "{}", world.engine);
    }
}

#[tokio::test]
async fn only_members_make_this_server_ask_others_and_own_threads_ask_nobody() {
    for world in worlds().await {
        world.serve(ROOT, &note(ROOT, BOB, "<p>root</p>"));
        let root = world.fetched(ROOT).await;
        let thread = world.service().thread(None, root.id).await.unwrap();
        let stands = world.federation.open_thread(&thread, false).await.unwrap();
        assert_eq!(stands, Some(Backfill { running: false, found: 0 }), "{}", world.engine);
        let own = NewTweet { text: "mine".into(), ..NewTweet::default() };
        let own = world.service().create_tweet(world.ann.id, own).await.unwrap().tweet;
        assert_eq!(world.open(&own).await, None, "{}", world.engine);
        let before = world.asked().await.len();
        world.federation.read_wished().await;
        assert_eq!(world.asked().await.len(), before, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_collection_of_replies_puts_nothing_into_a_thread_that_does_not_belong_there() {
    for world in worlds().await {
        let ours = NewTweet { text: "mine".into(), ..NewTweet::default() };
        let ours = world.service().create_tweet(world.ann.id, ours).await.unwrap().tweet;
        let (stray, forged, closed, moved) = (
            "http://c.test/notes/stray",
            "http://c.test/notes/forged",
            "http://b.test/notes/closed",
            "http://c.test/notes/moved",
        );
        let own = format!("http://a.test/users/ann/statuses/{}", ours.id);
        // An answer to something else, another host's words embedded, one for followers, ours.
        world.serve(stray, &reply(stray, CAT, "http://c.test/notes/other"));
        world.serve(forged, &note(forged, CAT, "<p>not an answer</p>"));
        let followers = json!([format!("{BOB}/followers")]);
        world.serve(closed, &with(with(reply(closed, BOB, ROOT), "to", followers), "cc", json!([])));
        world.serve(moved, &with(reply(moved, BOB, ROOT), "id", json!(moved)));
        let items = json!([stray, reply(forged, CAT, ROOT), closed, moved, own]);
        world.serve(ROOT, &with_replies(note(ROOT, BOB, "<p>root</p>"), items));
        let root = world.fetched(ROOT).await;
        let before = rows::counts(&world.test.store).await;
        world.open(&root).await;
        world.federation.read_wished().await;
        assert_eq!(world.answers(&root).await, Vec::<String>::new(), "{}", world.engine);
        let mut after = rows::counts(&world.test.store).await;
        // That it was read is remembered.
        after.insert("backfills", 0);
        assert_eq!(after, before, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_long_collection_of_replies_is_read_up_to_a_limit() {
    for world in worlds().await {
        let page = |number: usize| {
            let items: Vec<Value> = (0..60)
                .map(|item| {
                    let id = format!("http://b.test/notes/{number}-{item}");
                    reply(&id, BOB, ROOT)
                })
                .collect();
            json!({ "id": format!("http://b.test/replies/{number}"), "type": "CollectionPage",
                "next": format!("http://b.test/replies/{}", number + 1), "items": items })
        };
        for number in 0..20 {
            world.serve(&format!("http://b.test/replies/{number}"), &page(number));
        }
        let replies = json!({ "id": "http://b.test/replies", "type": "Collection",
            "first": "http://b.test/replies/0" });
        world.serve(ROOT, &with(note(ROOT, BOB, "<p>root</p>"), "replies", replies));
        let root = world.fetched(ROOT).await;
        world.open(&root).await;
        world.federation.read_wished().await;
        let found = world.open(&root).await.unwrap().found;
        assert_eq!(found, 100, "{}: two pages are enough for the items of one collection", world.engine);
        let pages = world.asked().await.iter().filter(|page| page.contains("/replies/")).count();
        assert_eq!(pages, 2, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_is_missing_above_is_fetched_up_to_the_first_post() {
    for world in worlds().await {
        let id = |number: usize| format!("http://b.test/thread/{number}");
        for number in 0..60 {
            let post = note(&id(number), BOB, "<p>deep</p>");
            let post = if number == 0 { post } else { with(post, "inReplyTo", json!(id(number - 1))) };
            world.serve(&id(number), &post);
        }
        let deep = world.fetched(&id(59)).await;
        assert_ne!(deep.thread, deep.id, "{}: some of it came with it", world.engine);
        assert!(world.tweet(&id(0)).await.is_none(), "{}", world.engine);
        world.open(&deep).await;
        world.federation.read_wished().await;
        let thread = world.service().thread(None, deep.id).await.unwrap();
        assert_eq!(thread.ancestors.len(), 59, "{}", world.engine);
        let first = world.tweet(&id(0)).await.unwrap();
        let deep = world.tweet(&id(59)).await.unwrap();
        assert_eq!(deep.thread, first.id, "{}: all of it is one thread now", world.engine);
        let stands = world.open(&deep).await.unwrap();
        assert!(!stands.running && stands.found >= 30, "{}: {stands:?}", world.engine);
    }
}

#[tokio::test]
async fn an_answer_that_came_before_its_question_finds_it() {
    for world in worlds().await {
        let (question, answer) = ("http://c.test/notes/q", "http://b.test/notes/a");
        world.serve(answer, &reply(answer, BOB, question));
        let cut = world.fetched(answer).await;
        assert_eq!((cut.reply_to, cut.thread), (None, cut.id), "{}", world.engine);
        world.clock.advance(3 * DAY_MS);
        world.serve(question, &note(question, CAT, "<p>why?</p>"));
        let question = world.fetched(question).await;
        let mended = world.tweet(answer).await.unwrap();
        assert_eq!((mended.reply_to, mended.thread), (Some(question.id), question.id), "{}", world.engine);
        assert_eq!(mended.reply_to_uri, None, "{}", world.engine);
        assert_eq!(world.tweet("http://c.test/notes/q").await.unwrap().replies_count, 1, "{}", world.engine);
        assert_eq!(world.answers(&question).await, [answer], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_thread_never_bites_its_tail() {
    for world in worlds().await {
        let (one, other) = ("http://b.test/notes/1", "http://c.test/notes/2");
        world.serve(one, &reply(one, BOB, other));
        let first = world.fetched(one).await;
        world.clock.advance(3 * DAY_MS);
        world.serve(other, &reply(other, CAT, one));
        let second = world.fetched(other).await;
        assert_eq!(second.reply_to, Some(first.id), "{}", world.engine);
        assert_eq!(world.tweet(one).await.unwrap().reply_to, None, "{}", world.engine);
        let thread = world.service().thread(None, second.id).await.unwrap();
        assert_eq!((thread.ancestors.len(), thread.descendants.len()), (1, 0), "{}", world.engine);
    }
}

#[tokio::test]
async fn an_old_answer_takes_its_old_place_and_tells_nobody() {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let fresh = "http://b.test/notes/fresh";
        world.happens(&activity("http://b.test/a/1", "Create", BOB, note(fresh, BOB, "<p>fresh</p>"))).await;
        let (old, undated, new) =
            ("http://b.test/notes/old", "http://b.test/notes/undated", "http://b.test/notes/new");
        let mention =
            json!([{ "type": "Mention", "href": "http://a.test/users/ann", "name": "@ann@a.test" }]);
        let to_ann = json!([PUBLIC, "http://a.test/users/ann"]);
        let told = |post: Value| with(with(post, "tag", mention.clone()), "to", to_ann.clone());
        let at = |post: Value, time: &str| with(post, "published", json!(time));
        let root = at(note(ROOT, BOB, "<p>root</p>"), "2020-01-01T00:00:00Z");
        let items = json!([
            told(at(reply(old, BOB, ROOT), "2020-01-02T03:00:00Z")),
            told(with(reply(undated, BOB, ROOT), "published", Value::Null)),
            told(at(reply(new, BOB, ROOT), "2026-01-02T02:00:00Z")),
        ]);
        world.serve(ROOT, &with_replies(root, items));
        let home = world.home().await;
        assert_eq!(home.first().map(String::as_str), Some("fresh"), "{}", world.engine);
        let root = world.fetched(ROOT).await;
        world.open(&root).await;
        world.federation.read_wished().await;
        assert_eq!(world.answers(&root).await.len(), 3, "{}", world.engine);
        assert_eq!(world.home().await.first().map(String::as_str), Some("fresh"), "{}", world.engine);
        let public = crate::service::PublicList::Federated;
        let page = world.service().public_tweets(None, public, Cursor::default(), 20).await.unwrap();
        assert_eq!(page.items[0].tweet.text, "fresh", "{}", world.engine);
        // Only what is news may be a delivery that is late.
        let told = world.notifications(world.ann.id).await;
        assert_eq!(told, [NotificationKind::Mention], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_post_shows_how_often_its_own_host_says_it_is_liked() {
    for world in worlds().await {
        let count =
            |total: i64| json!({ "id": format!("{ROOT}/c"), "type": "Collection", "totalItems": total });
        let post = with(with(note(ROOT, BOB, "<p>hi</p>"), "likes", count(12)), "shares", count(3));
        world.serve(ROOT, &post);
        let root = world.fetched(ROOT).await;
        assert_eq!((root.likes_shown(), root.retweets_shown()), (12, 3), "{}", world.engine);
        assert_eq!((root.likes_count, root.retweets_count), (0, 0), "{}: seen here", world.engine);
        world.serve(ROOT, &with(post, "likes", count(20)));
        world.open(&root).await;
        world.federation.read_wished().await;
        let root = world.tweet(ROOT).await.unwrap();
        assert_eq!((root.likes_shown(), root.retweets_shown()), (20, 3), "{}", world.engine);
    }
}
