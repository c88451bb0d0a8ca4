//! What services answer, as templates draw it.

use super::views::pages::{ProfileView, SeenHere, SessionView};
use super::views::{
    AccountRow, AccountView, Audience, FieldView, MediaShape, MediaView, NotificationView, PollOptionView,
    PollView, PreviewView, QuoteView, Relation, ReplyContext, RowMenu, SafeHtml, TweetCounts, TweetView,
};
use crate::error::Result;
use crate::http::media::urls;
use crate::model::account::{Account, AccountKind, Session, Stated};
use crate::model::address::Addresses;
use crate::model::emoji::{self, EmojiPicture, Palette};
use crate::model::entities;
use crate::model::html;
use crate::model::ids::{AccountId, SessionId};
use crate::model::preview::Preview;
use crate::model::quote::{QuotePolicy, QuoteState};
use crate::model::quote_fallback;
use crate::model::scopes;
use crate::model::tweet::Media;
use crate::model::visibility::Visibility;
use crate::service::{self, Relationship, Service};

/// The room kept for a picture of another server until it is here and its size known.
const UNKNOWN_SIZE: (u32, u32) = (400, 300);

/// Says how things look to one viewer.
#[derive(Clone, Copy)]
pub(super) struct Present<'a> {
    pub(super) addresses: &'a Addresses,
    /// The instance's own emoji.
    pub(super) palette: &'a Palette,
    /// Who is looking.
    pub(super) viewer: Option<AccountId>,
}

impl Present<'_> {
    /// Name and face.
    pub(super) fn account(self, account: &Account) -> AccountView {
        AccountView {
            id: account.id,
            handle: account.acct(),
            display_name: account.name().to_owned(),
            emoji: self.palette.of_account(account),
            avatar: urls::avatar_url(account),
            locked: account.locked,
            bot: account.kind == AccountKind::Service,
            remote_url: (!account.is_local()).then(|| self.addresses.profile(account)),
        }
    }

    /// A tweet; of a retweet, the original with who shared it.
    pub(super) fn tweet(self, view: &service::TweetView) -> TweetView {
        let shown = view.shown();
        let tweet = &shown.tweet;
        let mine = self.viewer == Some(tweet.author);
        let emoji = self.palette.of_tweet(tweet);
        TweetView {
            id: tweet.id,
            entry: view.tweet.id,
            author: self.account(&shown.author),
            retweeted_by: view.retweet_of.is_some().then(|| self.account(&view.author)),
            reply_to: self.reply_context(shown),
            html: match shown.quote_of {
                Some(_) => drawn(&quote_fallback::without(&tweet.html), &emoji),
                None => drawn(&tweet.html, &emoji),
            },
            text: tweet.text.clone(),
            emoji,
            language: tweet.language.clone(),
            content_warning: some_text(&tweet.content_warning),
            sensitive: tweet.sensitive,
            media: tweet.media.iter().filter_map(media).collect(),
            poll: shown.poll.as_ref().map(poll),
            quote: self.quote(shown),
            preview: shown.preview.as_ref().map(|page| preview(page, tweet.sensitive)),
            asks_before_quote: tweet.can_quote == Some(QuotePolicy::Asked),
            quotes_mine: !mine
                && shown.quote_of.as_ref().is_some_and(|quoted| self.viewer == Some(quoted.tweet.author)),
            audience: audience(tweet.visibility),
            created_ms: tweet.created_at,
            edited_ms: tweet.edited_at,
            counts: TweetCounts {
                replies: count(tweet.replies_count),
                retweets: count(tweet.retweets_shown()),
                likes: count(tweet.likes_shown()),
                quotes: count(tweet.quotes_count),
            },
            liked: view.flags.liked,
            retweeted: view.flags.retweeted,
            bookmarked: view.flags.bookmarked,
            pinned: view.flags.pinned,
            on_top: false,
            mine,
            can_retweet: tweet.visibility.is_open() || (mine && tweet.visibility == Visibility::Followers),
            remote_url: (!tweet.local).then(|| self.addresses.tweet_page(tweet, &shown.author)),
        }
    }

    /// Tweets of a list.
    pub(super) fn tweets(self, views: &[service::TweetView]) -> Vec<TweetView> {
        views.iter().map(|view| self.tweet(view)).collect()
    }

    /// What a tweet quotes. Why it is not shown is told to its author.
    fn quote(self, view: &service::TweetView) -> Option<QuoteView> {
        let quoted = view.tweet.quote_of?;
        let mine = self.viewer == Some(view.tweet.author);
        let why = match view.tweet.quote_state {
            QuoteState::Accepted => {
                return Some(match &view.quote_of {
                    Some(quoted) => QuoteView::Shown(Box::new(self.tweet(quoted))),
                    None => QuoteView::Unavailable,
                });
            }
            QuoteState::Pending if mine => "quote-pending",
            QuoteState::Rejected if mine => "quote-rejected",
            QuoteState::Revoked if mine => "quote-revoked",
            _ => "quote-unapproved",
        };
        Some(QuoteView::Unapproved { href: format!("/tweets/{quoted}"), why })
    }

    fn reply_context(self, view: &service::TweetView) -> Option<ReplyContext> {
        let id = view.tweet.reply_to?;
        let account = view.reply_to_author.as_deref().map(|account| self.account(account));
        let href = account
            .as_ref()
            .map_or_else(|| format!("/tweets/{id}"), |account| format!("{}/{id}", account.href()));
        Some(ReplyContext { account, href })
    }

    /// A notification.
    pub(super) fn notification(self, view: &service::NotificationView) -> NotificationView {
        NotificationView {
            id: view.notification.id,
            kind: view.notification.kind,
            account: self.account(&view.from),
            tweet: view.tweet.as_ref().map(|tweet| self.tweet(tweet)),
            created_ms: view.notification.created_at,
            unread: view.unread,
        }
    }

    /// Everything that a profile says.
    pub(super) fn profile(
        self,
        account: &Account,
        moved_to: Option<&Account>,
        relation: Relation,
    ) -> ProfileView {
        let [tweets, followers, following] = account.counts_shown();
        let seen_here = SeenHere {
            tweets: count(account.tweets_count),
            following: count(account.following_count),
            followers: count(account.followers_count),
        };
        let view = self.account(account);
        ProfileView {
            header: urls::header_url(account),
            bio: drawn(&account.bio_html, &view.emoji),
            fields: account
                .fields
                .iter()
                .map(|field| FieldView {
                    name: field.name.clone(),
                    value: self.linked(&field.value, &view.emoji),
                })
                .collect(),
            joined_ms: account.created_at,
            tweets: count(tweets),
            following: count(following),
            followers: count(followers),
            seen_here: (account.stated != Stated::default()).then_some(seen_here),
            moved_to: moved_to.map(|new| self.account(new)),
            relation,
            account: view,
        }
    }

    /// Plain text with its links and emoji.
    fn linked(self, text: &str, emoji: &[EmojiPicture]) -> SafeHtml {
        let found = entities::extract(text);
        drawn(&html::render(text, &found, self.addresses.base(), |_| None), emoji)
    }

    /// Accounts of a list, each with how the viewer stands to it.
    pub(super) async fn rows(
        self,
        service: &Service,
        accounts: &[Account],
        menu: RowMenu,
    ) -> Result<Vec<AccountRow>> {
        let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
        let relations = relations(service, self.viewer, &ids).await?;
        let row = |(account, relation): (&Account, Relation)| AccountRow {
            why: String::new(),
            account: self.account(account),
            bio: html::to_plain(&account.bio_html),
            relation,
            menu,
        };
        Ok(accounts.iter().zip(relations).map(row).collect())
    }
}

/// Sanitised HTML with its emoji.
pub(super) fn drawn(html: &str, pictures: &[EmojiPicture]) -> SafeHtml {
    SafeHtml::sanitised(emoji::in_html(html, pictures))
}

/// How the viewer stands to each of these accounts.
pub(super) async fn relations(
    service: &Service,
    viewer: Option<AccountId>,
    ids: &[AccountId],
) -> Result<Vec<Relation>> {
    let Some(viewer) = viewer else { return Ok(vec![Relation::default(); ids.len()]) };
    let known = service.relationships(viewer, ids.to_vec()).await?;
    let bonds = service.graph().relations(viewer).await?;
    let relation = |(id, known): (&AccountId, &Relationship)| Relation {
        following: known.following,
        requested: known.requested,
        followed_by: known.followed_by,
        muting: known.muting,
        blocking: known.blocking,
        blocked_by: bonds.blocked_by.contains(id),
    };
    Ok(ids.iter().zip(&known).map(relation).collect())
}

/// A session in the list of its owner's; `current` is the one that asks.
pub(super) fn session(session: &Session, current: SessionId) -> SessionView {
    SessionView {
        id: session.id.to_string(),
        device: device(&session.name),
        address: session.address.clone(),
        created_ms: session.created_at,
        seen_ms: session.last_used_at,
        current: session.id == current,
    }
}

/// What scopes allow, as keys of words: each scope that no broader one of them covers.
pub(super) fn permissions(granted: &str) -> Vec<String> {
    let words = || granted.split_whitespace();
    let is_covered = |word: &str| words().any(|other| other != word && scopes::allow(other, word));
    words()
        .filter(|word| !is_covered(word))
        .map(|word| format!("scope-{}", word.replace([':', '_'], "-")))
        .collect()
}

/// Browser and system of a `User-Agent`, else the name as it is.
fn device(name: &str) -> String {
    // Browsers claim to be each other: the more particular name comes first.
    const BROWSERS: &[(&str, &str)] = &[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: &[(&str, &str)] = &[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| name.contains(mark)).map(|(_, known)| *known)
    };
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ if name.is_empty() => "?".to_owned(),
        _ => name.to_owned(),
    }
}

fn poll(poll: &service::PollView) -> PollView {
    let votes = poll.options.iter().fold(0_i64, |all, option| all.saturating_add(option.votes));
    let voters = if poll.multiple { poll.voters.unwrap_or(votes) } else { votes };
    let percent = |votes: i64| votes.saturating_mul(100).checked_div(voters).unwrap_or(0).clamp(0, 100);
    PollView {
        options: poll
            .options
            .iter()
            .map(|option| PollOptionView {
                title: option.title.clone(),
                percent: count(percent(option.votes)),
                chosen: option.chosen,
            })
            .collect(),
        multiple: poll.multiple,
        ends_ms: poll.ends_at,
        over: poll.over,
        voters: poll.voters.map(count),
        shows_counts: poll.shows_counts,
        may_vote: poll.may_vote,
    }
}

fn media(media: &Media) -> Option<MediaView> {
    let url = urls::attachment_url(media)?;
    let sizes = [(media.thumb_width, media.thumb_height), (media.width, media.height)];
    let known = |(width, height): (i64, i64)| Some((positive(width)?, positive(height)?));
    let (width, height) = sizes.into_iter().find_map(known).unwrap_or(UNKNOWN_SIZE);
    // The preview of a moving picture stands still. A remote picture is fetched whole only when somebody opens it.
    let sharper = media.kind == "image" && media.remote_url.is_none();
    let shape = match media.kind.as_str() {
        "video" => MediaShape::Film,
        "gifv" => MediaShape::Loop,
        "audio" => MediaShape::Sound,
        _ => MediaShape::Picture,
    };
    let preview = urls::attachment_preview_url(media);
    Some(MediaView {
        shape,
        full_width: positive(media.width).filter(|full| sharper && *full > width),
        preview_url: match shape {
            MediaShape::Picture => preview.unwrap_or_else(|| url.clone()),
            _ => preview.unwrap_or_default(),
        },
        url,
        alt: media.alt.clone(),
        width,
        height,
    })
}

/// A card. Where a tweet hides its pictures, its page's is not shown either.
fn preview(page: &Preview, sensitive: bool) -> PreviewView {
    let host = page.host();
    let picture = urls::preview_small_url(page).zip(page.picture.as_ref());
    PreviewView {
        url: page.url.clone(),
        title: page.title.clone(),
        description: page.description.clone(),
        site_name: some_text(&page.site_name).filter(|name| !name.eq_ignore_ascii_case(&host)),
        author: some_text(&page.author),
        picture: picture.filter(|_| !sensitive).map(|(path, picture)| (path, picture.alt.clone())),
        host,
    }
}

fn positive(pixels: i64) -> Option<u32> {
    u32::try_from(pixels).ok().filter(|pixels| *pixels > 0)
}

/// Who a tweet is for, as forms write it.
pub(super) fn audience(visibility: Visibility) -> Audience {
    match visibility {
        Visibility::Public => Audience::Public,
        Visibility::Unlisted => Audience::Unlisted,
        Visibility::Followers => Audience::Followers,
        Visibility::Direct => Audience::Direct,
    }
}

/// The text, or nothing when it is empty.
pub(super) fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_by_its_browser_and_system() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome, Linux");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1";
        assert_eq!(device(phone), "Safari, iPhone");
        assert_eq!(device("my script"), "my script");
        assert_eq!(device(""), "?");
    }
}
