//! What arrives: verified and stored before it is acknowledged ([`receive`]), worked off after ([`worker`]).
//!
//! A request that is refused leaves no row, job or fetch behind. What is accepted is processed at least once, in
//! order per object, and every effect is such that a second time changes nothing.

mod activities;
mod reader;
pub mod receive;
mod subject;
mod verify;
pub mod worker;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};

use super::relays::RELAYED;
use crate::buckets::Buckets;
use crate::clock::Clock;
use crate::store::Store;
use crate::store::hot::{SetReader, SetWriter};
use crate::store::inbox::{Receipt, WorkedOff};
use crate::store::intake::{AskDoer, AskGround, AskNews, AskSigner, AskSince};

pub use receive::{Accepted, Refused};

/// Actors with old keys that are asked again at once.
const REFRESHES_MAX: usize = 4;

/// Strangers who read under a signature and whose keys are fetched at once.
const INTRODUCTIONS_MAX: usize = 16;

/// What receiving and working off share.
pub(super) struct Inbound {
    /// What is asked of each activity, many at once.
    signers: SetReader<AskSigner>,
    doers: SetReader<AskDoer>,
    news: SetReader<AskNews>,
    pub(super) grounds: SetReader<AskGround>,
    pub(super) since: SetReader<AskSince>,
    /// Writes what was accepted, many at once.
    receipts: SetWriter<Receipt>,
    /// Writes what was worked off, many at once.
    worked_off: SetWriter<WorkedOff>,
    /// Places for asking again the actors whose keys are old.
    refreshing: Arc<Semaphore>,
    /// Places for fetching the keys of strangers who read.
    introductions: Semaphore,
    /// What each relay may still cause to be fetched.
    relayed: Buckets,
    /// Something arrived.
    arrived: Notify,
}

impl Inbound {
    pub(super) fn new(store: &Store, clock: &Clock) -> Self {
        Self {
            signers: SetReader::new(store),
            doers: SetReader::new(store),
            news: SetReader::new(store),
            grounds: SetReader::new(store),
            since: SetReader::new(store),
            receipts: SetWriter::new(store),
            worked_off: SetWriter::new(store),
            refreshing: Arc::new(Semaphore::new(REFRESHES_MAX)),
            introductions: Semaphore::new(INTRODUCTIONS_MAX),
            relayed: Buckets::new(RELAYED, clock),
            arrived: Notify::new(),
        }
    }
}
