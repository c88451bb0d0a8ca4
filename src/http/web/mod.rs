//! The web pages: their words, their assets, the views that templates draw, and the handlers that fill them.
//!
//! A page is a view struct (plain data, already authorised) and one askama template under
//! `templates/`. Everything works without JavaScript: each action is a form that redirects back to where it was.
//! A failure leaves the handlers as a problem and becomes a page in the gateway, by `render_failure`.

mod alternate;
pub mod assets;
mod back;
mod cookies;
mod handlers;
pub mod i18n;
mod letters;
mod present;
mod site;
pub mod views;
mod visit;

#[cfg(test)]
mod complaint_tests;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod render_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, SET_COOKIE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};

pub(in crate::http) use self::handlers::errors::render_failure;
pub use self::letters::word;

use self::cookies::{Cookies, FLASH};
use self::handlers::{
    about, accounts, announcements, apps, authorize, bookmarks, compose, delete, delivery, door, edit, emoji,
    follow_requests, follows, home, house, house_picture, instances, kept_away, leaving, moves,
    notifications, parked, polls, profile, profile_form, reactions, relays, reports, search, settings,
    settings_email, settings_notifications, signups, tags, thread, trend_reviews, tweets, unsubscribe,
};
use self::site::Site;
use self::visit::Renewed;
use super::middleware::credentials::{cookie, session_cookie_name};
use super::state::AppState;

/// The routes of the pages, their forms and their assets.
pub(in crate::http) fn routes(state: &AppState) -> Router<AppState> {
    let pages = Router::new()
        .merge(at_the_door())
        .merge(to_read())
        .merge(about_tweets())
        .merge(about_accounts())
        .merge(about_oneself())
        .merge(for_admins())
        .layer(from_fn_with_state(state.clone(), finish))
        .layer(Extension(Arc::new(Site::default())));
    pages.merge(assets::routes())
}

fn at_the_door() -> Router<AppState> {
    Router::new()
        .route("/setup", get(door::setup_page).post(door::set_up))
        .route("/signup", get(door::signup_page).post(door::sign_up))
        .route("/email/confirm", get(settings_email::confirm_page).post(settings_email::confirm))
        .route("/unsubscribe", get(unsubscribe::page).post(unsubscribe::end))
        .route("/login", get(door::login_page).post(door::log_in))
        .route("/logout", post(door::log_out))
        .route("/oauth/authorize", get(authorize::ask).post(authorize::decide))
        // Some clients write a slash at the end.
        .route("/oauth/authorize/", get(authorize::ask))
        .route("/oauth/authorize/native", get(authorize::show_code))
        .route("/oauth/authorize/switch", post(authorize::switch))
}

fn to_read() -> Router<AppState> {
    Router::new()
        .route("/", get(home::start))
        .route("/home", get(home::home))
        .route("/local", get(home::local))
        .route("/federated", get(home::federated))
        .route("/about", get(about::about))
        .route("/search", get(search::search))
        .route("/tags/{tag}", get(tags::tag))
        .route("/bookmarks", get(bookmarks::bookmarks))
        .route("/notifications", get(notifications::notifications))
        .route("/notifications/read", post(notifications::mark_read))
        .route("/announcements/{id}/dismiss", post(announcements::dismiss))
}

fn about_tweets() -> Router<AppState> {
    Router::new()
        .route("/compose", get(compose::page))
        .route("/tweets", post(compose::create))
        .route("/tweets/{id}", get(tweets::tweet))
        .route("/tweets/{id}/edit", get(edit::page).post(edit::change))
        .route("/tweets/{id}/history", get(edit::history))
        .route("/tweets/{id}/likes", get(reactions::likes))
        .route("/tweets/{id}/reposts", get(reactions::reposts))
        .route("/tweets/{id}/quotes", get(reactions::quotes))
        .route("/tweets/{id}/delivery", get(delivery::page))
        .route("/tweets/{id}/delete", get(delete::page).post(delete::delete))
        .route("/tweets/{id}/vote", post(polls::vote))
        .route("/tweets/{id}/like", post(tweets::like))
        .route("/tweets/{id}/unlike", post(tweets::unlike))
        .route("/tweets/{id}/retweet", post(tweets::retweet))
        .route("/tweets/{id}/unretweet", post(tweets::unretweet))
        .route("/tweets/{id}/bookmark", post(tweets::bookmark))
        .route("/tweets/{id}/unbookmark", post(tweets::unbookmark))
        .route("/tweets/{id}/unquote", post(tweets::unquote))
        .route("/tweets/{id}/pin", post(tweets::pin))
        .route("/tweets/{id}/unpin", post(tweets::unpin))
}

fn about_accounts() -> Router<AppState> {
    Router::new()
        .route("/@{handle}", get(profile::profile))
        .route("/@{handle}/followers", get(follows::followers))
        .route("/@{handle}/following", get(follows::following))
        .route("/@{handle}/{id}", get(thread::thread))
        .route("/accounts/{id}/follow", post(accounts::follow))
        .route("/accounts/{id}/unfollow", post(accounts::unfollow))
        .route("/accounts/{id}/remove-follower", post(accounts::remove_follower))
        .route("/accounts/{id}/mute", post(accounts::mute))
        .route("/accounts/{id}/unmute", post(accounts::unmute))
        .route("/accounts/{id}/block", post(accounts::block))
        .route("/accounts/{id}/unblock", post(accounts::unblock))
        .route("/report", get(reports::page).post(reports::report))
        .route("/follow-requests", get(follow_requests::requests))
        .route("/follow-requests/{id}/accept", post(follow_requests::accept))
        .route("/follow-requests/{id}/reject", post(follow_requests::reject))
}

fn about_oneself() -> Router<AppState> {
    Router::new()
        .route("/settings", get(settings::settings))
        .route("/settings/profile", get(profile_form::page).post(profile_form::change))
        .route("/settings/security", get(settings::security))
        .route("/settings/password", post(settings::change_password))
        .route("/settings/sessions/{id}/end", post(settings::end_session))
        .route("/settings/apps", get(apps::list))
        .route("/settings/apps/{id}/end", post(apps::end))
        .route(
            "/settings/notifications",
            get(settings_notifications::page).post(settings_notifications::change),
        )
        .route("/settings/email", get(settings_email::page).post(settings_email::change))
        .route("/settings/email/again", post(settings_email::ask_again))
        .route("/settings/move", get(moves::page).post(moves::start))
        .route("/settings/move/undo", post(moves::undo))
        .route("/settings/delete", get(leaving::page).post(leaving::leave))
        .route("/settings/aliases", post(moves::set_aliases))
        .route("/settings/blocked", get(kept_away::blocked))
        .route("/settings/muted", get(kept_away::muted))
        .route("/settings/appearance", get(settings::appearance).post(settings::change_appearance))
}

fn for_admins() -> Router<AppState> {
    Router::new()
        .route("/admin", get(signups::start))
        .route("/admin/signups", get(signups::signups))
        .route("/admin/signups/{id}/approve", post(signups::approve))
        .route("/admin/signups/{id}/reject", post(signups::reject))
        .route("/admin/relays", get(relays::list).post(relays::add))
        .route("/admin/relays/{id}/remove", post(relays::remove))
        .route("/admin/emoji", get(emoji::list).post(emoji::add))
        .route("/admin/emoji/{shortcode}/change", post(emoji::change))
        .route("/admin/emoji/{shortcode}/enable", post(emoji::enable))
        .route("/admin/emoji/{shortcode}/disable", post(emoji::disable))
        .route("/admin/emoji/{shortcode}/remove", post(emoji::remove))
        .route("/admin/about", get(house::page))
        .route("/admin/about/rules", post(house::add_rule))
        .route("/admin/about/rules/{id}", get(house::rule).post(house::change_rule))
        .route("/admin/about/rules/{id}/move", post(house::move_rule))
        .route("/admin/about/rules/{id}/remove", post(house::remove_rule))
        .route("/admin/about/texts/{kind}", post(house::write))
        .route("/admin/about/picture", post(house_picture::set))
        .route("/admin/about/picture/remove", post(house_picture::remove))
        .route("/admin/announcements", get(announcements::list).post(announcements::announce))
        .route("/admin/announcements/{id}", get(announcements::one).post(announcements::change))
        .route("/admin/announcements/{id}/remove", post(announcements::remove))
        .route("/admin/reports", get(reports::reports))
        .route("/admin/reports/{id}/resolve", post(reports::resolve))
        .route("/admin/reports/{id}/reopen", post(reports::reopen))
        .route("/admin/trends", get(trend_reviews::list))
        .route("/admin/trends/approve", post(trend_reviews::approve))
        .route("/admin/trends/reject", post(trend_reviews::reject))
        .route("/admin/trends/forget", post(trend_reviews::forget))
        .route("/admin/instances", get(instances::list))
        .route("/admin/instances/{host}", get(instances::one))
        .route("/admin/instances/{host}/retry", post(instances::retry))
        .route("/admin/instances/{host}/forget", get(instances::ask_forget).post(instances::forget))
        .route("/admin/instances/{host}/block", get(instances::ask_block).post(instances::block))
        .route("/admin/instances/{host}/unblock", post(instances::unblock))
        .route("/admin/inbox", get(parked::list))
        .route("/admin/inbox/{id}/retry", post(parked::retry))
        .route("/admin/inbox/{id}/forget", post(parked::forget))
}

/// What every page needs on its way out: it is its reader's alone, news are told once, and the browser keeps its
/// session for as long as the server does.
async fn finish(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let cookies = Cookies(state.service.addresses().base());
    let told = cookie(request.headers(), FLASH).is_some();
    let session = session_cookie_name(cookies.0);
    let secret = cookie(request.headers(), session).map(str::to_owned);
    let renewed = Renewed::default();
    request.extensions_mut().insert(renewed.clone());
    let mut response = next.run(request).await;
    // Whoever has just logged out or in elsewhere was answered with a cookie already.
    if let Some(secret) = secret.filter(|_| renewed.is_set() && !cookies::tells_of(&response, session)) {
        response = cookies::with(response, cookies.session(&secret));
    }
    let headers = response.headers_mut();
    if headers.get(CONTENT_TYPE).is_none_or(|kind| !kind.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    if told {
        headers.append(SET_COOKIE, cookies.no_flash());
    }
    response
}
