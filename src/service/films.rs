//! Making films and sounds of what was uploaded, one after another in each process.
//!
//! Who works on one has it for a time that is longer than the work may take, so that a crash only delays it. A film that
//! cannot be made is told to its owner; one that failed for a cause of ours is tried again.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Service;
use crate::clock::{MINUTE_MS, Millis};
use crate::config::limits;
use crate::error::{Chain, Result};
use crate::media::{FileKind, Key, Media, MediaError, StoredFilm, Unclaimed};
use crate::model::attachment::MediaState;
use crate::model::tweet;
use crate::store::films::{self, Job};
use crate::telemetry::metrics as names;

/// How often it is looked for films that another process took and did not end.
const EVERY: Duration = Duration::from_secs(15);
/// How long one is somebody's: longer than making one may take.
const LEASE_MS: Millis = 40 * MINUTE_MS;
/// The pause before the next try of one that failed for a cause of ours.
const AGAIN_MS: Millis = MINUTE_MS;
/// Tries before it is given up.
const TRIES_MAX: i64 = 5;

/// Works on what waits, until `stop`.
pub async fn run(service: Service, media: &Media, process: u8, stop: CancellationToken) {
    if let Err(error) = service.take_films_back(process).await {
        tracing::warn!(error = %Chain(&error), "films that were under way wait until their time is over");
    }
    loop {
        if let Err(error) = service.count_films().await {
            tracing::warn!(error = %Chain(&error), "waiting films could not be counted");
        }
        let worked = match service.take_film(process).await {
            Ok(Some(job)) => {
                let id = job.media.id;
                match stop.run_until_cancelled(service.work_on_film(media, job)).await {
                    Some(Ok(())) => true,
                    Some(Err(error)) => {
                        tracing::warn!(media.id = %id, error = %Chain(&error), "a film stays as it was for now");
                        false
                    }
                    None => {
                        let now_ms = service.now_ms();
                        let given =
                            service.store().write(move |conn| films::give_back(conn, id, now_ms)).await;
                        if let Err(error) = given {
                            tracing::warn!(error = %Chain(&error), "a film waits until its time is over");
                        }
                        return;
                    }
                }
            }
            Ok(None) => false,
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "films wait");
                false
            }
        };
        let waiting = async {
            if !worked {
                tokio::select! {
                    () = service.0.film_due.notified() => {}
                    () = tokio::time::sleep(EVERY) => {}
                }
            }
        };
        if stop.run_until_cancelled(waiting).await.is_none() {
            return;
        }
    }
}

impl Service {
    /// Works on everything that is due now, for tests and commands.
    pub async fn work_on_films(&self, media: &Media, process: u8) -> Result<()> {
        while let Some(job) = self.take_film(process).await? {
            self.work_on_film(media, job).await?;
        }
        Ok(())
    }

    async fn take_films_back(&self, process: u8) -> Result<()> {
        self.store().write(move |conn| films::take_back(conn, process.into())).await?;
        Ok(())
    }

    /// Tells how many wait. There are few at any time, as uploads are refused beyond that.
    async fn count_films(&self) -> Result<()> {
        let waiting = self.store().read(|conn| films::count(conn, limits::WAITING_FILMS_MAX)).await?;
        metrics::gauge!(names::FILMS_WAITING).set(f64::from(u32::try_from(waiting).unwrap_or(u32::MAX)));
        Ok(())
    }

    async fn take_film(&self, process: u8) -> Result<Option<Job>> {
        let now_ms = self.now_ms();
        let until_ms = now_ms.saturating_add(LEASE_MS);
        Ok(self.store().write(move |conn| films::take(conn, process.into(), now_ms, until_ms)).await?)
    }

    async fn work_on_film(&self, media: &Media, job: Job) -> Result<()> {
        let before = job.media;
        let made = match before.file_key.as_deref().and_then(|key| key.parse::<Key>().ok()) {
            Some(key) => media.make_film(&key).await,
            None => Err(MediaError::NotFound),
        };
        match made {
            Ok(film) => self.keep_film(media, &before, film).await,
            Err(error @ (MediaError::Storage(_) | MediaError::Busy)) if job.attempts < TRIES_MAX => {
                let (id, due_ms) = (before.id, self.now_ms().saturating_add(AGAIN_MS));
                self.store().write(move |conn| films::give_back(conn, id, due_ms)).await?;
                told("again");
                Err(error.into())
            }
            Err(error) => {
                tracing::info!(media.id = %before.id, error = %Chain(&error), "a film could not be made");
                self.give_film_up(media, &before).await
            }
        }
    }

    async fn keep_film(
        &self,
        media: &Media,
        before: &tweet::Media,
        film: Unclaimed<StoredFilm>,
    ) -> Result<()> {
        let made = as_made(before, &film);
        let finished = self.store().write(move |conn| films::finish(conn, &made)).await?;
        let Some(replaced) = finished else {
            // Its owner took it away meanwhile.
            film.discard().await;
            return Ok(());
        };
        let film = film.claim();
        told("done");
        remove(media, replaced.file_key.as_deref()).await;
        if replaced.thumb_key.is_some() {
            remove(media, film.still.as_ref().map(|(still, _)| still.key.as_str())).await;
        }
        Ok(())
    }

    /// A GIF stays one; anything else is told to its owner to have failed.
    async fn give_film_up(&self, media: &Media, before: &tweet::Media) -> Result<()> {
        let is_gif = before.kind == "gifv";
        let made = if is_gif {
            tweet::Media { state: MediaState::Ready, kind: "gif".to_owned(), ..before.clone() }
        } else {
            tweet::Media { state: MediaState::Failed, file_key: None, ..before.clone() }
        };
        let finished = self.store().write(move |conn| films::finish(conn, &made)).await?;
        told("refused");
        if let Some(replaced) = finished.filter(|_| !is_gif) {
            remove(media, replaced.file_key.as_deref()).await;
        }
        Ok(())
    }
}

fn as_made(before: &tweet::Media, film: &StoredFilm) -> tweet::Media {
    let kind = match film.file.key.kind() {
        FileKind::Film if before.kind == "gifv" => "gifv",
        FileKind::Film => "video",
        _ => "audio",
    };
    let still = film.still.as_ref();
    tweet::Media {
        kind: kind.to_owned(),
        mime: film.file.key.kind().mime().to_owned(),
        file_key: Some(film.file.key.to_string()),
        state: MediaState::Ready,
        width: i64::from(film.file.width),
        height: i64::from(film.file.height),
        duration_ms: film.duration_ms,
        size_bytes: i64::try_from(film.file.size).unwrap_or(i64::MAX),
        thumb_key: still.map(|(still, _)| still.key.to_string()),
        thumb_width: still.map_or(0, |(still, _)| i64::from(still.width)),
        thumb_height: still.map_or(0, |(still, _)| i64::from(still.height)),
        blurhash: still.map(|(_, blurhash)| blurhash.clone()),
        ..before.clone()
    }
}

async fn remove(media: &Media, key: Option<&str>) {
    let Some(key) = key.and_then(|key| key.parse::<Key>().ok()) else { return };
    if let Err(error) = media.remove(&key).await {
        tracing::warn!(media.key = %key, media.error = %error, "a file that nothing names stays");
    }
}

fn told(outcome: &'static str) {
    metrics::counter!(names::FILMS_PROCESSED_TOTAL, "outcome" => outcome).increment(1);
}
