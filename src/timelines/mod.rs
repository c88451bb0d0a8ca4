//! Home timelines by hybrid push and pull: a pure core, and the shell that feeds and asks it ([`home`], [`follower`]).
//!
//! **Pull.** [`authors`] holds the newest few entries of every author that somebody here follows; a home
//! page is a [`merge`] of the followees' rings. **Push.** [`readers`] holds a ring of tweet ids for each
//! reader for whom merging is dear; [`policy`] says for whom and for which authors. **Database.** What the
//! rings cannot vouch for is read from the database by the caller. All three ways end in the same function,
//! [`filter::filter_page`], so that a page has the same entries whichever way it was made.
//!
//! [`state::Timelines`] puts them together: the caller feeds it the log in order and asks it for pages; it
//! answers with a page or says what to fetch first.
//!
//! What is not known here, and so must be checked when the page is rendered: suspended accounts, blocks of
//! whole instances, word filters, and rows that were pruned without an event. Rendering drops such entries,
//! and the page is shorter by them.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub mod accounts;
mod authors;
pub mod entry;
pub mod filter;
mod follower;
mod home;
mod merge;
pub mod policy;
mod readers;
mod slots;
pub mod state;
mod table;

#[cfg(test)]
mod histories;
#[cfg(test)]
mod tests;

pub use accounts::AccountSet;
pub use authors::LoadTicket;
pub use entry::{Entry, Kind};
pub use filter::{Draft, Page, Viewer, filter_page, filter_tagged, joined};
pub use follower::run;
pub use home::{Home, Reader};
pub use policy::{Edge, Thresholds, Way, push_or_pull};
pub use readers::FanOut;
pub use state::{Outcome, Settings, Sizes, Timelines};

/// A page never has more entries than this, whatever was asked: a bound for one merge and one render.
pub const MAX_PAGE: usize = 200;

// Nothing under these locks panics by itself; if a thread dies there all the same, the others go on.
fn shared<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn exclusive<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
