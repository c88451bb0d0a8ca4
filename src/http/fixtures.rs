//! Posts of another instance, and cards of pages, for tests of what is shown of them.

use crate::model::account::Account;
use crate::model::host::Host;
use crate::model::ids::{AccountId, RowId, TweetId};
use crate::model::preview::Page;
use crate::model::tweet::Tweet;
use crate::service::{Service, blank_tweet};
use crate::store::actors::{self, Reach, RemoteActor};
use crate::store::previews::{self, Fresh, Link};
use crate::store::tweet_commands::CreateTweet;

/// Whose posts they are.
pub(super) const BOB: &str = "http://b.test/users/bob";

/// A post of `@bob@b.test`, with these changes.
pub(super) async fn remote_post(service: &Service, change: impl FnOnce(Tweet) -> Tweet) -> TweetId {
    let now_ms = service.clock().now_ms();
    let author = bob(service, now_ms).await;
    let id = TweetId(service.ids().next());
    let tweet = Tweet {
        local: false,
        uri: Some(format!("http://b.test/notes/{id}")),
        text: "from afar".to_owned(),
        html: "<p>from afar</p>".to_owned(),
        ..blank_tweet(id, author, now_ms)
    };
    let command = CreateTweet::alone(change(tweet), now_ms);
    service.write_tweet(command).await.unwrap()
}

/// A card of a page at `url` for a tweet.
pub(super) async fn card(service: &Service, tweet: TweetId, url: &str, page: Page) -> RowId {
    let (id, now_ms) = (RowId(service.ids().next()), service.clock().now_ms());
    let host = Host::of(&url.parse().unwrap()).unwrap().into_string();
    let link = Link { tweet, id, url: url.to_owned(), host, due_at: now_ms, hurries: false };
    let written = service.store().write(move |conn| {
        previews::link(conn, &link, Fresh { card_since: 0, none_since: 0 }, now_ms)?;
        previews::found(conn, id, &page, now_ms)
    });
    written.await.unwrap();
    id
}

async fn bob(service: &Service, now_ms: i64) -> AccountId {
    // What does not matter is as that of one of ours.
    let somebody = service.account_by_handle("ann").await.unwrap();
    let account = Account {
        id: AccountId(service.ids().next()),
        username: "bob".to_owned(),
        domain: Some("b.test".to_owned()),
        uri: Some(BOB.to_owned()),
        ..somebody
    };
    let reach = Reach {
        inbox: format!("{BOB}/inbox"),
        host: "b.test".to_owned(),
        also_known_as: "[]".to_owned(),
        uri: BOB.to_owned(),
        ..Reach::default()
    };
    let actor = RemoteActor { account, reach, keys: Vec::new() };
    service.store().write(move |conn| actors::upsert(conn, &actor, now_ms)).await.unwrap()
}
