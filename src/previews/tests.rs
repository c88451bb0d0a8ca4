//! Cards from the post to the page and back, on both engines, against a web of our own making.

mod world;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use wiremock::ResponseTemplate;

use self::world::{page, says, worlds};
use super::ask::PAGE_BYTES;
use super::pace::{CARD_KEEP_MS, NONE_KEEP_MS, SPREAD_MS};
use super::work::LEASE_MS;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::model::quote::QuoteState;
use crate::model::tweet::Tweet;
use crate::model::visibility::Visibility::{Direct, Followers, Unlisted};
use crate::service::{NewPoll, NewTweet, Operator, TweetChanges};
use crate::store::follower::Progress;
use crate::store::previews;

#[tokio::test]
async fn a_card_says_what_the_page_says_of_itself() {
    for world in worlds().await {
        world
            .serves(
                "/1",
                page(
                    "<title>Rooks &amp; elms</title><meta property=og:description content=About>\
            <meta property=og:image content=/1.png><meta property=og:image:alt content='a rook'>",
                ),
            )
            .await;
        let id = world.post("read http://a.test/1?x=1#part").await;
        assert_eq!(world.card(id).await, None, "{}: not asked yet", world.engine);
        world.settle().await;
        let card = world.card(id).await.unwrap();
        assert_eq!((card.title.as_str(), card.description.as_str()), ("Rooks & elms", "About"));
        assert_eq!((card.url.as_str(), card.host()), ("http://a.test/1?x=1", "a.test".to_owned()));
        let picture = card.picture.unwrap();
        assert_eq!((picture.source.as_str(), picture.alt.as_str()), ("http://a.test/1.png", "a rook"));
        let asked = world.web.received_requests().await.unwrap();
        assert_eq!(asked.len(), 1, "{}: nor is the picture, before somebody looks", world.engine);
        assert_eq!(asked[0].headers["accept"], "text/html, application/xhtml+xml");
        assert_eq!(asked[0].headers["user-agent"], "Rookery test");
    }
}

#[tokio::test]
async fn a_page_is_asked_once_however_many_tweets_link_to_it_and_processes_there_are() {
    for world in worlds().await {
        world.serves("/1", says("one")).await;
        let mut posts = Vec::new();
        for n in 0..20 {
            posts.push(world.remote_post(&format!("<a href=\"http://a.test/1#{n}\">x</a>")).await);
        }
        let others = [world.another_process(), world.another_process()];
        world.feed().await;
        for other in &others {
            let log = world.log().await;
            other.take_in(&log, true).await.unwrap();
        }
        world.clock.advance(SPREAD_MS);
        let takes = others.iter().chain([&world.previews]).map(|process| process.take(4));
        let due: Vec<_> = join_all(takes).await.into_iter().flat_map(Result::unwrap).collect();
        assert_eq!(due.len(), 1, "{}", world.engine);
        world.previews.ask(due[0].clone()).await.unwrap();
        posts.push(world.post("me too: http://a.test/1").await);
        world.settle().await;
        for post in posts {
            assert_eq!(world.title(post).await.as_deref(), Some("one"), "{}", world.engine);
        }
        assert_eq!(world.requests().await, ["/1"]);
    }
}

#[tokio::test]
async fn pages_of_remote_posts_wait_for_their_moment_and_those_of_ours_do_not() {
    for world in worlds().await {
        for n in 0..10 {
            world.serves(&format!("/{n}"), says("x")).await;
            world.remote_post(&format!("<a href=\"http://a.test/{n}\">x</a>")).await;
        }
        world.settle().await;
        assert!(world.requests().await.len() < 10, "{}: at random moments", world.engine);
        world.serves("/own", says("own")).await;
        let own = world.post("http://a.test/own").await;
        let shared = world.post("http://a.test/3").await;
        world.settle().await;
        assert_eq!(world.title(own).await.as_deref(), Some("own"), "{}", world.engine);
        assert_eq!(world.title(shared).await.as_deref(), Some("x"), "{}: hurried", world.engine);
        world.clock.advance(SPREAD_MS);
        world.settle().await;
        let asked: BTreeSet<String> = world.requests().await.into_iter().collect();
        assert_eq!((asked.len(), world.requests().await.len()), (11, 11), "{}", world.engine);
    }
}

#[tokio::test]
async fn links_that_not_everybody_may_see_are_told_to_nobody() {
    for world in worlds().await {
        for visibility in [Followers, Direct] {
            let new = NewTweet { visibility: Some(visibility), ..world.saying("http://a.test/1") };
            let id = world.create(new).await;
            world.settle().await;
            assert_eq!(world.card_for_author(id).await, None);
            world
                .remote(|tweet| Tweet {
                    visibility,
                    html: "<a href=\"http://a.test/1\">x</a>".into(),
                    ..tweet
                })
                .await;
        }
        world.clock.advance(SPREAD_MS);
        world.settle().await;
        assert_eq!((world.requests().await.len(), world.rows().await), (0, [0, 0]), "{}", world.engine);
        world.serves("/1", says("open")).await;
        let unlisted = NewTweet { visibility: Some(Unlisted), ..world.saying("http://a.test/1") };
        let unlisted = world.create(unlisted).await;
        world.settle().await;
        assert_eq!(world.title(unlisted).await.as_deref(), Some("open"));
        // That a page is known does not show it to those few either.
        let closed = NewTweet { visibility: Some(Followers), ..world.saying("http://a.test/1") };
        let closed = world.create(closed).await;
        world.settle().await;
        assert_eq!(world.card_for_author(closed).await, None, "{}", world.engine);
    }
}

#[tokio::test]
async fn where_something_else_takes_the_place_of_a_card_nobody_is_asked() {
    for world in worlds().await {
        let picture = world.picture().await;
        let quoted = world.post("quotable").await;
        let poll = NewPoll { options: vec!["a".into(), "b".into()], multiple: false, lasts_ms: HOUR_MS };
        for new in [
            NewTweet { media: vec![picture], ..world.saying("http://a.test/1") },
            NewTweet { poll: Some(poll), ..world.saying("http://a.test/1") },
            NewTweet { quote_of: Some(quoted), ..world.saying("http://a.test/1") },
        ] {
            world.create(new).await;
        }
        let link = "<a href=\"http://a.test/1\">x</a>";
        world
            .remote(|tweet| Tweet {
                quote_of: Some(quoted),
                quote_state: QuoteState::Rejected,
                html: link.into(),
                ..tweet
            })
            .await;
        let linking = world.post("no link here").await;
        world.retweet(linking).await;
        world.clock.advance(SPREAD_MS);
        world.settle().await;
        assert_eq!((world.requests().await.len(), world.rows().await), (0, [0, 0]), "{}", world.engine);
    }
}

#[tokio::test]
async fn blocked_hosts_our_own_and_private_addresses_are_not_asked() {
    for world in worlds().await {
        world.serves("/to-b", ResponseTemplate::new(302).insert_header("location", "http://b.test/1")).await;
        world.serves("/1", says("blocked")).await;
        world.service.block_instance(Operator::CommandLine, "b.test").await.unwrap();
        let direct = world.post("http://b.test/1 http://a.test/1").await;
        let below = world.post("http://x.b.test/1").await;
        let own = world.post("http://rook.test/@ann").await;
        world.settle().await;
        assert_eq!(world.requests().await.len(), 0, "{}", world.engine);
        let led = world.post("http://a.test/to-b").await;
        world.settle().await;
        assert_eq!(world.requests().await, ["/to-b"], "{}: nor after a redirect", world.engine);
        for post in [direct, below, own, led] {
            assert_eq!(world.card(post).await, None, "{}", world.engine);
        }

        let guarded = world.guarded();
        for at in ["https://127.0.0.1/", "https://localhost/1", "https://10.0.0.1:8443/"] {
            let post = world.post(at).await;
            world.feed().await;
            let due = guarded.take(4).await.unwrap();
            assert_eq!(due.len(), 1, "{at}");
            guarded.ask(due[0].clone()).await.unwrap();
            assert!(guarded.take(4).await.unwrap().is_empty(), "{at} is refused for good");
            assert_eq!(world.card(post).await, None);
        }
        world.clock.advance(DAY_MS / 2);
        assert!(guarded.take(4).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn of_a_huge_page_the_beginning_is_read_and_of_what_is_no_page_nothing() {
    for world in worlds().await {
        let filler = "x".repeat(PAGE_BYTES);
        world.serves("/early", page(&format!("<title>early</title><style>{filler}</style>{filler}"))).await;
        world.serves("/late", page(&format!("<style>{filler}</style><title>late</title>"))).await;
        let file = ResponseTemplate::new(200).set_body_raw("<title>file</title>", "application/octet-stream");
        world.serves("/file", file).await;
        world.serves("/bare", page("<p>no title")).await;
        let strict =
            ResponseTemplate::new(200).set_body_raw("<title>strict</title>", "application/xhtml+xml");
        let shy = strict.insert_header("x-robots-tag", "noarchive, nosnippet");
        world.serves("/shy", shy).await;
        for (at, title) in [
            ("early", Some("early")),
            ("late", None),
            ("file", None),
            ("bare", None),
            ("gone", None),
            ("shy", Some("strict")),
        ] {
            let post = world.post(&format!("http://a.test/{at}")).await;
            world.settle().await;
            assert_eq!(world.title(post).await.as_deref(), title, "{} {at}", world.engine);
        }
        assert_eq!(world.requests().await.len(), 6);
        world.clock.advance(DAY_MS / 2);
        world.settle().await;
        assert_eq!(world.requests().await.len(), 6, "{}: all of them are answers", world.engine);
    }
}

#[tokio::test]
async fn a_page_that_fails_is_asked_twice_more_and_again_a_day_later() {
    for world in worlds().await {
        world.serves("/1", ResponseTemplate::new(503)).await;
        world.serves("/2", says("two")).await;
        let post = world.post("http://a.test/1").await;
        world.settle().await;
        let neighbour = world.remote_post("<a href=\"http://a.test/2\">x</a>").await;
        assert_eq!(world.requests().await, ["/1"]);
        world.clock.advance(3 * MINUTE_MS);
        world.settle().await;
        world.clock.advance(30 * MINUTE_MS);
        world.settle().await;
        let tries = world.requests().await.iter().filter(|at| *at == "/1").count();
        assert_eq!(tries, 3, "{}", world.engine);
        assert_eq!(world.card(post).await, None);
        assert_eq!(world.title(neighbour).await.as_deref(), Some("two"), "{}", world.engine);

        world.web.reset().await;
        world.serves("/1", says("one")).await;
        world.clock.advance(NONE_KEEP_MS / 2);
        world.post("http://a.test/1").await;
        world.settle().await;
        assert_eq!(world.requests().await.len(), 0, "{}: that it has none is believed", world.engine);
        world.clock.advance(NONE_KEEP_MS);
        world.post("http://a.test/1").await;
        world.settle().await;
        assert_eq!(world.title(post).await.as_deref(), Some("one"), "{}: for all its tweets", world.engine);
    }
}

#[tokio::test]
async fn a_host_that_fails_does_not_hold_up_the_pages_of_others() {
    for world in worlds().await {
        world.serves("/down", ResponseTemplate::new(500)).await;
        for n in 0..5 {
            world.remote_post(&format!("<a href=\"http://b.test/{n}\">x</a>")).await;
        }
        world.post("http://b.test/down").await;
        world.post("http://c.test/1").await;
        world.feed().await;
        let down = world.previews.take(4).await.unwrap().into_iter().find(|due| due.url.ends_with("/down"));
        world.previews.ask(down.unwrap()).await.unwrap();
        world.clock.advance(SPREAD_MS);
        let due = world.previews.take(100).await.unwrap();
        assert!(due.iter().all(|due| due.host == "c.test") && !due.is_empty(), "{} {due:?}", world.engine);
        world.clock.advance(3 * MINUTE_MS);
        assert!(world.previews.take(100).await.unwrap().len() >= 6, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_card_is_made_anew_after_two_weeks_and_kept_while_its_page_is_down() {
    for world in worlds().await {
        world.serves("/1", says("old")).await;
        let first = world.post("http://a.test/1").await;
        world.settle().await;
        world.web.reset().await;
        world.serves("/1", ResponseTemplate::new(502)).await;
        world.clock.advance(CARD_KEEP_MS / 2);
        world.post("http://a.test/1").await;
        world.settle().await;
        assert_eq!(world.requests().await.len(), 0, "{}: it is good for two weeks", world.engine);
        world.clock.advance(CARD_KEEP_MS);
        let second = world.post("http://a.test/1").await;
        for pause in [0, 3, 30] {
            world.clock.advance(pause * MINUTE_MS);
            world.settle().await;
        }
        assert_eq!(world.requests().await.len(), 3, "{}", world.engine);
        assert_eq!(world.title(second).await.as_deref(), Some("old"), "{}: better than none", world.engine);
        world.web.reset().await;
        world.serves("/1", says("new")).await;
        world.clock.advance(CARD_KEEP_MS + 1);
        world.post("http://a.test/1").await;
        world.settle().await;
        assert_eq!(world.title(first).await.as_deref(), Some("new"));
        world.web.reset().await;
        world.clock.advance(CARD_KEEP_MS + 1);
        world.post("http://a.test/1").await;
        world.settle().await;
        assert_eq!(world.card(first).await, None, "{}: the page is gone", world.engine);
    }
}

#[tokio::test]
async fn a_tweet_that_changes_its_link_changes_its_card_and_a_deleted_one_loses_it() {
    for world in worlds().await {
        world.serves("/1", says("one")).await;
        world.serves("/2", says("two")).await;
        let id = world.post("http://a.test/1").await;
        world.settle().await;
        assert_eq!(world.title(id).await.as_deref(), Some("one"));
        let edit = async |text: &str| {
            let changes = TweetChanges { text: Some(text.to_owned()), ..TweetChanges::default() };
            world.service.edit_tweet(world.ann, id, changes).await.unwrap();
            world.settle().await;
            world.title(id).await
        };
        assert_eq!(edit("rather http://a.test/2").await.as_deref(), Some("two"), "{}", world.engine);
        assert_eq!(edit("neither").await, None, "{}", world.engine);
        assert_eq!(edit("http://a.test/1 after all").await.as_deref(), Some("one"));
        assert_eq!((world.requests().await.len(), world.rows().await), (2, [2, 1]), "{}", world.engine);
        world.service.delete_tweet(world.ann, id).await.unwrap();
        assert_eq!(world.rows().await, [2, 0], "{}", world.engine);
        // What came too late for its tweet changes nothing.
        world.settle().await;
        assert_eq!(world.rows().await, [2, 0], "{}", world.engine);
    }
}

#[tokio::test]
async fn what_a_process_took_that_died_is_asked_by_another_after_its_lease() {
    for world in worlds().await {
        world.serves("/1", says("one")).await;
        let id = world.post("http://a.test/1").await;
        world.feed().await;
        assert_eq!(world.previews.take(4).await.unwrap().len(), 1);
        let other = world.another_process();
        assert!(other.take(4).await.unwrap().is_empty(), "{}: it is taken", world.engine);
        world.clock.advance(LEASE_MS);
        let due = other.take(4).await.unwrap();
        other.ask(due[0].clone()).await.unwrap();
        assert_eq!(world.title(id).await.as_deref(), Some("one"), "{}", world.engine);
    }
}

#[tokio::test]
async fn links_written_while_nobody_followed_are_found_after_the_restart() {
    for world in worlds().await {
        world.post("nothing to see").await;
        let begin = world.previews.consumer().begin().await.unwrap();
        let log = world.log().await;
        assert!(begin <= log.last().unwrap().position);
        world.serves("/1", says("one")).await;
        let id = world.post("http://a.test/1").await;
        let again = world.another_process();
        assert_eq!(again.consumer().begin().await.unwrap(), begin, "{}: it goes on there", world.engine);
        let missed = world.log_after(begin).await;
        again.take_in(&missed, false).await.unwrap();
        assert_eq!(
            again.consumer().begin().await.unwrap(),
            missed.last().unwrap().position,
            "{}",
            world.engine
        );
        // An event that comes twice does nothing twice, and does not set the cursor back.
        again.take_in(&missed[..1], true).await.unwrap();
        assert_eq!(again.consumer().begin().await.unwrap(), missed.last().unwrap().position);
        world.settle().await;
        assert_eq!((world.title(id).await.as_deref(), world.requests().await.len()), (Some("one"), 1));
    }
}

#[tokio::test]
async fn a_card_comes_by_itself_soon_after_the_post() {
    for world in worlds().await {
        world.serves("/1", says("one")).await;
        let (progress, stop) = (Progress::default(), CancellationToken::new());
        let following = tokio::spawn(world.previews.clone().follow(progress.clone(), stop.clone()));
        let working = tokio::spawn(world.previews.clone().work(stop.clone()));
        let begun = async {
            while world.begun().await.is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), begun).await.unwrap();
        let id = world.post("http://a.test/1").await;
        let shown = async {
            let mut look = tokio::time::interval(Duration::from_millis(10));
            while world.card(id).await.is_none() {
                look.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), shown).await.unwrap();
        assert!(progress.failing_for().is_none(), "{}", world.engine);
        stop.cancel();
        following.await.unwrap();
        working.await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_shown_while_previews_are_off() {
    for world in worlds().await {
        world.serves("/1", says("one")).await;
        let id = world.post("http://a.test/1").await;
        world.settle().await;
        let off = world.with_previews_off();
        assert_eq!(off.tweet(None, id).await.unwrap().preview, None, "{}", world.engine);
        assert!(world.card(id).await.is_some());
        let known = world.service.store().read(move |conn| previews::of_tweets(conn, &[id])).await.unwrap();
        assert_eq!(known.len(), 1);
    }
}
