//! What somebody begins a tweet with, and how they like to read.

use serde::{Deserialize, Serialize};

use super::visibility::Visibility;

/// Which pictures are shown at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpandMedia {
    /// Those that their authors do not hide.
    #[default]
    Default,
    /// All.
    ShowAll,
    /// None.
    HideAll,
}

impl ExpandMedia {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Default, Self::ShowAll, Self::HideAll];

    /// The stored word, which is also that of the APIs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::ShowAll => "show_all",
            Self::HideAll => "hide_all",
        }
    }

    /// Reads the stored word.
    pub fn from_stored(word: &str) -> Self {
        Self::ALL.into_iter().find(|expand| expand.as_str() == word).unwrap_or_default()
    }
}

/// What somebody prefers. Writing goes by it where a request says nothing; reading is a matter of clients, which ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Who may see a new tweet; `None` is everybody.
    pub visibility: Option<Visibility>,
    /// Whether pictures of a new tweet are hidden at first.
    pub sensitive: bool,
    /// The language of new tweets.
    pub language: Option<String>,
    /// Which pictures are shown at first.
    pub expand_media: ExpandMedia,
    /// Whether what stands behind warnings is shown at first.
    pub expand_spoilers: bool,
    /// Whether moving pictures move by themselves.
    pub autoplay: bool,
    /// The name of the time zone one lives in; `None` is UTC.
    pub time_zone: Option<String>,
}
