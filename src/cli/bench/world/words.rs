//! What people write: made-up words, some much oftener than others, in texts as long as people's are.

use rand_distr::{Distribution as _, LogNormal, Zipf};
use rand_pcg::Pcg64Mcg;

use super::shape::whole;
use crate::cli::Failure;
use crate::error::Error;

/// Characters of a text: the median, and how wide they are.
const LENGTH_MEDIAN: f64 = 62.0;
const LENGTH_SIGMA: f64 = 0.8;
const LENGTH_MAX: usize = 220;
/// Words there are; the second is half as frequent as the first, and so on.
const WORDS: usize = 20_000;
const SYLLABLES: [&str; 20] = [
    "ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "wen", "ska", "plo", "dri", "fen", "gar", "hul",
    "jom", "zet", "cor", "tha",
];

/// Draws texts.
pub(super) struct Words {
    length: LogNormal<f64>,
    frequency: Zipf<f64>,
}

impl Words {
    /// Texts of the usual length.
    pub(super) fn new() -> Result<Self, Failure> {
        let length = LogNormal::new(LENGTH_MEDIAN.ln(), LENGTH_SIGMA).map_err(Error::internal)?;
        let frequency = Zipf::new(f64::from(u32::try_from(WORDS).unwrap_or(u32::MAX)), 1.0);
        Ok(Self { length, frequency: frequency.map_err(Error::internal)? })
    }

    /// A text.
    pub(super) fn text(&self, random: &mut Pcg64Mcg) -> String {
        let length = whole(self.length.sample(random)).clamp(3, LENGTH_MAX);
        let mut text = String::with_capacity(length.saturating_add(16));
        while text.len() < length {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&self.word(random));
        }
        text
    }

    /// A word, the frequent oftener.
    pub(super) fn word(&self, random: &mut Pcg64Mcg) -> String {
        word(whole(self.frequency.sample(random)))
    }
}

/// The word of a rank: its digits as syllables, two at least.
fn word(rank: usize) -> String {
    let (mut left, mut word) = (rank, String::new());
    loop {
        word.push_str(SYLLABLES.get(left % SYLLABLES.len()).copied().unwrap_or_default());
        left /= SYLLABLES.len();
        if left == 0 && word.len() > 3 {
            return word;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_pcg::rand_core::SeedableRng as _;

    #[test]
    fn texts_have_the_usual_length_and_few_words_are_most_of_them() {
        let (words, mut random) = (Words::new().unwrap(), Pcg64Mcg::seed_from_u64(1));
        let mut texts: Vec<String> = (0..2_000).map(|_| words.text(&mut random)).collect();
        let with_first = texts.iter().filter(|text| text.split(' ').any(|one| one == word(1))).count();
        assert!(with_first > 400, "{with_first}");
        texts.sort_by_key(String::len);
        assert!((58..75).contains(&texts[1_000].len()), "{}", texts[1_000].len());
        assert!(texts.iter().all(|text| text.len() <= LENGTH_MAX + 20));
    }
}
