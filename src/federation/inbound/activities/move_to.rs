//! `Move`: an account says that it is another one from now on. Believed when the other one says the same, as its own host
//! shows it now; then our followers of the old one follow the new one, in the background.

use url::Url;

use super::{Act, Failure, to_be_had};
use crate::federation::Federation;

impl Federation {
    pub(super) async fn move_to(&self, act: &Act<'_>, object: &Url, target: &Url) -> Result<(), Failure> {
        let old = &act.activity.actor;
        if object != old || target == old || !self.is_followed(act.actor.id).await? {
            return Ok(());
        }
        let named = self.account_naming(old, target, act.budget).await;
        let Some(new) = to_be_had(named)?.filter(|new| new.id != act.actor.id) else { return Ok(()) };
        self.service().write_move(act.actor.id, false, new.id).await?;
        Ok(())
    }
}
