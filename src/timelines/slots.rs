//! Numbers for readers.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::model::ids::AccountId;

/// Small dense numbers for the accounts that read here, so that sets of them are bitmaps.
#[derive(Default)]
pub(super) struct Slots(Mutex<HashMap<AccountId, u32>>);

impl Slots {
    /// The account's number; it keeps it for the life of the process.
    pub(super) fn of(&self, account: AccountId) -> u32 {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = u32::try_from(slots.len()).unwrap_or(u32::MAX);
        *slots.entry(account).or_insert(next)
    }
}
