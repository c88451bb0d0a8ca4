//! Films and sounds, by ffmpeg where it is there: what somebody uploaded is looked at with limits, made into what every
//! browser plays (H.264 and AAC in MP4, AAC in MP4, MPEG layer 3), and stripped of what the camera wrote.
//!
//! ffmpeg is a great deal of other people's code on hostile input, so that it is kept small ([`run`]): told the container,
//! which was told by content, so that a list of other files is never read as one; no protocol but files, no input from
//! us, no environment, bounded memory, time and output, and a folder of its own. It ends when who asked for it goes away.
//! What it made is probed anew, and a film that lost much of its length on the way was cut off and is refused.

mod find;
mod make;
mod probe;
mod run;

pub use find::{Programs, find};
pub(super) use make::MadeFilm;
pub use probe::{Probe, Shown};

use std::path::{Path, PathBuf};

use tokio::sync::Semaphore;

use crate::clock::{MINUTE_MS, Millis};
use crate::media::error::MediaError;
use crate::media::sniff::Container;

/// Files that are probed at once; each takes a moment.
const PROBES_AT_ONCE: usize = 4;
/// How long a sound may last in times of a film: it is that much cheaper to make and to keep.
const SOUND_TIMES: i64 = 12;

/// Which films and sounds are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmSettings {
    /// The programs.
    pub programs: Programs,
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// How long a film may last.
    pub max_ms: Millis,
}

/// Films and sounds.
#[derive(Debug)]
pub struct Films {
    settings: FilmSettings,
    probes: Semaphore,
}

impl Films {
    /// Films by these programs.
    pub fn new(settings: FilmSettings) -> Self {
        Self { settings, probes: Semaphore::new(PROBES_AT_ONCE) }
    }

    /// The largest file that is taken, in bytes.
    pub fn max_bytes(&self) -> u64 {
        self.settings.max_bytes
    }

    /// Looks at an upload. What cannot be worked on is refused here already.
    pub async fn probe(&self, file: &Path, container: Container) -> Result<Probe, MediaError> {
        let _place = self.probes.acquire().await.map_err(MediaError::storage)?;
        let probe = probe::probe(&self.settings.programs.ffprobe, file, container).await?;
        self.check_length(&probe)?;
        Ok(probe)
    }

    /// Makes a film or sound of an upload; what comes out is in `folder`.
    pub async fn make(
        &self,
        source: &Path,
        container: Container,
        folder: &Path,
    ) -> Result<MadeFilm, MediaError> {
        let before = self.probe(source, container).await?;
        let limit = self.limit_ms(before.shown);
        let made = make::make(&self.settings.programs, &before, (source, container), (folder, limit)).await?;
        // Players have a longer last frame, or sound that ends after the picture; what was cut off lacks much more.
        let least = before.duration_ms - (before.duration_ms / 20).max(400);
        if made.duration_ms < least {
            return Err(MediaError::BrokenFilm);
        }
        Ok(made)
    }

    fn limit_ms(&self, shown: Shown) -> Millis {
        match shown {
            Shown::Film => self.settings.max_ms,
            Shown::Sound => self.settings.max_ms.saturating_mul(SOUND_TIMES),
        }
    }

    fn check_length(&self, probe: &Probe) -> Result<(), MediaError> {
        let limit = self.limit_ms(probe.shown);
        if probe.duration_ms > limit {
            return Err(MediaError::TooLong { limit_minutes: limit / MINUTE_MS });
        }
        Ok(())
    }
}

/// A name in a folder as ffmpeg is given it.
fn named(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}

#[cfg(test)]
pub(crate) mod tests;
