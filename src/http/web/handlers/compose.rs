//! Writing a tweet: the form, and sending it with its images.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Deserialize;

use super::parts::Posted;
use super::refused;
use crate::error::{Error, Result};
use crate::http::extract::{Multipart, Query};
use crate::http::media::upload::{self, Taken, Upload};
use crate::http::media::urls;
use crate::http::problem::ApiError;
use crate::http::web::present::audience;
use crate::http::web::views::pages::ComposePage;
use crate::http::web::views::{self, Audience, Composer, FieldError, FormErrors, ImageSlot, Nav, PollDraft};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::media::Purpose;
use crate::model::ids::{AccountId, MediaId, TweetId};
use crate::model::tweet::Media;
use crate::model::visibility::Visibility;
use crate::secrets;
use crate::service::{NewPoll, NewTweet, RequestKey, TweetView, alt_text};

const HOME: &str = "/home";

/// What the new tweet is about.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct About {
    reply_to: Option<TweetId>,
    quote_of: Option<TweetId>,
    text: String,
}

/// `GET /compose?reply_to=&quote_of=&text=`
pub(in crate::http::web) async fn page(member: Member, Query(about): Query<About>) -> Answer {
    let Member { visit, me, .. } = member;
    let mut composer = blank(&visit)?;
    let mut return_to = HOME.to_owned();
    if let Some(id) = about.reply_to {
        let parent = visit.service().tweet(Some(me), id).await?;
        composer = reply(&visit, &parent)?;
        return_to = visit.present().tweet(&parent).href();
    } else if let Some(id) = about.quote_of {
        composer.quote_of = Some(visit.present().tweet(&visit.service().tweet(Some(me), id).await?));
    }
    if !about.text.is_empty() {
        composer.text = about.text;
    }
    show(&form_page(&visit, composer, return_to).await?)
}

/// `POST /tweets`
pub(in crate::http::web) async fn create(member: Member, form: Multipart) -> Answer {
    let Member { visit, me, .. } = member;
    let draft = Draft::read(&visit, me, form, visit.service().rules().max_images).await?;
    let error = match draft.new_tweet() {
        Err(error) => error,
        Ok(_) if !draft.errors.is_empty() => return again(&visit, draft, None).await,
        Ok(new) => match publish(&visit, me, new).await {
            Ok(()) => return Ok(visit.to(&draft.return_to, Some("posted"))),
            Err(error) => error,
        },
    };
    again(&visit, draft, Some(error)).await
}

async fn publish(visit: &Visit, me: AccountId, new: NewTweet) -> Result<()> {
    let checked = visit.service().check_tweet(me, new).await?;
    visit.state.federation.know_mentions(checked.text()).await;
    visit.service().publish(checked).await?;
    Ok(())
}

/// The form once more, with what was typed and what is wrong with it.
async fn again(visit: &Visit, draft: Draft, error: Option<Error>) -> Answer {
    let parse = |text: &str| text.parse::<TweetId>().ok();
    let (reply_to, quote_of) = (parse(&draft.reply_to), parse(&draft.quote_of));
    let return_to = draft.return_to.clone();
    let (status, mut composer) = draft.composer(visit, error)?;
    composer.reply_to = shown(visit, reply_to).await?;
    composer.quote_of = shown(visit, quote_of).await?;
    Ok(views::page(status, &form_page(visit, composer, return_to).await?))
}

/// A tweet that a form is about, unless it is gone.
async fn shown(visit: &Visit, id: Option<TweetId>) -> Result<Option<views::TweetView>> {
    let Some(id) = id else { return Ok(None) };
    match visit.service().tweet(visit.viewer(), id).await {
        Ok(view) => Ok(Some(visit.present().tweet(&view))),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The form on a page of its own, which leads to `return_to` afterwards.
pub(super) async fn form_page(visit: &Visit, composer: Composer, return_to: String) -> Result<ComposePage> {
    let mut shell = visit.shell(Nav::Compose).await?;
    shell.here = return_to;
    Ok(ComposePage { shell, composer })
}

/// The empty form.
pub(super) fn blank(visit: &Visit) -> Result<Composer> {
    let rules = visit.service().rules();
    Ok(Composer {
        once: secrets::new_token().map_err(Error::internal)?,
        language: visit.words.tag().to_owned(),
        images: vec![ImageSlot::default(); rules.max_images],
        films: visit.state.media.films().is_some(),
        limit: u64::try_from(rules.tweet_limit).unwrap_or(u64::MAX),
        emoji: visit.offered_emoji(),
        ..Composer::default()
    })
}

/// The form for an answer: to the same people, as closed as what it answers, under the same warning.
pub(super) fn reply(visit: &Visit, parent: &TweetView) -> Result<Composer> {
    let parent = parent.shown();
    let others = parent.tweet.mentions.iter().map(|mention| {
        let handle = match &mention.domain {
            Some(domain) => format!("{}@{domain}", mention.username),
            None => mention.username.clone(),
        };
        (mention.account, handle)
    });
    let mut told: Vec<AccountId> = visit.viewer().into_iter().collect();
    let mut text = String::new();
    for (account, handle) in std::iter::once((parent.author.id, parent.author.acct())).chain(others) {
        if !told.contains(&account) {
            told.push(account);
            text.push_str(&format!("@{handle} "));
        }
    }
    Ok(Composer {
        text,
        audience: audience(parent.tweet.visibility),
        content_warning: parent.tweet.content_warning.clone(),
        reply_to: Some(visit.present().tweet(parent)),
        ..blank(visit)?
    })
}

/// What the composer sent. Its images are kept, so that a refused form does not ask for them again.
pub(super) struct Draft {
    pub(super) return_to: String,
    once: String,
    pub(super) text: String,
    pub(super) content_warning: String,
    pub(super) language: String,
    visibility: String,
    reply_to: String,
    quote_of: String,
    images: Vec<ImageSlot>,
    poll: PollDraft,
    pub(super) errors: Vec<FieldError>,
}

impl Draft {
    /// Reads the form with so many places for images, and stores those.
    pub(super) async fn read(visit: &Visit, me: AccountId, form: Multipart, places: usize) -> Result<Self> {
        let is_place = |name: &str| {
            let place: Option<usize> = name.strip_prefix("image_").and_then(|place| place.parse().ok());
            place.filter(|place| *place < places).map(|_| Purpose::Attachment)
        };
        let mut posted = Posted::read(&visit.state, form, is_place).await?;
        let mut draft = Self {
            return_to: visit.return_path(posted.text("return_to"), HOME),
            once: posted.text("once").to_owned(),
            text: posted.text("text").to_owned(),
            content_warning: posted.text("content_warning").to_owned(),
            language: posted.text("language").to_owned(),
            visibility: posted.text("visibility").to_owned(),
            reply_to: posted.text("reply_to").to_owned(),
            quote_of: posted.text("quote_of").to_owned(),
            images: Vec::with_capacity(places),
            poll: poll(&posted),
            errors: Vec::new(),
        };
        for place in 0..places {
            let told = draft.errors.len();
            let slot = draft.slot(visit, me, &mut posted, place).await?;
            draft.errors.iter_mut().skip(told).for_each(|error| error.place = Some(place));
            draft.images.push(slot);
        }
        Ok(draft)
    }

    /// One place for an image: a new file, one that is here already, or none.
    async fn slot(
        &mut self,
        visit: &Visit,
        me: AccountId,
        posted: &mut Posted,
        place: usize,
    ) -> Result<ImageSlot> {
        let alt = posted.text(&format!("alt_{place}")).to_owned();
        let kept = match posted.take_file(&format!("image_{place}")) {
            Some(taken) => self.keep(visit, me, taken).await?,
            None if posted.has(&format!("remove_{place}")) => None,
            None => self.upload(visit, me, posted.text(&format!("media_{place}"))).await?,
        };
        let Some(media) = kept else { return Ok(ImageSlot { kept: None, alt }) };
        if let Err(refusal) = alt_text(&alt) {
            self.complain(refusal)?;
        }
        let preview = urls::attachment_preview_url(&media).unwrap_or_default();
        Ok(ImageSlot { kept: Some((media.id, preview)), alt })
    }

    /// A new file as an upload, unless it was refused.
    async fn keep(&mut self, visit: &Visit, me: AccountId, taken: Result<Taken>) -> Result<Option<Media>> {
        let added = match taken {
            Ok(file) => {
                let upload = Upload { file, alt: String::new(), focus: None, thumbnail: None };
                upload::add_upload(&visit.state, me, upload).await
            }
            Err(refusal) => Err(refusal),
        };
        match added {
            Ok(media) => Ok(Some(media)),
            Err(refusal) => self.complain(refusal).map(|()| None),
        }
    }

    /// An upload of an earlier attempt, or an image of the tweet that is edited.
    async fn upload(&mut self, visit: &Visit, me: AccountId, id: &str) -> Result<Option<Media>> {
        if id.is_empty() {
            return Ok(None);
        }
        let found = match id.parse::<MediaId>() {
            Ok(id) => visit.service().upload(me, id).await,
            Err(_) => Err(Error::NotFound("upload")),
        };
        match found {
            Ok(media) => Ok(Some(media)),
            Err(Error::NotFound(_)) => {
                self.complain(Error::invalid("media", "not_found", "the image is no longer here"))?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Keeps a complaint that belongs to the form; other failures end the request.
    fn complain(&mut self, error: Error) -> Result<()> {
        match error {
            Error::Invalid { .. } => {
                self.errors.extend(FormErrors::from_error(&error).0);
                Ok(())
            }
            other => Err(other),
        }
    }

    /// The images, in order.
    pub(super) fn media(&self) -> Vec<MediaId> {
        self.images.iter().filter_map(|slot| slot.kept.as_ref().map(|(id, _)| *id)).collect()
    }

    /// How the images are described.
    pub(super) fn alts(&self) -> BTreeMap<MediaId, String> {
        self.images
            .iter()
            .filter_map(|slot| slot.kept.as_ref().map(|(id, _)| (*id, slot.alt.clone())))
            .collect()
    }

    /// The form's own key. Its images are not part of it: sent twice, each of them has come twice.
    fn key(&self) -> Result<Option<RequestKey>> {
        if self.once.is_empty() {
            return Ok(None);
        }
        let words = [&self.text, &self.content_warning, &self.visibility, &self.reply_to, &self.quote_of];
        let poll = (&self.poll.options, self.poll.multiple, self.poll.lasts_s);
        RequestKey::new(format!("page {}", self.once), &(words, poll)).map(Some)
    }

    fn new_tweet(&self) -> Result<NewTweet> {
        let visibility = match self.visibility.as_str() {
            "" => None,
            word => Some(word.parse::<Visibility>().map_err(|_| {
                Error::invalid("visibility", "invalid", "visibility is public, unlisted, followers or direct")
            })?),
        };
        Ok(NewTweet {
            text: self.text.clone(),
            reply_to: tweet_id("reply_to", &self.reply_to)?,
            quote_of: tweet_id("quote_of", &self.quote_of)?,
            visibility,
            media: self.media(),
            alts: self.alts(),
            content_warning: Some(self.content_warning.clone()),
            sensitive: None,
            language: Some(self.language.clone()).filter(|tag| !tag.is_empty()),
            poll: self.new_poll(),
            quotable: None,
            idempotency_key: self.key()?,
        })
    }

    /// The poll, of the options that are filled in.
    fn new_poll(&self) -> Option<NewPoll> {
        let options = self.poll.options.iter().filter(|option| !option.is_empty());
        let options: Vec<String> = options.cloned().collect();
        let lasts_s = i64::try_from(self.poll.lasts_s).unwrap_or(i64::MAX);
        let poll = NewPoll { options, multiple: self.poll.multiple, lasts_ms: lasts_s.saturating_mul(1_000) };
        (!poll.options.is_empty()).then_some(poll)
    }

    /// The form as it was sent, with its complaints and the status of the answer.
    pub(super) fn composer(
        self,
        visit: &Visit,
        error: Option<Error>,
    ) -> Result<(StatusCode, Composer), ApiError> {
        let mut errors = self.errors;
        let mut status = StatusCode::UNPROCESSABLE_ENTITY;
        // A form that was sent before, then changed and sent again, is another one from now on.
        let spent = error.as_ref().and_then(Error::field) == Some("Idempotency-Key");
        if let Some(error) = error {
            let (refusal, more) = refused(error)?;
            status = refusal;
            errors.extend(more.0);
        }
        let fresh = blank(visit)?;
        let composer = Composer {
            once: if spent || self.once.is_empty() { fresh.once } else { self.once },
            text: self.text,
            content_warning: self.content_warning,
            audience: Audience::ALL
                .into_iter()
                .find(|audience| audience.value() == self.visibility)
                .unwrap_or_default(),
            language: self.language,
            images: self.images,
            poll: self.poll,
            errors: FormErrors(errors),
            ..fresh
        };
        Ok((status, composer))
    }
}

fn poll(posted: &Posted) -> PollDraft {
    let blank = PollDraft::default();
    let place = |place: usize| posted.text(&format!("poll_{place}")).trim().to_owned();
    PollDraft {
        options: (0..blank.options.len()).map(place).collect(),
        multiple: posted.has("poll_multiple"),
        lasts_s: posted.text("poll_lasts").parse().unwrap_or(blank.lasts_s),
    }
}

fn tweet_id(field: &'static str, text: &str) -> Result<Option<TweetId>> {
    if text.is_empty() {
        return Ok(None);
    }
    let id = text.parse().map_err(|_| Error::invalid(field, "invalid", "this is not the id of a post"))?;
    Ok(Some(id))
}
