//! What people do every day, from signing up to reading what the others did.

use serde_json::json;

use super::world::{Person, id, ids, worlds};

#[tokio::test]
async fn two_people_sign_up_talk_and_read_of_it() {
    for world in worlds().await {
        let new =
            || Some(json!({"username": "ann", "email": "ann@example.org", "password": "correct horse"}));
        let early = world.ask(None, "POST /api/users/register", new()).await;
        assert_eq!(early.problem(), (403, "not_set_up", None), "the first account is the admin's");
        world.admin("chief").await;
        let registered = world.ask(None, "POST /api/users/register", new()).await;
        assert_eq!(registered.status, 201, "{}", registered.body);
        let text = registered.body.to_string();
        assert!(!text.contains("ann@example.org") && !text.contains("argon2"), "{text}");

        let login = json!({"login": "ANN@example.org", "password": "correct horse"});
        let welcome = world.ask(None, "POST /api/users/login", Some(login)).await.good();
        let token = welcome["token"].as_str().unwrap().to_owned();
        let ann = Person { id: id(&welcome["user"]), token };
        let bob = world.person("bob").await;

        let follow = world.act(&bob, &format!("POST /api/users/{}/follow", ann.id)).await;
        assert_eq!((&follow["following"], &follow["requested"]), (&json!(true), &json!(false)));

        let created = json!({"text": "Hello @bob, see #Rust https://example.org/long"});
        let created = world.ask(Some(&ann), "POST /api/tweets", Some(created)).await;
        assert_eq!(created.status, 201, "{}", created.body);
        let tweet = id(&created.body);
        assert_eq!(created.headers["location"], format!("/api/tweets/{tweet}"));
        assert_eq!(created.body["hashtags"], json!(["rust"]));
        assert_eq!(created.body["mentions"][0]["handle"], "bob");
        assert_eq!(created.body["visibility"], "public");

        let home = world.get(&bob, &format!("/api/users/{}/timeline", bob.id)).await;
        assert_eq!(ids(&home), [tweet.as_str()], "{}", world.engine);
        for list in ["/api/timelines/local", "/api/timelines/federated", "/api/timelines/hashtag/RUST"] {
            let page = world.ask(None, &format!("GET {list}"), None).await.good();
            assert_eq!(ids(&page), [tweet.as_str()], "{list}");
        }

        let liked = world.act(&bob, &format!("POST /api/tweets/{tweet}/like")).await;
        assert_eq!((&liked["liked"], &liked["likes_count"]), (&json!(true), &json!(1)));
        let repeated = world.act(&bob, &format!("POST /api/tweets/{tweet}/retweet")).await;
        assert_eq!((id(&repeated), &repeated["retweeted"]), (tweet.clone(), &json!(true)));
        let reply = json!({"text": "Hello back", "reply_to": tweet});
        let reply = world.ask(Some(&bob), "POST /api/tweets", Some(reply)).await.good();
        assert_eq!(reply["reply_to_user"]["handle"], "ann");

        let told = world.get(&ann, &format!("/api/users/{}/notifications", ann.id)).await;
        let kinds: Vec<&str> =
            told["items"].as_array().unwrap().iter().map(|told| told["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["reply", "retweet", "like", "follow"], "{}", world.engine);

        let thread = world.get(&ann, &format!("/api/tweets/{tweet}/thread")).await;
        assert_eq!(thread["descendants"][0]["id"], reply["id"]);
        assert_eq!(thread["tweet"]["replies_count"], 1);
    }
}

#[tokio::test]
async fn everything_that_is_done_can_be_taken_back() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let tweet = world.tweet(&ann, "first").await;
        for (mark, flag) in [("like", "liked"), ("retweet", "retweeted"), ("bookmark", "bookmarked")] {
            for (method, expected) in [("POST", true), ("POST", true), ("DELETE", false), ("DELETE", false)] {
                let shown = world.act(&bob, &format!("{method} /api/tweets/{tweet}/{mark}")).await;
                assert_eq!(shown[flag], expected, "{method} {mark}");
            }
            let shown = world.get(&bob, &format!("/api/tweets/{tweet}")).await;
            assert_eq!((&shown["likes_count"], &shown["retweets_count"]), (&json!(0), &json!(0)));
        }
        assert_eq!(world.act(&ann, &format!("POST /api/tweets/{tweet}/pin")).await["pinned"], true);
        assert_eq!(world.act(&ann, &format!("DELETE /api/tweets/{tweet}/pin")).await["pinned"], false);
        for (bond, flag) in [("follow", "following"), ("mute", "muting"), ("block", "blocking")] {
            for (method, expected) in [("POST", true), ("POST", true), ("DELETE", false), ("DELETE", false)] {
                let seen = world.act(&bob, &format!("{method} /api/users/{}/{bond}", ann.id)).await;
                assert_eq!(seen[flag], expected, "{method} {bond}");
            }
        }
    }
}

#[tokio::test]
async fn a_tweet_is_edited_with_its_history_and_deleted_for_good() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let tweet = world.tweet(&ann, "frist").await;
        let path = format!("/api/tweets/{tweet}");
        world.clock.advance(60_000);
        let edited = json!({"text": "first", "content_warning": "spelling"});
        let edited = world.ask(Some(&ann), &format!("PATCH {path}"), Some(edited)).await.good();
        assert_eq!((&edited["text"], &edited["content_warning"]), (&json!("first"), &json!("spelling")));
        let only_flag = json!({"sensitive": true});
        let edited = world.ask(Some(&ann), &format!("PATCH {path}"), Some(only_flag)).await.good();
        assert_eq!((&edited["text"], &edited["sensitive"]), (&json!("first"), &json!(true)));

        let history = world.get(&ann, &format!("{path}/history")).await;
        let texts: Vec<&str> =
            history["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap()).collect();
        assert_eq!(texts, ["frist", "first", "first"]);

        let deleted = world.ask(Some(&ann), &format!("DELETE {path}"), None).await;
        assert_eq!((deleted.status, &deleted.body), (204, &json!("")));
        assert_eq!(
            world.ask(Some(&ann), &format!("GET {path}"), None).await.problem(),
            (404, "not_found", None)
        );
    }
}

#[tokio::test]
async fn a_locked_account_decides_who_follows_it() {
    for world in worlds().await {
        let (ann, bob, cleo) =
            (world.person("ann").await, world.person("bob").await, world.person("cleo").await);
        let locked = world.ask(Some(&ann), "PATCH /api/users/me", Some(json!({"locked": true}))).await.good();
        assert_eq!((&locked["locked"], &locked["email"]), (&json!(true), &json!("ann@example.org")));
        for who in [&bob, &cleo] {
            let asked = world.act(who, &format!("POST /api/users/{}/follow", ann.id)).await;
            assert_eq!((&asked["following"], &asked["requested"]), (&json!(false), &json!(true)));
        }
        assert_eq!(ids(&world.get(&ann, "/api/follow-requests").await), [cleo.id.as_str(), &bob.id]);
        world.act(&ann, &format!("POST /api/follow-requests/{}/accept", bob.id)).await;
        world.act(&ann, &format!("POST /api/follow-requests/{}/reject", cleo.id)).await;
        assert_eq!(ids(&world.get(&ann, "/api/follow-requests").await), Vec::<String>::new());
        assert_eq!(
            ids(&world.get(&bob, &format!("/api/users/{}/followers", ann.id)).await),
            [bob.id.as_str()]
        );
        assert_eq!(
            ids(&world.get(&bob, &format!("/api/users/{}/following", bob.id)).await),
            [ann.id.as_str()]
        );

        let seen = world.act(&ann, &format!("DELETE /api/users/{}/follower", bob.id)).await;
        assert_eq!(seen["followed_by"], false);
        let seen = world.get(&bob, &format!("/api/users/{}/relationship", ann.id)).await;
        assert_eq!(seen["following"], false);
    }
}

#[tokio::test]
async fn followers_only_and_blocked_tweets_are_not_there_for_others() {
    for world in worlds().await {
        let (ann, bob, cleo) =
            (world.person("ann").await, world.person("bob").await, world.person("cleo").await);
        world.act(&bob, &format!("POST /api/users/{}/follow", ann.id)).await;
        let quiet = json!({"text": "among us", "visibility": "followers"});
        let quiet = id(&world.ask(Some(&ann), "POST /api/tweets", Some(quiet)).await.good());
        let line = format!("GET /api/tweets/{quiet}");
        assert_eq!(world.ask(Some(&bob), &line, None).await.status, 200);
        for stranger in [Some(&cleo), None] {
            assert_eq!(world.ask(stranger, &line, None).await.problem(), (404, "not_found", None));
        }
        let refused = world.ask(Some(&cleo), &format!("POST /api/tweets/{quiet}/like"), None).await;
        assert_eq!(refused.problem(), (404, "not_found", None));

        let open = world.tweet(&ann, "for all").await;
        world.act(&ann, &format!("POST /api/users/{}/block", cleo.id)).await;
        let refused = world.ask(Some(&cleo), &format!("GET /api/tweets/{open}"), None).await;
        assert_eq!(refused.problem(), (404, "not_found", None));
        let refused = world.ask(Some(&cleo), &format!("POST /api/users/{}/follow", ann.id), None).await;
        assert_eq!(refused.problem(), (403, "blocked", None));
        assert_eq!(ids(&world.get(&ann, "/api/users/me/blocks").await), [cleo.id.as_str()]);
    }
}

#[tokio::test]
async fn notifications_are_counted_read_and_dismissed_by_their_owner() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let tweet = world.tweet(&ann, "likeable").await;
        world.act(&bob, &format!("POST /api/tweets/{tweet}/like")).await;
        world.act(&bob, &format!("POST /api/users/{}/follow", ann.id)).await;
        let list = format!("/api/users/{}/notifications", ann.id);
        assert_eq!(world.get(&ann, &format!("{list}/unread")).await["count"], 2);

        let likes = world.get(&ann, &format!("{list}?kind=like&kind=reply")).await;
        let like = &likes["items"][0];
        assert_eq!(
            (&like["kind"], &like["tweet"]["id"], &like["unread"]),
            (&json!("like"), &json!(tweet), &json!(true))
        );
        assert_eq!(likes["items"].as_array().unwrap().len(), 1);

        let read =
            world.ask(Some(&ann), &format!("POST {list}/read"), Some(json!({"up_to": like["id"]}))).await;
        assert_eq!(read.good()["count"], 1);
        let gone = world.ask(Some(&ann), &format!("DELETE {list}/{}", id(like)), None).await;
        assert_eq!(gone.status, 204);
        assert_eq!(world.get(&ann, &list).await["items"].as_array().unwrap().len(), 1);
        let again = world.ask(Some(&ann), &format!("DELETE {list}/{}", id(like)), None).await;
        assert_eq!(again.problem(), (404, "not_found", None));
    }
}

#[tokio::test]
async fn every_part_of_a_profile_can_be_changed_alone_or_together() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let whole = json!({
            "display_name": "Ann A.", "bio": "Hello #rooks", "fields": [{"name": "Web", "value": "https://ann.test"}],
            "locked": true, "bot": true, "discoverable": false, "indexable": false,
        });
        let changed = world.ask(Some(&ann), "PATCH /api/users/me", Some(whole.clone())).await.good();
        let seen = world.get(&ann, &format!("/api/users/{}", ann.id)).await;
        for (part, value) in whole.as_object().unwrap() {
            assert_eq!((&changed[part], &seen[part]), (value, value), "{part}");
        }
        assert!(seen["bio_html"].as_str().unwrap().contains("/tags/rooks"));
        let back = json!({"bot": false, "display_name": ""});
        world.ask(Some(&ann), "PATCH /api/users/me", Some(back)).await.good();
        let seen = world.get(&ann, &format!("/api/users/{}", ann.id)).await;
        assert_eq!((&seen["bot"], &seen["display_name"]), (&json!(false), &json!("")));
        assert_eq!((&seen["bio"], &seen["locked"]), (&json!("Hello #rooks"), &json!(true)));
    }
}
