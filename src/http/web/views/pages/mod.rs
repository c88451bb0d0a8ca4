//! One view struct for each page.

mod door;
mod error;
mod people;
mod search;
mod settings;
mod timelines;
mod tweets;

pub use door::{LoginPage, SetupPage, SignupPage, SignupState};
pub use error::{ErrorKind, ErrorPage};
pub use people::{
    FollowsKind, FollowsPage, ProfilePage, ProfileTab, ProfileView, RequestsPage, SeenHere, SignupsPage,
};
pub use search::{Lookup, SearchKind, SearchPage, TagRow};
pub use settings::{
    AppearancePage, Away, EditProfilePage, KeptAwayPage, ProfileForm, SecurityPage, SessionView,
};
pub use timelines::{BookmarksPage, HomePage, LocalPage, NotificationsPage, TagPage};
pub use tweets::{
    BackfillView, ComposePage, DeletePage, HistoryPage, Reaction, ReactionsPage, ThreadPage, VersionView,
};
