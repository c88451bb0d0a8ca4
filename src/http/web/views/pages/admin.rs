//! What admins see: who asks for an account, other instances, and what could not be worked off.

use askama::Template;

use crate::http::web::views::{FormErrors, PageShell};
use crate::model::account::Signup;
use crate::model::instance::{Instance, InstanceState, Parked};
use crate::model::relay::{Relay, RelayState};

/// The tabs over all pages for admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminTab {
    /// Who asks for an account.
    Signups,
    /// What was reported.
    Reports,
    /// What may trend.
    Trends,
    /// Other instances.
    Instances,
    /// What came in and could not be worked off.
    Inbox,
    /// Relays.
    Relays,
    /// The instance's own emoji.
    Emoji,
    /// Rules and texts.
    About,
    /// What everybody here is told.
    Announcements,
}

impl AdminTab {
    pub(super) const ALL: [Self; 9] = [
        Self::Signups,
        Self::Reports,
        Self::Trends,
        Self::Instances,
        Self::Inbox,
        Self::Relays,
        Self::Emoji,
        Self::About,
        Self::Announcements,
    ];

    pub(super) fn href(self) -> &'static str {
        match self {
            Self::Signups => "/admin/signups",
            Self::Reports => "/admin/reports",
            Self::Trends => "/admin/trends",
            Self::Instances => "/admin/instances",
            Self::Inbox => "/admin/inbox",
            Self::Relays => "/admin/relays",
            Self::Emoji => "/admin/emoji",
            Self::About => "/admin/about",
            Self::Announcements => "/admin/announcements",
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Signups => "admin-signups",
            Self::Reports => "admin-reports",
            Self::Trends => "admin-trends",
            Self::Instances => "admin-instances",
            Self::Inbox => "admin-inbox",
            Self::Relays => "admin-relays",
            Self::Emoji => "admin-emoji",
            Self::About => "admin-about",
            Self::Announcements => "admin-announcements",
        }
    }
}

/// `GET /admin/signups`.
#[derive(Template)]
#[template(path = "signups.html")]
pub struct SignupsPage {
    /// Everything around.
    pub shell: PageShell,
    /// Who waits, the newest first.
    pub signups: Vec<Signup>,
    /// The address of more.
    pub older: Option<String>,
}

impl SignupsPage {
    const TAB: AdminTab = AdminTab::Signups;
}

/// `GET /admin/instances`.
#[derive(Template)]
#[template(path = "instances.html")]
pub struct InstancesPage {
    /// Everything around.
    pub shell: PageShell,
    /// Only those that fare so; `None` for all.
    pub state: Option<InstanceState>,
    /// The instances, by name.
    pub instances: Vec<Instance>,
    /// The address of more.
    pub older: Option<String>,
}

impl InstancesPage {
    const TAB: AdminTab = AdminTab::Instances;
    const STATES: [InstanceState; 4] = InstanceState::ALL;

    fn is_shown(&self, state: &InstanceState) -> bool {
        self.state == Some(*state)
    }
}

/// `GET /admin/instances/{host}`.
#[derive(Template)]
#[template(path = "instance.html")]
pub struct InstancePage {
    /// Everything around.
    pub shell: PageShell,
    /// The instance.
    pub instance: Instance,
}

impl InstancePage {
    const TAB: AdminTab = AdminTab::Instances;

    fn is_failing(&self) -> bool {
        self.instance.state == InstanceState::Failing
    }

    fn is_blocked(&self) -> bool {
        self.instance.state == InstanceState::Blocked
    }
}

/// What is asked twice about an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceAct {
    /// Drop what waits for it.
    Forget,
    /// Block it.
    Block,
}

/// `GET /admin/instances/{host}/forget` and `…/block`.
#[derive(Template)]
#[template(path = "instance_sure.html")]
pub struct InstanceSurePage {
    /// Everything around.
    pub shell: PageShell,
    /// Host and port.
    pub host: String,
    /// What would be done.
    pub act: InstanceAct,
}

impl InstanceSurePage {
    const TAB: AdminTab = AdminTab::Instances;

    fn is_block(&self) -> bool {
        self.act == InstanceAct::Block
    }
}

/// `GET /admin/inbox`.
#[derive(Template)]
#[template(path = "parked.html")]
pub struct ParkedPage {
    /// Everything around.
    pub shell: PageShell,
    /// Parked activities, the newest first.
    pub parked: Vec<Parked>,
    /// The address of more.
    pub older: Option<String>,
}

impl ParkedPage {
    const TAB: AdminTab = AdminTab::Inbox;
}

/// `GET /admin/relays`.
#[derive(Template)]
#[template(path = "relays.html")]
pub struct RelaysPage {
    /// Everything around.
    pub shell: PageShell,
    /// The relays, the oldest first.
    pub relays: Vec<Relay>,
    /// The address of a new one, as typed.
    pub address: String,
    /// Complaints.
    pub errors: FormErrors,
}

impl RelaysPage {
    const TAB: AdminTab = AdminTab::Relays;
    const FIELDS: [&'static str; 1] = ["address"];
}

/// The word for what a relay says.
fn relay_state_key(state: &RelayState) -> &'static str {
    match state {
        RelayState::Asked => "relay-asked",
        RelayState::Accepted => "relay-accepted",
        RelayState::Rejected => "relay-rejected",
    }
}

/// The word for how an instance fares.
fn state_key(state: &InstanceState) -> &'static str {
    match state {
        InstanceState::Reachable => "instance-reachable",
        InstanceState::Failing => "instance-failing",
        InstanceState::Dead => "instance-dead",
        InstanceState::Blocked => "instance-blocked",
    }
}
