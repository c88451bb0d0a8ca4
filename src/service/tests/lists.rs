//! Lists: made, changed, filled, emptied by what ends a follow.

use super::world::{World, code, is_not_found, start, worlds};
use crate::config::limits;
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId};
use crate::model::list::{List, ListReplies};
use crate::service::ListChanges;

fn called(title: &str) -> ListChanges {
    ListChanges { title: Some(title.to_owned()), ..ListChanges::default() }
}

async fn make(world: &World, owner: AccountId, title: &str) -> List {
    world.service.create_list(owner, called(title)).await.unwrap()
}

async fn members(world: &World, owner: AccountId, list: RowId) -> Vec<AccountId> {
    let page = world.service.list_members(owner, list, start(), 80).await.unwrap();
    page.items.iter().map(|account| account.id).collect()
}

#[tokio::test]
async fn a_list_is_made_changed_and_removed_by_its_owner_alone_and_the_log_says_so() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let (list, log) = world.logged_by(world.service.create_list(ann, called(" close \n friends "))).await;
        let list = list.unwrap();
        assert_eq!(
            (list.title.as_str(), list.replies, list.exclusive),
            ("close friends", ListReplies::List, false)
        );
        assert_eq!(log, [Event::ListChanged { account: ann, list: list.id }], "{}", world.engine);
        let other = make(&world, ann, "others").await;
        assert_eq!(
            world.service.lists(ann).await.unwrap(),
            [list.clone(), other.clone()],
            "{}",
            world.engine
        );
        let changes = ListChanges { replies: Some(ListReplies::None), exclusive: Some(true), title: None };
        let (changed, log) = world.logged_by(world.service.change_list(ann, list.id, changes.clone())).await;
        let expected = List { replies: ListReplies::None, exclusive: true, ..list.clone() };
        assert_eq!((changed.unwrap(), log.len()), (expected.clone(), 1), "{}", world.engine);
        assert_eq!(world.service.list(ann, list.id).await.unwrap(), expected);
        // To others there is no such list.
        assert!(is_not_found(&world.service.list(bob, list.id).await));
        assert!(is_not_found(&world.service.change_list(bob, list.id, changes).await));
        assert!(is_not_found(&world.service.delete_list(bob, list.id).await));
        assert!(is_not_found(&world.service.list_members(bob, list.id, start(), 9).await));
        assert!(is_not_found(&world.service.add_to_list(bob, list.id, vec![ann]).await));
        assert_eq!(world.service.lists(bob).await.unwrap(), []);
        world.service.delete_list(ann, list.id).await.unwrap();
        assert!(is_not_found(&world.service.delete_list(ann, list.id).await));
        assert_eq!(world.service.lists(ann).await.unwrap(), [other], "{}", world.engine);
    }
}

#[tokio::test]
async fn only_who_is_followed_can_be_on_a_list_and_what_ends_the_follow_takes_it_off() {
    for world in worlds().await {
        let [ann, bob, cat, dan] = world.people(["ann", "bob", "cat", "dan"]).await;
        let (list, second) = (make(&world, ann, "list").await.id, make(&world, ann, "second").await.id);
        let service = &world.service;
        assert_eq!(code(service.add_to_list(ann, list, vec![bob]).await), "not_followed", "{}", world.engine);
        assert!(is_not_found(&service.add_to_list(ann, list, vec![AccountId(7)]).await));
        for whom in [bob, cat, dan] {
            world.follow(ann, whom).await;
        }
        service.add_to_list(ann, list, vec![bob, cat]).await.unwrap();
        let (again, log) = world.logged_by(service.add_to_list(ann, list, vec![bob, bob])).await;
        assert!(again.is_ok() && log.is_empty(), "{}: twice changes nothing", world.engine);
        service.add_to_list(ann, list, vec![dan, ann]).await.unwrap();
        service.add_to_list(ann, second, vec![bob]).await.unwrap();
        assert_eq!(members(&world, ann, list).await, [ann, dan, cat, bob], "{}", world.engine);
        let with_bob = service.lists_with(ann, bob).await.unwrap();
        assert_eq!(with_bob.iter().map(|list| list.id).collect::<Vec<_>>(), [list, second]);

        service.unfollow(ann, bob).await.unwrap();
        assert_eq!(members(&world, ann, list).await, [ann, dan, cat], "{}", world.engine);
        assert_eq!(service.lists_with(ann, bob).await.unwrap(), []);
        service.block(cat, ann).await.unwrap();
        assert_eq!(members(&world, ann, list).await, [ann, dan], "{}: a block ends the follow", world.engine);
        service.take_off_list(ann, list, vec![dan, bob]).await.unwrap();
        assert_eq!(members(&world, ann, list).await, [ann], "{}", world.engine);
        assert!(service.graph().relations(ann).await.unwrap().following.contains(&dan));
    }
}

#[tokio::test]
async fn lists_and_their_members_are_bounded_and_nothing_is_half_done() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let list = make(&world, ann, "list").await.id;
        let service = &world.service;
        for bad in ["", " \n "] {
            assert_eq!(code(service.create_list(ann, called(bad)).await), "empty");
        }
        assert_eq!(code(service.change_list(ann, list, called(&"x".repeat(101))).await), "too_long");
        assert_eq!(code(service.add_to_list(ann, list, Vec::new()).await), "empty");
        let many = (0..101).map(AccountId).collect();
        assert_eq!(code(service.add_to_list(ann, list, many).await), "too_many");
        for number in 1..limits::LISTS_MAX {
            make(&world, ann, &number.to_string()).await;
        }
        assert_eq!(code(service.create_list(ann, called("one more")).await), "too_many", "{}", world.engine);
        assert_eq!(service.lists(ann).await.unwrap().len(), limits::LISTS_MAX);
    }
}

#[tokio::test]
async fn lists_of_who_leaves_are_erased_and_so_is_who_leaves_from_the_lists_of_others() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        for (one, other) in [(ann, bob), (bob, ann)] {
            world.follow(one, other).await;
            let list = make(&world, one, "list").await.id;
            world.service.add_to_list(one, list, vec![other]).await.unwrap();
        }
        world.service.delete_account(ann).await.unwrap();
        world.service.erase_departed().await.unwrap();
        let left = crate::store::tests::counted::of_account(world.store(), ann).await;
        assert_eq!(left, [], "{}", world.engine);
        let bobs = world.service.lists(bob).await.unwrap();
        assert_eq!(members(&world, bob, bobs[0].id).await, [], "{}", world.engine);
    }
}
