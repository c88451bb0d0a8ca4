use super::*;
use crate::federation::resolve::Freshness;

/// A community on `b.test`.
const GROUP: &str = "http://b.test/c/rooks";
/// Its people: one of its own host, and one of another.
const NEAR: &str = "http://b.test/u/near";
const FAR: &str = "http://c.test/u/far";

/// A world in which `ann` follows the community.
async fn follow_group(world: &World) -> Account {
    world.serve(GROUP, &with(person(GROUP, test_key()), "type", json!("Group")));
    for author in [NEAR, FAR] {
        world.serve(author, &person(author, test_key()));
    }
    world.ann_follows(GROUP).await
}

/// A post of a community as Lemmy has it.
fn page(id: &str, author: &str, title: &str) -> Value {
    json!({ "id": id, "type": "Page", "attributedTo": author, "name": title, "to": [GROUP, PUBLIC],
        "audience": GROUP, "cc": [], "content": "<p>why</p>", "mediaType": "text/html", "sensitive": false,
        "attachment": [{ "type": "Link", "href": "https://news.test/1" }],
        "source": { "content": "why", "mediaType": "text/markdown" }, "published": "2026-01-02T03:00:00Z" })
}

/// What the community passes on, as Lemmy wraps it.
fn passes_on(number: u8, kind: &str, actor: &str, object: Value) -> Value {
    let (host, _) = actor.split_once("/u/").unwrap();
    let inner = json!({ "id": format!("{host}/activities/{}/{number}", kind.to_lowercase()), "type": kind,
        "actor": actor, "to": [PUBLIC], "cc": [GROUP], "audience": GROUP, "object": object });
    let announce = activity(&format!("http://b.test/activities/announce/{number}"), "Announce", GROUP, inner);
    with(announce, "cc", json!([format!("{GROUP}/followers")]))
}

async fn likes(world: &World, uri: &str) -> i64 {
    world.tweet(uri).await.unwrap().likes_count
}

#[tokio::test]
async fn a_new_post_is_fetched_from_its_own_host_and_shown_as_repeated_by_the_group() {
    for world in worlds().await {
        let group = follow_group(&world).await;
        let uri = "http://c.test/post/1";
        world.serve(uri, &page(uri, FAR, "Rooks are back"));
        world.happens(&passes_on(1, "Create", FAR, page(uri, FAR, "Forged"))).await;
        // Lemmy also announces the bare post, for those who know nothing of groups.
        world.happens(&activity("http://b.test/activities/announce/2", "Announce", GROUP, json!(uri))).await;
        let home = world.home().await;
        assert_eq!(home.len(), 1, "{}: {home:?}", world.engine);
        assert!(home[0].contains("Rooks are back") && !home[0].contains("Forged"), "{home:?}");
        let tweet = world.tweet(uri).await.unwrap();
        let retweet = crate::store::tweets::retweet_by;
        let (account, original) = (group.id, tweet.id);
        let by_group = world.test.store.read(move |conn| retweet(conn, account, original)).await.unwrap();
        assert!(by_group.is_some(), "{}", world.engine);
        assert_eq!(world.service().account(tweet.author).await.unwrap().uri.as_deref(), Some(FAR));
    }
}

#[tokio::test]
async fn an_answer_is_kept_in_its_thread_and_not_repeated() {
    for world in worlds().await {
        follow_group(&world).await;
        let (post, answer) = ("http://c.test/post/1", "http://b.test/comment/1");
        world.serve(post, &page(post, FAR, "Rooks"));
        let comment = with(note(answer, NEAR, "<p>caw</p>"), "inReplyTo", json!(post));
        world.serve(answer, &comment);
        world.happens(&passes_on(1, "Create", NEAR, comment)).await;
        assert!(world.home().await.is_empty(), "{}", world.engine);
        let (post, answer) = (world.tweet(post).await.unwrap(), world.tweet(answer).await.unwrap());
        assert_eq!(answer.reply_to, Some(post.id), "{}", world.engine);
    }
}

#[tokio::test]
async fn an_update_or_delete_is_looked_up_where_the_post_lives() {
    for world in worlds().await {
        follow_group(&world).await;
        let uri = "http://c.test/post/1";
        world.serve(uri, &page(uri, FAR, "Rooks"));
        world.happens(&passes_on(1, "Create", FAR, json!(uri))).await;
        world.happens(&passes_on(2, "Update", FAR, page(uri, FAR, "Forged"))).await;
        assert!(world.tweet(uri).await.unwrap().text.contains("Rooks"), "{}", world.engine);
        world.clock.advance(60_000);
        let changed = with(page(uri, FAR, "Crows"), "updated", json!("2026-01-02T03:04:30Z"));
        world.serve(uri, &changed);
        world.happens(&passes_on(3, "Update", FAR, json!(uri))).await;
        let text = world.tweet(uri).await.unwrap().text;
        assert!(text.contains("Crows"), "{}: {text}", world.engine);
        // A moderator of the group takes it away; its author's host still has it.
        world.happens(&passes_on(4, "Delete", NEAR, json!(uri))).await;
        assert!(world.tweet(uri).await.is_some(), "{}", world.engine);
        world.answer(uri, ResponseTemplate::new(410));
        world.happens(&passes_on(5, "Delete", FAR, json!(uri))).await;
        assert!(world.tweet(uri).await.is_none() && world.home().await.is_empty(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_like_counts_from_the_groups_own_host_or_when_its_own_host_shows_it() {
    for world in worlds().await {
        follow_group(&world).await;
        let uri = "http://b.test/post/1";
        world.serve(uri, &page(uri, NEAR, "Rooks"));
        world.happens(&passes_on(1, "Create", NEAR, json!(uri))).await;
        world.happens(&passes_on(2, "Like", NEAR, json!(uri))).await;
        assert_eq!(likes(&world, uri).await, 1, "{}", world.engine);
        let far = passes_on(3, "Like", FAR, json!(uri));
        world.happens(&far).await;
        assert_eq!(likes(&world, uri).await, 1, "nobody but the group says so");
        let far = passes_on(4, "Like", FAR, json!(uri));
        world.serve("http://c.test/activities/like/4", &far["object"]);
        world.happens(&far).await;
        assert_eq!(likes(&world, uri).await, 2, "{}", world.engine);
        let ours = passes_on(5, "Like", "http://a.test/u/ann", json!(uri));
        world.happens(&ours).await;
        let undone = passes_on(2, "Like", NEAR, json!(uri))["object"].clone();
        world.happens(&passes_on(6, "Undo", NEAR, undone)).await;
        assert_eq!(likes(&world, uri).await, 1, "{}", world.engine);
        world.happens(&passes_on(7, "Dislike", NEAR, json!(uri))).await;
        assert_eq!(likes(&world, uri).await, 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn only_a_group_passes_on_and_only_one_that_is_followed() {
    for world in worlds().await {
        let uri = "http://c.test/post/1";
        world.serve(uri, &page(uri, FAR, "Rooks"));
        world.serve(FAR, &person(FAR, test_key()));
        world.ann_follows(BOB).await;
        let by_bob = with(passes_on(1, "Create", FAR, json!(uri)), "actor", json!(BOB));
        world.happens(&by_bob).await;
        assert!(world.tweet(uri).await.is_none(), "{}", world.engine);
        world.serve(GROUP, &with(person(GROUP, test_key()), "type", json!("Group")));
        let group = Url::parse(GROUP).unwrap();
        world.federation.actor(&group, Freshness::Known).await.unwrap();
        world.happens(&passes_on(2, "Create", FAR, json!(uri))).await;
        assert!(world.tweet(uri).await.is_none(), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_post_that_its_author_sends_to_a_followed_group_is_kept() {
    for world in worlds().await {
        follow_group(&world).await;
        let uri = "http://c.test/post/1";
        let create = activity("http://c.test/activities/create/1", "Create", FAR, page(uri, FAR, "Rooks"));
        world.happens(&create).await;
        assert!(world.tweet(uri).await.is_none(), "a stranger's");
        world.actor(FAR).await;
        let again = activity("http://c.test/activities/create/2", "Create", FAR, page(uri, FAR, "Rooks"));
        world.happens(&again).await;
        assert!(world.tweet(uri).await.is_some(), "{}", world.engine);
    }
}
