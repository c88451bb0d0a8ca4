//! What is said of a picture, film or sound beside its file: how far it is, and what is to be seen when it is cut.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How far an upload is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaState {
    /// It can be shown.
    #[default]
    Ready,
    /// It is a film or sound that is still worked on.
    Waiting,
    /// It could not be made into something to show.
    Failed,
}

impl MediaState {
    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            Self::Ready => 0,
            Self::Waiting => 1,
            Self::Failed => 2,
        }
    }

    /// The state of a stored number.
    pub fn of_number(number: i64) -> Self {
        match number {
            0 => Self::Ready,
            1 => Self::Waiting,
            _ => Self::Failed,
        }
    }

    /// The word of the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

/// Parts of the way from the middle of a picture to its edge.
const PARTS: f64 = 10_000.0;

/// The point of a picture that stays to be seen when it is cut: from -1 (left, bottom) to 1 (right, top), kept in
/// ten-thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Focus {
    /// Ten-thousandths to the right of the middle.
    pub x: i32,
    /// Ten-thousandths above the middle.
    pub y: i32,
}

impl Focus {
    /// A point; `None` outside the picture.
    pub fn new(x: f64, y: f64) -> Option<Self> {
        Some(Self { x: parts(x)?, y: parts(y)? })
    }

    /// The point from -1 to 1.
    pub fn point(self) -> (f64, f64) {
        (f64::from(self.x) / PARTS, f64::from(self.y) / PARTS)
    }

    /// Reads `x,y`; an empty text is none.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `focus`: `bad_focus`.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let point = text.split_once(',').and_then(|(x, y)| Self::new(number(x)?, number(y)?));
        point.map(Some).ok_or_else(bad_focus)
    }
}

/// 422: no point of a picture.
pub fn bad_focus() -> Error {
    Error::invalid("focus", "bad_focus", "focus is a point \"x,y\", both from -1 to 1")
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

fn parts(at: f64) -> Option<i32> {
    if !(-1.0..=1.0).contains(&at) {
        return None;
    }
    // By way of text: whole numbers within ±10,000 are exact in it.
    format!("{:.0}", at * PARTS).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_focus_is_a_point_of_the_picture_or_refused() {
        assert_eq!(Focus::parse("0.25,-1").unwrap().unwrap().point(), (0.25, -1.0));
        assert_eq!(Focus::parse("-0.12344 , 1.0 ").unwrap().unwrap().point(), (-0.1234, 1.0));
        assert_eq!(Focus::parse("-0,0").unwrap().unwrap().point(), (0.0, 0.0));
        assert_eq!(Focus::parse("").unwrap(), None);
        for bad in ["0", "0,", "1.1,0", "0,-2", "NaN,0", "x,y", "0,0,0", "inf,0"] {
            assert_eq!(Focus::parse(bad).unwrap_err().code(), "bad_focus", "{bad}");
        }
    }
}
