//! Relays that an admin subscribed to. There are few.

use super::conn::Conn;
use super::value::args;
use super::{Row, StoreError, events, instances};
use crate::clock::Millis;
use crate::model::event::Event;
use crate::model::ids::RowId;
use crate::model::relay::{Relay, RelayKind, RelayState};

/// Relays of an instance: more would bring the same posts again and again.
pub const RELAYS_MAX: i64 = 20;

macro_rules! select_relays {
    ($rest:literal) => {
        concat!("select id, kind, address, inbox, host, actor_uri, state, created_at from relays ", $rest)
    };
}

/// Writes a relay, which is asked for its posts then. An address that is there already is a unique violation.
pub fn insert(conn: &mut Conn, relay: &Relay) -> Result<(), StoreError> {
    conn.execute(
        "insert into relays (id, kind, address, inbox, host, actor_uri, state, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            relay.id,
            relay.kind.as_str(),
            &relay.address,
            &relay.inbox,
            &relay.host,
            relay.actor_uri.as_deref(),
            relay.state.as_str(),
            relay.created_at,
        ],
    )?;
    instances::know(conn, &relay.host, relay.created_at)?;
    events::append(conn, &[Event::RelayAdded { relay: relay.id }], relay.created_at)
}

/// Removes a relay. Answers whether there was one.
pub fn remove(conn: &mut Conn, id: RowId, now_ms: Millis) -> Result<bool, StoreError> {
    let Some(relay) = by_id(conn, id)? else { return Ok(false) };
    conn.execute("delete from relays where id = $1", args![id])?;
    let gone = Event::RelayRemoved {
        relay: id,
        inbox: relay.inbox,
        host: relay.host,
        actor: relay.actor_uri.filter(|_| relay.kind == RelayKind::LitePub),
    };
    events::append(conn, &[gone], now_ms)?;
    Ok(true)
}

/// All of them, the oldest first.
pub fn list(conn: &mut Conn) -> Result<Vec<Relay>, StoreError> {
    conn.query(select_relays!("order by id limit $1"), args![RELAYS_MAX], relay)
}

/// The relay with this id.
pub fn by_id(conn: &mut Conn, id: RowId) -> Result<Option<Relay>, StoreError> {
    conn.query_opt(select_relays!("where id = $1"), args![id], relay)
}

/// The relay whose actor this is.
pub fn by_actor(conn: &mut Conn, actor_uri: &str) -> Result<Option<Relay>, StoreError> {
    conn.query_opt(select_relays!("where actor_uri = $1"), args![actor_uri], relay)
}

/// Remembers what a relay answered, and who it is. Answers whether anything changed.
pub fn answered(conn: &mut Conn, id: RowId, actor_uri: &str, state: RelayState) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "update relays set state = $3, actor_uri = $2
         where id = $1 and (state <> $3 or actor_uri is null or actor_uri <> $2)",
        args![id, actor_uri, state.as_str()],
    )?;
    Ok(changed > 0)
}

fn relay(row: &mut Row<'_>) -> Result<Relay, StoreError> {
    Ok(Relay {
        id: row.take()?,
        kind: RelayKind::from_stored(&row.take::<String>()?),
        address: row.take()?,
        inbox: row.take()?,
        host: row.take()?,
        actor_uri: row.take()?,
        state: RelayState::from_stored(&row.take::<String>()?),
        created_at: row.take()?,
    })
}
