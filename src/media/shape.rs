//! How large a picture becomes: plain arithmetic on sides. Nothing is ever enlarged.

/// A rule for the size of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// The whole picture, at most this many pixels.
    Pixels(u64),
    /// The whole picture, inside a box of this width and height.
    Within(u32, u32),
    /// The middle of the picture, cut to the proportions of this width and height, at most that large.
    Cover(u32, u32),
}

impl Shape {
    /// The width and height that a picture of `width` × `height` gets.
    pub(super) fn target(self, width: u32, height: u32) -> (u32, u32) {
        let (w, h) = (u64::from(width.max(1)), u64::from(height.max(1)));
        let (w, h) = match self {
            Self::Pixels(most) if w * h > most => ((most * w / h).isqrt(), (most * h / w).isqrt()),
            Self::Pixels(_) => (w, h),
            Self::Within(box_w, box_h) => within(w, h, u64::from(box_w), u64::from(box_h)),
            Self::Cover(box_w, box_h) => {
                let (box_w, box_h) = (u64::from(box_w), u64::from(box_h));
                let (cut_w, cut_h) = (w.min(h * box_w / box_h), h.min(w * box_h / box_w));
                if cut_w > box_w || cut_h > box_h { (box_w, box_h) } else { (cut_w, cut_h) }
            }
        };
        (side(w), side(h))
    }

    /// Whether parts of the picture are cut off to keep its proportions.
    pub(super) fn cuts(self) -> bool {
        matches!(self, Self::Cover(..))
    }
}

fn within(w: u64, h: u64, box_w: u64, box_h: u64) -> (u64, u64) {
    if w <= box_w && h <= box_h {
        (w, h)
    } else if w * box_h >= h * box_w {
        (box_w, (h * box_w + w / 2) / w)
    } else {
        ((w * box_h + h / 2) / h, box_h)
    }
}

fn side(length: u64) -> u32 {
    u32::try_from(length.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_pictures_keep_their_size() {
        assert_eq!(Shape::Pixels(1_000_000).target(1_000, 1_000), (1_000, 1_000));
        assert_eq!(Shape::Within(400, 400).target(400, 30), (400, 30));
        assert_eq!(Shape::Cover(400, 400).target(100, 100), (100, 100));
    }

    #[test]
    fn large_pictures_keep_their_proportions() {
        assert_eq!(Shape::Pixels(1_920 * 1_920).target(8_000, 4_500), (2_560, 1_440));
        assert_eq!(Shape::Within(400, 400).target(4_000, 3_000), (400, 300));
        assert_eq!(Shape::Within(400, 400).target(3_000, 4_000), (300, 400));
        assert_eq!(Shape::Within(400, 400).target(12_000, 1), (400, 1));
    }

    #[test]
    fn a_cover_has_the_proportions_of_its_box() {
        assert_eq!(Shape::Cover(400, 400).target(4_000, 3_000), (400, 400));
        assert_eq!(Shape::Cover(400, 400).target(300, 4_000), (300, 300));
        assert_eq!(Shape::Cover(1_500, 500).target(900, 900), (900, 300));
        assert_eq!(Shape::Cover(1_500, 500).target(3_000, 3_000), (1_500, 500));
    }

    proptest! {
        #[test]
        fn targets_are_never_empty_too_large_or_enlarged(width in 1_u32..=65_535, height in 1_u32..=65_535) {
            for shape in [Shape::Pixels(3_686_400), Shape::Within(400, 300), Shape::Cover(1_500, 500)] {
                let (w, h) = shape.target(width, height);
                prop_assert!(w >= 1 && h >= 1 && w <= width && h <= height, "{shape:?}: {w}×{h}");
                match shape {
                    Shape::Pixels(most) => prop_assert!(u64::from(w) * u64::from(h) <= most),
                    Shape::Within(most_w, most_h) | Shape::Cover(most_w, most_h) => {
                        prop_assert!(w <= most_w && h <= most_h);
                    }
                }
            }
        }
    }
}
