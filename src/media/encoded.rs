//! An image file in memory.

use crate::media::ImageKind;

/// The bytes of one image file.
#[derive(Debug)]
pub struct Encoded {
    /// Its kind, which decides the media type and the extension.
    pub kind: ImageKind,
    /// The file.
    pub bytes: Vec<u8>,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}
