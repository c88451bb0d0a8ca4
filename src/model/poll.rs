//! Polls: what may be chosen, how often each was, and until when.

use crate::clock::Millis;

/// The poll of a tweet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// What may be chosen, in order.
    pub options: Vec<PollOption>,
    /// Whether one voter may choose several.
    pub multiple: bool,
    /// When it ends or ended; `None` runs on.
    pub ends_at: Option<Millis>,
    /// How many accounts voted; `None` when another instance does not say.
    pub voters: Option<i64>,
}

/// One of the things to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollOption {
    /// Its words, as its author's server names it: votes name it the same.
    pub title: String,
    /// How often it was chosen.
    pub votes: i64,
}

impl Poll {
    /// Whether no vote counts any more.
    pub fn is_over(&self, now_ms: Millis) -> bool {
        self.ends_at.is_some_and(|end| end <= now_ms)
    }

    /// Whether both ask the same, however often each option was chosen.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        let titles = |poll: &Self| poll.options.iter().map(|option| option.title.clone()).collect::<Vec<_>>();
        self.multiple == other.multiple && titles(self) == titles(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll(titles: [&str; 2]) -> Poll {
        let option = |title: &str| PollOption { title: title.to_owned(), votes: 0 };
        Poll { options: titles.map(option).into(), multiple: false, ends_at: Some(5), voters: None }
    }

    #[test]
    fn a_poll_is_over_from_its_end_on() {
        assert!(!poll(["a", "b"]).is_over(4));
        assert!(poll(["a", "b"]).is_over(5));
        assert!(!Poll { ends_at: None, ..poll(["a", "b"]) }.is_over(i64::MAX));
    }

    #[test]
    fn other_counts_do_not_make_another_question() {
        let mut counted = poll(["a", "b"]);
        counted.options[0].votes = 3;
        counted.voters = Some(3);
        assert!(counted.asks_the_same(&poll(["a", "b"])));
        assert!(!poll(["b", "a"]).asks_the_same(&poll(["a", "b"])));
        assert!(!Poll { multiple: true, ..poll(["a", "b"]) }.asks_the_same(&poll(["a", "b"])));
    }
}
