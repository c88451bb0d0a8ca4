//! Collections: outbox, followers, following, pinned, and the counts of a post.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::actors::local;
use super::negotiate::document;
use super::objects::own_for;
use super::reader::{Reader, Signer, for_one};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::federation::objects::LocalActor;
use crate::federation::objects::collection::{Collection, Order, Page};
use crate::federation::rendered::About;
use crate::http::extract::{Path, Query};
use crate::http::problem::ApiError;
use crate::http::state::AppState;
use crate::model::account::Account;
use crate::model::cursor::Cursor;
use crate::model::ids::TweetId;
use crate::service::Tab;
use crate::store::follows::Bonds;

/// The page asked for: none is the collection itself, `true` its first page.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    page: Option<String>,
}

impl Asked {
    fn cursor(&self) -> Result<Option<Cursor>> {
        match self.page.as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(Cursor::default())),
            Some(cursor) => Cursor::parse(Some(cursor)).map(Some),
        }
    }
}

/// `GET /users/{username}/outbox`: what everybody may see, newest first.
pub(super) async fn outbox(
    State(state): State<AppState>,
    Path(username): Path<String>,
    Query(asked): Query<Asked>,
    reader: Reader,
) -> Result<Response, ApiError> {
    let account = local(&state.service, &username).await?;
    let actor = state.federation.local_actor(&account);
    let Some(cursor) = asked.cursor()? else {
        return reader.give(whole(&actor.outbox(), Order::Ordered, account.tweets_count));
    };
    let page =
        state.service.account_tweets(None, account.id, Tab::Replies, cursor, limits::COLLECTION_PAGE).await?;
    let mut items = Vec::new();
    for view in page.items.iter().filter(|view| view.tweet.visibility.is_open()) {
        items.push(state.federation.created(view).await?.to_value().map_err(Error::internal)?);
    }
    reader.give(part(&actor.outbox(), &cursor, items, page.next))
}

/// `GET /users/{username}/followers`
pub(super) async fn followers(
    State(state): State<AppState>,
    Path(username): Path<String>,
    Query(asked): Query<Asked>,
    reader: Reader,
) -> Result<Response, ApiError> {
    let account = local(&state.service, &username).await?;
    let actor = state.federation.local_actor(&account);
    let total = account.followers_count;
    reader.give(bonds(&state, &account, Bonds::Followers, (&actor.followers(), total), &asked).await)
}

/// `GET /users/{username}/followers_synchronization`: the followers on the host of who signs, and nobody else's.
pub(super) async fn followers_synchronization(
    State(state): State<AppState>,
    Path(username): Path<String>,
    Signer(reader): Signer,
) -> Result<Response, ApiError> {
    let account = local(&state.service, &username).await?;
    let items: Vec<Value> = state
        .federation
        .followers_on_host_of(account.id, &reader)
        .await?
        .into_iter()
        .map(Value::from)
        .collect();
    let id = state.federation.local_actor(&account).followers_synchronization();
    let total = u64::try_from(items.len()).unwrap_or(0);
    Ok(for_one(document(&Collection::counted(id, Order::Ordered, total).items(items))?))
}

/// `GET /users/{username}/following`
pub(super) async fn following(
    State(state): State<AppState>,
    Path(username): Path<String>,
    Query(asked): Query<Asked>,
    reader: Reader,
) -> Result<Response, ApiError> {
    let account = local(&state.service, &username).await?;
    let actor = state.federation.local_actor(&account);
    let total = account.following_count;
    reader.give(bonds(&state, &account, Bonds::Following, (&actor.following(), total), &asked).await)
}

async fn bonds(
    state: &AppState,
    account: &Account,
    which: Bonds,
    (id, total): (&str, i64),
    asked: &Asked,
) -> Result<Response, ApiError> {
    let Some(cursor) = asked.cursor()? else { return whole(id, Order::Ordered, total) };
    let page = state.service.bonds(which, account.id, cursor, limits::COLLECTION_PAGE).await?;
    let items = page.items.iter().map(|other| json!(state.service.addresses().actor(other))).collect();
    part(id, &cursor, items, page.next)
}

/// `GET /users/{username}/collections/featured`: pinned posts, all of them: there are few.
pub(super) async fn featured(
    State(state): State<AppState>,
    Path(username): Path<String>,
    reader: Reader,
) -> Result<Response, ApiError> {
    let written = async {
        let account = local(&state.service, &username).await?;
        let actor = state.federation.local_actor(&account);
        let (mut items, mut tweets) = (Vec::new(), Vec::new());
        for view in state.service.pinned(None, account.id).await? {
            let note = state.federation.note(&view).await?;
            items.push(serde_json::to_value(note).map_err(Error::internal)?);
            tweets.push(view.tweet.id);
        }
        let total = u64::try_from(items.len()).unwrap_or(0);
        // Nobody notes when a pin was set.
        let about = About { account: account.id, tweets };
        Ok((Collection::counted(actor.featured(), Order::Ordered, total).items(items), about))
    };
    reader.open(&state, &format!("/users/{username}/collections/featured"), written).await
}

/// `GET /users/{username}/collections/tags`: the hashtags that an account shows on its profile.
pub(super) async fn tags(
    State(state): State<AppState>,
    Path(username): Path<String>,
    reader: Reader,
) -> Result<Response, ApiError> {
    let account = local(&state.service, &username).await?;
    let id = state.federation.local_actor(&account).featured_tags();
    let tags = state.service.featured_tags(None, account.id).await?;
    let total = u64::try_from(tags.len()).unwrap_or(0);
    let addresses = state.service.addresses();
    let items = tags.iter().map(|shown| {
        json!({ "type": "Hashtag", "href": addresses.at(&format!("/tags/{}", shown.tag)), "name": format!("#{}", shown.tag) })
    });
    reader.give(document(&Collection::counted(id, Order::Unordered, total).items(items.collect())))
}

/// `GET /actor/outbox|followers|following`: the instance says nothing, and has no bonds; open as the actor is.
pub(super) async fn of_instance(
    State(state): State<AppState>,
    Path(which): Path<String>,
) -> Result<Response, ApiError> {
    let actor = LocalActor::instance(state.service.addresses().origin());
    let id = match which.as_str() {
        "outbox" => actor.outbox(),
        "followers" => actor.followers(),
        "following" => actor.following(),
        _ => return Err(Error::NotFound("collection").into()),
    };
    document(&Collection::counted(id, Order::Ordered, 0).items(Vec::new()))
}

/// `GET /users/{username}/statuses/{id}/replies|likes|shares`: counts of likes and shares, ids of replies.
pub(super) async fn of_status(
    State(state): State<AppState>,
    Path((username, id, which)): Path<(String, TweetId, String)>,
    reader: Reader,
) -> Result<Response, ApiError> {
    let view = own_for(&state, &username, id, &reader).await?;
    let actor: LocalActor = state.federation.local_actor(&view.author);
    let address = actor.status_collection(id.0, &which);
    let answer = match which.as_str() {
        "likes" => whole_counted(&address, view.tweet.likes_count),
        "shares" => whole_counted(&address, view.tweet.retweets_count),
        "replies" => {
            let viewer = if view.tweet.visibility.is_open() { None } else { reader.account(&state).await };
            let thread = state.service.thread(viewer, id).await?;
            let mut items = Vec::new();
            for reply in thread.descendants.iter().filter(|reply| reply.tweet.reply_to == Some(id)) {
                let addresses = state.service.addresses();
                items.push(json!(addresses.tweet(&reply.tweet, &reply.author)));
            }
            items.truncate(limits::COLLECTION_PAGE);
            let total = u64::try_from(view.tweet.replies_count).unwrap_or(0);
            document(&Collection::counted(address, Order::Unordered, total).items(items))
        }
        _ => Err(Error::NotFound("collection").into()),
    };
    Ok(reader.seal(answer?, view.tweet.visibility.is_open()))
}

fn whole_counted(id: &str, total: i64) -> Result<Response, ApiError> {
    document(&Collection::counted(id, Order::Unordered, u64::try_from(total).unwrap_or(0)))
}

fn whole(id: &str, order: Order, total: i64) -> Result<Response, ApiError> {
    let total = u64::try_from(total).unwrap_or(0);
    document(&Collection::counted(id, order, total).first(format!("{id}?page=true")))
}

fn part(id: &str, cursor: &Cursor, items: Vec<Value>, next: Option<String>) -> Result<Response, ApiError> {
    let own = match cursor.before {
        None => format!("{id}?page=true"),
        Some(_) => format!("{id}?page={cursor}"),
    };
    let next = next.map(|cursor| format!("{id}?page={cursor}"));
    document(&Page::new(own, id, Order::Ordered, items).next(next))
}
