//! Writing, editing and deleting tweets.

use super::world::{World, code, is_not_found, key, saying, told, walk, worlds, worlds_with};
use crate::config::limits::{self, EDITS_MAX, IDEMPOTENCY_KEEP_MS};
use crate::model::event::{Event, TweetDeleted};
use crate::model::ids::{AccountId, TweetId};
use crate::model::visibility::Visibility::{self, Direct, Followers, Public, Unlisted};
use crate::service::{NewTweet, RequestKey, Rules, TweetChanges, TweetView};
use crate::store::tweet_commands::{self, Removal};
use crate::store::{tombstones, tweets};

fn text(text: &str) -> TweetChanges {
    TweetChanges { text: Some(text.to_owned()), ..TweetChanges::default() }
}

#[tokio::test]
async fn a_tweet_is_there_for_everybody_with_its_links_mentions_and_tags() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "Bob"]).await;
        let new = NewTweet {
            content_warning: Some("tea".into()),
            language: Some("en".into()),
            ..saying("  hi @bob and @nobody, see https://a.test/x #Tea & <b>  ")
        };
        let view = world.service.create_tweet(ann, new).await.unwrap();
        let tweet = &view.tweet;
        assert_eq!(tweet.text, "hi @bob and @nobody, see https://a.test/x #Tea & <b>");
        assert!(tweet.html.contains("href=\"https://rookery.test/@Bob\""), "{}", tweet.html);
        assert!(tweet.html.contains("href=\"https://a.test/x\""), "{}", tweet.html);
        assert!(tweet.html.contains("/tags/tea\""), "{}", tweet.html);
        assert!(tweet.html.contains("@nobody") && tweet.html.contains("&lt;b&gt;"), "{}", tweet.html);
        assert_eq!(tweet.mentions.iter().map(|mention| mention.account).collect::<Vec<_>>(), [bob]);
        assert_eq!(tweet.tags, ["tea"]);
        assert_eq!((tweet.content_warning.as_str(), tweet.sensitive), ("tea", true));
        assert_eq!(
            (tweet.language.as_deref(), tweet.visibility, tweet.thread),
            (Some("en"), Public, tweet.id)
        );
        let seen = world.service.tweet(None, tweet.id).await.unwrap();
        assert_eq!((&seen.tweet, seen.author.id), (tweet, ann));
        assert_eq!(world.account_counts(ann).await, [1, 0, 0]);
        let account = world.service.account(ann).await.unwrap();
        assert_eq!(account.last_tweet_at, Some(world.clock.now_ms()));
    }
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_nothing_changes() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let refused = async |new: NewTweet| code(world.service.create_tweet(ann, new).await);
        assert_eq!(refused(saying("")).await, "empty");
        assert_eq!(refused(saying(&"x".repeat(281))).await, "too_long");
        assert_eq!(
            refused(NewTweet { language: Some("not a language".into()), ..saying("x") }).await,
            "bad_language"
        );
        assert_eq!(
            refused(NewTweet { content_warning: Some("x".repeat(201)), ..saying("x") }).await,
            "too_long"
        );
        assert_eq!(refused(NewTweet { reply_to: Some(TweetId(5)), ..saying("x") }).await, "unknown_tweet");
        assert_eq!(refused(NewTweet { quote_of: Some(TweetId(5)), ..saying("x") }).await, "unknown_tweet");
        assert_eq!(world.log().await.len(), 1, "only ann's account");
        assert_eq!(world.account_counts(ann).await, [0, 0, 0]);
        world.tweet(ann, &"x".repeat(280)).await;
        world.tweet(ann, &format!("{} https://a.test/{}", "x".repeat(256), "y".repeat(200))).await;
    }
}

#[tokio::test]
async fn a_tweet_mentions_at_most_fifty_accounts() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        world.crowd(51).await;
        let all: String = (0..51).map(|number| format!("@p{number} ")).collect();
        assert_eq!(code(world.service.create_tweet(ann, saying(&all)).await), "too_many_mentions");
        let fifty: String = (0..50).map(|number| format!("@p{number} @P{number} ")).collect();
        let id = world.tweet(ann, fifty.get(..270).unwrap()).await;
        assert!(world.own(ann, id).await.mentions.len() > 20);
    }
}

#[tokio::test]
async fn a_reply_is_as_visible_as_what_it_answers_and_to_closed_tweets_no_wider() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let cases = [
            (Public, None, Public),
            (Unlisted, None, Unlisted),
            (Followers, None, Followers),
            (Direct, None, Direct),
            (Unlisted, Some(Public), Public),
            (Public, Some(Direct), Direct),
            (Followers, Some(Public), Followers),
            (Followers, Some(Direct), Direct),
            (Direct, Some(Followers), Direct),
        ];
        for (parent, wanted, given) in cases {
            let parent_id = world.tweet_for(ann, "question", parent).await;
            let new = NewTweet { reply_to: Some(parent_id), visibility: wanted, ..saying("answer") };
            let reply = world.service.create_tweet(ann, new).await.unwrap().tweet;
            assert_eq!(reply.visibility, given, "{parent:?} {wanted:?}");
        }
    }
}

#[tokio::test]
async fn a_thread_keeps_its_first_tweet_and_shows_what_is_above_and_below() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let root = world.tweet(ann, "one").await;
        let two = world.reply(bob, root, "two").await;
        let three = world.reply(cid, two, "three").await;
        let four = world.reply(ann, three, "four").await;
        let side = world.reply(cid, root, "side").await;
        let retweet = world.retweet(bob, two).await;
        let to_retweet = world.reply(ann, retweet, "five").await;
        assert_eq!(world.own(ann, to_retweet).await.reply_to, Some(two), "a retweet stands for its original");
        let tweet = world.own(cid, three).await;
        assert_eq!((tweet.thread, tweet.reply_to, tweet.reply_to_author), (root, Some(two), Some(bob)));
        for opened in [two, retweet] {
            let thread = world.service.thread(None, opened).await.unwrap();
            let ids = |views: &[crate::service::views::TweetView]| {
                views.iter().map(|view| view.tweet.id).collect::<Vec<_>>()
            };
            assert_eq!(ids(&thread.ancestors), [root]);
            assert_eq!(thread.tweet.tweet.id, two);
            assert_eq!(ids(&thread.descendants), [three, four, to_retweet]);
        }
        let all = world.service.thread(None, root).await.unwrap();
        assert_eq!(all.descendants.len(), 5);
        world.service.mute(bob, cid, true).await.unwrap();
        let cleaned = world.service.thread(Some(bob), root).await.unwrap();
        let left: Vec<TweetId> = cleaned.descendants.iter().map(|view| view.tweet.id).collect();
        assert_eq!(left, [two, to_retweet], "what hangs on something hidden is hidden with it");
        assert!(!left.contains(&side));
        let above = world.service.thread(Some(bob), four).await.unwrap().ancestors;
        assert_eq!(above.len(), 3, "a mute does not hide what is asked for");
    }
}

#[tokio::test]
async fn answers_to_a_deleted_tweet_stay_and_nobody_answers_it_any_more() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let root = world.tweet(ann, "one").await;
        let two = world.reply(bob, root, "two").await;
        world.service.delete_tweet(ann, root).await.unwrap();
        let thread = world.service.thread(None, two).await.unwrap();
        assert!(thread.ancestors.is_empty());
        let late = NewTweet { reply_to: Some(root), ..saying("late") };
        assert_eq!(code(world.service.create_tweet(bob, late).await), "unknown_tweet");
        let three = world.reply(ann, two, "three").await;
        assert_eq!(world.own(ann, three).await.thread, root);
        world.service.delete_tweet(bob, two).await.unwrap();
        assert_eq!(world.account_counts(bob).await, [0, 0, 0]);
    }
}

#[tokio::test]
async fn only_open_tweets_and_ones_own_can_be_quoted() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let quote = |of: TweetId| NewTweet { quote_of: Some(of), ..saying("so true") };
        let open = world.tweet_for(ann, "open", Unlisted).await;
        let closed = world.tweet_for(ann, "closed @bob", Followers).await;
        let view = world.service.create_tweet(bob, quote(open)).await.unwrap();
        assert_eq!(view.quote_of.unwrap().tweet.id, open);
        assert_eq!(code(world.service.create_tweet(bob, quote(closed)).await), "not_public");
        let own = world.service.create_tweet(ann, quote(closed)).await.unwrap();
        assert!(own.quote_of.is_some());
        let seen = world.service.tweet(None, own.tweet.id).await.unwrap();
        assert!(seen.quote_of.is_none(), "others do not see the closed tweet in it");
        assert_eq!(world.counts(ann, open).await, [0, 0, 0, 1]);
        let nested = world.service.create_tweet(ann, quote(view.tweet.id)).await.unwrap();
        let inner = nested.quote_of.unwrap();
        assert!(inner.quote_of.is_none(), "the quote of a quote is only a link");
        let quotes = world.service.quotes(None, open, super::world::start(), 9).await.unwrap();
        assert_eq!(quotes.items.iter().map(|view| view.author.id).collect::<Vec<_>>(), [bob]);
    }
}

#[tokio::test]
async fn the_same_key_again_answers_the_same_tweet() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let keyed = || NewTweet { idempotency_key: Some(key("k1")), ..saying("once") };
        let first = world.post(ann, keyed()).await;
        let (second, log) = world.logged_by(world.post(ann, keyed())).await;
        assert_eq!((first, log.len()), (second, 0));
        assert_ne!(world.post(bob, keyed()).await, first, "a key is its owner's");
        assert_eq!(world.account_counts(ann).await, [1, 0, 0]);
        let now_ms = world.clock.now_ms();
        let prune = async |before_ms: i64| {
            world.store().write(move |conn| tweet_commands::prune_keys(conn, before_ms, 1)).await.unwrap()
        };
        assert_eq!(prune(now_ms - IDEMPOTENCY_KEEP_MS).await, 0);
        assert_eq!((prune(now_ms + 1).await, prune(now_ms + 1).await, prune(now_ms + 1).await), (1, 1, 0));
        assert_ne!(world.post(ann, keyed()).await, first);
    }
}

#[tokio::test]
async fn an_edit_keeps_what_stood_before_and_tells_only_the_newly_mentioned() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let made = world.clock.now_ms();
        let id = world.tweet(ann, "hi @bob #one").await;
        world.clock.advance(1_000);
        let change = TweetChanges { content_warning: Some("cw".into()), ..text("hi @bob @cid #two") };
        let (edited, log) = world.logged_by(world.service.edit_tweet(ann, id, change)).await;
        let tweet = edited.unwrap().tweet;
        assert_eq!(log, [Event::TweetEdited { tweet: id, author: ann }, told(cid)]);
        assert_eq!(
            (tweet.text.as_str(), tweet.tags.as_slice()),
            ("hi @bob @cid #two", &["two".to_owned()][..])
        );
        assert_eq!((tweet.edited_at, tweet.created_at), (Some(made + 1_000), made));
        assert_eq!(tweet.mentions.len(), 2);
        world.clock.advance(1_000);
        world.service.edit_tweet(ann, id, text("third")).await.unwrap();
        let history = world.service.tweet_history(Some(cid), id).await.unwrap();
        let versions: Vec<_> = history.iter().map(|v| (v.text.as_str(), v.created_at - made)).collect();
        assert_eq!(versions, [("hi @bob #one", 0), ("hi @bob @cid #two", 1_000), ("third", 2_000)]);
        assert_eq!(history[1].content_warning, "cw");
        assert_eq!(code(world.service.edit_tweet(bob, id, text("mine")).await), "not_yours");
        assert_eq!(code(world.service.edit_tweet(ann, id, text("")).await), "empty");
        assert_eq!(code(world.service.edit_tweet(ann, id, text(&"x".repeat(281))).await), "too_long");
        assert!(is_not_found(&world.service.edit_tweet(ann, TweetId(1), text("x")).await));
        let retweet = world.retweet(ann, id).await;
        assert_eq!(code(world.service.edit_tweet(ann, retweet, text("x")).await), "not_yours");
        assert_eq!(world.counts(ann, id).await, [0, 1, 0, 0], "counts are no matter of an edit");
    }
}

#[tokio::test]
async fn of_very_many_versions_the_first_and_the_newest_stay() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let id = world.tweet(ann, "0").await;
        for version in 1..=EDITS_MAX + 5 {
            world.service.edit_tweet(ann, id, text(&version.to_string())).await.unwrap();
        }
        let history = world.service.tweet_history(None, id).await.unwrap();
        assert_eq!(history.len(), EDITS_MAX + 1);
        assert_eq!((history[0].text.as_str(), history[1].text.as_str()), ("0", "6"));
        assert_eq!(history.last().unwrap().text, (EDITS_MAX + 5).to_string());
    }
}

async fn gone(world: &World, viewer: AccountId, id: TweetId) -> bool {
    is_not_found(&world.service.tweet(Some(viewer), id).await)
}

#[tokio::test]
async fn a_deleted_tweet_takes_its_retweets_along_and_leaves_a_tombstone() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let parent = world.tweet(cid, "parent").await;
        let new = NewTweet { quote_of: Some(parent), reply_to: Some(parent), ..saying("hi @bob") };
        let id = world.post(ann, new).await;
        let retweet = world.retweet(cid, id).await;
        world.service.like(cid, id).await.unwrap();
        world.service.set_bookmark(bob, id, true).await.unwrap();
        world.service.set_pin(ann, id, true).await.unwrap();
        assert_eq!(code(world.service.delete_tweet(bob, id).await), "not_yours");
        assert_eq!(world.counts(cid, parent).await, [0, 0, 1, 1]);

        let (done, log) = world.logged_by(world.service.delete_tweet(ann, id)).await;
        done.unwrap();
        let deleted = |tweet, author, retweet_of, audience| {
            Event::TweetDeleted(TweetDeleted {
                tweet,
                author,
                local: true,
                visibility: Visibility::Public,
                retweet_of,
                audience,
            })
        };
        let expected = [deleted(retweet, cid, Some(id), vec![]), deleted(id, ann, None, vec![bob, cid])];
        assert_eq!(log, expected);
        assert!(gone(&world, ann, id).await && gone(&world, cid, retweet).await);
        assert_eq!(world.counts(cid, parent).await, [0, 0, 0, 0]);
        assert_eq!(world.account_counts(ann).await[0], 0);
        assert_eq!(world.account_counts(cid).await[0], 1);
        assert!(world.told(ann).await.is_empty() && world.told(bob).await.is_empty());
        let uri = format!("https://rookery.test/users/ann/statuses/{id}");
        let there = world.store().read(move |conn| tombstones::exists(conn, &uri)).await.unwrap();
        assert!(there);
        assert!(is_not_found(&world.service.delete_tweet(ann, id).await));
    }
}

#[tokio::test]
async fn a_tweet_with_more_retweets_than_one_slice_goes_whole() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let id = world.tweet(ann, "famous").await;
        for fan in world.crowd(101).await {
            world.retweet(fan, id).await;
        }
        world.service.delete_tweet(ann, id).await.unwrap();
        let left = world.store().read(move |conn| tweets::retweets(conn, id, 9)).await.unwrap();
        assert!(left.is_empty() && gone(&world, ann, id).await);
    }
}

#[tokio::test]
async fn a_retweet_can_be_deleted_as_a_tweet_even_when_its_original_is_hidden() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let id = world.tweet(ann, "hello").await;
        let retweet = world.retweet(bob, id).await;
        world.service.block(ann, bob).await.unwrap();
        world.service.delete_tweet(bob, retweet).await.unwrap();
        assert_eq!(world.counts(ann, id).await, [0, 0, 0, 0]);
    }
}

#[tokio::test]
async fn a_reply_as_closed_as_what_it_answers_is_for_its_author_too() {
    for world in worlds().await {
        let [ann, bob, cid] = world.people(["ann", "bob", "cid"]).await;
        let direct = world.tweet_for(ann, "@bob psst", Direct).await;
        let among_friends = world.tweet_for(ann, "@bob friends", Followers).await;
        let open = world.tweet(ann, "hello").await;
        let reply = async |to: TweetId, visibility: Option<Visibility>, text: &str| {
            let new = NewTweet { reply_to: Some(to), visibility, ..saying(text) };
            let tweet = world.service.create_tweet(bob, new).await.unwrap().tweet;
            tweet.mentions.iter().map(|mention| mention.account).collect::<Vec<_>>()
        };
        assert_eq!(reply(direct, None, "what?").await, [ann]);
        assert_eq!(reply(direct, None, "@Ann what?").await, [ann], "once");
        assert_eq!(reply(among_friends, Some(Public), "hi").await, [ann]);
        assert_eq!(reply(open, Some(Direct), "between us").await, [ann], "else it would reach nobody");
        assert_eq!(reply(open, Some(Direct), "@cid look at that").await, [cid], "not for her");
        assert_eq!(reply(open, Some(Followers), "friends, look at that").await, []);
        assert_eq!(reply(open, None, "hi").await, [], "open to all");
        assert_eq!(world.told(ann).await.len(), 5);
    }
}

#[tokio::test]
async fn another_request_under_a_used_key_is_refused_and_a_deleted_tweet_does_not_come_back() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let asking = |what: &str| {
            let idempotency_key = Some(RequestKey::new("k".to_owned(), &what).unwrap());
            NewTweet { idempotency_key, ..saying(what) }
        };
        let first = world.post(ann, asking("one")).await;
        let (refused, log) = world.logged_by(world.service.create_tweet(ann, asking("two"))).await;
        let refused = refused.unwrap_err();
        assert_eq!((refused.code(), refused.field(), log.len()), ("key_reused", Some("Idempotency-Key"), 0));
        assert_eq!(world.post(ann, asking("one")).await, first);
        world.service.delete_tweet(ann, first).await.unwrap();
        let (again, log) = world.logged_by(world.service.create_tweet(ann, asking("one"))).await;
        assert_eq!((code(again), log.len()), ("deleted", 0), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_popular_tweet_goes_slice_by_slice_and_the_mentioned_are_told_first() {
    for world in worlds().await {
        let crowd = world.crowd(25).await;
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let id = world.tweet(ann, "hi @bob").await;
        for fan in &crowd {
            world.service.like(*fan, id).await.unwrap();
        }
        world.retweet(crowd[0], id).await;
        let told = world.store().read(move |conn| tweets::audience(conn, id, 3)).await.unwrap();
        assert_eq!(told, [bob, crowd[0], crowd[24]], "{}", world.engine);
        let removal = world.store().read(move |conn| Removal::of(conn, id, None, 1)).await.unwrap();
        assert_eq!(removal.audience.len(), 26);
        let (slice, mut left) = (removal.clone(), Vec::new());
        loop {
            let slice = slice.clone();
            let gone = world.store().write(move |conn| tweet_commands::delete_slice(conn, &slice, 2)).await;
            if gone.unwrap() {
                break;
            }
            left.push(world.counts(ann, id).await);
        }
        assert_eq!(left, [[5, 0, 0, 0], [0, 0, 0, 0]], "twenty likes, then five and twenty notifications");
        let last = world.log().await.pop();
        assert!(matches!(last, Some(Event::TweetDeleted(gone)) if gone.audience == removal.audience));
    }
}

#[tokio::test]
async fn a_long_thread_says_that_there_is_more_and_every_answer_can_be_read() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let root = world.tweet(ann, "question").await;
        let mut answers = Vec::new();
        for number in 0..7 {
            answers.push(world.reply(bob, root, &number.to_string()).await);
        }
        let thread = world.service.thread(None, root).await.unwrap();
        assert_eq!((thread.more_above, thread.more_below), (false, false));
        let read = async |cursor| world.service.direct_replies(None, root, cursor, 3).await;
        let (seen, pages) = walk(|view: &TweetView| view.tweet.id.0, read).await;
        assert_eq!((seen, pages), (answers.iter().map(|id| id.0).collect(), 3), "{}", world.engine);
        let mut last = root;
        for number in 0..=limits::THREAD_ANCESTORS_MAX {
            last = world.reply(bob, last, &number.to_string()).await;
        }
        let deep = world.service.thread(None, last).await.unwrap();
        assert_eq!((deep.ancestors.len(), deep.more_above), (limits::THREAD_ANCESTORS_MAX, true));
    }
}

#[tokio::test]
async fn a_tweet_is_as_long_as_the_instance_allows() {
    for world in worlds_with(&Rules { tweet_limit: 500, ..Rules::default() }).await {
        let ann = world.person("ann").await;
        let id = world.tweet(ann, &"x".repeat(500)).await;
        assert_eq!(code(world.service.create_tweet(ann, saying(&"x".repeat(501))).await), "too_long");
        assert_eq!(code(world.service.edit_tweet(ann, id, text(&"x".repeat(501))).await), "too_long");
    }
}
