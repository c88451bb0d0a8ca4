//! The best first: for whom what is best, why, and never what is not for them.

use super::*;
use crate::clock::HOUR_MS;
use crate::model::ids::floor_at;
use crate::model::tweet::Tweet;
use crate::service::blank_tweet;
use crate::store::Conn;
use crate::store::hot::HotCommand as _;
use crate::store::tweet_commands::CreateTweet;

impl World {
    async fn follow(&self, from: AccountId, to: AccountId) {
        self.service.follow(from, to).await.unwrap();
    }
}

impl Running {
    async fn best(&self, viewer: impl Into<Option<AccountId>>, q: &str) -> Vec<(TweetId, Vec<Why>)> {
        let found = self.finder.best(viewer.into(), q, Cursor::default(), 40).await.unwrap().found;
        found.items.into_iter().map(|ranked| (ranked.view.tweet.id, ranked.facts.reasons())).collect()
    }

    async fn best_ids(&self, viewer: impl Into<Option<AccountId>>, q: &str) -> Vec<TweetId> {
        self.best(viewer, q).await.into_iter().map(|(id, _)| id).collect()
    }
}

#[tokio::test]
async fn whom_one_follows_comes_first_and_others_see_another_order() {
    for world in worlds().await {
        let running = world.start().await;
        let (ann, bea, cid) =
            (world.account("ann").await, world.account("bea").await, world.account("cid").await);
        let (dan, eve) = (world.account("dan").await, world.account("eve").await);
        world.follow(ann, bea).await;
        world.follow(bea, cid).await;
        let followed = world.tweet(bea, "a rare heron").await;
        let near = world.tweet(cid, "a rare heron").await;
        let touched = world.tweet(eve, "a rare heron").await;
        let strange = world.tweet(dan, "a rare heron").await;
        world.service.like(bea, touched).await.unwrap();
        running.settle(&world).await;
        let newest = [strange, touched, near, followed];
        assert_eq!(running.best_ids(None, "heron").await, newest, "{}", world.test.engine);
        let for_ann = running.best(ann, "heron").await;
        let by_nearness = [followed, touched, near, strange];
        assert_eq!(
            for_ann.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            by_nearness,
            "{}",
            world.test.engine
        );
        let reasons: Vec<&[Why]> = for_ann.iter().map(|(_, why)| why.as_slice()).collect();
        let all = [Why::Recent, Why::Words];
        assert_eq!(reasons[0], [&[Why::Followed][..], &all].concat());
        assert_eq!(reasons[1], [&[Why::Touched][..], &all].concat());
        assert_eq!(reasons[2], [&[Why::Near][..], &all].concat());
        assert_eq!(reasons[3], all);
        assert_eq!(running.best(dan, "heron").await[0], (strange, vec![Why::Own, Why::Recent, Why::Words]));
        running.close().await;
    }
}

#[tokio::test]
async fn words_and_age_decide_among_strangers() {
    for world in worlds().await {
        let running = world.start().await;
        let ann = world.account("ann").await;
        let long_ago = TweetId(floor_at(Clock::system().now_ms() - 24 * 40 * HOUR_MS));
        let text = "a heron".to_owned();
        let old = Tweet {
            text: text.clone(),
            html: text,
            visibility: Visibility::Public,
            local: true,
            ..blank_tweet(long_ago, ann, long_ago.time_ms())
        };
        let insert =
            move |conn: &mut Conn| CreateTweet::write_set(conn, &[CreateTweet::alone(old.clone(), 1)]);
        world.store().write(insert).await.unwrap();
        let wordy = world
            .tweet(ann, "among many other and quite different things there also was a heron somewhere")
            .await;
        let short = world.tweet(ann, "a heron").await;
        running.settle(&world).await;
        assert_eq!(running.best_ids(None, "heron").await, [short, wordy, long_ago], "{}", world.test.engine);
        running.close().await;
    }
}

#[tokio::test]
async fn the_best_are_never_what_one_may_not_see() {
    for world in worlds().await {
        let running = world.start().await;
        let (ann, bea, cid) =
            (world.account("ann").await, world.account("bea").await, world.account("cid").await);
        world.follow(ann, bea).await;
        let open = world.tweet(cid, "a hidden heron").await;
        let closed = world.tweet_with(bea, "a hidden heron", Visibility::Followers).await;
        let said = world.tweet_with(bea, "a hidden heron", Visibility::Direct).await;
        running.settle(&world).await;
        assert_eq!(running.best_ids(ann, "heron").await, [open], "{}", world.test.engine);
        let own = running.best_ids(bea, "heron").await;
        assert!(own.contains(&closed) && own.contains(&said), "{own:?}");
        world.service.block(cid, ann).await.unwrap();
        assert_eq!(running.best_ids(ann, "heron").await, []);
        assert_eq!(running.best_ids(None, "heron").await, [open]);
        running.close().await;
    }
}

#[tokio::test]
async fn pages_of_the_best_give_each_once_whatever_comes_meanwhile() {
    for world in worlds().await {
        let running = world.start().await;
        let (ann, bea) = (world.account("ann").await, world.account("bea").await);
        world.follow(bea, ann).await;
        for n in 0..7 {
            world.tweet(ann, &format!("heron {n}")).await;
        }
        running.settle(&world).await;
        let whole = running.best_ids(bea, "heron").await;
        let (mut all, mut cursor) = (Vec::new(), Cursor::default());
        loop {
            let page = running.finder.best(Some(bea), "heron", cursor, 3).await.unwrap().found;
            all.extend(page.items.iter().map(|ranked| ranked.view.tweet.id));
            let Some(next) = page.next else { break };
            cursor = Cursor::parse(Some(&next)).unwrap();
            world.tweet(ann, "one more heron").await;
            running.settle(&world).await;
        }
        assert_eq!((all.len(), &all), (7, &whole), "{}", world.test.engine);
        running.close().await;
    }
}
