//! Pushing with everything behind it, to a push service that reads what it is sent, on both engines.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::work::{ATTEMPTS_MAX, LEASE_MS};
use super::*;
use crate::client::ClientSettings;
use crate::clock::Clock;
use crate::model::account::{Account, Role, SessionKind, User, UserState};
use crate::model::address::Addresses;
use crate::model::hours::TimeOfDay;
use crate::model::ids::{AccountId, IdMaker, TweetId};
use crate::model::notification::NotificationKind;
use crate::model::push::PushPolicy;
use crate::model::telling::{Channel, Doer, Doers};
use crate::push::{Subscriber, claims};
use crate::service::{NewTweet, Origin, Rules, SignedIn, TellingChanges};
use crate::store::events::Position;
use crate::store::follower::Progress;
use crate::store::push::Due;
use crate::store::tests::database::{TestStore, settled_log, stores};

const MORNING_MS: i64 = 1_780_000_000_000;
const PATIENCE: Duration = Duration::from_secs(20);

struct World {
    service: Service,
    pushes: Pushes,
    push_service: MockServer,
    clock: Clock,
    engine: &'static str,
    planned: Mutex<Position>,
    database: TestStore,
}

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        let clock = Clock::manual(MORNING_MS);
        let push_service = MockServer::start().await;
        let (service, pushes) = process(&database, &clock, Some(&push_service)).await;
        let engine = database.engine;
        worlds.push(World {
            service,
            pushes,
            push_service,
            clock,
            engine,
            planned: Mutex::default(),
            database,
        });
    }
    worlds
}

/// A process of the instance; without a push service it keeps to the public internet.
async fn process(
    database: &TestStore,
    clock: &Clock,
    push_service: Option<&MockServer>,
) -> (Service, Pushes) {
    let ids = Arc::new(IdMaker::new(clock.clone(), 0));
    let addresses = Addresses::new("https://rook.test".parse().unwrap()).unwrap();
    let service = Service::new(database.store.clone(), clock.clone(), ids, addresses, Rules::default());
    let hosts = push_service.map(|push_service| ("push.test".to_owned(), *push_service.address()));
    let client = Client::new(ClientSettings {
        off: false,
        insecure: push_service.is_some(),
        dev_hosts: HashMap::from_iter(hosts),
        user_agent: "Rookery test".into(),
        per_host: 4,
    });
    let say: Say = Arc::new(|view, language| Said {
        kind: view.notification.kind.as_str(),
        title: format!("{} by {} in {language}", view.notification.kind.as_str(), view.from.username),
        body: view.tweet.as_ref().map(|view| view.tweet.text.clone()).unwrap_or_default(),
        icon: "https://rook.test/icon.svg".to_owned(),
    });
    let key = InstanceKey::new([7; 32]);
    let pushes = Pushes::open(service.clone(), client.unwrap(), key, say).await.unwrap();
    (service, pushes)
}

impl World {
    async fn person(&self, name: &str) -> AccountId {
        let id = AccountId(self.service.ids().next());
        let user = User {
            account_id: id,
            username: name.to_owned(),
            email: format!("{name}@mail.test"),
            password_hash: "none".to_owned(),
            role: Role::User,
            state: UserState::Active,
            suspended: false,
            language: None,
        };
        let account = Account::blank(id, name.to_owned(), self.clock.now_ms());
        self.service.write_user(account, user, String::new(), false).await.unwrap();
        id
    }

    async fn sign_in(&self, account: AccountId) -> (SignedIn, String) {
        let started =
            self.service.start_session(account, SessionKind::Token, "push", Origin::default()).await;
        let token = started.unwrap().1;
        (self.service.session(&token).await.unwrap().unwrap(), token)
    }

    /// Subscribes somebody to everything, at this path of the push service.
    async fn subscribe(&self, account: AccountId, at: &str, subscriber: &Subscriber) -> (SignedIn, String) {
        let (who, token) = self.sign_in(account).await;
        self.pushes.subscribe(&who, Some(&token), new(at, subscriber)).await.unwrap();
        (who, token)
    }

    async fn mention(&self, author: AccountId, text: &str) -> TweetId {
        let new = NewTweet { text: text.to_owned(), ..NewTweet::default() };
        self.service.create_tweet(author, new).await.unwrap().tweet.id
    }

    /// Plans all that was written, and takes what is due.
    async fn due(&self) -> Vec<Due> {
        self.plan().await;
        self.pushes.take(100, Vec::new()).await.unwrap()
    }

    async fn plan(&self) {
        let from = *self.planned.lock().unwrap();
        let log = settled_log(&self.database.store, from).await;
        self.pushes.take_in(&log, true).await.unwrap();
        if let Some(last) = log.last() {
            *self.planned.lock().unwrap() = last.position;
        }
    }

    /// Pushes what is due; answers what the push service was sent for it.
    async fn push(&self) -> Vec<Request> {
        let before = self.push_service.received_requests().await.unwrap().len();
        for due in self.pushes.take(100, Vec::new()).await.unwrap() {
            self.pushes.push(due).await.unwrap();
        }
        self.push_service.received_requests().await.unwrap().split_off(before)
    }

    async fn answers(&self, at: &str, answer: ResponseTemplate) {
        Mock::given(path(at)).respond_with(answer).mount(&self.push_service).await;
    }

    async fn has_subscription(&self, who: &SignedIn) -> bool {
        self.pushes.subscription(who).await.is_ok()
    }
}

fn new(at: &str, subscriber: &Subscriber) -> NewPush {
    let (public, auth) = (&subscriber.recipient.public, &subscriber.recipient.auth);
    NewPush {
        endpoint: format!("http://push.test{at}"),
        keys: Keys { p256dh: URL_SAFE_NO_PAD.encode(public), auth: URL_SAFE_NO_PAD.encode(auth) },
        standard: true,
        kinds: NotificationKind::ALL.to_vec(),
        policy: PushPolicy::All,
    }
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers[name].to_str().unwrap()
}

fn part<'a>(text: &'a str, name: &str) -> &'a str {
    let mut parts = text.split([',', ';', ' ']).filter_map(|part| part.split_once('='));
    parts.find(|(known, _)| *known == name).unwrap().1
}

#[tokio::test]
async fn a_message_is_for_the_subscribers_eyes_and_says_who_sends_it() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let subscriber = Subscriber::new();
        let (_, token) = world.subscribe(ann, "/p/ann", &subscriber).await;
        world.answers("/p/ann", ResponseTemplate::new(201)).await;
        world.mention(bob, "@ann did you hear?").await;
        world.plan().await;
        let sent = world.push().await;
        let [sent] = &*sent else { panic!("{} messages", sent.len()) };
        assert_eq!((header(sent, "ttl"), header(sent, "urgency")), ("172800", "normal"));
        assert_eq!(header(sent, "content-encoding"), "aes128gcm");
        let said = header(sent, "authorization").strip_prefix("vapid ").unwrap();
        assert_eq!(part(said, "k"), world.pushes.public_key());
        let claims = claims(part(said, "t"), world.pushes.public_key());
        assert_eq!(claims["aud"], "http://push.test");
        assert_eq!(claims["sub"], "https://rook.test");
        assert_eq!(claims["exp"], (MORNING_MS + 12 * 60 * 60 * 1_000) / 1_000);
        let message: Value = serde_json::from_slice(&subscriber.read(&sent.body)).unwrap();
        let notifications =
            world.service.notifications(ann, Vec::new(), crate::model::cursor::Cursor::default(), 10).await;
        let wanted = serde_json::json!({
            "access_token": token,
            "preferred_locale": "en",
            "notification_id": notifications.unwrap().items[0].notification.id.0,
            "notification_type": "mention",
            "icon": "https://rook.test/icon.svg",
            "title": "mention by bob in en",
            "body": "@ann did you hear?",
        });
        assert_eq!(message, wanted, "{}", world.engine);
        assert!(world.push().await.is_empty(), "it is sent once");
    }
}

#[tokio::test]
async fn who_asks_for_the_drafts_is_sent_by_the_drafts() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let (subscriber, (who, token)) = (Subscriber::new(), world.sign_in(ann).await);
        let drafted = NewPush { standard: false, ..new("/p/ann", &subscriber) };
        world.pushes.subscribe(&who, Some(&token), drafted).await.unwrap();
        world.mention(bob, "@ann").await;
        world.plan().await;
        let sent = world.push().await;
        assert_eq!(header(&sent[0], "content-encoding"), "aesgcm");
        let statement = header(&sent[0], "authorization").strip_prefix("WebPush ").unwrap();
        let keys = header(&sent[0], "crypto-key");
        assert_eq!(claims(statement, part(keys, "p256ecdsa"))["aud"], "http://push.test");
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let (salt, dh) = (bytes(part(header(&sent[0], "encryption"), "salt")), bytes(part(keys, "dh")));
        let message: Value =
            serde_json::from_slice(&subscriber.read_drafted(&sent[0].body, &salt, &dh)).unwrap();
        assert_eq!(message["access_token"], token, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_is_not_wanted_is_not_planned() {
    for world in worlds().await {
        let (ann, bob, cid) =
            (world.person("ann").await, world.person("bob").await, world.person("cid").await);
        world.service.follow(ann, bob).await.unwrap();
        world.service.follow(cid, ann).await.unwrap();
        let tweet = world.mention(ann, "hello").await;
        let subscriber = Subscriber::new();
        let everything = NotificationKind::ALL.to_vec();
        let no_likes: Vec<_> =
            everything.iter().copied().filter(|kind| *kind != NotificationKind::Like).collect();
        for (kinds, policy) in [
            (everything.clone(), PushPolicy::All),
            (everything.clone(), PushPolicy::Followed),
            (everything.clone(), PushPolicy::Follower),
            (everything, PushPolicy::None),
            (no_likes, PushPolicy::All),
        ] {
            let (who, _) = world.sign_in(ann).await;
            let wanted = NewPush { kinds, policy, ..new("/p/ann", &subscriber) };
            world.pushes.subscribe(&who, None, wanted).await.unwrap();
        }
        // What is planned of before is none of these.
        world.due().await;
        let mut counts = Vec::new();
        for who in [bob, cid] {
            world.service.like(who, tweet).await.unwrap();
            world.clock.advance(1);
            counts.push(world.due().await.len());
        }
        assert_eq!(counts, [2, 2], "all and followed, all and follower on {}", world.engine);
        world.mention(bob, "@ann").await;
        assert_eq!(world.due().await.len(), 3, "{}", world.engine);
    }
}

#[tokio::test]
async fn what_is_not_to_be_pushed_is_told_in_the_list_alone() {
    for world in worlds().await {
        let (ann, bob, cid) =
            (world.person("ann").await, world.person("bob").await, world.person("cid").await);
        world.service.follow(ann, bob).await.unwrap();
        world.subscribe(ann, "/p/ann", &Subscriber::new()).await;
        let told = vec![(NotificationKind::Mention, Channel::Push, Doers::from_iter([Doer::Followed]))];
        let changes = TellingChanges { told, ..TellingChanges::default() };
        world.service.set_telling(ann, changes).await.unwrap();
        world.due().await;
        for (who, wanted) in [(bob, 1), (cid, 0)] {
            world.mention(who, "@ann").await;
            assert_eq!(world.due().await.len(), wanted, "{}", world.engine);
        }
        assert_eq!(world.service.unread(ann).await.unwrap().count, 2, "{}", world.engine);
    }
}

#[tokio::test]
async fn nothing_is_pushed_in_quiet_hours_and_nothing_of_them_later() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        world.subscribe(ann, "/p/ann", &Subscriber::new()).await;
        world.answers("/p/ann", ResponseTemplate::new(503)).await;
        // It is 20:26 in UTC, and 5:26 in Tokyo.
        let time = |text: &str| text.parse::<TimeOfDay>().unwrap();
        let changes = TellingChanges {
            quiet_hours: Some(Some((time("22:00"), time("05:30")))),
            time_zone: Some(Some("Asia/Tokyo".to_owned())),
            ..TellingChanges::default()
        };
        world.service.set_telling(ann, changes).await.unwrap();
        world.mention(bob, "@ann are you asleep?").await;
        assert_eq!(world.due().await, [], "{}", world.engine);
        world.mention(bob, "@ann hello?").await;
        // Whoever plans was away until the night was over.
        world.clock.advance(5 * 60 * 1_000);
        assert_eq!(world.due().await, [], "{}: it is no news in the morning", world.engine);
        world.mention(bob, "@ann good morning").await;
        world.plan().await;
        assert_eq!(world.push().await.len(), 1, "{}", world.engine);
        // What is to be tried again is dropped when the night has come meanwhile.
        world.clock.advance(17 * 60 * 60 * 1_000);
        assert_eq!(world.push().await.len(), 0, "{}", world.engine);
        world.clock.advance(8 * 60 * 60 * 1_000);
        assert_eq!(world.due().await, [], "{}", world.engine);
        assert_eq!(world.service.unread(ann).await.unwrap().count, 3, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_subscription_that_its_push_service_does_not_know_is_removed() {
    for world in worlds().await {
        let bob = world.person("bob").await;
        for (name, status) in [("ann", 404), ("cid", 410)] {
            let account = world.person(name).await;
            let (who, _) = world.subscribe(account, &format!("/p/{name}"), &Subscriber::new()).await;
            world.answers(&format!("/p/{name}"), ResponseTemplate::new(status)).await;
            world.mention(bob, &format!("@{name}")).await;
            world.plan().await;
            assert_eq!(world.push().await.len(), 1);
            assert!(!world.has_subscription(&who).await, "{status} on {}", world.engine);
        }
        let account = world.person("dan").await;
        let (who, _) = world.subscribe(account, "/p/dan", &Subscriber::new()).await;
        world.answers("/p/dan", ResponseTemplate::new(413)).await;
        world.mention(bob, "@dan").await;
        world.plan().await;
        world.push().await;
        assert!(world.has_subscription(&who).await && world.due().await.is_empty(), "one message is refused");
    }
}

#[tokio::test]
async fn what_fails_for_a_passing_cause_is_tried_later_each_time_and_then_given_up() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        world.subscribe(ann, "/p/ann", &Subscriber::new()).await;
        let busy = ResponseTemplate::new(503).insert_header("retry-after", "300");
        world.answers("/p/ann", busy).await;
        world.mention(bob, "@ann").await;
        world.plan().await;
        assert_eq!(world.push().await.len(), 1);
        world.clock.advance(299_000);
        assert_eq!(world.push().await.len(), 0, "as long as it was asked to wait, on {}", world.engine);
        let mut sent = 1;
        for _ in 0..20 {
            world.clock.advance(60 * 60 * 1_000);
            sent += world.push().await.len();
        }
        assert_eq!(sent, usize::try_from(ATTEMPTS_MAX).unwrap(), "{}", world.engine);
    }
}

#[tokio::test]
async fn messages_die_with_their_session_and_with_their_notification() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let subscriber = Subscriber::new();
        let (who, _) = world.subscribe(ann, "/p/1", &subscriber).await;
        world.mention(bob, "@ann").await;
        world.plan().await;
        world.service.end_session(ann, who.session).await.unwrap();
        assert!(world.push().await.is_empty(), "{}", world.engine);
        world.subscribe(ann, "/p/2", &subscriber).await;
        world.mention(bob, "@ann again").await;
        world.plan().await;
        let due = world.pushes.take(10, Vec::new()).await.unwrap();
        world.service.set_suspended(ann, true).await.unwrap();
        for due in due {
            world.pushes.push(due).await.unwrap();
        }
        world.service.set_suspended(ann, false).await.unwrap();
        world.subscribe(ann, "/p/3", &subscriber).await;
        let tweet = world.mention(bob, "@ann once more").await;
        world.plan().await;
        world.service.delete_tweet(bob, tweet).await.unwrap();
        assert!(world.push().await.is_empty(), "{}", world.engine);
        world.mention(bob, "@ann at last").await;
        world.plan().await;
        world.service.block(ann, bob).await.unwrap();
        assert!(world.push().await.is_empty(), "{}", world.engine);
        let sent = world.push_service.received_requests().await.unwrap();
        assert!(sent.is_empty(), "{} were sent on {}", sent.len(), world.engine);
    }
}

#[tokio::test]
async fn what_a_process_took_is_its_own_until_its_lease_ends_and_nobody_takes_all_places() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        world.subscribe(ann, "/p/ann", &Subscriber::new()).await;
        world.mention(bob, "@ann").await;
        let (_, other) = process(&world.database, &world.clock, Some(&world.push_service)).await;
        assert_eq!(other.public_key(), world.pushes.public_key(), "all processes have one key");
        assert_eq!(world.due().await.len(), 1);
        assert_eq!(other.take(10, Vec::new()).await.unwrap(), []);
        world.clock.advance(LEASE_MS);
        assert_eq!(other.take(10, vec![ann]).await.unwrap(), [], "it has enough under way");
        assert_eq!(other.take(10, vec![bob]).await.unwrap().len(), 1, "{}", world.engine);
    }
}

#[tokio::test]
async fn nobody_is_asked_who_is_not_on_the_public_internet() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let (who, token) = world.sign_in(ann).await;
        let subscriber = Subscriber::new();
        let (_, guarded) = process(&world.database, &world.clock, None).await;
        let at = |endpoint: &str| NewPush { endpoint: endpoint.to_owned(), ..new("", &subscriber) };
        let too_long = format!("https://push.test/{}", "x".repeat(2_048));
        for bad in
            ["http://push.test/p", "ftp://push.test/", "https://", "x", "https://a:b@push.test/", &too_long]
        {
            let refused = guarded.subscribe(&who, Some(&token), at(bad)).await.unwrap_err();
            assert_eq!((refused.field(), refused.code()), (Some("endpoint"), "bad_endpoint"), "{bad}");
        }
        let keys = Keys { p256dh: "AAAA".to_owned(), auth: "AAAA".to_owned() };
        let bad = NewPush { keys, ..at("https://push.test/") };
        assert_eq!(guarded.subscribe(&who, Some(&token), bad).await.unwrap_err().code(), "bad_push_key");
        assert!(!world.has_subscription(&who).await);
        guarded.subscribe(&who, Some(&token), at("https://127.0.0.1/p")).await.unwrap();
        world.mention(bob, "@ann").await;
        for due in world.due().await {
            guarded.push(due).await.unwrap();
        }
        assert!(
            !world.has_subscription(&who).await,
            "it will be forbidden tomorrow too, on {}",
            world.engine
        );
    }
}

#[tokio::test]
async fn secrets_at_rest_are_sealed() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (who, token) = world.subscribe(ann, "/p/ann", &Subscriber::new()).await;
        let read = world.database.store.read(move |conn| {
            let subscription = crate::store::push::of_session(conn, who.session)?.unwrap();
            crate::store::push::destination_of(conn, subscription.id)
        });
        let sealed = read.await.unwrap().unwrap().token_sealed.unwrap();
        assert!(!sealed.windows(token.len()).any(|part| part == token.as_bytes()), "{}", world.engine);
        let open = |key: [u8; 32], session: i64| {
            InstanceKey::new(key).open_secret(subscriptions::TOKEN_PURPOSE, session, &sealed)
        };
        assert_eq!(open([7; 32], who.session.0).unwrap(), token.as_bytes());
        assert!(open([8; 32], who.session.0).is_err() && open([7; 32], who.session.0 + 1).is_err());
    }
}

#[tokio::test]
async fn what_runs_by_itself_pushes_what_comes() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        world.subscribe(ann, "/p/ann", &Subscriber::new()).await;
        let (came, mut coming) = tokio::sync::mpsc::unbounded_channel();
        let answer = move |_: &Request| {
            came.send(()).unwrap();
            ResponseTemplate::new(201)
        };
        Mock::given(any()).respond_with(answer).mount(&world.push_service).await;
        let stop = CancellationToken::new();
        world.pushes.consumer().begin().await.unwrap();
        let following = tokio::spawn(world.pushes.clone().follow(Progress::default(), stop.clone()));
        let working = tokio::spawn(world.pushes.clone().work(stop.clone()));
        for number in 0..3 {
            world.clock.advance(60_000);
            world.mention(bob, &format!("@ann {number}")).await;
        }
        for _ in 0..3 {
            tokio::time::timeout(PATIENCE, coming.recv()).await.expect("a message").unwrap();
        }
        stop.cancel();
        following.await.unwrap();
        working.await.unwrap();
    }
}
