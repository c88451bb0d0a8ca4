//! Many rows at once.

use super::database::stores;
use super::people::{account, tweet};
use super::schema::described;
use crate::model::account::{Role, Session, SessionKind, User, UserState};
use crate::model::ids::{AccountId, SessionId, TweetId, floor_at};
use crate::store::seeding::{self, Person, Post};
use crate::store::{accounts, follows, sessions, tweets};

const NOW_MS: i64 = 1_780_000_000_000;

fn person(id: i64) -> Person {
    let account = account(id, &format!("person{id}"));
    let session = Session {
        id: SessionId(id),
        account_id: account.id,
        kind: SessionKind::Token,
        scopes: "read".to_owned(),
        name: String::new(),
        address: String::new(),
        created_at: NOW_MS,
        last_used_at: NOW_MS,
        expires_at: None,
        app: None,
    };
    let user = User {
        account_id: account.id,
        username: account.username.clone(),
        email: format!("person{id}@b.test"),
        password_hash: String::new(),
        role: Role::User,
        state: UserState::Active,
        suspended: false,
        language: None,
    };
    Person { account, user, session, token_hash: vec![u8::try_from(id).unwrap(); 32] }
}

#[tokio::test]
async fn a_filled_world_is_as_if_people_had_made_it_and_the_schema_is_what_it_was() {
    for test in stores().await {
        let before = described(&test).await;
        let post = |number: i64, author: i64| Post {
            id: TweetId(floor_at(NOW_MS) + number),
            author: AccountId(author),
            text: format!("post {number}"),
            html: format!("<p>post {number}</p>"),
            language: "en",
        };
        let filled = test.store.write(move |conn| {
            seeding::begin(conn)?;
            seeding::people(conn, &[person(1), person(2), person(3)], NOW_MS)?;
            let [one, two, three] = [1, 2, 3].map(AccountId);
            seeding::follows(conn, 1, &[(one, two), (three, two), (two, one)], NOW_MS)?;
            seeding::posts(conn, &[post(1, 2), post(2, 1), post(3, 2)])?;
            seeding::end(conn)?;
            seeding::count(conn, one, three)
        });
        filled.await.unwrap();
        assert_eq!(described(&test).await, before, "{}", test.engine);
        let read = test.store.read(|conn| {
            let two = accounts::by_ids(conn, &[AccountId(2)])?.remove(0);
            let newest = tweets::of_account(conn, AccountId(2), 10)?;
            let said = tweets::by_ids(conn, &newest)?;
            let session = sessions::by_hash(conn, &[2; 32], NOW_MS)?.map(|(session, _)| session.account_id);
            Ok((two, said, session, follows::local_followers(conn, AccountId(2), AccountId(0), 10)?))
        });
        let (two, said, session, followers) = read.await.unwrap();
        assert_eq!(
            (two.followers_count, two.following_count, two.tweets_count),
            (2, 1, 2),
            "{}",
            test.engine
        );
        assert_eq!((two.last_tweet_at, session), (Some(NOW_MS), Some(AccountId(2))));
        assert_eq!(followers, [1, 3].map(AccountId));
        let like_any = tweet(said[0].id.0, 2);
        assert_eq!(
            (said.len(), said[0].visibility, said[0].thread),
            (2, like_any.visibility, like_any.thread)
        );
        assert!(said[0].local && said[0].html.starts_with("<p>post"), "{:?}", said[0]);
    }
}
