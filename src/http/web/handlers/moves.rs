//! Moving to another account, and from one.

use serde::Deserialize;

use super::refused;
use crate::error::{Error, Result};
use crate::http::extract::Form;
use crate::http::web::views::pages::MovePage;
use crate::http::web::views::{self, FormErrors, Nav};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::model::ids::AccountId;

const HERE: &str = "/settings/move";

/// `GET /settings/move`
pub(in crate::http::web) async fn page(member: Member) -> Answer {
    show(&move_page(&member.visit, member.me, None, String::new(), FormErrors::default()).await?)
}

/// Other accounts of the same person, one a line.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Aliases {
    aliases: String,
}

/// `POST /settings/aliases`
pub(in crate::http::web) async fn set_aliases(member: Member, Form(form): Form<Aliases>) -> Answer {
    let Member { visit, me, .. } = member;
    let names: Vec<String> = form.aliases.lines().map(str::to_owned).collect();
    match visit.state.federation.set_aliases(me, &names).await {
        Ok(_) => Ok(visit.to(HERE, Some("aliases-saved"))),
        Err(error) => again(&visit, me, Some(form.aliases), String::new(), error).await,
    }
}

/// Where to, and the password of whoever asks.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Target {
    target: String,
    password: String,
}

/// `POST /settings/move`
pub(in crate::http::web) async fn start(member: Member, Form(form): Form<Target>) -> Answer {
    let Member { visit, me, session } = member;
    let moved = async {
        visit.service().confirm_password(&session, "password", form.password).await?;
        visit.state.federation.move_account(me, &form.target).await
    };
    match moved.await {
        Ok(_) => Ok(visit.to(HERE, Some("moved"))),
        Err(error) => again(&visit, me, None, form.target, error).await,
    }
}

/// `POST /settings/move/undo`
pub(in crate::http::web) async fn undo(member: Member) -> Answer {
    member.visit.service().undo_move(member.me).await?;
    Ok(member.visit.to(HERE, Some("move-undone")))
}

async fn again(
    visit: &Visit,
    me: AccountId,
    aliases: Option<String>,
    target: String,
    error: Error,
) -> Answer {
    let (status, errors) = refused(error)?;
    Ok(views::page(status, &move_page(visit, me, aliases, target, errors).await?))
}

async fn move_page(
    visit: &Visit,
    me: AccountId,
    aliases: Option<String>,
    target: String,
    errors: FormErrors,
) -> Result<MovePage> {
    let aliases = match aliases {
        Some(typed) => typed,
        None => visit.service().aliases(me).await?.join("\n"),
    };
    let moved_to = match visit.service().account(me).await?.moved_to {
        Some(new) => visit.service().accounts(vec![new]).await?.pop(),
        None => None,
    };
    let moved_to = moved_to.map(|account| visit.present().account(&account));
    Ok(MovePage { shell: visit.shell(Nav::Settings).await?, aliases, target, moved_to, errors })
}
