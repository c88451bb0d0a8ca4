//! Lists of accounts, and who is on them.

use super::conn::Conn;
use super::value::args;
use super::{Kind, Row, StoreError, Value, accounts, events, newer_than, older_than};
use crate::clock::Millis;
use crate::config::limits;
use crate::error::Error;
use crate::model::cursor::Cursor;
use crate::model::event::Event;
use crate::model::ids::{AccountId, RowId};
use crate::model::list::{List, ListReplies};

macro_rules! select_lists {
    ($rest:literal) => {
        concat!("select l.id, l.account_id, l.title, l.replies, l.exclusive from lists l ", $rest)
    };
}

/// Writes a new list. Its owner is held, so that nobody makes more than there may be by making them at once.
pub fn insert(conn: &mut Conn, list: &List, now_ms: Millis) -> Result<(), StoreError> {
    accounts::hold(conn, list.owner)?;
    let most = i64::try_from(limits::LISTS_MAX).unwrap_or(i64::MAX);
    let there = conn.query_one(
        "select count(*) from (select 1 from lists where account_id = $1 limit $2) as there",
        args![list.owner, most],
        super::int,
    )?;
    if there >= most {
        let message = format!("an account has at most {most} lists");
        return Err(Error::invalid("title", "too_many", message).into());
    }
    conn.execute(
        "insert into lists (id, account_id, title, replies, exclusive) values ($1, $2, $3, $4, $5)",
        args![list.id, list.owner, &list.title, list.replies.as_str(), list.exclusive],
    )?;
    changed(conn, list.owner, list.id, now_ms)
}

/// Changes a list. Answers whether it is there.
pub fn update(conn: &mut Conn, list: &List, now_ms: Millis) -> Result<bool, StoreError> {
    let there = conn.execute(
        "update lists set title = $3, replies = $4, exclusive = $5 where id = $1 and account_id = $2",
        args![list.id, list.owner, &list.title, list.replies.as_str(), list.exclusive],
    )? > 0;
    if there {
        changed(conn, list.owner, list.id, now_ms)?;
    }
    Ok(there)
}

/// Removes a list of somebody's. Answers whether it was there.
pub fn delete(conn: &mut Conn, owner: AccountId, id: RowId, now_ms: Millis) -> Result<bool, StoreError> {
    let gone = conn.execute("delete from lists where id = $1 and account_id = $2", args![id, owner])? > 0;
    if gone {
        changed(conn, owner, id, now_ms)?;
    }
    Ok(gone)
}

/// A list of somebody's.
pub fn by_id(conn: &mut Conn, owner: AccountId, id: RowId) -> Result<Option<List>, StoreError> {
    conn.query_opt(select_lists!("where l.id = $1 and l.account_id = $2"), args![id, owner], list)
}

/// The same, held until the end of the unit of work.
pub fn hold(conn: &mut Conn, owner: AccountId, id: RowId) -> Result<Option<List>, StoreError> {
    conn.query_opt(select_lists!("where l.id = $1 and l.account_id = $2 for update"), args![id, owner], list)
}

/// The lists of somebody, in the order in which they were made.
pub fn of_account(conn: &mut Conn, owner: AccountId, limit: i64) -> Result<Vec<List>, StoreError> {
    conn.query(select_lists!("where l.account_id = $1 order by l.id limit $2"), args![owner, limit], list)
}

/// Those lists of somebody that an account is on.
pub fn with_member(
    conn: &mut Conn,
    owner: AccountId,
    member: AccountId,
    limit: i64,
) -> Result<Vec<List>, StoreError> {
    conn.query(
        select_lists!(
            "join list_members m on m.list_id = l.id where m.owner_id = $1 and m.member_id = $2
             order by l.id limit $3"
        ),
        args![owner, member, limit],
        list,
    )
}

/// Puts accounts on a list that is held: under the ids `rows`, those that are not on it yet. Refuses those whom the
/// owner does not follow, and more than a list may have. Follows are held, so that one that ends meanwhile takes its
/// account off again.
pub fn add(
    conn: &mut Conn,
    list: &List,
    rows: &[(RowId, AccountId)],
    now_ms: Millis,
) -> Result<(), StoreError> {
    let wanted: Vec<AccountId> = rows.iter().map(|(_, member)| *member).collect();
    let followed: Vec<AccountId> = conn.query(
        "select followee_id from follows where follower_id = $1 and followee_id in_ints($2)
         order by id for update",
        args![list.owner, wanted.as_slice()],
        |row| row.take(),
    )?;
    if wanted.iter().any(|member| *member != list.owner && !followed.contains(member)) {
        let message = "only accounts that you follow can be on a list";
        return Err(Error::invalid("userId", "not_followed", message).into());
    }
    let new: Vec<Vec<Value>> = rows
        .iter()
        .map(|(id, member)| vec![(*id).into(), list.id.into(), list.owner.into(), (*member).into()])
        .collect();
    let columns =
        [("id", Kind::Int), ("list_id", Kind::Int), ("owner_id", Kind::Int), ("member_id", Kind::Int)];
    let added = conn.insert_rows("list_members", &columns, "on conflict do nothing", &new)?;
    if added == 0 {
        return Ok(());
    }
    let most = i64::try_from(limits::LIST_MEMBERS_MAX).unwrap_or(i64::MAX);
    let members = conn.query_one(
        "select count(*) from (select 1 from list_members where list_id = $1 limit $2) as there",
        args![list.id, most.saturating_add(1)],
        super::int,
    )?;
    if members > most {
        let message = format!("at most {most} accounts can be on a list");
        return Err(Error::invalid("userId", "too_many", message).into());
    }
    changed(conn, list.owner, list.id, now_ms)
}

/// Takes accounts off a list.
pub fn remove(conn: &mut Conn, list: &List, members: &[AccountId], now_ms: Millis) -> Result<(), StoreError> {
    let gone = conn.execute(
        "delete from list_members where list_id = $1 and member_id in_ints($2)",
        args![list.id, members],
    )?;
    if gone > 0 {
        changed(conn, list.owner, list.id, now_ms)?;
    }
    Ok(())
}

/// Takes an account off all lists of somebody who no longer follows it. That the follow is over is told by whoever ends it.
pub(super) fn unlist(conn: &mut Conn, owner: AccountId, member: AccountId) -> Result<(), StoreError> {
    conn.execute("delete from list_members where owner_id = $1 and member_id = $2", args![owner, member])?;
    Ok(())
}

/// Who is on a list, who came last first.
pub fn members(
    conn: &mut Conn,
    list: RowId,
    cursor: Cursor,
    limit: i64,
) -> Result<Vec<(RowId, AccountId)>, StoreError> {
    conn.query(
        "select id, member_id from list_members where list_id = $1 and id < $2 and id > $3
         order by id desc limit $4",
        args![list, older_than(cursor), newer_than(cursor), limit],
        |row| Ok((row.take()?, row.take()?)),
    )
}

fn changed(conn: &mut Conn, account: AccountId, list: RowId, now_ms: Millis) -> Result<(), StoreError> {
    events::append(conn, &[Event::ListChanged { account, list }], now_ms)
}

fn list(row: &mut Row<'_>) -> Result<List, StoreError> {
    let (id, owner, title) = (row.take()?, row.take()?, row.take()?);
    let word: String = row.take()?;
    let replies = ListReplies::from_stored(&word)
        .ok_or_else(|| StoreError::Corrupt(format!("replies of a list {word:?}")))?;
    Ok(List { id, owner, title, replies, exclusive: row.take()? })
}
