//! An app asks to act for a person: who asks, what for, and the person's answer (RFC 6749, 4.1).
//!
//! The answer goes to an address that the app registered, letter by letter; where that is wrong, the person is told and
//! nobody else. Forms of other sites are refused by the gateway, which knows where a request comes from.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::http::extract::{Form, Query};
use crate::http::middleware::security_headers::form_leads_to;
use crate::http::problem::ApiError;
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

/// An app that may be answered.
struct Asking {
    app: App,
    asked: Asked,
    /// What it wants, or the word of the standard for what is wrong with that.
    wish: Result<Wish, &'static str>,
}

/// `GET /oauth/authorize`
pub(in crate::http::web) async fn ask(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    let asking = asking(&visit, asked).await?;
    if asking.asked.response_type != "code" {
        return asking.refuse(&visit, "unsupported_response_type");
    }
    let wish = match &asking.wish {
        Ok(wish) => wish,
        Err(word) => return asking.refuse(&visit, word),
    };
    if visit.who.is_none() {
        return Ok(visit.log_in_first(Some(visit.here()), None));
    }
    let page = ConsentPage {
        shell: visit.shell(Nav::None).await?,
        app_name: asking.app.name.clone(),
        website: asking.app.website.clone(),
        permissions: permissions(&wish.scopes),
        hidden: asking.asked.fields(),
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
    let allowed = asked.decision == "allow";
    let asking = asking(&visit, asked).await?;
    let wish = match &asking.wish {
        Ok(wish) => wish.clone(),
        Err(word) => return asking.refuse(&visit, word),
    };
    if !allowed {
        return asking.refuse(&visit, "access_denied");
    }
    let code = visit.service().give_code(me, &asking.app, wish).await?;
    if asking.asked.redirect_uri == OUT_OF_BAND {
        return Ok(visit.to(&format!("/oauth/authorize/native?code={code}"), None));
    }
    asking.answer(&visit, ("code", &code))
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

/// Finds out who asks, and whether there is somebody to answer to.
async fn asking(visit: &Visit, asked: Asked) -> Result<Asking, ApiError> {
    let app = match visit.service().app_by_client_id(&asked.client_id).await {
        Ok(app) => app,
        Err(Error::NotFound(_)) => {
            let message = "this app is not registered here";
            return Err(Error::invalid("client_id", "unknown_app", message).into());
        }
        Err(error) => return Err(error.into()),
    };
    let wish = match visit.service().checked_wish(&app, asked.wish()) {
        // `plain` would send the secret itself (RFC 7636, 4.2).
        Ok(wish) if wish.challenge.is_some() && asked.code_challenge_method != "S256" => {
            Err("invalid_request")
        }
        Ok(wish) => Ok(wish),
        Err(Error::Invalid { code: "invalid_scope", .. }) => Err("invalid_scope"),
        Err(Error::Invalid { code: "invalid_request", .. }) => Err("invalid_request"),
        Err(error) => return Err(error.into()),
    };
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

impl Asking {
    /// Tells the app that it does not get a code, and why.
    fn refuse(&self, visit: &Visit, word: &'static str) -> Answer {
        if self.asked.redirect_uri != OUT_OF_BAND {
            return self.answer(visit, ("error", word));
        }
        match word {
            "access_denied" => Ok(visit.to("/home", Some("app-denied"))),
            _ => Err(Error::invalid("scope", "bad_wish", "the app asks for what it cannot get").into()),
        }
    }

    /// Sends the browser back to the app.
    fn answer(&self, visit: &Visit, what: (&'static str, &str)) -> Answer {
        let issuer = visit.service().addresses().origin();
        let mut answer = vec![what];
        if !self.asked.state.is_empty() {
            answer.push(("state", &self.asked.state));
        }
        // Who answers, so that an app that asks many servers does not take one's code to another (RFC 9207).
        answer.push(("iss", issuer));
        let url = app::answer_address(&self.asked.redirect_uri, &answer)
            .ok_or_else(|| Error::internal("a registered redirect address cannot be read"))?;
        let mut response = see_other(url.as_str());
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }
}
