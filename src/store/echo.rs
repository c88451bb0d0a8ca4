//! What a committed unit of work changed, told to this process before its caller is answered.
//!
//! Caches that hang on it are right for whoever has just written here. What other processes write comes by the log.

use std::sync::{Arc, PoisonError, RwLock};

use crate::model::event::Event;
use crate::model::ids::{AccountId, TweetId};

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Echo {
    /// What stands in the log.
    Event(Event),
    /// What is shown of a tweet, beside what an event tells.
    Tweet(TweetId),
    /// What is shown of an account, beside what an event tells.
    Account(AccountId),
    /// What an account did to many tweets at once, such as muting their thread.
    MarksOf(AccountId),
    /// A card of a linked page.
    Previews,
}

type Ear = Box<dyn Fn(&[Echo]) + Send + Sync>;

/// Whoever wants to hear.
#[derive(Clone, Default)]
pub struct Echoes(Arc<RwLock<Vec<Ear>>>);

impl Echoes {
    /// Calls `ear` after each commit on the thread of the database: it must be quick.
    pub fn listen(&self, ear: impl Fn(&[Echo]) + Send + Sync + 'static) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(Box::new(ear));
    }

    /// Tells of what was committed.
    pub(super) fn tell(&self, echoes: &[Echo]) {
        if echoes.is_empty() {
            return;
        }
        for ear in self.0.read().unwrap_or_else(PoisonError::into_inner).iter() {
            ear(echoes);
        }
    }
}
