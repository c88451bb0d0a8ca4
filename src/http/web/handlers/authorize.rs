//! An app asks to act for a person: who asks, what for, and the person's answer (RFC 6749, 4.1).
//!
//! An app is answered only after the person has said a word, at an address that it registered, letter by letter. What is
//! wrong with its question is told to the person: anybody may register an app, and a link to this server must not lead
//! to wherever that wants (RFC 9700, 4.11.2). Forms of other sites are refused by the gateway, which knows where a
//! request comes from.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::http::extract::{Form, Query};
use crate::http::middleware::security_headers::form_leads_to;
use crate::http::web::back::see_other;
use crate::http::web::cookies;
use crate::http::web::present::permissions;
use crate::http::web::views::Nav;
use crate::http::web::views::pages::{CodePage, ConsentPage};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::model::app::{self, App, OUT_OF_BAND};
use crate::service::Wish;

/// The longest code that is shown; ours are shorter.
const CODE_MAX_BYTES: usize = 64;

/// What an app asks for. Fields that it does not send are empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    code_challenge: String,
    code_challenge_method: String,
    /// What the person said.
    decision: String,
}

/// An app that asks for what it may have.
struct Asking {
    app: App,
    asked: Asked,
    wish: Wish,
}

/// `GET /oauth/authorize`
pub(in crate::http::web) async fn ask(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    let Asking { app, asked, wish } = asking(&visit, asked).await?;
    if asked.response_type != "code" {
        return Err(Error::invalid("response_type", "invalid_request", "only codes are given").into());
    }
    if visit.who.is_none() {
        return Ok(visit.log_in_first(Some(visit.here()), None));
    }
    let page = ConsentPage {
        shell: visit.shell(Nav::None).await?,
        app_name: app.name,
        website: app.website,
        permissions: permissions(&wish.scopes),
        hidden: asked.fields(),
        again: visit.here().to_owned(),
    };
    let mut response = show(&page)?;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(target) = app::form_target(&wish.redirect_uri).filter(|_| wish.redirect_uri != OUT_OF_BAND) {
        headers.insert(CONTENT_SECURITY_POLICY, form_leads_to(&target));
    }
    Ok(response)
}

/// `POST /oauth/authorize`
pub(in crate::http::web) async fn decide(member: Member, Form(asked): Form<Asked>) -> Answer {
    let Member { visit, me, .. } = member;
    let Asking { app, asked, wish } = asking(&visit, asked).await?;
    let is_called = asked.redirect_uri != OUT_OF_BAND;
    if asked.decision != "allow" {
        return match is_called {
            true => answer(&visit, &asked, ("error", "access_denied")),
            false => Ok(visit.to("/home", Some("app-denied"))),
        };
    }
    let code = visit.service().give_code(me, &app, wish).await?;
    match is_called {
        true => answer(&visit, &asked, ("code", &code)),
        false => Ok(visit.to(&format!("/oauth/authorize/native?code={code}"), None)),
    }
}

/// A code to carry over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Carried {
    code: String,
}

/// `GET /oauth/authorize/native?code=`: for apps that cannot be called.
pub(in crate::http::web) async fn show_code(member: Member, Query(carried): Query<Carried>) -> Answer {
    let code = carried.code;
    // Anybody may make a link to this page: it shows codes and no other words.
    let is_code = code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if code.is_empty() || code.len() > CODE_MAX_BYTES || !is_code {
        return Err(Error::NotFound("code").into());
    }
    let mut response = show(&CodePage { shell: member.visit.shell(Nav::None).await?, code })?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The page to come back to with another account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Again {
    again: String,
}

/// `POST /oauth/authorize/switch`: logs out, and asks for another login before the app is answered.
pub(in crate::http::web) async fn switch(member: Member, Form(form): Form<Again>) -> Answer {
    let Member { visit, me, session } = member;
    match visit.service().end_session(me, session.session).await {
        // Another tab was quicker.
        Ok(()) | Err(Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let again = visit.return_path(&form.again, "/home");
    Ok(cookies::with(visit.log_in_first(Some(&again), None), visit.cookies().no_session()))
}

/// Finds out who asks, and whether it may have what it asks for.
async fn asking(visit: &Visit, asked: Asked) -> Result<Asking> {
    let app = visit.service().app_by_client_id(&asked.client_id).await.map_err(|error| match error {
        Error::NotFound(_) => Error::invalid("client_id", "unknown_app", "this app is not registered here"),
        other => other,
    })?;
    let wish = visit.service().checked_wish(&app, asked.wish())?;
    // `plain` would send the secret itself (RFC 7636, 4.2).
    if wish.challenge.is_some() && asked.code_challenge_method != "S256" {
        let message = "the method of a challenge is S256";
        return Err(Error::invalid("code_challenge_method", "invalid_request", message));
    }
    Ok(Asking { app, asked, wish })
}

impl Asked {
    fn wish(&self) -> Wish {
        Wish {
            redirect_uri: self.redirect_uri.clone(),
            scopes: self.scope.clone(),
            challenge: Some(self.code_challenge.clone()).filter(|challenge| !challenge.is_empty()),
        }
    }

    /// What the form carries along.
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("client_id", self.client_id.clone()),
            ("redirect_uri", self.redirect_uri.clone()),
            ("scope", self.scope.clone()),
            ("state", self.state.clone()),
            ("code_challenge", self.code_challenge.clone()),
            ("code_challenge_method", self.code_challenge_method.clone()),
        ]
    }
}

/// Sends the browser back to the app.
fn answer(visit: &Visit, asked: &Asked, what: (&'static str, &str)) -> Answer {
    let mut words = vec![what];
    if !asked.state.is_empty() {
        words.push(("state", &asked.state));
    }
    // Who answers, so that an app that asks many servers does not take one's code to another (RFC 9207).
    words.push(("iss", visit.service().addresses().origin()));
    let url = app::answer_address(&asked.redirect_uri, &words)
        .ok_or_else(|| Error::internal("a registered redirect address cannot be read"))?;
    let mut response = see_other(url.as_str());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
