//! What the index promises, on a real folder.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::*;
use crate::clock::{DAY_MS, HOUR_MS, Millis};
use crate::model::ids::floor_at;

const ANN: AccountId = AccountId(1);
const BOB: AccountId = AccountId(2);
const CID: AccountId = AccountId(3);
const NOW_MS: Millis = 1_700_000_000_000;

fn tweet(id: i64, text: &str) -> SearchDoc {
    SearchDoc { id: TweetId(id), author: ANN, text: text.to_owned(), everyone: true, ..SearchDoc::default() }
}

fn put(docs: impl IntoIterator<Item = SearchDoc>) -> Batch {
    Batch { changes: docs.into_iter().map(|doc| Change::Put(Box::new(doc))).collect(), position: None }
}

fn open(folder: &Path) -> (TweetIndex, Opened) {
    TweetIndex::open(folder).unwrap()
}

/// An index with these tweets. The folder lives as long as the first part.
async fn filled(docs: impl IntoIterator<Item = SearchDoc>) -> (tempfile::TempDir, TweetIndex) {
    let folder = tempfile::tempdir().unwrap();
    let (index, opened) = open(folder.path());
    assert_eq!(opened, Opened::Fresh);
    index.apply(put(docs)).await.unwrap();
    index.flush().await.unwrap();
    (folder, index)
}

struct Asked {
    query: SearchQuery,
    handles: HashMap<String, AccountId>,
    viewer: Option<AccountId>,
}

fn ask(query: &str, viewer: Option<AccountId>) -> Asked {
    let handles = [("ann", ANN), ("bob", BOB), ("cid@far.example", CID)];
    Asked {
        query: SearchQuery::parse(query).unwrap(),
        handles: handles.into_iter().map(|(handle, id)| (handle.to_owned(), id)).collect(),
        viewer,
    }
}

impl Asked {
    fn search(&self, before: Option<i64>, limit: usize) -> TweetSearch<'_> {
        let before = before.map(TweetId);
        TweetSearch { query: &self.query, viewer: self.viewer, handles: &self.handles, before, limit }
    }
}

async fn found_by(index: &TweetIndex, query: &str, viewer: Option<AccountId>) -> Vec<i64> {
    let asked = ask(query, viewer);
    index.newest(&asked.search(None, 100)).await.unwrap().into_iter().map(|id| id.0).collect()
}

async fn best(index: &TweetIndex, asked: &Asked, limit: usize) -> Vec<TweetId> {
    let found = index.best(&asked.search(None, limit), NOW_MS).await.unwrap();
    found.into_iter().map(|found| found.id).collect()
}

async fn found(index: &TweetIndex, query: &str) -> Vec<i64> {
    found_by(index, query, None).await
}

#[tokio::test]
async fn a_tweet_is_found_after_a_flush_and_replaced_by_its_edit_and_gone_when_deleted() {
    let (_folder, index) = filled([tweet(1, "hello world")]).await;
    assert_eq!(found(&index, "hello").await, [1]);

    index.apply(put([tweet(1, "goodbye world")])).await.unwrap();
    index.flush().await.unwrap();
    assert_eq!(found(&index, "hello").await, [0_i64; 0]);
    assert_eq!(found(&index, "goodbye").await, [1]);
    assert_eq!(index.len(), 1);

    index.apply(Batch { changes: vec![Change::Delete(TweetId(1))], position: None }).await.unwrap();
    index.flush().await.unwrap();
    assert_eq!(found(&index, "world").await, [0_i64; 0]);
    assert!(index.is_empty());
}

#[tokio::test]
async fn all_tweets_of_an_account_go_at_once() {
    let docs = [tweet(1, "one"), tweet(2, "two"), SearchDoc { author: BOB, ..tweet(3, "three") }];
    let (_folder, index) = filled(docs).await;
    index.apply(Batch { changes: vec![Change::DeleteBy(ANN)], position: None }).await.unwrap();
    index.flush().await.unwrap();
    assert_eq!(found(&index, "-none").await, [3]);
}

#[tokio::test]
async fn the_last_change_of_a_batch_wins() {
    let (_folder, index) = filled([tweet(1, "first"), tweet(1, "second"), tweet(2, "first")]).await;
    let changes = vec![Change::Delete(TweetId(2)), Change::Put(Box::new(tweet(2, "third")))];
    index.apply(Batch { changes, position: None }).await.unwrap();
    index.flush().await.unwrap();
    assert_eq!(found(&index, "first").await, [0_i64; 0]);
    assert_eq!(found(&index, "second").await, [1]);
    assert_eq!(found(&index, "third").await, [2]);
}

#[tokio::test]
async fn a_change_is_found_soon_without_a_flush() {
    let folder = tempfile::tempdir().unwrap();
    let (index, _) = open(folder.path());
    let position = Some(LogPosition { txid: 1, seq: 1 });
    let start = std::time::Instant::now();
    index.apply(Batch { position, ..put([tweet(1, "fresh")]) }).await.unwrap();
    while index.position() != position {
        assert!(start.elapsed() < std::time::Duration::from_secs(5));
        tokio::task::yield_now().await;
    }
    assert_eq!(found(&index, "fresh").await, [1]);
}

#[tokio::test]
async fn a_followers_only_tweet_is_found_by_its_audience_only() {
    let hidden = SearchDoc { everyone: false, audience: vec![ANN, BOB], ..tweet(1, "secret plan") };
    let unheard = SearchDoc { everyone: false, ..tweet(2, "secret nobody may find") };
    let (_folder, index) = filled([hidden, unheard, tweet(3, "no secret")]).await;
    assert_eq!(found_by(&index, "secret", Some(ANN)).await, [3, 1]);
    assert_eq!(found_by(&index, "secret", Some(BOB)).await, [3, 1]);
    assert_eq!(found_by(&index, "secret", Some(CID)).await, [3]);
    assert_eq!(found(&index, "secret").await, [3]);
    assert_eq!(index.len(), 2);

    let asked = ask("secret", Some(CID));
    assert_eq!(best(&index, &asked, 10).await, [TweetId(3)]);
}

#[tokio::test]
async fn a_tweet_that_closes_up_is_found_no_more() {
    let (_folder, index) = filled([tweet(1, "open")]).await;
    index.apply(put([SearchDoc { everyone: false, ..tweet(1, "open") }])).await.unwrap();
    index.flush().await.unwrap();
    assert_eq!(found(&index, "open").await, [0_i64; 0]);
    assert!(index.is_empty());
}

#[tokio::test]
async fn the_library_is_what_the_viewer_is_in_the_audience_of() {
    let liked = SearchDoc { audience: vec![BOB], ..tweet(1, "cats") };
    let (_folder, index) = filled([liked, tweet(2, "cats")]).await;
    assert_eq!(found_by(&index, "cats in:library", Some(BOB)).await, [1]);
    assert_eq!(found_by(&index, "cats -in:library", Some(BOB)).await, [2]);
    let asked = ask("in:library", None);
    assert_eq!(index.newest(&asked.search(None, 10)).await.unwrap_err().code(), "unauthorized");
}

#[tokio::test]
async fn words_are_found_in_their_language_and_without_accents() {
    let in_language =
        |id, language: &str, text| SearchDoc { language: Some(language.into()), ..tweet(id, text) };
    let docs = [
        in_language(1, "en", "Two houses were running"),
        in_language(2, "de-AT", "Alte Häuser in Łódź"),
        tweet(3, "houses of no language"),
        tweet(4, "東京都に住む"),
        tweet(5, "東京、京都"),
        tweet(6, "한국어를 배운다 👍🏽"),
    ];
    let (_folder, index) = filled(docs).await;
    for (query, wanted) in [
        ("house", vec![1]),
        ("HOUSES", vec![3, 1]),
        ("run", vec![1]),
        ("Haus", vec![2]),
        ("hauser lodz", vec![2]),
        ("house lang:en", vec![1]),
        ("-lang:en houses", vec![3]),
        ("\"house\"", vec![]),
        ("京都", vec![5, 4]),
        ("東京都", vec![4]),
        ("京", vec![5, 4]),
        ("住む東京", vec![]),
        ("국어", vec![6]),
        ("👍", vec![6]),
    ] {
        assert_eq!(found(&index, query).await, wanted, "{query}");
    }
}

#[tokio::test]
async fn each_language_is_found_in_other_forms_of_its_words() {
    let in_language =
        |id, language: &str, text| SearchDoc { language: Some(language.into()), ..tweet(id, text) };
    let docs = [
        in_language(1, "fr", "Les oiseaux mangeaient à l'école"),
        in_language(2, "es", "Las canciones de los niños"),
        in_language(3, "ru", "Большие книги о птицах"),
        in_language(4, "ar", "قرأت الكتاب في المكتبة"),
        in_language(5, "ja", "カタカナとＡＢＣを書く"),
        in_language(6, "zh", "我們在圖書館看書"),
        in_language(7, "ko", "도서관에서 책을 읽는다"),
        in_language(8, "de", "Die Vögel flogen über die Dächer"),
    ];
    let (_folder, index) = filled(docs).await;
    for (query, wanted) in [
        ("oiseau", 1),
        ("manger", 1),
        ("ecole", 1),
        ("canción", 2),
        ("cancion", 2),
        ("niño", 2),
        ("nino", 2),
        ("книга", 3),
        ("птица lang:ru", 3),
        ("كتاب", 4),
        ("ｶﾀｶﾅ", 5),
        ("abc", 5),
        ("圖書館", 6),
        ("看書", 6),
        ("도서관", 7),
        ("책", 7),
        ("vogel", 8),
        ("Dach", 8),
    ] {
        assert_eq!(found(&index, query).await, [wanted], "{query}");
    }
}

#[tokio::test]
async fn every_operator_finds_what_it_says() {
    let day_ms = 20_000 * DAY_MS;
    let first = floor_at(day_ms - 1) + 1;
    let (second, third) = (floor_at(day_ms) + 1, floor_at(day_ms + DAY_MS) + 1);
    let docs = [
        SearchDoc {
            hashtags: vec!["Café".into()],
            marks: vec![Mark::Image, Mark::Poll],
            link_hosts: vec!["www.Example.com".into()],
            ..tweet(first, "the red house, by the sea")
        },
        SearchDoc {
            author: BOB,
            replied_to: Some(ANN),
            mentions: vec![ANN, CID],
            marks: vec![Mark::Reply],
            ..tweet(second, "red sea house")
        },
        SearchDoc {
            author: CID,
            marks: vec![Mark::Quote, Mark::Video],
            language: Some("pt-BR".into()),
            ..tweet(third, "blue 3.14")
        },
    ];
    let (_folder, index) = filled(docs).await;
    for (query, wanted) in [
        ("red house", vec![second, first]),
        ("\"red house\"", vec![first]),
        ("\"house by\"", vec![first]),
        ("red -by", vec![second]),
        ("red -\"sea house\"", vec![first]),
        ("-red", vec![third]),
        ("3.14", vec![third]),
        ("3.15", vec![]),
        ("#CAFE", vec![first]),
        ("-#cafe", vec![third, second]),
        ("from:@ANN", vec![first]),
        ("from:cid@far.example", vec![third]),
        ("from:nobody", vec![]),
        ("-from:nobody -from:ann", vec![third, second]),
        ("to:ann", vec![second]),
        ("mentions:cid@far.example", vec![second]),
        ("has:image", vec![first]),
        ("has:poll has:link", vec![first]),
        ("has:video", vec![third]),
        ("link:example.com", vec![first]),
        ("is:reply", vec![second]),
        ("is:quote", vec![third]),
        ("-is:reply", vec![third, first]),
        ("lang:pt", vec![third]),
        ("before:2024-10-04", vec![first]),
        ("-before:2024-10-04", vec![third, second]),
        ("after:2024-10-04", vec![third]),
        ("after:2024-10-03 before:2024-10-05", vec![second]),
        ("foo:bar", vec![]),
    ] {
        assert_eq!(found(&index, query).await, wanted, "{query}");
    }
    assert_eq!(found_by(&index, "from:me", Some(BOB)).await, [second]);
}

#[tokio::test]
async fn pages_have_every_tweet_once_newest_first_across_segments() {
    let folder = tempfile::tempdir().unwrap();
    let (index, _) = open(folder.path());
    // Several commits make several segments, whose ids overlap.
    for round in 0..4 {
        index.apply(put((0..25).map(|n| tweet(1 + n * 4 + round, "common word")))).await.unwrap();
        index.flush().await.unwrap();
    }
    index.apply(Batch { changes: vec![Change::Delete(TweetId(50))], position: None }).await.unwrap();
    index.flush().await.unwrap();
    let asked = ask("common", None);
    let mut all: Vec<i64> = Vec::new();
    loop {
        let page = index.newest(&asked.search(all.last().copied(), 7)).await.unwrap();
        all.extend(page.iter().map(|id| id.0));
        if page.len() < 7 {
            break;
        }
    }
    let wanted: Vec<i64> = (1..=100).rev().filter(|id| *id != 50).collect();
    assert_eq!(all, wanted);
}

#[tokio::test]
async fn the_best_come_first_and_newer_ones_are_better() {
    let at = |age_ms: Millis| floor_at(NOW_MS - age_ms);
    let (old, new, weak) = (at(60 * DAY_MS), at(HOUR_MS), at(2 * HOUR_MS));
    let docs = [
        tweet(old, "rare bird"),
        tweet(new, "rare bird"),
        tweet(weak, "one rare thing among very many other things, and also a bird"),
        tweet(at(0), "nothing of it"),
    ];
    let (_folder, index) = filled(docs).await;
    let asked = ask("rare bird", None);
    let first = best(&index, &asked, 10).await;
    assert_eq!(first.first(), Some(&TweetId(new)));
    assert_eq!(first.len(), 3);
    for _ in 0..3 {
        assert_eq!(best(&index, &asked, 10).await, first);
    }
    assert_eq!(best(&index, &asked, 1).await, [TweetId(new)]);
    let unscored = ask("from:ann", None);
    let by_time = best(&index, &unscored, 10).await;
    assert_eq!(by_time.first(), Some(&TweetId(at(0))));
}

#[tokio::test]
async fn the_position_survives_with_exactly_its_tweets() {
    let folder = tempfile::tempdir().unwrap();
    let position = LogPosition { txid: 12, seq: 34 };
    {
        let (index, _) = open(folder.path());
        index.apply(put([tweet(1, "filled")])).await.unwrap();
        index.flush().await.unwrap();
        assert_eq!(index.position(), None);
    }
    {
        let (index, opened) = open(folder.path());
        assert_eq!(opened, Opened::Fresh, "a filling that did not end begins again");
        index.apply(Batch { position: Some(position), ..put([tweet(2, "followed")]) }).await.unwrap();
        // Not flushed: closing commits.
    }
    let (index, opened) = open(folder.path());
    assert_eq!(opened, Opened::Resumed { position });
    assert_eq!(index.position(), Some(position));
    assert_eq!(found(&index, "filled").await, [1]);
    assert_eq!(found(&index, "followed").await, [2]);
}

#[tokio::test]
async fn a_cleared_index_is_empty_and_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let (index, _) = open(folder.path());
    let position = Some(LogPosition { txid: 1, seq: 1 });
    index.apply(Batch { position, ..put([tweet(1, "old")]) }).await.unwrap();
    index.flush().await.unwrap();
    index.apply(put([tweet(2, "not even committed")])).await.unwrap();
    index.clear().await.unwrap();
    assert!(index.is_empty());
    assert_eq!(index.position(), None);
    index.apply(put([tweet(1, "new")])).await.unwrap();
    index.flush().await.unwrap();
    assert_eq!(found(&index, "new").await, [1]);
}

/// Opens after `damage` was done to the folder of an index with one tweet.
async fn opened_after(damage: impl FnOnce(&Path)) -> Opened {
    let (folder, index) = filled([tweet(1, "before")]).await;
    let position = Some(LogPosition { txid: 1, seq: 1 });
    index.apply(Batch { changes: Vec::new(), position }).await.unwrap();
    drop(index);
    damage(&folder.path().join("tweets"));
    let (index, opened) = open(folder.path());
    if !matches!(opened, Opened::Resumed { .. }) {
        assert!(index.is_empty());
        assert_eq!(index.position(), None);
    }
    index.apply(put([tweet(2, "after")])).await.unwrap();
    index.flush().await.unwrap();
    assert_eq!(found(&index, "after").await, [2]);
    opened
}

fn files_with(folder: &Path, ending: &str) -> Vec<std::path::PathBuf> {
    let paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.into_iter().filter(|path| path.to_string_lossy().ends_with(ending)).collect()
}

#[tokio::test]
async fn a_damaged_index_is_rebuilt_and_says_so() {
    let rebuilt = |opened: &Opened| matches!(opened, Opened::Rebuilt { reason } if !reason.is_empty());
    for name in ["meta.json", ".managed.json"] {
        let opened = opened_after(|folder| fs::write(folder.join(name), "{ not json").unwrap()).await;
        assert!(rebuilt(&opened), "{name}: {opened:?}");
    }
    let opened = opened_after(|folder| fs::remove_file(folder.join("meta.json")).unwrap()).await;
    assert!(rebuilt(&opened), "{opened:?}");
    for ending in [".term", ".idx", ".pos", ".fast", ".fieldnorm"] {
        let truncated = opened_after(|folder| {
            for path in files_with(folder, ending) {
                fs::write(path, b"").unwrap();
            }
        });
        let opened = truncated.await;
        assert!(rebuilt(&opened), "{ending}: {opened:?}");
    }
}

#[tokio::test]
async fn a_single_wrong_byte_is_noticed() {
    let opened = opened_after(|folder| {
        for path in files_with(folder, ".fast") {
            let mut bytes = fs::read(&path).unwrap();
            bytes[3] ^= 1;
            fs::write(path, bytes).unwrap();
        }
    });
    assert!(matches!(opened.await, Opened::Rebuilt { reason } if reason.contains("checksum")));
}

#[tokio::test]
async fn another_version_is_rebuilt() {
    let opened = opened_after(|folder| {
        let meta = folder.join("meta.json");
        let text = fs::read_to_string(&meta).unwrap();
        let older = text.replace(&format!("rookery-tweets {INDEX_VERSION} "), "rookery-tweets 0 ");
        assert_ne!(older, text);
        fs::write(meta, older).unwrap();
    });
    assert!(matches!(opened.await, Opened::Rebuilt { .. }));
}

#[tokio::test]
async fn the_lock_of_a_dead_process_does_not_stop_the_start_but_a_living_one_does() {
    let opened = opened_after(|folder| {
        for path in files_with(folder, ".lock") {
            fs::write(path, b"4242").unwrap();
        }
    });
    assert_eq!(opened.await, Opened::Resumed { position: LogPosition { txid: 1, seq: 1 } });

    let folder = tempfile::tempdir().unwrap();
    let (_index, _) = open(folder.path());
    assert!(matches!(TweetIndex::open(folder.path()), Err(OpenError::InUse(_))));
}

#[tokio::test]
async fn after_a_failed_write_the_feeder_is_told_and_can_go_on_from_the_position() {
    let folder = tempfile::tempdir().unwrap();
    let (index, _) = open(folder.path());
    let position = Some(LogPosition { txid: 1, seq: 1 });
    index.apply(Batch { position, ..put([tweet(1, "safe")]) }).await.unwrap();
    index.flush().await.unwrap();

    // Without its folder, nothing can be written.
    let (here, away) = (folder.path().join("tweets"), folder.path().join("away"));
    fs::rename(&here, &away).unwrap();
    let lost = Batch { position: Some(LogPosition { txid: 2, seq: 2 }), ..put([tweet(2, "lost")]) };
    let _ = index.apply(lost.clone()).await;
    index.flush().await.unwrap_err();
    assert_eq!(index.position(), position);

    fs::rename(&away, &here).unwrap();
    while index.apply(lost.clone()).await.is_err() {}
    index.flush().await.unwrap();
    assert_eq!(index.position(), lost.position);
    assert_eq!(found(&index, "safe").await, [1]);
    assert_eq!(found(&index, "lost").await, [2]);
}

#[tokio::test]
async fn the_facade_forgets_an_account_with_its_searches() {
    let folder = tempfile::tempdir().unwrap();
    let (search, _) = Search::open(folder.path()).unwrap();
    search.put_account(&AccountDoc {
        id: ANN,
        username: "ann".into(),
        host: None,
        display_name: "Ann".into(),
        followers: 1,
    });
    search.remember_search(ANN, "cats");
    search.tag_used("cats");
    let by_name = AccountSearch { text: "an", followed: &[], typos: false, limit: 5 };
    assert_eq!(search.accounts(by_name), [ANN]);
    assert_eq!(search.suggest_searches(ANN, "c", 5), ["cats"]);
    search.remove_account(ANN);
    assert!(search.accounts(by_name).is_empty());
    assert!(search.suggest_searches(ANN, "c", 5).is_empty());
    assert_eq!((search.accounts_len(), search.tags_len()), (0, 1));
    assert_eq!(search.suggest_tags("c", 5).len(), 1);
}
