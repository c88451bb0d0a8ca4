//! From a code to a token, tokens of apps for themselves, and the end of both.
//!
//! Refusals carry the words of RFC 6749 (5.2) as their codes.

use super::super::Service;
use super::super::sessions::{self as service_sessions, Origin, SignedIn};
use super::{is_unreserved, scope_words};
use crate::clock::Millis;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::{Session, UserState};
use crate::model::app::App;
use crate::model::event::Event;
use crate::model::ids::{AppId, RowId, SessionId};
use crate::model::scopes;
use crate::secrets;
use crate::store::apps::{self, AppToken, Code};
use crate::store::{Conn, StoreError, events, sessions, users};
use crate::telemetry::metrics as names;

/// Characters of a verifier (RFC 7636, 4.1).
const VERIFIER_CHARS: std::ops::RangeInclusive<usize> = 43..=128;

/// What an app proves itself by.
#[derive(Clone, Debug, Default)]
pub struct AppSecret {
    /// What it calls itself by.
    pub client_id: String,
    /// Its secret.
    pub secret: String,
}

/// A code that is offered for a token.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// The code.
    pub code: String,
    /// Where it had been sent.
    pub redirect_uri: String,
    /// What the challenge was made from.
    pub verifier: Option<String>,
}

/// A token that was made just now.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token, which is never told again.
    pub secret: String,
    /// What it allows, words with spaces between.
    pub scopes: String,
    /// When it was made.
    pub created_at: Millis,
}

/// Whose a bearer token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A person's, their own or an app's.
    Person(SignedIn),
    /// An app's for itself: nobody is signed in.
    App(AppAlone),
}

/// An app that acts for nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppAlone {
    /// The app.
    pub app: AppId,
    /// What it may do, words with spaces between.
    pub scopes: String,
}

impl Service {
    /// Whose bearer token this is: `None` when nobody has it, or may use it no more.
    pub async fn credential(&self, secret: &str) -> Result<Option<Credential>> {
        if let Some(person) = self.session(secret).await? {
            return Ok(Some(Credential::Person(person)));
        }
        let hash = secrets::token_hash(secret);
        let found = self.store().read(move |conn| apps::token_by_hash(conn, &hash)).await?;
        Ok(found.map(|token| Credential::App(AppAlone { app: token.app, scopes: token.scopes })))
    }

    /// The app that proves itself by its secret.
    async fn proven_app(&self, client: &AppSecret) -> Result<App> {
        let found = self.app_with_hash(&client.client_id).await?;
        let hash = secrets::token_hash(&client.secret);
        found
            .filter(|(_, kept)| secrets::same(kept, &hash))
            .map(|(app, _)| app)
            .ok_or(Error::Unauthorized("this app is unknown or its secret is wrong"))
    }

    /// Exchanges a code for a token that acts for whoever gave the code. A code that is offered again was stolen, by
    /// this offer or the one before: the token that it gave ends.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when the app does not prove itself; [`Error::Invalid`] `invalid_grant`.
    pub async fn exchange_code(&self, client: &AppSecret, offer: Offer, address: String) -> Result<Token> {
        let app = self.proven_app(client).await?;
        let secret = secrets::new_token().map_err(Error::internal)?;
        let (code_hash, token_hash) = (secrets::token_hash(&offer.code), secrets::token_hash(&secret));
        let (id, now_ms) = (SessionId(self.next_id()), self.now_ms());
        let exchanged = self.store().write(move |conn| {
            let Some(code) = apps::code_by_hash(conn, &code_hash)?.filter(|code| code.app == app.id) else {
                return Ok(None);
            };
            if code.session.is_some() {
                end_stolen(conn, &code, now_ms)?;
                return Ok(None);
            }
            if !fits(&code, &offer, now_ms) || !may_act(conn, &code)? {
                return Ok(None);
            }
            if !apps::use_code(conn, code.id, id)? {
                // Another offer was quicker by a moment.
                if let Some(code) = apps::code_by_hash(conn, &code_hash)? {
                    end_stolen(conn, &code, now_ms)?;
                }
                return Ok(None);
            }
            let origin = Origin { name: app.name.clone(), address: address.clone() };
            let session = Session {
                app: Some(app.id),
                ..service_sessions::token(id, code.account, &code.scopes, origin, now_ms)
            };
            service_sessions::write(conn, &session, &token_hash, now_ms)?;
            apps::mark_used(conn, app.id, now_ms)?;
            Ok(Some(session))
        });
        let session = exchanged.await?.ok_or_else(invalid_grant)?;
        metrics::counter!(names::OAUTH_TOKENS_TOTAL, "grant" => "code").increment(1);
        Ok(Token { secret, scopes: session.scopes, created_at: now_ms })
    }

    /// Gives an app a token for itself.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when the app does not prove itself; [`Error::Invalid`] `invalid_scope`.
    pub async fn token_for_app(&self, client: &AppSecret, wanted: &str) -> Result<Token> {
        let app = self.proven_app(client).await?;
        let wanted = scope_words(wanted);
        if scopes::unknown(&wanted).is_some() || !scopes::within(&wanted, &app.scopes) {
            let message = "the app asks for scopes that it was not registered with";
            return Err(Error::invalid("scope", "invalid_scope", message));
        }
        let secret = secrets::new_token().map_err(Error::internal)?;
        let token = AppToken {
            id: RowId(self.next_id()),
            app: app.id,
            scopes: wanted.clone(),
            created_at: self.now_ms(),
        };
        let (created_at, hash) = (token.created_at, secrets::token_hash(&secret));
        self.store()
            .write(move |conn| apps::insert_token(conn, &token, &hash, limits::APP_TOKENS_MAX))
            .await?;
        metrics::counter!(names::OAUTH_TOKENS_TOTAL, "grant" => "client").increment(1);
        Ok(Token { secret, scopes: wanted, created_at })
    }

    /// Ends a token at the wish of the app that has it (RFC 7009). One that nobody has is ended already.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when the app does not prove itself; [`Error::Forbidden`] `unauthorized_client` when the
    /// token is somebody else's.
    pub async fn revoke_token(&self, client: &AppSecret, token: &str) -> Result<()> {
        let app = self.proven_app(client).await?;
        let (hash, now_ms) = (secrets::token_hash(token), self.now_ms());
        let revoked = self.store().write(move |conn| {
            if let Some(session) = sessions::of_hash(conn, &hash)? {
                if session.app != Some(app.id) {
                    return Err(not_yours().into());
                }
                sessions::end(conn, session.account_id, session.id)?;
                return events::append(conn, &[Event::SessionsEnded { account: session.account_id }], now_ms);
            }
            let Some(token) = apps::token_by_hash(conn, &hash)? else { return Ok(()) };
            if token.app != app.id {
                return Err(not_yours().into());
            }
            apps::end_token(conn, token.id)
        });
        Ok(revoked.await?)
    }
}

/// Whether this offer is one that the code was given for.
fn fits(code: &Code, offer: &Offer, now_ms: Millis) -> bool {
    let proven = match (&code.challenge, &offer.verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => is_made_from(challenge, verifier),
        // A verifier without a challenge: somebody took the challenge out on its way (RFC 9700, 4.8.2).
        (Some(_), None) | (None, Some(_)) => false,
    };
    proven && code.expires_at > now_ms && code.redirect_uri == offer.redirect_uri
}

fn is_made_from(challenge: &str, verifier: &str) -> bool {
    VERIFIER_CHARS.contains(&verifier.len())
        && verifier.bytes().all(is_unreserved)
        && secrets::same(challenge.as_bytes(), secrets::challenge(verifier).as_bytes())
}

fn may_act(conn: &mut Conn, code: &Code) -> Result<bool, StoreError> {
    let user = users::by_account(conn, code.account)?;
    Ok(user.is_some_and(|user| user.state == UserState::Active && !user.suspended))
}

/// Ends the token that a code gave.
fn end_stolen(conn: &mut Conn, code: &Code, now_ms: Millis) -> Result<(), StoreError> {
    let Some(session) = code.session else { return Ok(()) };
    if sessions::end(conn, code.account, session)? {
        events::append(conn, &[Event::SessionsEnded { account: code.account }], now_ms)?;
    }
    Ok(())
}

fn invalid_grant() -> Error {
    let message = "the code is unknown, used or too old, or was given to another app or for another address";
    Error::invalid("code", "invalid_grant", message)
}

fn not_yours() -> Error {
    Error::forbidden("unauthorized_client", "this token is not one of this app's")
}
