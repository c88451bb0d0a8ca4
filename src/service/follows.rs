//! Follow, unfollow, requests, block, mute.

use std::collections::HashSet;

use super::Service;
use super::bonds::Relationship;
use super::pages::{one_more, page_of_rows};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::cursor::{Cursor, Page};
use crate::model::event::{Event, Relation};
use crate::model::follow::FollowChoices;
use crate::model::ids::AccountId;
use crate::store::accounts;
use crate::store::bonds;
use crate::store::follows::{self, Bonds};

impl Service {
    /// Follows an account, or asks to when it is locked or remote. Doing it twice changes nothing.
    pub async fn follow(&self, from: AccountId, to: AccountId) -> Result<Relationship> {
        self.follow_with(from, to, FollowChoices::default()).await
    }

    /// The same, and says what is wanted of the follow; of one that there is already, too.
    pub async fn follow_with(
        &self,
        from: AccountId,
        to: AccountId,
        choices: FollowChoices,
    ) -> Result<Relationship> {
        let choices = choices.checked()?;
        let target = self.other(from, to).await?;
        let relations = self.graph().relations(from).await?;
        if relations.blocked_by.contains(&to) || relations.blocking.contains(&to) {
            return Err(Error::forbidden("blocked", "there is a block between you and this account"));
        }
        if target.domain.as_ref().is_some_and(|host| relations.blocked_domains.contains(host)) {
            return Err(Error::forbidden("host_hidden", "you have hidden the host of this account"));
        }
        let known = relations.following.contains(&to) || relations.requested.contains(&to);
        if !known && relations.following.len() + relations.requested.len() >= limits::FOLLOWS_MAX {
            let message = format!("an account follows at most {} others", limits::FOLLOWS_MAX);
            return Err(Error::forbidden("too_many_follows", message));
        }
        let relation = self.relation(from, &target);
        let now_ms = self.now_ms();
        if !target.is_local() && !self.rules().federation {
            return Err(Error::forbidden("federation_off", "this server does not federate"));
        }
        let ask = target.locked || !target.is_local();
        let written = relation.clone();
        self.store()
            .write(move |conn| {
                if ask {
                    follows::request(conn, &written, now_ms)?;
                } else {
                    follows::follow(conn, &written, now_ms)?;
                }
                if choices == FollowChoices::default() {
                    return Ok(());
                }
                bonds::tune(conn, &written, &choices, now_ms)
            })
            .await?;
        self.after(&relation).await
    }

    /// Ends a follow, or takes the request back.
    pub async fn unfollow(&self, from: AccountId, to: AccountId) -> Result<Relationship> {
        let target = self.other_known(from, to).await?;
        let relation = self.relation(from, &target);
        let now_ms = self.now_ms();
        let written = relation.clone();
        self.store()
            .write(move |conn| {
                follows::unfollow(conn, written.clone(), Event::Unfollowed, now_ms)?;
                follows::cancel_request(conn, &written, now_ms)
            })
            .await?;
        self.after(&relation).await
    }

    /// Makes somebody no longer follow `account`.
    pub async fn remove_follower(&self, account: AccountId, follower: AccountId) -> Result<Relationship> {
        let relation = self.incoming(account, follower).await?;
        let now_ms = self.now_ms();
        let written = relation.clone();
        self.store()
            .write(move |conn| follows::unfollow(conn, written.clone(), Event::FollowRejected, now_ms))
            .await?;
        self.bonds_changed(&relation);
        self.relationship(account, follower).await
    }

    /// Answers a follow request.
    pub async fn answer_request(
        &self,
        account: AccountId,
        follower: AccountId,
        yes: bool,
    ) -> Result<Relationship> {
        let relation = self.incoming(account, follower).await?;
        let now_ms = self.now_ms();
        let written = relation.clone();
        let answered = self
            .store()
            .write(move |conn| {
                if yes {
                    follows::accept(conn, &written, now_ms)
                } else {
                    follows::reject(conn, &written, now_ms)
                }
            })
            .await?;
        if !answered {
            return Err(Error::NotFound("follow request"));
        }
        self.bonds_changed(&relation);
        self.relationship(account, follower).await
    }

    /// Blocks an account: neither sees or follows the other any more.
    pub async fn block(&self, from: AccountId, to: AccountId) -> Result<Relationship> {
        let target = self.other(from, to).await?;
        let relation = self.relation(from, &target);
        let now_ms = self.now_ms();
        let written = relation.clone();
        self.store().write(move |conn| follows::block(conn, &written, now_ms)).await?;
        self.after(&relation).await
    }

    /// Ends a block.
    pub async fn unblock(&self, from: AccountId, to: AccountId) -> Result<Relationship> {
        let target = self.other_known(from, to).await?;
        let relation = self.relation(from, &target);
        let now_ms = self.now_ms();
        let written = relation.clone();
        self.store().write(move |conn| follows::unblock(conn, &written, now_ms)).await?;
        self.after(&relation).await
    }

    /// Mutes an account: its tweets leave one's lists, and its notifications when `notifications_too`.
    pub async fn mute(
        &self,
        from: AccountId,
        to: AccountId,
        notifications_too: bool,
    ) -> Result<Relationship> {
        self.mute_for(from, to, notifications_too, None).await
    }

    /// The same for so many seconds; none, and 0, is without an end.
    pub async fn mute_for(
        &self,
        from: AccountId,
        to: AccountId,
        notifications_too: bool,
        duration_s: Option<i64>,
    ) -> Result<Relationship> {
        let how = (notifications_too, self.mute_end(duration_s)?);
        let target = self.other(from, to).await?;
        let relation = self.relation(from, &target);
        let now_ms = self.now_ms();
        let written = relation.clone();
        self.store().write(move |conn| follows::mute(conn, &written, how, now_ms)).await?;
        self.after(&relation).await
    }

    /// Ends a mute.
    pub async fn unmute(&self, from: AccountId, to: AccountId) -> Result<Relationship> {
        let target = self.other_known(from, to).await?;
        let relation = self.relation(from, &target);
        let now_ms = self.now_ms();
        let written = relation.clone();
        self.store().write(move |conn| follows::unmute(conn, &written, now_ms)).await?;
        self.after(&relation).await
    }

    /// Who of these accounts waits for `account` to let them follow.
    pub async fn asking_among(
        &self,
        account: AccountId,
        others: Vec<AccountId>,
    ) -> Result<HashSet<AccountId>> {
        Ok(self.store().read(move |conn| follows::asking_among(conn, account, &others)).await?)
    }

    /// A page of an account's followers or follows as the viewer may see them, newest first: none when there is a
    /// block between the two, and nobody on the other side of one.
    #[expect(clippy::too_many_arguments, reason = "a viewer, a list of two words, and where to read it")]
    pub async fn bonds_seen(
        &self,
        viewer: Option<AccountId>,
        which: Bonds,
        account: AccountId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<Account>> {
        let eyes = self.eyes(viewer).await?;
        if eyes.blocked(account) {
            return Ok(Page { items: Vec::new(), next: None, prev: None });
        }
        let mut page = self.bonds(which, account, cursor, limit).await?;
        page.items.retain(|other| !eyes.blocked(other.id));
        Ok(page)
    }

    /// A page of an account's own followers, follows, requests, blocks or mutes, newest first.
    pub async fn bonds(
        &self,
        which: Bonds,
        account: AccountId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<Account>> {
        let limit = limit.clamp(1, limits::ACCOUNT_PAGE_MAX);
        let rows = self
            .store()
            .read(move |conn| follows::bonds(conn, which, account, cursor, one_more(limit)))
            .await?;
        let page = page_of_rows(rows, cursor, limit, |(row, _)| row.0);
        let people = self.accounts(page.items.iter().map(|(_, id)| *id).collect()).await?;
        Ok(Page { items: people, next: page.next, prev: page.prev })
    }

    /// How many wait for the account's word, counted up to a page.
    pub async fn requests_waiting(&self, account: AccountId) -> Result<i64> {
        let most = i64::try_from(limits::ACCOUNT_PAGE_MAX).unwrap_or(i64::MAX);
        let rows = self
            .store()
            .read(move |conn| follows::bonds(conn, Bonds::Requests, account, Cursor::default(), most))
            .await?;
        Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
    }

    /// The account on the other side, which is never oneself.
    async fn other(&self, from: AccountId, to: AccountId) -> Result<Account> {
        if from == to {
            return Err(yourself());
        }
        self.account(to).await
    }

    /// The same, suspended or not: what one has to do with it can be ended.
    pub(super) async fn other_known(&self, from: AccountId, to: AccountId) -> Result<Account> {
        if from == to {
            return Err(yourself());
        }
        self.store().read(move |conn| accounts::by_id(conn, to)).await?.ok_or(Error::NotFound("account"))
    }

    async fn incoming(&self, account: AccountId, follower: AccountId) -> Result<Relation> {
        let other = self.other_known(account, follower).await?;
        Ok(Relation {
            from: follower,
            to: account,
            from_local: other.is_local(),
            to_local: true,
            id: 0,
            uri: None,
        })
    }

    fn relation(&self, from: AccountId, to: &Account) -> Relation {
        Relation { from, to: to.id, from_local: true, to_local: to.is_local(), id: self.next_id(), uri: None }
    }

    /// Both ends see the change at once.
    fn bonds_changed(&self, relation: &Relation) {
        self.wrote(relation.from);
        self.wrote(relation.to);
    }

    async fn after(&self, relation: &Relation) -> Result<Relationship> {
        self.bonds_changed(relation);
        self.relationship(relation.from, relation.to).await
    }
}

fn yourself() -> Error {
    Error::invalid("userId", "yourself", "this cannot be done to your own account")
}
