//! What became of a tweet at other instances is its author's and the admins' to know.

use std::collections::BTreeMap;

use serde_json::json;

use super::world::{Person, id, worlds};
use crate::model::delivery::Outcome;
use crate::model::ids::RowId;
use crate::store::delivery_results::{self, Over};

#[tokio::test]
async fn the_author_and_admins_see_what_became_of_a_tweet_and_nobody_else() {
    for world in worlds().await {
        let chief = world.admin("chief").await;
        let (ann, eve) = (world.person("ann").await, world.person("eve").await);
        let new = |visibility: &str| Some(json!({"text": "hello", "visibility": visibility}));
        let open = id(&world.ask(Some(&ann), "POST /api/tweets", new("public")).await.body);
        let closed = id(&world.ask(Some(&ann), "POST /api/tweets", new("direct")).await.body);
        let tweet: i64 = open.parse().unwrap();
        let record = move |conn: &mut crate::store::Conn| {
            for (n, host, outcome, status) in [
                (1, "a.test", Outcome::Delivered, None),
                (2, "b.test", Outcome::Refused, Some(404)),
                (3, "b.test", Outcome::Delivered, None),
            ] {
                let mut over = Over::new(RowId(n));
                over.add(RowId(n), outcome, status, 2);
                delivery_results::record(conn, host, &BTreeMap::from([(tweet, over)]), 1_000 * n)?;
            }
            Ok(())
        };
        world.service.store().write(record).await.unwrap();
        let list = world.get(&ann, &format!("/api/tweets/{open}/deliveries?limit=1")).await;
        let b = json!({"host": "b.test", "state": "delivered", "status": 404, "delivered": 1, "refused": 1,
            "dropped": 0, "waiting": 0, "tries": 4, "at": "1970-01-01T00:00:03.000Z"});
        assert_eq!(list["items"], json!([b]), "{}", world.engine);
        let cursor = list["next_cursor"].as_str().unwrap();
        let list = world.get(&chief, &format!("/api/tweets/{open}/deliveries?cursor={cursor}")).await;
        assert_eq!(list["items"][0]["host"], "a.test");
        assert_eq!(world.get(&chief, &format!("/api/tweets/{closed}/deliveries")).await["items"], json!([]));
        let ask = async |who: Option<&Person>, tweet: &str| {
            let answer = world.ask(who, &format!("GET /api/tweets/{tweet}/deliveries"), None).await;
            let (status, code, _) = answer.problem();
            (status, code.to_owned())
        };
        assert_eq!(ask(Some(&eve), &open).await, (403, "not_yours".to_owned()));
        assert_eq!(ask(Some(&eve), &closed).await.0, 404, "she may not know of it");
        assert_eq!(ask(Some(&ann), "1").await.0, 404);
        assert_eq!(ask(None, &open).await.0, 401);
    }
}
