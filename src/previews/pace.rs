//! When a page is asked, and when again. Pure functions of a random number.

use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};

/// Within this time after a remote post its page is asked: all instances that got the post share it.
pub(super) const SPREAD_MS: Millis = MINUTE_MS;
/// Pages are asked in the order in which they are due: those of our own posts go before others that wait for this long.
const AHEAD_MS: Millis = HOUR_MS;
/// The pauses after the first failures; one more, and there is no card for now.
const RETRY_AFTER_MS: [Millis; 2] = [2 * MINUTE_MS, 20 * MINUTE_MS];
/// How long a card is good for new links.
pub(super) const CARD_KEEP_MS: Millis = 14 * DAY_MS;
/// How long it is believed that there is none.
pub(super) const NONE_KEEP_MS: Millis = DAY_MS;

/// When a page is due whose post comes now: at once when somebody here wrote the post, for they look at it.
pub(super) fn due_at(now_ms: Millis, local: bool, random: u64) -> Millis {
    match local {
        true => now_ms.saturating_sub(AHEAD_MS),
        false => now_ms.saturating_add(below(SPREAD_MS, random)),
    }
}

/// The pause after a page was asked in vain, after `attempts` times before; `None` when that was enough. It grows, and
/// is up to half as long again, so that pages that failed together do not come back together.
pub(super) fn retry_ms(attempts: i64, random: u64) -> Option<Millis> {
    let pause = *RETRY_AFTER_MS.get(usize::try_from(attempts).ok()?)?;
    Some(pause + below(pause / 2, random))
}

/// A number of milliseconds below `bound`.
fn below(bound: Millis, random: u64) -> Millis {
    let bound = u64::try_from(bound).unwrap_or(1).max(1);
    Millis::try_from(random % bound).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Rng;

    const NOW_MS: Millis = 1_767_323_045_000;

    #[test]
    fn pages_of_remote_posts_are_asked_all_over_a_minute_and_ours_at_once() {
        let mut rng = Rng(7);
        let mut thirds = [0_u32; 3];
        for _ in 0..3_000 {
            let random = rng.below(u64::MAX);
            let delay = due_at(NOW_MS, false, random) - NOW_MS;
            assert!((0..SPREAD_MS).contains(&delay), "{delay}");
            thirds[usize::try_from(delay / (SPREAD_MS / 3)).unwrap()] += 1;
            assert!(due_at(NOW_MS, true, random) < NOW_MS);
        }
        assert!(thirds.iter().all(|third| (850..1_150).contains(third)), "{thirds:?}");
    }

    #[test]
    fn a_page_that_fails_is_asked_twice_more_with_growing_pauses() {
        for random in [0, 1, 12_345_678, u64::MAX] {
            let pauses: Vec<Millis> = (0..4).map_while(|attempts| retry_ms(attempts, random)).collect();
            let [first, second] = pauses[..] else { panic!("{pauses:?}") };
            assert!((2 * MINUTE_MS..3 * MINUTE_MS).contains(&first), "{first}");
            assert!((20 * MINUTE_MS..30 * MINUTE_MS).contains(&second), "{second}");
        }
        assert_eq!(retry_ms(-1, 0), None);
    }
}
