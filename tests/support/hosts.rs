//! States of hosts that take long to come about.

use crate::store::{Conn, StoreError};

/// A host that an admin blocked.
pub(crate) fn block_host(conn: &mut Conn, host: &str) -> Result<(), StoreError> {
    conn.execute(
        "insert into instances (host, created_at, blocked) values ($1, 0, true)
         on conflict (host) do update set blocked = true",
        &[host.into()],
    )?;
    Ok(())
}

/// A known host to which deliveries failed for so long that it counts as dead.
pub(crate) fn bury_host(conn: &mut Conn, host: &str) -> Result<(), StoreError> {
    conn.execute("update instances set state = 3, failures = 9 where host = $1", &[host.into()])?;
    Ok(())
}
