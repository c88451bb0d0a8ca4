//! Accounts of ours that left: gone from sight in one unit of work, then erased and told of in slices. What stays of one is
//! its name, so that nobody takes it over.

use super::conn::Conn;
use super::deliveries::{self, Outgoing, Target};
use super::value::args;
use super::{Row, StoreError, accounts, events, media, sessions};
use crate::clock::Millis;
use crate::error::Error;
use crate::model::account::{Account, INSTANCE, Role};
use crate::model::event::Event;
use crate::model::ids::{AccountId, MediaId, RowId};

/// Admins among whom it is looked for one who stays; more never are.
const ADMINS: i64 = 1_000;

/// An account that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The account.
    pub account: AccountId,
    /// When it left.
    pub left_at: Millis,
    /// The stored activity that says so, once there is one.
    pub farewell: Option<RowId>,
}

fn departure(row: &mut Row<'_>) -> Result<Departure, StoreError> {
    Ok(Departure { account: row.take()?, left_at: row.take()?, farewell: row.take()? })
}

/// Lets an account of ours leave: nobody sees it any more, its sessions end, its login data and profile are gone. Its
/// pictures get the ids `files`, under which their files are removed. Answers whether it was still here. The last admin
/// may not leave.
pub fn leave(
    conn: &mut Conn,
    id: AccountId,
    files: [MediaId; 2],
    now_ms: Millis,
) -> Result<bool, StoreError> {
    let held = accounts::hold(conn, id)?.filter(|account| account.is_local() && account.id != INSTANCE);
    let Some(account) = held else { return Ok(false) };
    if left_at(conn, id)?.is_some() {
        return Ok(false);
    }
    refuse_last_admin(conn, id)?;
    conn.execute("insert into departures (account_id, left_at) values ($1, $2)", args![id, now_ms])?;
    for (file, picture) in files.into_iter().zip([&account.avatar, &account.header]) {
        if let Some(key) = picture {
            media::abandon_file(conn, file, id, key)?;
        }
    }
    conn.execute(
        "update accounts set display_name = '', bio = '', bio_html = '', fields = '[]', avatar = null, header = null,
             discoverable = false, indexable = false, last_tweet_at = null, updated_at = $2,
             suspended_at = coalesce(suspended_at, $2)
         where id = $1",
        args![id, now_ms],
    )?;
    conn.execute("delete from users where account_id = $1", args![id])?;
    let mut log = vec![Event::AccountSuspended { account: id, suspended: true }];
    if sessions::end_all(conn, id, None)? > 0 {
        log.push(Event::SessionsEnded { account: id });
    }
    events::append(conn, &log, now_ms)?;
    Ok(true)
}

/// Two admins who leave at once wait for each other here, and the second sees that it is the last.
fn refuse_last_admin(conn: &mut Conn, id: AccountId) -> Result<(), StoreError> {
    let admins: Vec<AccountId> = conn.query(
        "select account_id from users where role = $1 order by account_id limit $2 for update",
        args![Role::Admin.as_str(), ADMINS],
        |row| row.take(),
    )?;
    if admins == [id] {
        let message = "this is the only admin; make another one first";
        return Err(Error::conflict("account", "last_admin", message).into());
    }
    Ok(())
}

/// When an account left; `None` when it did not.
pub fn left_at(conn: &mut Conn, id: AccountId) -> Result<Option<Millis>, StoreError> {
    conn.query_opt("select left_at from departures where account_id = $1", args![id], super::int)
}

/// The account of ours with this username as it was written, and when it left; `None` when it did not.
pub fn left_by_name(conn: &mut Conn, username: &str) -> Result<Option<(String, Millis)>, StoreError> {
    conn.query_opt(
        "select a.username, d.left_at from accounts a join departures d on d.account_id = a.id
         where a.username_folded = $1 and coalesce(a.domain, '') = ''",
        args![username.to_lowercase()],
        |row| Ok((row.take()?, row.take()?)),
    )
}

/// Accounts that left and of which there may still be something, after `after`.
pub fn unerased(conn: &mut Conn, after: AccountId, limit: i64) -> Result<Vec<Departure>, StoreError> {
    conn.query(
        "select account_id, left_at, outbox_id from departures
         where not erased and account_id > $1 order by account_id limit $2",
        args![after, limit],
        departure,
    )
}

/// Accounts that left and of which other hosts are still to hear, after `after`.
pub fn untold(conn: &mut Conn, after: AccountId, limit: i64) -> Result<Vec<Departure>, StoreError> {
    conn.query(
        "select account_id, left_at, outbox_id from departures
         where not told and account_id > $1 order by account_id limit $2",
        args![after, limit],
        departure,
    )
}

/// There is nothing left of it.
pub fn erased(conn: &mut Conn, id: AccountId) -> Result<(), StoreError> {
    conn.execute("update departures set erased = true where account_id = $1", args![id])?;
    Ok(())
}

/// Plain rows of an account that goes, a slice of each; what others count is not among them.
const ROWS: &[&str] = &[
    "delete from bookmarks where id in (select id from bookmarks where account_id = $1 limit $2)",
    "delete from poll_votes where id in (select id from poll_votes where account_id = $1 limit $2)",
    "delete from conversation_tweets where account_id = $1 and tweet_id in (
         select tweet_id from conversation_tweets where account_id = $1 limit $2)",
    "delete from conversations where id in (select id from conversations where account_id = $1 limit $2)",
    "delete from notifications where id in (
         select id from notifications where account_id = $1 and not filtered limit $2)",
    "delete from notifications where id in (
         select id from notifications where account_id = $1 and filtered limit $2)",
    "delete from notification_requests where id in (
         select id from notification_requests where account_id = $1 limit $2)",
    "delete from notification_requests where id in (
         select id from notification_requests where from_id = $1 limit $2)",
    "delete from notification_permissions where account_id = $1 and from_id in (
         select from_id from notification_permissions where account_id = $1 limit $2)",
    "delete from notification_permissions where from_id = $1 and account_id in (
         select account_id from notification_permissions where from_id = $1 limit $2)",
    "delete from notifications where id in (select id from notifications where from_id = $1 limit $2)",
    "delete from follow_requests where id in (select id from follow_requests where follower_id = $1 limit $2)",
    "delete from follow_requests where id in (select id from follow_requests where followee_id = $1 limit $2)",
    "delete from blocks where id in (select id from blocks where account_id = $1 limit $2)",
    "delete from blocks where id in (select id from blocks where target_id = $1 limit $2)",
    "delete from mutes where id in (select id from mutes where account_id = $1 limit $2)",
    "delete from mutes where id in (select id from mutes where target_id = $1 limit $2)",
    "delete from list_members where id in (select id from list_members where owner_id = $1 limit $2)",
    "delete from list_members where id in (select id from list_members where member_id = $1 limit $2)",
    "delete from lists where id in (select id from lists where account_id = $1 and not exists (
         select 1 from list_members m where m.list_id = lists.id) limit $2)",
    "delete from account_notes where account_id = $1 and target_id in (
         select target_id from account_notes where account_id = $1 limit $2)",
    "delete from account_notes where target_id = $1 and account_id in (
         select account_id from account_notes where target_id = $1 limit $2)",
    "delete from muted_threads where account_id = $1 and thread_id in (
         select thread_id from muted_threads where account_id = $1 limit $2)",
    "delete from hidden_hosts where id in (select id from hidden_hosts where account_id = $1 limit $2)",
    "delete from followed_tags where id in (select id from followed_tags where account_id = $1 limit $2)",
    // With their words and tweets, which are few.
    "delete from filters where id in (select id from filters where account_id = $1 limit $2)",
    "delete from tweet_mentions where account_id = $1 and tweet_id in (
         select tweet_id from tweet_mentions where account_id = $1 limit $2)",
    "delete from idempotency_keys where account_id = $1 and key in (
         select key from idempotency_keys where account_id = $1 limit $2)",
    "delete from quote_stamps where id in (select id from quote_stamps where quoter_id = $1 limit $2)",
    "delete from reports where id in (select id from reports where account_id = $1 limit $2)",
    "update reports set reporter_id = null where id in (select id from reports where reporter_id = $1 limit $2)",
    "delete from aliases where account_id = $1 and uri in (
         select uri from aliases where account_id = $1 limit $2)",
    "delete from featured_tags where id in (select id from featured_tags where account_id = $1 limit $2)",
    "delete from endorsements where id in (select id from endorsements where account_id = $1 limit $2)",
    "delete from endorsements where id in (select id from endorsements where target_id = $1 limit $2)",
    "delete from dismissed_suggestions where id in (
         select id from dismissed_suggestions where account_id = $1 limit $2)",
    "delete from dismissed_suggestions where id in (
         select id from dismissed_suggestions where target_id = $1 limit $2)",
    "delete from trend_uses where (kind, item, day, account_id) in (
         select kind, item, day, account_id from trend_uses where account_id = $1 limit $2)",
    "delete from announcement_reads where account_id = $1 and announcement_id in (
         select announcement_id from announcement_reads where account_id = $1 limit $2)",
    "delete from announcement_reactions where account_id = $1 and announcement_id in (
         select announcement_id from announcement_reactions where account_id = $1 limit $2)",
    "delete from moves where account_id = $1 and $2 > 0",
    "delete from scheduled_tweets where id in (select id from scheduled_tweets where account_id = $1 limit $2)",
    // Free uploads lose their files with those of deleted tweets.
    "update media set created_at = 0 where id in (
         select id from media where account_id = $1 and tweet_id is null and created_at > 0 limit $2)",
];

/// Takes away at most `limit` of each kind of rows of an account that goes. Answers whether there were any.
pub fn erase_some(conn: &mut Conn, id: AccountId, limit: i64) -> Result<bool, StoreError> {
    let mut any = false;
    for sql in ROWS {
        any |= conn.execute(sql, args![id, limit])? > 0;
    }
    Ok(any)
}

/// Stores the activity that says that an account left, unless there is one. Answers the one that holds.
pub fn say_farewell(conn: &mut Conn, outgoing: &Outgoing, now_ms: Millis) -> Result<RowId, StoreError> {
    let said: Option<RowId> = conn
        .query_opt(
            "select outbox_id from departures where account_id = $1 for update",
            args![outgoing.account],
            |row| row.take(),
        )?
        .flatten();
    if let Some(said) = said {
        return Ok(said);
    }
    deliveries::insert_outgoing(conn, outgoing, now_ms)?;
    conn.execute(
        "update departures set outbox_id = $2 where account_id = $1",
        args![outgoing.account, outgoing.id],
    )?;
    Ok(outgoing.id)
}

/// Takes at most `limit` hosts that are still to hear that an account left; from now on they have. Dead and blocked ones
/// are left out of the answer.
pub fn take_untold(conn: &mut Conn, id: AccountId, limit: i64) -> Result<Vec<Target>, StoreError> {
    let taken: Vec<String> = conn.query(
        "update reached_hosts set told = true where account_id = $1 and not told and host in (
             select host from reached_hosts where account_id = $1 and not told order by host limit $2)
         returning host",
        args![id, limit],
        |row| row.take(),
    )?;
    super::reached::inboxes_on(conn, id, taken)
}

/// What others are still to hear of an account that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    /// There are hosts that are not told yet.
    pub untold: bool,
    /// Something of it waits to be sent.
    pub waiting: bool,
}

/// What others are still to hear of an account that left.
pub fn telling(conn: &mut Conn, id: AccountId) -> Result<Telling, StoreError> {
    conn.query_one(
        "select exists(select 1 from reached_hosts where account_id = $1 and not told),
             exists(select 1 from outbox o join deliveries d on d.outbox_id = o.id where o.account_id = $1)",
        args![id],
        |row| Ok(Telling { untold: row.take()?, waiting: row.take()? }),
    )
}

/// Ends the telling: what it needed goes, at most `limit` rows of each kind, and with the last of them the account's keys.
/// Answers whether that is done.
pub fn told(conn: &mut Conn, id: AccountId, limit: i64) -> Result<bool, StoreError> {
    let sent = conn.execute(
        "delete from outbox where id in (select id from outbox where account_id = $1 order by id limit $2)",
        args![id, limit],
    )?;
    let hosts = conn.execute(
        "delete from reached_hosts where account_id = $1 and host in (
             select host from reached_hosts where account_id = $1 order by host limit $2)",
        args![id, limit],
    )?;
    if sent > 0 || hosts > 0 {
        return Ok(false);
    }
    conn.execute("delete from actor_keys where account_id = $1", args![id])?;
    conn.execute("update departures set told = true, outbox_id = null where account_id = $1", args![id])?;
    Ok(true)
}

/// An account that left, whom nobody else may see, for what it still has to sign.
pub fn leaver(conn: &mut Conn, id: AccountId) -> Result<Option<Account>, StoreError> {
    if left_at(conn, id)?.is_none() {
        return Ok(None);
    }
    accounts::by_id(conn, id)
}
