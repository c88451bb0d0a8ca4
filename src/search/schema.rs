//! What the tweet index stores of a tweet: nothing to read back, only to find by.
//!
//! The id is the time, so it also answers `before:` and `after:`; every segment is kept sorted by it, newest
//! first, and a search for the newest tweets stops as soon as its page is full. Accounts are ids, because
//! handles change.

use tantivy::index::{IndexSettings, IndexSortByField, Order};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::store::Compressor;
use tantivy::{TantivyDocument, Term};

use super::{Mark, SearchDoc, fold, stems, tokenizer};

/// The version of what is indexed and how; another one on disk means that the index is rebuilt.
pub const INDEX_VERSION: u32 = 2;

/// The name under which the index knows [`tokenizer::Spaced`].
pub(crate) const TOKENIZER: &str = "spaced";

/// The fast field with the tweet's id, which also sorts the segments.
pub(crate) const ID: &str = "id";
/// The fast field that is true when everyone may find the tweet.
pub(crate) const EVERYONE: &str = "everyone";
/// The fast field with the accounts that may find the tweet even if not everyone may.
pub(crate) const AUDIENCE: &str = "audience";

/// Accounts that one tweet's audience holds; the rest find it only if everyone may.
const MAX_AUDIENCE: usize = 10_000;
/// Mentions, hashtags and links of one tweet that are indexed; more is spam.
const MAX_VALUES: usize = 100;

/// The fields of the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    pub(crate) id: Field,
    pub(crate) author: Field,
    pub(crate) replied_to: Field,
    pub(crate) mentions: Field,
    pub(crate) audience: Field,
    pub(crate) everyone: Field,
    pub(crate) tags: Field,
    pub(crate) hosts: Field,
    pub(crate) marks: Field,
    pub(crate) language: Field,
    pub(crate) text: Field,
    pub(crate) forms: Field,
}

/// The schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let number = NumericOptions::default().set_indexed();
    let fast_number = number.clone().set_fast();
    let fields = Fields {
        id: builder.add_i64_field(ID, fast_number.clone()),
        author: builder.add_i64_field("author", number.clone()),
        replied_to: builder.add_i64_field("replied_to", number.clone()),
        mentions: builder.add_i64_field("mentions", number),
        audience: builder.add_i64_field(AUDIENCE, fast_number),
        everyone: builder.add_bool_field(EVERYONE, FAST),
        tags: builder.add_text_field("tags", exact()),
        hosts: builder.add_text_field("hosts", exact()),
        marks: builder.add_text_field("marks", exact()),
        language: builder.add_text_field("language", exact()),
        text: builder.add_text_field("text", spaced(IndexRecordOption::WithFreqsAndPositions)),
        forms: builder.add_text_field("forms", spaced(IndexRecordOption::WithFreqs)),
    };
    (builder.build(), fields)
}

/// Segments sorted newest first, and no work for a document store that is empty.
pub(crate) fn settings() -> IndexSettings {
    IndexSettings {
        sort_by_field: Some(IndexSortByField { field: ID.to_owned(), order: Order::Desc }),
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

impl Fields {
    /// The term that identifies a tweet.
    pub(crate) fn id_term(&self, id: i64) -> Term {
        Term::from_field_i64(self.id, id)
    }

    /// The term of all tweets of an account.
    pub(crate) fn author_term(&self, account: i64) -> Term {
        Term::from_field_i64(self.author, account)
    }

    /// The document of a tweet.
    pub(crate) fn document(&self, doc: &SearchDoc) -> TantivyDocument {
        let mut out = TantivyDocument::default();
        out.add_i64(self.id, doc.id.0);
        out.add_i64(self.author, doc.author.0);
        out.add_bool(self.everyone, doc.everyone);
        if let Some(account) = doc.replied_to {
            out.add_i64(self.replied_to, account.0);
        }
        for account in doc.mentions.iter().take(MAX_VALUES) {
            out.add_i64(self.mentions, account.0);
        }
        for account in doc.audience.iter().take(MAX_AUDIENCE) {
            out.add_i64(self.audience, account.0);
        }
        for tag in doc.hashtags.iter().take(MAX_VALUES) {
            out.add_text(self.tags, fold::fold(tag));
        }
        for host in doc.link_hosts.iter().take(MAX_VALUES) {
            out.add_text(self.hosts, link_host(host));
        }
        for mark in &doc.marks {
            out.add_text(self.marks, mark.word());
        }
        if !doc.link_hosts.is_empty() {
            out.add_text(self.marks, Mark::Link.word());
        }
        let language = doc.language.as_deref().and_then(stems::primary_language);
        if let Some(language) = &language {
            out.add_text(self.language, language);
        }
        let encoded = tokenizer::encode(&doc.text, language.as_deref());
        out.add_text(self.text, encoded.text);
        out.add_text(self.forms, encoded.forms);
        out
    }
}

/// A host as it is indexed and asked for: lower case, without `www.`.
pub(crate) fn link_host(host: &str) -> String {
    let host = host.to_lowercase();
    host.strip_prefix("www.").unwrap_or(&host).to_owned()
}

fn exact() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::Basic);
    TextOptions::default().set_indexing_options(indexing)
}

fn spaced(option: IndexRecordOption) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(option);
    TextOptions::default().set_indexing_options(indexing)
}
