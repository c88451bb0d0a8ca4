use super::*;
use crate::model::account::INSTANCE;
use crate::service::NewReport;

#[tokio::test]
async fn a_report_is_forwarded_only_when_its_maker_says_so_and_does_not_name_them() {
    for world in worlds().await {
        let (bob, cat) = (world.remote("bob").await, world.remote("cat").await);
        world.follows_ann(cat).await;
        world.told().await;
        let post = world.post_of(bob).await;
        for forward in [false, true] {
            let new = NewReport {
                account: bob,
                tweets: vec![post],
                comment: "spam".into(),
                forward,
                rules: Vec::new(),
            };
            world.service().report(world.ann.id, new).await.unwrap();
            world.plan().await.unwrap();
            let read = world.test.store.read(|conn| deliveries::waiting(conn, "bob.test", RowId(0), 9));
            let waiting = read.await.unwrap();
            assert_eq!(waiting.len(), usize::from(forward), "{}", world.engine);
            let Some(row) = waiting.first() else { continue };
            assert_eq!(row.account, INSTANCE);
            let id = row.outgoing;
            let read = world.test.store.read(move |conn| deliveries::stored(conn, id));
            let body = String::from_utf8(read.await.unwrap().unwrap().body).unwrap();
            assert!(!body.contains("/users/ann"), "{body}");
            let flag: Value = serde_json::from_str(&body).unwrap();
            assert_eq!((flag["type"].as_str(), flag["content"].as_str()), (Some("Flag"), Some("spam")));
            assert_eq!(flag["actor"], "http://a.test/actor");
            assert_eq!(flag["object"][0], "http://bob.test/users/bob");
            assert!(flag["object"][1].as_str().unwrap().ends_with(&post.to_string()), "{flag}");
        }
        assert!(world.told().await.keys().eq(["bob"]), "{}: nobody else hears of it", world.engine);
    }
}
