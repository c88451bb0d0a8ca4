//! Apps: how one is registered, how a person lets it act for them, and how they take that back (OAuth 2, RFC 6749).
//!
//! An app asks a person for a code and exchanges that for a token ([`tokens`]), which is a session like any other: it
//! ends with the others when the password changes, when the account is suspended or leaves.

mod sign_up;
mod tokens;

pub use tokens::{AppAlone, AppSecret, Credential, Offer, Token};

use std::collections::BTreeMap;

use super::Service;
use super::sessions::refuse_unknown;
use crate::clock::{MINUTE_MS, Millis};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::app::{self, App};
use crate::model::event::Event;
use crate::model::ids::{AccountId, AppId, RowId};
use crate::model::scopes;
use crate::secrets;
use crate::store::{apps, events, sessions};

/// How long a code can be exchanged: RFC 6749 (4.1.2) allows ten minutes at most, and people who carry one over by
/// hand need some.
const CODE_MS: Millis = 10 * MINUTE_MS;
/// What an app may do that names no scopes.
const DEFAULT_SCOPES: &str = "read";
/// Characters of a challenge: the SHA-256 of the verifier in base64url without padding (RFC 7636, 4.2).
const CHALLENGE_CHARS: usize = 43;
/// The longest name that an app may go by in requests; ours are shorter.
const CLIENT_ID_MAX_BYTES: usize = 100;

/// What an app says of itself when it is registered.
#[derive(Clone, Debug, Default)]
pub struct NewApp {
    /// Its name.
    pub name: String,
    /// Its website; may be empty.
    pub website: String,
    /// Where codes may be sent, one or several with blanks between.
    pub redirect_uris: Vec<String>,
    /// The most that it will ask for, words with blanks between; empty for `read`.
    pub scopes: String,
}

/// What an app asks a person for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Where the code is to be sent.
    pub redirect_uri: String,
    /// What for, words with blanks between; empty for `read`.
    pub scopes: String,
    /// The S256 challenge (RFC 7636) that the exchange must fit.
    pub challenge: Option<String>,
}

/// An app that acts for a person.
#[derive(Clone, Debug)]
pub struct AppInUse {
    /// The app.
    pub app: App,
    /// What its tokens allow, words with spaces between.
    pub scopes: String,
    /// When it was first let in, of the tokens that it has still.
    pub since: Millis,
    /// When one of its tokens was last used.
    pub last_used_at: Millis,
}

impl Service {
    /// Registers an app; answers its secret too, which is never told again.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `client_name`, `website`, `redirect_uris`, `scopes`.
    pub async fn register_app(&self, new: NewApp) -> Result<(App, String)> {
        let scopes = scope_words(&new.scopes);
        refuse_unknown(&scopes)?;
        let app = App {
            id: AppId(self.next_id()),
            client_id: secrets::new_token().map_err(Error::internal)?,
            name: app::checked_name(&new.name)?,
            website: app::checked_website(&new.website)?,
            redirect_uris: app::checked_redirects(&new.redirect_uris)?,
            scopes,
            created_at: self.now_ms(),
        };
        let secret = secrets::new_token().map_err(Error::internal)?;
        let (written, hash) = (app.clone(), secrets::token_hash(&secret));
        self.store().write(move |conn| apps::insert(conn, &written, &hash)).await?;
        Ok((app, secret))
    }

    /// An app by its id.
    pub async fn app(&self, id: AppId) -> Result<App> {
        self.store().read(move |conn| apps::by_id(conn, id)).await?.ok_or(Error::NotFound("app"))
    }

    /// An app by what it calls itself by in requests.
    pub async fn app_by_client_id(&self, client_id: &str) -> Result<App> {
        Ok(self.app_with_hash(client_id).await?.ok_or(Error::NotFound("app"))?.0)
    }

    async fn app_with_hash(&self, client_id: &str) -> Result<Option<(App, Vec<u8>)>> {
        let is_plain =
            client_id.len() <= CLIENT_ID_MAX_BYTES && client_id.bytes().all(|b| b.is_ascii_graphic());
        if !is_plain {
            return Ok(None);
        }
        let client_id = client_id.to_owned();
        Ok(self.store().read(move |conn| apps::by_client_id(conn, &client_id)).await?)
    }

    /// Checks what an app asks for, and puts it in order.
    ///
    /// # Errors
    /// [`Error::Invalid`]: `bad_redirect` when the redirect address is not one of its own, and there is nobody to tell;
    /// `invalid_scope` when it asks for more than it was registered with; `invalid_request` when the challenge is none.
    pub fn checked_wish(&self, app: &App, wish: Wish) -> Result<Wish> {
        if !app.may_send_to(&wish.redirect_uri) {
            let message = "the app wants the answer sent to an address that it did not register";
            return Err(Error::invalid("redirect_uri", "bad_redirect", message));
        }
        let scopes = scope_words(&wish.scopes);
        if scopes::unknown(&scopes).is_some() || !scopes::within(&scopes, &app.scopes) {
            let message = "the app asks for scopes that it was not registered with";
            return Err(Error::invalid("scope", "invalid_scope", message));
        }
        let is_challenge = |text: &String| text.len() == CHALLENGE_CHARS && text.bytes().all(is_unreserved);
        if !wish.challenge.iter().all(is_challenge) {
            let message = "code_challenge is no SHA-256 in base64url";
            return Err(Error::invalid("code_challenge", "invalid_request", message));
        }
        Ok(Wish { scopes, ..wish })
    }

    /// Lets an app have what it asks for: answers the code that it exchanges for a token.
    ///
    /// # Errors
    /// As [`Self::checked_wish`].
    pub async fn give_code(&self, account: AccountId, app: &App, wish: Wish) -> Result<String> {
        let wish = self.checked_wish(app, wish)?;
        let code = secrets::new_token().map_err(Error::internal)?;
        let row = apps::Code {
            id: RowId(self.next_id()),
            app: app.id,
            account,
            scopes: wish.scopes,
            redirect_uri: wish.redirect_uri,
            challenge: wish.challenge,
            expires_at: self.now_ms().saturating_add(CODE_MS),
            session: None,
        };
        let hash = secrets::token_hash(&code);
        self.store()
            .write(move |conn| {
                // One code at a time: whoever asks again has lost the one before.
                apps::forget_codes_of(conn, row.account, row.app)?;
                apps::insert_code(conn, &row, &hash)
            })
            .await?;
        Ok(code)
    }

    /// The apps that act for a person, the last to be used first.
    pub async fn apps_of(&self, account: AccountId) -> Result<Vec<AppInUse>> {
        let limit = i64::try_from(limits::SESSIONS_MAX).unwrap_or(i64::MAX);
        let read = self.store().read(move |conn| {
            let sessions = sessions::of_apps(conn, account, limit)?;
            let ids: Vec<AppId> = sessions.iter().filter_map(|session| session.app).collect();
            Ok((apps::by_ids(conn, &ids)?, sessions))
        });
        let (apps, sessions) = read.await?;
        let mut used: BTreeMap<AppId, AppInUse> = apps
            .into_iter()
            .map(|app| (app.id, AppInUse { app, scopes: String::new(), since: Millis::MAX, last_used_at: 0 }))
            .collect();
        for session in sessions {
            let Some(app) = session.app.and_then(|id| used.get_mut(&id)) else { continue };
            app.scopes = scope_words(&format!("{} {}", session.scopes, app.scopes));
            app.since = app.since.min(session.created_at);
            app.last_used_at = app.last_used_at.max(session.last_used_at);
        }
        let mut used: Vec<AppInUse> = used.into_values().collect();
        used.sort_by_key(|app| std::cmp::Reverse((app.last_used_at, app.app.id)));
        Ok(used)
    }

    /// Ends every token that an app has for a person.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it has none.
    pub async fn end_app(&self, account: AccountId, app: AppId) -> Result<()> {
        let now_ms = self.now_ms();
        let end = self.store().write(move |conn| {
            let ended = sessions::end_of_app(conn, account, app)?;
            if ended > 0 {
                events::append(conn, &[Event::SessionsEnded { account }], now_ms)?;
            }
            Ok(ended)
        });
        if end.await? > 0 { Ok(()) } else { Err(Error::NotFound("app")) }
    }
}

/// Each word once, with a space between; what an app may do that names none.
fn scope_words(words: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in words.split_whitespace() {
        if !kept.contains(&word) {
            kept.push(word);
        }
        // A word more than there are is one that there is not: it is refused by whoever reads this.
        if kept.len() > scopes::SCOPES.len() {
            break;
        }
    }
    if kept.is_empty() { DEFAULT_SCOPES.to_owned() } else { kept.join(" ") }
}

/// A character that RFC 7636 (4.1) has in verifiers and challenges.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}
