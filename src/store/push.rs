//! Web Push: where people want to be told, and what is still to be pushed.
//!
//! A delivery is claimed with a lease that ends by itself, so that another process goes on when its holder dies. It goes
//! with its notification, and with its subscription, which goes with its session.

use super::conn::Conn;
use super::value::args;
use super::{Kind, Row, StoreError, Value, telling};
use crate::clock::Millis;
use crate::model::hours::Quiet;
use crate::model::ids::{AccountId, NotificationId, SessionId};
use crate::model::notification::NotificationKind;
use crate::model::push::{PushPolicy, PushSubscription};
use crate::model::telling::{Channel, Doer, Telling};

/// A subscription to write.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    /// Whose session.
    pub session: SessionId,
    /// Whose account.
    pub account: AccountId,
    /// The address at the push service.
    pub endpoint: String,
    /// The subscriber's public key.
    pub public_key: Vec<u8>,
    /// The subscriber's secret.
    pub auth: Vec<u8>,
    /// By the RFCs, not the drafts.
    pub standard: bool,
    /// Of what is told.
    pub kinds: Vec<NotificationKind>,
    /// From whom.
    pub policy: PushPolicy,
    /// The session's secret, sealed.
    pub token_sealed: Option<Vec<u8>>,
}

/// All that a message needs of a subscription.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The session.
    pub session: SessionId,
    /// The subscription.
    pub subscription: PushSubscription,
    /// The subscriber's public key.
    pub public_key: Vec<u8>,
    /// The subscriber's secret.
    pub auth: Vec<u8>,
    /// The session's secret, sealed.
    pub token_sealed: Option<Vec<u8>>,
}

/// A notification that is to be pushed now; whoever took it has it alone for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its number.
    pub id: i64,
    /// The subscription.
    pub subscription: i64,
    /// Whose it is.
    pub account: AccountId,
    /// The notification.
    pub notification: NotificationId,
    /// How often it was tried in vain.
    pub attempts: i64,
}

macro_rules! select_subscriptions {
    ($rest:literal) => {
        concat!(
            "select id, account_id, endpoint, standard, kinds, policy, session_id, public_key, auth, token_sealed
             from push_subscriptions ",
            $rest
        )
    };
}

fn destination(row: &mut Row<'_>) -> Result<Destination, StoreError> {
    Ok(Destination {
        subscription: PushSubscription {
            id: row.take()?,
            account: row.take()?,
            endpoint: row.take()?,
            standard: row.take()?,
            kinds: kinds_of(&row.take::<String>()?),
            policy: policy(row)?,
        },
        session: row.take()?,
        public_key: row.take()?,
        auth: row.take()?,
        token_sealed: row.take()?,
    })
}

fn policy(row: &mut Row<'_>) -> Result<PushPolicy, StoreError> {
    row.take::<String>()?.parse().map_err(|error| StoreError::Corrupt(format!("{error}")))
}

/// Kinds as they are stored: their words, with a space around each.
fn stored(kinds: &[NotificationKind]) -> String {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    format!(" {} ", words.join(" "))
}

fn kinds_of(stored: &str) -> Vec<NotificationKind> {
    stored.split(' ').filter_map(NotificationKind::from_stored).collect()
}

/// Writes a session's subscription, in place of one it had: a new one, under a new number.
pub fn subscribe(conn: &mut Conn, new: &NewSubscription, now_ms: Millis) -> Result<(), StoreError> {
    unsubscribe(conn, new.session)?;
    conn.execute(
        "insert into push_subscriptions (session_id, account_id, endpoint, public_key, auth, standard, kinds, policy,
             token_sealed, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            new.session,
            new.account,
            &new.endpoint,
            new.public_key.as_slice(),
            new.auth.as_slice(),
            new.standard,
            stored(&new.kinds),
            new.policy.as_str(),
            new.token_sealed.clone(),
            now_ms,
        ],
    )?;
    Ok(())
}

/// The subscription of a session.
pub fn of_session(conn: &mut Conn, session: SessionId) -> Result<Option<PushSubscription>, StoreError> {
    let found =
        conn.query_opt(select_subscriptions!("where session_id = $1"), args![session], destination)?;
    Ok(found.map(|destination| destination.subscription))
}

/// Where a message goes.
pub fn destination_of(conn: &mut Conn, subscription: i64) -> Result<Option<Destination>, StoreError> {
    conn.query_opt(select_subscriptions!("where id = $1"), args![subscription], destination)
}

/// Changes of what and from whom a session is told. Answers whether it has a subscription.
pub fn change(
    conn: &mut Conn,
    session: SessionId,
    kinds: &[NotificationKind],
    policy: PushPolicy,
) -> Result<bool, StoreError> {
    let changed = conn.execute(
        "update push_subscriptions set kinds = $2, policy = $3 where session_id = $1",
        args![session, stored(kinds), policy.as_str()],
    )?;
    Ok(changed > 0)
}

/// Removes the subscription of a session.
pub fn unsubscribe(conn: &mut Conn, session: SessionId) -> Result<(), StoreError> {
    conn.execute("delete from push_subscriptions where session_id = $1", args![session])?;
    Ok(())
}

/// Removes a subscription that its push service does not know any more.
pub fn remove(conn: &mut Conn, subscription: i64) -> Result<(), StoreError> {
    conn.execute("delete from push_subscriptions where id = $1", args![subscription])?;
    Ok(())
}

/// What must be known of a notification and a subscription to tell whether one is for the other.
struct Candidate {
    subscription: i64,
    account: AccountId,
    notification: NotificationId,
    kind: NotificationKind,
    policy: PushPolicy,
    follows: bool,
    follows_back: bool,
    at_ms: Millis,
    telling: Telling,
    quiet: Quiet,
}

impl Candidate {
    /// What is not wanted of such a doer, and what comes in hours of silence, is not pushed; later it is no news.
    fn is_wanted(&self, now_ms: Millis) -> bool {
        let by_policy = match self.policy {
            PushPolicy::All => true,
            PushPolicy::Followed => self.follows,
            PushPolicy::Follower => self.follows_back,
            PushPolicy::None => false,
        };
        let doer = Doer::of(self.follows, self.follows_back);
        let is_silent = self.quiet.holds(now_ms) || self.quiet.holds(self.at_ms);
        by_policy && !is_silent && self.telling.wants(self.kind, doer, Channel::Push)
    }
}

/// Plans these notifications for the subscriptions that want them. Answers how many deliveries there are now.
pub fn plan(conn: &mut Conn, notifications: Vec<NotificationId>, now_ms: Millis) -> Result<u64, StoreError> {
    let ids: Vec<i64> = notifications.into_iter().map(|id| id.0).collect();
    let candidates = conn.query(
        "select s.id, s.account_id, n.id, n.kind, s.policy,
             exists (select 1 from follows f where f.follower_id = n.account_id and f.followee_id = n.from_id),
             exists (select 1 from follows f where f.follower_id = n.from_id and f.followee_id = n.account_id),
             n.created_at, coalesce(p.telling, ''), p.quiet_from, p.quiet_until, w.time_zone
         from notifications n join push_subscriptions s on s.account_id = n.account_id
             left join notification_policies p on p.account_id = n.account_id
             left join preferences w on w.account_id = n.account_id
         where n.id in_ints($1) and s.policy <> 'none' and s.kinds like '% ' || n.kind || ' %'",
        args![ids],
        |row| {
            Ok(Candidate {
                subscription: row.take()?,
                account: row.take()?,
                notification: row.take()?,
                kind: NotificationKind::from_stored(&row.take::<String>()?).unwrap_or_default(),
                policy: policy(row)?,
                follows: row.take()?,
                follows_back: row.take()?,
                at_ms: row.take()?,
                telling: Telling::from_stored(&row.take::<String>()?),
                quiet: telling::quiet(row)?,
            })
        },
    )?;
    let wanted = candidates.iter().filter(|candidate| candidate.is_wanted(now_ms));
    let rows: Vec<Vec<Value>> = wanted
        .map(|one| vec![one.subscription.into(), one.account.into(), one.notification.into(), now_ms.into()])
        .collect();
    conn.insert_rows(
        "push_deliveries",
        &[
            ("subscription_id", Kind::Int),
            ("account_id", Kind::Int),
            ("notification_id", Kind::Int),
            ("due_at", Kind::Int),
        ],
        "on conflict do nothing",
        &rows,
    )
}

/// Whether something is to be pushed now.
pub fn is_due(conn: &mut Conn, now_ms: Millis) -> Result<bool, StoreError> {
    conn.query_one(
        "select exists(select 1 from push_deliveries where due_at <= $1 and lease_until <= $1)",
        args![now_ms],
        |row| row.take(),
    )
}

/// Takes what is to be pushed now until `until_ms`, what waits for longest first; nothing of the accounts that are
/// `busy`.
pub fn take(
    conn: &mut Conn,
    (now_ms, until_ms): (Millis, Millis),
    busy: Vec<AccountId>,
    limit: i64,
) -> Result<Vec<Due>, StoreError> {
    let busy: Vec<i64> = busy.into_iter().map(|id| id.0).collect();
    conn.query(
        "update push_deliveries set lease_until = $2 where id in (
             select id from push_deliveries
             where due_at <= $1 and lease_until <= $1 and account_id not_in_ints($4)
             order by due_at limit $3 for update skip locked)
         returning id, subscription_id, account_id, notification_id, attempts",
        args![now_ms, until_ms, limit, busy],
        |row| {
            Ok(Due {
                id: row.take()?,
                subscription: row.take()?,
                account: row.take()?,
                notification: row.take()?,
                attempts: row.take()?,
            })
        },
    )
}

/// A delivery is done with.
pub fn done(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    conn.execute("delete from push_deliveries where id = $1", args![id])?;
    Ok(())
}

/// A delivery is to be tried again at `due_at`.
pub fn again(conn: &mut Conn, id: i64, due_at: Millis) -> Result<(), StoreError> {
    conn.execute(
        "update push_deliveries set due_at = $2, attempts = attempts + 1, lease_until = 0 where id = $1",
        args![id, due_at],
    )?;
    Ok(())
}
