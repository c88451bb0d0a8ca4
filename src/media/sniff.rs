//! The kind of a file by its first bytes, never by its name or the type its sender claims.
//!
//! Everything that is not in the tables is refused. AVIF, HEIC and SVG are recognised only so that the refusal can name
//! them: there is no decoder for them here, and SVG is a program rather than a picture. Films and sounds are for ffmpeg,
//! which is told the container, so that it never takes a list of other files for a film.

use crate::media::error::MediaError;

/// A kind of image that is taken, stored or served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageKind {
    /// ITU T.81.
    Jpeg,
    /// The W3C's Portable Network Graphics.
    Png,
    /// GIF87a and GIF89a.
    Gif,
    /// RFC 9649.
    Webp,
}

impl ImageKind {
    /// The media type it is served with; our own table, so that nobody's claim is repeated.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }

    /// The end of a stored file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Webp => "webp",
        }
    }

    /// The reverse of [`ImageKind::extension`]; exact, so that a key has one spelling only.
    pub fn from_extension(extension: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::Gif, Self::Webp].into_iter().find(|kind| kind.extension() == extension)
    }
}

/// A container of films or sounds that ffmpeg is asked to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// MP4, QuickTime and their kin (ISO/IEC 14496-12).
    Mp4,
    /// Matroska and WebM.
    Matroska,
    /// RFC 3533.
    Ogg,
    /// MPEG layer 3, with or without ID3.
    Mp3,
    /// AAC in ADTS.
    Aac,
    /// RFC 9639.
    Flac,
    /// RIFF WAVE.
    Wav,
    /// A moving GIF of ours, to become a film.
    Gif,
}

impl Container {
    /// What ffmpeg calls the part of it that reads this, and nothing else.
    pub fn demuxer(self) -> &'static str {
        match self {
            Self::Mp4 => "mov",
            Self::Matroska => "matroska",
            Self::Ogg => "ogg",
            Self::Mp3 => "mp3",
            Self::Aac => "aac",
            Self::Flac => "flac",
            Self::Wav => "wav",
            Self::Gif => "gif",
        }
    }
}

/// The container of a film or sound, by its first bytes; `None` when it is none that is taken.
pub fn container_of(head: &[u8]) -> Option<Container> {
    if head.get(4..8) == Some(b"ftyp") {
        let image = matches!(
            head.get(8..12),
            Some(b"avif" | b"avis" | b"heic" | b"heix" | b"hevc" | b"heim" | b"mif1" | b"msf1")
        );
        return (!image).then_some(Container::Mp4);
    }
    match head {
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Some(Container::Matroska),
        [b'O', b'g', b'g', b'S', ..] => Some(Container::Ogg),
        [b'f', b'L', b'a', b'C', ..] => Some(Container::Flac),
        [b'I', b'D', b'3', ..] => Some(Container::Mp3),
        [b'R', b'I', b'F', b'F', ..] => (head.get(8..12) == Some(b"WAVE")).then_some(Container::Wav),
        // A frame's sync word; AAC says layer 0, which MPEG audio does not have.
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => Some(Container::Aac),
        [0xFF, second, third, ..] if second & 0xE6 == 0xE2 && third & 0xF0 != 0xF0 => Some(Container::Mp3),
        _ => None,
    }
}

/// The kind of `bytes`, or [`MediaError::UnsupportedType`] with the name of what they look like.
pub fn sniff(bytes: &[u8]) -> Result<ImageKind, MediaError> {
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        Ok(ImageKind::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        Ok(ImageKind::Png)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Ok(ImageKind::Gif)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Ok(ImageKind::Webp)
    } else {
        Err(MediaError::UnsupportedType { found: name_of(bytes) })
    }
}

pub(super) fn name_of(bytes: &[u8]) -> &'static str {
    if bytes.is_empty() {
        return "an empty file";
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12) {
            Some(b"avif" | b"avis") => "an AVIF image",
            Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"mif1" | b"msf1") => "a HEIC image",
            _ => "a video",
        };
    }
    match container_of(bytes) {
        Some(Container::Matroska) => return "a video",
        Some(_) => return "a film or sound",
        None => {}
    }
    if bytes.starts_with(b"<svg") || bytes.starts_with(b"<?xml") {
        return "an SVG image";
    }
    "this kind of file"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        sniff(bytes).unwrap_err().to_string()
    }

    #[test]
    fn the_four_kinds_are_told_by_their_first_bytes() {
        assert_eq!(sniff(b"\xFF\xD8\xFF\xE0rest").unwrap(), ImageKind::Jpeg);
        assert_eq!(sniff(b"\x89PNG\r\n\x1A\nrest").unwrap(), ImageKind::Png);
        assert_eq!(sniff(b"GIF87a").unwrap(), ImageKind::Gif);
        assert_eq!(sniff(b"GIF89arest").unwrap(), ImageKind::Gif);
        assert_eq!(sniff(b"RIFF\0\0\0\0WEBPVP8 ").unwrap(), ImageKind::Webp);
    }

    #[test]
    fn everything_else_is_refused_with_its_name_and_what_is_allowed() {
        assert!(refusal(b"\0\0\0\x20ftypavif").starts_with("an AVIF image is not supported"));
        assert!(refusal(b"\0\0\0\x20ftypheic").starts_with("a HEIC image"));
        assert!(refusal(b"\0\0\0\x20ftypisom").starts_with("a video"));
        assert!(refusal(b"<svg xmlns=").starts_with("an SVG image"));
        assert!(refusal(b"").starts_with("an empty file"));
        for other in [&b"<html>"[..], b"RIFF\0\0\0\0WAVE", b"GIF88a", b"\x89PNG", b"\xFF\xD8", b"%PDF-1.7"] {
            assert!(refusal(other).contains("JPEG, PNG, GIF and WebP"), "{other:?}");
        }
    }

    #[test]
    fn containers_are_told_by_their_first_bytes_and_lists_of_files_are_none() {
        for (head, container) in [
            (&b"\0\0\0\x20ftypisom"[..], Container::Mp4),
            (b"\x1A\x45\xDF\xA3", Container::Matroska),
            (b"OggS\0", Container::Ogg),
            (b"fLaC\0", Container::Flac),
            (b"ID3\x04", Container::Mp3),
            (b"\xFF\xFB\x90\0", Container::Mp3),
            (b"\xFF\xF1\x50\x80", Container::Aac),
            (b"RIFF\0\0\0\0WAVEfmt ", Container::Wav),
        ] {
            assert_eq!(container_of(head), Some(container), "{head:?}");
        }
        for other in [
            &b"#EXTM3U\n#EXT-X-VERSION:3"[..],
            b"ffconcat version 1.0\nfile /etc/passwd",
            b"\0\0\0\x20ftypheic",
            b"<?xml version=\"1.0\"?><MPD",
            b"<smil>",
            b"\xFF\xD8\xFF\xE0",
            b"RIFF\0\0\0\0AVI ",
            b"",
        ] {
            assert_eq!(container_of(other), None, "{other:?}");
        }
    }

    #[test]
    fn extensions_and_kinds_belong_together() {
        for kind in [ImageKind::Jpeg, ImageKind::Png, ImageKind::Gif, ImageKind::Webp] {
            assert_eq!(ImageKind::from_extension(kind.extension()), Some(kind));
        }
        for other in ["jpeg", "JPG", "html", "svg", ""] {
            assert_eq!(ImageKind::from_extension(other), None, "{other}");
        }
    }
}
