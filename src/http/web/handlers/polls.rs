//! Voting in the poll of a tweet.

use serde::Deserialize;

use crate::error::Error;
use crate::http::extract::{Form, Path};
use crate::http::problem::ApiError;
use crate::http::web::visit::{Answer, Member};
use crate::model::ids::TweetId;

/// The form of a poll.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Choice {
    return_to: String,
    choice: Vec<usize>,
}

/// `POST /tweets/{id}/vote`
pub(in crate::http::web) async fn vote(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Choice>,
) -> Answer {
    let told = match member.visit.service().vote(member.me, id, &form.choice).await {
        Ok(_) => "voted",
        // Whoever comes too late, twice or without a choice is led back to what the poll is now.
        Err(Error::Conflict { code: "voted", .. }) => "voted-before",
        Err(Error::Conflict { code: "over", .. }) => "poll-over",
        Err(Error::Invalid { code: "bad_choice", .. }) => "choose",
        Err(other) => return Err(ApiError(other)),
    };
    Ok(member.visit.back(&form.return_to, Some(told)))
}
