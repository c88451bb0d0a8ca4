use super::*;
use crate::config::limits::REPORTS_OPEN_PER_HOST_MAX;
use crate::service::ReportView;
use crate::store::reports;

const ANN: &str = "http://a.test/users/ann";
/// The instance actor of `b.test`, which is nobody's account here.
const INSTANCE: &str = "http://b.test/actor";

/// A report as Mastodon sends it: by the instance's actor, naming the account and posts.
fn flag(number: u32, objects: Value) -> Value {
    let flag = activity(&format!("http://b.test/reports/{number}"), "Flag", INSTANCE, objects);
    with(with(flag, "content", json!("<p>rude &amp; loud</p>")), "to", json!([ANN]))
}

async fn told(world: &World) -> Vec<ReportView> {
    world.service().reports(true, Cursor::default(), 40).await.unwrap().items
}

async fn with_instance(world: &World) {
    let mut actor = person(INSTANCE, test_key());
    actor["type"] = json!("Application");
    world.serve(INSTANCE, &actor);
}

#[tokio::test]
async fn a_report_from_outside_is_kept_for_the_admins_once_and_makes_no_account() {
    for world in worlds().await {
        with_instance(&world).await;
        let new = crate::service::NewTweet { text: "hey you".into(), ..Default::default() };
        let tweet = world.service().create_tweet(world.ann.id, new).await.unwrap().tweet.id;
        let accounts = rows::counts(&world.test.store).await["accounts"];
        let flag = flag(1, json!([ANN, format!("{ANN}/statuses/{tweet}"), "http://c.test/users/cat"]));
        world.happens(&flag).await;
        assert_eq!(world.post(&flag).await.unwrap(), Accepted::Duplicate);
        let told = told(&world).await;
        assert_eq!(told.len(), 1, "{}", world.engine);
        let report = &told[0].report;
        assert_eq!((told[0].account.id, report.origin.as_deref()), (world.ann.id, Some("b.test")));
        assert_eq!((report.comment.as_str(), &report.tweets), ("rude & loud", &vec![tweet]));
        assert_eq!(rows::counts(&world.test.store).await["accounts"], accounts, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_report_of_others_or_of_nobody_is_left() {
    for world in worlds().await {
        with_instance(&world).await;
        let objects = json!([CAT, "http://a.test/users/nobody", "http://a.test/users/ann/statuses/7"]);
        world.happens(&flag(1, objects)).await;
        // Misskey names the account alone, Lemmy a post alone.
        world.happens(&flag(2, json!("http://c.test/post/1"))).await;
        assert!(told(&world).await.is_empty(), "{}", world.engine);
        world.happens(&flag(3, json!(ANN))).await;
        assert_eq!(told(&world).await.len(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn one_host_cannot_bury_the_reports_of_others() {
    for world in worlds().await {
        with_instance(&world).await;
        let ann = world.ann.id;
        let many = move |conn: &mut crate::store::Conn| {
            for number in 1..=REPORTS_OPEN_PER_HOST_MAX {
                let report = crate::model::report::Report {
                    id: crate::model::ids::RowId(number),
                    account: ann,
                    reporter: None,
                    origin: Some("b.test".into()),
                    comment: String::new(),
                    forward: false,
                    created_at: NOW,
                    resolved_at: None,
                    resolver: None,
                    rules: Vec::new(),
                    tweets: Vec::new(),
                };
                reports::insert(conn, &report, None)?;
            }
            Ok(())
        };
        world.test.store.write(many).await.unwrap();
        world.happens(&flag(1, json!(ANN))).await;
        let open = |conn: &mut crate::store::Conn| reports::count_open(conn, 10_000);
        assert_eq!(world.test.store.read(open).await.unwrap(), REPORTS_OPEN_PER_HOST_MAX);
        let first = crate::model::ids::RowId(1);
        world.service().resolve_report(ann, first, true).await.unwrap();
        world.happens(&flag(2, json!(ANN))).await;
        assert_eq!(world.test.store.read(open).await.unwrap(), REPORTS_OPEN_PER_HOST_MAX);
    }
}
