//! Accounts that move between instances: the new one must name the old one, as its own host says at this moment.

use url::Url;

use super::Federation;
use super::objects::Actor;
use super::resolve::{Budget, Found, Miss, ResolveError};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::ids::AccountId;
use crate::model::time;

impl Federation {
    /// The account at `target`, which must name `old` as the same person.
    pub(super) async fn account_naming(
        &self,
        old: &Url,
        target: &Url,
        budget: &Budget,
    ) -> std::result::Result<Account, ResolveError> {
        const NOT_NAMED: ResolveError = ResolveError::Refused("the new account does not name the old one");
        if self.is_ours(target) {
            let account = self.local_account(target).await?.ok_or(Error::NotFound("account"))?;
            let aliases = self.service().aliases(account.id).await?;
            let named = aliases.iter().any(|alias| alias == old.as_str());
            return if named { Ok(account) } else { Err(NOT_NAMED) };
        }
        let document = self.document(target, budget).await?;
        let actor = Actor::from_document(&document.map)?;
        if !actor.also_known_as.contains(old) {
            return Err(NOT_NAMED);
        }
        self.believe_actor(&actor, budget).await
    }

    /// Says which other accounts are the same person as one of ours, by handles or addresses.
    pub async fn set_aliases(&self, account: AccountId, names: &[String]) -> Result<Vec<String>> {
        let names: Vec<&str> = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
        if names.len() > limits::ALIASES_MAX {
            let message = format!("an account has at most {} aliases", limits::ALIASES_MAX);
            return Err(Error::invalid("aliases", "too_many", message));
        }
        let known = self.service().aliases(account).await?;
        let mut uris = Vec::new();
        for name in names {
            // One that is there already may stay although its host is gone.
            let uri = match known.iter().find(|uri| *uri == name) {
                Some(uri) => uri.clone(),
                None => self.service().addresses().actor(&self.other(account, name, "aliases").await?),
            };
            if !uris.contains(&uri) {
                uris.push(uri);
            }
        }
        self.service().write_aliases(account, uris).await?;
        self.service().aliases(account).await
    }

    /// Moves one's own account to another one, which must name it as the same person. The caller has made sure that
    /// it is its owner who asks.
    pub async fn move_account(&self, id: AccountId, target: &str) -> Result<Account> {
        let account = self.service().account(id).await?;
        if let Some(next) = self.service().next_move_at(id).await? {
            let message =
                format!("this account moved lately; it can move again from {}", time::to_rfc3339(next));
            return Err(Error::invalid("target", "moved_lately", message));
        }
        let other = self.other(id, target.trim(), "target").await?;
        let own = Url::parse(self.local_actor(&account).id()).map_err(Error::internal)?;
        let uri = Url::parse(&self.service().addresses().actor(&other)).map_err(Error::internal)?;
        let new = match self.account_naming(&own, &uri, &Budget::new()).await {
            Ok(new) => new,
            Err(ResolveError::Inside(error @ (Error::Busy | Error::Internal(_)))) => return Err(error),
            Err(refused) => {
                tracing::debug!(federation.reason = %refused, "an account cannot move");
                let message = format!("{} does not name this account as an alias", other.acct());
                return Err(Error::invalid("target", "no_alias", message));
            }
        };
        self.service().write_move(id, true, new.id).await?;
        Ok(new)
    }

    /// Somebody else, by a handle or an address that a person typed.
    async fn other(&self, account: AccountId, name: &str, field: &'static str) -> Result<Account> {
        match self.lookup(name).await {
            Ok(Found::Account(found)) if found.id != account => Ok(*found),
            Ok(Found::Account(_)) => {
                Err(Error::invalid(field, "yourself", "this is the account itself; name the other one"))
            }
            Err(Miss::Inside(error)) => Err(error),
            Ok(Found::Tweet(_)) | Err(_) => {
                Err(Error::invalid(field, "unknown_account", format!("there is no account {name}")))
            }
        }
    }
}
