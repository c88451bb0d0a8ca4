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
use crate::service::SignedIn;

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
    /// Apps too, for which nobody is signed in, with any token.
    AnyApp,
    /// Apps too, for which nobody is signed in; a token needs this scope.
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

async fn signed_in(parts: &Parts, state: &AppState) -> Result<Option<SignedIn>> {
    let Some(found) = session(parts, state).await? else { return Ok(None) };
    if let Some(limit) = parts.extensions.get::<ByAccount>() {
        limit.check(found.account)?;
    }
    may_use(parts.extensions.get::<Access>().copied(), &found)?;
    Ok(Some(found))
}

async fn session(parts: &Parts, state: &AppState) -> Result<Option<SignedIn>> {
    if let Some(token) = bearer_token(&parts.headers) {
        let ended = Error::Unauthorized("this token is unknown or has ended; log in again");
        return state.service.session(token).await?.ok_or(ended).map(Some);
    }
    let name = session_cookie_name(state.service.addresses().base());
    match cookie(&parts.headers, name) {
        Some(secret) => state.service.session(secret).await,
        None => Ok(None),
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
                false => {
                    Err(Error::forbidden("scope", format!("this needs a token with the scope {scope:?}")))
                }
            }
        }
        None => Err(Error::forbidden("scope", "this cannot be done with a token")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::{AccountId, SessionId};

    fn who(kind: SessionKind, scopes: &str) -> SignedIn {
        SignedIn {
            account: AccountId(1),
            session: SessionId(2),
            kind,
            role: Role::User,
            scopes: scopes.into(),
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
    fn a_session_of_the_pages_does_all_that_its_person_may() {
        let web = who(SessionKind::Web, "");
        assert!(may_use(Some(Access::Scope("write")), &web).is_ok());
        assert!(may_use(None, &web).is_ok());
    }
}
