//! Pages on the way in: the first account, sign up, log in.

use askama::Template;

use crate::http::web::views::{FormErrors, PageShell, Registration};

/// `GET /setup`: makes the first account, which is an admin. Only while there is none.
#[derive(Template)]
#[template(path = "setup.html")]
pub struct SetupPage {
    /// Everything around.
    pub shell: PageShell,
    /// The username so far.
    pub username: String,
    /// The mail address so far.
    pub email: String,
    /// Complaints.
    pub errors: FormErrors,
}

impl SetupPage {
    const FIELDS: [&'static str; 3] = ["username", "email", "password"];
}

/// How far signing up has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignupState {
    /// The form (or the word that the door is closed).
    #[default]
    Form,
    /// Sent; an admin will look at it.
    Waiting,
}

/// `GET /signup`.
#[derive(Template)]
#[template(path = "signup.html")]
pub struct SignupPage {
    /// Everything around.
    pub shell: PageShell,
    /// How far.
    pub state: SignupState,
    /// The username so far.
    pub username: String,
    /// The mail address so far.
    pub email: String,
    /// Why they want to join, where an admin decides.
    pub reason: String,
    /// Complaints.
    pub errors: FormErrors,
}

impl SignupPage {
    const FIELDS: [&'static str; 4] = ["username", "email", "password", "reason"];

    fn is_closed(&self) -> bool {
        self.shell.site.registration == Registration::Closed
    }

    fn needs_approval(&self) -> bool {
        self.shell.site.registration == Registration::Approval
    }

    fn is_waiting(&self) -> bool {
        self.state == SignupState::Waiting
    }
}

/// `GET /login?return_to=`.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// Everything around.
    pub shell: PageShell,
    /// The username or mail address so far.
    pub login: String,
    /// Where to go afterwards: a path on this server.
    pub return_to: String,
    /// Complaints.
    pub errors: FormErrors,
}

impl LoginPage {
    fn can_join(&self) -> bool {
        self.shell.site.registration != Registration::Closed
    }
}
