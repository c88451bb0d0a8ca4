//! The picture of the instance, for the admins who give it one.

use super::parts::Posted;
use super::{house, refused};
use crate::error::Error;
use crate::http::extract::{Form, Multipart};
use crate::http::media::upload;
use crate::http::web::back::Back;
use crate::http::web::views;
use crate::http::web::visit::{Admin, Answer, Visit};
use crate::media::{Purpose, Stored};
use crate::model::about::HousePicture;
use crate::service::Operator;

const HERE: &str = "/admin/about#picture-of-it";
/// The input with the picture.
const PICTURE: &str = "picture";

/// `POST /admin/about/picture`
pub(in crate::http::web) async fn set(Admin { visit, me }: Admin, form: Multipart) -> Answer {
    let purpose = |input: &str| (input == PICTURE).then_some(Purpose::House);
    let mut posted = Posted::read(&visit.state, form, purpose).await?;
    let stored = match posted.take_picture(PICTURE) {
        Some(Ok(picture)) => picture.claim(),
        Some(Err(Error::Invalid { code, message, .. })) => {
            return again(&visit, Error::invalid(PICTURE, code, message)).await;
        }
        Some(Err(error)) => return Err(error.into()),
        None => return again(&visit, upload::missing(PICTURE)).await,
    };
    let picture = of_stored(&stored);
    let files = vec![picture.file_key.clone(), picture.icon_key.clone()];
    let written = visit.service().set_house_picture(Operator::Admin(me), Some(picture)).await;
    // The old one when it was replaced, the new one when it was not taken.
    let unused = match &written {
        Ok(before) => before.clone(),
        Err(_) => files,
    };
    upload::remove_files(&visit.state, unused).await;
    written?;
    Ok(visit.to(&visit.return_path(posted.text("return_to"), HERE), Some("picture-set")))
}

/// `POST /admin/about/picture/remove`
pub(in crate::http::web) async fn remove(Admin { visit, me }: Admin, Form(form): Form<Back>) -> Answer {
    let before = visit.service().set_house_picture(Operator::Admin(me), None).await?;
    upload::remove_files(&visit.state, before).await;
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("picture-removed")))
}

async fn again(visit: &Visit, error: Error) -> Answer {
    let (status, errors) = refused(error)?;
    Ok(views::page(status, &house::complain(visit, errors).await?))
}

fn of_stored(stored: &Stored) -> HousePicture {
    HousePicture {
        file_key: stored.image.key.to_string(),
        width: stored.image.width,
        height: stored.image.height,
        icon_key: stored.thumb.key.to_string(),
        icon_width: stored.thumb.width,
        icon_height: stored.thumb.height,
        blurhash: stored.blurhash.clone(),
    }
}
