//! What the tests of this room begin with.

use super::Federation;
use crate::model::account::{Account, Role, UserState};
use crate::service::SignUp;

/// Makes an account of ours.
pub(super) async fn local_account(federation: &Federation, name: &str) -> Account {
    let new = SignUp {
        username: name.to_owned(),
        email: format!("{name}@a.test"),
        password: "correct horse battery".to_owned(),
        language: None,
        reason: String::new(),
    };
    let user = federation.service().create_user(new, Role::User, UserState::Active).await.unwrap();
    federation.service().account(user.account_id).await.unwrap()
}
