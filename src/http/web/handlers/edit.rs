//! Changing a tweet, and the versions it had.

use super::compose::{self, Draft};
use crate::error::{Error, Result};
use crate::http::extract::{Multipart, Path};
use crate::http::media::urls;
use crate::http::web::present::{drawn, some_text};
use crate::http::web::views::pages::{HistoryPage, VersionView};
use crate::http::web::views::{self, Composer, ImageSlot, Nav};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::model::ids::{AccountId, TweetId};
use crate::service::{TweetChanges, TweetView};

/// `GET /tweets/{id}/edit`
pub(in crate::http::web) async fn page(member: Member, Path(id): Path<TweetId>) -> Answer {
    let Member { visit, me, .. } = member;
    let view = own(&visit, me, id).await?;
    let composer = filled(&visit, &view)?;
    let return_to = visit.present().tweet(&view).href();
    show(&compose::form_page(&visit, composer, return_to).await?)
}

/// `POST /tweets/{id}/edit`
pub(in crate::http::web) async fn change(member: Member, Path(id): Path<TweetId>, form: Multipart) -> Answer {
    let Member { visit, me, .. } = member;
    let view = own(&visit, me, id).await?;
    // The tweet may have more images than a new one may: an admin has lowered the number since.
    let places = visit.service().rules().max_images.max(view.tweet.media.len());
    let draft = Draft::read(&visit, me, form, places).await?;
    let changes = TweetChanges {
        text: Some(draft.text.clone()),
        media: Some(draft.media()),
        alts: draft.alts(),
        content_warning: Some(draft.content_warning.clone()),
        sensitive: None,
        language: Some(draft.language.clone()).filter(|tag| !tag.is_empty()),
        ..TweetChanges::default()
    };
    let error = match draft.errors.is_empty() {
        false => None,
        true => match write(&visit, me, id, changes).await {
            Ok(()) => return Ok(visit.to(&draft.return_to, Some("edited"))),
            Err(error) => Some(error),
        },
    };
    let return_to = draft.return_to.clone();
    let (status, composer) = draft.composer(&visit, error)?;
    let composer = Composer { editing: Some(id), ..with_context(&visit, composer, &view) };
    Ok(views::page(status, &compose::form_page(&visit, composer, return_to).await?))
}

async fn write(visit: &Visit, me: AccountId, id: TweetId, changes: TweetChanges) -> Result<()> {
    let checked = visit.service().check_edit(me, id, changes).await?;
    visit.state.federation.know_mentions(checked.text()).await;
    visit.service().write_edit(checked).await?;
    Ok(())
}

/// `GET /tweets/{id}/history`
pub(in crate::http::web) async fn history(visit: Visit, Path(id): Path<TweetId>) -> Answer {
    let view = visit.service().tweet(visit.viewer(), id).await?;
    let versions = visit.service().tweet_history(visit.viewer(), id).await?;
    let (language, tweet) = (view.tweet.language.clone(), visit.present().tweet(&view));
    let versions = versions.into_iter().rev().map(|version| VersionView {
        html: drawn(&version.html, &tweet.emoji),
        content_warning: some_text(&version.content_warning),
        language: language.clone(),
        pictures: version.pictures.into_iter().map(|picture| picture.alt).collect(),
        since_ms: version.created_at,
    });
    let versions = versions.collect();
    show(&HistoryPage { shell: visit.shell(Nav::None).await?, tweet, versions })
}

/// A tweet of the viewer's own.
pub(super) async fn own(visit: &Visit, me: AccountId, id: TweetId) -> Result<TweetView> {
    let view = visit.service().tweet(Some(me), id).await?;
    if view.tweet.author != me || view.tweet.retweet_of.is_some() {
        return Err(Error::forbidden("not_yours", "this post is somebody else's"));
    }
    Ok(view)
}

/// The form with the tweet as it is.
fn filled(visit: &Visit, view: &TweetView) -> Result<Composer> {
    let tweet = &view.tweet;
    let fresh = compose::blank(visit)?;
    let mut images: Vec<ImageSlot> = tweet
        .media
        .iter()
        .map(|media| {
            let preview = urls::attachment_preview_url(media).unwrap_or_default();
            ImageSlot { kept: Some((media.id, preview)), alt: media.alt.clone() }
        })
        .collect();
    images.resize_with(fresh.images.len().max(images.len()), ImageSlot::default);
    let composer = Composer {
        editing: Some(tweet.id),
        text: tweet.text.clone(),
        content_warning: tweet.content_warning.clone(),
        language: tweet.language.clone().unwrap_or_default(),
        images,
        ..fresh
    };
    Ok(with_context(visit, composer, view))
}

/// The form with what the tweet quotes; the heading of an edit needs no more.
fn with_context(visit: &Visit, composer: Composer, view: &TweetView) -> Composer {
    let quote_of = view.quote_of.as_deref().map(|quoted| visit.present().tweet(quoted));
    Composer { quote_of, ..composer }
}
