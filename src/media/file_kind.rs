//! The kinds of files that are kept, and what each is served as.

use crate::media::sniff::ImageKind;

/// A kind of file that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A picture.
    Image(ImageKind),
    /// A film: H.264 and AAC in MP4.
    Film,
    /// A sound: AAC in MP4.
    Sound,
    /// A sound: MPEG layer 3.
    Mp3,
    /// A film or sound as it was uploaded, until it is worked on. It is never served.
    Original,
}

impl FileKind {
    /// The media type it is served with; our own table, so that nobody's claim is repeated.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Image(kind) => kind.mime(),
            Self::Film => "video/mp4",
            Self::Sound => "audio/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Original => "application/octet-stream",
        }
    }

    /// The end of a stored file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Image(kind) => kind.extension(),
            Self::Film => "mp4",
            Self::Sound => "m4a",
            Self::Mp3 => "mp3",
            Self::Original => "orig",
        }
    }

    /// The reverse of [`FileKind::extension`]; exact, so that a key has one spelling only.
    pub fn from_extension(extension: &str) -> Option<Self> {
        let others = [Self::Film, Self::Sound, Self::Mp3, Self::Original];
        let other = || others.into_iter().find(|kind| kind.extension() == extension);
        ImageKind::from_extension(extension).map(Self::Image).or_else(other)
    }

    /// Whether anybody may have it.
    pub fn is_served(self) -> bool {
        self != Self::Original
    }
}

impl From<ImageKind> for FileKind {
    fn from(kind: ImageKind) -> Self {
        Self::Image(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_and_kinds_belong_together_and_only_what_was_uploaded_is_not_served() {
        for kind in [ImageKind::Gif.into(), FileKind::Film, FileKind::Sound, FileKind::Mp3] {
            assert_eq!(FileKind::from_extension(kind.extension()), Some(kind));
            assert!(kind.is_served() && !kind.mime().starts_with("text/"));
        }
        assert!(!FileKind::Original.is_served());
        assert_eq!(FileKind::from_extension("html"), None);
    }
}
