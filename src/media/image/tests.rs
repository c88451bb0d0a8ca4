//! What comes out of the pipeline, for honest and for hostile originals.

use super::*;
use crate::media::fixtures;
use ::image::codecs::jpeg::JpegDecoder;
use ::image::{ImageDecoder as _, Rgb, Rgba, load_from_memory};
use proptest::prelude::*;
use std::io::Cursor;

fn attach(bytes: &[u8]) -> Processed {
    process(bytes, Purpose::Attachment).unwrap()
}

fn refusal(bytes: &[u8]) -> &'static str {
    process(bytes, Purpose::Attachment).unwrap_err().code()
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Whether two colours are the same but for compression.
fn near(one: Rgb<u8>, other: [u8; 3]) -> bool {
    one.0.iter().zip(other).all(|(a, b)| a.abs_diff(b) < 24)
}

fn left_red_right_blue(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) })
}

#[test]
fn exif_gps_xmp_comments_and_appended_data_are_gone() {
    let original = fixtures::jpeg_with_metadata(&fixtures::jpeg(&fixtures::photo(200, 150)), 1);
    let mut decoder = JpegDecoder::new(Cursor::new(&original)).unwrap();
    assert!(decoder.exif_metadata().unwrap().is_some(), "the fixture is real Exif");
    for secret in fixtures::SECRETS {
        assert!(holds(&original, secret));
    }
    for purpose in [Purpose::Attachment, Purpose::Avatar, Purpose::Header] {
        let made = process(&original, purpose).unwrap();
        for file in [&made.image, &made.thumb] {
            for secret in fixtures::SECRETS {
                assert!(!holds(&file.bytes, secret), "{purpose:?}");
            }
            let mut decoder = JpegDecoder::new(Cursor::new(&file.bytes)).unwrap();
            assert!(decoder.exif_metadata().unwrap().is_none());
        }
    }
}

#[test]
fn metadata_of_a_png_are_gone_too() {
    let original = fixtures::png(&fixtures::photo(30, 20).into());
    let original = fixtures::png_with_chunk(&original, b"tEXt", b"Comment\0COMMENT-SECRET");
    let original = fixtures::png_with_chunk(&original, b"eXIf", &fixtures::tiff(1));
    assert!(holds(&original, b"HOME-ADDRESS"));
    let made = attach(&original);
    for file in [&made.image, &made.thumb] {
        for word in [&b"SECRET"[..], b"HOME-ADDRESS", b"GPS-DATUM", b"tEXt", b"eXIf"] {
            assert!(!holds(&file.bytes, word));
        }
    }
}

#[test]
fn every_exif_orientation_is_turned_upright() {
    let red = [255, 0, 0];
    // Where the left (red) side of the stored picture has to be seen: x and y in eighths of the upright one.
    let red_side = [
        (1, (1, 4)),
        (2, (7, 4)),
        (3, (7, 4)),
        (4, (1, 4)),
        (5, (4, 1)),
        (6, (4, 1)),
        (7, (4, 7)),
        (8, (4, 7)),
    ];
    for (orientation, (x, y)) in red_side {
        let original = fixtures::jpeg(&left_red_right_blue(160, 80));
        let made = attach(&fixtures::jpeg_with_metadata(&original, orientation));
        let expected = if orientation < 5 { (160, 80) } else { (80, 160) };
        assert_eq!((made.image.width, made.image.height), expected, "orientation {orientation}");
        let upright = load_from_memory(&made.image.bytes).unwrap().into_rgb8();
        assert_eq!(upright.dimensions(), expected);
        let pixel = *upright.get_pixel(expected.0 * x / 8, expected.1 * y / 8);
        assert!(near(pixel, red), "orientation {orientation}: {pixel:?}");
    }
}

#[test]
fn a_turned_picture_is_scaled_and_cut_as_it_is_seen() {
    let lying = fixtures::jpeg_with_metadata(&fixtures::jpeg(&left_red_right_blue(1_200, 600)), 6);
    let made = process(&lying, Purpose::Header).unwrap();
    assert_eq!((made.image.width, made.image.height), (600, 200));
    let middle = load_from_memory(&made.image.bytes).unwrap().into_rgb8();
    assert!(near(*middle.get_pixel(300, 10), [255, 0, 0]));
    assert!(near(*middle.get_pixel(300, 190), [0, 0, 255]));
    assert_eq!((made.thumb.width, made.thumb.height), (400, 133));
}

#[test]
fn each_purpose_has_its_size() {
    let photo = fixtures::jpeg(&fixtures::photo(2_400, 1_600));
    for (purpose, size, thumb) in [
        (Purpose::Attachment, (2_351, 1_567), (400, 267)),
        (Purpose::Avatar, (400, 400), (128, 128)),
        (Purpose::Header, (1_500, 500), (400, 133)),
    ] {
        let made = process(&photo, purpose).unwrap();
        assert_eq!((made.image.width, made.image.height), size, "{purpose:?}");
        assert_eq!((made.thumb.width, made.thumb.height), thumb, "{purpose:?}");
        for file in [&made.image, &made.thumb] {
            let decoded = load_from_memory(&file.bytes).unwrap();
            assert_eq!((decoded.width(), decoded.height()), (file.width, file.height));
        }
    }
}

#[test]
fn a_transparent_picture_keeps_its_alpha() {
    let original = RgbaImage::from_fn(600, 400, |x, _| Rgba([200, 30, 30, if x < 300 { 0 } else { 128 }]));
    for bytes in [fixtures::png(&original.clone().into()), fixtures::webp(&original.into())] {
        let made = attach(&bytes);
        assert_eq!((made.image.kind, made.thumb.kind), (ImageKind::Png, ImageKind::Png));
        for file in [&made.image, &made.thumb] {
            let decoded = load_from_memory(&file.bytes).unwrap().into_rgba8();
            assert_eq!(decoded.get_pixel(file.width / 4, 10).0[3], 0);
            let seen = decoded.get_pixel(file.width * 3 / 4, 10).0;
            assert!(seen[3].abs_diff(128) < 3 && seen[0].abs_diff(200) < 5, "{seen:?}");
        }
    }
}

#[test]
fn an_alpha_channel_without_transparency_counts_as_opaque() {
    let photo = DynamicImage::from(fixtures::photo(1_000, 800)).into_rgba8();
    let made = attach(&fixtures::webp(&photo.into()));
    assert_eq!((made.image.kind, made.thumb.kind), (ImageKind::Jpeg, ImageKind::Jpeg));
}

#[test]
fn a_screenshot_stays_exact_and_a_photo_in_a_png_becomes_jpeg() {
    let lines = RgbImage::from_fn(800, 600, |x, y| Rgb([if (x * y) % 7 == 0 { 0 } else { 255 }; 3]));
    let made = attach(&fixtures::png(&lines.clone().into()));
    assert_eq!(made.image.kind, ImageKind::Png);
    assert!(load_from_memory(&made.image.bytes).unwrap().into_rgb8() == lines);
    let made = attach(&fixtures::png(&fixtures::photo(1_200, 900).into()));
    assert_eq!(made.image.kind, ImageKind::Jpeg);
}

#[test]
fn grey_palette_and_16_bit_pictures_are_taken() {
    let photo = DynamicImage::from(fixtures::photo(50, 40));
    for other in [
        DynamicImage::from(photo.to_luma8()),
        photo.to_luma_alpha8().into(),
        photo.to_luma16().into(),
        photo.to_rgb16().into(),
        photo.to_rgba16().into(),
    ] {
        let made = attach(&fixtures::png(&other));
        assert_eq!((made.image.width, made.image.height), (50, 40));
    }
}

#[test]
fn wide_gamut_colours_are_converted_rather_than_dulled() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let flat = RgbImage::from_pixel(40, 40, Rgb([200, 60, 60]));
    let made = attach(&fixtures::png_with_profile(&flat.clone().into(), profile));
    let seen = load_from_memory(&made.image.bytes).unwrap().into_rgb8().get_pixel(20, 20).0;
    assert!(seen[0] > 210 && seen[1] < 58, "{seen:?}");
    assert!(!holds(&made.image.bytes, b"iCCP"));
    let made = attach(&fixtures::png_with_profile(&flat.clone().into(), b"not a profile".to_vec()));
    assert!(load_from_memory(&made.image.bytes).unwrap().into_rgb8() == flat);
}

#[test]
fn the_blurhash_shows_the_colours_of_the_picture() {
    let made = attach(&fixtures::jpeg(&left_red_right_blue(300, 200)));
    assert_eq!(made.blurhash.len(), 6 + 2 * (4 * 3 - 1));
    let pixels = blurhash::decode(&made.blurhash, 8, 4, 1.0).unwrap();
    assert!(pixels[0] > 200 && pixels[2] < 140, "{:?}", &pixels[..4]);
    assert!(pixels[28] < 140 && pixels[30] > 200, "{:?}", &pixels[28..32]);
    let clear = RgbaImage::from_pixel(30, 30, Rgba([0, 0, 0, 0]));
    let made = attach(&fixtures::png(&clear.into()));
    assert!(blurhash::decode(&made.blurhash, 1, 1, 1.0).unwrap()[0] > 250, "transparency is seen on white");
}

#[test]
fn an_animated_gif_stays_animated_as_attachment_and_stands_still_elsewhere() {
    let original = fixtures::gif(&[fixtures::solid_frame(60, 40, 0), fixtures::solid_frame(60, 40, 2)]);
    let made = attach(&original);
    assert_eq!((made.image.kind, made.image.width, made.image.height), (ImageKind::Gif, 60, 40));
    assert!(animation::is_animated(&made.image.bytes));
    assert_eq!(made.thumb.kind, ImageKind::Jpeg);
    let avatar = process(&original, Purpose::Avatar).unwrap();
    assert_eq!((avatar.image.kind, avatar.image.width, avatar.image.height), (ImageKind::Png, 40, 40));
    let still = attach(&fixtures::gif(&[fixtures::solid_frame(60, 40, 1)]));
    assert_eq!(still.image.kind, ImageKind::Png);
}

#[test]
fn an_animated_png_is_refused_as_attachment_rather_than_frozen() {
    let still = fixtures::png(&fixtures::photo(20, 20).into());
    let moving = fixtures::png_with_chunk(&still, b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    let refused = process(&moving, Purpose::Attachment).unwrap_err();
    assert_eq!(refused.code(), "unsupported_type");
    assert!(refused.to_string().contains("animated PNG"), "{refused}");
    assert!(process(&moving, Purpose::Avatar).is_ok());
}

#[test]
fn a_polyglot_comes_out_as_an_image_and_nothing_else() {
    let html = b"<html><script>alert(document.domain)</script></html>";
    let frames = [fixtures::solid_frame(20, 20, 0), fixtures::solid_frame(20, 20, 1)];
    let plain = fixtures::gif(&frames);
    // Hidden in a comment extension before the last byte, and behind the end.
    let comment = [&[0x21, 0xFE, 52][..], html, &[0]].concat();
    let polyglot = [&plain[..plain.len() - 1], &comment, &[0x3B], html].concat();
    let made = attach(&polyglot);
    for file in [&made.image, &made.thumb] {
        assert!(!holds(&file.bytes, b"<html") && !holds(&file.bytes, b"script"));
    }
    assert!(made.image.bytes == attach(&plain).image.bytes);
    let made = attach(&[&fixtures::jpeg(&fixtures::photo(30, 30))[..], html].concat());
    assert!(!holds(&made.image.bytes, b"<html"));
    assert_eq!(refusal(html), "unsupported_type");
}

#[test]
fn more_bytes_than_allowed_are_refused_unseen() {
    let mut large = fixtures::jpeg(&fixtures::photo(10, 10));
    large.resize(usize::try_from(MAX_INPUT_BYTES).unwrap() + 1, 0);
    assert_eq!(refusal(&large), "too_big");
    large.pop();
    assert!(process(&large, Purpose::Attachment).is_ok());
}

#[test]
fn the_thinnest_pictures_are_taken() {
    for (width, height) in [(1, 1), (1, 3_000), (3_000, 1), (2, 5)] {
        let original = fixtures::png(&fixtures::photo(width, height).into());
        for purpose in [Purpose::Attachment, Purpose::Avatar, Purpose::Header] {
            let made = process(&original, purpose).unwrap();
            assert!(made.image.width <= width && made.image.height <= height);
            assert!(load_from_memory(&made.thumb.bytes).is_ok());
        }
    }
}

/// Small good files of every kind.
fn seeds() -> Vec<Vec<u8>> {
    let photo = fixtures::photo(24, 18);
    let clear = RgbaImage::from_fn(9, 9, |x, _| Rgba([9, 8, 7, u8::try_from(x * 20).unwrap()]));
    vec![
        fixtures::jpeg_with_metadata(&fixtures::jpeg(&photo), 6),
        fixtures::png_with_profile(&photo.clone().into(), ColorProfile::new_display_p3().encode().unwrap()),
        fixtures::png(&clear.clone().into()),
        fixtures::webp(&clear.into()),
        fixtures::webp(&photo.into()),
        fixtures::gif(&[fixtures::solid_frame(12, 9, 0), fixtures::solid_frame(5, 9, 3)]),
    ]
}

proptest! {
    #[test]
    fn random_bytes_behind_a_good_signature_never_panic(
        kind in 0_usize..4,
        noise in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let signature = [&b"\xFF\xD8\xFF"[..], b"\x89PNG\r\n\x1A\n", b"GIF89a", b"RIFF\x40\0\0\0WEBP"][kind];
        drop(process(&[signature, &noise].concat(), Purpose::Attachment));
    }

    #[test]
    fn damaged_files_never_panic_and_what_is_taken_is_a_good_image(
        seed in 0_usize..6,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = seeds().swap_remove(seed);
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(made) = process(&bytes, Purpose::Attachment) {
            prop_assert!(load_from_memory(&made.image.bytes).is_ok());
            prop_assert!(load_from_memory(&made.thumb.bytes).is_ok());
        }
    }
}
