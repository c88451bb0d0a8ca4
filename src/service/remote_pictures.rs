//! Pictures of other instances, looked at through ours.
//!
//! A viewer never asks another instance for a picture: its address would tell who looks at what. We fetch it once,
//! through the guarded client, make it safe like an upload ([`Media::accept_bytes`]), and keep the copy within a
//! budget of bytes ([`CacheIndex`]): those not looked at for longest go first and are fetched again when needed.
//!
//! A picture is fetched when somebody looks, not when the post arrives: looks are spread by themselves, so a popular
//! post does not make all instances ask for its picture in the same second.
//!
//! Everybody who waits for the same picture waits for one fetch, which goes on when they leave. A picture that
//! cannot be had is not asked for again for [`FAILURE_KEEP_MS`].

mod cache;
mod flights;

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::{ACCEPT, HeaderValue};
use quick_cache::sync::Cache;
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use self::cache::Copies;
use self::flights::{Flights, Miss};
use super::Service;
use crate::client::{Client, ClientError, Limits, Request};
use crate::clock::{HOUR_MS, MINUTE_MS, Millis};
use crate::error::{Chain, Error, Result};
use crate::media::{ImageKind, Key, Media, MediaError, Purpose, Stored, StoredFile};
use crate::model::emoji::remote_key;
use crate::model::host::Host;
use crate::model::ids::{AccountId, MediaId, RowId};
use crate::model::pictures;
use crate::model::tweet;
use crate::store::cached_pictures::{self, Cached};
use crate::store::{Conn, StoreError, accounts, emoji, instances, media, previews};
use crate::telemetry::caches::{self, Lookups};

pub use crate::store::cached_pictures::RemotePicture;

/// The largest file that is fetched: what large instances let their people upload.
const FETCH_BYTES: usize = 16 << 20;
/// The same for the picture of a linked page, which is shown small and which nobody here chose.
const PREVIEW_FETCH_BYTES: usize = 8 << 20;
/// How long a fetch may take, well within the time a viewer's request has.
const FETCH_TIME: Duration = Duration::from_secs(20);
/// Fetches at once; with [`FETCH_BYTES`] this bounds their memory.
const FETCHES_AT_ONCE: usize = 16;
/// Pictures that are fetched or wait for it, before viewers are told to come back.
const FLIGHTS_MAX: usize = 1_000;
/// How long a picture that cannot be had is left alone.
const FAILURE_KEEP_MS: Millis = 10 * MINUTE_MS;
/// Failures remembered; beyond, the least asked for are forgotten and cost a fetch.
const FAILURES_MAX: usize = 10_000;
/// How stale the stored time of the last look may be, so that looking is not writing.
const USED_STEP_MS: Millis = HOUR_MS;
/// What we can decode, so that instances that offer a choice send no AVIF.
const WANTED: &str = "image/webp, image/png, image/jpeg, image/gif";

/// Which of the two copies is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// The picture.
    #[default]
    Full,
    /// Its small version.
    Small,
}

/// How remote pictures are kept and fetched.
#[derive(Clone, Debug)]
pub struct PictureSettings {
    /// The most that copies may take, in bytes.
    pub cache_bytes: u64,
    /// Whether anything is fetched at all; an island shows only what it has.
    pub fetches: bool,
    /// Ends running fetches.
    pub stop: CancellationToken,
    /// Where fetches run.
    pub tasks: TaskTracker,
}

/// The pictures of other instances. Cheap to clone.
#[derive(Clone)]
pub struct RemotePictures(Arc<Inner>);

struct Inner {
    service: Service,
    media: Arc<Media>,
    client: Client,
    settings: PictureSettings,
    copies: Copies,
    flights: Flights,
    places: Semaphore,
    /// Until when the picture at an address is left alone.
    failures: Cache<String, Millis>,
    failure_looks: Lookups,
}

impl RemotePictures {
    /// Remote pictures, none known yet; see [`RemotePictures::refill`].
    pub fn new(service: Service, media: Arc<Media>, client: Client, settings: PictureSettings) -> Self {
        Self(Arc::new(Inner {
            copies: Copies::new(service.store().clone(), Arc::clone(&media), settings.cache_bytes),
            flights: Flights::new(FLIGHTS_MAX),
            places: Semaphore::new(FETCHES_AT_ONCE),
            failures: Cache::new(FAILURES_MAX),
            failure_looks: Lookups::of(&caches::PICTURE_FAILURES),
            service,
            media,
            client,
            settings,
        }))
    }

    /// Learns at the start which copies there are, and drops what a smaller budget has no room for.
    pub async fn refill(&self) -> Result<()> {
        self.0.copies.refill().await
    }

    /// Opens a remote picture, fetched when there is no copy. [`Error::NotFound`] when there is no such picture, when
    /// `version` is not what its path carries, and when it cannot be had at present.
    pub async fn open(&self, which: RemotePicture, version: &str, size: Size) -> Result<(Key, StoredFile)> {
        let missing = || Error::NotFound("picture");
        let (source, copy) = self.0.look_up(which).await?.ok_or_else(missing)?;
        if source.key != version {
            return Err(missing());
        }
        let source = source.url;
        if let Some(file) = self.0.read(copy, &source, size).await? {
            return Ok(file);
        }
        self.fetched(which, source.clone()).await?;
        let copy = self.0.look_up(which).await?.and_then(|(_, copy)| copy);
        self.0.read(copy, &source, size).await?.ok_or_else(missing)
    }

    /// Waits until the picture was fetched, by us or by who asked before.
    async fn fetched(&self, which: RemotePicture, source: String) -> Result<()> {
        let inner = &self.0;
        if !inner.settings.fetches || inner.failed_lately(&source) {
            return Err(Error::NotFound("picture"));
        }
        let flying = Arc::clone(inner);
        let stop = inner.settings.stop.clone();
        let flight = async move {
            let landed = stop.run_until_cancelled(flying.bring(which, &source)).await;
            landed.unwrap_or(Err(Miss::Busy))
        };
        let landed = inner.flights.join(which, &inner.settings.tasks, flight).await;
        landed.map_err(|miss| match miss {
            Miss::Unavailable => Error::NotFound("picture"),
            Miss::Busy => Error::Busy,
        })
    }
}

impl Inner {
    /// Where a picture comes from, and its copy here. `None` when there is no such picture.
    async fn look_up(&self, which: RemotePicture) -> Result<Option<(Source, Option<Cached>)>> {
        let found = self.service.store().read(move |conn| {
            let Some(source) = source_of(conn, which)? else { return Ok(None) };
            Ok(Some((source, cached_pictures::get(conn, which)?)))
        });
        Ok(found.await?)
    }

    /// Opens a copy if it is one of the picture at `source`.
    async fn read(
        &self,
        copy: Option<Cached>,
        source: &str,
        size: Size,
    ) -> Result<Option<(Key, StoredFile)>> {
        let Some(copy) = copy.filter(|copy| copy.source_url == source) else { return Ok(None) };
        let key = match size {
            Size::Full => &copy.file_key,
            Size::Small => &copy.thumb_key,
        };
        let Ok(key) = key.parse::<Key>() else { return Ok(None) };
        match self.media.read(&key).await {
            Ok(file) => {
                self.copies.looked_at(&copy, self.service.now_ms()).await?;
                Ok(Some((key, file)))
            }
            // The folder was tidied by hand, or another process dropped the copy just now.
            Err(MediaError::NotFound) => {
                self.copies.drop_copies(vec![copy.file_key]).await?;
                Ok(None)
            }
            Err(failed) => Err(failed.into()),
        }
    }

    fn failed_lately(&self, source: &str) -> bool {
        let known = self.failures.get(source).filter(|until| self.service.now_ms() < *until);
        self.failure_looks.seen(known).is_some()
    }

    /// Fetches a picture and keeps the copy; remembers when it cannot be had.
    async fn bring(&self, which: RemotePicture, source: &str) -> Result<(), Miss> {
        let _place = self.places.acquire().await.map_err(|_| Miss::Busy)?;
        // Whoever was quicker may have landed between our look and our flight.
        match self.look_up(which).await {
            Ok(Some((_, Some(copy)))) if copy.source_url == source => return Ok(()),
            Ok(_) if self.failed_lately(source) => return Err(Miss::Unavailable),
            Ok(_) => {}
            Err(error) => return Err(ours(&error)),
        }
        match self.fetch(which, source).await {
            Ok(stored) => self.keep(which, source, stored).await.map_err(|error| ours(&error)),
            Err(FetchError::Client(ClientError::Busy) | FetchError::Media(MediaError::Busy)) => {
                Err(Miss::Busy)
            }
            Err(FetchError::Media(failed @ MediaError::Storage(_))) => Err(ours(&failed)),
            Err(error) => {
                tracing::debug!(media.source = source, error = %Chain(&error), "a remote picture cannot be had");
                self.failures
                    .insert(source.to_owned(), self.service.now_ms().saturating_add(FAILURE_KEEP_MS));
                Err(Miss::Unavailable)
            }
        }
    }

    async fn fetch(&self, which: RemotePicture, source: &str) -> Result<Stored, FetchError> {
        let url = Url::parse(source)?;
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(WANTED))]);
        let purpose = purpose(which);
        let most = usize::try_from(purpose.max_bytes()).unwrap_or(usize::MAX);
        let bytes = if let RemotePicture::Preview(_) = which { PREVIEW_FETCH_BYTES } else { FETCH_BYTES };
        let limits = Limits { body_bytes: bytes.min(most), time: FETCH_TIME };
        let request = Request::new(&url).headers(headers).limits(limits);
        let answer = self.client.get(request).await?.success()?;
        Ok(self.media.accept_bytes(answer.body, purpose).await?.claim())
    }

    async fn keep(&self, which: RemotePicture, source: &str, stored: Stored) -> Result<()> {
        let copy = Cached {
            source_url: source.to_owned(),
            file_key: stored.image.key.to_string(),
            thumb_key: stored.thumb.key.to_string(),
            size_bytes: bytes(stored.image.size.saturating_add(stored.thumb.size)),
            used_at: self.service.now_ms(),
        };
        if let Err(error) = self.note_size(which, source, &stored).await {
            self.copies.remove_files(&copy).await;
            return Err(error.into());
        }
        self.copies.add(which, copy).await
    }

    /// Writes what is known of a picture now that it is here.
    async fn note_size(&self, which: RemotePicture, source: &str, stored: &Stored) -> Result<(), StoreError> {
        match which {
            RemotePicture::Attachment(id) => {
                let seen = as_seen(id, stored);
                self.service.store().write(move |conn| media::set_seen(conn, id, &seen)).await
            }
            RemotePicture::Preview(id) => {
                let (source, blurhash) = (source.to_owned(), stored.blurhash.clone());
                let pixels = (i64::from(stored.image.width), i64::from(stored.image.height));
                let write = move |conn: &mut Conn| previews::set_seen(conn, id, &source, pixels, &blurhash);
                self.service.store().write(write).await
            }
            RemotePicture::Avatar(_) | RemotePicture::Header(_) | RemotePicture::Emoji(_) => Ok(()),
        }
    }
}

/// Why a picture was not fetched.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("its address is none")]
    Address(#[from] url::ParseError),
    #[error("its instance did not give it")]
    Client(#[from] ClientError),
    #[error("it is no picture that is taken")]
    Media(#[from] MediaError),
}

/// Where a picture comes from.
struct Source {
    url: String,
    /// What its path here carries.
    key: String,
}

impl Source {
    fn of(url: String) -> Self {
        Self { key: pictures::version(&url), url }
    }
}

/// The address of a picture that may be shown: nothing of suspended accounts, and nothing of our own.
fn source_of(conn: &mut Conn, which: RemotePicture) -> Result<Option<Source>, StoreError> {
    let (owner, attached) = match which {
        RemotePicture::Emoji(id) => return emoji_source(conn, id),
        RemotePicture::Preview(id) => return preview_source(conn, id),
        RemotePicture::Attachment(id) => match media::by_id(conn, id)? {
            Some(media) => (media.account, media.remote_url),
            None => return Ok(None),
        },
        RemotePicture::Avatar(id) | RemotePicture::Header(id) => (id, None),
    };
    let Some(account) = accounts::by_id(conn, owner)?.filter(|one| !one.is_local() && !one.suspended) else {
        return Ok(None);
    };
    let url = match which {
        RemotePicture::Attachment(_) | RemotePicture::Emoji(_) | RemotePicture::Preview(_) => attached,
        RemotePicture::Avatar(_) => account.avatar,
        RemotePicture::Header(_) => account.header,
    };
    Ok(url.map(Source::of))
}

/// The address of an emoji of a host that is not blocked. Some servers change a picture under its address and only say
/// when: the fragment, which is never sent, makes another address of it.
fn emoji_source(conn: &mut Conn, id: RowId) -> Result<Option<Source>, StoreError> {
    let Some(found) = emoji::source(conn, id)? else { return Ok(None) };
    if instances::is_blocked(conn, &found.host)? {
        return Ok(None);
    }
    let changed = found.updated_at.map_or(String::new(), |at_ms| format!("#{at_ms}"));
    let key = remote_key(&found.host, &found.shortcode);
    Ok(Some(Source { url: found.url + &changed, key }))
}

/// The address of the picture of a linked page, unless the host of the page or of the picture is blocked.
fn preview_source(conn: &mut Conn, id: RowId) -> Result<Option<Source>, StoreError> {
    let Some(found) = previews::picture(conn, id)? else { return Ok(None) };
    let at = Url::parse(&found.url).ok().and_then(|url| Host::of(&url));
    let Some(at) = at else { return Ok(None) };
    let blocked = instances::blocked_among(conn, &[found.host.as_str(), at.as_str()].into())?;
    Ok(blocked.is_empty().then(|| Source::of(found.url)))
}

fn purpose(which: RemotePicture) -> Purpose {
    match which {
        RemotePicture::Attachment(_) | RemotePicture::Preview(_) => Purpose::Attachment,
        RemotePicture::Avatar(_) => Purpose::Avatar,
        RemotePicture::Header(_) => Purpose::Header,
        RemotePicture::Emoji(_) => Purpose::Emoji,
    }
}

fn as_seen(id: MediaId, stored: &Stored) -> tweet::Media {
    let kind = stored.image.key.kind();
    tweet::Media {
        id,
        account: AccountId::default(),
        tweet: None,
        kind: if kind == ImageKind::Gif.into() { "gif" } else { "image" }.to_owned(),
        mime: kind.mime().to_owned(),
        file_key: None,
        thumb_key: None,
        remote_url: None,
        alt: String::new(),
        width: i64::from(stored.image.width),
        height: i64::from(stored.image.height),
        thumb_width: i64::from(stored.thumb.width),
        thumb_height: i64::from(stored.thumb.height),
        blurhash: Some(stored.blurhash.clone()),
        size_bytes: bytes(stored.image.size),
        ..Default::default()
    }
}

fn bytes(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Our fault, not the picture's: told in the log, and the viewer may come back.
fn ours(error: &(dyn std::error::Error + 'static)) -> Miss {
    tracing::error!(error = %Chain(error), "a remote picture could not be kept");
    Miss::Busy
}

#[cfg(test)]
mod tests;
