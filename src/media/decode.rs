//! From untrusted bytes to pixels. Every limit is checked on the header, before pixels are allocated.
//!
//! Codecs are other people's code on hostile input: a panic in one is caught by the crew that runs them.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use crate::media::animation;
use crate::media::container;
use crate::media::error::MediaError;
use crate::media::sniff::{ImageKind, sniff};

/// The longest side that is decoded, in pixels. Beyond any camera or screenshot; keeps rows small.
const MAX_SIDE: u32 = 12_000;
/// The most pixels that are decoded. With [`MAX_DECODED_BYTES`] this bounds the memory of a decode; what is kept
/// is far smaller anyway.
const MAX_PIXELS: u64 = 40_000_000;
/// The most bytes of decoded pixels: 40 megapixels of 8-bit RGBA or of 16-bit RGB. A progressive JPEG needs about
/// as much again for its coefficients, so that a decode stays below 512 MiB.
const MAX_DECODED_BYTES: u64 = 256 << 20;
/// The limits in words.
const ALLOWED: &str = "40 million pixels and sides of 12,000 pixels";

/// An image whose header was read and is within the limits.
pub(super) struct Source<'a> {
    /// Its kind by content.
    pub(super) kind: ImageKind,
    /// Whether it has more than one frame; [`Source::decode`] gives the first.
    pub(super) animated: bool,
    decoder: Box<dyn ImageDecoder + 'a>,
}

/// Decoded pixels, not yet turned upright nor converted to sRGB.
pub(super) struct Picture {
    /// The pixels in the file's own layout.
    pub(super) pixels: DynamicImage,
    /// How to turn them upright, from Exif.
    pub(super) orientation: Orientation,
    /// The file's ICC profile, when it has one.
    pub(super) profile: Option<Vec<u8>>,
}

/// Reads the header of `bytes` and checks it against the limits.
pub(super) fn open(bytes: &[u8]) -> Result<Source<'_>, MediaError> {
    let kind = sniff(bytes)?;
    let bytes = match kind {
        ImageKind::Webp => container::webp_part(bytes).ok_or(MediaError::BrokenImage)?,
        _ => bytes,
    };
    let (animated, mut decoder) = decoder_for(kind, bytes).map_err(refusal)?;
    decoder.set_limits(limits()).map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(MediaError::BrokenImage);
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(MediaError::TooManyPixels { allowed: ALLOWED });
    }
    let sound = match kind {
        ImageKind::Jpeg => container::jpeg_is_whole(bytes),
        ImageKind::Webp => container::webp_is_sound(bytes, (width, height)),
        ImageKind::Png | ImageKind::Gif => true,
    };
    if !sound {
        return Err(MediaError::BrokenImage);
    }
    Ok(Source { kind, animated, decoder })
}

impl Source<'_> {
    /// Decodes the image, or the first frame of an animation. Metadata that cannot be read are ignored.
    pub(super) fn decode(mut self) -> Result<Picture, MediaError> {
        let orientation = self.decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let profile = self.decoder.icc_profile().unwrap_or(None);
        let pixels = DynamicImage::from_decoder(self.decoder).map_err(refusal)?;
        Ok(Picture { pixels, orientation, profile })
    }
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    limits
}

fn decoder_for<'a>(
    kind: ImageKind,
    bytes: &'a [u8],
) -> Result<(bool, Box<dyn ImageDecoder + 'a>), ImageError> {
    let reader = Cursor::new(bytes);
    Ok(match kind {
        ImageKind::Jpeg => (false, Box::new(JpegDecoder::new(reader)?)),
        ImageKind::Png => {
            let decoder = PngDecoder::with_limits(reader, limits())?;
            (decoder.is_apng()?, Box::new(decoder))
        }
        ImageKind::Gif => (animation::is_animated(bytes), Box::new(GifDecoder::new(reader)?)),
        ImageKind::Webp => {
            let decoder = WebPDecoder::new(reader)?;
            (decoder.has_animation(), Box::new(decoder))
        }
    })
}

fn refusal(cause: ImageError) -> MediaError {
    match cause {
        ImageError::Limits(_) => MediaError::TooManyPixels { allowed: ALLOWED },
        _ => MediaError::BrokenImage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::fixtures;

    fn code(bytes: &[u8]) -> &'static str {
        match open(bytes).and_then(Source::decode) {
            Ok(_) => "fine",
            Err(refused) => refused.code(),
        }
    }

    #[test]
    fn a_bomb_is_refused_by_its_header_alone() {
        assert_eq!(code(&fixtures::png_that_claims(65_000, 65_000)), "too_many_pixels");
        assert_eq!(code(&fixtures::png_that_claims(12_001, 1)), "too_many_pixels");
        assert_eq!(code(&fixtures::png_that_claims(8_000, 8_000)), "too_many_pixels");
        assert_eq!(code(&fixtures::jpeg_that_claims(65_000, 65_000)), "too_many_pixels");
        assert_eq!(code(&fixtures::jpeg_that_claims(10_000, 10_000)), "too_many_pixels");
        let mut gif = fixtures::gif(&[fixtures::solid_frame(4, 4, 0)]);
        gif[6..10].copy_from_slice(&[0xFF; 4]);
        assert_eq!(code(&gif), "too_many_pixels");
    }

    #[test]
    fn a_cut_off_image_is_refused() {
        for whole in [
            fixtures::jpeg(&fixtures::photo(120, 90)),
            fixtures::png(&fixtures::photo(120, 90).into()),
            fixtures::webp(&fixtures::photo(120, 90).into()),
            fixtures::gif(&[fixtures::solid_frame(60, 60, 1)]),
        ] {
            assert_eq!(code(&whole), "fine");
            assert_eq!(code(&whole[..whole.len() / 2]), "broken_image");
            assert_eq!(code(&whole[..16]), "broken_image");
        }
    }

    #[test]
    fn garbage_behind_a_good_signature_is_refused() {
        for signature in [&b"\xFF\xD8\xFF"[..], b"\x89PNG\r\n\x1A\n", b"GIF89a", b"RIFF\0\0\0\0WEBP"] {
            let garbage = [signature, &[0x5A; 400]].concat();
            assert!(["broken_image", "too_many_pixels"].contains(&code(&garbage)), "{signature:?}");
        }
    }

    #[test]
    fn data_behind_the_end_does_not_matter() {
        let photo = fixtures::photo(40, 30);
        for mut bytes in [fixtures::jpeg(&photo), fixtures::webp(&photo.into())] {
            bytes.extend_from_slice(b"a second picture or a video, as phones append them");
            assert_eq!(code(&bytes), "fine");
        }
    }
}
