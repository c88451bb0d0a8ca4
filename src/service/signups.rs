//! Signing up as the instance allows, and the admin's word on those who wait.

use super::pages::{one_more, page_of_rows};
use super::{Registration, Service, SignUp};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::{Role, Signup, User, UserState};
use crate::model::cursor::{Cursor, Page};
use crate::model::event::Event;
use crate::model::ids::AccountId;
use crate::store::{events, signups};

impl Service {
    /// Makes an account as the registration setting allows. It may have to wait for approval.
    ///
    /// The first account is the admin's and is made by [`Service::set_up`]: whoever came before would leave the
    /// instance without one.
    pub async fn register(&self, new: SignUp) -> Result<User> {
        let state = match self.rules().registration {
            Registration::Open => UserState::Active,
            Registration::Approval => UserState::Pending,
            Registration::Closed => {
                let message = "this instance takes no new accounts; ask its admin";
                return Err(Error::forbidden("closed", message));
            }
        };
        if !self.has_users().await? {
            let message =
                "this server is not set up yet: its admin's account comes first, on the page /setup";
            return Err(Error::forbidden("not_set_up", message));
        }
        self.create_user(new, Role::User, state).await
    }

    /// Who waits for an admin's word.
    pub async fn signups(&self, cursor: Cursor, limit: usize) -> Result<Page<Signup>> {
        let limit = limit.clamp(1, limits::ACCOUNT_PAGE_MAX);
        let rows = self.store().read(move |conn| signups::waiting(conn, cursor, one_more(limit))).await?;
        Ok(page_of_rows(rows, cursor, limit, |signup| signup.account_id.0))
    }

    /// How many wait for an admin's word, counted up to a page.
    pub async fn signups_waiting(&self) -> Result<i64> {
        let most = i64::try_from(limits::ACCOUNT_PAGE_MAX).unwrap_or(i64::MAX);
        Ok(self.store().read(move |conn| signups::count(conn, most)).await?)
    }

    /// Lets a waiting account in: from now on others see it.
    pub async fn approve(&self, id: AccountId) -> Result<()> {
        let now_ms = self.now_ms();
        let approved = self
            .store()
            .write(move |conn| {
                let approved = signups::approve(conn, id)?;
                if approved {
                    events::append(conn, &[Event::AccountUpdated { account: id, local: true }], now_ms)?;
                }
                Ok(approved)
            })
            .await?;
        if approved { Ok(()) } else { Err(Error::NotFound("waiting account")) }
    }

    /// Turns a waiting account away and forgets it.
    pub async fn turn_away(&self, id: AccountId) -> Result<()> {
        let now_ms = self.now_ms();
        let gone = self
            .store()
            .write(move |conn| {
                let gone = signups::remove(conn, id)?;
                if gone {
                    // What was derived from it, such as the suggestions of people, is to forget it.
                    events::append(conn, &[Event::AccountUpdated { account: id, local: true }], now_ms)?;
                }
                Ok(gone)
            })
            .await?;
        if gone { Ok(()) } else { Err(Error::NotFound("waiting account")) }
    }
}
