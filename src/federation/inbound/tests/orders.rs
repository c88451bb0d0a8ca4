//! Activities in any order, repeated, and worked on side by side: the end is the right one.

use std::collections::BTreeSet;

use super::*;
use crate::chance::Rng;
use crate::clock::MINUTE_MS;
use crate::service::NewTweet;

/// Histories on SQLite; each is half a dozen activities about objects of its own.
const HISTORIES: u64 = 60;
/// On PostgreSQL, where each costs more.
const HISTORIES_ELSEWHERE: u64 = 12;
/// Rounds of waiting after which all must be worked off.
const ROUNDS_MAX: usize = 12;

/// What bob does in one history, and what must come of it.
struct Plot {
    seed: u64,
    rng: Rng,
    activities: Vec<Value>,
    note: String,
    /// The text his post has in the end; `None` when it is gone, or never was.
    text: Option<String>,
    follows: bool,
    likes: bool,
    repeats: bool,
}

impl Plot {
    /// In any order, repeated: of each bond there is one, made and perhaps taken back, and of the post any number of
    /// versions.
    fn in_any_order(seed: u64, post: &str) -> Self {
        let mut plot = Self::new(seed);
        plot.post();
        for kind in ["Follow", "Like", "Announce"] {
            if plot.rng.one_in(4) {
                continue;
            }
            let undone = plot.rng.one_in(2);
            plot.bond(kind, post, 0, undone);
            plot.set(kind, !undone);
        }
        let mut activities = plot.activities.clone();
        let again = plot.rng.index(activities.len() + 1);
        activities.extend_from_within(..again);
        plot.rng.shuffle(&mut activities);
        plot.activities = activities;
        plot
    }

    /// In the order in which they were sent, with late repetitions: bonds are made and taken back again and again.
    fn in_their_order(seed: u64, post: &str) -> Self {
        let mut plot = Self::new(seed);
        let mut standing: HashMap<&str, Value> = HashMap::new();
        for number in 0..1 + plot.rng.below(6) {
            let kind = ["Follow", "Like", "Announce"][plot.rng.index(3)];
            // Nobody makes what stands a second time: it is taken back first.
            match standing.remove(kind) {
                Some(made) => plot.undo(made),
                None => {
                    plot.bond(kind, post, number, false);
                    standing.insert(kind, plot.activities.last().unwrap().clone());
                }
            }
            plot.set(kind, standing.contains_key(kind));
        }
        for _ in 0..plot.rng.below(4) {
            let old = plot.rng.index(plot.activities.len());
            let place = old + plot.rng.index(plot.activities.len() - old) + 1;
            let again = plot.activities[old].clone();
            plot.activities.insert(place, again);
        }
        plot
    }

    fn new(seed: u64) -> Self {
        let note = format!("http://b.test/notes/{seed}");
        let rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self {
            seed,
            rng,
            activities: Vec::new(),
            note,
            text: None,
            follows: false,
            likes: false,
            repeats: false,
        }
    }

    fn set(&mut self, kind: &str, stands: bool) {
        match kind {
            "Follow" => self.follows = stands,
            "Like" => self.likes = stands,
            _ => self.repeats = stands,
        }
    }

    /// A post, its versions, and perhaps its end.
    fn post(&mut self) {
        let (seed, uri) = (self.seed, self.note.clone());
        let created = note(&uri, BOB, "<p>version 0</p>");
        if !self.rng.one_in(5) {
            self.activities.push(activity(&format!("{BOB}#creates/{seed}"), "Create", BOB, created));
            self.text = Some("version 0".to_owned());
        }
        for version in 1..=self.rng.below(4) {
            let text = format!("version {version}");
            let at = format!("2026-01-02T03:01:{version:02}Z");
            let changed = with(note(&uri, BOB, &format!("<p>{text}</p>")), "updated", json!(at));
            let id = format!("{BOB}#updates/{seed}-{version}");
            self.activities.push(activity(&id, "Update", BOB, changed));
            self.text = Some(text);
        }
        if self.rng.one_in(3) {
            self.activities.push(activity(&format!("{BOB}#deletes/{seed}"), "Delete", BOB, json!(uri)));
            self.text = None;
        }
    }

    fn bond(&mut self, kind: &str, post: &str, number: u64, undone: bool) {
        let object = if kind == "Follow" { "http://a.test/users/ann" } else { post };
        let id = format!("{BOB}#{kind}/{}-{number}", self.seed);
        let made = activity(&id, kind, BOB, json!(object));
        self.activities.push(made.clone());
        if undone {
            self.undo(made);
        }
    }

    fn undo(&mut self, made: Value) {
        let id = format!("{}/undo", made["id"].as_str().unwrap());
        let object = if self.rng.one_in(2) { made } else { made["id"].clone() };
        self.activities.push(activity(&id, "Undo", BOB, object));
    }

    /// Delivers all, and works on them side by side as workers do.
    async fn happen(&mut self, world: &World) {
        for activity in self.activities.clone() {
            world.post(&activity).await.unwrap();
            if self.rng.one_in(3) {
                self.work(world).await;
            }
        }
        for _ in 0..ROUNDS_MAX {
            if world.waiting_and_parked().await.0 == 0 {
                break;
            }
            self.work(world).await;
            world.clock.advance(MINUTE_MS);
        }
        assert_eq!(world.waiting_and_parked().await, (0, 0), "{} seed {}", world.engine, self.seed);
    }

    async fn work(&mut self, world: &World) {
        let mut claimed = world.federation.claim(16, UnderWay::default()).await;
        self.rng.shuffle(&mut claimed);
        for one in claimed {
            world.federation.process(one).await;
        }
    }

    async fn check(&self, world: &World, ours: &Tweet) {
        let told = format!("{} seed {}: {:#?}", world.engine, self.seed, self.activities);
        let text = world.tweet(&self.note).await.map(|tweet| tweet.text);
        assert_eq!(text, self.text, "{told}");
        let bob = world.actor(BOB).await;
        let bond = world.service().relationship(bob.id, world.ann.id).await.unwrap();
        assert_eq!(bond.following, self.follows, "{told}");
        let tweet = world.service().tweet(Some(world.ann.id), ours.id).await.unwrap().tweet;
        let counted = (tweet.likes_count, tweet.retweets_count);
        assert_eq!(counted, (i64::from(self.likes), i64::from(self.repeats)), "{told}");
        let told_of: BTreeSet<String> =
            world.notifications(world.ann.id).await.iter().map(|kind| format!("{kind:?}")).collect();
        assert_eq!(told_of.contains("Retweet"), self.repeats, "{told}");
    }
}

async fn for_all_histories(plot: fn(u64, &str) -> Plot) {
    for world in worlds().await {
        world.ann_follows(BOB).await;
        let count = if world.engine == "sqlite" { HISTORIES } else { HISTORIES_ELSEWHERE };
        for seed in 0..count {
            let new = NewTweet { text: format!("history {seed}"), ..NewTweet::default() };
            let ours = world.service().create_tweet(world.ann.id, new).await.unwrap().tweet;
            let mut plot = plot(seed, &format!("http://a.test/users/ann/statuses/{}", ours.id));
            plot.happen(&world).await;
            plot.check(&world, &ours).await;
            start_over(&world, &ours).await;
        }
    }
}

/// No bond is left for the next history.
async fn start_over(world: &World, ours: &Tweet) {
    let bob = world.actor(BOB).await;
    world.service().remove_follower(world.ann.id, bob.id).await.unwrap();
    world.service().delete_tweet(world.ann.id, ours.id).await.unwrap();
}

#[tokio::test]
async fn whatever_the_order_and_however_often_the_end_is_the_right_one() {
    for_all_histories(Plot::in_any_order).await;
}

#[tokio::test]
async fn what_is_made_and_taken_back_again_and_again_stands_as_it_was_left() {
    for_all_histories(Plot::in_their_order).await;
}
