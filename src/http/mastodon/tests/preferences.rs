//! What one begins a post with.

use serde_json::{Value, json};

use super::{failed, ids_of, post, say};
use crate::http::api::tests::world::{id, worlds};

#[tokio::test]
async fn a_post_goes_by_its_authors_preferences_where_it_says_nothing() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let before = world.get(&ann, "/api/v1/preferences").await;
        assert_eq!(
            (&before["posting:default:visibility"], &before["posting:default:language"]),
            (&json!("public"), &Value::Null)
        );
        let source = json!({"source": {"privacy": "private", "sensitive": "1", "language": "de", "quote_policy": "nobody"}});
        let line = "PATCH /api/v1/accounts/update_credentials";
        let changed = world.ask(Some(&ann), line, Some(source)).await.good();
        assert_eq!(
            (&changed["source"]["privacy"], &changed["source"]["sensitive"]),
            (&json!("private"), &json!(true))
        );
        assert_eq!(
            (&changed["source"]["language"], &changed["source"]["quote_policy"]),
            (&json!("de"), &json!("nobody"))
        );
        let now = world.get(&ann, "/api/v1/preferences").await;
        assert_eq!(now["posting:default:visibility"], "private", "{}", world.engine);
        assert_eq!(
            (&now["posting:default:sensitive"], &now["posting:default:quote_policy"]),
            (&json!(true), &json!("nobody"))
        );

        let plain = post(&world, &ann, json!({"status": "hallo"})).await;
        assert_eq!(
            (&plain["visibility"], &plain["sensitive"], &plain["language"]),
            (&json!("private"), &json!(true), &json!("de"))
        );
        let said = json!({"status": "hi", "visibility": "unlisted", "sensitive": false, "language": "en"});
        let said = post(&world, &ann, said).await;
        assert_eq!(
            (&said["visibility"], &said["sensitive"], &said["language"]),
            (&json!("unlisted"), &json!(false), &json!("en"))
        );
        let his = say(&world, &bob, "well").await;
        let answer = post(&world, &ann, json!({"status": "yes", "in_reply_to_id": his})).await;
        assert_eq!(answer["visibility"], "public", "an answer is as visible as what it answers");

        let blank = json!({"source": {"language": "", "sensitive": "0"}});
        let changed = world.ask(Some(&ann), line, Some(blank)).await.good();
        assert_eq!(
            (&changed["source"]["language"], &changed["source"]["privacy"]),
            (&Value::Null, &json!("private"))
        );
        let odd = world.ask(Some(&ann), line, Some(json!({"source": {"privacy": "secret"}}))).await;
        assert_eq!(failed(&odd).0, 422);
    }
}

#[tokio::test]
async fn a_hashtags_timeline_shows_other_hashtags_that_are_asked_for_beside_it() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let mut posts = Vec::new();
        for text in ["#rooks", "#crows and #rooks", "#ravens", "#jays", "#crows"] {
            posts.push(say(&world, &ann, text).await);
        }
        let tagged = async |query: &str| {
            let path = format!("/api/v1/timelines/tag/rooks?{query}");
            ids_of(&world.get(&ann, &path).await)
        };
        let wanted: Vec<String> = [4, 2, 1, 0].map(|n| posts[n].clone()).into();
        assert_eq!(tagged("any[]=crows&any[]=Ravens").await, wanted, "{}", world.engine);
        assert_eq!(tagged("any[]=crows&none[]=rooks").await, [posts[4].clone()]);
        assert_eq!(
            tagged("any[]=crows&limit=2").await,
            wanted[..1].iter().cloned().chain([posts[1].clone()]).collect::<Vec<_>>()
        );
        let many = "any[]=a&any[]=b&any[]=c&any[]=d&any[]=e";
        let refused = world.ask(Some(&ann), &format!("GET /api/v1/timelines/tag/rooks?{many}"), None).await;
        assert_eq!(failed(&refused).0, 422);
        let line = format!("POST /api/v1/statuses/{}/translate", posts[0]);
        assert_eq!(failed(&world.ask(Some(&ann), &line, None).await), (404, "Record not found"));
        assert_eq!(id(&world.get(&ann, &format!("/api/v1/statuses/{}", posts[0])).await), posts[0]);
    }
}
