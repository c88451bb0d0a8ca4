//! Restarts, crashes, failures and lost folders.

use std::fs;
use std::path::Path;

use super::*;

#[tokio::test]
async fn a_restart_goes_on_where_it_stopped() {
    for world in worlds().await {
        let ann = world.account("ann").await;
        let before = world.tweet(ann, "lake one").await;
        let running = world.start().await;
        assert_eq!(running.opened, Opened::Fresh);
        running.settle(&world).await;
        let last = running.progress.position();
        running.close().await;

        let meanwhile = world.tweet(ann, "lake two").await;
        world.service.delete_tweet(ann, before).await.unwrap();
        let running = world.start().await;
        let position = LogPosition { txid: last.txid, seq: last.seq };
        assert_eq!(running.opened, Opened::Resumed { position }, "{}", world.test.engine);
        running.settle(&world).await;
        assert_eq!(running.found(None, "lake").await, [meanwhile]);
        running.close().await;
    }
}

#[tokio::test]
async fn a_folder_that_was_deleted_is_filled_anew() {
    for world in worlds().await {
        let [ann, bea] = [world.account("ann").await, world.account("bea").await];
        let open = world.tweet(ann, "mountain one").await;
        let closed = world.tweet_with(ann, "mountain two @bea", Visibility::Direct).await;
        world.service.retweet(bea, open).await.unwrap();
        let running = world.start().await;
        running.settle(&world).await;
        running.close().await;

        fs::remove_dir_all(world.folder.path()).unwrap();
        fs::create_dir(world.folder.path()).unwrap();
        let running = world.start().await;
        assert_eq!(running.opened, Opened::Fresh);
        running.settle(&world).await;
        assert_eq!(running.found(bea, "mountain").await, [closed, open]);
        assert_eq!(running.found(None, "mountain").await, [open]);
        assert_eq!(running.search.tweets().len(), 2, "a retweet is not in the index");
        running.close().await;
    }
}

#[tokio::test]
async fn a_crash_between_taking_in_and_committing_loses_nothing() {
    for world in worlds().await {
        let ann = world.account("ann").await;
        let gone = world.tweet(ann, "stone zero").await;
        let running = world.start().await;
        running.settle(&world).await;
        // What the disk holds while nothing after this moment is committed.
        let image = tempfile::tempdir().unwrap();
        copy(world.folder.path(), image.path());
        let committed = running.search.tweets().position().unwrap();

        let kept = world.tweet(ann, "stone one").await;
        world.service.delete_tweet(ann, gone).await.unwrap();
        running.settle(&world).await;
        let Running { finder, search, task, .. } = running;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        drop(finder);
        drop(search);

        fs::remove_dir_all(world.folder.path()).unwrap();
        copy(image.path(), world.folder.path());
        let running = world.start().await;
        assert_eq!(running.opened, Opened::Resumed { position: committed }, "{}", world.test.engine);
        running.settle(&world).await;
        assert_eq!(running.found(None, "stone").await, [kept]);
        running.close().await;
    }
}

#[tokio::test]
async fn a_feeder_that_ends_anywhere_leaves_an_index_that_another_one_completes() {
    for world in worlds().await {
        let ann = world.account("ann").await;
        let mut expected = Vec::new();
        for round in 0..6 {
            for n in 0..10 {
                expected.insert(0, world.tweet(ann, &format!("pebble {round} {n}")).await);
            }
            let running = world.start().await;
            // Ended in its first steps, each time a little later.
            for _ in 0..round * 40 {
                tokio::task::yield_now().await;
            }
            running.task.abort();
            assert!(running.task.await.is_err_and(|error| error.is_cancelled()));
        }
        let running = world.start().await;
        running.settle(&world).await;
        let found = running.finder.tweets(None, "pebble", Cursor::default(), 100).await.unwrap();
        let found: Vec<TweetId> = found.found.items.into_iter().map(|view| view.tweet.id).collect();
        assert_eq!(found, expected, "{}", world.test.engine);
        running.close().await;
    }
}

#[tokio::test]
async fn an_index_older_than_the_log_is_kept_for_is_filled_anew() {
    for world in worlds().await {
        let ann = world.account("ann").await;
        let gone = world.tweet(ann, "cloud zero").await;
        let running = world.start().await;
        running.settle(&world).await;
        let backup = tempfile::tempdir().unwrap();
        copy(world.folder.path(), backup.path());
        let kept = world.tweet(ann, "cloud one").await;
        world.service.delete_tweet(ann, gone).await.unwrap();
        running.settle(&world).await;
        running.close().await;
        // The log is no longer needed as far as the closed index reached.
        world.store().write(|conn| events::prune(conn, i64::MAX, i64::MAX)).await.unwrap();

        fs::remove_dir_all(world.folder.path()).unwrap();
        copy(backup.path(), world.folder.path());
        let running = world.start().await;
        assert!(matches!(running.opened, Opened::Resumed { .. }));
        // It is being filled before anything else is.
        let filled = async {
            while running.found(None, "cloud").await != [kept] {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, filled).await.expect("the index was not filled anew");
        assert_eq!(running.search.tweets().len(), 1, "{}", world.test.engine);
        running.close().await;
    }
}

#[tokio::test]
async fn what_a_failed_commit_lost_is_read_from_the_log_again() {
    for world in worlds().await {
        let running = world.start().await;
        let ann = world.account("ann").await;
        let gone = world.tweet(ann, "thunder zero").await;
        running.settle(&world).await;

        // Without its folder, nothing can be written.
        let (here, away) = (world.folder.path().join("tweets"), world.folder.path().join("away"));
        fs::rename(&here, &away).unwrap();
        let kept = world.tweet(ann, "thunder one").await;
        world.service.delete_tweet(ann, gone).await.unwrap();
        running.caught_up(&world).await;
        let taken = running.progress.position();
        // This asks for a commit.
        world.set_indexable(ann, true).await;
        let told = async {
            while running.progress.position() >= taken {
                let _ = running.progress.reached(END, LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(PATIENCE, told).await.expect("the feeder went on as if nothing was lost");
        fs::rename(&away, &here).unwrap();

        running.settle(&world).await;
        assert_eq!(running.found(None, "thunder").await, [kept]);
        assert_eq!(running.search.tweets().len(), 1, "{}", world.test.engine);
        running.close().await;
    }
}

/// The folder as a crash would leave it: what is committed, and nothing that comes later.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}
