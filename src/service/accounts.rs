//! Accounts: making them, looking up, suspending.

use super::Service;
use crate::error::{Error, Result};
use crate::model::account::{Account, Role, User, UserState};
use crate::model::event::Event;
use crate::model::handle::Handle;
use crate::model::ids::AccountId;
use crate::model::{credentials, language, username};
use crate::store::{StoreError, accounts, events, sessions, settings, signups, users};

/// A person who wants an account.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The name before the host.
    pub username: String,
    /// An e-mail address.
    pub email: String,
    /// A password.
    pub password: String,
    /// The language of the pages.
    pub language: Option<String>,
    /// Why they would like to join; read where an admin decides.
    pub reason: String,
}

impl Service {
    /// Makes the very first account, an admin; refused once there is any.
    pub async fn set_up(&self, new: SignUp) -> Result<User> {
        // Before the hashing, which is dear; and again in the transaction, for the case of two at once.
        if self.has_users().await? {
            return Err(set_up_already());
        }
        let (account, user) = self.new_user(new, Role::Admin, UserState::Active).await?;
        self.write_user(account, user, String::new(), true).await
    }

    /// Makes an account whatever the registration setting: by an admin's hand.
    pub async fn create_user(&self, new: SignUp, role: Role, state: UserState) -> Result<User> {
        // Nobody decides on who is let in at once, so there is nothing to keep.
        let reason = match state {
            UserState::Pending => credentials::validate_reason(&new.reason)?,
            UserState::Active => String::new(),
        };
        let (account, user) = self.new_user(new, role, state).await?;
        self.write_user(account, user, reason, false).await
    }

    async fn new_user(&self, new: SignUp, role: Role, state: UserState) -> Result<(Account, User)> {
        let username = username::validate(&new.username)?;
        let email = credentials::validate_email(&new.email)?;
        credentials::validate_password(&new.password, &username)?;
        let password_hash = self.0.passwords.hash(new.password).await?;
        let now_ms = self.now_ms();
        let account = Account::blank(AccountId(self.next_id()), username.clone(), now_ms);
        let user = User {
            account_id: account.id,
            username,
            email,
            password_hash,
            role,
            state,
            suspended: false,
            language: new.language,
        };
        Ok((account, user))
    }

    /// Writes a new user; `only_first` refuses it when there is any.
    pub(crate) async fn write_user(
        &self,
        account: Account,
        user: User,
        reason: String,
        only_first: bool,
    ) -> Result<User> {
        let now_ms = self.now_ms();
        let written = user.clone();
        self.store()
            .write(move |conn| {
                if only_first {
                    // Two at once: the second waits here for the first, and then sees its user.
                    settings::get_or_insert(conn, SET_UP_KEY, "yes")?;
                    if users::any(conn)? {
                        return Err(set_up_already().into());
                    }
                }
                accounts::insert(conn, &account)
                    .map_err(|error| or_taken(error, "username", "this username is taken; choose another"))?;
                users::insert(conn, &written, now_ms).map_err(|error| {
                    or_taken(error, "email", "this e-mail address has an account already")
                })?;
                if !reason.is_empty() {
                    signups::set_reason(conn, account.id, &reason)?;
                }
                events::append(conn, &[Event::AccountCreated { account: account.id }], now_ms)
            })
            .await?;
        Ok(user)
    }

    /// Whether any user exists; if not, the first visit leads to making one.
    pub async fn has_users(&self) -> Result<bool> {
        Ok(self.store().read(users::any).await?)
    }

    /// The account with this id, unless it is suspended.
    pub async fn account(&self, id: AccountId) -> Result<Account> {
        let found = self.store().read(move |conn| accounts::by_id(conn, id)).await?;
        found.filter(|account| !account.suspended).ok_or(Error::NotFound("account"))
    }

    /// A user's own account as its owner may see it, who may still wait for approval.
    pub async fn own_account(&self, user: &User) -> Result<Account> {
        let id = user.account_id;
        self.store().read(move |conn| accounts::by_id(conn, id)).await?.ok_or(Error::NotFound("account"))
    }

    /// The known account with this handle, unless it is suspended. Our own host may be written or left out.
    pub async fn account_by_handle(&self, handle: &str) -> Result<Account> {
        let handle = Handle::parse(handle).map_err(|_| Error::NotFound("account"))?;
        let handle = handle.relative_to(self.addresses().host());
        let found = self
            .store()
            .read(move |conn| {
                let host = handle.host.as_ref().map(crate::model::host::Host::as_str);
                accounts::by_handle(conn, &handle.username, host)
            })
            .await?;
        found.filter(|account| !account.suspended).ok_or(Error::NotFound("account"))
    }

    /// Accounts by id, in the order of `ids`; suspended and unknown ones are left out.
    pub async fn accounts(&self, ids: Vec<AccountId>) -> Result<Vec<Account>> {
        let wanted = ids.clone();
        let found = self.store().read(move |conn| accounts::by_ids(conn, &wanted)).await?;
        let mut by_id: std::collections::HashMap<AccountId, Account> = found
            .into_iter()
            .filter(|account| !account.suspended)
            .map(|account| (account.id, account))
            .collect();
        Ok(ids.into_iter().filter_map(|id| by_id.remove(&id)).collect())
    }

    /// The user of an account of ours.
    pub async fn user(&self, id: AccountId) -> Result<User> {
        self.store().read(move |conn| users::by_account(conn, id)).await?.ok_or(Error::NotFound("user"))
    }

    /// Users, the newest first.
    pub async fn users(&self, limit: i64) -> Result<Vec<User>> {
        Ok(self.store().read(move |conn| users::list(conn, limit)).await?)
    }

    /// Chooses the language of one's pages and mails; `None` goes by what the browser asks for.
    pub async fn set_language(&self, id: AccountId, language: Option<String>) -> Result<()> {
        let language = language.as_deref().map(language::validate).transpose()?;
        self.store().write(move |conn| users::set_language(conn, id, language.as_deref())).await?;
        Ok(())
    }

    /// The user with this username or e-mail address.
    pub async fn user_by_login(&self, login: &str) -> Result<User> {
        let login = login.trim().to_owned();
        self.store().read(move |conn| users::by_login(conn, &login)).await?.ok_or(Error::NotFound("user"))
    }

    /// Suspends an account, or frees it. A suspended one is seen by nobody and signed out everywhere.
    pub async fn set_suspended(&self, id: AccountId, suspended: bool) -> Result<bool> {
        let now_ms = self.now_ms();
        let changed = self
            .store()
            .write(move |conn| {
                let changed = accounts::set_suspended(conn, id, suspended.then_some(now_ms))?;
                if changed {
                    let mut log = vec![Event::AccountSuspended { account: id, suspended }];
                    if suspended && sessions::end_all(conn, id, None)? > 0 {
                        log.push(Event::SessionsEnded { account: id });
                    }
                    events::append(conn, &log, now_ms)?;
                }
                Ok(changed)
            })
            .await?;
        Ok(changed)
    }
}

/// The setting whose row the first of two simultaneous set-ups holds.
const SET_UP_KEY: &str = "set_up";

fn set_up_already() -> Error {
    Error::forbidden("set_up", "this instance is set up already; log in")
}

fn or_taken(error: StoreError, field: &'static str, message: &str) -> StoreError {
    if error.is_unique_violation() { Error::conflict(field, "taken", message).into() } else { error }
}
