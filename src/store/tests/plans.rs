//! How the engines go about the hot statements, on a database that was never analyzed: by the index that is
//! meant for each, without reading a whole table.

use super::database::stores;
use crate::model::cursor::Cursor;
use crate::model::ids::{AccountId, NotificationId, RowId, SessionId, TweetId};
use crate::model::trend::{ReviewKind, TrendKind};
use crate::store::timelines::{self, Slice};
use crate::store::value::Value;
use crate::store::{
    Conn, Dialect, StoreError, conversations, deliveries, digests, emails, events, featured, filters,
    follows, keeping, lists, markers, marks, previews, push, reactions, scheduled, search, sessions, trends,
};

impl Conn {
    /// Asks the engine for its plan of a query, when a test collects plans.
    pub(in crate::store) fn note_plan(
        &mut self,
        sql: &'static str,
        args: &[Value],
    ) -> Result<(), StoreError> {
        let Some(mut plans) = self.plans.take() else { return Ok(()) };
        let (explain, columns_before) = match self.dialect() {
            Dialect::Sqlite => ("explain query plan", 3),
            Dialect::Postgres => ("explain", 0),
        };
        let text: &'static str = Box::leak(format!("{explain} {sql}").into_boxed_str());
        plans.extend(self.query(text, args, |row| {
            for _ in 0..columns_before {
                row.take::<i64>()?;
            }
            row.take::<String>()
        })?);
        self.plans = Some(plans);
        Ok(())
    }
}

const PAGE: Slice = Slice { before: None, after: None, limit: 20 };
const ME: AccountId = AccountId(1);
const IT: TweetId = TweetId(1);

type Ask = fn(&mut Conn) -> Result<(), StoreError>;

/// What is asked, the words that SQLite's plan must have, those of PostgreSQL's, and the asking.
const HOT: &[(&str, &[&str], &[&str], Ask)] = &[
    ("home", &["tweets_by_account"], &["tweets_by_account"], |conn| {
        timelines::home(conn, ME, PAGE, 1_780_000_000_000).map(drop)
    }),
    ("a list", &["tweets_by_account"], &["tweets_by_account"], |conn| {
        let list = timelines::Authors::Listed(RowId(1));
        timelines::by_authors(conn, (ME, list), PAGE, 1_780_000_000_000).map(drop)
    }),
    // PostgreSQL learns from its statistics which of the two is the smaller.
    ("local", &["tweets_local_public"], &["_public"], |conn| timelines::local(conn, PAGE).map(drop)),
    // The same holds here.
    ("followed hashtags", &["PRIMARY KEY (tag=? AND tweet_id"], &["tweet_tags_"], |conn| {
        let tags = ["rust".to_owned(), "rooks".to_owned()];
        timelines::tagged(conn, &tags, PAGE, 1_780_000_000_000).map(drop)
    }),
    ("public", &["tweets_public"], &["tweets_public"], |conn| timelines::public(conn, PAGE).map(drop)),
    ("account", &["tweets_by_account"], &["tweets_by_account"], |conn| {
        timelines::by_account(conn, ME, PAGE).map(drop)
    }),
    ("pictures of an account", &["tweets_with_media"], &["tweets_with_media"], |conn| {
        timelines::by_account_media(conn, ME, PAGE).map(drop)
    }),
    ("hashtag", &["PRIMARY KEY (tag=? AND tweet_id"], &["tweet_tags_pkey"], |conn| {
        timelines::hashtag(conn, "rust", PAGE).map(drop)
    }),
    ("above in the thread", &["SEARCH t USING INTEGER PRIMARY KEY"], &["tweets_pkey"], |conn| {
        timelines::ancestors(conn, IT, 40).map(drop)
    }),
    ("below in the thread", &["tweets_by_reply"], &["tweets_by_reply"], |conn| {
        timelines::descendants(conn, IT, 40).map(drop)
    }),
    ("a like that is undone", &["likes_by_uri"], &["likes_by_uri"], |conn| {
        reactions::like_by_uri(conn, "x").map(drop)
    }),
    (
        "a follow that is undone",
        &["follows_by_uri", "follow_requests_by_uri"],
        &["follows_by_uri", "follow_requests_by_uri"],
        |conn| follows::by_uri(conn, "x").map(drop),
    ),
    ("a block that is undone", &["blocks_by_uri"], &["blocks_by_uri"], |conn| {
        follows::block_by_uri(conn, "x").map(drop)
    }),
    // By the number alone on SQLite, where every row has the same transaction: else each look reads the whole log.
    ("the log", &["INTEGER PRIMARY KEY (rowid>?)"], &["events_in_order"], |conn| {
        events::after(conn, events::Position { txid: 0, seq: 7 }, 100).map(drop)
    }),
    (
        "the cards of a page",
        &["SEARCH t USING INTEGER PRIMARY KEY", "SEARCH p USING INTEGER PRIMARY KEY"],
        &["tweet_previews_pkey", "link_previews_pkey"],
        |conn| previews::of_tweets(conn, &[IT, TweetId(2)]).map(drop),
    ),
    ("whether a linked page is to be asked", &["link_previews_due"], &["link_previews_due"], |conn| {
        previews::is_due(conn, 7).map(drop)
    }),
    ("whether something is to be pushed", &["push_deliveries_due"], &["push_deliveries_due"], |conn| {
        push::is_due(conn, 7).map(drop)
    }),
    (
        "what somebody did of late",
        &[
            "likes_once (account_id=? AND tweet_id>",
            "tweets_by_account (account_id=? AND id>",
            "bookmarks_once (account_id=? AND tweet_id>",
            "pins_by_account",
        ],
        &["likes_once", "tweets_by_account", "bookmarks_once", "pins_by_account", "muted_threads_pkey"],
        |conn| marks::recent(conn, ME, 7).map(drop),
    ),
    (
        "for whom notifications are pushed",
        &["push_subscriptions_by_account", "USING INTEGER PRIMARY KEY"],
        &["push_subscriptions_by_account", "notifications_pkey"],
        |conn| push::plan(conn, vec![NotificationId(1), NotificationId(2)], 7).map(drop),
    ),
    ("which sessions live", &["SEARCH s USING INTEGER PRIMARY KEY"], &["sessions_"], |conn| {
        sessions::live(conn, vec![SessionId(1), SessionId(2)], 7).map(drop)
    }),
    (
        "what links to a page",
        &["tweet_previews_by_preview (preview_id=? AND tweet_id"],
        &["link_previews_url_key", "tweet_previews_by_preview"],
        |conn| timelines::linking_to(conn, "x", PAGE).map(drop),
    ),
    ("the newest of the directory", &["accounts_findable"], &["accounts_findable"], |conn| {
        featured::directory(conn, true, (0, 20)).map(drop)
    }),
    ("who wrote last of the directory", &["accounts_by_activity"], &["accounts_by_activity"], |conn| {
        featured::directory(conn, false, (0, 20)).map(drop)
    }),
    (
        "whom to follow",
        &[
            "follows_once (follower_id=? AND followee_id=?)",
            "dismissed_suggestions_1 (account_id=? AND target",
        ],
        &["follows_by_follower", "dismissed_suggestions_"],
        |conn| featured::followed_by(conn, ME, vec![2, 3], 20).map(drop),
    ),
    ("whose suggestion was dismissed", &["dismissed_suggestions_1"], &["dismissed_suggestions_"], |conn| {
        featured::dismissed_among(conn, ME, &[ME, AccountId(2)]).map(drop)
    }),
    ("familiar followers", &["follows_by_follower"], &["follows_"], |conn| {
        featured::familiar_followers(conn, ME, &[ME, AccountId(2)]).map(drop)
    }),
    ("featured hashtags", &["featured_tags_1 (account_id=?)"], &["featured_tags_account"], |conn| {
        featured::tags(conn, ME, 10).map(drop)
    }),
    ("uses of featured hashtags", &["tweets_by_account"], &["tweets_by_account"], |conn| {
        featured::uses(conn, ME, vec!["a".into(), "b".into()]).map(drop)
    }),
    ("hashtags to feature", &["tweets_by_account"], &["tweets_by_account"], |conn| {
        featured::most_used(conn, ME, 10).map(drop)
    }),
    ("who is endorsed", &["endorsements_1 (account_id=? AND target"], &["endorsements_account"], |conn| {
        featured::endorsed_among(conn, ME, &[ME, AccountId(2)]).map(drop)
    }),
    ("endorsements", &["endorsements_in_order"], &["endorsements_in_order"], |conn| {
        follows::bonds(conn, follows::Bonds::Endorsed, ME, Cursor::default(), 20).map(drop)
    }),
    ("what many used", &["trend_uses_by_hour"], &["trend_uses_by_hour"], |conn| {
        trends::used_by_many(conn, TrendKind::Tags, 5).map(drop)
    }),
    ("when they used it", &["SEARCH u USING"], &["trend_uses_"], |conn| {
        trends::last_uses(conn, TrendKind::Tags, vec!["a".into(), "b".into()], 5).map(drop)
    }),
    (
        "trends",
        &["PRIMARY KEY (kind=?)", "trend_reviews_2 (kind=? AND item=?)"],
        &["trends_pkey", "trend_reviews_"],
        |conn| trends::list(conn, TrendKind::Tags, true).map(drop),
    ),
    ("what is usual", &["PRIMARY KEY (kind=? AND item=? AND day>?"], &["trend_peaks_"], |conn| {
        trends::usual(conn, TrendKind::Tags, vec!["a".into(), "b".into()], 7).map(drop)
    }),
    ("who shares hashtags", &["PRIMARY KEY (kind=? AND item=? AND day>?)"], &["trend_uses_"], |conn| {
        featured::sharing_tags(conn, ME, vec!["a".into(), "b".into()], 7, 20).map(drop)
    }),
    ("whom friends follow", &["follows_once (follower_id=?"], &["follows_"], |conn| {
        search::followed_by_some(conn, &[ME, AccountId(2)], &[AccountId(3), AccountId(4)]).map(drop)
    }),
    (
        "what friends like",
        &["likes_by_tweet", "tweets_by_retweet"],
        &["likes_by_tweet", "tweets_by_retweet"],
        |conn| search::touched_by_some(conn, &[ME, AccountId(2)], &[IT, TweetId(2)]).map(drop),
    ),
    ("what could trend", &["PRIMARY KEY (kind=?)"], &["trends_pkey"], |conn| {
        trends::reviews::candidates(conn, TrendKind::Links).map(drop)
    }),
    ("what was decided", &["trend_reviews_in_order"], &["trend_reviews_"], |conn| {
        trends::reviews::decided(conn, ReviewKind::Tag, Cursor::default(), 20).map(drop)
    }),
    ("days of trends", &["PRIMARY KEY (kind=? AND item=? AND day>?)"], &["trend_uses_pkey"], |conn| {
        trends::histories(conn, TrendKind::Tags, vec!["a".into(), "b".into()], 7, 7).map(drop)
    }),
    ("lists", &["lists_by_account"], &["lists_by_account"], |conn| lists::of_account(conn, ME, 50).map(drop)),
    ("lists with somebody", &["list_members_by_owner"], &["list_members_by_owner"], |conn| {
        lists::with_member(conn, ME, AccountId(2), 50).map(drop)
    }),
    ("members of a list", &["list_members_by_list"], &["list_members_by_list"], |conn| {
        lists::members(conn, RowId(1), Cursor::default(), 20).map(drop)
    }),
    ("filters", &["filters_by_account"], &["filters_by_account"], |conn| filters::all(conn, ME).map(drop)),
    ("words of filters", &["filter_keywords_by_filter"], &["filter_keywords_by_filter"], |conn| {
        filters::keywords_of(conn, vec![1, 2]).map(drop)
    }),
    ("filtered tweets", &["filter_tweets_once"], &["filter_tweets_once"], |conn| {
        filters::tweets_of(conn, vec![1, 2]).map(drop)
    }),
    ("conversations", &["conversations_by_account"], &["conversations_by_account"], |conn| {
        conversations::list(conn, ME, Cursor::default(), 20).map(drop)
    }),
    ("tweets to come", &["scheduled_tweets_by_account"], &["scheduled_tweets_by_account"], |conn| {
        scheduled::list(conn, ME, Cursor::default(), 20).map(drop)
    }),
    ("tweets whose time has come", &["scheduled_tweets_due"], &["scheduled_tweets_due"], |conn| {
        scheduled::due(conn, 7, (0, RowId(0)), 20).map(drop)
    }),
    ("markers", &["PRIMARY KEY (account_id=?)"], &["markers_pkey"], |conn| markers::of(conn, ME).map(drop)),
    (
        "what is read of notifications",
        &["PRIMARY KEY (account_id=? AND timeline=?)"],
        &["markers_pkey"],
        |conn| markers::notifications_read(conn, ME).map(drop),
    ),
    ("letters that ask", &["email_confirmations_due"], &["email_confirmations_due"], |conn| {
        emails::is_due(conn, 7).map(drop)
    }),
    ("digests whose time has come", &["digests_due"], &["digests_due"], |conn| {
        digests::is_due(conn, 7).map(drop)
    }),
    (
        "what one has beyond what is kept",
        &["notifications_shown (account_id=?)"],
        &["notifications_shown"],
        |conn| keeping::newest_beyond(conn, ME, false, 7).map(drop),
    ),
    ("who was told lately", &["USING INTEGER PRIMARY KEY (rowid>?)"], &["notifications_pkey"], |conn| {
        keeping::receivers_after(conn, NotificationId(7), 20).map(drop)
    }),
    (
        "where a session is told",
        &["push_subscriptions_1 (session_id=?)"],
        &["push_subscriptions_session"],
        |conn| push::of_session(conn, SessionId(1)).map(drop),
    ),
    ("whether an inbox is shared", &["actors_by_shared_inbox"], &["actors_by_shared_inbox"], |conn| {
        deliveries::is_shared_inbox(conn, "x").map(drop)
    }),
];

/// Whether a line of a plan reads a whole table. A part of the statement itself may be read as a whole.
fn reads_a_table(line: &str) -> bool {
    let own = [
        "up",
        "down",
        "authors",
        "nearest",
        "(subquery",
        "CONSTANT",
        "json_each",
        "liked",
        "retweeted",
        "bookmarked",
        "muted",
    ];
    // The directory is read in the order of an index that has nobody else.
    let whole = ["f", "t", "last", "accounts USING INDEX accounts_findable"];
    let scanned = line.split_once("SCAN ").map(|(_, rest)| rest);
    line.contains("Seq Scan")
        || scanned
            .is_some_and(|name| !whole.contains(&name) && !own.iter().any(|part| name.starts_with(part)))
}

#[tokio::test]
async fn hot_statements_use_the_index_meant_for_them_without_statistics() {
    for test in stores().await {
        for (what, sqlite, postgres, ask) in HOT {
            let read = test.store.read(move |conn| {
                conn.plans = Some(Vec::new());
                let asked = ask(conn);
                let plans = conn.plans.take().unwrap_or_default();
                asked.map(|()| plans)
            });
            let plan = read.await.unwrap();
            let words = if test.engine == "sqlite" { sqlite } else { postgres };
            for word in *words {
                assert!(
                    plan.iter().any(|line| line.contains(word)),
                    "{} {what}: no {word} in {plan:#?}",
                    test.engine
                );
            }
            assert!(!plan.iter().any(|line| reads_a_table(line)), "{} {what}: {plan:#?}", test.engine);
        }
    }
}
