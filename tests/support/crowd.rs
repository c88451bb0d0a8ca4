//! Followers in thousands, made by the database itself.

use crate::model::ids::AccountId;
use crate::store::value::args;
use crate::store::{Conn, StoreError};

/// Accounts `fan{from}` to `fan{to}` of `host` that follow `followee` from now on, and are counted.
pub(crate) fn follow_in_crowds(
    conn: &mut Conn,
    followee: AccountId,
    host: &str,
    (from, to): (i64, i64),
) -> Result<(), StoreError> {
    const FANS: i64 = 7_000_000;
    conn.execute(
        "with recursive fans (n) as (select $1 union all select n + 1 from fans where n < $2)
         insert into accounts (id, username, username_folded, domain, created_at, updated_at)
         select $3 + n, 'fan' || n, 'fan' || n, $4, 0, 0 from fans",
        args![from, to, FANS, host],
    )?;
    conn.execute(
        "insert into actors (account_id, uri, inbox, host, fetched_at)
         select id, 'http://' || domain || '/users/' || username, 'http://' || domain || '/inbox', domain, 0
         from accounts where id >= $1 and id <= $2",
        args![FANS + from, FANS + to],
    )?;
    conn.execute(
        "insert into follows (id, follower_id, followee_id, created_at)
         select id, id, $3, 0 from accounts where id >= $1 and id <= $2",
        args![FANS + from, FANS + to, followee],
    )?;
    conn.execute(
        "update accounts set followers_count = followers_count + $2 where id = $1",
        args![followee, to - from + 1],
    )?;
    Ok(())
}
