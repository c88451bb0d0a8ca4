//! What the viewer does to a tweet: like, repost, bookmark, pin. Each leads back to the same place.

use crate::http::extract::{Form, Path};
use crate::http::web::back::Back;
use crate::http::web::visit::{Answer, Member, Visit};
use crate::model::ids::TweetId;

/// `GET /tweets/{id}`: to its page, whose address has the author's handle in it.
pub(in crate::http::web) async fn tweet(visit: Visit, Path(id): Path<TweetId>) -> Answer {
    let view = visit.service().tweet(visit.viewer(), id).await?;
    Ok(visit.to(&visit.present().tweet(&view).href(), None))
}

/// `POST /tweets/{id}/like`
pub(in crate::http::web) async fn like(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().like(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, None))
}

/// `POST /tweets/{id}/unlike`
pub(in crate::http::web) async fn unlike(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().unlike(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, None))
}

/// `POST /tweets/{id}/retweet`
pub(in crate::http::web) async fn retweet(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().retweet(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, None))
}

/// `POST /tweets/{id}/unretweet`
pub(in crate::http::web) async fn unretweet(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().unretweet(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, None))
}

/// `POST /tweets/{id}/bookmark`
pub(in crate::http::web) async fn bookmark(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().set_bookmark(member.me, id, true).await?;
    Ok(member.visit.back(&form.return_to, None))
}

/// `POST /tweets/{id}/unbookmark`
pub(in crate::http::web) async fn unbookmark(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().set_bookmark(member.me, id, false).await?;
    Ok(member.visit.back(&form.return_to, None))
}

/// `POST /tweets/{id}/unquote`
pub(in crate::http::web) async fn unquote(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().withdraw_quote(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, Some("unquoted")))
}

/// `POST /tweets/{id}/pin`
pub(in crate::http::web) async fn pin(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().set_pin(member.me, id, true).await?;
    Ok(member.visit.back(&form.return_to, Some("pinned")))
}

/// `POST /tweets/{id}/unpin`
pub(in crate::http::web) async fn unpin(
    member: Member,
    Path(id): Path<TweetId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().set_pin(member.me, id, false).await?;
    Ok(member.visit.back(&form.return_to, Some("unpinned")))
}
