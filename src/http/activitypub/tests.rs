//! What other instances are answered, on both engines.

mod emoji;
mod readers;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use url::Url;

use crate::client::{Client, ClientSettings};
use crate::clock::Clock;
use crate::error::Error;
use crate::federation::rendered::About;
use crate::federation::{Federation, InstanceKey};
use crate::http::state::AppState;
use crate::media::{Media, MediaSettings};
use crate::model::account::{Role, UserState};
use crate::model::address::Addresses;
use crate::model::ids::{AccountId, IdMaker, TweetId};
use crate::model::visibility::Visibility;
use crate::search::{Finder, Search};
use crate::service::{
    NewTweet, PictureSettings, ProfileChanges, RemotePictures, Rules, Service, SignUp, TweetChanges,
};
use crate::store::events;
use crate::store::follower::Progress;
use crate::store::tests::database::{TestStore, stores};
use crate::timelines::Home;

const NOW: i64 = 1_767_323_045_000;

/// Our instance, `https://a.test`, with `ann`.
struct World {
    router: Router,
    federation: Federation,
    service: Service,
    ann: AccountId,
    engine: &'static str,
    _files: tempfile::TempDir,
    _database: TestStore,
}

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        worlds.push(world(database).await);
    }
    worlds
}

async fn world(database: TestStore) -> World {
    world_with(database, Rules::default()).await
}

async fn world_with(database: TestStore, rules: Rules) -> World {
    let clock = Clock::manual(NOW);
    let ids = Arc::new(IdMaker::new(clock.clone(), 0));
    let addresses = Addresses::new(Url::parse("https://a.test").unwrap()).unwrap();
    let service = Service::new(database.store.clone(), clock.clone(), ids, addresses, rules);
    let files = tempfile::tempdir().unwrap();
    let settings = MediaSettings {
        data_dir: files.path().to_owned(),
        decode_threads: 1,
        decode_queue: 8,
        image_max_bytes: 1 << 20,
        films: None,
    };
    let media = Arc::new(Media::open(&settings, &clock).unwrap());
    let client = Client::new(ClientSettings {
        off: true,
        insecure: false,
        dev_hosts: [].into(),
        user_agent: "test".to_owned(),
        per_host: 1,
    })
    .unwrap();
    let pictures = PictureSettings {
        cache_bytes: 1 << 20,
        fetches: false,
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
    };
    let search = Arc::new(Search::open(&files.path().join("search")).unwrap().0);
    let key = InstanceKey::new([7; 32]);
    let push = crate::notify::Pushes::open(
        service.clone(),
        client.clone(),
        InstanceKey::new([7; 32]),
        crate::http::mastodon::say(&service),
    )
    .await
    .unwrap();
    let state = AppState::from(crate::http::state::Parts {
        letters: crate::notify::Letters::new(
            service.clone(),
            None,
            InstanceKey::new([7; 32]),
            crate::http::web::word(&service),
        ),
        push,
        kept_posts: crate::http::mastodon::KeptPosts::new(Default::default()),
        stream: crate::stream::Hub::new(service.clone()),
        finder: Finder::new(service.clone(), search),
        service: service.clone(),
        home: Home::new(service.clone(), &crate::timelines::Settings::default()),
        pictures: RemotePictures::new(service.clone(), Arc::clone(&media), client.clone(), pictures),
        media,
        federation: Federation::open(service.clone(), client, key).await.unwrap(),
    });
    let new = SignUp {
        username: "ann".into(),
        email: "ann@a.test".into(),
        password: "correct horse battery".into(),
        language: None,
        reason: String::new(),
    };
    let ann = service.create_user(new, Role::User, UserState::Active).await.unwrap().account_id;
    let federation = state.federation.clone();
    let router = super::routes().with_state(state);
    World { router, federation, service, ann, engine: database.engine, _files: files, _database: database }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl World {
    async fn get(&self, path: &str) -> Answer {
        self.get_with(path, HeaderMap::new()).await
    }

    async fn get_with(&self, path: &str, headers: HeaderMap) -> Answer {
        let mut request = Request::get(path).header(ACCEPT, "application/activity+json");
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let answer = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Lets documents be kept, and waits until all that is logged by now is taken in.
    async fn follow(&self) -> Follower {
        let store = self.service.store();
        let start = store.read(events::head).await.unwrap();
        let (progress, stop) = (Progress::default(), CancellationToken::new());
        let following = self.federation.clone().follow_documents(progress.clone(), start, stop.clone());
        tokio::spawn(following);
        assert!(progress.reached(start, PATIENCE).await, "{}", self.engine);
        Follower { progress, stop }
    }

    async fn finger(&self, resource: &str) -> Answer {
        let mut url = Url::parse("https://a.test/.well-known/webfinger").unwrap();
        url.query_pairs_mut().append_pair("resource", resource);
        self.get(&format!("{}?{}", url.path(), url.query().unwrap())).await
    }

    async fn post(&self, text: &str, visibility: Visibility, reply_to: Option<TweetId>) -> TweetId {
        let new =
            NewTweet { text: text.to_owned(), visibility: Some(visibility), reply_to, ..NewTweet::default() };
        self.service.create_tweet(self.ann, new).await.unwrap().tweet.id
    }
}

fn one(name: HeaderName, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(name, value.parse().unwrap())])
}

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// What drops old documents, until this goes.
struct Follower {
    progress: Progress,
    stop: CancellationToken,
}

impl Follower {
    async fn catch_up(&self, world: &World) {
        let newest = world.service.store().read(events::newest).await.unwrap();
        assert!(self.progress.reached(newest, PATIENCE).await, "{}", world.engine);
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[tokio::test]
async fn a_document_says_its_version_and_is_not_sent_twice() {
    for world in worlds().await {
        let id = world.post("hi", Visibility::Public, None).await;
        for path in [
            format!("/users/ann/statuses/{id}"),
            "/users/ann".into(),
            format!("/users/ann/statuses/{id}/activity"),
        ] {
            let answer = world.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{}: {path}", world.engine);
            assert_eq!(answer.headers[VARY], "Accept", "{path}");
            assert_eq!(answer.headers[CACHE_CONTROL], "public, max-age=60", "{path}");
            let etag = answer.headers[ETAG].to_str().unwrap();
            for (name, value) in
                [(IF_NONE_MATCH, etag.to_owned()), (IF_NONE_MATCH, format!("\"other\", W/{etag}"))]
            {
                let again = world.get_with(&path, one(name, &value)).await;
                assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{}: {path} {value}", world.engine);
                assert_eq!((&again.body, &again.headers[ETAG]), (&Value::Null, &answer.headers[ETAG]));
            }
            let other = one(IF_NONE_MATCH, "\"other\"");
            assert_eq!(world.get_with(&path, other).await.status, StatusCode::OK, "{path}");
        }
        let missing = world.get("/users/ann/statuses/1").await;
        assert_eq!(missing.headers[CACHE_CONTROL], "private, no-store");
    }
}

#[tokio::test]
async fn a_storm_on_a_post_is_answered_from_memory_until_it_changes() {
    for world in worlds().await {
        let follower = world.follow().await;
        let id = world.post("hi", Visibility::Public, None).await;
        let path = format!("/users/ann/statuses/{id}");
        let first = world.get(&path).await;
        assert_eq!(first.body["content"], "<p>hi</p>", "{}", world.engine);
        let storm = futures_util::future::join_all((0..20).map(|_| world.get(&path))).await;
        assert!(storm.iter().all(|answer| answer.body == first.body), "{}", world.engine);
        // Nobody writes it again: a writer that would fail is not asked.
        let never = async { Err::<(Value, About), Error>(Error::Busy) };
        let kept = world.federation.document_at(&path, never).await.unwrap();
        assert_eq!(kept.etag, first.headers[ETAG].to_str().unwrap(), "{}", world.engine);
        let changes = TweetChanges { text: Some("new".into()), ..TweetChanges::default() };
        world.service.edit_tweet(world.ann, id, changes).await.unwrap();
        follower.catch_up(&world).await;
        let after = world.get(&path).await;
        assert_eq!(after.body["content"], "<p>new</p>", "{}", world.engine);
        assert_ne!(after.headers[ETAG], first.headers[ETAG]);
        world.service.delete_tweet(world.ann, id).await.unwrap();
        follower.catch_up(&world).await;
        assert_eq!(world.get(&path).await.status, StatusCode::GONE, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_profile_and_its_pins_are_shown_as_they_are_now() {
    for world in worlds().await {
        let follower = world.follow().await;
        let id = world.post("hi", Visibility::Public, None).await;
        let (actor, featured) = ("/users/ann", "/users/ann/collections/featured");
        assert_eq!(world.get(actor).await.body["name"], "ann", "{}", world.engine);
        assert_eq!(world.get(featured).await.body["totalItems"], 0, "{}", world.engine);
        let changes = ProfileChanges { display_name: Some("Ann".into()), ..ProfileChanges::default() };
        world.service.update_profile(world.ann, changes).await.unwrap();
        world.service.set_pin(world.ann, id, true).await.unwrap();
        follower.catch_up(&world).await;
        assert_eq!(world.get(actor).await.body["name"], "Ann", "{}", world.engine);
        assert_eq!(world.get(featured).await.body["totalItems"], 1, "{}", world.engine);
        world.service.set_suspended(world.ann, true).await.unwrap();
        follower.catch_up(&world).await;
        for path in [actor.to_owned(), featured.to_owned(), format!("/users/ann/statuses/{id}")] {
            assert_eq!(world.get(&path).await.status, StatusCode::NOT_FOUND, "{}: {path}", world.engine);
        }
    }
}

#[tokio::test]
async fn a_handle_leads_to_its_actor_for_pages_of_every_origin() {
    for world in worlds().await {
        for resource in
            ["acct:ann@a.test", "acct:ANN@A.Test", "https://a.test/users/ann", "https://a.test/@ann"]
        {
            let answer = world.finger(resource).await;
            assert_eq!(answer.status, StatusCode::OK, "{}: {resource}", world.engine);
            assert_eq!(answer.body["subject"], "acct:ann@a.test", "{resource}");
            let links = answer.body["links"].as_array().unwrap();
            let actor = links.iter().find(|link| link["rel"] == "self").unwrap();
            assert_eq!(actor["href"], "https://a.test/users/ann");
            assert_eq!(actor["type"], "application/activity+json");
            let kind = answer.headers[CONTENT_TYPE].to_str().unwrap();
            assert!(kind.starts_with("application/jrd+json"), "{kind}");
            assert_eq!(answer.headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        }
        for (resource, status) in [
            ("acct:nobody@a.test", StatusCode::NOT_FOUND),
            ("acct:ann@b.test", StatusCode::NOT_FOUND),
            ("https://b.test/users/ann", StatusCode::NOT_FOUND),
            ("ann", StatusCode::BAD_REQUEST),
        ] {
            let answer = world.finger(resource).await;
            assert_eq!(answer.status, status, "{}: {resource}", world.engine);
            assert_eq!(answer.headers[ACCESS_CONTROL_ALLOW_ORIGIN], "*", "{resource}");
        }
        assert_eq!(world.get("/.well-known/webfinger").await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn the_instance_actor_is_found_by_its_name_and_has_all_that_it_names() {
    for world in worlds().await {
        for resource in ["acct:a.test@a.test", "acct:A.TEST@a.test", "https://a.test/actor"] {
            let answer = world.finger(resource).await;
            assert_eq!(answer.status, StatusCode::OK, "{}: {resource}", world.engine);
            assert_eq!(answer.body["subject"], "acct:a.test@a.test", "{resource}");
            let links = answer.body["links"].as_array().unwrap();
            assert!(links.iter().any(|link| link["rel"] == "self" && link["href"] == "https://a.test/actor"));
        }
        let actor = world.get("/actor").await.body;
        assert_eq!(actor["preferredUsername"], "a.test");
        for collection in ["outbox", "followers", "following"] {
            let id = actor[collection].as_str().unwrap();
            let answer = world.get(id.strip_prefix("https://a.test").unwrap()).await;
            assert_eq!((answer.status, &answer.body["totalItems"]), (StatusCode::OK, &0.into()), "{id}");
            assert_eq!(answer.body["id"], id);
        }
    }
}

#[tokio::test]
async fn a_deleted_post_answers_gone_with_its_tombstone() {
    for world in worlds().await {
        let id = world.post("oops", Visibility::Public, None).await;
        let path = format!("/users/ann/statuses/{id}");
        assert_eq!(world.get(&path).await.body["type"], "Note", "{}", world.engine);
        world.service.delete_tweet(world.ann, id).await.unwrap();
        let answer = world.get(&path).await;
        assert_eq!(answer.status, StatusCode::GONE, "{}", world.engine);
        assert_eq!(answer.body["type"], "Tombstone");
        assert_eq!(answer.body["id"], format!("https://a.test{path}"));
        assert_eq!(world.get("/users/ann/statuses/1").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_account_that_left_and_all_below_it_answer_gone_also_when_it_is_erased() {
    for world in worlds().await {
        let id = world.post("bye", Visibility::Public, None).await;
        let (actor, post) = ("/users/ann".to_owned(), format!("/users/ann/statuses/{id}"));
        assert_eq!(world.get(&actor).await.status, StatusCode::OK, "{}", world.engine);
        world.service.delete_account(world.ann).await.unwrap();
        for _ in 0..2 {
            for path in [&actor, &post] {
                let answer = world.get(path).await;
                assert_eq!(answer.status, StatusCode::GONE, "{}: {path}", world.engine);
                assert_eq!(answer.body["type"], "Tombstone", "{path}");
                assert_eq!(answer.body["id"], format!("https://a.test{path}"));
                assert_eq!(answer.body["deleted"], "2026-01-02T03:04:05Z");
            }
            for path in ["/users/ANN", "/users/ann/outbox", "/users/ann/followers"] {
                assert_eq!(world.get(path).await.status, StatusCode::GONE, "{}: {path}", world.engine);
            }
            let finger = world.finger("acct:ann@a.test").await;
            assert_eq!(finger.status, StatusCode::GONE, "{}", world.engine);
            world.service.erase_departed().await.unwrap();
        }
        assert_eq!(world.get("/users/nobody").await.status, StatusCode::NOT_FOUND, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_is_not_for_everybody_is_in_no_document() {
    for world in worlds().await {
        let open = world.post("open", Visibility::Public, None).await;
        for visibility in [Visibility::Followers, Visibility::Direct] {
            let hidden = world.post("secret", visibility, Some(open)).await;
            for rest in ["", "/activity", "/replies", "/likes"] {
                let answer = world.get(&format!("/users/ann/statuses/{hidden}{rest}")).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{} {visibility:?}{rest}", world.engine);
            }
        }
        for path in [
            "/users/ann/outbox?page=true".to_owned(),
            "/users/ann/collections/featured".to_owned(),
            format!("/users/ann/statuses/{open}/replies"),
        ] {
            let answer = world.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{}: {path}", world.engine);
            let text = answer.body.to_string();
            assert!(!text.contains("secret"), "{}: {path}: {text}", world.engine);
            let listed = answer.body["items"].as_array().or(answer.body["orderedItems"].as_array());
            let wanted = usize::from(path.contains("outbox"));
            assert_eq!(listed.map_or(0, Vec::len), wanted, "{}: {path}: {text}", world.engine);
        }
    }
}

#[tokio::test]
async fn the_stamp_of_a_quote_is_served_until_it_is_withdrawn() {
    for world in worlds().await {
        let new = SignUp {
            username: "bea".into(),
            email: "bea@a.test".into(),
            password: "correct horse battery".into(),
            language: None,
            reason: String::new(),
        };
        let bea = world.service.create_user(new, Role::User, UserState::Active).await.unwrap().account_id;
        let quoted = world.post("quote me", Visibility::Public, None).await;
        let new = NewTweet { text: "look".into(), quote_of: Some(quoted), ..NewTweet::default() };
        let quote = world.service.create_tweet(bea, new).await.unwrap().tweet;
        let path = format!("/users/ann/quote_authorizations/{}", quote.id);
        assert_eq!(quote.quote_stamp, Some(format!("https://a.test{path}")), "{}", world.engine);
        let stamp = world.get(&path).await.body;
        assert_eq!(stamp["type"], "QuoteAuthorization");
        assert_eq!(stamp["attributedTo"], "https://a.test/users/ann");
        assert_eq!(stamp["interactingObject"], format!("https://a.test/users/bea/statuses/{}", quote.id));
        assert_eq!(stamp["interactionTarget"], format!("https://a.test/users/ann/statuses/{quoted}"));
        let note = world.get(&format!("/users/bea/statuses/{}", quote.id)).await.body;
        assert_eq!(note["quoteAuthorization"], stamp["id"]);
        for other in ["/users/bea/quote_authorizations/1", "/users/ann/quote_authorizations/1"] {
            assert_eq!(world.get(other).await.status, StatusCode::NOT_FOUND, "{other}");
        }
        world.service.withdraw_quote(world.ann, quote.id).await.unwrap();
        assert_eq!(world.get(&path).await.status, StatusCode::GONE, "{}", world.engine);
        let note = world.get(&format!("/users/bea/statuses/{}", quote.id)).await.body;
        assert!(note.get("quote").is_none() && note.get("quoteAuthorization").is_none());
    }
}
