//! What the tests of this room begin with.

use proptest::prelude::*;
use serde_json::{Value, json};

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

/// Values of every kind and some depth, with the names and texts that parsers look for.
pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z:/.#]{0,12}".prop_map(Value::from),
        Just(Value::from("https://b.test/1")),
        Just(Value::from("2026-01-02T03:04:05Z")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let key = prop_oneof![
            Just("id"),
            Just("type"),
            Just("url"),
            Just("name"),
            Just("href"),
            Just("object"),
            Just("actor"),
            Just("canQuote")
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}
