use super::*;
use crate::federation::resolve::{Found, Freshness, Miss, Missed};
use crate::store::instances;

const NOTE: &str = "http://b.test/notes/1";

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn finger(subject: &str, actor: &str) -> Value {
    json!({ "subject": format!("acct:{subject}"),
        "links": [{ "rel": "self", "type": "application/activity+json", "href": actor }] })
}

async fn account_of(world: &World, text: &str) -> Account {
    match world.federation.lookup(text).await.unwrap() {
        Found::Account(account) => *account,
        Found::Tweet(id) => panic!("{}: a tweet {id}", world.engine),
    }
}

impl World {
    /// Why a look-up finds nothing.
    async fn missed(&self, text: &str) -> Missed {
        match self.federation.lookup(text).await {
            Err(Miss::Outside(missed)) => missed,
            other => panic!("{}: {text}: {other:?}", self.engine),
        }
    }
}

#[tokio::test]
async fn an_account_is_found_by_its_handle_and_its_address() {
    for world in worlds().await {
        world.serve_as(
            "http://b.test/.well-known/webfinger",
            &finger("bob@b.test", BOB),
            "application/jrd+json",
        );
        let bob = account_of(&world, "@bob@b.test").await;
        assert_eq!((bob.acct().as_str(), bob.uri.as_deref()), ("bob@b.test", Some(BOB)), "{}", world.engine);
        assert_eq!(account_of(&world, BOB).await.id, bob.id);
        assert_eq!(account_of(&world, "Bob@B.test").await.id, bob.id);
        assert_eq!(world.asked().await, [BOB], "known and fresh: not asked again");
        for own in ["@ann", "ann@a.test", "http://a.test/users/ann", "http://a.test/@ann"] {
            assert_eq!(account_of(&world, own).await.id, world.ann.id, "{own}");
        }
        for unknown in ["@nobody@c.test", "@nobody", "http://a.test/users/nobody", "http://b.test/nothing"] {
            assert_eq!(world.missed(unknown).await, Missed::Unknown, "{unknown}");
        }
        assert_eq!(world.missed("no handle").await, Missed::Nonsense);
    }
}

#[tokio::test]
async fn a_handle_lives_on_another_host_only_if_both_say_so() {
    for world in worlds().await {
        let fingers = "/.well-known/webfinger";
        world.serve_as(
            &format!("http://b.test{fingers}"),
            &finger("bob@c.test", BOB),
            "application/jrd+json",
        );
        // c.test says that its bob is somebody else: the name stays with the host of the id.
        world.serve_as(
            &format!("http://c.test{fingers}"),
            &finger("bob@c.test", CAT),
            "application/jrd+json",
        );
        assert_eq!(world.actor(BOB).await.acct(), "bob@b.test", "{}", world.engine);
        assert!(world.federation.by_handle("@bob@c.test").await.is_err(), "{}", world.engine);
        let dan = "http://b.test/users/dan";
        world.serve(dan, &person(dan, test_key()));
        for host in ["b.test", "c.test"] {
            world.serve_as(
                &format!("http://{host}{fingers}"),
                &finger("dan@c.test", dan),
                "application/jrd+json",
            );
        }
        world.clock.advance(crate::clock::HOUR_MS);
        assert_eq!(world.federation.by_handle("@dan@c.test").await.unwrap().acct(), "dan@c.test");
    }
}

#[tokio::test]
async fn a_post_is_found_by_its_address_and_by_its_page() {
    for world in worlds().await {
        let page = "http://b.test/@bob/1";
        let post = with(note(NOTE, BOB, "<p>hi</p>"), "url", json!(page));
        world.serve(NOTE, &post);
        world.serve(page, &post);
        let Found::Tweet(by_page) = world.federation.lookup(page).await.unwrap() else { panic!("no tweet") };
        let Found::Tweet(by_id) = world.federation.lookup(NOTE).await.unwrap() else { panic!("no tweet") };
        assert_eq!(by_page, by_id, "{}", world.engine);
        let view = world.service().tweet(Some(world.ann.id), by_id).await.unwrap();
        assert_eq!((view.tweet.text.as_str(), view.author.acct().as_str()), ("hi", "bob@b.test"));
    }
}

#[tokio::test]
async fn what_is_pasted_is_found_in_every_spelling() {
    for world in worlds().await {
        let fingers = "http://b.test/.well-known/webfinger";
        world.serve_as(fingers, &finger("bob@b.test", BOB), "application/jrd+json");
        world.serve(NOTE, &note(NOTE, BOB, "<p>hi</p>"));
        let html = |target: &str| {
            let page = format!(
                "<html><head><link rel=\"alternate\" type=\"application/activity+json\" href=\"{target}\"></head>"
            );
            ResponseTemplate::new(200).set_body_raw(page, "text/html; charset=utf-8")
        };
        world.answer("http://b.test/@bob", html("/users/bob"));
        world.answer("http://b.test/posts/1", html(NOTE));
        // A page on a host of its own, which only leads to where the document is.
        world.answer("http://c.test/bob", html(BOB));
        let bob = account_of(&world, "acct:bob@b.test").await;
        for text in [
            " @bob@b.test ",
            "ACCT:Bob@B.TEST",
            "HTTP://B.TEST/users/bob",
            "http://b.test/users/bob#main-key",
            "http://b.test/users/bob/",
            "http://b.test/@bob",
            "http://b.test/@bob/",
            "http://c.test/bob",
            "http://a.test/@bob@b.test",
        ] {
            assert_eq!(account_of(&world, text).await.id, bob.id, "{}: {text}", world.engine);
        }
        let Found::Tweet(id) = world.federation.lookup(NOTE).await.unwrap() else { panic!("no tweet") };
        for text in ["http://b.test/posts/1".to_owned(), format!("http://a.test/@bob@b.test/{id}")] {
            let Found::Tweet(found) = world.federation.lookup(&text).await.unwrap() else { panic!("{text}") };
            assert_eq!(found, id, "{}: {text}", world.engine);
        }
    }
}

#[tokio::test]
async fn a_look_up_says_what_went_wrong() {
    for world in worlds().await {
        let at = |path: &str| format!("http://b.test/{path}");
        world.answer(&at("down"), ResponseTemplate::new(503));
        world.answer(&at("gone"), ResponseTemplate::new(410));
        world.answer(&at("closed"), ResponseTemplate::new(401));
        world.answer(&at("page"), ResponseTemplate::new(200).set_body_raw("<html>", "text/html"));
        let buried = json!({ "id": at("buried"), "type": "Tombstone" });
        let buried = serde_json::to_vec(&buried).unwrap();
        let kind = "application/activity+json";
        world.answer(&at("buried"), ResponseTemplate::new(404).set_body_raw(buried, kind));
        for (path, missed) in [
            ("down", Missed::Unreachable),
            ("gone", Missed::Gone),
            ("buried", Missed::Gone),
            ("closed", Missed::Refused),
            ("page", Missed::Refused),
            ("nothing", Missed::Unknown),
        ] {
            assert_eq!(world.missed(&at(path)).await, missed, "{}: {path}", world.engine);
        }
        let block = |conn: &mut _| {
            instances::know(conn, "c.test", NOW)?;
            crate::store::tests::hosts::block_host(conn, "c.test")
        };
        world.test.store.write(block).await.unwrap();
        assert_eq!(world.missed(CAT).await, Missed::Blocked, "{}", world.engine);
        let bob = world.actor(BOB).await;
        world.service().set_suspended(bob.id, true).await.unwrap();
        assert_eq!(world.missed(BOB).await, Missed::Blocked, "{}", world.engine);
    }
}

#[tokio::test]
async fn nothing_is_believed_for_days_by_machines_and_for_minutes_by_people() {
    for world in worlds().await {
        let times = async || world.asked().await.len();
        let minutes = crate::clock::MINUTE_MS;
        assert_eq!(world.missed(NOTE).await, Missed::Unknown, "{}", world.engine);
        world.missed(NOTE).await;
        assert_eq!(times().await, 1, "{}", world.engine);
        world.clock.advance(11 * minutes);
        assert!(world.federation.tweet(&url(NOTE)).await.is_err(), "{}", world.engine);
        assert_eq!(times().await, 1, "{}: a machine need not ask again", world.engine);
        world.serve(NOTE, &note(NOTE, BOB, "<p>late</p>"));
        assert!(world.federation.lookup(NOTE).await.is_ok(), "{}: a person may", world.engine);
        // Passing failures in a row are believed longer each time.
        let down = "http://b.test/down";
        world.answer(down, ResponseTemplate::new(503));
        let mut asked = 0;
        for _ in 0..60 {
            let before = times().await;
            assert!(world.federation.tweet(&url(down)).await.is_err());
            asked += times().await - before;
            world.clock.advance(minutes / 3);
        }
        assert_eq!(asked, 6, "{}: after 20 s, 40 s, 80 s, 160 s, 320 s, 10 min", world.engine);
    }
}

#[tokio::test]
async fn one_cause_makes_us_ask_only_so_many_hosts() {
    for world in worlds().await {
        use crate::federation::resolve::Budget;
        let budget = Budget::new();
        let most = crate::config::limits::HOSTS_PER_ACTIVITY_MAX;
        for number in 0..most {
            let address = url(&format!("http://{number}.evil.test/1"));
            let failed = world.federation.document(&address, &budget).await.unwrap_err();
            assert_ne!(failed, crate::federation::resolve::FetchError::OverBudget, "{}", world.engine);
        }
        for (address, over) in [("http://more.evil.test/1", true), ("http://0.evil.test/2", false)] {
            let failed = world.federation.document(&url(address), &budget).await.unwrap_err();
            assert_eq!(failed == crate::federation::resolve::FetchError::OverBudget, over, "{address}");
        }
    }
}

#[tokio::test]
async fn only_a_documents_own_host_is_believed() {
    for world in worlds().await {
        let before = rows::counts(&world.test.store).await;
        let actor = person(BOB, test_key());
        // An upload served as plain JSON, a document of another host, one that claims to be ours, one whose author
        // is elsewhere, one without a key.
        world.serve_as(
            "http://b.test/upload.json",
            &with(actor.clone(), "id", json!("http://b.test/upload.json")),
            "application/json",
        );
        world.serve("http://c.test/mirror", &actor);
        world.serve("http://c.test/ours", &with(actor.clone(), "id", json!("http://a.test/users/ann")));
        world.serve("http://c.test/notes/1", &note("http://c.test/notes/1", BOB, "<p>forged</p>"));
        world.serve(
            "http://b.test/users/stub",
            &json!({ "id": "http://b.test/users/stub", "type": "Person" }),
        );
        for address in [
            "http://b.test/upload.json",
            "http://c.test/mirror",
            "http://c.test/ours",
            "http://c.test/notes/1",
            "http://b.test/users/stub",
        ] {
            assert!(world.federation.lookup(address).await.is_err(), "{}: {address}", world.engine);
        }
        assert_eq!(rows::counts(&world.test.store).await, before, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_crowd_that_asks_for_the_same_is_one_fetch() {
    for world in worlds().await {
        let slow = serde_json::to_vec(&person(BOB, test_key())).unwrap();
        let slow = ResponseTemplate::new(200).set_body_raw(slow, "application/activity+json");
        world.answer(BOB, slow.set_delay(std::time::Duration::from_millis(100)));
        let asking = (0..10).map(|_| {
            let federation = world.federation.clone();
            tokio::spawn(async move { federation.actor(&url(BOB), Freshness::Day).await.unwrap().id })
        });
        let mut found = Vec::new();
        for one in asking.collect::<Vec<_>>() {
            found.push(one.await.unwrap());
        }
        found.dedup();
        assert_eq!(found.len(), 1, "{}", world.engine);
        assert_eq!(world.asked().await, [BOB], "{}", world.engine);
    }
}

#[tokio::test]
async fn a_failure_is_remembered_for_a_while_and_stale_knowledge_serves_meanwhile() {
    for world in worlds().await {
        let bob = world.actor(BOB).await;
        world.answer(BOB, ResponseTemplate::new(500));
        world.clock.advance(crate::clock::DAY_MS);
        for _ in 0..3 {
            let still = world.federation.actor(&url(BOB), Freshness::Day).await.unwrap();
            assert_eq!(still.id, bob.id, "{}", world.engine);
        }
        assert_eq!(world.asked().await, [BOB, BOB], "{}", world.engine);
        world.serve(BOB, &with(person(BOB, test_key()), "name", json!("Bobby")));
        world.clock.advance(10 * crate::clock::MINUTE_MS);
        let fresh = world.federation.actor(&url(BOB), Freshness::Day).await.unwrap();
        assert_eq!((fresh.id, fresh.display_name.as_str()), (bob.id, "Bobby"), "{}", world.engine);
    }
}

#[tokio::test]
async fn a_long_thread_costs_no_more_than_the_budget() {
    for world in worlds().await {
        for number in 1..100 {
            let id = format!("http://b.test/thread/{number}");
            let above = format!("http://b.test/thread/{}", number + 1);
            world.serve(&id, &with(note(&id, BOB, "<p>deep</p>"), "inReplyTo", json!(above)));
        }
        let id = world.federation.tweet(&url("http://b.test/thread/1")).await.unwrap();
        assert!(
            world.asked().await.len() <= crate::config::limits::FETCHES_PER_ACTIVITY_MAX,
            "{}",
            world.engine
        );
        let tweet = world.service().tweet(None, id).await.unwrap().tweet;
        assert!(tweet.reply_to.is_some() && tweet.thread != tweet.id, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_quote_brings_the_quoted_and_tells_its_author() {
    for world in worlds().await {
        let new = crate::service::NewTweet { text: "quote me".into(), ..Default::default() };
        let ours = world.service().create_tweet(world.ann.id, new).await.unwrap().tweet;
        let quoted = format!("http://a.test/users/ann/statuses/{}", ours.id);
        world.serve(NOTE, &with(note(NOTE, BOB, "<p>look</p>"), "quote", json!(quoted)));
        let id = world.federation.tweet(&url(NOTE)).await.unwrap();
        let view = world.service().tweet(None, id).await.unwrap();
        assert_eq!(view.tweet.quote_of, Some(ours.id), "{}", world.engine);
        assert_eq!(world.notifications(world.ann.id).await, [NotificationKind::Quote]);
    }
}
