//! Polls: made with a tweet, voted in once, over at their end, and told of then.
//!
//! An edit that asks something else begins a new poll, and who voted is told of it: nobody's vote ever counts for what they
//! did not choose. Counts are shown to its author, to who has voted, and to everybody when it is over.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::Service;
use super::views::TweetView;
use crate::clock::{MINUTE_MS, Millis};
use crate::config::limits;
use crate::error::{Chain, Error, Result};
use crate::model::ids::{AccountId, TweetId};
use crate::model::poll::{Poll, PollOption};
use crate::model::tweet::Tweet;
use crate::model::{sanitize, text};
use crate::store::polls::{self, Ballot, Cast};
use crate::telemetry::metrics as names;

/// How often it is looked for polls that are over or whose counts are to be told.
const EVERY: Duration = Duration::from_secs(5);
/// Other instances hear of new counts of a poll at most so often, however many vote.
const TELL_EVERY_MS: Millis = MINUTE_MS;
/// Polls looked at in one unit of work.
const POLLS_AT_ONCE: i64 = 50;
/// Choices whose voters are told in one unit of work.
const VOTES_AT_ONCE: i64 = 500;

/// A poll that somebody wants to make.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NewPoll {
    /// What may be chosen.
    pub options: Vec<String>,
    /// Whether one voter may choose several.
    pub multiple: bool,
    /// How long it runs.
    pub lasts_ms: Millis,
}

/// A poll as a viewer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollView {
    /// What may be chosen.
    pub options: Vec<OptionView>,
    /// Whether one voter may choose several.
    pub multiple: bool,
    /// When it ends or ended; `None` runs on.
    pub ends_at: Option<Millis>,
    /// Whether it is over.
    pub over: bool,
    /// How many accounts voted; `None` when nobody says.
    pub voters: Option<i64>,
    /// Whether the viewer voted.
    pub voted: bool,
    /// Whether the viewer may see how often each option was chosen.
    pub shows_counts: bool,
    /// Whether the viewer may vote.
    pub may_vote: bool,
}

/// An option as a viewer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionView {
    /// Its words, plain.
    pub title: String,
    /// How often it was chosen; 0 when the viewer may not see it.
    pub votes: i64,
    /// Whether the viewer chose it.
    pub chosen: bool,
}

impl PollView {
    /// How `viewer` sees the poll of a tweet in which these positions are their own.
    pub(super) fn of(
        tweet: &Tweet,
        viewer: Option<AccountId>,
        chosen: Option<&Vec<i64>>,
        now_ms: Millis,
    ) -> Option<Self> {
        let poll = tweet.poll.as_ref()?;
        let (over, voted, mine) = (poll.is_over(now_ms), chosen.is_some(), viewer == Some(tweet.author));
        let shows_counts = over || voted || mine;
        let options = poll.options.iter().zip(0_i64..).map(|(option, position)| OptionView {
            title: shown_title(tweet, &option.title),
            votes: if shows_counts { option.votes } else { 0 },
            chosen: chosen.is_some_and(|chosen| chosen.contains(&position)),
        });
        Some(Self {
            options: options.collect(),
            multiple: poll.multiple,
            ends_at: poll.ends_at,
            over,
            voters: poll.voters,
            voted,
            shows_counts,
            may_vote: viewer.is_some() && !mine && !voted && !over,
        })
    }
}

/// What others wrote may hold markup; what ours wrote is text.
fn shown_title(tweet: &Tweet, title: &str) -> String {
    if tweet.local { title.to_owned() } else { sanitize::plain(title, limits::REMOTE_NAME_MAX) }
}

/// Holds a new poll against the rules.
pub(super) fn checked(new: &NewPoll, now_ms: Millis) -> Result<Poll> {
    let mut options: Vec<PollOption> = Vec::new();
    for title in &new.options {
        let title = text::one_line(title);
        if title.is_empty() {
            return Err(Error::invalid("poll", "empty_option", "every option of a poll has words"));
        }
        if text::characters(&title) > limits::POLL_OPTION_MAX {
            let message = format!("an option has at most {} characters", limits::POLL_OPTION_MAX);
            return Err(Error::invalid("poll", "option_too_long", message));
        }
        if options.iter().any(|other| other.title == title) {
            return Err(Error::invalid("poll", "same_option", "no two options of a poll are the same"));
        }
        options.push(PollOption { title, votes: 0 });
    }
    if !(limits::POLL_OPTIONS_MIN..=limits::POLL_OPTIONS_MAX).contains(&options.len()) {
        let (least, most) = (limits::POLL_OPTIONS_MIN, limits::POLL_OPTIONS_MAX);
        return Err(Error::invalid("poll", "bad_number", format!("a poll has {least} to {most} options")));
    }
    if !(limits::POLL_MIN_MS..=limits::POLL_MAX_MS).contains(&new.lasts_ms) {
        return Err(Error::invalid("poll", "bad_time", "a poll runs for 5 minutes to 30 days"));
    }
    let ends_at = Some(now_ms.saturating_add(new.lasts_ms));
    Ok(Poll { options, multiple: new.multiple, ends_at, voters: Some(0) })
}

impl Service {
    /// Votes in the poll of a tweet, once and for all, by the positions of the options. Answers the tweet.
    ///
    /// # Errors
    /// 422 on `choices`: `no_poll`, `bad_choice`, `too_many`; 403 `own_poll`; 409 on `choices`: `voted`, `over`.
    pub async fn vote(&self, account: AccountId, id: TweetId, choices: &[usize]) -> Result<TweetView> {
        let view = self.tweet(Some(account), id).await?.shown().clone();
        let Some(poll) = &view.tweet.poll else {
            return Err(Error::invalid("choices", "no_poll", "this post has no poll"));
        };
        if view.tweet.author == account {
            return Err(Error::forbidden("own_poll", "nobody votes in a poll of their own"));
        }
        let mut positions = choices.to_vec();
        positions.sort_unstable();
        positions.dedup();
        if positions.is_empty() || positions.iter().any(|position| *position >= poll.options.len()) {
            return Err(bad_choice());
        }
        if positions.len() > 1 && !poll.multiple {
            return Err(Error::invalid("choices", "too_many", "only one option of this poll can be chosen"));
        }
        let choice = |position| Some((i64::try_from(position).ok()?, self.next_id()));
        let ballot = Ballot {
            tweet: view.tweet.id,
            account,
            by_ours: true,
            choices: positions.into_iter().filter_map(choice).collect(),
            now_ms: self.now_ms(),
        };
        match self.store().write(move |conn| polls::vote(conn, &ballot)).await? {
            Cast::Counted => metrics::counter!(names::POLL_VOTES_TOTAL, "from" => "local").increment(1),
            Cast::Repeated => return Err(Error::conflict("choices", "voted", "you have voted already")),
            Cast::Over => return Err(Error::conflict("choices", "over", "this poll is over")),
            Cast::Unknown => return Err(bad_choice()),
        }
        self.wrote(account);
        self.tweet(Some(account), view.tweet.id).await
    }

    /// Counts a choice that somebody of another instance made in a poll of ours and that names its option. What does
    /// not count is left without a word: there is no way to tell.
    pub(crate) async fn count_remote_choice(
        &self,
        account: AccountId,
        tweet: &Tweet,
        option: &str,
    ) -> Result<()> {
        let Some(poll) = tweet.poll.as_ref().filter(|_| tweet.local && tweet.author != account) else {
            return Ok(());
        };
        // Some take the words for HTML on their way.
        let plain = |title: &str| sanitize::plain(title, limits::REMOTE_NAME_MAX);
        let exact = poll.options.iter().position(|known| known.title == option);
        let found = exact.or_else(|| {
            let option = plain(option);
            poll.options.iter().position(|known| plain(&known.title) == option)
        });
        let Some(position) = found.and_then(|position| i64::try_from(position).ok()) else { return Ok(()) };
        let ballot = Ballot {
            tweet: tweet.id,
            account,
            by_ours: false,
            choices: vec![(position, self.next_id())],
            now_ms: self.now_ms(),
        };
        if self.store().write(move |conn| polls::vote(conn, &ballot)).await? == Cast::Counted {
            metrics::counter!(names::POLL_VOTES_TOTAL, "from" => "remote").increment(1);
        }
        Ok(())
    }

    /// Ends the polls whose time has come and tells of it, and lets new counts be told to other instances.
    pub async fn tend_polls(&self) -> Result<()> {
        let now_ms = self.now_ms();
        let all = usize::try_from(POLLS_AT_ONCE).unwrap_or(usize::MAX);
        while self.store().write(move |conn| polls::end_due(conn, now_ms, POLLS_AT_ONCE)).await? >= all {}
        while self.store().write(move |conn| polls::tell_end(conn, now_ms, VOTES_AT_ONCE)).await? {}
        let before_ms = now_ms.saturating_sub(TELL_EVERY_MS);
        while self
            .store()
            .write(move |conn| polls::tell_counts(conn, before_ms, now_ms, POLLS_AT_ONCE))
            .await?
            >= all
        {}
        Ok(())
    }
}

fn bad_choice() -> Error {
    Error::invalid("choices", "bad_choice", "choose among the options of the poll, by their positions from 0")
}

/// Tends the polls every few seconds until `stop`.
pub async fn run(service: Service, stop: CancellationToken) {
    loop {
        match stop.run_until_cancelled(service.tend_polls()).await {
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::warn!(error = %Chain(&error), "polls are tended again later"),
            None => return,
        }
        if stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_none() {
            return;
        }
    }
}
