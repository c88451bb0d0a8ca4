//! An inbox that is not there: perhaps its account is gone, and nobody told us.

use url::Url;

use crate::error::{Chain, Error, Result};
use crate::federation::Federation;
use crate::federation::resolve::Freshness;
use crate::store::actors;

impl Federation {
    /// Asks the host for the account with this inbox. When it says that the account is gone, its follows end, so that
    /// nothing more is sent there. Its posts stay: a host that has lost something may find it again.
    pub(super) async fn check_owner(&self, host: &str, inbox: &str) {
        if let Err(error) = self.end_bonds_if_gone(host.to_owned(), inbox.to_owned()).await {
            tracing::debug!(inbox, error = %Chain(&error), "it is not known whether the account of an inbox is gone");
        }
    }

    async fn end_bonds_if_gone(&self, host: String, inbox: String) -> Result<()> {
        let read = move |conn: &mut _| actors::owner_of_inbox(conn, &host, &inbox);
        let Some((account, uri)) = self.service().store().read(read).await? else { return Ok(()) };
        let uri = Url::parse(&uri).map_err(Error::internal)?;
        match self.actor(&uri, Freshness::Now).await {
            Ok(_) => Ok(()),
            Err(Error::Gone(_)) => {
                tracing::info!(account = %uri, "an account is gone from its host: its follows end");
                self.service().end_bonds(account, false).await.map(|_| ())
            }
            Err(other) => Err(other),
        }
    }
}
