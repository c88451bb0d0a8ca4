//! Animated GIFs: every frame is decoded to its palette indices and compressed anew by our own encoder.
//!
//! The pixels stay exactly as they were and optimised animations stay small, while comments, XMP, unknown
//! extensions and whatever is appended to the file are gone, because only frames are written.

use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, Decoder, DecodingError, Encoder, Frame, MemoryLimit};

use crate::media::encoded::Encoded;
use crate::media::error::MediaError;
use crate::media::sniff::ImageKind;

/// The longest side of an animation, in pixels: large enough for a screen recording, small enough for a phone
/// that has to keep several frames.
const MAX_SIDE: u16 = 1_280;
/// The most frames: half a minute at 15 frames a second.
const MAX_FRAMES: u32 = 450;
/// The most pixels in all frames together; bounds the time of a job to a few seconds.
const MAX_PIXELS: u64 = 200_000_000;
/// The most bytes of an animation as it is stored; ours may be larger than what came.
const MAX_OUTPUT_BYTES: usize = 20 << 20;
/// The memory for one frame: one byte a pixel of the largest canvas.
const FRAME_MEMORY: NonZeroU64 = NonZeroU64::MIN.saturating_add(4 << 20);
/// The limits in words.
const ALLOWED: &str = "sides of 1,280 pixels and 200 million pixels in all frames of an animation";

/// Whether a GIF has a second frame. A file that cannot be read has none; decoding it will say why.
pub(super) fn is_animated(bytes: &[u8]) -> bool {
    let mut options = DecodeOptions::new();
    options.skip_frame_decoding(true);
    let Ok(mut decoder) = options.read_info(bytes) else { return false };
    let mut has_frame = || matches!(decoder.next_frame_info(), Ok(Some(_)));
    has_frame() && has_frame()
}

/// Writes an animated GIF anew, frame by frame.
pub(super) fn rewrite(bytes: &[u8]) -> Result<Encoded, MediaError> {
    let mut decoder = open(bytes)?;
    let (width, height) = (decoder.width(), decoder.height());
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(MediaError::TooManyPixels { allowed: ALLOWED });
    }
    let palette = decoder.global_palette().unwrap_or_default();
    let mut encoder = Encoder::new(Vec::new(), width, height, palette).map_err(MediaError::storage)?;
    encoder.set_repeat(decoder.repeat()).map_err(MediaError::storage)?;
    let (mut frames, mut pixels) = (0, 0);
    while let Some(frame) = decoder.read_next_frame().map_err(refusal)? {
        frames += 1;
        pixels += u64::from(frame.width) * u64::from(frame.height);
        if frames > MAX_FRAMES {
            return Err(MediaError::TooManyFrames { limit: MAX_FRAMES });
        }
        if pixels > MAX_PIXELS {
            return Err(MediaError::TooManyPixels { allowed: ALLOWED });
        }
        let frame = Frame { needs_user_input: false, ..frame.clone() };
        encoder.write_frame(&frame).map_err(|_| MediaError::BrokenImage)?;
        if encoder.get_ref().len() > MAX_OUTPUT_BYTES {
            return Err(MediaError::TooBig { limit_bytes: MAX_OUTPUT_BYTES.try_into().unwrap_or(u64::MAX) });
        }
    }
    let bytes = encoder.into_inner().map_err(MediaError::storage)?;
    Ok(Encoded { kind: ImageKind::Gif, bytes, width: width.into(), height: height.into() })
}

fn open(bytes: &[u8]) -> Result<Decoder<&[u8]>, MediaError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.set_memory_limit(MemoryLimit::Bytes(FRAME_MEMORY));
    // Frames that stick out of the canvas are drawn differently everywhere and are not passed on.
    options.check_frame_consistency(true);
    options.read_info(bytes).map_err(refusal)
}

fn refusal(cause: DecodingError) -> MediaError {
    match cause {
        DecodingError::MemoryLimit => MediaError::TooManyPixels { allowed: ALLOWED },
        _ => MediaError::BrokenImage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::fixtures::{gif, solid_frame};

    #[test]
    fn an_animation_keeps_its_pixels_delays_and_loop() {
        let original = gif(&[solid_frame(30, 20, 0), solid_frame(30, 20, 1), solid_frame(10, 5, 2)]);
        let rewritten = rewrite(&original).unwrap();
        assert_eq!((rewritten.width, rewritten.height), (30, 20));
        let (mut before, mut after) = (open(&original).unwrap(), open(&rewritten.bytes).unwrap());
        assert_eq!(before.repeat(), after.repeat());
        while let Some(frame) = before.read_next_frame().unwrap() {
            let same = after.read_next_frame().unwrap().unwrap();
            assert_eq!((&frame.buffer, frame.delay, frame.left), (&same.buffer, same.delay, same.left));
            assert_eq!((&frame.palette, frame.dispose), (&same.palette, same.dispose));
        }
        assert!(after.read_next_frame().unwrap().is_none());
    }

    #[test]
    fn too_many_frames_are_refused() {
        let flicker: Vec<_> = (0..=MAX_FRAMES).map(|_| solid_frame(1, 1, 0)).collect();
        assert_eq!(rewrite(&gif(&flicker)).unwrap_err().code(), "too_many_frames");
        assert!(rewrite(&gif(&flicker[1..])).is_ok());
    }

    #[test]
    fn too_large_a_canvas_is_refused() {
        let wide = gif(&[solid_frame(MAX_SIDE + 1, 1, 0), solid_frame(1, 1, 0)]);
        assert_eq!(rewrite(&wide).unwrap_err().code(), "too_many_pixels");
    }

    #[test]
    fn too_many_pixels_in_small_bytes_are_refused() {
        let count = usize::try_from(MAX_PIXELS / (1_280 * 1_280)).unwrap() + 1;
        let mut frame = solid_frame(1_280, 1_280, 0);
        frame.make_lzw_pre_encoded();
        let mut bomb = Encoder::new(Vec::new(), 1_280, 1_280, &[0; 12]).unwrap();
        for _ in 0..count {
            bomb.write_lzw_pre_encoded_frame(&frame).unwrap();
        }
        let bomb = bomb.into_inner().unwrap();
        assert!(bomb.len() < 1_000_000);
        assert_eq!(rewrite(&bomb).unwrap_err().code(), "too_many_pixels");
    }

    #[test]
    fn a_frame_outside_the_canvas_is_refused() {
        let mut outside = solid_frame(5, 5, 0);
        outside.left = 8;
        assert_eq!(rewrite(&gif(&[solid_frame(10, 10, 0), outside])).unwrap_err().code(), "broken_image");
    }

    #[test]
    fn only_a_second_frame_makes_an_animation() {
        assert!(!is_animated(&gif(&[solid_frame(2, 2, 0)])));
        assert!(is_animated(&gif(&[solid_frame(2, 2, 0), solid_frame(2, 2, 1)])));
        assert!(!is_animated(b"GIF89a"));
    }
}
