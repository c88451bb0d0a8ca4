//! Posts as they were shown before, as text: a popular post is made once and not for everybody who reads it.
//!
//! A text is shown again only where everything that it was made of is the very same ([`MadeOf`]); that is compared each
//! time, so that nothing has to tell of changes here. What the viewer did makes another text.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::value::RawValue;

use super::Scene;
use crate::model::account::Account;
use crate::model::emoji::Palette;
use crate::model::ids::{AccountId, TweetId};
use crate::model::preview::Preview;
use crate::model::quote::MayQuote;
use crate::model::tweet::Tweet;
use crate::service::TweetView;
use crate::store::marks::Flags;
use crate::telemetry::caches::{self, Lookups, Room};

/// Bytes of texts; some 20,000 of them.
const BYTES: u64 = 64 << 20;
const TYPICAL_BYTES: usize = 3_072;

/// Posts as text.
pub struct KeptPosts {
    texts: Cache<Look, Arc<Text>, Weight>,
    lookups: Lookups,
}

/// What tells the texts of one post apart, so that they do not drive each other out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Look {
    tweet: TweetId,
    signed_in: bool,
    own: bool,
    flags: Flags,
    may_quote: MayQuote,
}

struct Text {
    made_of: MadeOf,
    palette: Arc<Palette>,
    json: Arc<RawValue>,
}

/// Everything that shows in a text.
struct MadeOf {
    tweet: Arc<Tweet>,
    author: Arc<Account>,
    preview: Option<Arc<Preview>>,
    flags: Flags,
    may_quote: MayQuote,
    /// Whether it is the viewer's.
    own: bool,
    retweet_of: Option<Box<MadeOf>>,
    quote_of: Option<Box<MadeOf>>,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Look, Arc<Text>> for Weight {
    fn weight(&self, _: &Look, text: &Arc<Text>) -> u64 {
        let bytes = text.json.get().len().saturating_add(size_of::<Text>());
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl KeptPosts {
    /// None yet.
    pub fn new(room: Room) -> Self {
        let bytes = room.of(BYTES);
        let typical = usize::try_from(bytes).unwrap_or(usize::MAX) / TYPICAL_BYTES;
        Self {
            texts: Cache::with_weighter(typical, bytes, Weight),
            lookups: Lookups::of(&caches::SHOWN_POSTS),
        }
    }

    /// The text of a post: the one that was made before, or that which `make` makes. `None` of a post that is shown to
    /// this viewer alone.
    pub(super) fn text(
        &self,
        view: &TweetView,
        scene: &Scene<'_>,
        make: impl Fn() -> Option<Arc<RawValue>>,
    ) -> Option<Arc<RawValue>> {
        if !is_for_many(view) {
            return None;
        }
        let look = Look {
            tweet: view.tweet.id,
            signed_in: scene.viewer.is_some(),
            own: is_own(view.shown(), scene.viewer),
            flags: view.flags,
            may_quote: view.shown().may_quote,
        };
        let known = self.texts.get(&look).filter(|text| text.shows(view, scene));
        if let Some(text) = known {
            // Every test that reads a post twice holds the kept text against a new one.
            #[cfg(test)]
            assert_eq!(Some(text.json.get()), make().as_deref().map(RawValue::get));
            self.lookups.count(1, 0);
            return Some(Arc::clone(&text.json));
        }
        self.lookups.count(0, 1);
        let (json, made_of) = (make()?, MadeOf::of(view, scene.viewer));
        let palette = Arc::clone(&scene.palette);
        let text = Text { made_of, palette, json: Arc::clone(&json) };
        self.texts.insert(look, Arc::new(text));
        Some(json)
    }
}

impl Text {
    /// Of the same look.
    fn shows(&self, view: &TweetView, scene: &Scene<'_>) -> bool {
        Arc::ptr_eq(&self.palette, &scene.palette) && self.made_of.is(view, scene.viewer)
    }
}

impl MadeOf {
    fn of(view: &TweetView, viewer: Option<AccountId>) -> Self {
        // Every part is named, so that a new one has to be thought of here.
        let TweetView {
            tweet,
            author,
            flags,
            // None of either, else it is not for many.
            filtered: _,
            poll: _,
            // The post itself has its id, and nothing else shows.
            reply_to_author: _,
            retweet_of,
            quote_of,
            may_quote,
            preview,
        } = view;
        let inner = |inner: &TweetView| Box::new(Self::of(inner, viewer));
        Self {
            tweet: Arc::clone(tweet),
            author: Arc::clone(author),
            preview: preview.clone(),
            flags: *flags,
            may_quote: *may_quote,
            own: is_own(view, viewer),
            retweet_of: retweet_of.as_deref().map(inner),
            quote_of: quote_of.as_deref().map(inner),
        }
    }

    fn is(&self, view: &TweetView, viewer: Option<AccountId>) -> bool {
        let same_preview = match (&self.preview, &view.preview) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        let inner = |one: &Option<Box<Self>>, other: &Option<Box<TweetView>>| match (one, other) {
            (Some(one), Some(other)) => one.is(other, viewer),
            (None, None) => true,
            _ => false,
        };
        Arc::ptr_eq(&self.tweet, &view.tweet)
            && Arc::ptr_eq(&self.author, &view.author)
            && same_preview
            && (self.flags, self.may_quote) == (view.flags, view.may_quote)
            && self.own == is_own(view, viewer)
            && inner(&self.retweet_of, &view.retweet_of)
            && inner(&self.quote_of, &view.quote_of)
    }
}

/// Whether it may be shown to others just as to this viewer: a poll changes with time, and what a filter found is one's own.
fn is_for_many(view: &TweetView) -> bool {
    let inner = |inner: &Option<Box<TweetView>>| inner.as_deref().is_none_or(is_for_many);
    view.filtered.is_empty()
        && view.poll.is_none()
        && view.tweet.poll.is_none()
        && inner(&view.retweet_of)
        && inner(&view.quote_of)
}

fn is_own(view: &TweetView, viewer: Option<AccountId>) -> bool {
    viewer == Some(view.tweet.author)
}
