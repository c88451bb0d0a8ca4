//! Filters with their words and tweets: always all of a person's, which are few.

use super::conn::Conn;
use super::value::{args, grouped};
use super::{Kind, StoreError, Value, accounts, events};
use crate::clock::Millis;
use crate::config::limits;
use crate::error::Error;
use crate::model::event::Event;
use crate::model::filter::{Filter, FilterAction, FilterContext, FilteredTweet, Keyword};
use crate::model::ids::{AccountId, RowId};

/// All filters of an account, in the order in which they were made.
pub fn all(conn: &mut Conn, owner: AccountId) -> Result<Vec<Filter>, StoreError> {
    let most = i64::try_from(limits::FILTERS_MAX).unwrap_or(i64::MAX);
    let mut filters = conn.query(
        "select id, title, contexts, action, expires_at from filters where account_id = $1 order by id limit $2",
        args![owner, most],
        |row| {
            let (id, title) = (row.take()?, row.take()?);
            let contexts = FilterContext::from_code(row.take()?);
            let action: String = row.take()?;
            let action = FilterAction::from_stored(&action)
                .ok_or_else(|| StoreError::Corrupt(format!("action of a filter {action:?}")))?;
            let expires_at = row.take()?;
            Ok(Filter { id, owner, title, contexts, action, expires_at, keywords: Vec::new(), tweets: Vec::new() })
        },
    )?;
    if filters.is_empty() {
        return Ok(filters);
    }
    let ids: Vec<i64> = filters.iter().map(|filter| filter.id.0).collect();
    let mut keywords = grouped(keywords_of(conn, ids.clone())?);
    let mut tweets = grouped(tweets_of(conn, ids)?);
    for filter in &mut filters {
        filter.keywords = keywords.remove(&filter.id).unwrap_or_default();
        filter.tweets = tweets.remove(&filter.id).unwrap_or_default();
    }
    Ok(filters)
}

pub(super) fn keywords_of(conn: &mut Conn, filters: Vec<i64>) -> Result<Vec<(RowId, Keyword)>, StoreError> {
    conn.query(
        "select filter_id, id, keyword, whole_word from filter_keywords where filter_id in_ints($1) order by id",
        args![filters],
        |row| {
            let filter: RowId = row.take()?;
            Ok((filter, Keyword { id: row.take()?, keyword: row.take()?, whole_word: row.take()? }))
        },
    )
}

pub(super) fn tweets_of(
    conn: &mut Conn,
    filters: Vec<i64>,
) -> Result<Vec<(RowId, FilteredTweet)>, StoreError> {
    conn.query(
        "select filter_id, id, tweet_id from filter_tweets where filter_id in_ints($1) order by id",
        args![filters],
        |row| Ok((row.take()?, FilteredTweet { id: row.take()?, tweet: row.take()? })),
    )
}

/// Changes the filters of an account: `edit` is given all of them, changes, adds or removes one, and answers which.
/// The account is held meanwhile, so that two changes at once are one after the other.
pub fn change<T>(
    conn: &mut Conn,
    owner: AccountId,
    now_ms: Millis,
    edit: impl FnOnce(&mut Vec<Filter>) -> Result<(RowId, T), Error>,
) -> Result<T, StoreError> {
    accounts::hold(conn, owner)?;
    let mut filters = all(conn, owner)?;
    let (touched, answer) = edit(&mut filters)?;
    refuse_too_many(&filters)?;
    match filters.iter().find(|filter| filter.id == touched) {
        Some(filter) => save(conn, filter)?,
        None => {
            conn.execute("delete from filters where id = $1 and account_id = $2", args![touched, owner])?;
        }
    }
    events::append(conn, &[Event::FiltersChanged { account: owner }], now_ms)?;
    Ok(answer)
}

fn refuse_too_many(filters: &[Filter]) -> Result<(), Error> {
    let (keywords, tweets) = filters.iter().fold((0, 0), |(keywords, tweets), filter| {
        (filter.keywords.len().saturating_add(keywords), filter.tweets.len().saturating_add(tweets))
    });
    for (field, what, count, most) in [
        ("title", "filters", filters.len(), limits::FILTERS_MAX),
        ("keyword", "keywords in all filters", keywords, limits::FILTER_KEYWORDS_MAX),
        ("status_id", "posts in all filters", tweets, limits::FILTER_TWEETS_MAX),
    ] {
        if count > most {
            return Err(Error::invalid(field, "too_many", format!("at most {most} {what}")));
        }
    }
    Ok(())
}

fn save(conn: &mut Conn, filter: &Filter) -> Result<(), StoreError> {
    conn.execute(
        "insert into filters (id, account_id, title, contexts, action, expires_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (id) do update set title = excluded.title, contexts = excluded.contexts,
             action = excluded.action, expires_at = excluded.expires_at",
        args![
            filter.id,
            filter.owner,
            &filter.title,
            FilterContext::code_of(&filter.contexts),
            filter.action.as_str(),
            filter.expires_at,
        ],
    )?;
    let kept: Vec<i64> = filter.keywords.iter().map(|keyword| keyword.id.0).collect();
    conn.execute(
        "delete from filter_keywords where filter_id = $1 and id not_in_ints($2)",
        args![filter.id, kept],
    )?;
    let rows: Vec<Vec<Value>> = filter
        .keywords
        .iter()
        .map(|keyword| {
            vec![
                keyword.id.into(),
                filter.id.into(),
                keyword.keyword.as_str().into(),
                keyword.whole_word.into(),
            ]
        })
        .collect();
    conn.insert_rows(
        "filter_keywords",
        &[("id", Kind::Int), ("filter_id", Kind::Int), ("keyword", Kind::Text), ("whole_word", Kind::Bool)],
        "on conflict (id) do update set keyword = excluded.keyword, whole_word = excluded.whole_word",
        &rows,
    )?;
    let kept: Vec<i64> = filter.tweets.iter().map(|tweet| tweet.id.0).collect();
    conn.execute(
        "delete from filter_tweets where filter_id = $1 and id not_in_ints($2)",
        args![filter.id, kept],
    )?;
    let rows: Vec<Vec<Value>> = filter
        .tweets
        .iter()
        .map(|named| vec![named.id.into(), filter.id.into(), named.tweet.into()])
        .collect();
    let columns = [("id", Kind::Int), ("filter_id", Kind::Int), ("tweet_id", Kind::Int)];
    conn.insert_rows("filter_tweets", &columns, "on conflict do nothing", &rows)?;
    Ok(())
}
