//! From a [`SearchQuery`] to what the index is asked.
//!
//! Words are scored, everything else only filters. Who may find a tweet is no part of the query: it is
//! checked on every match, in one place ([`find`](super::find)).

use std::ops::Range;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::TweetSearch;
use super::query::{Clause, Condition, ME};
use super::schema::Fields;
use super::stems::Stemmer;
use super::tokenizer::{self, Piece};
use crate::error::{Error, Result};
use crate::model::ids::{AccountId, floor_at};

/// A search, ready to be run.
pub(crate) struct Plan {
    /// Which tweets match.
    pub(crate) query: Box<dyn Query>,
    /// The ids that are looked at.
    pub(crate) ids: Range<i64>,
    /// Who asks.
    pub(crate) viewer: Option<AccountId>,
    /// How many are wanted.
    pub(crate) limit: usize,
}

/// Plans a search. `Unauthorized` when it needs a viewer and there is none.
pub(crate) fn plan(fields: &Fields, search: &TweetSearch<'_>, limit: usize) -> Result<Plan> {
    let planner = Planner { fields, search };
    let mut stemmers = planner.stemmers();
    let mut parts: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    let mut ids = 0..search.before.map_or(i64::MAX, |id| id.0);
    for clause in &search.query.clauses {
        if let Some(bound) = id_bound(clause) {
            ids = ids.start.max(bound.start)..ids.end.min(bound.end);
            continue;
        }
        let occur = if clause.negated { Occur::MustNot } else { Occur::Must };
        parts.push((occur, planner.query(&clause.condition, &mut stemmers)?));
    }
    if parts.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        parts.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0))));
    }
    Ok(Plan { query: Box::new(BooleanQuery::new(parts)), ids, viewer: search.viewer, limit })
}

/// The ids that a `before:` or `after:` leaves, since an id is a time.
fn id_bound(clause: &Clause) -> Option<Range<i64>> {
    match (&clause.condition, clause.negated) {
        (Condition::Before(at_ms), false) | (Condition::Since(at_ms), true) => Some(0..floor_at(*at_ms)),
        (Condition::Since(at_ms), false) | (Condition::Before(at_ms), true) => {
            Some(floor_at(*at_ms)..i64::MAX)
        }
        _ => None,
    }
}

struct Planner<'a> {
    fields: &'a Fields,
    search: &'a TweetSearch<'a>,
}

impl Planner<'_> {
    /// The stemmer of the language that is asked for, or all.
    fn stemmers(&self) -> Vec<Stemmer> {
        let language = self.search.query.clauses.iter().find_map(|clause| match &clause.condition {
            Condition::Language(language) if !clause.negated => Some(language),
            _ => None,
        });
        match language {
            Some(language) => Stemmer::of(language).into_iter().collect(),
            None => Stemmer::all(),
        }
    }

    fn query(&self, condition: &Condition, stemmers: &mut [Stemmer]) -> Result<Box<dyn Query>> {
        let fields = self.fields;
        Ok(match condition {
            Condition::Word(text) => self.words(text, stemmers),
            Condition::Phrase(text) => self.words(text, &mut []),
            Condition::Tag(tag) => filter(Term::from_field_text(fields.tags, tag)),
            Condition::From(handle) => self.account(fields.author, handle)?,
            Condition::To(handle) => self.account(fields.replied_to, handle)?,
            Condition::Mentions(handle) => self.account(fields.mentions, handle)?,
            Condition::Mark(mark) => filter(Term::from_field_text(fields.marks, mark.word())),
            Condition::Link(host) => filter(Term::from_field_text(fields.hosts, host)),
            Condition::Language(language) => filter(Term::from_field_text(fields.language, language)),
            Condition::Library => filter(Term::from_field_i64(fields.audience, self.viewer()?.0)),
            // Bounds of the id, taken by `id_bound` before.
            Condition::Before(_) | Condition::Since(_) => Box::new(AllQuery),
        })
    }

    /// One word in any of its forms, or several pieces one after the other.
    fn words(&self, text: &str, stemmers: &mut [Stemmer]) -> Box<dyn Query> {
        let pieces = tokenizer::pieces(text);
        if let [Piece::Word { plain, folded }] = pieces.as_slice() {
            let mut any: Vec<(Occur, Box<dyn Query>)> =
                vec![(Occur::Should, scored(Term::from_field_text(self.fields.text, folded)))];
            for stem in stemmers.iter_mut().flat_map(|stemmer| stemmer.stems(plain, folded)) {
                any.push((Occur::Should, scored(Term::from_field_text(self.fields.forms, &stem))));
            }
            return Box::new(BooleanQuery::new(any));
        }
        let mut phrase: Vec<(usize, Term)> = Vec::new();
        let mut all: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for token in tokenizer::tokens(&pieces) {
            if token.lone {
                all.push((Occur::Must, scored(Term::from_field_text(self.fields.forms, &token.text))));
            } else {
                phrase.push((token.position, Term::from_field_text(self.fields.text, &token.text)));
            }
        }
        match phrase.as_slice() {
            [] => {}
            [(_, term)] => all.push((Occur::Must, scored(term.clone()))),
            _ => all.push((Occur::Must, Box::new(PhraseQuery::new_with_offset(phrase)))),
        }
        Box::new(BooleanQuery::new(all))
    }

    /// Tweets with this account in `field`; none when nobody has the handle.
    fn account(&self, field: Field, handle: &str) -> Result<Box<dyn Query>> {
        let account =
            if handle == ME { Some(self.viewer()?) } else { self.search.handles.get(handle).copied() };
        Ok(match account {
            Some(account) => filter(Term::from_field_i64(field, account.0)),
            None => Box::new(EmptyQuery),
        })
    }

    fn viewer(&self) -> Result<AccountId> {
        self.search.viewer.ok_or(Error::Unauthorized("sign in to search what is yours"))
    }
}

fn scored(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

fn filter(term: Term) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(TermQuery::new(term, IndexRecordOption::Basic)), 0.0))
}
