//! The one table of fixed limits: strings, lists, depth, fan-out, pages.
//!
//! What an operator may choose is a setting; what only keeps the house standing is here. "Characters" are
//! Unicode scalar values unless a line says otherwise. Limits of a mechanism (a pool, a retry, a timeout)
//! stand beside that mechanism.

use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};

// Pages and threads

/// Entries on a page when the client names no number: about two screens of a phone.
pub const PAGE_DEFAULT: usize = 20;
/// The most tweets or notifications on a page: what existing clients ask for at most.
pub const PAGE_MAX: usize = 40;
/// The most accounts on a page: they are smaller than tweets.
pub const ACCOUNT_PAGE_MAX: usize = 80;
/// Tweets above the one that was opened: what is further up stands in the thread of the first of them.
pub const THREAD_ANCESTORS_MAX: usize = 100;
/// Answers below the one that was opened: one page must stay one bounded query; the answers to each tweet are a list
/// of their own beside.
pub const THREAD_DESCENDANTS_MAX: usize = 500;
/// Suggestions while somebody types: a list that fits beside the field.
pub const AUTOCOMPLETE_MAX: usize = 10;
/// Ids in one request that names several things (batch look-ups).
pub const BATCH_IDS_MAX: usize = 100;

// Accounts

/// Characters of a local username: it must fit in a handle that people type.
pub const USERNAME_MAX: usize = 30;
/// Characters of a display name: longer ones push everything else off a phone's line.
pub const DISPLAY_NAME_MAX: usize = 50;
/// Characters of a bio.
pub const BIO_MAX: usize = 500;
/// Fields of a profile (website, pronouns …): what other servers show too.
pub const FIELDS_MAX: usize = 4;
/// Accounts that one of ours may follow, requests included: a home timeline is merged from all of them, and the
/// list of them is in memory while it is read.
pub const FOLLOWS_MAX: usize = 20_000;
/// Characters of a profile field's name, and of its value: room for a long link.
pub const FIELD_MAX: usize = 255;
/// Bytes of an e-mail address: RFC 5321's path of 256 without its angle brackets.
pub const EMAIL_MAX_BYTES: usize = 254;
/// Bytes of an address at a push service: those of browsers have a few hundred.
pub const PUSH_ENDPOINT_MAX_BYTES: usize = 2_048;
/// Characters of a password: the least that NIST SP 800-63B lets people choose.
pub const PASSWORD_MIN: usize = 8;
/// Characters of a password: far beyond any passphrase, and hashing more would be work given away.
pub const PASSWORD_MAX: usize = 256;
/// Bytes of a password that are read at all: every character may take four.
pub const PASSWORD_MAX_BYTES: usize = 4 * PASSWORD_MAX;
/// Characters of the reason why somebody would like to join.
pub const SIGNUP_REASON_MAX: usize = 500;
/// Pinned tweets of an account: a profile starts with its newest tweets, not with a wall of old ones.
pub const PINNED_MAX: usize = 5;
/// Aliases of an account: the places one person had before.
pub const ALIASES_MAX: usize = 10;
/// Characters of what one says in a report.
pub const REPORT_COMMENT_MAX: usize = 1_000;
/// Tweets named in one report: enough to show a habit.
pub const REPORT_TWEETS_MAX: usize = 50;
/// Open reports from one other instance: more would bury everybody else's.
pub const REPORTS_OPEN_PER_HOST_MAX: i64 = 200;
/// Lists of an account: they are read as a whole.
pub const LISTS_MAX: usize = 50;
/// Accounts on one list: its timeline is merged from all of them, and clients read them as a whole.
pub const LIST_MEMBERS_MAX: usize = 1_000;
/// Characters of a list's title.
pub const LIST_TITLE_MAX: usize = 100;
/// Filters of an account: all of them are asked for every tweet that it reads.
pub const FILTERS_MAX: usize = 100;
/// Keywords in all the filters of an account, for the same reason.
pub const FILTER_KEYWORDS_MAX: usize = 1_000;
/// Single tweets in all the filters of an account, for the same reason.
pub const FILTER_TWEETS_MAX: usize = 1_000;
/// Characters of a filter's title.
pub const FILTER_TITLE_MAX: usize = 100;
/// Characters of a filter's keyword: a long name, not a text.
pub const FILTER_KEYWORD_MAX: usize = 200;
/// Hashtags that an account may follow: all of them are asked for each page of its home.
pub const FOLLOWED_TAGS_MAX: usize = 300;
/// Languages to which a follow can be kept: more is all of them.
pub const FOLLOW_LANGUAGES_MAX: usize = 50;
/// Threads that an account may have muted.
pub const MUTED_THREADS_MAX: i64 = 5_000;
/// Hosts that an account may hide: they are in memory while it reads.
pub const HIDDEN_HOSTS_MAX: i64 = 2_000;
/// Characters of a note about an account.
pub const ACCOUNT_NOTE_MAX: usize = 2_000;
/// Sessions and tokens of an account at once; the one unused for longest ends when one more begins.
pub const SESSIONS_MAX: usize = 100;
/// Characters of an app's name: it stands in a sentence of the page that asks for consent.
pub const APP_NAME_MAX: usize = 60;
/// Addresses of one app to which codes may be sent: one for each place where it runs.
pub const APP_REDIRECTS_MAX: usize = 10;
/// Tokens of one app for itself; the oldest ends when one more begins.
pub const APP_TOKENS_MAX: i64 = 20;
/// How long an app may be registered without ever acting for a person.
pub const UNUSED_APP_KEEP_MS: Millis = 30 * DAY_MS;
/// How long a code is remembered after its end, so that a stolen one that is tried again tells of the theft.
pub const OAUTH_CODE_KEEP_MS: Millis = DAY_MS;

// Tweets

/// Characters that a link counts for, whatever its length, so that nobody needs a shortener.
pub const LINK_CHARACTERS: usize = 23;
/// Bytes of a text that are read at all, whatever limit an operator sets in characters: one "character" can
/// be a letter under a hundred accents and a link counts as 23, so the count alone bounds nothing.
pub const TEXT_MAX_BYTES: usize = 64 * 1024;
/// Accounts mentioned in one tweet: each is a notification, so more is a megaphone.
pub const MENTIONS_MAX: usize = 50;
/// Hashtags in one tweet: each is a row and a trend's vote.
pub const HASHTAGS_MAX: usize = 30;
/// Characters of a hashtag.
pub const HASHTAG_MAX: usize = 100;
/// Characters of a content warning.
pub const CONTENT_WARNING_MAX: usize = 200;
/// Characters of an image's description: a few good sentences.
pub const ALT_TEXT_MAX: usize = 1_500;
/// Options of a poll: fewer leave nothing to choose.
pub const POLL_OPTIONS_MIN: usize = 2;
/// Options of a poll: what everybody's server shows.
pub const POLL_OPTIONS_MAX: usize = 4;
/// Characters of an option: a line or two on a phone.
pub const POLL_OPTION_MAX: usize = 100;
/// The shortest time of a poll: the network needs a while to hear of it.
pub const POLL_MIN_MS: Millis = 5 * MINUTE_MS;
/// The longest time of a poll.
pub const POLL_MAX_MS: Millis = 30 * DAY_MS;
/// Versions kept of an edited tweet, the first and the newest always.
pub const EDITS_MAX: usize = 50;
/// Bytes of a URL that we store or follow.
pub const URL_MAX_BYTES: usize = 2_048;
/// Bytes of an `Idempotency-Key`: a UUID has 36.
pub const IDEMPOTENCY_KEY_MAX_BYTES: usize = 255;
/// How long a repeated `Idempotency-Key` gives the first answer: longer than any client retries.
pub const IDEMPOTENCY_KEEP_MS: Millis = DAY_MS;
/// How far ahead a scheduled tweet is due at the soonest: until then one may still think better of it.
pub const SCHEDULE_MIN_AHEAD_MS: Millis = 5 * MINUTE_MS;
/// Tweets of an account that wait for their time.
pub const SCHEDULED_MAX: i64 = 300;
/// Tweets of an account that are due on one day (UTC).
pub const SCHEDULED_PER_DAY_MAX: i64 = 25;
/// Uploaded images of an account that wait for their tweet: a few long drafts, and no free storage.
pub const PENDING_UPLOADS_MAX: usize = 50;
/// Announcements of an instance, over or not.
pub const ANNOUNCEMENTS_MAX: usize = 50;
/// Characters of an announcement.
pub const ANNOUNCEMENT_MAX: usize = 5_000;
/// Different emoji with which people react to one announcement.
pub const REACTIONS_MAX: usize = 8;
/// Bytes of an emoji: the longest family of Unicode has 35.
pub const REACTION_NAME_MAX_BYTES: usize = 64;
/// How long it is kept who used what on a day: the days of a history and one more.
pub const TREND_USE_KEEP_MS: Millis = 8 * DAY_MS;
/// Hashtags that a profile shows.
pub const FEATURED_TAGS_MAX: usize = 10;
/// Accounts that a profile recommends.
pub const ENDORSEMENTS_MAX: usize = 100;
/// Rules of an instance: what somebody reads before they join.
pub const RULES_MAX: usize = 50;
/// Characters of a rule.
pub const RULE_MAX: usize = 300;
/// Characters of the hint to a rule.
pub const RULE_HINT_MAX: usize = 1_000;
/// Characters of a text about the instance: terms of a lawyer's length.
pub const HOUSE_TEXT_MAX: usize = 50_000;
/// Other instances that are told of in one answer.
pub const PEERS_TOLD_MAX: usize = 10_000;
/// Films and sounds of everybody's that wait to be worked on; more would wait for hours.
pub const WAITING_FILMS_MAX: i64 = 500;
/// How long an uploaded image waits for its tweet before it is removed.
pub const UNUSED_MEDIA_KEEP_MS: Millis = DAY_MS;

// Search

/// Characters of a search query, and of the beginning of one.
pub const QUERY_MAX: usize = 512;

// Requests

/// Bytes of a multipart upload's parts other than the files.
pub const UPLOAD_FORM_MAX_BYTES: usize = 64 * 1024;

// Remote accounts and tweets: wider than ours, as others' rules are theirs, yet bounded

/// Bytes of an activity or a fetched object: what the largest servers accept too.
pub const REMOTE_DOCUMENT_MAX_BYTES: usize = 1024 * 1024;
/// Characters of a remote display name or poll option; the rest is cut.
pub const REMOTE_NAME_MAX: usize = 2_048;
/// Profile fields kept of a remote account.
pub const REMOTE_FIELDS_MAX: usize = 50;
/// Bytes of a remote tweet's HTML after it is cleaned; the rest is cut.
pub const REMOTE_HTML_MAX_BYTES: usize = 128 * 1024;
/// Levels of nesting in HTML from outside; deeper elements are flattened.
pub const HTML_DEPTH_MAX: usize = 32;
/// Characters of a remote image's description; the rest is cut.
pub const REMOTE_ALT_TEXT_MAX: usize = 10_000;
/// Bytes of a remote username; what the largest implementations allow.
pub const REMOTE_USERNAME_MAX_BYTES: usize = 128;
/// Pinned tweets kept of a remote account, the newest.
pub const REMOTE_PINNED_MAX: usize = 20;
/// Attachments kept of a remote tweet.
pub const REMOTE_ATTACHMENTS_MAX: usize = 16;
/// Options kept of a remote poll; the rest is cut.
pub const REMOTE_POLL_OPTIONS_MAX: usize = 50;
/// Tags (mentions, hashtags, emoji) read from a remote tweet: its addressees may be many.
pub const REMOTE_TAGS_MAX: usize = 500;
/// Different emoji kept of one host; the largest servers of Misskey have about half as many.
pub const REMOTE_EMOJI_PER_HOST_MAX: usize = 20_000;

// Custom emoji

/// Bytes of the name between the colons.
pub const EMOJI_CODE_MAX: usize = 64;
/// The instance's own emoji: all of them are in memory, and clients read them as one list.
pub const EMOJI_OWN_MAX: usize = 2_000;
/// Characters of the heading under which an emoji is offered.
pub const EMOJI_CATEGORY_MAX: usize = 50;
/// Emoji that are shown at once: to admins, and beside the form for a tweet.
pub const EMOJI_PAGE: usize = 100;
/// Different emoji drawn in one tweet or profile: beyond, it is a wall.
pub const EMOJI_DRAWN_MAX: usize = 64;

// Previews of linked pages

/// Characters of a page's title.
pub const PREVIEW_TITLE_MAX: usize = 200;
/// Characters of what a page says that it is about.
pub const PREVIEW_DESCRIPTION_MAX: usize = 500;
/// Characters of the name of a page's site.
pub const PREVIEW_SITE_MAX: usize = 100;
/// Characters of the name of a page's author.
pub const PREVIEW_AUTHOR_MAX: usize = 100;
/// Characters of the description of a page's picture.
pub const PREVIEW_ALT_MAX: usize = 500;
/// How often it is looked whether a tweet still links to a page that is known.
pub const PREVIEW_LOOK_MS: Millis = 7 * DAY_MS;

// Federation

/// Fetches that one inbound activity may cause, directly and through what they bring.
pub const FETCHES_PER_ACTIVITY_MAX: usize = 20;
/// Hosts that one inbound activity may make us ask: a post has an author, a parent, a quote and some mentions.
pub const HOSTS_PER_ACTIVITY_MAX: usize = 10;
/// Answers that are fetched when a thread is opened, in one go.
pub const BACKFILL_ANSWERS_MAX: usize = 200;
/// Posts above the one that was opened that are fetched, in one go.
pub const BACKFILL_ANCESTORS_MAX: usize = 100;
/// Last posts of an account, and pinned ones, that are fetched when it is first followed or looked at.
pub const BACKFILL_POSTS_MAX: usize = 20;
/// How long it is remembered when a thread or an account was last read: after that it is read like a new one.
pub const BACKFILL_KEEP_MS: Millis = 30 * DAY_MS;
/// Items on a page of our outbox and collections.
pub const COLLECTION_PAGE: usize = 20;
/// How old an activity's date may be: twelve hours cover queues of servers that were away.
pub const SIGNATURE_AGE_MAX_MS: Millis = 12 * HOUR_MS;
/// How far ahead another server's clock may be.
pub const SIGNATURE_AHEAD_MAX_MS: Millis = HOUR_MS;
/// How long ids of activities are remembered against repetition: far longer than a signature lives.
pub const ACTIVITY_ID_KEEP_MS: Millis = 7 * DAY_MS;
/// How long an activity that could not be worked off is kept for the admin to look at.
pub const PARKED_KEEP_MS: Millis = 30 * DAY_MS;
/// How long it is kept what became of the deliveries of a post.
pub const DELIVERY_RESULT_KEEP_MS: Millis = 30 * DAY_MS;
/// How long the id of something gone is remembered: late arrivals come within days, copies of links for longer.
pub const TOMBSTONE_KEEP_MS: Millis = 180 * DAY_MS;
/// How long a key pair that was retired still signs what announces the new one.
pub const RETIRED_KEY_KEEP_MS: Millis = 2 * DAY_MS;
/// How long a sent activity is kept after its last delivery.
pub const SENT_KEEP_MS: Millis = DAY_MS;
/// How long the link in a letter that asks whose an address is may be followed.
pub const EMAIL_LINK_MS: Millis = DAY_MS;
/// Such letters an account may ask for in a day: they go to whatever address it names.
pub const EMAIL_LETTERS_A_DAY: i64 = 5;
/// How long a notification is kept, read or not: nobody answers after half a year.
pub const NOTIFICATION_KEEP_MS: Millis = 180 * DAY_MS;
/// Notifications of one account that are kept, the newest; as many of those that wait for a look. Who is told of more does
/// not read to the end.
pub const NOTIFICATIONS_KEPT: i64 = 2_000;
/// The least time between two fetches of one actor after a failed signature: else a bad signature would be
/// a way to make us fetch.
pub const KEY_REFETCH_MS: Millis = 5 * MINUTE_MS;

// The event log

/// How long events are kept that every durable consumer has passed: time for a process without a cursor of its own
/// to come back from a pause.
pub const EVENT_KEEP_MS: Millis = DAY_MS;
/// How long the log is kept for a consumer that gives no sign of life: time to mend a server or to switch something
/// on again, before what is gone for good makes the log grow without end.
pub const CONSUMER_KEEP_MS: Millis = 7 * DAY_MS;

// Fan-out

/// Readers pushed to before other work gets its turn: a slice takes a few milliseconds.
pub const PUSH_SLICE: usize = 10_000;

// Configuration

/// Items in a list of the configuration.
pub const CONFIG_LIST_MAX: usize = 256;

const _: () = assert!(PINNED_MAX <= REMOTE_PINNED_MAX);
const _: () = assert!(PAGE_DEFAULT <= PAGE_MAX && PAGE_MAX <= ACCOUNT_PAGE_MAX);
const _: () = assert!(THREAD_ANCESTORS_MAX < THREAD_DESCENDANTS_MAX && PASSWORD_MIN <= PASSWORD_MAX);
// The repetition guard must outlive every signature that could be replayed.
const _: () = assert!(SIGNATURE_AGE_MAX_MS + SIGNATURE_AHEAD_MAX_MS < ACTIVITY_ID_KEEP_MS);

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => sources(&path, found),
                false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
                false => {}
            }
        }
    }

    #[test]
    fn every_limit_of_the_table_is_kept_somewhere() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let table = root.join("config/limits.rs");
        let mut files = Vec::new();
        sources(&root, &mut files);
        let code: String = files
            .iter()
            .filter(|path| **path != table)
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        let names: std::collections::HashSet<&str> =
            code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        let limits = std::fs::read_to_string(table).unwrap();
        let declared = limits.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
        let idle: Vec<&str> = declared.filter(|name| !names.contains(name)).collect();
        assert!(idle.is_empty(), "nothing keeps to {idle:?}");
    }
}
