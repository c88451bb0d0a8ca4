//! Why media work did not happen, with stable codes, and how the use-cases say it.

use crate::error::Error;
use crate::secrets::NoRandomness;

/// The input field that a refused upload is about.
const FIELD: &str = "file";

/// Why a file was not taken, read or removed. Nothing is left behind when one of these is returned.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// `too_big`: more bytes than `limit_bytes`.
    #[error("the file is too big; at most {} MiB are allowed", .limit_bytes >> 20)]
    TooBig {
        /// The limit that was passed, in bytes.
        limit_bytes: u64,
    },
    /// `unsupported_type`: the content is not a kind of file that is taken; the name and the claimed type do
    /// not matter.
    #[error("{found} is not supported; allowed are JPEG, PNG, GIF and WebP images (animations only as GIF)")]
    UnsupportedType {
        /// What the content looks like, with its article, such as `an AVIF image`.
        found: &'static str,
    },
    /// `unsupported_type`, where films and sounds are taken.
    #[error(
        "{found} is not supported; allowed are JPEG, PNG, GIF and WebP images, MP4, QuickTime, WebM and Matroska films, \
         and MP3, AAC, Ogg, FLAC and WAV sounds"
    )]
    UnsupportedFile {
        /// What the content looks like, with its article.
        found: &'static str,
    },
    /// `broken_film`: a film or sound that cannot be read to its end, or that says too little of itself.
    #[error("the film or sound is damaged or incomplete and cannot be read")]
    BrokenFilm,
    /// `too_large_film`: more pixels or streams than are worked on.
    #[error(
        "the film is too large; allowed are 4,096 × 4,096 pixels at most, 8,847,360 in all, and eight streams"
    )]
    TooLargeFilm,
    /// `film_too_long`: it lasts longer than is allowed.
    #[error("the film or sound is too long; at most {limit_minutes} minutes are allowed")]
    TooLong {
        /// The limit that was passed.
        limit_minutes: i64,
    },
    /// `broken_image`: cut off, damaged, or empty.
    #[error("the image is damaged or incomplete and cannot be read")]
    BrokenImage,
    /// `too_many_pixels`: the picture or the sum of an animation's frames is too large to decode.
    #[error("the image has too many pixels; allowed are {allowed}")]
    TooManyPixels {
        /// The limits in words.
        allowed: &'static str,
    },
    /// `too_many_frames`: the animation has more than `limit` frames.
    #[error("the animation has too many frames; at most {limit} are allowed")]
    TooManyFrames {
        /// The limit that was passed.
        limit: u32,
    },
    /// `upload_interrupted`: the sender's stream ended with an error.
    #[error("the upload was interrupted")]
    Interrupted(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Too many uploads at once; the same one may succeed later.
    #[error("too many uploads at once; try again shortly")]
    Busy,
    /// No file has this key.
    #[error("there is no such file")]
    NotFound,
    /// Our fault: the temporary folder, the storage or the system's random source failed.
    #[error("the media storage failed")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl MediaError {
    /// A [`MediaError::Storage`] around any cause.
    pub(super) fn storage(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Storage(cause.into())
    }

    /// The stable word for programs, translations and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooBig { .. } => "too_big",
            Self::UnsupportedType { .. } | Self::UnsupportedFile { .. } => "unsupported_type",
            Self::BrokenFilm => "broken_film",
            Self::TooLargeFilm => "too_large_film",
            Self::TooLong { .. } => "film_too_long",
            Self::BrokenImage => "broken_image",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::TooManyFrames { .. } => "too_many_frames",
            Self::Interrupted(_) => "upload_interrupted",
            Self::Busy => "busy",
            Self::NotFound => "not_found",
            Self::Storage(_) => "internal",
        }
    }
}

impl From<NoRandomness> for MediaError {
    fn from(cause: NoRandomness) -> Self {
        Self::storage(cause)
    }
}

impl From<MediaError> for Error {
    fn from(cause: MediaError) -> Self {
        match cause {
            MediaError::Busy => Self::Busy,
            MediaError::NotFound => Self::NotFound("file"),
            MediaError::Storage(inner) => Self::Internal(inner),
            refused => Self::invalid(FIELD, refused.code(), refused.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_file_becomes_an_invalid_field_that_says_what_is_allowed() {
        let refused = Error::from(MediaError::TooBig { limit_bytes: 16 << 20 });
        assert_eq!((refused.code(), refused.field()), ("too_big", Some("file")));
        assert!(refused.to_string().contains("16 MiB"), "{refused}");
        let refused = Error::from(MediaError::UnsupportedType { found: "an AVIF image" });
        assert_eq!(refused.code(), "unsupported_type");
        assert!(refused.to_string().contains("an AVIF image is not supported"), "{refused}");
    }

    #[test]
    fn overload_and_our_own_faults_are_not_blamed_on_the_file() {
        assert_eq!(Error::from(MediaError::Busy).code(), "busy");
        assert_eq!(Error::from(MediaError::NotFound).code(), "not_found");
        assert_eq!(Error::from(MediaError::storage("disk full")).code(), "internal");
    }
}
