//! What admins see and decide about other instances.

use super::world::{World, worlds};
use crate::model::account::Role;
use crate::model::ids::{AccountId, RowId};
use crate::model::trend::TrendKind;
use crate::store::deliveries::{self, NewDelivery, Outgoing, Target};
use crate::store::hot::HotCommand as _;
use crate::store::inbox::{self, Receipt};
use crate::store::reached::Reach;
use crate::store::trends::{self, Use};
use crate::store::{Conn, StoreError, instances};

const NOW: i64 = 1_767_323_045_000;

/// An instance whose admin is `ann`, with deliveries that wait for these hosts.
async fn with_waiting(world: &World, hosts: &[&str]) {
    let ann = world.account("ann", Role::Admin).await;
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let wait = move |conn: &mut Conn| -> Result<(), StoreError> {
        deliveries::insert_outgoing(conn, &outgoing(ann), NOW)?;
        for (id, host) in (2..).zip(&hosts) {
            instances::know(conn, host, NOW)?;
            let target = Target { host: host.clone(), inbox: format!("https://{host}/inbox") };
            let new = NewDelivery { id: RowId(id), outgoing: RowId(1), account: ann, target };
            deliveries::insert_rows(conn, &[new])?;
        }
        Ok(())
    };
    world.service.store().write(wait).await.unwrap();
}

fn outgoing(account: AccountId) -> Outgoing {
    Outgoing {
        id: RowId(1),
        account,
        activity_uri: "https://rook.test/activities/1".to_owned(),
        body: b"{}".to_vec(),
        tweet: None,
        about: 0,
        key_uri: None,
        synchronizes: false,
        to_followers: false,
        reach: Reach::Nobody,
        carries: None,
    }
}

async fn waiting(world: &World) -> i64 {
    world.service.store().read(deliveries::count).await.unwrap()
}

#[tokio::test]
async fn an_admin_looks_at_an_instance_and_forgets_what_waits_for_it() {
    for world in worlds().await {
        with_waiting(&world, &["b.test", "c.test:8443"]).await;
        let ann = world.sign_in("ann").await;
        assert_eq!(ann.get("/admin").await.location(), "/admin/instances");
        ann.open("/admin/instances").await.has("b.test").has("c.test:8443").has("1 waiting");
        ann.open("/admin/instances?state=dead").await.has_not("b.test").has("No such instances");
        let page = ann.open("/admin/instances/c.test%3A8443").await;
        page.has("c.test:8443").has("Forget what waits").has("Reachable");
        ann.open("/admin/instances/c.test%3A8443/forget").await.has("Forget what waits for c.test:8443?");
        assert_eq!(waiting(&world).await, 2, "{}: only asked", world.engine);
        let back = [("return_to", "/admin/instances/c.test%3A8443")];
        let page = ann.submit("/admin/instances/c.test%3A8443/forget", &back).await;
        page.has("What waited is forgotten.").has_not("/forget\"");
        assert_eq!(waiting(&world).await, 1, "{}", world.engine);
        assert_eq!(ann.get("/admin/instances/unknown.test").await.status, 404);
        assert_eq!(ann.get("/admin/instances/a..b").await.status, 422);
    }
}

#[tokio::test]
async fn a_blocked_instance_gets_nothing_until_it_is_unblocked() {
    for world in worlds().await {
        with_waiting(&world, &["b.test", "sub.b.test", "notb.test"]).await;
        let ann = world.sign_in("ann").await;
        ann.open("/admin/instances/b.test/block").await.has("Block b.test?");
        let page =
            ann.submit("/admin/instances/b.test/block", &[("return_to", "/admin/instances/b.test")]).await;
        page.has("Nothing is sent there or taken from there.")
            .has("action=\"/admin/instances/b.test/retry\"");
        assert_eq!(waiting(&world).await, 1, "{}: also below it", world.engine);
        let blocked =
            |host: &'static str| world.service.store().read(move |conn| instances::is_blocked(conn, host));
        assert!(blocked("sub.b.test").await.unwrap() && !blocked("notb.test").await.unwrap());
        ann.open("/admin/instances?state=blocked").await.has("b.test").has_not("notb.test");
        ann.submit("/admin/instances/b.test/unblock", &[]).await.has("Unblocked.");
        assert!(!blocked("b.test").await.unwrap(), "{}", world.engine);
        let own = ann.post("/admin/instances/rook.test/block", &[]).await;
        assert_eq!(own.status, 422, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_failing_instance_is_tried_again_at_once() {
    for world in worlds().await {
        with_waiting(&world, &["b.test"]).await;
        let health = instances::Health { state: 3, next_attempt_at: Some(NOW), ..Default::default() };
        let dead = move |conn: &mut Conn| {
            instances::lease(conn, "me", NOW, NOW + 1, 9)?;
            instances::store_health(conn, "b.test", &health, "me")
        };
        world.service.store().write(dead).await.unwrap();
        let ann = world.sign_in("ann").await;
        ann.open("/admin/instances?state=dead").await.has("b.test");
        ann.submit("/admin/instances/b.test/retry", &[]).await.has("It is tried again now.");
        let now_ms = world.clock.now_ms() + 1;
        let lease = move |conn: &mut Conn| instances::lease(conn, "me", now_ms, now_ms + 1, 9);
        assert_eq!(world.service.store().write(lease).await.unwrap().len(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_could_not_be_worked_off_is_tried_again_or_forgotten() {
    for world in worlds().await {
        world.account("ann", Role::Admin).await;
        let park = |conn: &mut Conn| -> Result<(), StoreError> {
            let receipt = |n: i64| Receipt {
                id: RowId(n),
                activity_uri: format!("https://b.test/likes/{n}"),
                actor_uri: "https://b.test/users/bob".to_owned(),
                host: "b.test".to_owned(),
                object_uri: format!("https://rook.test/tweets/{n}"),
                body: br#"{"type":"Like"}"#.to_vec(),
                now_ms: NOW,
            };
            Receipt::write_set(conn, &[receipt(1), receipt(2)])?;
            inbox::park(conn, RowId(1), "it has no <object>")?;
            inbox::park(conn, RowId(2), "nobody knows")
        };
        world.service.store().write(park).await.unwrap();
        let ann = world.sign_in("ann").await;
        let page = ann.open("/admin/inbox").await;
        page.has("Like")
            .has("https://b.test/users/bob")
            .has("it has no &#60;object&#62;")
            .has("nobody knows");
        ann.submit("/admin/inbox/1/retry", &[]).await.has("It is tried again now.").has_not("no &#60;object");
        ann.submit("/admin/inbox/2/forget", &[]).await.has("Forgotten.").has("Nothing is stuck");
        let counts = world.service.store().read(inbox::counts).await.unwrap();
        assert_eq!(counts, (1, 0), "{}: one waits again", world.engine);
        assert_eq!(ann.post("/admin/inbox/2/retry", &[]).await.status, 404);
    }
}

#[tokio::test]
async fn only_admins_see_and_decide_about_instances() {
    for world in worlds().await {
        with_waiting(&world, &["b.test"]).await;
        let bob = world.person("bob").await;
        let paths = ["/admin", "/admin/instances", "/admin/instances/b.test", "/admin/inbox"];
        for path in paths.into_iter().chain(["/admin/instances/b.test/block"]) {
            assert_eq!(bob.get(path).await.status, 403, "{path}");
            assert!(world.browser().get(path).await.location().starts_with("/login"), "{path}");
        }
        for act in ["retry", "forget", "block", "unblock"] {
            assert_eq!(bob.post(&format!("/admin/instances/b.test/{act}"), &[]).await.status, 403, "{act}");
        }
        for act in ["retry", "forget"] {
            assert_eq!(bob.post(&format!("/admin/inbox/1/{act}"), &[]).await.status, 403, "{act}");
        }
        assert_eq!(waiting(&world).await, 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn an_admin_subscribes_to_a_relay_and_leaves_it() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        assert_eq!(ann.get("/admin/relays").await.status, 403);
        world.account("chief", Role::Admin).await;
        let chief = world.sign_in("chief").await;
        chief.open("/admin/relays").await.has("No relays");
        let refused = chief.post("/admin/relays", &[("address", "https://rook.test/inbox")]).await;
        assert_eq!(refused.status, 422);
        refused.has("This is not the address of a relay").has("value=\"https://rook.test/inbox\"");
        let relay = [("address", "https://relay.test/inbox")];
        let page = chief.submit("/admin/relays", &relay).await;
        page.has("The relay is asked.").has("https://relay.test/inbox").has("Waits for its answer");
        assert_eq!(chief.post("/admin/relays", &relay).await.status, 422, "once is enough");
        let (_, rest) = page.html.split_once("/admin/relays/").unwrap();
        let remove = format!("/admin/relays/{}/remove", rest.split('/').next().unwrap());
        chief.submit(&remove, &[]).await.has("The relay is removed.").has("No relays");
        assert_eq!(chief.post(&remove, &[]).await.location(), "/admin/relays");
    }
}

#[tokio::test]
async fn an_admin_decides_on_the_page_what_may_trend() {
    for world in worlds().await {
        let people = [world.account("chief", Role::Admin).await, world.account("ann", Role::User).await];
        let (chief, ann) = (world.sign_in("chief").await, world.sign_in("ann").await);
        chief.open("/admin/trends").await.has("Nothing stands out").has("All of this trends");
        let trend = move |conn: &mut Conn| {
            let rook = |who: AccountId| Use { kind: 0, item: "rooks".to_owned(), account: who };
            trends::used(conn, &people.map(rook), NOW)?;
            trends::reckon(conn, TrendKind::Tags, NOW, NOW)
        };
        world.service.store().write(trend).await.unwrap();
        assert_eq!(ann.get("/admin/trends").await.status, 403);
        let form = [("kind", "tag"), ("item", "rooks"), ("return_to", "/admin/trends?kind=tag")];
        assert_eq!(ann.post("/admin/trends/reject", &form).await.status, 403);
        chief.open("/admin/trends").await.has("#rooks").has("Not decided");
        let page = chief.submit("/admin/trends/reject", &form).await;
        page.has("It does not trend any more.")
            .has("Rejected")
            .has_not("formaction=\"/admin/trends/reject\"");
        chief.open("/admin/trends?kind=tag&decided=1").await.has("#rooks");
        chief.open("/admin/trends?kind=publisher").await.has("Nothing decided");
        let page = chief.submit("/admin/trends/forget", &form).await;
        page.has("It is undecided again.").has("Not decided");
        chief.submit("/admin/trends/approve", &form).await.has("It may trend.").has("Approved");
        let wrong = [("kind", "goose"), ("item", "rooks")];
        assert_eq!(chief.post("/admin/trends/approve", &wrong).await.status, 404);
    }
}
