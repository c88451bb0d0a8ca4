//! Relays, for the admins who subscribe to them.

use serde::Deserialize;

use super::refused;
use crate::error::{Error, Result};
use crate::http::extract::{Form, Path};
use crate::http::web::back::Back;
use crate::http::web::views::pages::RelaysPage;
use crate::http::web::views::{self, FormErrors, Nav};
use crate::http::web::visit::{Admin, Answer, Visit, show};
use crate::model::ids::RowId;

const HERE: &str = "/admin/relays";

/// `GET /admin/relays`
pub(in crate::http::web) async fn list(Admin { visit, .. }: Admin) -> Answer {
    show(&page(&visit, String::new(), FormErrors::default()).await?)
}

/// The address of a relay.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct New {
    address: String,
}

/// `POST /admin/relays`
pub(in crate::http::web) async fn add(Admin { visit, .. }: Admin, Form(form): Form<New>) -> Answer {
    let Err(error) = visit.state.federation.add_relay(&form.address).await else {
        return Ok(visit.to(HERE, Some("relay-added")));
    };
    let (status, errors) = refused(error)?;
    Ok(views::page(status, &page(&visit, form.address, errors).await?))
}

/// `POST /admin/relays/{id}/remove`
pub(in crate::http::web) async fn remove(
    Admin { visit, .. }: Admin,
    Path(id): Path<RowId>,
    Form(form): Form<Back>,
) -> Answer {
    match visit.state.federation.remove_relay(id).await {
        // A second click came late.
        Ok(()) | Err(Error::NotFound(_)) => {
            Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("relay-removed")))
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(visit: &Visit, address: String, errors: FormErrors) -> Result<RelaysPage> {
    let relays = visit.state.federation.relays().await?;
    Ok(RelaysPage { shell: visit.shell(Nav::Admin).await?, relays, address, errors })
}
