//! From an uploaded or fetched image to what is stored and served: limits → decode → size → upright → sRGB →
//! re-encode, with a thumbnail and a blurhash. Pure functions on bytes; CPU work, to be run by a crew.
//!
//! Nothing of the original file is copied, so that Exif, GPS, XMP, comments, embedded previews and appended data
//! are gone. Colours of a wide-gamut profile are converted to sRGB instead of being lost with the profile.
//!
//! What comes out: JPEG for opaque pictures; PNG where there is transparency, and for opaque lossless originals
//! (screenshots, drawings) that stay small, since JPEG blurs text. Transparency stays PNG rather than WebP: every
//! client reads it, and the WebP encoder at hand is lossless too and hardly smaller. Animated GIFs stay animated
//! as attachments; animated PNG and WebP are refused there rather than silently frozen. Avatars, headers and emoji
//! show the first frame.

use fast_image_resize::{ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageEncoder, RgbImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use crate::media::animation;
use crate::media::decode::{self, Picture};
use crate::media::encoded::Encoded;
use crate::media::error::MediaError;
use crate::media::shape::Shape;
use crate::media::sniff::ImageKind;

/// The largest file that is ever decoded, in bytes; the setting for uploads ends here. Phone photos are 2–12 MiB.
pub const MAX_INPUT_BYTES: u64 = 100 << 20;
/// The largest file of an emoji, in bytes: what is stored is a small picture, and few servers allow more than half.
const EMOJI_INPUT_BYTES: u64 = 1 << 20;
/// The most pixels of a stored picture, 1920 × 1920 in any proportion: sharp on a large screen, 1–2 MB.
const STORED_PIXELS: u64 = 1_920 * 1_920;
/// JPEG quality of pictures: no visible loss at a third of the bytes of 95.
const QUALITY: u8 = 85;
/// JPEG quality of thumbnails, which are looked at for a moment.
const THUMB_QUALITY: u8 = 78;
/// An opaque lossless original stays PNG up to this many bytes; beyond, it is a photo and JPEG serves it better.
const OPAQUE_PNG_BYTES: usize = 1 << 20;
/// A lossless original larger than this is not tried as PNG: it would hardly get small enough, and trying takes a
/// second.
const LOSSLESS_ORIGINAL_BYTES: usize = 4 * OPAQUE_PNG_BYTES;
/// The box of the small version that the blurhash is computed from; it keeps 4 × 3 waves only.
const BLURHASH_SIDE: u32 = 48;
/// Horizontal and vertical components of the blurhash.
const BLURHASH_COMPONENTS: (u32, u32) = (4, 3);

/// What an image is for; decides its size and form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Attached to a tweet: whole, at most 1920 × 1920 pixels' worth, thumbnail within 400 × 400.
    Attachment,
    /// An account's picture: the middle square, at most 400 × 400, thumbnail 128 × 128.
    Avatar,
    /// An account's banner: the middle 3:1, at most 1500 × 500, thumbnail within 400 × 400.
    Header,
    /// The instance's picture: whole, within 1200 × 1200, thumbnail the middle square of 400 × 400.
    House,
    /// A custom emoji: whole, within 128 × 128, without loss. An animated one stands still: among words, movement
    /// disturbs more than it tells, and so nobody who asked for less of it has to see any.
    Emoji,
}

/// An image as it is stored and served.
#[derive(Debug)]
pub struct Processed {
    /// The picture itself.
    pub image: Encoded,
    /// A small still version: JPEG, or PNG when there is transparency.
    pub thumb: Encoded,
    /// What to show until the picture is there, see <https://blurha.sh>.
    pub blurhash: String,
}

/// Makes the stored versions of an image of unknown origin.
pub fn process(bytes: &[u8], purpose: Purpose) -> Result<Processed, MediaError> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_INPUT_BYTES {
        return Err(MediaError::TooBig { limit_bytes: MAX_INPUT_BYTES });
    }
    let source = decode::open(bytes)?;
    let kind = source.kind;
    let stays_lossless = purpose == Purpose::Emoji
        || matches!(kind, ImageKind::Png | ImageKind::Gif) && bytes.len() <= LOSSLESS_ORIGINAL_BYTES;
    let moving = source.animated && purpose == Purpose::Attachment;
    let animation = if moving { Some(animate(kind, bytes)?) } else { None };

    let picture = render(source.decode()?, purpose.shape())?;
    let small = scale(&picture, purpose.thumb_shape())?;
    let blurhash = blurhash_of(&small)?;
    let thumb = if has_alpha(&small) { png(&small)? } else { jpeg(&small, THUMB_QUALITY)? };
    let image = match animation {
        Some(animation) => animation,
        None => encode(&picture, stays_lossless)?,
    };
    Ok(Processed { image, thumb, blurhash })
}

impl Purpose {
    fn shape(self) -> Shape {
        match self {
            Self::Attachment => Shape::Pixels(STORED_PIXELS),
            Self::Avatar => Shape::Cover(400, 400),
            Self::Header => Shape::Cover(1_500, 500),
            Self::House => Shape::Within(1_200, 1_200),
            Self::Emoji => Shape::Within(128, 128),
        }
    }

    fn thumb_shape(self) -> Shape {
        match self {
            Self::Attachment | Self::Header => Shape::Within(400, 400),
            Self::Avatar => Shape::Within(128, 128),
            Self::House => Shape::Cover(400, 400),
            Self::Emoji => Shape::Within(64, 64),
        }
    }

    /// The largest file of this kind that is taken from anybody, in bytes.
    pub fn max_bytes(self) -> u64 {
        match self {
            Self::Attachment | Self::Avatar | Self::Header | Self::House => MAX_INPUT_BYTES,
            Self::Emoji => EMOJI_INPUT_BYTES,
        }
    }
}

fn animate(kind: ImageKind, bytes: &[u8]) -> Result<Encoded, MediaError> {
    match kind {
        ImageKind::Gif => animation::rewrite(bytes),
        ImageKind::Webp => Err(MediaError::UnsupportedType { found: "an animated WebP image" }),
        _ => Err(MediaError::UnsupportedType { found: "an animated PNG image" }),
    }
}

/// Brings a picture to its size, upright, in sRGB, as 8-bit RGB or, when a pixel is not opaque, RGBA.
fn render(picture: Picture, shape: Shape) -> Result<DynamicImage, MediaError> {
    use image::metadata::Orientation as O;
    let on_its_side =
        matches!(picture.orientation, O::Rotate90 | O::Rotate270 | O::Rotate90FlipH | O::Rotate270FlipH);
    // The middle stays the middle when it is turned, so that the small version is turned instead of the large one.
    let (width, height) = (picture.pixels.width(), picture.pixels.height());
    let (width, height) = if on_its_side {
        let (height, width) = shape.target(height, width);
        (width, height)
    } else {
        shape.target(width, height)
    };
    let mut pixels = picture.pixels;
    if (width, height) != (pixels.width(), pixels.height()) {
        pixels = resize(pixels, width, height, shape.cuts())?;
    }
    pixels.apply_orientation(picture.orientation);
    let converted = to_srgb(flatten(pixels), picture.profile.as_deref());
    Ok(converted)
}

fn scale(pixels: &DynamicImage, shape: Shape) -> Result<DynamicImage, MediaError> {
    let (width, height) = shape.target(pixels.width(), pixels.height());
    resize(pixels.clone(), width, height, shape.cuts())
}

/// Another size, in 8 bits. All goes through RGBA, the one layout that the resizer is built with.
fn resize(pixels: DynamicImage, width: u32, height: u32, cut: bool) -> Result<DynamicImage, MediaError> {
    let transparent = has_alpha(&pixels);
    let mut out = DynamicImage::new_rgba8(width, height);
    let options = ResizeOptions::new().use_alpha(transparent);
    let options = if cut { options.fit_into_destination(Some((0.5, 0.5))) } else { options };
    let source = DynamicImage::from(pixels.into_rgba8());
    Resizer::new().resize(&source, &mut out, &options).map_err(MediaError::storage)?;
    Ok(if transparent { out } else { out.into_rgb8().into() })
}

fn flatten(pixels: DynamicImage) -> DynamicImage {
    if !pixels.color().has_alpha() {
        return pixels.into_rgb8().into();
    }
    let pixels = pixels.into_rgba8();
    if pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX) {
        DynamicImage::from(pixels).into_rgb8().into()
    } else {
        pixels.into()
    }
}

/// Colours in sRGB. A profile that cannot be understood, or that is not about RGB, is ignored.
fn to_srgb(pixels: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let Some(profile) = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok()) else {
        return pixels;
    };
    if profile.color_space != DataColorSpace::Rgb {
        return pixels;
    }
    let layout = if has_alpha(&pixels) { Layout::Rgba } else { Layout::Rgb };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, layout, TransformOptions::default())
    else {
        return pixels;
    };
    let mut converted = vec![0; pixels.as_bytes().len()];
    if transform.transform(pixels.as_bytes(), &mut converted).is_err() {
        return pixels;
    }
    let (width, height) = (pixels.width(), pixels.height());
    let converted = if has_alpha(&pixels) {
        RgbaImage::from_raw(width, height, converted).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(width, height, converted).map(DynamicImage::from)
    };
    converted.unwrap_or(pixels)
}

fn has_alpha(pixels: &DynamicImage) -> bool {
    pixels.color().has_alpha()
}

fn encode(pixels: &DynamicImage, lossless: bool) -> Result<Encoded, MediaError> {
    if has_alpha(pixels) {
        return png(pixels);
    }
    if lossless {
        let exact = png(pixels)?;
        if exact.bytes.len() <= OPAQUE_PNG_BYTES {
            return Ok(exact);
        }
    }
    jpeg(pixels, QUALITY)
}

fn jpeg(pixels: &DynamicImage, quality: u8) -> Result<Encoded, MediaError> {
    let mut bytes = Vec::new();
    write(pixels, JpegEncoder::new_with_quality(&mut bytes, quality))?;
    Ok(Encoded { kind: ImageKind::Jpeg, bytes, width: pixels.width(), height: pixels.height() })
}

fn png(pixels: &DynamicImage) -> Result<Encoded, MediaError> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    write(pixels, encoder)?;
    Ok(Encoded { kind: ImageKind::Png, bytes, width: pixels.width(), height: pixels.height() })
}

fn write(pixels: &DynamicImage, encoder: impl ImageEncoder) -> Result<(), MediaError> {
    let (width, height) = (pixels.width(), pixels.height());
    encoder.write_image(pixels.as_bytes(), width, height, pixels.color().into()).map_err(MediaError::storage)
}

/// The blurhash of a picture as it looks on white.
fn blurhash_of(pixels: &DynamicImage) -> Result<String, MediaError> {
    let mut small = scale(pixels, Shape::Within(BLURHASH_SIDE, BLURHASH_SIDE))?.into_rgba8();
    for pixel in small.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        pixel.0 = [on_white(red, alpha), on_white(green, alpha), on_white(blue, alpha), u8::MAX];
    }
    let (across, down) = BLURHASH_COMPONENTS;
    blurhash::encode(across, down, small.width(), small.height(), small.as_raw())
        .map_err(|cause| MediaError::storage(format!("blurhash: {cause}")))
}

fn on_white(colour: u8, alpha: u8) -> u8 {
    let mixed = (u16::from(colour) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;
