//! What waits to be sent.

use crate::store::{Conn, StoreError};

/// The hosts for which deliveries wait.
pub(crate) fn hosts(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    conn.query("select distinct host from deliveries order by host", &[], |row| row.take())
}
