//! Letters with everything behind them, to a mail server that keeps what it is sent, on both engines.

use std::sync::Arc;

use super::work::{ATTEMPTS_MAX, LEASE_MS};
use super::*;
use crate::clock::{Clock, DAY_MS, HOUR_MS, MINUTE_MS};
use crate::config::limits;
use crate::mail::sink::{Got, Sink};
use crate::model::account::{Role, SessionKind, UserState};
use crate::model::address::Addresses;
use crate::model::ids::IdMaker;
use crate::service::{Origin, Rules, SignUp, SignedIn};
use crate::store::tests::database::{TestStore, stores};

const MORNING_MS: i64 = 1_780_000_000_000;
const PASSWORD: &str = "correct horse battery";

pub(super) struct World {
    pub(super) service: Service,
    pub(super) letters: Letters,
    pub(super) sink: Sink,
    pub(super) clock: Clock,
    pub(super) engine: &'static str,
    pub(super) database: TestStore,
}

pub(super) async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for database in stores().await {
        let (clock, sink) = (Clock::manual(MORNING_MS), Sink::start().await);
        let (service, letters) = process(&database, &clock, Some(&sink));
        let engine = database.engine;
        worlds.push(World { service, letters, sink, clock, engine, database });
    }
    worlds
}

pub(super) fn process(database: &TestStore, clock: &Clock, sink: Option<&Sink>) -> (Service, Letters) {
    let ids = Arc::new(IdMaker::new(clock.clone(), 0));
    let addresses = Addresses::new("https://rook.test".parse().unwrap()).unwrap();
    let service = Service::new(database.store.clone(), clock.clone(), ids, addresses, Rules::default());
    let word: Word = Arc::new(|matter, language| {
        let text = match matter {
            Matter::Confirm { username, link } => format!("{username} in {language}: {link} ."),
            Matter::Digest(digest) => {
                let said = digest.lines.iter().map(|line| {
                    format!("{} by {} and {}: {}", line.kind.as_str(), line.name, line.others, line.body)
                });
                said.collect::<Vec<_>>().join("\n")
            }
        };
        Ok(Worded { subject: "confirm".to_owned(), html: format!("<p>{text}</p>"), text })
    });
    let letters = Letters::new(service.clone(), sink.map(Sink::mailer), InstanceKey::new([7; 32]), word);
    (service, letters)
}

impl World {
    pub(super) async fn person(&self, name: &str) -> SignedIn {
        let new = SignUp {
            username: name.to_owned(),
            email: format!("{name}@mail.test"),
            password: PASSWORD.to_owned(),
            language: None,
            reason: String::new(),
        };
        let user = self.service.create_user(new, Role::User, UserState::Active).await.unwrap();
        let started =
            self.service.start_session(user.account_id, SessionKind::Token, "read", Origin::default()).await;
        self.service.session(&started.unwrap().1).await.unwrap().unwrap()
    }

    /// Sends what is due; answers what came of it.
    pub(super) async fn send(&self) -> Vec<Got> {
        let before = self.sink.letters().len();
        self.letters.send_due().await.unwrap();
        self.sink.letters().split_off(before)
    }

    async fn email(&self, who: &SignedIn) -> EmailView {
        self.letters.email(who.account).await.unwrap()
    }
}

/// The account and the token of the link in a letter.
fn link(got: &Got) -> (AccountId, String) {
    let text = got.text();
    let (_, query) = text.split_once("https://rook.test/email/confirm?account=").unwrap();
    let (account, rest) = query.split_once("&token=").unwrap();
    (account.parse().unwrap(), rest.split(' ').next().unwrap().to_owned())
}

#[tokio::test]
async fn an_address_is_ones_own_once_the_link_in_the_letter_is_followed() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let before = world.email(&ann).await;
        assert_eq!(
            (before.address.as_str(), before.confirmed, before.waits),
            ("ann@mail.test", false, false)
        );
        assert!(world.letters.ask_again(ann.account).await.unwrap().waits);
        let sent = world.send().await;
        let [letter] = &*sent else { panic!("{} letters on {}", sent.len(), world.engine) };
        assert_eq!((letter.to.as_str(), letter.header("Subject").as_str()), ("ann@mail.test", "confirm"));
        assert!(letter.text().contains("ann in en: "), "{}", letter.text());
        assert!(world.send().await.is_empty(), "{}: it is sent once", world.engine);
        let (account, token) = link(letter);
        assert_eq!(account, ann.account);
        assert_eq!(world.letters.asked_by(account, &token).await.unwrap(), "ann@mail.test");
        assert!(!world.email(&ann).await.confirmed, "looking at the page confirms nothing");
        world.letters.confirm_email(account, &token).await.unwrap();
        let after = world.email(&ann).await;
        assert!(after.confirmed && !after.waits, "{}", world.engine);
        let again = world.letters.confirm_email(account, &token).await.unwrap_err();
        assert_eq!(again.code(), "bad_link", "{}: a link is good once", world.engine);
        assert_eq!(world.letters.ask_again(account).await.unwrap_err().code(), "confirmed");
    }
}

#[tokio::test]
async fn another_address_takes_the_place_of_the_first_when_it_is_confirmed() {
    for world in worlds().await {
        let (ann, bob) = (world.person("ann").await, world.person("bob").await);
        let letters = &world.letters;
        let set =
            async |email: &str, password: &str| letters.set_email(&ann, email, password.to_owned()).await;
        assert_eq!(set("new@mail.test", "wrong").await.unwrap_err().code(), "wrong_password");
        assert_eq!(set("new", PASSWORD).await.unwrap_err().code(), "bad_email");
        assert_eq!(set("BOB@mail.test", PASSWORD).await.unwrap_err().code(), "taken");
        let view = set("new@mail.test", PASSWORD).await.unwrap();
        assert_eq!((view.address.as_str(), view.wanted.as_deref()), ("ann@mail.test", Some("new@mail.test")));
        let first = world.send().await;
        assert_eq!(first[0].to, "new@mail.test");
        // Another one is asked for: the first link is no good any more.
        world.clock.advance(2 * MINUTE_MS);
        set("newer@mail.test", PASSWORD).await.unwrap();
        let second = world.send().await;
        let (account, old) = link(&first[0]);
        assert_eq!(letters.confirm_email(account, &old).await.unwrap_err().code(), "bad_link");
        let (_, token) = link(&second[0]);
        let longer = format!("{token}A");
        for (account, token) in [(bob.account, token.as_str()), (account, "x"), (account, longer.as_str())] {
            assert_eq!(letters.confirm_email(account, token).await.unwrap_err().code(), "bad_link");
        }
        letters.confirm_email(account, &token).await.unwrap();
        let view = world.email(&ann).await;
        assert_eq!((view.address.as_str(), view.confirmed, view.wanted), ("newer@mail.test", true, None));
        let login = world.service.user_by_login("newer@mail.test").await.unwrap();
        assert_eq!(login.account_id, ann.account, "{}", world.engine);
        // Somebody else was quicker with an address that waited.
        world.clock.advance(DAY_MS);
        set("contested@mail.test", PASSWORD).await.unwrap();
        let letter = world.send().await.remove(0);
        let quicker = SignUp {
            username: "cid".to_owned(),
            email: "Contested@mail.test".to_owned(),
            password: PASSWORD.to_owned(),
            language: None,
            reason: String::new(),
        };
        world.service.create_user(quicker, Role::User, UserState::Active).await.unwrap();
        let refused = letters.confirm_email(ann.account, &link(&letter).1).await.unwrap_err();
        assert_eq!(refused.code(), "taken", "{}", world.engine);
    }
}

#[tokio::test]
async fn links_end_and_letters_are_few() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        world.letters.ask_again(ann.account).await.unwrap();
        let letter = world.send().await.remove(0);
        let (account, token) = link(&letter);
        world.clock.advance(limits::EMAIL_LINK_MS);
        assert_eq!(world.letters.asked_by(account, &token).await.unwrap_err().code(), "bad_link");
        let mut sent = 0;
        for _ in 0..DAY_MS / HOUR_MS {
            world.clock.advance(HOUR_MS);
            let asked = world.letters.ask_again(account).await;
            sent += i64::from(asked.is_ok());
            let soon = world.letters.ask_again(account).await.unwrap_err();
            assert_eq!(soon.code(), "too_many_requests", "{}", world.engine);
            assert_eq!(world.send().await.len(), usize::from(asked.is_ok()), "{}", world.engine);
        }
        assert_eq!(sent, limits::EMAIL_LETTERS_A_DAY, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_letter_that_is_refused_is_tried_again_and_one_without_a_reader_is_given_up() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        world.letters.ask_again(ann.account).await.unwrap();
        world.sink.answer_next("451 later");
        assert!(world.send().await.is_empty(), "{}", world.engine);
        assert!(world.send().await.is_empty(), "{}: not at once", world.engine);
        world.clock.advance(MINUTE_MS);
        assert_eq!(world.send().await.len(), 1, "{}", world.engine);

        world.clock.advance(HOUR_MS);
        world.letters.ask_again(ann.account).await.unwrap();
        world.sink.answer_next("550 no such user");
        assert!(world.send().await.is_empty());
        let view = world.email(&ann).await;
        assert!(view.failed && !view.waits, "{}", world.engine);
        world.clock.advance(DAY_MS);
        assert!(world.send().await.is_empty(), "{}", world.engine);

        world.letters.ask_again(ann.account).await.unwrap();
        for _ in 0..20 {
            world.sink.answer_next("451 busy");
        }
        for _ in 0..20 {
            world.letters.send_due().await.unwrap();
            world.clock.advance(DAY_MS);
        }
        let tries = 20 - i64::try_from(world.sink.unasked()).unwrap();
        assert_eq!(tries, ATTEMPTS_MAX, "{}", world.engine);
        assert!(world.email(&ann).await.failed, "{}", world.engine);
    }
}

#[tokio::test]
async fn a_letter_that_a_process_took_is_its_own_until_its_lease_ends() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        world.letters.ask_again(ann.account).await.unwrap();
        let now_ms = world.clock.now_ms();
        let take = move |conn: &mut crate::store::Conn| {
            crate::store::emails::take(conn, (now_ms, now_ms + LEASE_MS), 10)
        };
        assert_eq!(world.service.store().write(take).await.unwrap().len(), 1);
        let (_, other) = process(&world.database, &world.clock, Some(&world.sink));
        other.send_due().await.unwrap();
        assert!(world.sink.letters().is_empty(), "{}", world.engine);
        world.clock.advance(LEASE_MS);
        other.send_due().await.unwrap();
        assert_eq!(world.sink.letters().len(), 1, "{}: the other went on", world.engine);
    }
}

#[tokio::test]
async fn without_a_mail_server_an_address_changes_at_once_and_is_never_confirmed() {
    for world in worlds().await {
        let ann = world.person("ann").await;
        let (_, silent) = process(&world.database, &world.clock, None);
        let view = silent.set_email(&ann, "new@mail.test", PASSWORD.to_owned()).await.unwrap();
        assert_eq!((view.address.as_str(), view.confirmed, view.sends), ("new@mail.test", false, false));
        assert_eq!(silent.ask_again(ann.account).await.unwrap_err().code(), "no_mail");
        world.person("ann2").await;
        let taken = silent.set_email(&ann, "ann2@mail.test", PASSWORD.to_owned()).await.unwrap_err();
        assert_eq!(taken.code(), "taken", "{}", world.engine);
    }
}
