//! Filters: what they find in what somebody reads, and how they change.

use super::world::{World, code, is_not_found, worlds};
use crate::config::limits;
use crate::model::event::Event;
use crate::model::filter::{Filter, FilterAction, FilterContext};
use crate::model::ids::{AccountId, TweetId};
use crate::service::filters::ReadyFilters;
use crate::service::{FilterChanges, KeywordChange, Service};

fn words(keyword: &str) -> KeywordChange {
    KeywordChange { keyword: Some(keyword.to_owned()), ..KeywordChange::default() }
}

fn about(keywords: &[&str]) -> FilterChanges {
    FilterChanges {
        title: Some("birds".to_owned()),
        contexts: Some(vec![FilterContext::Home]),
        keywords: keywords.iter().map(|keyword| words(keyword)).collect(),
        ..FilterChanges::default()
    }
}

/// The words that a service finds in a tweet for somebody.
async fn found(service: &Service, who: AccountId, tweet: TweetId) -> Vec<String> {
    let view = service.tweet(Some(who), tweet).await.unwrap();
    view.filtered.iter().flat_map(|hit| hit.keywords.clone()).collect()
}

async fn make(world: &World, owner: AccountId, keywords: &[&str]) -> Filter {
    world.service.create_filter(owner, about(keywords)).await.unwrap()
}

#[tokio::test]
async fn a_filter_finds_its_words_for_its_owner_alone_from_the_next_reading_on() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let tweet = world.tweet(bob, "a Rook on a roof").await;
        assert_eq!(found(&world.service, ann, tweet).await, Vec::<String>::new());
        let (filter, log) = world.logged_by(world.service.create_filter(ann, about(&["rook", "crow"]))).await;
        let filter = filter.unwrap();
        assert_eq!(log, [Event::FiltersChanged { account: ann }], "{}", world.engine);
        assert_eq!(
            world.service.filters(ann).await.unwrap(),
            std::slice::from_ref(&filter),
            "{}",
            world.engine
        );
        assert_eq!(found(&world.service, ann, tweet).await, ["rook"], "{}", world.engine);
        assert_eq!(found(&world.service, bob, tweet).await, Vec::<String>::new());
        assert!(world.service.tweet(None, tweet).await.unwrap().filtered.is_empty());
        // Somebody's repeating of it is found with it, and in it.
        let retweet = world.retweet(bob, tweet).await;
        let view = world.service.tweet(Some(ann), retweet).await.unwrap();
        assert_eq!((view.filtered.len(), view.shown().filtered.len()), (1, 1), "{}", world.engine);
        world.service.delete_filter(ann, filter.id).await.unwrap();
        assert_eq!(found(&world.service, ann, tweet).await, Vec::<String>::new(), "{}", world.engine);
    }
}

#[tokio::test]
async fn another_process_hears_of_a_change_from_the_log() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let elsewhere = ReadyFilters::new(Default::default());
        let size = async || elsewhere.of(world.store(), ann).await.unwrap().size();
        assert_eq!(size().await, 0);
        let (_, log) = world.logged_by(make(&world, ann, &["rook"])).await;
        assert_eq!(size().await, 0, "{}: it has not heard yet", world.engine);
        log.iter().for_each(|event| elsewhere.apply(event));
        assert_eq!(size().await, 2, "{}", world.engine);
    }
}

#[tokio::test]
async fn words_are_added_changed_and_taken_away_and_a_filter_ends_in_time() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let service = &world.service;
        let filter = make(&world, ann, &["rook"]).await;
        let rook = filter.keywords[0].id;
        let crow = service.add_keyword(ann, filter.id, words("crow")).await.unwrap();
        assert!(crow.whole_word);
        let part = KeywordChange { whole_word: Some(false), ..KeywordChange::default() };
        let changed = service.change_keyword(ann, crow.id, part).await.unwrap();
        assert_eq!((changed.keyword.as_str(), changed.whole_word), ("crow", false), "{}", world.engine);
        let changes = FilterChanges {
            action: Some(FilterAction::Hide),
            expires_in_s: Some(Some(60)),
            keywords: vec![
                KeywordChange { id: Some(rook), remove: true, ..KeywordChange::default() },
                words("jay"),
            ],
            ..FilterChanges::default()
        };
        let filter = service.change_filter(ann, filter.id, changes).await.unwrap();
        let kept: Vec<&str> = filter.keywords.iter().map(|keyword| keyword.keyword.as_str()).collect();
        assert_eq!((kept, filter.action), (vec!["crow", "jay"], FilterAction::Hide), "{}", world.engine);
        assert_eq!(service.filter(ann, filter.id).await.unwrap(), filter, "{}", world.engine);
        let tweet = world.tweet(ann, "a scarecrow").await;
        assert_eq!(found(service, ann, tweet).await, ["crow"], "{}", world.engine);
        world.clock.advance(60_000);
        assert_eq!(found(service, ann, tweet).await, Vec::<String>::new(), "{}", world.engine);
        let never = FilterChanges { expires_in_s: Some(None), ..FilterChanges::default() };
        assert_eq!(service.change_filter(ann, filter.id, never).await.unwrap().expires_at, None);
        assert_eq!(found(service, ann, tweet).await, ["crow"], "{}", world.engine);
        for keyword in &filter.keywords {
            service.remove_keyword(ann, keyword.id, false).await.unwrap();
        }
        assert_eq!(service.filter(ann, filter.id).await.unwrap().keywords, [], "{}", world.engine);
    }
}

#[tokio::test]
async fn single_tweets_are_filtered_as_far_as_they_may_be_seen_and_go_with_the_tweet() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let service = &world.service;
        let filter = make(&world, ann, &[]).await;
        let tweet = world.tweet(bob, "x").await;
        let hidden = world.tweet_for(bob, "psst", crate::model::visibility::Visibility::Followers).await;
        assert!(is_not_found(&service.filter_tweet(ann, filter.id, hidden).await), "{}", world.engine);
        let named = service.filter_tweet(ann, filter.id, tweet).await.unwrap();
        assert_eq!(service.filter_tweet(ann, filter.id, tweet).await.unwrap(), named, "twice is once");
        let view = service.tweet(Some(ann), tweet).await.unwrap();
        assert_eq!(view.filtered[0].tweets, [tweet], "{}", world.engine);
        assert_eq!(service.filtered_tweet(ann, named.id).await.unwrap(), named);
        assert!(is_not_found(&service.unfilter_tweet(bob, named.id).await));
        service.unfilter_tweet(ann, named.id).await.unwrap();
        assert!(service.tweet(Some(ann), tweet).await.unwrap().filtered.is_empty(), "{}", world.engine);
        service.filter_tweet(ann, filter.id, tweet).await.unwrap();
        service.delete_tweet(bob, tweet).await.unwrap();
        assert_eq!(service.filter(ann, filter.id).await.unwrap().tweets, [], "{}", world.engine);
    }
}

#[tokio::test]
async fn what_makes_no_filter_and_what_is_too_much_is_refused_and_nothing_changes() {
    for world in worlds().await {
        let [ann, bob] = world.people(["ann", "bob"]).await;
        let service = &world.service;
        let filter = make(&world, ann, &["rook"]).await;
        let before = service.filters(ann).await.unwrap();
        let no_title = FilterChanges { title: None, ..about(&[]) };
        let nowhere = FilterChanges { contexts: Some(Vec::new()), ..about(&[]) };
        let yesterday = FilterChanges { expires_in_s: Some(Some(-1)), ..about(&[]) };
        assert_eq!(code(service.create_filter(ann, no_title).await), "empty");
        assert_eq!(code(service.create_filter(ann, nowhere).await), "empty");
        assert_eq!(code(service.create_filter(ann, yesterday).await), "bad_time");
        assert_eq!(code(service.create_filter(ann, about(&["x", " "])).await), "empty");
        assert_eq!(code(service.add_keyword(ann, filter.id, KeywordChange::default()).await), "missing");
        let many = vec![words("x"); limits::FILTER_KEYWORDS_MAX];
        let many = FilterChanges { keywords: many, ..FilterChanges::default() };
        assert_eq!(code(service.change_filter(ann, filter.id, many).await), "too_many", "{}", world.engine);
        for result in [
            service.change_filter(bob, filter.id, about(&[])).await.map(drop),
            service.delete_filter(bob, filter.id).await,
            service.remove_keyword(bob, filter.keywords[0].id, true).await,
            service.filter(bob, filter.id).await.map(drop),
            service.keyword(bob, filter.keywords[0].id).await.map(drop),
        ] {
            assert!(is_not_found(&result), "{}", world.engine);
        }
        assert_eq!(service.filters(ann).await.unwrap(), before, "{}", world.engine);
        service.delete_account(ann).await.unwrap();
        service.erase_departed().await.unwrap();
        assert_eq!(crate::store::tests::counted::of_account(world.store(), ann).await, []);
    }
}
