//! Making an account in an app, which has its token at once.

use super::super::sessions::{self as service_sessions, Origin};
use super::super::{Service, SignUp};
use super::{AppAlone, Token};
use crate::error::{Error, Result};
use crate::model::account::Session;
use crate::model::ids::SessionId;
use crate::secrets;
use crate::store::{Conn, apps};

impl Service {
    /// Makes an account as the registration setting allows, and a token of it for the app, which allows what the app's own
    /// token does. Where an admin decides, it is good for nothing before they have let the account in.
    pub async fn sign_up_in_app(&self, app: &AppAlone, new: SignUp, address: String) -> Result<Token> {
        let user = self.register(new).await?;
        let secret = secrets::new_token().map_err(Error::internal)?;
        let hash = secrets::token_hash(&secret);
        let (id, now_ms, app) = (SessionId(self.next_id()), self.now_ms(), app.clone());
        let scopes = app.scopes.clone();
        let write = move |conn: &mut Conn| {
            let name = apps::by_id(conn, app.app)?.map(|app| app.name).unwrap_or_default();
            let origin = Origin { name, address: address.clone() };
            let session = Session {
                app: Some(app.app),
                ..service_sessions::token(id, user.account_id, &app.scopes, origin, now_ms)
            };
            service_sessions::write(conn, &session, &hash, now_ms)?;
            apps::mark_used(conn, app.app, now_ms)
        };
        self.store().write(write).await?;
        Ok(Token { secret, scopes, created_at: now_ms })
    }
}
