//! What views are put together from: from the shelf as far as it is there, the rest in one reading.

use std::sync::Arc;

use super::Service;
use super::shelf::{Glance, RECENT_MS, Shelf, Ticket};
use super::views::{AtHand, NotAtHand, Pieces};
use crate::clock::Millis;
use crate::error::Result;
use crate::model::account::Account;
use crate::model::ids::{AccountId, IdMap, IdSet, TweetId};
use crate::model::preview::{self, Preview};
use crate::model::tweet::Tweet;
use crate::store::marks::{self, Flags, RecentMarks};
use crate::store::{Conn, StoreError, accounts, polls, previews, tweets};

/// The tweets, their originals and quotes, and the quotes of originals.
const DEPTH: usize = 3;

/// Everything that the views of a page are put together from.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) tweets: IdMap<TweetId, Arc<Tweet>>,
    pub(super) accounts: IdMap<AccountId, Arc<Account>>,
    pub(super) flags: IdMap<TweetId, Flags>,
    /// All that the viewer did of late, if it was read.
    recent_marks: Option<Arc<RecentMarks>>,
    /// What the viewer chose in polls.
    pub(super) chosen: IdMap<TweetId, Vec<i64>>,
    pub(super) previews: IdMap<TweetId, Arc<Preview>>,
    pub(super) now_ms: Millis,
}

/// What is yet to be read.
#[derive(Clone, Debug, Default)]
struct Lacking {
    /// With all that hangs on them.
    tweets: Vec<TweetId>,
    accounts: Vec<AccountId>,
    /// The viewer's marks of late.
    recent_marks: bool,
    /// The viewer's marks of these, each with its thread.
    marks: Vec<(TweetId, TweetId)>,
    previews: Vec<TweetId>,
}

impl Service {
    /// What is in memory for a viewer.
    pub(super) fn at_hand(&self, viewer: Option<AccountId>) -> OnShelf<'_> {
        let glance = self.0.shelf.glance(self.now_ms());
        let recent_marks = viewer.and_then(|viewer| glance.recent_marks(viewer));
        OnShelf { glance, viewer, recent_marks, with_previews: self.rules().link_previews }
    }

    /// All that these tweets are shown with to a viewer.
    pub(super) async fn load_views(&self, viewer: Option<AccountId>, ids: Vec<TweetId>) -> Result<Loaded> {
        let (now_ms, with_previews) = (self.now_ms(), self.rules().link_previews);
        let shelf = &self.0.shelf;
        let mut loaded = Loaded { now_ms, ..Loaded::default() };
        let lacking = loaded.take(&self.at_hand(viewer), ids);
        if lacking.is_empty() {
            return Ok(loaded);
        }
        let ticket = shelf.ticket(now_ms);
        let read = move |conn: &mut Conn| Loaded::read(conn, viewer, &lacking, (now_ms, with_previews));
        let (read, asked) = self.store().read(read).await?;
        read.put_on(shelf, &ticket, viewer, &asked);
        loaded.add(read);
        Ok(loaded)
    }

    /// The same for nobody, as the database has it now: for who hears of a change from the log.
    pub(super) async fn load_now(&self, ids: Vec<TweetId>, with_previews: bool) -> Result<Loaded> {
        let (now_ms, lacking) = (self.now_ms(), Lacking { tweets: ids, ..Lacking::default() });
        let read = move |conn: &mut Conn| Loaded::read(conn, None, &lacking, (now_ms, with_previews));
        Ok(self.store().read(read).await?.0)
    }
}

impl Lacking {
    fn is_empty(&self) -> bool {
        self.tweets.is_empty()
            && self.accounts.is_empty()
            && !self.recent_marks
            && self.marks.is_empty()
            && self.previews.is_empty()
    }
}

impl Loaded {
    /// Takes what is on the shelf; answers what is not.
    fn take(&mut self, shelf: &OnShelf<'_>, ids: Vec<TweetId>) -> Lacking {
        let mut lacking = Lacking {
            recent_marks: shelf.viewer.is_some() && shelf.recent_marks.is_none(),
            ..Lacking::default()
        };
        self.tweets.reserve(ids.len());
        self.accounts.reserve(ids.len());
        self.flags.reserve(ids.len());
        let mut wanted = ids;
        for _ in 0..DEPTH {
            let mut deeper = Vec::new();
            for id in wanted {
                if self.tweets.contains_key(&id) || lacking.tweets.contains(&id) {
                    continue;
                }
                match shelf.tweet(id) {
                    Ok(Some(tweet)) => {
                        deeper.extend([tweet.retweet_of, tweet.quote_of].into_iter().flatten());
                        self.tweets.insert(id, tweet);
                    }
                    _ => lacking.tweets.push(id),
                }
            }
            wanted = deeper;
        }
        for id in people_of(self.tweets.values()) {
            match shelf.account(id) {
                Ok(Some(account)) => drop(self.accounts.insert(id, account)),
                _ => lacking.accounts.push(id),
            }
        }
        for tweet in self.tweets.values() {
            match shelf.flags(tweet) {
                Ok(flags) => drop(self.flags.insert(tweet.id, flags)),
                Err(NotAtHand) => lacking.marks.push((tweet.id, tweet.thread)),
            }
            match shelf.preview(tweet) {
                Ok(preview) => self.previews.extend(preview.map(|preview| (tweet.id, preview))),
                Err(NotAtHand) => lacking.previews.push(tweet.id),
            }
        }
        lacking
    }

    /// Reads what is lacking, and answers it with what was asked for of it.
    fn read(
        conn: &mut Conn,
        viewer: Option<AccountId>,
        lacking: &Lacking,
        (now_ms, with_previews): (Millis, bool),
    ) -> std::result::Result<(Self, Lacking), StoreError> {
        let mut asked = lacking.clone();
        let tweets = tweets_with_depth(conn, &lacking.tweets)?;
        let mut people = people_of(tweets.values());
        people.extend(&lacking.accounts);
        asked.accounts = people.into_iter().collect();
        asked.marks.extend(tweets.values().map(|tweet| (tweet.id, tweet.thread)));
        let (recent_marks, flags) = match viewer {
            Some(viewer) => marks_of(conn, viewer, &mut asked, now_ms)?,
            None => Default::default(),
        };
        let with_poll: Vec<TweetId> =
            tweets.values().filter(|tweet| tweet.poll.is_some()).map(|tweet| tweet.id).collect();
        let chosen = match viewer {
            Some(viewer) => polls::chosen_by(conn, viewer, &with_poll)?.into_iter().collect(),
            None => IdMap::default(),
        };
        if with_previews {
            let with_room = tweets.values().filter(|tweet| preview::has_room(tweet));
            asked.previews.extend(with_room.map(|tweet| tweet.id));
        }
        let accounts = accounts::by_ids(conn, &asked.accounts)?;
        let previews = previews::of_tweets(conn, &asked.previews)?;
        let read = Self {
            accounts: accounts.into_iter().map(|account| (account.id, Arc::new(account))).collect(),
            previews: previews.into_iter().map(|(id, preview)| (id, Arc::new(preview))).collect(),
            tweets,
            flags,
            recent_marks,
            chosen,
            now_ms,
        };
        Ok((read, asked))
    }

    /// Keeps what was read for the next who asks.
    fn put_on(&self, shelf: &Shelf, ticket: &Ticket, viewer: Option<AccountId>, asked: &Lacking) {
        self.tweets.values().for_each(|tweet| shelf.keep_tweet(ticket, tweet));
        self.accounts.values().for_each(|account| shelf.keep_account(ticket, account));
        for id in &asked.previews {
            shelf.keep_preview(ticket, *id, self.previews.get(id).cloned());
        }
        if let Some(viewer) = viewer {
            if let Some(marks) = &self.recent_marks {
                shelf.keep_recent_marks(ticket, viewer, marks);
            }
            for (id, _) in &asked.marks {
                shelf.keep_marks(ticket, viewer, *id, self.flags.get(id).copied().unwrap_or_default());
            }
        }
    }

    fn add(&mut self, read: Self) {
        self.tweets.extend(read.tweets);
        self.accounts.extend(read.accounts);
        self.flags.extend(read.flags);
        self.chosen.extend(read.chosen);
        self.previews.extend(read.previews);
    }
}

/// What is read, is all there is.
impl Pieces for Loaded {
    fn tweet(&self, id: TweetId) -> AtHand<Option<Arc<Tweet>>> {
        Ok(self.tweets.get(&id).map(Arc::clone))
    }

    fn account(&self, id: AccountId) -> AtHand<Option<Arc<Account>>> {
        Ok(self.accounts.get(&id).map(Arc::clone))
    }

    fn flags(&self, tweet: &Tweet) -> AtHand<Flags> {
        Ok(self.flags.get(&tweet.id).copied().unwrap_or_default())
    }

    fn preview(&self, tweet: &Tweet) -> AtHand<Option<Arc<Preview>>> {
        Ok(self.previews.get(&tweet.id).map(Arc::clone))
    }

    fn chosen(&self, id: TweetId) -> Option<&Vec<i64>> {
        self.chosen.get(&id)
    }

    fn now_ms(&self) -> Millis {
        self.now_ms
    }
}

/// What is on the shelf for a viewer.
pub(super) struct OnShelf<'s> {
    glance: Glance<'s>,
    viewer: Option<AccountId>,
    recent_marks: Option<Arc<RecentMarks>>,
    with_previews: bool,
}

impl Pieces for OnShelf<'_> {
    fn tweet(&self, id: TweetId) -> AtHand<Option<Arc<Tweet>>> {
        self.glance.tweet(id).map(Some).ok_or(NotAtHand)
    }

    fn account(&self, id: AccountId) -> AtHand<Option<Arc<Account>>> {
        self.glance.account(id).map(Some).ok_or(NotAtHand)
    }

    fn flags(&self, tweet: &Tweet) -> AtHand<Flags> {
        let Some(viewer) = self.viewer else { return Ok(Flags::default()) };
        let recent = self.recent_marks.as_ref().and_then(|marks| marks.of(tweet.id, tweet.thread));
        recent.or_else(|| self.glance.marks(viewer, tweet.id)).ok_or(NotAtHand)
    }

    fn preview(&self, tweet: &Tweet) -> AtHand<Option<Arc<Preview>>> {
        if !self.with_previews || !preview::has_room(tweet) {
            return Ok(None);
        }
        self.glance.preview(tweet.id).ok_or(NotAtHand)
    }

    /// Tweets with a poll are never here.
    fn chosen(&self, _: TweetId) -> Option<&Vec<i64>> {
        None
    }

    fn now_ms(&self) -> Millis {
        self.glance.now_ms()
    }
}

/// All that somebody did of late, if it was read, and what they did to some tweets.
type Marks = (Option<Arc<RecentMarks>>, IdMap<TweetId, Flags>);

/// What the viewer did to the tweets that are asked for: by all that was done of late, and for older ones each by itself.
/// What is left in `asked` are the latter.
fn marks_of(
    conn: &mut Conn,
    viewer: AccountId,
    asked: &mut Lacking,
    now_ms: Millis,
) -> std::result::Result<Marks, StoreError> {
    let recent = match asked.recent_marks {
        true => Some(marks::recent(conn, viewer, now_ms.saturating_sub(RECENT_MS))?),
        false => None,
    };
    let known = |(id, thread): &(TweetId, TweetId)| Some((*id, recent.as_ref()?.of(*id, *thread)?));
    let mut flags: IdMap<TweetId, Flags> = asked.marks.iter().filter_map(known).collect();
    asked.marks.retain(|(id, _)| !flags.contains_key(id));
    let older: Vec<TweetId> = asked.marks.iter().map(|(id, _)| *id).collect();
    flags.extend(marks::flags(conn, viewer, &older)?);
    Ok((recent.map(Arc::new), flags))
}

fn people_of<'t>(tweets: impl Iterator<Item = &'t Arc<Tweet>>) -> IdSet<AccountId> {
    tweets.flat_map(|tweet| [Some(tweet.author), tweet.reply_to_author]).flatten().collect()
}

fn tweets_with_depth(
    conn: &mut Conn,
    ids: &[TweetId],
) -> std::result::Result<IdMap<TweetId, Arc<Tweet>>, StoreError> {
    let mut known: IdMap<TweetId, Arc<Tweet>> = IdMap::default();
    let mut wanted: Vec<TweetId> = ids.to_vec();
    for _ in 0..DEPTH {
        wanted.retain(|id| !known.contains_key(id));
        wanted.sort_unstable();
        wanted.dedup();
        let found = tweets::by_ids(conn, &wanted)?;
        wanted = found.iter().flat_map(|tweet| [tweet.retweet_of, tweet.quote_of]).flatten().collect();
        known.extend(found.into_iter().map(|tweet| (tweet.id, Arc::new(tweet))));
    }
    Ok(known)
}
