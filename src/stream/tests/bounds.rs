//! What bounds streams, and what they cost.

use super::*;
use crate::error::Error;
use crate::store::tests::database::settled_log;
use crate::store::tests::units::counted;

#[tokio::test]
async fn who_does_not_keep_up_is_let_go_and_holds_nobody_back() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let mut slow = world.process.listen(bob, &[PUBLIC]).await;
        let mut quick = world.process.listen(bob, &[PUBLIC]).await;
        let mut heard = 0;
        for number in 0..=QUEUE_MAX {
            world.clock.advance(1_000);
            world.tweet(ann, &format!("number {number}")).await;
            if number % 100 == 0 {
                heard += world.process.heard(&mut quick).await.len();
            }
        }
        heard += world.process.heard(&mut quick).await.len();
        assert_eq!(heard, QUEUE_MAX + 1, "{}", world.engine);
        assert_eq!(next(&mut slow).await, Err(Ending::Lagging), "{}", world.engine);
    }
}

#[tokio::test]
async fn listeners_of_one_session_and_of_one_network_are_bounded_and_leave_room_when_they_go() {
    let world = worlds().await.remove(0);
    let ann = world.person("ann").await;
    let (who, hub) = (world.process.sign_in(ann).await, &world.process.hub);
    let mut listeners = Vec::new();
    for _ in 0..PER_SESSION_MAX {
        listeners.push(hub.listen(&who, NETWORK, Transport::Events).await.unwrap());
    }
    let refused = hub.listen(&who, NETWORK, Transport::Events).await;
    assert!(matches!(refused, Err(Error::TooMany { .. })));
    listeners.pop();
    listeners.push(hub.listen(&who, NETWORK, Transport::Events).await.unwrap());
    while listeners.len() < PER_NETWORK_MAX {
        let another = world.process.sign_in(ann).await;
        for _ in 0..PER_SESSION_MAX {
            listeners.push(hub.listen(&another, NETWORK, Transport::Events).await.unwrap());
        }
    }
    let another = world.process.sign_in(ann).await;
    assert!(matches!(hub.listen(&another, NETWORK, Transport::Events).await, Err(Error::TooMany { .. })));
    let elsewhere = IpAddr::from([203, 0, 113, 10]);
    assert!(hub.listen(&another, elsewhere, Transport::Events).await.is_ok());
}

#[tokio::test]
async fn a_connection_carries_so_many_streams_and_one_name_once() {
    let world = worlds().await.remove(0);
    let ann = world.person("ann").await;
    let listener = world.process.listen(ann, &[]).await;
    for number in 0..SUBSCRIPTIONS_MAX {
        listener.subscribe(&number.to_string(), vec![Topic::Home]).unwrap();
    }
    listener.subscribe("0", vec![Topic::Home]).unwrap();
    assert_eq!(listener.subscribe("more", vec![Topic::Home]).unwrap_err().code(), "too_many");
    listener.unsubscribe("0");
    listener.subscribe("more", vec![Topic::Home]).unwrap();
}

#[tokio::test]
async fn telling_twenty_costs_as_many_readings_as_telling_one_and_telling_nobody_none() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let mut crowd = Vec::new();
        for number in 0..20 {
            let one = world.person(&format!("p{number}")).await;
            world.follow(one, ann).await;
            crowd.push(one);
        }
        world.tweet(ann, "hello").await;
        let log = settled_log(world.process.service.store(), BEGINNING).await;
        let tweets: Vec<_> = log
            .into_iter()
            .filter(|logged| matches!(logged.event, crate::model::event::Event::TweetCreated(_)))
            .collect();
        assert_eq!(tweets.len(), 1, "{}", world.engine);
        let hub = Hub::new(world.process.service.clone());
        hub.audience().open();
        let cost = async || {
            // What is read of each who comes is read once.
            hub.apply(&tweets).await.unwrap();
            counted(hub.apply(&tweets)).await.0
        };
        assert_eq!(cost().await, 0);
        let mut listeners = Vec::new();
        let mut costs = Vec::new();
        for one in &crowd {
            let who = world.process.sign_in(*one).await;
            let listener = hub.listen(&who, NETWORK, Transport::Events).await.unwrap();
            listener.subscribe("home", vec![Topic::Home]).unwrap();
            listeners.push(listener);
            costs.push(cost().await);
        }
        assert_eq!(costs.last(), costs.first(), "{}: {costs:?}", world.engine);
        assert!(costs.iter().sum::<usize>() < 40, "{}: {costs:?}", world.engine);
        let first = waiting(&mut listeners[0]);
        let last = waiting(&mut listeners[19]);
        assert_eq!((first.len(), last.len()), (40, 2));
        let (first, last) = (first.last().unwrap(), last.last().unwrap());
        assert!(Arc::ptr_eq(&first.occurrence, &last.occurrence), "it is made into bytes once for all");
    }
}
