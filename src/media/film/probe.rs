//! What an upload says of itself, and whether that can be worked on.

use std::ffi::OsString;
use std::path::Path;

use serde::Deserialize;

use super::run::{Bounds, run};
use crate::clock::Millis;
use crate::media::error::MediaError;
use crate::media::sniff::Container;

/// How long a look may take.
const BOUNDS: Bounds = Bounds { seconds: 20, bytes: 1 << 20 };
/// Streams of a file: picture, sound, subtitles in some languages.
const STREAMS_MAX: usize = 8;
/// The longest side of a film that is read.
const SIDE_MAX: u32 = 4_096;
/// The most pixels of one picture of a film that is read: 4K, upright or not.
pub(super) const PIXELS_MAX: u32 = 4_096 * 2_160;
/// What is asked for.
const ENTRIES: &str = "format=duration:stream=codec_type,codec_name,width,height,pix_fmt,duration,bit_rate\
    :stream_disposition=attached_pic:stream_side_data=rotation";

/// What an upload becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A film.
    Film,
    /// A sound.
    Sound,
}

/// What an upload says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What it becomes.
    pub shown: Shown,
    /// How long it lasts; 0 when it does not say.
    pub duration_ms: Millis,
    /// Pixels from left to right; 0 of a sound.
    pub width: u32,
    /// Pixels from top to bottom; 0 of a sound.
    pub height: u32,
    /// How its pictures are coded, and the form of their pixels.
    pub(super) picture: Option<(String, String)>,
    /// How its sound is coded.
    pub(super) sound: Option<String>,
    /// Its pictures are to be turned.
    pub(super) turned: bool,
    /// Bits of its pictures a second, when it says so.
    pub(super) bit_rate: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Debug, Default, Deserialize)]
struct Format {
    duration: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    codec_type: String,
    codec_name: String,
    pix_fmt: String,
    width: u32,
    height: u32,
    duration: Option<String>,
    bit_rate: Option<String>,
    disposition: Disposition,
    side_data_list: Vec<SideData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SideData {
    rotation: Option<f64>,
}

/// Looks at a file.
pub(super) async fn probe(program: &Path, file: &Path, container: Container) -> Result<Probe, MediaError> {
    let mut arguments: Vec<OsString> =
        ["-v", "error", "-protocol_whitelist", "file", "-f", container.demuxer(), "-show_entries", ENTRIES]
            .map(OsString::from)
            .to_vec();
    arguments.extend(["-of".into(), "json".into(), file.into()]);
    let folder = file.parent().unwrap_or(Path::new("/"));
    let answer = run(program, arguments, folder, BOUNDS).await?;
    read(serde_json::from_slice(&answer).map_err(|_| MediaError::BrokenFilm)?)
}

fn read(answer: Answer) -> Result<Probe, MediaError> {
    if answer.streams.len() > STREAMS_MAX {
        return Err(MediaError::TooLargeFilm);
    }
    let of = |kind: &str| {
        answer.streams.iter().find(|stream| stream.codec_type == kind && stream.disposition.attached_pic == 0)
    };
    let (film, sound) = (of("video"), of("audio"));
    let lasts = answer.format.duration.as_deref().or_else(|| film.or(sound)?.duration.as_deref());
    let probe = Probe {
        shown: if film.is_some() { Shown::Film } else { Shown::Sound },
        duration_ms: lasts.and_then(milliseconds).unwrap_or_default(),
        width: film.map_or(0, |film| film.width),
        height: film.map_or(0, |film| film.height),
        picture: film.map(|film| (film.codec_name.clone(), film.pix_fmt.clone())),
        sound: sound.map(|sound| sound.codec_name.clone()),
        turned: film.is_some_and(|film| film.side_data_list.iter().any(|data| data.rotation.is_some())),
        bit_rate: film.and_then(|film| film.bit_rate.as_deref()?.parse().ok()),
    };
    if probe.picture.is_none() && probe.sound.is_none() {
        return Err(MediaError::BrokenFilm);
    }
    if probe.shown == Shown::Film {
        if probe.width == 0 || probe.height == 0 {
            return Err(MediaError::BrokenFilm);
        }
        let pixels = u64::from(probe.width) * u64::from(probe.height);
        if probe.width.max(probe.height) > SIDE_MAX || pixels > u64::from(PIXELS_MAX) {
            return Err(MediaError::TooLargeFilm);
        }
    }
    Ok(probe)
}

/// Seconds with a fraction, as milliseconds.
fn milliseconds(text: &str) -> Option<Millis> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let whole: Millis = whole.parse().ok().filter(|seconds| *seconds >= 0)?;
    whole.checked_mul(1_000)?.checked_add(thousandths.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of(answer: Value) -> Result<Probe, &'static str> {
        read(serde_json::from_value(answer).unwrap()).map_err(|refused| refused.code())
    }

    fn film(width: u32, height: u32) -> Value {
        json!({ "codec_type": "video", "codec_name": "h264", "width": width, "height": height, "pix_fmt": "yuv420p" })
    }

    #[test]
    fn a_film_is_what_has_pictures_that_are_no_cover() {
        let sound = json!({ "codec_type": "audio", "codec_name": "mp3" });
        let cover =
            json!({ "codec_type": "video", "codec_name": "png", "disposition": { "attached_pic": 1 } });
        let probe = of(json!({ "streams": [&cover, &sound], "format": { "duration": "61.5" } })).unwrap();
        assert_eq!((probe.shown, probe.duration_ms, probe.width), (Shown::Sound, 61_500, 0));
        let probe = of(json!({ "streams": [film(64, 48), sound] })).unwrap();
        assert_eq!((probe.shown, probe.duration_ms, probe.height), (Shown::Film, 0, 48));
        assert_eq!(of(json!({ "streams": [cover] })), Err("broken_film"));
        assert_eq!(of(json!({})), Err("broken_film"));
    }

    #[test]
    fn what_is_too_large_to_work_on_is_refused() {
        assert!(of(json!({ "streams": [film(2_160, 4_096)] })).is_ok());
        assert_eq!(of(json!({ "streams": [film(4_097, 16)] })), Err("too_large_film"));
        assert_eq!(of(json!({ "streams": [film(4_096, 4_096)] })), Err("too_large_film"));
        assert_eq!(of(json!({ "streams": [film(0, 16)] })), Err("broken_film"));
        assert_eq!(of(json!({ "streams": vec![film(16, 16); 9] })), Err("too_large_film"));
    }

    #[test]
    fn seconds_are_read_with_their_fraction() {
        for (text, ms) in [("2.021000", 2_021), ("0.5", 500), ("7", 7_000)] {
            assert_eq!(milliseconds(text), Some(ms));
        }
        for text in ["N/A", "", "-1.0", "99999999999999999999", "1.x"] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }
}
