//! Who asks, and whether the credential may be used for this route.
//!
//! A credential is a bearer token or the session cookie. A session of the pages may do all that its person may;
//! a token only what its scopes say. Which scope a route asks for is declared in its router's table by
//! [`Access`]; a route that declares none refuses every token, so that a forgotten line opens nothing.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::error::{Error, Result};
use crate::http::middleware::credentials::{bearer_token, cookie, session_cookie_name};
use crate::http::middleware::rate::ByAccount;
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::account::{Role, SessionKind};
use crate::model::scopes;
use crate::service::{AppAlone, Credential, SignedIn};

/// Whom a route is for. It hangs on the route as an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody; a credential is not looked at.
    Open,
    /// Everybody, signed in or not; a token needs this scope.
    Anyone(&'static str),
    /// Who is signed in, whatever the token's scopes.
    AnySession,
    /// Who is signed in; a token needs this scope, or one of several with `|` between.
    Scope(&'static str),
    /// Who is signed in, and apps that act for nobody, whatever the token's scopes.
    AnyApp,
    /// Who is signed in, and apps that act for nobody; a token needs this scope.
    App(&'static str),
    /// Admins; a token needs this scope.
    Admin(&'static str),
}

/// Who is signed in; 401 when nobody is.
#[derive(Clone, Debug)]
pub struct Auth(pub SignedIn);

impl FromRequestParts<AppState> for Auth {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let found = signed_in(parts, state).await?;
        let missing = Error::Unauthorized("sign in first: send a bearer token in the Authorization header");
        found.map(Self).ok_or(ApiError(missing))
    }
}

/// Who is signed in, if anybody is. A bearer token that is unknown or has ended is still 401: its owner should
/// learn of it rather than be shown a stranger's view.
#[derive(Clone, Debug)]
pub struct MaybeAuth(pub Option<SignedIn>);

impl FromRequestParts<AppState> for MaybeAuth {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        Ok(Self(signed_in(parts, state).await?))
    }
}

/// Whoever or whatever has a credential, for routes that an app may use without a person; 401 when there is none.
#[derive(Clone, Debug)]
pub struct AppAuth(pub Credential);

impl FromRequestParts<AppState> for AppAuth {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let missing = Error::Unauthorized("send a bearer token in the Authorization header");
        allowed(parts, state).await?.map(Self).ok_or(ApiError(missing))
    }
}

/// Who is signed in. An app that acts for nobody sees what strangers see, where they may.
async fn signed_in(parts: &Parts, state: &AppState) -> Result<Option<SignedIn>> {
    Ok(match allowed(parts, state).await? {
        Some(Credential::Person(person)) => Some(person),
        Some(Credential::App(_)) | None => None,
    })
}

/// The request's credential, when it may be used for its route.
async fn allowed(parts: &Parts, state: &AppState) -> Result<Option<Credential>> {
    let Some(found) = credential(parts, state).await? else { return Ok(None) };
    let access = parts.extensions.get::<Access>().copied();
    match &found {
        Credential::Person(person) => {
            if let Some(limit) = parts.extensions.get::<ByAccount>() {
                limit.check(person.account)?;
            }
            may_use(access, person)?;
        }
        Credential::App(app) => app_may_use(access, app)?,
    }
    Ok(Some(found))
}

async fn credential(parts: &Parts, state: &AppState) -> Result<Option<Credential>> {
    if let Some(token) = bearer_token(&parts.headers) {
        let ended = Error::Unauthorized("this token is unknown or has ended; log in again");
        return state.service.credential(token).await?.ok_or(ended).map(Some);
    }
    let name = session_cookie_name(state.service.addresses().base());
    match cookie(&parts.headers, name) {
        Some(secret) => Ok(state.service.session(secret).await?.map(Credential::Person)),
        None => Ok(None),
    }
}

fn app_may_use(access: Option<Access>, app: &AppAlone) -> Result<()> {
    match access {
        Some(Access::Open | Access::AnyApp) => Ok(()),
        Some(Access::Anyone(scope) | Access::App(scope)) => match scopes::allow(&app.scopes, scope) {
            true => Ok(()),
            false => Err(outside(scope)),
        },
        Some(Access::AnySession | Access::Scope(_) | Access::Admin(_)) => {
            Err(Error::invalid("token", "app_token", "this method requires an authenticated user"))
        }
        None => Err(undeclared()),
    }
}

fn may_use(access: Option<Access>, who: &SignedIn) -> Result<()> {
    if matches!(access, Some(Access::Admin(_))) && who.role != Role::Admin {
        return Err(Error::forbidden("admin", "only an admin may do this"));
    }
    if who.kind == SessionKind::Web {
        return Ok(());
    }
    match access {
        Some(Access::Open | Access::AnySession | Access::AnyApp) => Ok(()),
        Some(Access::Anyone(scope) | Access::Scope(scope) | Access::App(scope) | Access::Admin(scope)) => {
            match who.has_scope(scope) {
                true => Ok(()),
                false => Err(outside(scope)),
            }
        }
        None => Err(undeclared()),
    }
}

fn outside(scope: &str) -> Error {
    Error::forbidden("scope", format!("this needs a token with the scope {scope:?}"))
}

fn undeclared() -> Error {
    Error::forbidden("scope", "this cannot be done with a token")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::{AccountId, AppId, SessionId};

    fn who(kind: SessionKind, scopes: &str) -> SignedIn {
        SignedIn {
            account: AccountId(1),
            session: SessionId(2),
            kind,
            role: Role::User,
            scopes: scopes.into(),
            app: None,
            renewed: false,
        }
    }

    #[test]
    fn a_token_does_only_what_its_scopes_say_and_nothing_on_an_undeclared_route() {
        let token = who(SessionKind::Token, "read follow");
        let allowed = |access| may_use(access, &token).is_ok();
        assert!(allowed(Some(Access::Scope("read"))));
        assert!(allowed(Some(Access::Anyone("read:search"))));
        assert!(allowed(Some(Access::AnySession)));
        assert!(!allowed(Some(Access::Scope("write"))));
        assert!(!allowed(Some(Access::Anyone("write"))));
        assert!(!allowed(None));
    }

    #[test]
    fn an_admins_route_asks_for_the_role_even_in_a_browser_and_for_the_scope_of_a_token() {
        let route = Some(Access::Admin("admin:read"));
        assert!(may_use(route, &who(SessionKind::Web, "")).is_err());
        assert!(may_use(route, &who(SessionKind::Token, "read admin:read")).is_err());
        let admin = |kind, scopes| SignedIn { role: Role::Admin, ..who(kind, scopes) };
        assert!(may_use(route, &admin(SessionKind::Web, "")).is_ok());
        assert!(may_use(route, &admin(SessionKind::Token, "admin:read")).is_ok());
        assert!(may_use(route, &admin(SessionKind::Token, "read admin:write")).is_err());
    }

    #[test]
    fn an_app_that_acts_for_nobody_reads_what_strangers_read_and_does_nothing_of_a_persons() {
        let app = AppAlone { app: AppId(1), scopes: "read".into() };
        let refusal = |access| app_may_use(access, &app).err().map(|error| error.code());
        assert_eq!(refusal(Some(Access::AnyApp)), None);
        assert_eq!(refusal(Some(Access::App("read:statuses"))), None);
        assert_eq!(refusal(Some(Access::Anyone("read"))), None);
        assert_eq!(refusal(Some(Access::App("write:accounts"))), Some("scope"));
        assert_eq!(refusal(Some(Access::Scope("read"))), Some("app_token"));
        assert_eq!(refusal(Some(Access::AnySession)), Some("app_token"));
        assert_eq!(refusal(Some(Access::Admin("read"))), Some("app_token"));
        assert_eq!(refusal(None), Some("scope"));
    }

    #[test]
    fn a_session_of_the_pages_does_all_that_its_person_may() {
        let web = who(SessionKind::Web, "");
        assert!(may_use(Some(Access::Scope("write")), &web).is_ok());
        assert!(may_use(None, &web).is_ok());
    }
}
