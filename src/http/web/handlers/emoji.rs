//! The instance's own emoji, for admins: add, replace, disable, remove.

use serde::Deserialize;

use super::parts::Posted;
use super::refused;
use crate::config::limits;
use crate::error::{Error, Result};
use crate::http::extract::{Form, Multipart, Path, Query};
use crate::http::media::upload;
use crate::http::web::back::Back;
use crate::http::web::views::pages::{EmojiForm, EmojiPage};
use crate::http::web::views::{self, FormErrors, Nav};
use crate::http::web::visit::{Admin, Answer, Visit, show};
use crate::media::Purpose;
use crate::service::{EmojiChanges, NewEmoji, Operator};

const HERE: &str = "/admin/emoji";
/// The input with the picture.
const PICTURE: &str = "picture";

/// Where in the list the page begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Asked {
    after: String,
}

/// `GET /admin/emoji?after=`
pub(in crate::http::web) async fn list(Admin { visit, .. }: Admin, Query(asked): Query<Asked>) -> Answer {
    show(&page(&visit, &asked.after, EmojiForm::default(), FormErrors::default()).await?)
}

/// `POST /admin/emoji`
pub(in crate::http::web) async fn add(Admin { visit, me }: Admin, form: Multipart) -> Answer {
    let mut posted = Posted::read(&visit.state, form, purpose).await?;
    let typed = EmojiForm {
        shortcode: posted.text("shortcode").to_owned(),
        category: posted.text("category").to_owned(),
    };
    let picture = match picture(&mut posted).await {
        Ok(Some(key)) => key,
        Ok(None) => return again(&visit, typed, upload::missing(PICTURE)).await,
        Err(refusal) => return again(&visit, typed, refusal).await,
    };
    let new = NewEmoji {
        shortcode: typed.shortcode.clone(),
        category: typed.category.clone(),
        file_key: picture.clone(),
    };
    match visit.service().add_emoji(Operator::Admin(me), new).await {
        Ok(_) => Ok(visit.to(HERE, Some("emoji-added"))),
        Err(error) => {
            upload::remove_files(&visit.state, vec![picture]).await;
            again(&visit, typed, error).await
        }
    }
}

/// `POST /admin/emoji/{shortcode}/change`
pub(in crate::http::web) async fn change(
    Admin { visit, me }: Admin,
    Path(shortcode): Path<String>,
    form: Multipart,
) -> Answer {
    let mut posted = Posted::read(&visit.state, form, purpose).await?;
    let picture = match picture(&mut posted).await {
        Ok(picture) => picture,
        Err(refusal) => return again(&visit, EmojiForm::default(), whole(refusal)).await,
    };
    let category = posted.has("category").then(|| posted.text("category").to_owned());
    let changes = EmojiChanges { category, file_key: picture.clone(), enabled: None };
    let changed = visit.service().change_emoji(Operator::Admin(me), &shortcode, changes).await;
    // The old picture when it was replaced, the new one when it was not taken.
    let unused = match &changed {
        Ok((_, orphan)) => orphan.clone(),
        Err(_) => picture,
    };
    upload::remove_files(&visit.state, unused.into_iter().collect()).await;
    match changed {
        Ok(_) => Ok(visit.to(&visit.return_path(posted.text("return_to"), HERE), Some("emoji-changed"))),
        Err(error) => again(&visit, EmojiForm::default(), whole(error)).await,
    }
}

/// `POST /admin/emoji/{shortcode}/enable`
pub(in crate::http::web) async fn enable(admin: Admin, path: Path<String>, form: Form<Back>) -> Answer {
    set(admin, path, form, true).await
}

/// `POST /admin/emoji/{shortcode}/disable`
pub(in crate::http::web) async fn disable(admin: Admin, path: Path<String>, form: Form<Back>) -> Answer {
    set(admin, path, form, false).await
}

async fn set(
    Admin { visit, me }: Admin,
    Path(shortcode): Path<String>,
    Form(form): Form<Back>,
    enabled: bool,
) -> Answer {
    let changes = EmojiChanges { enabled: Some(enabled), ..EmojiChanges::default() };
    visit.service().change_emoji(Operator::Admin(me), &shortcode, changes).await?;
    let flash = if enabled { "emoji-enabled" } else { "emoji-disabled" };
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some(flash)))
}

/// `POST /admin/emoji/{shortcode}/remove`
pub(in crate::http::web) async fn remove(
    Admin { visit, me }: Admin,
    Path(shortcode): Path<String>,
    Form(form): Form<Back>,
) -> Answer {
    match visit.service().remove_emoji(Operator::Admin(me), &shortcode).await {
        Ok(picture) => upload::remove_files(&visit.state, vec![picture]).await,
        // A second click came late.
        Err(Error::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(visit.to(&visit.return_path(&form.return_to, HERE), Some("emoji-removed")))
}

fn purpose(input: &str) -> Option<Purpose> {
    (input == PICTURE).then_some(Purpose::Emoji)
}

/// The media key of the picture that was sent. An emoji is small itself.
async fn picture(posted: &mut Posted) -> Result<Option<String>> {
    match posted.take_picture(PICTURE) {
        Some(Ok(picture)) => Ok(Some(picture.claim_image().await.key.to_string())),
        Some(Err(Error::Invalid { code, message, .. })) => Err(Error::invalid(PICTURE, code, message)),
        Some(Err(error)) => Err(error),
        None => Ok(None),
    }
}

/// The complaint, told of the form as a whole: one of very many such forms was meant.
fn whole(error: Error) -> Error {
    match error {
        Error::Invalid { code, message, .. } => Error::invalid("", code, message),
        other => other,
    }
}

/// The page once more, with what was typed and what is wrong with it.
async fn again(visit: &Visit, typed: EmojiForm, error: Error) -> Answer {
    let (status, errors) = refused(error)?;
    Ok(views::page(status, &page(visit, "", typed, errors).await?))
}

async fn page(visit: &Visit, after: &str, form: EmojiForm, errors: FormErrors) -> Result<EmojiPage> {
    let found = visit.service().emoji(after, limits::EMOJI_PAGE).await?;
    let older = found.next.map(|after| {
        format!(
            "{HERE}?{}",
            url::form_urlencoded::Serializer::new(String::new()).append_pair("after", &after).finish()
        )
    });
    Ok(EmojiPage { shell: visit.shell(Nav::Admin).await?, emoji: found.items, older, form, errors })
}
