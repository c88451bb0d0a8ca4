//! Conversations: direct tweets of a thread among the same accounts, as each user among them has them.

use std::collections::{BTreeSet, HashSet};

use super::conn::Conn;
use super::notifications::{self, NewNotification};
use super::value::args;
use super::{Row, StoreError, newer_than, older_than, sifting};
use crate::model::conversation::Conversation;
use crate::model::cursor::Cursor;
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::sifting::Sift;
use crate::model::tweet::Tweet;
use crate::model::visibility::Visibility;

/// Puts direct tweets into the conversations of their authors and of whom they mention, as far as those are users who
/// want to hear of the author. It is read for the author, and unread for the others. Answers an event for each.
pub fn add<'t>(conn: &mut Conn, tweets: impl Iterator<Item = &'t Tweet>) -> Result<Vec<Event>, StoreError> {
    let mut log = Vec::new();
    for tweet in tweets.filter(|tweet| is_part(tweet)) {
        let members: Vec<AccountId> = members(tweet).into_iter().collect();
        log.extend(add_for(conn, tweet, &members)?);
    }
    Ok(log)
}

/// Puts a direct tweet into the conversations of these accounts, as far as they are users who want to hear of its author.
pub fn add_for(conn: &mut Conn, tweet: &Tweet, whom: &[AccountId]) -> Result<Vec<Event>, StoreError> {
    let pairs: Vec<(AccountId, AccountId)> = whom.iter().map(|account| (*account, tweet.author)).collect();
    let willing = notifications::willing(conn, &pairs)?;
    let told: Vec<NewNotification> = whom
        .iter()
        .filter(|account| willing.contains(&(**account, tweet.author)))
        .map(|account| NewNotification {
            account: *account,
            kind: NotificationKind::Mention,
            from: tweet.author,
            tweet: Some(tweet.id),
            at_ms: tweet.created_at,
        })
        .collect();
    let judged = sifting::judge(conn, &told.iter().collect::<Vec<_>>())?;
    let mut log = Vec::new();
    for (told, verdict) in told.into_iter().zip(judged) {
        let account = told.account;
        // What waits opens no conversation before it is let through. Who wants no notification is spoken to all the same.
        if verdict.sift != Sift::Accept && account != tweet.author {
            continue;
        }
        let conversation = put(conn, account, tweet)?;
        log.extend(conversation.map(|conversation| Event::ConversationChanged { account, conversation }));
    }
    Ok(log)
}

/// Those whom a change of a direct tweet brings in have it in a conversation too.
pub fn bring_in(conn: &mut Conn, before: &Tweet, after: &Tweet) -> Result<Vec<Event>, StoreError> {
    if !is_part(after) {
        return Ok(Vec::new());
    }
    let new: Vec<AccountId> = members(after).difference(&members(before)).copied().collect();
    add_for(conn, after, &new)
}

fn is_part(tweet: &Tweet) -> bool {
    tweet.visibility == Visibility::Direct && tweet.retweet_of.is_none()
}

/// Who speaks with whom, in the order of their ids, in which their rows are taken too.
fn members(tweet: &Tweet) -> BTreeSet<AccountId> {
    tweet.mentions.iter().map(|mention| mention.account).chain([tweet.author]).collect()
}

/// Answers the conversation, if the tweet is new in it.
fn put(conn: &mut Conn, account: AccountId, tweet: &Tweet) -> Result<Option<RowId>, StoreError> {
    let others: Vec<String> =
        members(tweet).iter().filter(|member| **member != account).map(AccountId::to_string).collect();
    let conversation: RowId = conn.query_one(
        "insert into conversations (account_id, thread_id, participants, last_tweet_id, unread)
         values ($1, $2, $3, $4, $5)
         on conflict (account_id, thread_id, participants) do update set
             last_tweet_id = greatest(conversations.last_tweet_id, excluded.last_tweet_id), unread = excluded.unread
         returning id",
        args![account, tweet.thread, others.join(","), tweet.id, account != tweet.author],
        |row| row.take(),
    )?;
    let new = conn.execute(
        "insert into conversation_tweets (account_id, tweet_id, conversation_id) values ($1, $2, $3)
         on conflict do nothing",
        args![account, tweet.id, conversation],
    )?;
    Ok((new > 0).then_some(conversation))
}

/// Takes a tweet that is about to go out of its conversations; those of which it was all go with it.
pub fn forget(conn: &mut Conn, tweet: TweetId) -> Result<(), StoreError> {
    let held: Vec<i64> = conn.query(
        "select c.id from conversations c join conversation_tweets t on t.conversation_id = c.id
         where t.tweet_id = $1 order by c.id for update",
        args![tweet],
        super::int,
    )?;
    if held.is_empty() {
        return Ok(());
    }
    conn.execute("delete from conversation_tweets where tweet_id = $1", args![tweet])?;
    conn.execute(
        "delete from conversations where id in_ints($1) and not exists (
             select 1 from conversation_tweets t where t.conversation_id = conversations.id)",
        args![held.clone()],
    )?;
    conn.execute(
        "update conversations set last_tweet_id = (
             select max(t.tweet_id) from conversation_tweets t where t.conversation_id = conversations.id)
         where id in_ints($1) and last_tweet_id = $2",
        args![held, tweet],
    )?;
    Ok(())
}

/// A thread goes on as part of another one, and so do its conversations. Where somebody has one there among the same
/// accounts already, theirs stay two.
pub fn renumber(conn: &mut Conn, from: TweetId, to: TweetId) -> Result<(), StoreError> {
    conn.execute(
        "update conversations set thread_id = $2 where thread_id = $1 and not exists (
             select 1 from conversations c where c.account_id = conversations.account_id and c.thread_id = $2
                 and c.participants = conversations.participants)",
        args![from, to],
    )?;
    Ok(())
}

/// The conversations of an account by their newest tweets, the newest first.
pub fn list(
    conn: &mut Conn,
    account: AccountId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<Conversation>, StoreError> {
    conn.query(
        "select id, participants, last_tweet_id, unread from conversations
         where account_id = $1 and last_tweet_id < $2 and last_tweet_id > $3
         order by last_tweet_id desc, id desc limit $4",
        args![account, older_than(cursor), newer_than(cursor), limit],
        conversation,
    )
}

/// One conversation of an account.
pub fn by_id(conn: &mut Conn, account: AccountId, id: RowId) -> Result<Option<Conversation>, StoreError> {
    conn.query_opt(
        "select id, participants, last_tweet_id, unread from conversations where id = $1 and account_id = $2",
        args![id, account],
        conversation,
    )
}

/// Marks a conversation of an account as read. Answers whether it is there.
pub fn read(conn: &mut Conn, account: AccountId, id: RowId) -> Result<bool, StoreError> {
    let found = conn.execute(
        "update conversations set unread = false where id = $1 and account_id = $2",
        args![id, account],
    )?;
    Ok(found > 0)
}

/// Takes away at most `limit` tweets of a conversation of an account, and with the last of them the conversation; the
/// tweets themselves stay. Answers whether it is gone now; if not, the same is to be done again.
pub fn remove_slice(conn: &mut Conn, account: AccountId, id: RowId, limit: i64) -> Result<bool, StoreError> {
    let removed = conn.execute(
        "delete from conversation_tweets where account_id = $1 and conversation_id = $2 and tweet_id in (
             select tweet_id from conversation_tweets where conversation_id = $2 order by tweet_id limit $3)",
        args![account, id, limit],
    )?;
    if i64::try_from(removed).is_ok_and(|removed| removed >= limit) {
        return Ok(false);
    }
    conn.execute("delete from conversations where id = $1 and account_id = $2", args![id, account])?;
    Ok(true)
}

fn conversation(row: &mut Row<'_>) -> Result<Conversation, StoreError> {
    let (id, participants): (RowId, String) = (row.take()?, row.take()?);
    let others: Result<HashSet<AccountId>, _> =
        participants.split(',').filter(|id| !id.is_empty()).map(str::parse).collect();
    let mut others: Vec<AccountId> = others
        .map_err(|_| StoreError::Corrupt(format!("participants {participants:?}")))?
        .into_iter()
        .collect();
    others.sort_unstable();
    Ok(Conversation { id, others, last_tweet: row.take()?, unread: row.take()? })
}
