//! What the instance says of itself: rules, texts, peers, weeks.

use serde_json::{Value, json};

use super::{admin, failed, post, say};
use crate::clock::DAY_MS;
use crate::http::api::tests::world::{Person, World, worlds, worlds_with};
use crate::model::about::HousePicture;
use crate::service::Rules;
use crate::store::tests::database::settled_log;
use crate::store::tests::seeds;
use crate::store::{about, events, instances};

/// Writes what the instance says of itself.
async fn write(world: &World, admin: &Person, changes: Value) {
    let answer = world.ask(Some(admin), "PATCH /api/admin/about", Some(changes)).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
}

async fn read(world: &World, path: &str) -> Value {
    world.ask(None, &format!("GET {path}"), None).await.good()
}

#[tokio::test]
async fn rules_keep_their_ids_while_their_words_stay_and_reports_name_them() {
    for world in worlds().await {
        let (root, ann, bob) = (admin(&world).await, world.person("ann").await, world.person("bob").await);
        assert_eq!(read(&world, "/api/v1/instance/rules").await, json!([]));
        write(&world, &root, json!({"rules": [{"text": "Be kind", "hint": "Always."}, {"text": "No spam"}]}))
            .await;
        let first = read(&world, "/api/v1/instance/rules").await;
        assert_eq!((&first[0]["text"], &first[0]["hint"]), (&json!("Be kind"), &json!("Always.")));
        assert_eq!(read(&world, "/api/v2/instance").await["rules"], first);
        assert_eq!(read(&world, "/api/v1/instance").await["rules"], first);

        write(&world, &root, json!({"rules": [{"text": "No spam"}, {"text": "No noise"}]})).await;
        let second = read(&world, "/api/v1/instance/rules").await;
        assert_eq!(second[0]["id"], first[1]["id"]);
        assert_ne!(second[1]["id"], first[0]["id"]);

        let report =
            json!({"account_id": bob.id, "rule_ids": [first[0]["id"], second[0]["id"]], "comment": "spam"});
        let made = world.ask(Some(&ann), "POST /api/v1/reports", Some(report)).await.good();
        assert_eq!((&made["category"], made["rule_ids"].as_array().unwrap().len()), (&json!("violation"), 2));
        let seen = world.get(&root, "/api/admin/reports").await;
        assert_eq!(seen["items"][0]["rules"].as_array().unwrap().len(), 2, "also one that holds no longer");
        let unknown = json!({"account_id": bob.id, "rule_ids": ["7"]});
        assert_eq!(failed(&world.ask(Some(&ann), "POST /api/v1/reports", Some(unknown)).await).0, 422);
    }
}

#[tokio::test]
async fn texts_are_written_by_admins_read_by_everybody_and_gone_when_empty() {
    for world in worlds().await {
        let (root, ann) = (admin(&world).await, world.person("ann").await);
        for missing in ["privacy_policy", "terms_of_service", "terms_of_service/2026-01-02"] {
            let path = format!("GET /api/v1/instance/{missing}");
            assert_eq!(failed(&world.ask(None, &path, None).await).0, 404, "{missing}");
        }
        assert_eq!(
            read(&world, "/api/v1/instance/extended_description").await,
            json!({"updated_at": null, "content": ""})
        );
        let texts = json!({"about": "For <b>rooks</b>", "privacy": "We keep little.", "terms": "One"});
        let refused = world.ask(Some(&ann), "PATCH /api/admin/about", Some(texts.clone())).await;
        assert_eq!(refused.status, 403);
        write(&world, &root, texts).await;
        let about = read(&world, "/api/v1/instance/extended_description").await;
        assert_eq!(about["content"], "<p>For &lt;b&gt;rooks&lt;/b&gt;</p>");
        assert_eq!(
            read(&world, "/api/v1/instance/privacy_policy").await["content"],
            "<p>We keep little.</p>"
        );
        world.clock.advance(DAY_MS);
        write(&world, &root, json!({"terms": "Two"})).await;
        let terms = read(&world, "/api/v1/instance/terms_of_service").await;
        assert_eq!(
            (&terms["content"], &terms["effective_date"]),
            (&json!("<p>Two</p>"), &json!("2026-01-03"))
        );
        let before = read(&world, "/api/v1/instance/terms_of_service/2026-01-02").await;
        assert_eq!(
            (&before["content"], &before["succeeded_by"]),
            (&json!("<p>One</p>"), &json!("2026-01-03"))
        );
        let native = read(&world, "/api/instance/about").await;
        assert_eq!((&native["terms"]["text"], &native["privacy"]["day"]), (&json!("Two"), &Value::Null));
        write(&world, &root, json!({"privacy": ""})).await;
        assert_eq!(world.ask(None, "GET /api/v1/instance/privacy_policy", None).await.status, 404);
    }
}

#[tokio::test]
async fn weeks_are_counted_by_who_wrote_and_who_came() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        say(&world, &ann, "one").await;
        say(&world, &ann, "two").await;
        post(&world, &bob, json!({"status": "hidden", "visibility": "private"})).await;
        let weeks = read(&world, "/api/v1/instance/activity").await;
        assert_eq!(weeks.as_array().unwrap().len(), 12);
        // The Monday before 2 January 2026.
        let now = json!({"week": "1766966400", "statuses": "2", "logins": "1", "registrations": "2"});
        assert_eq!(weeks[0], now, "{}", world.engine);
        assert_eq!(weeks[1]["statuses"], "0");
        world.clock.advance(7 * DAY_MS);
        let later = read(&world, "/api/v1/instance/activity").await;
        assert_eq!((&later[0]["statuses"], &later[1]), (&json!("0"), &now));
    }
}

#[tokio::test]
async fn other_instances_are_told_of_as_the_admin_wants() {
    let open = Rules { publish_domain_blocks: true, ..Rules::default() };
    let closed = Rules { publish_peers: false, ..Rules::default() };
    for (rules, peers, blocks) in [(open, 200, 200), (closed, 404, 404)] {
        for world in worlds_with(rules.clone()).await {
            let know = |conn: &mut crate::store::Conn| {
                instances::know(conn, "b.test", 1)?;
                seeds::blocked(conn, "bad.test")
            };
            world.service.store().write(know).await.unwrap();
            let told = world.ask(None, "GET /api/v1/instance/peers", None).await;
            let blocked = world.ask(None, "GET /api/v1/instance/domain_blocks", None).await;
            assert_eq!((told.status, blocked.status), (peers, blocks));
            if peers == 200 {
                assert_eq!(told.body, json!(["b.test"]));
                let block = &blocked.body[0];
                assert_eq!((&block["domain"], &block["severity"]), (&json!("bad.test"), &json!("suspend")));
                assert_eq!(block["digest"].as_str().unwrap().len(), 64);
            }
        }
    }
}

#[tokio::test]
async fn a_public_post_is_embedded_and_no_other() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let shown = post(&world, &ann, json!({"status": "1 < 2"})).await;
        let hidden = post(&world, &ann, json!({"status": "psst", "visibility": "private"})).await;
        let ask = async |url: &str| world.ask(None, &format!("GET /api/oembed?url={url}"), None).await;
        let embed = ask(shown["url"].as_str().unwrap()).await.good();
        assert_eq!((&embed["type"], &embed["width"]), (&json!("rich"), &json!(400)));
        let html = embed["html"].as_str().unwrap();
        assert!(html.contains("1 &lt; 2") && html.contains(shown["url"].as_str().unwrap()), "{html}");
        for none in
            [hidden["url"].as_str().unwrap(), "http://other.test/@ann/1", "http://rook.test/@ann", "x"]
        {
            assert_eq!(ask(none).await.status, 404, "{none}");
        }
        let languages = read(&world, "/api/v1/instance/languages").await;
        assert!(languages.as_array().unwrap().contains(&json!({"code": "de", "name": "Deutsch"})));
        let door = world.ask(None, "GET /.well-known/change-password", None).await;
        assert_eq!((door.status, &door.headers["location"]), (303, &"/settings/security".parse().unwrap()));
    }
}

#[tokio::test]
async fn the_instances_picture_stands_in_its_documents_also_when_another_process_set_it() {
    for world in worlds().await {
        let before = world.ask(None, "GET /api/v2/instance", None).await.good();
        assert_eq!(before["icon"], json!([]), "{}", world.engine);
        assert!(before["thumbnail"].get("blurhash").is_none());
        assert_eq!(world.ask(None, "GET /api/instance", None).await.good()["picture"], json!(null));
        let picture = HousePicture {
            file_key: "ab/cd/abcd.png".into(),
            width: 1_200,
            height: 630,
            icon_key: "ef/gh/efgh.png".into(),
            icon_width: 400,
            icon_height: 400,
            blurhash: "LEHV6n".into(),
        };
        // As another process writes it: this one hears of it by the log.
        let store = world.service.store();
        let at = store.read(events::newest).await.unwrap();
        store.write(move |conn| about::set_picture(conn, Some(&picture), 1)).await.unwrap();
        let log = settled_log(store, at).await;
        world.service.heard_of_house(&log).await.unwrap();
        let url = "http://rook.test/media/ab/cd/abcd.png";
        let two = world.ask(None, "GET /api/v2/instance", None).await.good();
        let thumbnail = json!({ "url": url, "blurhash": "LEHV6n", "versions": { "@1x": url } });
        assert_eq!(two["thumbnail"], thumbnail, "{}", world.engine);
        let icon = "http://rook.test/media/ef/gh/efgh.png";
        assert_eq!(two["icon"], json!([{ "src": icon, "size": "400x400" }]));
        let one = world.ask(None, "GET /api/v1/instance", None).await.good();
        assert_eq!(one["thumbnail"], json!(url));
        let native = world.ask(None, "GET /api/instance", None).await.good();
        assert_eq!((&native["picture"]["url"], &native["picture"]["icon_url"]), (&json!(url), &json!(icon)));
    }
}
