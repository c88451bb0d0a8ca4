//! Accounts here and elsewhere, and who follows whom, made straight in the store.

use crate::cli::Failure;
use crate::cli::bench::ground::Ground;
use crate::federation::keys::PublicKey;
use crate::model::account::{Account, Role, UserState};
use crate::model::event::Relation;
use crate::model::ids::AccountId;
use crate::service::SignUp;
use crate::store::actors::{self, Reach, RemoteActor};
use crate::store::follows;

impl Ground {
    /// A person of this instance, with a key that is made and opened.
    pub(super) async fn person(&self, name: &str) -> Result<Account, Failure> {
        let new = SignUp {
            username: name.to_owned(),
            email: format!("{name}@bench.test"),
            password: "a bench has no secrets".to_owned(),
            language: None,
            reason: String::new(),
        };
        let user = self.app.service.create_user(new, Role::User, UserState::Active).await?;
        let account = self.app.service.account(user.account_id).await?;
        self.app.federation.public_key_pem(&account).await?;
        Ok(account)
    }

    /// An account of another host, which shares its inbox; `like` gives it a face.
    pub(super) async fn remote(
        &self,
        (name, host): (&str, &str),
        like: &Account,
        key: Option<&PublicKey>,
    ) -> Result<AccountId, Failure> {
        let uri = format!("http://{host}/users/{name}");
        let id = AccountId(self.app.service.ids().next());
        let account = Account {
            id,
            username: name.to_owned(),
            domain: Some(host.to_owned()),
            uri: Some(uri.clone()),
            ..like.clone()
        };
        let reach = Reach {
            inbox: format!("{uri}/inbox"),
            shared_inbox: Some(format!("http://{host}/inbox")),
            host: host.to_owned(),
            also_known_as: "[]".to_owned(),
            uri: uri.clone(),
            ..Reach::default()
        };
        let keys = key.map(|key| (format!("{uri}#main-key"), key.to_pem())).into_iter().collect();
        let actor = RemoteActor { account, reach, keys };
        let now_ms = self.app.service.clock().now_ms();
        Ok(self
            .store
            .write(move |conn| actors::upsert(conn, &actor, now_ms))
            .await
            .map_err(crate::error::Error::from)?)
    }

    /// Lets one follow another; either may be of another host.
    pub(super) async fn bond(&self, from: (AccountId, bool), to: (AccountId, bool)) -> Result<(), Failure> {
        let relation = Relation {
            from: from.0,
            to: to.0,
            from_local: from.1,
            to_local: to.1,
            id: self.app.service.ids().next(),
            uri: None,
        };
        let now_ms = self.app.service.clock().now_ms();
        let write = move |conn: &mut _| follows::follow(conn, &relation, now_ms);
        self.store.write(write).await.map_err(crate::error::Error::from)?;
        Ok(())
    }
}
