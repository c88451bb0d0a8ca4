//! Deliveries on both engines, to another instance that a server on this machine plays.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::DeliverySettings;
use crate::client::{Client, ClientSettings};
use crate::clock::{Clock, Millis};
use crate::federation::{Federation, InstanceKey};
use crate::model::account::{Role, UserState};
use crate::model::address::Addresses;
use crate::model::ids::{IdMaker, RowId};
use crate::service::{Rules, Service, SignUp};
use crate::store::deliveries::{self, Outgoing, Target};
use crate::store::instances;
use crate::store::tests::database::{TestStore, stores};

/// Far longer than anything here takes, and far shorter than the slow peer.
const PATIENCE: Duration = Duration::from_secs(20);
const SLOW: Duration = Duration::from_secs(120);
const NOW: Millis = 1_767_323_045_000;

/// Our instance with one delivery waiting for `b.test`.
struct World {
    federation: Federation,
    peer: MockServer,
    stop: CancellationToken,
    test: TestStore,
}

async fn worlds(answer: &ResponseTemplate) -> Vec<World> {
    let mut worlds = Vec::new();
    for test in stores().await {
        let peer = MockServer::start().await;
        Mock::given(any()).respond_with(answer.clone()).mount(&peer).await;
        let clock = Clock::manual(NOW);
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let addresses = Addresses::new("http://a.test".parse().unwrap()).unwrap();
        let service = Service::new(test.store.clone(), clock, ids, addresses, Rules::default());
        let client = Client::new(ClientSettings {
            off: false,
            insecure: true,
            dev_hosts: [("b.test".to_owned(), *peer.address())].into(),
            user_agent: "Rookery test".into(),
            per_host: 4,
        });
        let federation = Federation::open(service, client.unwrap(), InstanceKey::new([7; 32])).await.unwrap();
        let world = World { federation, peer, stop: CancellationToken::new(), test };
        world.plan().await;
        worlds.push(world);
    }
    worlds
}

impl World {
    async fn plan(&self) {
        let service = self.federation.service();
        let ann = SignUp {
            username: "ann".to_owned(),
            email: "ann@a.test".to_owned(),
            password: "correct horse battery".to_owned(),
            language: None,
            reason: String::new(),
        };
        let ann = service.create_user(ann, Role::User, UserState::Active).await.unwrap().account_id;
        let outgoing = Outgoing {
            id: RowId(service.ids().next()),
            account: ann,
            activity_uri: "http://a.test/activities/1".to_owned(),
            body: b"{}".to_vec(),
            tweet: None,
            to_followers: false,
        };
        let target = Target { host: "b.test".to_owned(), inbox: "http://b.test/inbox".to_owned() };
        let rows = [(RowId(service.ids().next()), target)];
        let planned = self.test.store.write(move |conn| {
            instances::know(conn, "b.test", NOW)?;
            deliveries::insert_outgoing(conn, &outgoing, NOW)?;
            deliveries::insert_rows(conn, outgoing.id, outgoing.account, &rows)
        });
        assert_eq!(planned.await.unwrap(), 1);
    }

    fn deliver(&self) -> JoinHandle<()> {
        let (federation, stop) = (self.federation.clone(), self.stop.clone());
        let settings = DeliverySettings { at_once: 4, process: 3 };
        tokio::spawn(async move { federation.run_delivery(settings, &Notify::new(), stop).await })
    }

    /// Waits until the peer was asked.
    async fn asked(&self) {
        let asked = async {
            while self.peer.received_requests().await.unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("the peer is asked");
    }

    async fn lease(&self, owner: &'static str) -> usize {
        let lease = move |conn: &mut _| instances::lease(conn, owner, NOW, NOW + 60_000, 9);
        self.test.store.write(lease).await.unwrap().len()
    }
}

#[tokio::test]
async fn a_stop_waits_for_no_slow_host_and_gives_its_lease_back() {
    for world in worlds(&ResponseTemplate::new(202).set_delay(SLOW)).await {
        let delivering = world.deliver();
        world.asked().await;
        assert_eq!(world.lease("another").await, 0, "{}: it is held", world.test.engine);
        world.stop.cancel();
        tokio::time::timeout(PATIENCE, delivering).await.expect("it ends").unwrap();
        assert_eq!(world.lease("another").await, 1, "{}: it waits for the next", world.test.engine);
    }
}

#[tokio::test]
async fn a_process_that_was_killed_takes_its_leases_back_at_the_next_start() {
    for world in worlds(&ResponseTemplate::new(202)).await {
        assert_eq!(world.lease("process 3").await, 1);
        let delivering = world.deliver();
        world.asked().await;
        world.stop.cancel();
        tokio::time::timeout(PATIENCE, delivering).await.expect("it ends").unwrap();
    }
}
