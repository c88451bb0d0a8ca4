//! The native REST API: one capability a file, each handler *extract → one call → typed answer*.
//!
//! Routes stand in one table with whom they are for; the OpenAPI document is made from the same table. Limits of
//! sizes, times and rates are the gateway's business.

mod about;
mod announcements;
mod blocks;
mod bookmarks;
mod conversations;
mod deliveries;
mod discovery;
mod document;
mod emails;
mod emoji;
mod featured;
mod filters;
mod follow_requests;
mod followed_hashtags;
mod follows;
mod hidden_hosts;
mod instance;
mod likes;
mod lookup;
mod markers;
mod me;
mod media;
mod moves;
mod mutes;
mod notes;
mod notifications;
mod page;
mod paging;
mod paths;
mod pins;
mod polls;
mod preferences;
mod push;
mod quotes;
mod reading_lists;
mod reports;
mod retweets;
mod scheduled;
mod search;
mod sessions;
mod sifting;
mod signups;
mod stream;
mod table;
mod telling;
mod timelines;
mod trend_reviews;
mod trends;
mod tweets;
mod types;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Html;
use axum::routing::get;
use bytes::Bytes;
use utoipa::openapi::OpenApi;
use utoipa_axum::routes;

use self::table::Table;
use self::types::{Scene, Tweet, User};
use super::extract::{Access, Json};
use super::problem::ApiError;
use super::state::AppState;
use crate::error::Result;
use crate::model::account::Account;
use crate::service::TweetView;

const READ: Access = Access::Scope("read");
const WRITE: Access = Access::Scope("write");
const PUSH: Access = Access::Scope("push");
const FOLLOW: Access = Access::Scope("follow");
const ADMIN_READ: Access = Access::Admin("admin:read");
const ADMIN_WRITE: Access = Access::Admin("admin:write");
const ANYONE: Access = Access::Anyone("read");

/// The scopes of a token that registering or logging in gives: all that a person may do, nothing of an admin.
pub(super) const OWN_SCOPES: &str = "read write follow push profile";

/// A handler's answer.
type Answer<T> = Result<Json<T>, ApiError>;

/// The API's routes, its description at `/api/openapi.json`, and the page about it at `/api`.
pub fn routes() -> Router<AppState> {
    let (router, document, _) = table().finish();
    router.merge(description(&document))
}

/// The OpenAPI 3.1 document of the API.
pub fn document() -> OpenApi {
    table().finish().1
}

#[rustfmt::skip] // A table is read by its columns.
fn table() -> Table {
    Table::new(document::empty())
        // Accounts and sessions
        .add(Access::Open, routes!(sessions::register))
        .add(Access::Open, routes!(sessions::login))
        .add(Access::AnySession, routes!(sessions::logout))
        .add(READ, routes!(sessions::get_sessions))
        .add(WRITE, routes!(sessions::end_session))
        .add(READ, routes!(me::get_me))
        .add(WRITE, routes!(me::update_me))
        .add(WRITE, routes!(me::delete_me))
        .add(READ, routes!(preferences::get_preferences))
        .add(WRITE, routes!(preferences::set_preferences))
        .add(WRITE, routes!(me::change_password))
        .add(READ, routes!(emails::get_email))
        .add(WRITE, routes!(emails::set_email))
        .add(WRITE, routes!(emails::confirm_email))
        .add(READ, routes!(moves::get_aliases))
        .add(WRITE, routes!(moves::set_aliases))
        .add(WRITE, routes!(moves::move_account))
        .add(WRITE, routes!(moves::undo_move))
        .add(ANYONE, routes!(users::look_up_user))
        .add(ANYONE, routes!(users::get_user))
        .add(ANYONE, routes!(users::get_user_tweets))
        .add(ANYONE, routes!(featured::get_featured_tags))
        .add(WRITE, routes!(featured::feature_tag))
        .add(WRITE, routes!(featured::unfeature_tag))
        .add(READ, routes!(featured::get_featured_tag_suggestions))
        .add(ANYONE, routes!(discovery::get_directory))
        .add(READ, routes!(discovery::get_suggestions))
        .add(WRITE, routes!(discovery::dismiss_suggestion))
        // Relations
        .add(ANYONE, routes!(follows::get_followers))
        .add(ANYONE, routes!(follows::get_following))
        .add(READ, routes!(follows::get_relationship))
        .add(FOLLOW, routes!(follows::follow))
        .add(FOLLOW, routes!(follows::tune_follow))
        .add(FOLLOW, routes!(follows::unfollow))
        .add(FOLLOW, routes!(follows::remove_follower))
        .add(ANYONE, routes!(featured::get_endorsements))
        .add(WRITE, routes!(featured::endorse))
        .add(WRITE, routes!(featured::unendorse))
        .add(READ, routes!(follow_requests::get_follow_requests))
        .add(FOLLOW, routes!(follow_requests::accept_follow_request))
        .add(FOLLOW, routes!(follow_requests::reject_follow_request))
        .add(READ, routes!(blocks::get_blocks))
        .add(FOLLOW, routes!(blocks::block))
        .add(FOLLOW, routes!(blocks::unblock))
        .add(READ, routes!(mutes::get_mutes))
        .add(FOLLOW, routes!(mutes::mute))
        .add(FOLLOW, routes!(mutes::unmute))
        .add(FOLLOW, routes!(mutes::mute_thread))
        .add(FOLLOW, routes!(mutes::unmute_thread))
        .add(READ, routes!(hidden_hosts::get_hidden_hosts))
        .add(FOLLOW, routes!(hidden_hosts::hide_host))
        .add(FOLLOW, routes!(hidden_hosts::show_host))
        .add(WRITE, routes!(notes::set_note))
        .add(WRITE, routes!(reports::create_report))
        // Tweets
        .add(WRITE, routes!(tweets::create_tweet))
        .add(ANYONE, routes!(tweets::get_tweet))
        .add(WRITE, routes!(tweets::edit_tweet))
        .add(WRITE, routes!(tweets::delete_tweet))
        .add(ANYONE, routes!(tweets::get_thread))
        .add(ANYONE, routes!(tweets::get_replies))
        .add(ANYONE, routes!(quotes::get_quotes))
        .add(WRITE, routes!(quotes::withdraw_quote))
        .add(ANYONE, routes!(tweets::get_history))
        .add(READ, routes!(deliveries::get_deliveries))
        .add(ANYONE, routes!(likes::get_likers))
        .add(WRITE, routes!(likes::like))
        .add(WRITE, routes!(likes::unlike))
        .add(READ, routes!(likes::get_likes))
        .add(ANYONE, routes!(retweets::get_retweeters))
        .add(WRITE, routes!(retweets::retweet))
        .add(WRITE, routes!(retweets::unretweet))
        .add(READ, routes!(bookmarks::get_bookmarks))
        .add(WRITE, routes!(bookmarks::bookmark))
        .add(WRITE, routes!(bookmarks::unbookmark))
        .add(ANYONE, routes!(pins::get_pinned))
        .add(WRITE, routes!(pins::pin))
        .add(WRITE, routes!(pins::unpin))
        .add(WRITE, routes!(polls::vote))
        .add(WRITE, routes!(scheduled::schedule_tweet))
        .add(READ, routes!(scheduled::get_scheduled_tweets))
        .add(READ, routes!(scheduled::get_scheduled_tweet))
        .add(WRITE, routes!(scheduled::put_off_tweet))
        .add(WRITE, routes!(scheduled::remove_scheduled_tweet))
        .add(READ, routes!(conversations::get_conversations))
        .add(WRITE, routes!(conversations::read_conversation))
        .add(WRITE, routes!(conversations::remove_conversation))
        // Pictures
        .add(WRITE, routes!(media::upload_media))
        .add(READ, routes!(media::get_media))
        .add(WRITE, routes!(media::describe_media))
        .add(WRITE, routes!(media::set_thumbnail))
        .add(WRITE, routes!(media::set_avatar))
        .add(WRITE, routes!(media::remove_avatar))
        .add(WRITE, routes!(media::set_header))
        .add(WRITE, routes!(media::remove_header))
        // Timelines and notifications
        .add(READ, routes!(timelines::get_home))
        .add(ANYONE, routes!(timelines::get_local))
        .add(ANYONE, routes!(timelines::get_federated))
        .add(ANYONE, routes!(timelines::get_hashtag))
        .add(ANYONE, routes!(timelines::get_link))
        .add(READ, routes!(followed_hashtags::get_followed_hashtags))
        .add(FOLLOW, routes!(followed_hashtags::follow_hashtag))
        .add(FOLLOW, routes!(followed_hashtags::unfollow_hashtag))
        .add(READ, routes!(reading_lists::get_lists))
        .add(WRITE, routes!(reading_lists::create_list))
        .add(READ, routes!(reading_lists::get_list))
        .add(WRITE, routes!(reading_lists::update_list))
        .add(WRITE, routes!(reading_lists::delete_list))
        .add(READ, routes!(reading_lists::get_list_members))
        .add(WRITE, routes!(reading_lists::add_list_member))
        .add(WRITE, routes!(reading_lists::remove_list_member))
        .add(READ, routes!(reading_lists::get_list_timeline))
        .add(READ, routes!(reading_lists::get_lists_with))
        .add(READ, routes!(stream::get_stream))
        .add(READ, routes!(markers::get_markers))
        .add(WRITE, routes!(markers::set_markers))
        .add(READ, routes!(filters::get_filters))
        .add(WRITE, routes!(filters::create_filter))
        .add(READ, routes!(filters::get_filter))
        .add(WRITE, routes!(filters::update_filter))
        .add(WRITE, routes!(filters::delete_filter))
        .add(WRITE, routes!(filters::filter_tweet))
        .add(WRITE, routes!(filters::unfilter_tweet))
        .add(READ, routes!(notifications::get_notifications))
        .add(READ, routes!(notifications::get_unread))
        .add(WRITE, routes!(notifications::mark_read))
        .add(WRITE, routes!(notifications::dismiss))
        .add(READ, routes!(telling::get_notification_preferences))
        .add(WRITE, routes!(telling::set_notification_preferences))
        .add(READ, routes!(sifting::get_notification_policy))
        .add(WRITE, routes!(sifting::set_notification_policy))
        .add(READ, routes!(sifting::get_notification_requests))
        .add(READ, routes!(sifting::get_notification_request))
        .add(WRITE, routes!(sifting::accept_notification_request))
        .add(WRITE, routes!(sifting::dismiss_notification_request))
        .add(Access::Open, routes!(push::get_push_key))
        .add(PUSH, routes!(push::get_push))
        .add(PUSH, routes!(push::set_push))
        .add(PUSH, routes!(push::remove_push))
        // Search
        .add(READ, routes!(lookup::look_up))
        .add(ANYONE, routes!(search::search))
        .add(ANYONE, routes!(search::suggest))
        .add(ANYONE, routes!(trends::get_trends))
        // The instance
        .add(Access::Open, routes!(instance::get_instance))
        .add(Access::Open, routes!(about::get_about))
        .add(READ, routes!(announcements::get_announcements))
        .add(WRITE, routes!(announcements::dismiss_announcement))
        .add(WRITE, routes!(announcements::react_to_announcement))
        .add(WRITE, routes!(announcements::unreact_to_announcement))
        .add(Access::Open, routes!(emoji::get_emoji))
        // Running it
        .add(ADMIN_WRITE, routes!(about::change_about))
        .add(ADMIN_READ, routes!(announcements::get_all_announcements))
        .add(ADMIN_WRITE, routes!(announcements::announce))
        .add(ADMIN_WRITE, routes!(announcements::change_announcement))
        .add(ADMIN_WRITE, routes!(announcements::remove_announcement))
        .add(ADMIN_READ, routes!(signups::get_signups))
        .add(ADMIN_WRITE, routes!(signups::approve_signup))
        .add(ADMIN_WRITE, routes!(signups::reject_signup))
        .add(ADMIN_READ, routes!(reports::get_reports))
        .add(ADMIN_WRITE, routes!(reports::resolve_report))
        .add(ADMIN_WRITE, routes!(reports::reopen_report))
        .add(ADMIN_READ, routes!(trend_reviews::get_trend_candidates))
        .add(ADMIN_READ, routes!(trend_reviews::get_trend_decisions))
        .add(ADMIN_WRITE, routes!(trend_reviews::decide_trend))
}

/// Both forms of the description are made once: the routes do not change while we run.
fn description(document: &OpenApi) -> Router<AppState> {
    let json = Bytes::from(document.to_json().unwrap_or_default());
    let page: Arc<str> = page::render(document).into();
    const HOUR: (axum::http::HeaderName, &str) = (CACHE_CONTROL, "public, max-age=3600");
    Router::new()
        .route(
            "/api/openapi.json",
            get(async move || ([(CONTENT_TYPE, "application/json"), HOUR], json.clone())),
        )
        .route("/api", get(async move || ([HOUR], Html(String::from(&*page)))))
}

fn tweet(state: &AppState, view: &TweetView) -> Json<Tweet> {
    Json(Tweet::of(view, &scene(state)))
}

fn tweet_of(state: &AppState) -> impl FnMut(TweetView) -> Tweet {
    let scene = scene(state);
    move |view| Tweet::of(&view, &scene)
}

fn user_of(state: &AppState) -> impl FnMut(Account) -> User {
    let scene = scene(state);
    move |account| User::of(&account, &scene)
}

/// What an answer is made with.
fn scene(state: &AppState) -> Scene<'_> {
    Scene { addresses: state.service.addresses(), palette: state.service.palette() }
}

#[cfg(test)]
pub(in crate::http) mod tests;
