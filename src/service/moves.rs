//! Accounts that move: what a move changes here, and how those who follow the old account come to follow the new one.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Service;
use crate::clock::{DAY_MS, Millis};
use crate::error::{Chain, Error, Result};
use crate::model::ids::AccountId;
use crate::store::moves::{self, Move, UnderWay};
use crate::store::{accounts, follows};

/// How long after a move an account cannot move again: every follower of it follows along each time.
pub const MOVE_COOLDOWN_MS: Millis = 7 * DAY_MS;
/// Followers that follow along before it is remembered how far they are.
const PORTION: i64 = 50;
/// Moves that are looked at together.
const MOVES: i64 = 100;
/// How often it is looked whether somebody moved, for what other processes wrote or could not finish.
const LOOK_EVERY: Duration = Duration::from_secs(60);

impl Service {
    /// Writes a move of an account to another one that names it as the same person; the caller has checked that.
    /// Our followers follow along after. Answers whether it is new: within [`MOVE_COOLDOWN_MS`] of the last it is not.
    pub(crate) async fn write_move(
        &self,
        account: AccountId,
        local: bool,
        target: AccountId,
    ) -> Result<bool> {
        let now_ms = self.now_ms();
        let one = Move { account, local, target, at_ms: now_ms };
        let not_since = now_ms.saturating_sub(MOVE_COOLDOWN_MS);
        let new = self.store().write(move |conn| moves::insert(conn, &one, not_since)).await?;
        if new {
            self.0.moved.notify_one();
        }
        Ok(new)
    }

    /// Takes the move of one's own account back: it may post again. Who followed along stays there.
    pub async fn undo_move(&self, account: AccountId) -> Result<()> {
        let now_ms = self.now_ms();
        self.store().write(move |conn| moves::undo(conn, account, now_ms)).await?;
        Ok(())
    }

    /// When an account may move again; `None` when it may now.
    pub(crate) async fn next_move_at(&self, account: AccountId) -> Result<Option<Millis>> {
        let moved_at = self.store().read(move |conn| moves::moved_at(conn, account)).await?;
        let next = moved_at.map(|at_ms| at_ms.saturating_add(MOVE_COOLDOWN_MS));
        Ok(next.filter(|next| *next > self.now_ms()))
    }

    /// The ActivityPub ids that are the same person as an account of ours.
    pub async fn aliases(&self, account: AccountId) -> Result<Vec<String>> {
        Ok(self.store().read(move |conn| moves::aliases(conn, account)).await?)
    }

    /// Replaces these ids; the caller has made sure that they are accounts.
    pub(crate) async fn write_aliases(&self, account: AccountId, uris: Vec<String>) -> Result<()> {
        let now_ms = self.now_ms();
        let write = move |conn: &mut _| {
            accounts::hold(conn, account)?;
            moves::set_aliases(conn, account, &uris, now_ms)
        };
        Ok(self.store().write(write).await?)
    }

    /// Refuses what an account that moved away no longer does.
    pub(super) async fn refuse_moved(&self, account: AccountId) -> Result<()> {
        if self.store().read(move |conn| moves::has_moved(conn, account)).await? {
            return Err(super::preferences::moved());
        }
        Ok(())
    }

    /// Lets everybody of ours follow along who is still to: a portion at a time, each remembered, so that it goes on
    /// where it was after a restart.
    pub(crate) async fn follow_along(&self) -> Result<()> {
        let mut from = AccountId::default();
        loop {
            let some = self.store().read(move |conn| moves::under_way(conn, from, MOVES)).await?;
            let Some(last) = some.last() else { return Ok(()) };
            from = last.account;
            for mut under_way in some {
                while let Some(after) = self.follow_some(&under_way).await? {
                    under_way.after = after;
                }
            }
        }
    }

    /// Lets a portion of the followers follow along. Answers the last of them; `None` when there are
    /// none left, or the move was taken back.
    async fn follow_some(&self, under_way: &UnderWay) -> Result<Option<AccountId>> {
        let UnderWay { account, target, after } = *under_way;
        let read = move |conn: &mut _| follows::local_followers(conn, account, after, PORTION);
        let portion = self.store().read(read).await?;
        for follower in &portion {
            self.follow_one(*follower, account, target).await?;
        }
        let (before, last) = (*under_way, portion.last().copied());
        let same = self.store().write(move |conn| moves::followed(conn, &before, last)).await?;
        Ok(last.filter(|_| same))
    }

    /// Whoever may not follow the new account, because of a block or because they follow too many, keeps the old one.
    async fn follow_one(&self, follower: AccountId, old: AccountId, new: AccountId) -> Result<()> {
        match self.follow(follower, new).await {
            Ok(_) => self.unfollow(follower, old).await.map(|_| ()),
            Err(error @ (Error::Busy | Error::Internal(_))) => Err(error),
            Err(_) => Ok(()),
        }
    }
}

/// Lets followers follow along whenever somebody moved, until `stop`.
pub async fn run(service: Service, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Some(Err(error)) = stop.run_until_cancelled(service.follow_along()).await {
            tracing::warn!(error = %Chain(&error), "followers of a moved account could not follow along; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = service.0.moved.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
