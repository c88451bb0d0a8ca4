//! Rows that tests elsewhere begin with.

use crate::store::{Conn, StoreError};

/// The card of a page, known and told.
pub(crate) fn card(conn: &mut Conn, url: &str, host: &str, title: &str) -> Result<(), StoreError> {
    conn.execute(
        "insert into link_previews (id, url, host, state, title, looked_at) values (1, $1, $2, 1, $3, 1)",
        crate::store::value::args![url, host, title],
    )?;
    Ok(())
}

/// An account that moderators limited.
pub(crate) fn limited(conn: &mut Conn, id: crate::model::ids::AccountId) -> Result<(), StoreError> {
    conn.execute("update accounts set limited_at = 1 where id = $1", crate::store::value::args![id])?;
    Ok(())
}

/// A host that is blocked.
pub(crate) fn blocked(conn: &mut Conn, host: &str) -> Result<(), StoreError> {
    crate::store::instances::know(conn, host, 1)?;
    conn.execute("update instances set blocked = true where host = $1", crate::store::value::args![host])?;
    Ok(())
}
