//! A fixed set of accounts: a viewer's followees, mutes or hidden retweeters.
//!
//! A sorted array rather than a hash set: it is walked as a whole on every merge, and asked for members only
//! a few times a page. The caller keeps one behind an `Arc` per active viewer and builds a new one when a
//! relation changes.

use crate::model::ids::AccountId;

/// A set of accounts that does not change, with a mark that tells two sets apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountSet {
    sorted: Box<[AccountId]>,
    mark: u64,
}

impl AccountSet {
    /// Whether `account` is in the set.
    pub fn contains(&self, account: AccountId) -> bool {
        self.sorted.binary_search(&account).is_ok()
    }

    /// The accounts, in the order of their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = AccountId> + '_ {
        self.sorted.iter().copied()
    }

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// A 64-bit digest of the members: equal for equal sets, and different for different ones except by a
    /// chance of 1 in 2^64. It notices mistakes, not attacks.
    pub fn mark(&self) -> u64 {
        self.mark
    }
}

impl FromIterator<AccountId> for AccountSet {
    fn from_iter<I: IntoIterator<Item = AccountId>>(accounts: I) -> Self {
        let mut sorted: Vec<AccountId> = accounts.into_iter().collect();
        if !sorted.is_sorted() {
            sorted.sort_unstable();
        }
        sorted.dedup();
        let mark = sorted.iter().fold(0, |mark, account| mix(mark ^ account.0.cast_unsigned()));
        Self { sorted: sorted.into_boxed_slice(), mark }
    }
}

// The finisher of SplitMix64: every input bit changes about half of the output bits.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: &[i64]) -> AccountSet {
        ids.iter().copied().map(AccountId).collect()
    }

    #[test]
    fn order_and_repetition_do_not_matter() {
        assert_eq!(set(&[3, 1, 2, 3]), set(&[1, 2, 3]));
        assert!(set(&[3, 1]).contains(AccountId(1)));
        assert!(!set(&[3, 1]).contains(AccountId(2)));
    }

    #[test]
    fn another_set_has_another_mark() {
        let sets = [set(&[]), set(&[0]), set(&[1]), set(&[2]), set(&[1, 2]), set(&[3]), set(&[1, 2, 3])];
        for (at, one) in sets.iter().enumerate() {
            assert!(sets.iter().skip(at + 1).all(|other| other.mark() != one.mark()), "{one:?}");
        }
    }
}
