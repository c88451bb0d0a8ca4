//! Runs a planned search over the segments of the index.
//!
//! Segments are sorted newest first, so the newest matches are the first ones: a page costs its own length
//! (times the number of segments), however common the word. The best matches need every match scored, and
//! are therefore looked for among the newest [`MAX_SCORED`].

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::columnar::ColumnValues;
use tantivy::fastfield::Column;
use tantivy::query::EnableScoring;
use tantivy::{DocId, DocSet, Searcher, SegmentReader, TERMINATED};

use super::plan::Plan;
use super::rank::freshness;
use super::schema::{AUDIENCE, EVERYONE, ID};
use crate::clock::Millis;
use crate::model::ids::{AccountId, TweetId};

/// The most tweets that one search gives.
pub const MAX_PAGE: usize = 100;
/// How many matches, newest segments first, a search for the best ones scores: some tens of milliseconds.
const MAX_SCORED: usize = 200_000;
/// How many of the best matches are ordered for the viewer: more than anybody reads, and few enough to ask who is near.
pub(crate) const MAX_RANKED: usize = 200;

/// The newest matches that the viewer may find, newest first.
pub(crate) fn newest(searcher: &Searcher, plan: &Plan) -> tantivy::Result<Vec<TweetId>> {
    let weight = plan.query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut found: Vec<i64> = Vec::new();
    for segment in segments(searcher)? {
        let worst = if found.len() < plan.limit { None } else { found.last().copied() };
        if worst.is_some_and(|worst| segment.newest() <= worst) {
            break;
        }
        let mut scorer = weight.scorer(segment.reader, 1.0)?;
        let mut doc = start(&mut *scorer, segment.first_below(plan.ids.end));
        let mut room = plan.limit;
        while doc != TERMINATED && room > 0 {
            let id = segment.ids.get_val(doc);
            if id < plan.ids.start || worst.is_some_and(|worst| id <= worst) {
                break;
            }
            if segment.may_find(doc, plan.viewer) {
                found.push(id);
                room -= 1;
            }
            doc = scorer.advance();
        }
        found.sort_unstable_by_key(|id| Reverse(*id));
        found.truncate(plan.limit);
    }
    Ok(found.into_iter().map(TweetId).collect())
}

/// A tweet with how well its words match (BM25), nought where no words were asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The tweet.
    pub id: TweetId,
    /// How well it matches.
    pub text: f64,
}

/// The best matches that the viewer may find, best first: the text's score, fading with age.
/// Equal scores are ordered newest first.
pub(crate) fn best(searcher: &Searcher, plan: &Plan, now_ms: Millis) -> tantivy::Result<Vec<Match>> {
    let weight = plan.query.weight(EnableScoring::enabled_from_searcher(searcher))?;
    let mut best: BinaryHeap<Reverse<Hit>> = BinaryHeap::new();
    let mut scored = 0;
    for segment in segments(searcher)? {
        let mut scorer = weight.scorer(segment.reader, 1.0)?;
        let mut doc = start(&mut *scorer, segment.first_below(plan.ids.end));
        while doc != TERMINATED && scored < MAX_SCORED {
            let id = segment.ids.get_val(doc);
            if id < plan.ids.start {
                break;
            }
            if segment.may_find(doc, plan.viewer) {
                let text = f64::from(scorer.score());
                let score = text * freshness(now_ms - TweetId(id).time_ms());
                best.push(Reverse(Hit { score, id, text }));
                if best.len() > plan.limit {
                    best.pop();
                }
            }
            scored += 1;
            doc = scorer.advance();
        }
    }
    let sorted = best.into_sorted_vec().into_iter();
    Ok(sorted.map(|Reverse(hit)| Match { id: TweetId(hit.id), text: hit.text }).collect())
}

/// Opens what every search reads, so that a damaged segment shows when the index is opened.
pub(crate) fn check(searcher: &Searcher) -> tantivy::Result<()> {
    for segment in segments(searcher)? {
        for (field, _) in searcher.schema().fields().filter(|(_, entry)| entry.is_indexed()) {
            segment.reader.inverted_index(field)?;
        }
    }
    Ok(())
}

fn start(scorer: &mut dyn tantivy::query::Scorer, first: DocId) -> DocId {
    if scorer.doc() < first { scorer.seek(first) } else { scorer.doc() }
}

/// The segments that are not empty, the one with the newest tweet first.
fn segments(searcher: &Searcher) -> tantivy::Result<Vec<Segment<'_>>> {
    let mut segments = Vec::new();
    for reader in searcher.segment_readers() {
        if reader.max_doc() > 0 {
            segments.push(Segment::open(reader)?);
        }
    }
    segments.sort_by_key(|segment| Reverse(segment.newest()));
    Ok(segments)
}

struct Segment<'a> {
    reader: &'a SegmentReader,
    ids: Arc<dyn ColumnValues<i64>>,
    everyone: Option<Column<bool>>,
    audience: Option<Column<i64>>,
}

impl<'a> Segment<'a> {
    fn open(reader: &'a SegmentReader) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        Ok(Self {
            reader,
            ids: columns.i64(ID)?.first_or_default_col(0),
            everyone: columns.column_opt(EVERYONE)?,
            audience: columns.column_opt(AUDIENCE)?,
        })
    }

    /// The greatest id, deleted or not.
    fn newest(&self) -> i64 {
        self.ids.get_val(0)
    }

    /// The first document whose id is below `end`, by bisection of the sorted ids.
    fn first_below(&self, end: i64) -> DocId {
        let (mut low, mut high) = (0, self.reader.max_doc());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.ids.get_val(middle) < end { high = middle } else { low = middle + 1 }
        }
        low
    }

    /// Whether the document still exists and the viewer may find it.
    fn may_find(&self, doc: DocId, viewer: Option<AccountId>) -> bool {
        if self.reader.is_deleted(doc) {
            return false;
        }
        if self.everyone.as_ref().and_then(|column| column.first(doc)) == Some(true) {
            return true;
        }
        let (Some(viewer), Some(audience)) = (viewer, &self.audience) else { return false };
        audience.values_for_doc(doc).any(|account| account == viewer.0)
    }
}

struct Hit {
    score: f64,
    id: i64,
    text: f64,
}

impl Ord for Hit {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(self.id.cmp(&other.id))
    }
}

impl PartialOrd for Hit {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Hit {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Hit {}
