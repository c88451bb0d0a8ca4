//! Up to where somebody has read.

use serde::{Deserialize, Serialize};

use super::ids::RowId;
use crate::clock::Millis;

/// A timeline in which a place is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marked {
    /// The home timeline.
    Home,
    /// The notifications.
    Notifications,
}

impl Marked {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Home, Self::Notifications];

    /// The stored word, which is also that of the APIs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Notifications => "notifications",
        }
    }

    /// Reads the stored word.
    pub fn from_stored(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|timeline| timeline.as_str() == word)
    }
}

/// A place in a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The timeline.
    pub timeline: Marked,
    /// The newest entry that was read: a tweet of the home timeline, or a notification.
    pub last_read: RowId,
    /// How often it was set.
    pub version: i64,
    /// When it was set last.
    pub updated_at: Millis,
}
