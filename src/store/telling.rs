//! Of what somebody wants to be told and when they are not to be disturbed, in the row of what they let through.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError};
use crate::model::hours::{Quiet, QuietHours, TimeOfDay};
use crate::model::ids::AccountId;
use crate::model::sifting::SiftPolicy;
use crate::model::telling::Telling;

/// What an account chose.
pub fn of(conn: &mut Conn, account: AccountId) -> Result<(Telling, Quiet), StoreError> {
    let found = conn.query_opt(
        "select coalesce(p.telling, ''), p.quiet_from, p.quiet_until, w.time_zone
         from users u left join notification_policies p on p.account_id = u.account_id
             left join preferences w on w.account_id = u.account_id
         where u.account_id = $1",
        args![account],
        |row| Ok((Telling::from_stored(&row.take::<String>()?), quiet(row)?)),
    )?;
    Ok(found.unwrap_or_default())
}

/// The hours and the time zone of a row that has them next.
pub(super) fn quiet(row: &mut Row<'_>) -> Result<Quiet, StoreError> {
    let mut next = || -> Result<Option<TimeOfDay>, StoreError> {
        Ok(row.take::<Option<i64>>()?.and_then(TimeOfDay::from_minutes))
    };
    let (from, until) = (next()?, next()?);
    let hours = from.zip(until).and_then(|(from, until)| QuietHours::new(from, until).ok());
    Ok(Quiet { hours, zone: row.take()? })
}

/// Writes what an account chooses; of what becomes of the rest it says nothing.
pub fn set(
    conn: &mut Conn,
    account: AccountId,
    telling: &Telling,
    quiet: Option<QuietHours>,
) -> Result<(), StoreError> {
    let policy = SiftPolicy::default();
    conn.execute(
        "insert into notification_policies (account_id, not_following, not_followers, new_accounts,
             private_mentions, limited_accounts, telling, quiet_from, quiet_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (account_id) do update set telling = excluded.telling, quiet_from = excluded.quiet_from,
             quiet_until = excluded.quiet_until",
        args![
            account,
            policy.not_following.code(),
            policy.not_followers.code(),
            policy.new_accounts.code(),
            policy.private_mentions.code(),
            policy.limited_accounts.code(),
            telling.to_stored(),
            quiet.map(|hours| hours.from().minutes()),
            quiet.map(|hours| hours.until().minutes()),
        ],
    )?;
    Ok(())
}
