//! What the decoders do not check for themselves: that a JPEG is whole, and that a WebP's parts are as long and as
//! large as they may be.

/// Bytes in front of a RIFF file's chunks: `RIFF`, the length, `WEBP`.
const RIFF_HEADER: usize = 12;
/// Bytes in front of the chunks inside an animation frame.
const FRAME_HEADER: usize = 16;

/// Whether a JPEG reaches its end marker; the decoder would fill the missing part of a cut-off one with grey.
pub(super) fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(rest) = bytes.get(at..) {
        at += match rest {
            [0xFF, 0xD9, ..] => return true,
            // A fill byte before a marker.
            [0xFF, 0xFF, ..] => 1,
            // An escaped 0xFF inside a scan, or a marker without a length.
            [0xFF, 0x00 | 0x01 | 0xD0..=0xD8, ..] => 2,
            [0xFF, _, high, low, ..] => 2 + usize::from(u16::from_be_bytes([*high, *low])),
            // Compressed data of a scan.
            [_, _, ..] => 1,
            _ => return false,
        };
    }
    false
}

/// The part of `bytes` that is the WebP file by its own length, without what was appended; none when cut off.
pub(super) fn webp_part(bytes: &[u8]) -> Option<&[u8]> {
    let length = usize::try_from(u32_at(bytes, 4)?).ok()?;
    bytes.get(..length.checked_add(8)?)
}

/// Whether every chunk of a WebP is within the file and no lossy frame is larger than the canvas.
///
/// The decoder allocates what a metadata chunk's length claims, and what a lossy frame's own header claims, before
/// it looks whether that can be true.
pub(super) fn webp_is_sound(bytes: &[u8], canvas: (u32, u32)) -> bool {
    bytes.get(RIFF_HEADER..).is_some_and(|chunks| chunks_are_sound(chunks, canvas, true))
}

/// `top` is false for the chunks inside an animation frame, where no further frames are looked into.
fn chunks_are_sound(mut chunks: &[u8], canvas: (u32, u32), top: bool) -> bool {
    while let (Some(name), Some(length)) = (chunks.first_chunk::<4>(), u32_at(chunks, 4)) {
        let padded = u64::from(length) + u64::from(length % 2) + 8;
        let end = usize::try_from(u64::from(length) + 8).unwrap_or(usize::MAX);
        let Some(data) = chunks.get(8..end) else { return false };
        let sound = match name {
            b"VP8 " => lossy_fits(data, canvas),
            b"ANMF" if top => {
                data.get(FRAME_HEADER..).is_some_and(|inner| chunks_are_sound(inner, canvas, false))
            }
            _ => true,
        };
        if !sound {
            return false;
        }
        chunks = usize::try_from(padded).ok().and_then(|padded| chunks.get(padded..)).unwrap_or_default();
    }
    true
}

/// RFC 6386, section 9.1: three bytes of tag, three of start code, then 14 bits each of width and height.
fn lossy_fits(data: &[u8], (canvas_width, canvas_height): (u32, u32)) -> bool {
    let Some(&[low_w, high_w, low_h, high_h]) = data.get(6..10).and_then(|size| size.first_chunk()) else {
        return false;
    };
    let width = u16::from_le_bytes([low_w, high_w]) & 0x3FFF;
    let height = u16::from_le_bytes([low_h, high_h]) & 0x3FFF;
    u32::from(width) <= canvas_width && u32::from(height) <= canvas_height
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::fixtures::{photo, webp};

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        let padding = if data.len() % 2 == 1 { &[0][..] } else { &[] };
        [&name[..], &length, data, padding].concat()
    }

    fn riff(chunks: &[u8]) -> Vec<u8> {
        chunk(b"RIFF", &[b"WEBP", chunks].concat())
    }

    fn lossy(width: u16, height: u16) -> Vec<u8> {
        let data =
            [&[0x10, 0, 0, 0x9D, 0x01, 0x2A][..], &width.to_le_bytes(), &height.to_le_bytes(), &[0]].concat();
        chunk(b"VP8 ", &data)
    }

    #[test]
    fn an_ordinary_webp_is_sound_and_what_is_appended_is_cut_off() {
        let file = webp(&photo(30, 20).into());
        assert!(webp_is_sound(&file, (30, 20)));
        assert_eq!(webp_part(&[&file[..], b"appended"].concat()), Some(&file[..]));
        assert_eq!(webp_part(&file[..file.len() - 1]), None);
    }

    #[test]
    fn a_chunk_that_claims_more_than_the_file_has_is_not_sound() {
        let mut exif = chunk(b"EXIF", b"II*\0");
        assert!(webp_is_sound(&riff(&exif), (1, 1)));
        exif[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(!webp_is_sound(&riff(&exif), (1, 1)));
        let inside_a_frame = chunk(b"ANMF", &[&[0; FRAME_HEADER][..], &exif].concat());
        assert!(!webp_is_sound(&riff(&inside_a_frame), (1, 1)));
    }

    #[test]
    fn a_lossy_frame_larger_than_its_canvas_is_not_sound() {
        assert!(webp_is_sound(&riff(&lossy(30, 20)), (30, 20)));
        assert!(!webp_is_sound(&riff(&lossy(16_383, 16_383)), (30, 20)));
        let inside_a_frame = chunk(b"ANMF", &[&[0; FRAME_HEADER][..], &lossy(31, 20)].concat());
        assert!(!webp_is_sound(&riff(&inside_a_frame), (30, 20)));
        // An odd length is padded before the next chunk.
        let behind = [chunk(b"XMP ", b"odd"), lossy(30, 21)].concat();
        assert!(!webp_is_sound(&riff(&behind), (30, 20)));
    }
}
