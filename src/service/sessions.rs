//! Logging in and out, bearer tokens, passwords.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use super::Service;
use crate::buckets::{Allowance, Buckets};
use crate::clock::{Clock, DAY_MS, MINUTE_MS, Millis};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::{Role, Session, SessionKind, User, UserState};
use crate::model::credentials;
use crate::model::event::Event;
use crate::model::ids::{AccountId, AppId, SessionId};
use crate::model::scopes::{self, SCOPES};
use crate::secrets;
use crate::store::{Conn, StoreError, events, sessions, users};

/// How long a web login lasts without being used again.
pub const WEB_SESSION_MS: i64 = 90 * DAY_MS;
/// A session's last use is remembered to this exactness, so that reads do not write.
const TOUCH_EVERY_MS: i64 = 10 * MINUTE_MS;
/// The longest remembered name of a browser or program, in characters.
const NAME_CHARS: usize = 120;

/// Tries of one account's password from one network, right or wrong: mistyping is human, guessing needs thousands.
const TRIES_FROM_ONE: Allowance = Allowance { requests: 30, per: Duration::from_secs(15 * 60) };
/// Tries of one account's password from everywhere: ten times as many, so that one stranger, or a few, cannot lock
/// its owner out; whoever guesses from very many networks gets 30,000 a day.
const TRIES_FROM_ALL: Allowance = Allowance { requests: 300, per: Duration::from_secs(15 * 60) };
/// Tries of the present password when it is changed: by whoever holds a session, so that strangers use none up.
const TRIES_OF_CHANGE: Allowance = Allowance { requests: 30, per: Duration::from_secs(15 * 60) };

/// Counts how often passwords are tried, by account.
#[derive(Debug)]
pub(super) struct PasswordTries {
    from_one: Buckets,
    from_all: Buckets,
    of_change: Buckets,
    hasher: RandomState,
    enforce: bool,
}

impl PasswordTries {
    /// Nothing was tried yet.
    pub(super) fn new(clock: &Clock, enforce: bool) -> Self {
        Self {
            from_one: Buckets::new(TRIES_FROM_ONE, clock),
            from_all: Buckets::new(TRIES_FROM_ALL, clock),
            of_change: Buckets::new(TRIES_OF_CHANGE, clock),
            hasher: RandomState::new(),
            enforce,
        }
    }

    /// Counts a login. Names that nobody has are counted too: a refusal does not tell who is here.
    fn log_in(&self, account: Option<AccountId>, login: &str, network: IpAddr) -> Result<()> {
        let key = match account {
            Some(id) => self.hasher.hash_one(id),
            None => self.hasher.hash_one(login.trim().to_lowercase()),
        };
        // The network goes first: who is refused there takes nothing from the others.
        self.take(&self.from_one, self.hasher.hash_one((key, network)))?;
        self.take(&self.from_all, key)
    }

    /// Counts a change of one's own password.
    fn change(&self, account: AccountId) -> Result<()> {
        self.take(&self.of_change, self.hasher.hash_one(account))
    }

    fn take(&self, buckets: &Buckets, key: u64) -> Result<()> {
        match buckets.check(key).retry_after_s {
            Some(retry_after_s) if self.enforce => Err(Error::TooMany { retry_after_s }),
            _ => Ok(()),
        }
    }
}

/// Who is asking: a live session and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The account.
    pub account: AccountId,
    /// The session.
    pub session: SessionId,
    /// How the session came to be.
    pub kind: SessionKind,
    /// What the user may do.
    pub role: Role,
    /// Space-separated scopes.
    pub scopes: String,
    /// The app that has it; none for logins and tokens of one's own.
    pub app: Option<AppId>,
    /// Its end was put off just now.
    pub renewed: bool,
}

impl SignedIn {
    /// Whether the session has this scope, itself or by a broader word ([`scopes::allow`]).
    pub fn has_scope(&self, scope: &str) -> bool {
        scopes::allow(&self.scopes, scope)
    }
}

/// Where a login comes from, shown to its owner in the list of sessions.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The browser or program.
    pub name: String,
    /// The client's address.
    pub address: String,
}

impl Service {
    /// Checks a username or e-mail address with a password. `network` is the client's, by which tries are counted.
    pub async fn check_password(&self, login: &str, password: String, network: IpAddr) -> Result<User> {
        let user = match self.user_by_login(login).await {
            Ok(user) => Some(user),
            Err(Error::NotFound(_)) => None,
            Err(other) => return Err(other),
        };
        self.0.password_tries.log_in(user.as_ref().map(|user| user.account_id), login, network)?;
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let fits = self.0.passwords.verify(password, hash).await?;
        let user =
            user.filter(|_| fits).ok_or(Error::Unauthorized("the username or the password is wrong"))?;
        if user.suspended {
            return Err(Error::forbidden(
                "suspended",
                "this account is suspended; write to the instance's admin",
            ));
        }
        if user.state == UserState::Pending {
            return Err(Error::forbidden("pending", "this account waits for an admin's approval"));
        }
        Ok(user)
    }

    /// Starts a session and answers its secret, which is never told again.
    pub async fn start_session(
        &self,
        account: AccountId,
        kind: SessionKind,
        scopes: &str,
        origin: Origin,
    ) -> Result<(Session, String)> {
        refuse_unknown(scopes)?;
        let secret = secrets::new_token().map_err(Error::internal)?;
        let now_ms = self.now_ms();
        let session = Session {
            kind,
            expires_at: (kind == SessionKind::Web).then(|| now_ms.saturating_add(WEB_SESSION_MS)),
            ..token(SessionId(self.next_id()), account, scopes, origin, now_ms)
        };
        let written = session.clone();
        let hash = secrets::token_hash(&secret);
        self.store().write(move |conn| write(conn, &written, &hash, now_ms)).await?;
        Ok((session, secret))
    }

    /// Whose secret this is: `None` when no live session has it.
    pub async fn session(&self, secret: &str) -> Result<Option<SignedIn>> {
        let hash = secrets::token_hash(secret);
        let now_ms = self.now_ms();
        let known = &self.0.known_sessions;
        if let Some(who) = known.get(&hash, now_ms) {
            return Ok(Some(who));
        }
        let ticket = known.ticket();
        let by_hash = hash.clone();
        let found = self.store().read(move |conn| sessions::by_hash(conn, &by_hash, now_ms)).await?;
        let Some((session, role)) = found else { return Ok(None) };
        let renewed = now_ms.saturating_sub(session.last_used_at) > TOUCH_EVERY_MS;
        if renewed {
            let id = session.id;
            let expires_at =
                (session.kind == SessionKind::Web).then(|| now_ms.saturating_add(WEB_SESSION_MS));
            self.store().write(move |conn| sessions::touch(conn, id, expires_at, now_ms)).await?;
        }
        let who = SignedIn {
            account: session.account_id,
            session: session.id,
            kind: session.kind,
            role,
            scopes: session.scopes,
            app: session.app,
            renewed: false,
        };
        known.keep(ticket, &hash, who.clone(), (now_ms, session.expires_at));
        Ok(Some(SignedIn { renewed, ..who }))
    }

    /// Those of these sessions that live, and whose people may act now.
    pub async fn live_sessions(&self, sessions: Vec<SessionId>) -> Result<HashSet<SessionId>> {
        if sessions.is_empty() {
            return Ok(HashSet::new());
        }
        let now_ms = self.now_ms();
        let live = self.store().read(move |conn| sessions::live(conn, sessions.clone(), now_ms)).await?;
        Ok(live.into_iter().collect())
    }

    /// The live sessions of an account, newest first.
    pub async fn sessions(&self, account: AccountId) -> Result<Vec<Session>> {
        let limit = i64::try_from(limits::SESSIONS_MAX).unwrap_or(i64::MAX);
        let now_ms = self.now_ms();
        Ok(self.store().read(move |conn| sessions::list(conn, account, limit, now_ms)).await?)
    }

    /// Ends one of an account's sessions.
    pub async fn end_session(&self, account: AccountId, id: SessionId) -> Result<()> {
        let now_ms = self.now_ms();
        let ended = self
            .store()
            .write(move |conn| {
                let ended = sessions::end(conn, account, id)?;
                if ended {
                    events::append(conn, &[Event::SessionsEnded { account }], now_ms)?;
                }
                Ok(ended)
            })
            .await?;
        if ended { Ok(()) } else { Err(Error::NotFound("session")) }
    }

    /// Changes one's password; every other session ends.
    pub async fn change_password(&self, who: &SignedIn, current: String, new: String) -> Result<()> {
        let user = self.user(who.account).await?;
        credentials::validate_password(&new, &user.username)?;
        self.verify_own(&user, "current_password", current).await?;
        self.store_password(who.account, new, Some(who.session)).await
    }

    /// Makes sure that it is its owner who uses a session, for what cannot be taken back; `field` is complained about.
    pub async fn confirm_password(
        &self,
        who: &SignedIn,
        field: &'static str,
        password: String,
    ) -> Result<()> {
        self.verify_own(&self.user(who.account).await?, field, password).await
    }

    async fn verify_own(&self, user: &User, field: &'static str, password: String) -> Result<()> {
        self.0.password_tries.change(user.account_id)?;
        if self.0.passwords.verify(password, Some(user.password_hash.clone())).await? {
            return Ok(());
        }
        Err(Error::invalid(field, "wrong_password", "this is not your current password"))
    }

    /// Sets a password by an admin's hand; every session ends.
    pub async fn reset_password(&self, account: AccountId, new: String) -> Result<()> {
        let user = self.user(account).await?;
        credentials::validate_password(&new, &user.username)?;
        self.store_password(account, new, None).await
    }

    async fn store_password(&self, account: AccountId, new: String, keep: Option<SessionId>) -> Result<()> {
        let hash = self.0.passwords.hash(new).await?;
        let now_ms = self.now_ms();
        self.store()
            .write(move |conn| {
                users::set_password(conn, account, &hash)?;
                if sessions::end_all(conn, account, keep)? > 0 {
                    events::append(conn, &[Event::SessionsEnded { account }], now_ms)?;
                }
                Ok(())
            })
            .await?;
        Ok(())
    }
}

/// A bearer token that begins now and does not end by itself.
pub(super) fn token(
    id: SessionId,
    account: AccountId,
    scopes: &str,
    origin: Origin,
    now_ms: Millis,
) -> Session {
    Session {
        id,
        account_id: account,
        kind: SessionKind::Token,
        scopes: scopes.to_owned(),
        name: origin.name.chars().take(NAME_CHARS).collect(),
        address: origin.address,
        created_at: now_ms,
        last_used_at: now_ms,
        expires_at: None,
        app: None,
    }
}

/// Writes a session; the one unused for longest ends when there are too many.
pub(super) fn write(
    conn: &mut Conn,
    session: &Session,
    token_hash: &[u8],
    now_ms: Millis,
) -> Result<(), StoreError> {
    let most = i64::try_from(limits::SESSIONS_MAX).unwrap_or(i64::MAX);
    sessions::insert(conn, session, token_hash)?;
    if sessions::trim(conn, session.account_id, most, now_ms)? {
        events::append(conn, &[Event::SessionsEnded { account: session.account_id }], now_ms)?;
    }
    Ok(())
}

/// Refuses words that are no scopes, and no word at all.
pub(super) fn refuse_unknown(words: &str) -> Result<()> {
    let Some(word) = scopes::unknown(words) else { return Ok(()) };
    let known = SCOPES.join(", ");
    Err(Error::invalid("scopes", "unknown_scope", format!("{word:?} is not one of {known}")))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn guesses_from_very_many_networks_end_and_leave_the_change_of_a_password_alone() {
        let tries = PasswordTries::new(&Clock::manual(1_000), true);
        let guess = |account: i64, network: u32| {
            let network = IpAddr::V4(Ipv4Addr::from_bits(network));
            tries.log_in(Some(AccountId(account)), "ann", network).is_ok()
        };
        assert_eq!((0..1_000).filter(|network| guess(1, *network)).count(), 300);
        assert!(guess(2, 1), "others may");
        assert!(tries.change(AccountId(1)).is_ok());
    }
}
