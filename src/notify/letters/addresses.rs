//! E-mail addresses: choosing one, and saying by a link in a letter that it is one's own.

use super::Letters;
use crate::clock::{MINUTE_MS, Millis, SECOND_MS};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::credentials;
use crate::model::ids::AccountId;
use crate::service::SignedIn;
use crate::store::emails::{self, Email};
use crate::store::{Conn, StoreError};

/// What links of these letters are sealed for.
const PURPOSE: &str = "email confirmation";
/// Where they lead.
pub(super) const PATH: &str = "/email/confirm";
/// The pause before another letter may be asked for.
const PAUSE_MS: Millis = 2 * MINUTE_MS;

/// How one's address stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmailView {
    /// The address of the account.
    pub address: String,
    /// Whether it is known to be one's own.
    pub confirmed: bool,
    /// Another address that takes its place once it is confirmed.
    pub wanted: Option<String>,
    /// A letter was asked for, and the link in it was not followed yet.
    pub waits: bool,
    /// No letter could be sent to where the last one was to go.
    pub failed: bool,
    /// Whether letters are sent from here at all.
    pub sends: bool,
}

impl Letters {
    /// How one's address stands.
    pub async fn email(&self, account: AccountId) -> Result<EmailView> {
        let email = self.stored(account).await?;
        let asked = email.asked.filter(|asked| !asked.address.is_empty());
        Ok(EmailView {
            confirmed: email.confirmed_at.is_some(),
            wanted: asked.as_ref().map(|asked| asked.address.clone()).filter(|new| *new != email.address),
            waits: asked.as_ref().is_some_and(|asked| !asked.failed),
            failed: asked.is_some_and(|asked| asked.failed),
            address: email.address,
            sends: self.sends(),
        })
    }

    /// Chooses another address; it takes the place of the present one when the link in the letter to it is followed. Where
    /// no letters are sent it does so at once.
    ///
    /// # Errors
    /// 422 on `password`: `wrong_password`, on `email`: `bad_email`, `too_long`; 409 on `email`: `taken`; 429.
    pub async fn set_email(&self, who: &SignedIn, email: &str, password: String) -> Result<EmailView> {
        let address = credentials::validate_email(email)?;
        self.0.service.confirm_password(who, "password", password).await?;
        let account = who.account;
        let before = self.stored(account).await?;
        if before.address == address && before.confirmed_at.is_some() {
            return self.email(account).await;
        }
        if self.sends() {
            self.ask(account, &before, address).await?;
        } else {
            let write = move |conn: &mut Conn| emails::set(conn, account, &address, None).map_err(or_taken);
            self.store().write(write).await?;
        }
        self.email(account).await
    }

    /// Sends the letter once more: to the address that waits, else to the present one.
    ///
    /// # Errors
    /// 403 `confirmed`: nothing waits to be confirmed; 403 `no_mail`; 429.
    pub async fn ask_again(&self, account: AccountId) -> Result<EmailView> {
        if !self.sends() {
            return Err(Error::forbidden("no_mail", "this instance sends no mail"));
        }
        let before = self.stored(account).await?;
        let waiting = before.asked.as_ref().map(|asked| asked.address.clone()).filter(|new| !new.is_empty());
        let address = match waiting {
            Some(waiting) => waiting,
            None if before.confirmed_at.is_none() => before.address.clone(),
            None => {
                return Err(Error::forbidden("confirmed", "no e-mail address waits to be confirmed here"));
            }
        };
        self.ask(account, &before, address).await?;
        self.email(account).await
    }

    /// A letter is to go to an address; strangers are not sent many.
    async fn ask(&self, account: AccountId, before: &Email, address: String) -> Result<()> {
        let now_ms = self.now_ms();
        if let Some(asked) = &before.asked {
            let (in_day, began) = asked.in_day;
            let rested = asked.asked_at.saturating_add(PAUSE_MS);
            let renewed = began.saturating_add(crate::clock::DAY_MS);
            let most = in_day >= limits::EMAIL_LETTERS_A_DAY && now_ms < renewed;
            let free_at = if most { rested.max(renewed) } else { rested };
            if now_ms < free_at {
                let seconds = free_at.saturating_sub(now_ms).div_euclid(SECOND_MS).saturating_add(1);
                return Err(Error::TooMany { retry_after_s: u64::try_from(seconds).unwrap_or(1) });
            }
        }
        let write = move |conn: &mut Conn| {
            if emails::is_taken(conn, account, &address)? {
                return Err(taken().into());
            }
            emails::ask(conn, account, &address, now_ms)
        };
        self.store().write(write).await?;
        self.0.due.notify_one();
        Ok(())
    }

    /// The address that a link is about, while it is good.
    ///
    /// # Errors
    /// 422 on `token`: `bad_link`.
    pub async fn asked_by(&self, account: AccountId, token: &str) -> Result<String> {
        let opened = self.opened(PURPOSE, account, token).ok_or_else(bad_link)?;
        let (until, address) = opened.split_once(' ').ok_or_else(bad_link)?;
        let is_good = until.parse::<Millis>().is_ok_and(|until| self.now_ms() < until);
        let stored = self.stored(account).await.map_err(|_| bad_link())?;
        match stored.asked.filter(|asked| is_good && asked.address == address) {
            Some(asked) => Ok(asked.address),
            None => Err(bad_link()),
        }
    }

    /// An address is somebody's: who follows the link reads what comes there.
    ///
    /// # Errors
    /// 422 on `token`: `bad_link`; 409 on `email`: `taken`.
    pub async fn confirm_email(&self, account: AccountId, token: &str) -> Result<String> {
        let address = self.asked_by(account, token).await?;
        let (now_ms, confirmed) = (self.now_ms(), address.clone());
        let write = move |conn: &mut Conn| {
            // Another one may have been asked for meanwhile, or the other of two clicks was first.
            let stored = emails::of(conn, account)?.and_then(|stored| stored.asked);
            if stored.is_none_or(|asked| asked.address != confirmed) {
                return Err(bad_link().into());
            }
            emails::set(conn, account, &confirmed, Some(now_ms)).map_err(or_taken)
        };
        self.store().write(write).await?;
        Ok(address)
    }

    /// The link by which somebody says that an address is theirs.
    pub(super) fn confirmation_link(&self, account: AccountId, address: &str) -> Result<String> {
        let until = self.now_ms().saturating_add(limits::EMAIL_LINK_MS);
        self.link(PATH, PURPOSE, account, &format!("{until} {address}"))
    }

    async fn stored(&self, account: AccountId) -> Result<Email> {
        let read = move |conn: &mut Conn| emails::of(conn, account);
        self.store().read(read).await?.ok_or(Error::NotFound("user"))
    }
}

fn bad_link() -> Error {
    let message = "this link is not good any more; let yourself be sent another one";
    Error::invalid("token", "bad_link", message)
}

fn taken() -> Error {
    Error::conflict("email", "taken", "this e-mail address has an account already")
}

fn or_taken(error: StoreError) -> StoreError {
    if error.is_unique_violation() { taken().into() } else { error }
}
