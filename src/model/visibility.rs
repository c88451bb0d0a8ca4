//! Who may see a tweet. (Interim: replaced by the merged module.)
/// Who may see a tweet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// All.
    Public,
    /// All, but not in public lists.
    Unlisted,
    /// Followers.
    Followers,
    /// Mentioned.
    Direct,
}
impl Visibility {
    /// Stored.
    pub fn code(self) -> i64 {
        match self {
            Self::Public => 0,
            Self::Unlisted => 1,
            Self::Followers => 2,
            Self::Direct => 3,
        }
    }
    /// Stored.
    pub fn from_code(c: i64) -> Option<Self> {
        Some(match c {
            0 => Self::Public,
            1 => Self::Unlisted,
            2 => Self::Followers,
            3 => Self::Direct,
            _ => return None,
        })
    }
}
