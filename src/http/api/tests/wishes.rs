//! What you want of those you follow, followed hashtags, muted threads, hidden hosts and notes, by the native API.

use serde_json::json;

use super::world::{id, ids, worlds};

#[tokio::test]
async fn a_follow_is_tuned_a_mute_ends_and_a_note_is_kept() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let follow = format!("/api/users/{}/follow", bob.id);
        let wanted = json!({"retweets": false, "notify": true, "languages": ["de-AT"]});
        let early = world.ask(Some(&ann), &format!("PATCH {follow}"), Some(wanted.clone())).await;
        assert_eq!(early.problem(), (404, "not_found", None), "{}", world.engine);
        world.act(&ann, &format!("POST {follow}")).await;
        let stands = world.ask(Some(&ann), &format!("PATCH {follow}"), Some(wanted)).await.good();
        assert_eq!((&stands["showing_retweets"], &stands["notifying"]), (&json!(false), &json!(true)));
        assert_eq!(stands["languages"], json!(["de"]), "{}", world.engine);
        let bad = json!({"languages": ["no language"]});
        let refused = world.ask(Some(&ann), &format!("PATCH {follow}"), Some(bad)).await;
        assert_eq!(refused.problem(), (422, "bad_language", Some("language")));
        let muted = world.act(&ann, &format!("POST /api/users/{}/mute?duration=3600", bob.id)).await;
        assert_eq!(muted["muting_until"], "2026-01-02T04:04:05.000Z", "{}", world.engine);
        let note = Some(json!({"note": "from the fair"}));
        let noted = world.ask(Some(&ann), &format!("PUT /api/users/{}/note", bob.id), note).await.good();
        assert_eq!((&noted["note"], &noted["muting"]), (&json!("from the fair"), &json!(true)));
        let theirs = world.get(&bob, &format!("/api/users/{}/relationship", ann.id)).await;
        assert_eq!((&theirs["note"], &theirs["followed_by"]), (&json!(""), &json!(true)));
    }
}

#[tokio::test]
async fn hashtags_hosts_and_threads_have_lists_and_switches() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let tweet = world.tweet(&bob, "look #rooks").await;
        let home = format!("/api/users/{}/timeline", ann.id);
        for _ in 0..2 {
            let line = "PUT /api/users/me/hashtags/Rooks";
            assert_eq!(world.ask(Some(&ann), line, None).await.status, 204);
        }
        assert_eq!(ids(&world.get(&ann, &home).await), [tweet.as_str()], "{}", world.engine);
        assert_eq!(world.get(&ann, "/api/users/me/hashtags").await["items"], json!(["rooks"]));
        let odd = world.ask(Some(&ann), "PUT /api/users/me/hashtags/a%20b", None).await;
        assert_eq!(odd.problem(), (404, "not_found", None));
        assert_eq!(world.ask(Some(&ann), "DELETE /api/users/me/hashtags/rooks", None).await.status, 204);
        assert_eq!(ids(&world.get(&ann, &home).await), Vec::<String>::new(), "{}", world.engine);
        let line = "/api/users/me/hidden-hosts";
        assert_eq!(world.ask(Some(&ann), &format!("PUT {line}/B.test"), None).await.status, 204);
        assert_eq!(world.get(&ann, line).await["items"], json!(["b.test"]), "{}", world.engine);
        let own = world.ask(Some(&ann), &format!("PUT {line}/rook.test"), None).await;
        assert_eq!(own.problem(), (422, "own_host", Some("host")));
        assert_eq!(world.ask(Some(&ann), &format!("DELETE {line}/b.test"), None).await.status, 204);
        assert_eq!(world.get(&ann, line).await["items"], json!([]));
        let own = world.tweet(&ann, "mine").await;
        let muted = world.act(&ann, &format!("POST /api/tweets/{own}/mute")).await;
        assert_eq!((id(&muted), &muted["thread_muted"]), (own.clone(), &json!(true)), "{}", world.engine);
        let heard = world.ask(Some(&ann), &format!("DELETE /api/tweets/{own}/mute"), None).await.good();
        assert_eq!(heard["thread_muted"], false);
    }
}
