//! Making what browsers play.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::find::Programs;
use super::named;
use super::probe::{PIXELS_MAX, Probe, Shown, probe};
use super::run::{Bounds, run};
use crate::clock::Millis;
use crate::media::error::MediaError;
use crate::media::file_kind::FileKind;
use crate::media::sniff::Container;

/// How long it may take to make one film: the longest that is allowed at a third of its speed, on a slow machine.
const MAKE_SECONDS: u64 = 30 * 60;
/// The largest file that comes out: the longest film at the highest rate.
const OUTPUT_BYTES: u64 = 1 << 30;
/// How long the picture of a film may take.
const STILL_BOUNDS: Bounds = Bounds { seconds: 60, bytes: 64 << 20 };
/// The longest side of a film as it is kept.
const SIDE_MAX: u32 = 1_920;
/// A film that is fit already and has at most so many bits a second is kept as it is.
const FIT_BIT_RATE: u64 = 6_000_000;
/// Inside the box, with even sides, as H.264 needs them.
const SCALE: &str = "scale=w='min(1920,iw)':h='min(1920,ih)':force_original_aspect_ratio=decrease\
    :force_divisible_by=2,setsar=1";

/// A film or sound as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeFilm {
    /// The file.
    pub file: PathBuf,
    /// Its kind.
    pub kind: FileKind,
    /// A still picture of a film.
    pub still: Option<PathBuf>,
    /// How long it lasts.
    pub duration_ms: Millis,
    /// Pixels from left to right; 0 of a sound.
    pub width: u32,
    /// Pixels from top to bottom; 0 of a sound.
    pub height: u32,
    /// Whether there is anything to hear.
    pub sounds: bool,
}

/// Makes a film or sound, at most `limit_ms` long, in `folder`.
pub(super) async fn make(
    programs: &Programs,
    before: &Probe,
    (source, container): (&Path, Container),
    (folder, limit_ms): (&Path, Millis),
) -> Result<MadeFilm, MediaError> {
    let (kind, coding) = coding(before);
    let file = named(folder, &format!("made.{}", kind.extension()));
    let mut arguments = reading(container, source);
    let seconds = format!("{}", limit_ms / 1_000 + 1);
    arguments.extend(words(&[
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
        "-sn",
        "-dn",
        "-t",
        &seconds,
        "-fflags",
        "+bitexact",
    ]));
    arguments.extend(coding.into_iter().map(OsString::from));
    arguments.push((&file).into());
    let bounds = Bounds { seconds: MAKE_SECONDS, bytes: OUTPUT_BYTES };
    run(&programs.ffmpeg, arguments, folder, bounds).await?;
    let made_container = if kind == FileKind::Mp3 { Container::Mp3 } else { Container::Mp4 };
    let after = probe(&programs.ffprobe, &file, made_container).await?;
    let still = match after.shown {
        Shown::Film => Some(still(programs, &file, folder, after.duration_ms).await?),
        Shown::Sound => None,
    };
    Ok(MadeFilm {
        file,
        kind,
        still,
        duration_ms: after.duration_ms,
        width: after.width,
        height: after.height,
        sounds: after.sound.is_some(),
    })
}

/// A picture from near the beginning, where it is seldom black any more.
async fn still(
    programs: &Programs,
    film: &Path,
    folder: &Path,
    duration_ms: Millis,
) -> Result<PathBuf, MediaError> {
    let file = named(folder, "still.png");
    let at_ms = (duration_ms / 4).min(1_000);
    let at = format!("{}.{:03}", at_ms / 1_000, at_ms % 1_000);
    let mut arguments = words(&["-ss", &at]);
    arguments.extend(reading(Container::Mp4, film));
    arguments.extend(words(&[
        "-map",
        "0:v:0",
        "-frames:v",
        "1",
        "-c:v",
        "png",
        "-f",
        "image2",
        "-update",
        "1",
    ]));
    arguments.push((&file).into());
    run(&programs.ffmpeg, arguments, folder, STILL_BOUNDS).await?;
    Ok(file)
}

/// How a file is read, and nothing beside it. The options before hold for the next input.
fn reading(container: Container, source: &Path) -> Vec<OsString> {
    let pixels = PIXELS_MAX.to_string();
    let mut arguments = words(&[
        "-nostdin",
        "-hide_banner",
        "-v",
        "error",
        "-protocol_whitelist",
        "file",
        "-threads",
        "2",
        "-max_pixels",
        &pixels,
        "-f",
        container.demuxer(),
        "-i",
    ]);
    arguments.push(source.into());
    arguments
}

/// What comes out, and the words that ask for it. What is fit already is not coded again.
fn coding(before: &Probe) -> (FileKind, Vec<&'static str>) {
    let sound = before.sound.as_deref();
    if before.shown == Shown::Sound {
        return match sound {
            Some("mp3") => {
                (FileKind::Mp3, vec!["-map", "0:a:0", "-c", "copy", "-id3v2_version", "0", "-f", "mp3"])
            }
            Some("aac") => {
                (FileKind::Sound, vec!["-map", "0:a:0", "-c", "copy", "-movflags", "+faststart", "-f", "mp4"])
            }
            _ => (
                FileKind::Sound,
                vec![
                    "-map",
                    "0:a:0",
                    "-c:a",
                    "aac",
                    "-b:a",
                    "160k",
                    "-ac",
                    "2",
                    "-movflags",
                    "+faststart",
                    "-f",
                    "mp4",
                ],
            ),
        };
    }
    let mut coding = vec!["-map", "0:v:0", "-map", "0:a:0?"];
    if is_fit(before) {
        coding.extend(["-c:v", "copy"]);
    } else {
        coding.extend([
            "-vf",
            SCALE,
            "-fpsmax",
            "60",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-crf",
            "23",
            "-maxrate",
            "5M",
            "-bufsize",
            "10M",
            "-pix_fmt",
            "yuv420p",
            "-threads",
            "2",
            "-flags:v",
            "+bitexact",
        ]);
    }
    match sound {
        Some("aac") => coding.extend(["-c:a", "copy"]),
        _ => coding.extend(["-c:a", "aac", "-b:a", "128k", "-ac", "2"]),
    }
    coding.extend(["-movflags", "+faststart", "-f", "mp4"]);
    (FileKind::Film, coding)
}

fn is_fit(film: &Probe) -> bool {
    let coded = film
        .picture
        .as_ref()
        .is_some_and(|(codec, pixels)| codec == "h264" && matches!(pixels.as_str(), "yuv420p" | "yuvj420p"));
    coded
        && !film.turned
        && film.width.max(film.height) <= SIDE_MAX
        && film.bit_rate.is_some_and(|rate| rate <= FIT_BIT_RATE)
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}
