//! One view struct for each page.

mod about;
mod admin;
mod apps;
mod door;
mod email;
mod emoji;
mod error;
mod house;
mod people;
mod reports;
mod search;
mod settings;
mod telling;
mod timelines;
mod trends;
mod tweets;

pub use about::{AboutPage, AboutText};
pub use admin::{
    AdminTab, InstanceAct, InstancePage, InstanceSurePage, InstancesPage, ParkedPage, RelaysPage, SignupsPage,
};
pub use apps::{AppRow, AppsPage, CodePage, ConsentPage};
pub use door::{LoginPage, SetupPage, SignupPage, SignupState};
pub use email::{ConfirmEmailPage, EmailPage, UnsubscribePage};
pub use emoji::{EmojiForm, EmojiPage};
pub use error::{ErrorKind, ErrorPage};
pub use house::{
    AnnouncementForm, AnnouncementPage, AnnouncementsPage, HousePage, RuleForm, RulePage, TextForm, ToldView,
};
pub use people::{FollowsKind, FollowsPage, ProfilePage, ProfileTab, ProfileView, RequestsPage, SeenHere};
pub use reports::{ReportForm, ReportPage, ReportRow, ReportedPost, ReportsPage};
pub use search::{Lookup, SearchKind, SearchPage, TagRow};
pub use settings::{
    AppearancePage, Away, EditProfilePage, KeptAwayPage, LeavePage, MovePage, ProfileForm, SecurityPage,
    SessionView,
};
pub use telling::{TellingPage, ToldForm, ToldRow, ToldTable};
pub use timelines::{BookmarksPage, HomePage, LocalPage, NotificationsPage, TagPage};
pub use trends::TrendsPage;
pub use tweets::{
    BackfillView, ComposePage, DeletePage, DeliveryPage, HistoryPage, Reaction, ReactionsPage, ThreadPage,
    VersionView,
};
