//! Mastodon's client API, so that its apps work here unchanged: the same use-cases as the native API, in the words and
//! shapes of the other.
//!
//! Routes stand in one table with whom they are for. A handler is *extract → one call → typed answer*; what it answers
//! is made in [`entities`], and how failures look in [`failure`]. Features that this server does not have answer reads
//! with nothing and have no routes to write to ([`nothing`]).

mod about;
mod accounts;
mod announcements;
mod batch;
mod browsers;
mod compose;
mod conversations;
mod discovery;
mod entities;
mod failure;
mod featured;
mod filters;
mod filters_v1;
mod followed_tags;
mod grouped;
mod hidden_hosts;
mod instance;
mod lists;
mod markers;
mod media;
mod nothing;
mod notifications;
mod paging;
mod polls;
mod profile;
mod push;
mod reactions;
mod reading_lists;
mod relations;
mod reports;
mod scheduled;
mod search;
mod sifting;
mod sign_up;
mod statuses;
mod streaming;
mod table;
mod timelines;
mod trends;

use axum::Router;

pub use self::entities::KeptPosts;
pub(in crate::http) use self::failure::render_failure;
pub use self::push::say;

use self::entities::{Scene, Status};
use self::nothing::nothing;
use self::table::Table;
use super::extract::{Access, Json};
use super::problem::ApiError;
use super::state::AppState;
use crate::error::Result;
use crate::service::{SignedIn, TweetView};

const OPEN: Access = Access::Open;

/// A handler's answer.
type Answer<T> = Result<Json<T>, ApiError>;

/// The routes.
pub(in crate::http) fn routes() -> Router<AppState> {
    table().finish().0
}

const fn all(scope: &'static str) -> Access {
    Access::Anyone(scope)
}

const fn own(scope: &'static str) -> Access {
    Access::Scope(scope)
}

#[rustfmt::skip] // A table is read by its columns.
fn table() -> Table {
    Table::default()
        // The instance
        .get("/api/v1/instance", OPEN, instance::version_one)
        .get("/api/v2/instance", OPEN, instance::version_two)
        .get("/api/v1/instance/rules", OPEN, about::rules)
        .get("/api/v1/instance/extended_description", OPEN, about::extended_description)
        .get("/api/v1/instance/privacy_policy", OPEN, about::privacy_policy)
        .get("/api/v1/instance/terms_of_service", OPEN, about::terms_of_service)
        .get("/api/v1/instance/terms_of_service/{date}", OPEN, about::terms_of_day)
        .get("/api/v1/instance/peers", OPEN, about::peers)
        .get("/api/v1/instance/activity", OPEN, about::activity)
        .get("/api/v1/instance/domain_blocks", OPEN, about::domain_blocks)
        .get("/api/v1/instance/languages", OPEN, about::languages)
        .get("/api/v1/instance/translation_languages", OPEN, nothing)
        .get("/api/v1/custom_emojis", OPEN, instance::custom_emojis)
        .get("/api/v1/announcements", own("read"), announcements::list)
        .post("/api/v1/announcements/{id}/dismiss", own("write:accounts"), announcements::dismiss)
        .put("/api/v1/announcements/{id}/reactions/{name}", own("write:favourites"), announcements::react)
        .delete("/api/v1/announcements/{id}/reactions/{name}", own("write:favourites"), announcements::unreact)
        // Accounts
        .get("/api/v1/accounts/verify_credentials", own("profile|read:accounts"), profile::verify_credentials)
        .change("/api/v1/accounts/update_credentials", own("write:accounts"), profile::update_credentials)
        .delete("/api/v1/profile/avatar", own("write:accounts"), profile::remove_avatar)
        .delete("/api/v1/profile/header", own("write:accounts"), profile::remove_header)
        .get("/api/v1/preferences", own("read:accounts"), profile::preferences)
        .get("/api/v1/accounts", all("read:accounts"), accounts::some)
        .post("/api/v1/accounts", Access::App("write:accounts"), sign_up::create)
        .post("/api/v1/emails/confirmations", own("write:accounts"), sign_up::confirm)
        .get("/api/v1/accounts/lookup", all("read:accounts"), accounts::look_up)
        .get("/api/v1/accounts/search", own("read:accounts"), search::accounts)
        .get("/api/v1/accounts/relationships", own("read:follows"), relations::relationships)
        .get("/api/v1/accounts/familiar_followers", own("read:follows"), discovery::familiar_followers)
        .get("/api/v1/accounts/{id}", all("read:accounts"), accounts::one)
        .get("/api/v1/accounts/{id}/statuses", all("read:statuses"), accounts::statuses)
        .get("/api/v1/accounts/{id}/followers", all("read:accounts"), accounts::followers)
        .get("/api/v1/accounts/{id}/following", all("read:accounts"), accounts::following)
        .get("/api/v1/accounts/{id}/featured_tags", all("read:accounts"), featured::of_account)
        .get("/api/v1/accounts/{id}/endorsements", all("read:accounts"), featured::endorsements)
        .post("/api/v1/accounts/{id}/endorse", own("write:accounts"), featured::endorse)
        .post("/api/v1/accounts/{id}/unendorse", own("write:accounts"), featured::unendorse)
        .post("/api/v1/accounts/{id}/pin", own("write:accounts"), featured::endorse)
        .post("/api/v1/accounts/{id}/unpin", own("write:accounts"), featured::unendorse)
        .get("/api/v1/accounts/{id}/identity_proofs", own("read:accounts"), accounts::identity_proofs)
        .get("/api/v1/accounts/{id}/lists", own("read:lists"), reading_lists::with)
        .post("/api/v1/accounts/{id}/follow", own("write:follows"), relations::follow)
        .post("/api/v1/accounts/{id}/unfollow", own("write:follows"), relations::unfollow)
        .post("/api/v1/accounts/{id}/remove_from_followers", own("write:follows"), relations::remove_from_followers)
        .post("/api/v1/accounts/{id}/block", own("write:blocks"), relations::block)
        .post("/api/v1/accounts/{id}/unblock", own("write:blocks"), relations::unblock)
        .post("/api/v1/accounts/{id}/mute", own("write:mutes"), relations::mute)
        .post("/api/v1/accounts/{id}/note", own("write:accounts"), relations::note)
        .post("/api/v1/accounts/{id}/unmute", own("write:mutes"), relations::unmute)
        .get("/api/v1/follow_requests", own("read:follows"), lists::follow_requests)
        .post("/api/v1/follow_requests/{id}/authorize", own("write:follows"), relations::authorize)
        .post("/api/v1/follow_requests/{id}/reject", own("write:follows"), relations::reject)
        .get("/api/v1/blocks", own("read:blocks"), lists::blocks)
        .get("/api/v1/mutes", own("read:mutes"), lists::mutes)
        .get("/api/v1/domain_blocks", own("read:blocks"), hidden_hosts::all)
        .post("/api/v1/domain_blocks", own("write:blocks"), hidden_hosts::hide)
        .delete("/api/v1/domain_blocks", own("write:blocks"), hidden_hosts::show)
        .get("/api/v1/endorsements", own("read:accounts"), featured::own_endorsements)
        .get("/api/v1/featured_tags", own("read:accounts"), featured::own)
        .post("/api/v1/featured_tags", own("write:accounts"), featured::add)
        .get("/api/v1/featured_tags/suggestions", own("read:accounts"), featured::suggestions)
        .delete("/api/v1/featured_tags/{id}", own("write:accounts"), featured::remove)
        .get("/api/v1/suggestions", own("read"), discovery::accounts)
        .delete("/api/v1/suggestions/{id}", own("read"), discovery::dismiss)
        .get("/api/v2/suggestions", own("read"), discovery::with_reasons)
        .get("/api/v1/directory", all("read:accounts"), discovery::directory)
        .post("/api/v1/reports", own("write:reports"), reports::create)
        // Posts
        .post("/api/v1/statuses", own("write:statuses"), compose::create)
        .get("/api/v1/statuses", all("read:statuses"), statuses::some)
        .get("/api/v1/statuses/{id}", all("read:statuses"), statuses::one)
        .change("/api/v1/statuses/{id}", own("write:statuses"), compose::edit)
        .delete("/api/v1/statuses/{id}", own("write:statuses"), compose::delete)
        .get("/api/v1/statuses/{id}/context", all("read:statuses"), statuses::context)
        .get("/api/v1/statuses/{id}/history", all("read:statuses"), statuses::history)
        .post("/api/v1/statuses/{id}/translate", own("read:statuses"), statuses::translate)
        .get("/api/v1/statuses/{id}/source", own("read:statuses"), statuses::source)
        .get("/api/v1/statuses/{id}/favourited_by", all("read:statuses"), statuses::favourited_by)
        .get("/api/v1/statuses/{id}/reblogged_by", all("read:statuses"), statuses::reblogged_by)
        .get("/api/v1/statuses/{id}/quotes", own("read:statuses"), statuses::quotes)
        .change("/api/v1/statuses/{id}/interaction_policy", own("write:statuses"), compose::set_policy)
        .post("/api/v1/statuses/{id}/quotes/{quoting}/revoke", own("write:statuses"), compose::revoke_quote)
        .post("/api/v1/statuses/{id}/favourite", own("write:favourites"), reactions::favourite)
        .post("/api/v1/statuses/{id}/unfavourite", own("write:favourites"), reactions::unfavourite)
        .post("/api/v1/statuses/{id}/reblog", own("write:statuses"), reactions::reblog)
        .post("/api/v1/statuses/{id}/unreblog", own("write:statuses"), reactions::unreblog)
        .post("/api/v1/statuses/{id}/bookmark", own("write:bookmarks"), reactions::bookmark)
        .post("/api/v1/statuses/{id}/unbookmark", own("write:bookmarks"), reactions::unbookmark)
        .post("/api/v1/statuses/{id}/mute", own("write:mutes"), reactions::mute)
        .post("/api/v1/statuses/{id}/unmute", own("write:mutes"), reactions::unmute)
        .post("/api/v1/statuses/{id}/pin", own("write:accounts"), reactions::pin)
        .post("/api/v1/statuses/{id}/unpin", own("write:accounts"), reactions::unpin)
        .get("/api/v1/favourites", own("read:favourites"), lists::favourites)
        .get("/api/v1/bookmarks", own("read:bookmarks"), lists::bookmarks)
        .get("/api/v1/scheduled_statuses", own("read:statuses"), scheduled::list)
        .get("/api/v1/scheduled_statuses/{id}", own("read:statuses"), scheduled::one)
        .change("/api/v1/scheduled_statuses/{id}", own("write:statuses"), scheduled::put_off)
        .delete("/api/v1/scheduled_statuses/{id}", own("write:statuses"), scheduled::remove)
        .get("/api/v1/conversations", own("read:statuses"), conversations::list)
        .post("/api/v1/conversations/{id}/read", own("write:conversations"), conversations::read)
        .delete("/api/v1/conversations/{id}", own("write:conversations"), conversations::remove)
        .get("/api/v1/polls/{id}", all("read:statuses"), polls::one)
        .post("/api/v1/polls/{id}/votes", own("write:statuses"), polls::vote)
        // Pictures
        .post("/api/v2/media", own("write:media"), media::upload)
        .post("/api/v1/media", own("write:media"), media::upload)
        .get("/api/v1/media/{id}", own("write:media"), media::one)
        .change("/api/v1/media/{id}", own("write:media"), media::describe)
        .delete("/api/v1/media/{id}", own("write:media"), media::remove)
        // Timelines and notifications
        .get("/api/v1/timelines/home", own("read:statuses"), timelines::home)
        .get("/api/v1/timelines/public", all("read:statuses"), timelines::public)
        .get("/api/v1/timelines/tag/{hashtag}", all("read:statuses"), timelines::tag)
        .get("/api/v1/timelines/link", all("read:statuses"), timelines::link)
        .get("/api/v1/timelines/list/{id}", own("read:lists"), reading_lists::timeline)
        .get("/api/v1/lists", own("read:lists"), reading_lists::all)
        .post("/api/v1/lists", own("write:lists"), reading_lists::create)
        .get("/api/v1/lists/{id}", own("read:lists"), reading_lists::one)
        .change("/api/v1/lists/{id}", own("write:lists"), reading_lists::change)
        .delete("/api/v1/lists/{id}", own("write:lists"), reading_lists::delete)
        .get("/api/v1/lists/{id}/accounts", own("read:lists"), reading_lists::members)
        .post("/api/v1/lists/{id}/accounts", own("write:lists"), reading_lists::add)
        .delete("/api/v1/lists/{id}/accounts", own("write:lists"), reading_lists::remove)
        .get("/api/v1/markers", own("read:statuses"), markers::get)
        .post("/api/v1/markers", own("write:statuses"), markers::set)
        .get("/api/v1/notifications", own("read:notifications"), notifications::list)
        .get("/api/v1/notifications/unread_count", own("read:notifications"), notifications::unread_count)
        .post("/api/v1/notifications/clear", own("write:notifications"), notifications::clear)
        .get("/api/v1/notifications/requests", own("read:notifications"), sifting::requests)
        .get("/api/v1/notifications/requests/merged", own("read:notifications"), sifting::merged)
        .post("/api/v1/notifications/requests/accept", own("write:notifications"), sifting::accept_some)
        .post("/api/v1/notifications/requests/dismiss", own("write:notifications"), sifting::dismiss_some)
        .get("/api/v1/notifications/requests/{id}", own("read:notifications"), sifting::request)
        .post("/api/v1/notifications/requests/{id}/accept", own("write:notifications"), sifting::accept)
        .post("/api/v1/notifications/requests/{id}/dismiss", own("write:notifications"), sifting::dismiss)
        .get("/api/v1/notifications/{id}", own("read:notifications"), notifications::one)
        .post("/api/v1/notifications/{id}/dismiss", own("write:notifications"), notifications::dismiss)
        .get("/api/v2/notifications", own("read:notifications"), grouped::list)
        .get("/api/v2/notifications/unread_count", own("read:notifications"), grouped::unread_count)
        .get("/api/v2/notifications/policy", own("read:notifications"), sifting::policy)
        .change("/api/v2/notifications/policy", own("write:notifications"), sifting::set_policy)
        .get("/api/v2/notifications/{key}", own("read:notifications"), grouped::one)
        .get("/api/v2/notifications/{key}/accounts", own("read:notifications|write:notifications"), grouped::accounts)
        .post("/api/v2/notifications/{key}/dismiss", own("write:notifications"), grouped::dismiss)
        // Streaming
        .get("/api/v1/streaming", own("read:statuses|read:notifications"), streaming::connect)
        .get("/api/v1/streaming/health", OPEN, streaming::health)
        .get("/api/v1/streaming/user", own("read:statuses"), streaming::events)
        .get("/api/v1/streaming/user/notification", own("read:notifications"), streaming::events)
        .get("/api/v1/streaming/public", own("read:statuses"), streaming::events)
        .get("/api/v1/streaming/public/local", own("read:statuses"), streaming::events)
        .get("/api/v1/streaming/public/remote", own("read:statuses"), streaming::events)
        .get("/api/v1/streaming/hashtag", own("read:statuses"), streaming::events)
        .get("/api/v1/streaming/hashtag/local", own("read:statuses"), streaming::events)
        .get("/api/v1/streaming/list", own("read:statuses"), streaming::events)
        .get("/api/v1/streaming/direct", own("read:statuses"), streaming::events)
        // Push messages
        .get("/api/v1/push/subscription", own("push"), push::subscription)
        .post("/api/v1/push/subscription", own("push"), push::subscribe)
        .change("/api/v1/push/subscription", own("push"), push::change)
        .delete("/api/v1/push/subscription", own("push"), push::unsubscribe)
        // Search
        .get("/api/v2/search", all("read:search"), search::search)
        .get("/api/v1/search", own("read:search"), search::search_signed_in)
        .get("/api/v1/tags/{name}", all("read"), search::tag)
        .post("/api/v1/tags/{name}/feature", own("write:accounts"), featured::feature)
        .post("/api/v1/tags/{name}/unfeature", own("write:accounts"), featured::unfeature)
        .post("/api/v1/tags/{name}/follow", own("write:follows"), followed_tags::follow)
        .post("/api/v1/tags/{name}/unfollow", own("write:follows"), followed_tags::unfollow)
        .get("/api/v1/followed_tags", own("read:follows"), followed_tags::all)
        .get("/api/v1/trends", all("read"), trends::tags)
        .get("/api/v1/trends/tags", all("read"), trends::tags)
        .get("/api/v1/trends/statuses", all("read"), trends::statuses)
        .get("/api/v1/trends/links", all("read"), trends::links)
        // Filters
        .get("/api/v2/filters", own("read:filters"), filters::all)
        .post("/api/v2/filters", own("write:filters"), filters::create)
        .get("/api/v2/filters/{id}", own("read:filters"), filters::one)
        .change("/api/v2/filters/{id}", own("write:filters"), filters::change)
        .delete("/api/v2/filters/{id}", own("write:filters"), filters::delete)
        .get("/api/v2/filters/{id}/keywords", own("read:filters"), filters::keywords)
        .post("/api/v2/filters/{id}/keywords", own("write:filters"), filters::add_keyword)
        .get("/api/v2/filters/keywords/{id}", own("read:filters"), filters::keyword)
        .change("/api/v2/filters/keywords/{id}", own("write:filters"), filters::change_keyword)
        .delete("/api/v2/filters/keywords/{id}", own("write:filters"), filters::remove_keyword)
        .get("/api/v2/filters/{id}/statuses", own("read:filters"), filters::statuses)
        .post("/api/v2/filters/{id}/statuses", own("write:filters"), filters::add_status)
        .get("/api/v2/filters/statuses/{id}", own("read:filters"), filters::status)
        .delete("/api/v2/filters/statuses/{id}", own("write:filters"), filters::remove_status)
        .get("/api/v1/filters", own("read:filters"), filters_v1::all)
        .post("/api/v1/filters", own("write:filters"), filters_v1::create)
        .get("/api/v1/filters/{id}", own("read:filters"), filters_v1::one)
        .change("/api/v1/filters/{id}", own("write:filters"), filters_v1::change)
        .delete("/api/v1/filters/{id}", own("write:filters"), filters_v1::delete)
}

/// A post as the answer to somebody.
fn status(state: &AppState, who: &SignedIn, view: &TweetView) -> Json<Status> {
    Json(Status::of(view, &Scene::of(state, Some(who))))
}

#[cfg(test)]
mod tests;
