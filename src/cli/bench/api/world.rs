//! The people and posts that are asked about.

use crate::cli::Failure;
use crate::cli::bench::ground::Ground;
use crate::model::account::{Role, SessionKind, UserState};
use crate::model::ids::{AccountId, TweetId};
use crate::service::{NewTweet, Origin, SignUp};

/// Whom the reader follows.
const AUTHORS: usize = 50;
/// Posts of each of them.
const POSTS: usize = 20;
/// Answers below one post.
const ANSWERS: usize = 500;
const SCOPES: &str = "read write follow push";

/// Who asks, and about what.
pub(super) struct World {
    /// The reader's.
    pub(super) token: String,
    /// An author whom the reader follows.
    pub(super) author: AccountId,
    /// A post with many answers.
    pub(super) thread: TweetId,
}

impl World {
    /// Makes it by the use-cases, as people would.
    pub(super) async fn make(ground: &Ground) -> Result<Self, Failure> {
        let service = &ground.app.service;
        let (reader, mut authors) = (person(ground, "reader").await?, Vec::new());
        for number in 0..AUTHORS {
            let author = person(ground, &format!("author{number}")).await?;
            service.follow(reader, author).await?;
            authors.push(author);
        }
        let author = *authors.first().ok_or_else(|| Failure::Other("nobody writes".to_owned()))?;
        let mine = say(ground, reader, "what the reader wrote".to_owned(), None).await?;
        let mut last = mine;
        for number in 0..POSTS {
            for (place, writer) in authors.iter().enumerate() {
                let text = format!(
                    "Post {number} of author {place}: a rook on a branch, about as long as most posts are #rooks"
                );
                last = say(ground, *writer, text, None).await?;
            }
        }
        for writer in &authors {
            service.like(*writer, mine).await?;
        }
        service.like(reader, last).await?;
        let thread = say(ground, author, "Who answers this?".to_owned(), None).await?;
        for number in 0..ANSWERS {
            let writer = authors.get(number % authors.len()).copied().unwrap_or(author);
            say(ground, writer, format!("Answer {number} of many"), Some(thread)).await?;
        }
        let origin = Origin::default();
        let (_, token) = service.start_session(reader, SessionKind::Token, SCOPES, origin).await?;
        Ok(Self { token, author, thread })
    }
}

/// Somebody who is signed up.
pub(super) async fn person(ground: &Ground, name: &str) -> Result<AccountId, Failure> {
    let new = SignUp {
        username: name.to_owned(),
        email: format!("{name}@bench.test"),
        password: "a bench has no secrets".to_owned(),
        language: None,
        reason: String::new(),
    };
    Ok(ground.app.service.create_user(new, Role::User, UserState::Active).await?.account_id)
}

/// Somebody's post.
pub(super) async fn say(
    ground: &Ground,
    author: AccountId,
    text: String,
    reply_to: Option<TweetId>,
) -> Result<TweetId, Failure> {
    let new = NewTweet { text, reply_to, ..NewTweet::default() };
    Ok(ground.app.service.create_tweet(author, new).await?.tweet.id)
}
