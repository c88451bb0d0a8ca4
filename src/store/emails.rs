//! E-mail addresses that wait to be confirmed, and the letters that ask for it.
//!
//! A letter is claimed with a lease that ends by itself, so that another process goes on when its holder dies.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::clock::{DAY_MS, Millis};
use crate::model::ids::AccountId;

/// How somebody's address stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// The address of the account.
    pub address: String,
    /// Since when it is known to be theirs.
    pub confirmed_at: Option<Millis>,
    /// What waits to be confirmed: this address, or another one in its place.
    pub asked: Option<Asked>,
    /// The language of their pages and mails.
    pub language: Option<String>,
}

/// An address that waits to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The address.
    pub address: String,
    /// When it was asked for last.
    pub asked_at: Millis,
    /// How often it was asked for in this day, and when the day began.
    pub in_day: (i64, Millis),
    /// No letter could be sent there.
    pub failed: bool,
}

/// A letter that is to be sent now; whoever took it has it alone for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueEmail {
    /// Whose address.
    pub account: AccountId,
    /// The address.
    pub address: String,
    /// When it was asked for.
    pub asked_at: Millis,
    /// How often it was tried in vain.
    pub attempts: i64,
}

/// How the address of an account stands.
pub fn of(conn: &mut Conn, account: AccountId) -> Result<Option<Email>, StoreError> {
    conn.query_opt(
        "select u.email, u.email_confirmed_at, u.language, c.email, c.asked_at, c.asked_in_day, c.day_began_at, c.failed
         from users u left join email_confirmations c on c.account_id = u.account_id where u.account_id = $1",
        args![account],
        |row| {
            let (address, confirmed_at, language) = (row.take()?, row.take()?, row.take()?);
            Ok(Email { address, confirmed_at, language, asked: asked(row)? })
        },
    )
}

fn asked(row: &mut Row<'_>) -> Result<Option<Asked>, StoreError> {
    // Done with is one that has no address any more; how often it was asked for stays.
    let Some(address) = row.take::<Option<String>>()? else { return Ok(None) };
    let (asked_at, in_day, began, failed) = (row.take()?, row.take()?, row.take()?, row.take()?);
    Ok(Some(Asked { address, asked_at, in_day: (in_day, began), failed }))
}

/// Whether another account has this address.
pub fn is_taken(conn: &mut Conn, account: AccountId, address: &str) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from users where email_folded = $2 and account_id <> $1)",
        args![account, address.to_lowercase()],
        |row| row.take(),
    )
}

/// A letter is to be sent to this address, in place of one to another.
pub fn ask(conn: &mut Conn, account: AccountId, address: &str, now_ms: Millis) -> Result<(), StoreError> {
    conn.execute(
        "insert into email_confirmations (account_id, email, asked_at, asked_in_day, day_began_at, due_at)
         values ($1, $2, $3, 1, $3, $3)
         on conflict (account_id) do update set email = excluded.email, asked_at = excluded.asked_at,
             asked_in_day = case when email_confirmations.day_began_at > $4
                 then email_confirmations.asked_in_day + 1 else 1 end,
             day_began_at = case when email_confirmations.day_began_at > $4
                 then email_confirmations.day_began_at else excluded.day_began_at end,
             due_at = excluded.due_at, attempts = 0, lease_until = 0, failed = false",
        args![account, address, now_ms, now_ms.saturating_sub(DAY_MS)],
    )?;
    Ok(())
}

/// Writes an address, confirmed or not; one that another account has is a unique violation. What waited is done with.
pub fn set(
    conn: &mut Conn,
    account: AccountId,
    address: &str,
    confirmed_at: Option<Millis>,
) -> Result<(), StoreError> {
    conn.execute(
        "update users set email = $2, email_folded = $3, email_confirmed_at = $4 where account_id = $1",
        args![account, address, address.to_lowercase(), confirmed_at],
    )?;
    conn.execute(
        "update email_confirmations set email = '', due_at = null where account_id = $1",
        args![account],
    )?;
    Ok(())
}

/// Whether a letter is to be sent now.
pub fn is_due(conn: &mut Conn, now_ms: Millis) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from email_confirmations
             where due_at is not null and due_at <= $1 and lease_until <= $1)",
        args![now_ms],
        |row| row.take(),
    )
}

/// Takes letters that are to be sent now until `until_ms`, what waits for longest first.
pub fn take(
    conn: &mut Conn,
    (now_ms, until_ms): (Millis, Millis),
    limit: i64,
) -> Result<Vec<DueEmail>, StoreError> {
    conn.query(
        "update email_confirmations set lease_until = $2 where account_id in (
             select account_id from email_confirmations
             where due_at is not null and due_at <= $1 and lease_until <= $1
             order by due_at limit $3 for update skip locked)
         returning account_id, email, asked_at, attempts",
        args![now_ms, until_ms, limit],
        |row| {
            Ok(DueEmail {
                account: row.take()?,
                address: row.take()?,
                asked_at: row.take()?,
                attempts: row.take()?,
            })
        },
    )
}

/// A letter is done with: it is sent, or it never can be. One that was asked for meanwhile is another one.
pub fn done(conn: &mut Conn, due: &DueEmail, failed: bool) -> Result<(), StoreError> {
    conn.execute(
        "update email_confirmations set due_at = null, lease_until = 0, failed = $4
         where account_id = $1 and email = $2 and asked_at = $3",
        args![due.account, &due.address, due.asked_at, failed],
    )?;
    Ok(())
}

/// A letter is to be tried again at `due_at`.
pub fn again(conn: &mut Conn, due: &DueEmail, due_at: Millis) -> Result<(), StoreError> {
    conn.execute(
        "update email_confirmations set due_at = $4, attempts = attempts + 1, lease_until = 0
         where account_id = $1 and email = $2 and asked_at = $3",
        args![due.account, &due.address, due.asked_at, due_at],
    )?;
    Ok(())
}
