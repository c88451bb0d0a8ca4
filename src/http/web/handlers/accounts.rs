//! What the viewer does to another account: follow, mute, block, remove as a follower.

use crate::http::extract::{Form, Path};
use crate::http::web::back::Back;
use crate::http::web::visit::{Answer, Member};
use crate::model::ids::AccountId;

/// `POST /accounts/{id}/follow`
pub(in crate::http::web) async fn follow(
    member: Member,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    let relation = member.visit.service().follow(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, relation.requested.then_some("request-sent")))
}

/// `POST /accounts/{id}/unfollow`
pub(in crate::http::web) async fn unfollow(
    member: Member,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().unfollow(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, None))
}

/// `POST /accounts/{id}/remove-follower`
pub(in crate::http::web) async fn remove_follower(
    member: Member,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().remove_follower(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, Some("follower-removed")))
}

/// `POST /accounts/{id}/mute`
pub(in crate::http::web) async fn mute(
    member: Member,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().mute(member.me, id, true).await?;
    Ok(member.visit.back(&form.return_to, Some("muted")))
}

/// `POST /accounts/{id}/unmute`
pub(in crate::http::web) async fn unmute(
    member: Member,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().unmute(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, Some("unmuted")))
}

/// `POST /accounts/{id}/block`
pub(in crate::http::web) async fn block(
    member: Member,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().block(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, Some("blocked")))
}

/// `POST /accounts/{id}/unblock`
pub(in crate::http::web) async fn unblock(
    member: Member,
    Path(id): Path<AccountId>,
    Form(form): Form<Back>,
) -> Answer {
    member.visit.service().unblock(member.me, id).await?;
    Ok(member.visit.back(&form.return_to, Some("unblocked")))
}
