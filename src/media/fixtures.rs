//! Images for the tests, made on the spot.

use gif::{Encoder, Frame, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder, Rgb, RgbImage};

/// An opaque picture with gradients and grain, as a camera makes them.
pub(super) fn photo(width: u32, height: u32) -> RgbImage {
    let mut grain = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (grain >> 24) / 6;
        let channel = |value: u32| u8::try_from((value + noise).min(255)).unwrap();
        Rgb([channel(x * 200 / width), channel(y * 200 / height), channel((x + y) * 200 / (width + height))])
    })
}

pub(super) fn jpeg(pixels: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(pixels).unwrap();
    bytes
}

pub(super) fn png(pixels: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(pixels, PngEncoder::new(&mut bytes));
    bytes
}

pub(super) fn png_with_profile(pixels: &DynamicImage, profile: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile).unwrap();
    write(pixels, encoder);
    bytes
}

pub(super) fn webp(pixels: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(pixels, WebPEncoder::new_lossless(&mut bytes));
    bytes
}

fn write(pixels: &DynamicImage, encoder: impl ImageEncoder) {
    encoder.write_image(pixels.as_bytes(), pixels.width(), pixels.height(), pixels.color().into()).unwrap();
}

/// A frame of one of four colours: red, green, blue, transparent.
pub(super) fn solid_frame(width: u16, height: u16, colour: u8) -> Frame<'static> {
    let pixels = vec![colour; usize::from(width) * usize::from(height)];
    let mut frame = Frame::from_indexed_pixels(width, height, pixels, Some(3));
    frame.delay = 10;
    frame
}

/// A GIF that loops for ever, as large as its first frame.
pub(super) fn gif(frames: &[Frame<'static>]) -> Vec<u8> {
    let palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0];
    let mut encoder = Encoder::new(Vec::new(), frames[0].width, frames[0].height, &palette).unwrap();
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for frame in frames {
        encoder.write_frame(frame).unwrap();
    }
    encoder.into_inner().unwrap()
}

/// A tiny PNG whose header claims a size.
pub(super) fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(&RgbImage::new(1, 1).into());
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// A tiny JPEG whose header claims a size.
pub(super) fn jpeg_that_claims(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg(&RgbImage::new(1, 1));
    let frame = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A PNG with one more chunk behind its header.
pub(super) fn png_with_chunk(png: &[u8], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&kind[..], data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&png[..33], &length, &named, &crc(&named).to_be_bytes(), &png[33..]].concat()
}

/// The CRC of PNG chunks (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    })
}

/// What [`jpeg_with_metadata`] hides in a file.
pub(super) const SECRETS: [&[u8]; 6] =
    [b"Exif", b"HOME-ADDRESS", b"GPS-DATUM", b"XMP-SECRET", b"COMMENT-SECRET", b"APPENDED-SECRET"];

/// A JPEG with Exif (description, orientation, GPS), XMP, a comment and appended data.
pub(super) fn jpeg_with_metadata(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    let exif = [&b"Exif\0\0"[..], &tiff(orientation)].concat();
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>XMP-SECRET</x:xmpmeta>";
    let mut bytes = jpeg[..2].to_vec();
    for (marker, data) in [(0xE1, &exif[..]), (0xE1, xmp), (0xFE, b"COMMENT-SECRET")] {
        bytes.extend_from_slice(&[0xFF, marker]);
        bytes.extend_from_slice(&u16::try_from(data.len() + 2).unwrap().to_be_bytes());
        bytes.extend_from_slice(data);
    }
    [&bytes, &jpeg[2..], b"APPENDED-SECRET"].concat()
}

/// A big-endian TIFF: image description, orientation, and a GPS directory with a position.
pub(super) fn tiff(orientation: u16) -> Vec<u8> {
    const DESCRIPTION: &[u8] = b"HOME-ADDRESS\0";
    const DATUM: &[u8] = b"GPS-DATUM\0";
    let entry = |tag: u16, kind: u16, count: usize, value: [u8; 4]| {
        let count = u32::try_from(count).unwrap().to_be_bytes();
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count, &value].concat()
    };
    let offset = |at: usize| u32::try_from(at).unwrap().to_be_bytes();
    let [high, low] = orientation.to_be_bytes();
    // The header takes 8 bytes, a directory 2 + 12 an entry + 4.
    let gps_at = 8 + 2 + 3 * 12 + 4;
    let text_at = gps_at + 2 + 2 * 12 + 4;
    [
        b"MM\0\x2A".to_vec(),
        offset(8).to_vec(),
        vec![0, 3],
        entry(0x010E, 2, DESCRIPTION.len(), offset(text_at)),
        entry(0x0112, 3, 1, [high, low, 0, 0]),
        entry(0x8825, 4, 1, offset(gps_at)),
        vec![0; 4],
        vec![0, 2],
        entry(0x0001, 2, 2, *b"N\0\0\0"),
        entry(0x0012, 2, DATUM.len(), offset(text_at + DESCRIPTION.len())),
        vec![0; 4],
        DESCRIPTION.to_vec(),
        DATUM.to_vec(),
    ]
    .concat()
}
