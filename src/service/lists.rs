//! Lists: accounts that somebody follows, read as a timeline of their own. Nobody else learns of them.

use super::Service;
use super::pages::{one_more, page_of_rows};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::account::Account;
use crate::model::cursor::{Cursor, Page};
use crate::model::ids::{AccountId, RowId};
use crate::model::list::{List, ListReplies, validate_title};
use crate::store::{Conn, StoreError, lists};

/// What a list is made of, or becomes; what is `None` stays as it is, or as a new list is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListChanges {
    /// What its owner calls it.
    pub title: Option<String>,
    /// Which replies of its members it shows.
    pub replies: Option<ListReplies>,
    /// Whether home leaves out what its members write.
    pub exclusive: Option<bool>,
}

impl Service {
    /// All of an account's lists, in the order in which they were made.
    pub async fn lists(&self, owner: AccountId) -> Result<Vec<List>> {
        Ok(self.store().read(move |conn| lists::of_account(conn, owner, all_lists())).await?)
    }

    /// A list of an account's own.
    pub async fn list(&self, owner: AccountId, id: RowId) -> Result<List> {
        self.store().read(move |conn| lists::by_id(conn, owner, id)).await?.ok_or(NO_LIST)
    }

    /// A list of an account's own with all of its members.
    pub(crate) async fn list_to_read(&self, owner: AccountId, id: RowId) -> Result<(List, Vec<AccountId>)> {
        let read = move |conn: &mut Conn| {
            let Some(list) = lists::by_id(conn, owner, id)? else { return Ok(None) };
            let members = lists::members(conn, id, Cursor::default(), all_members())?;
            Ok(Some((list, members.into_iter().map(|(_, member)| member).collect())))
        };
        self.store().read(read).await?.ok_or(NO_LIST)
    }

    /// Makes a list.
    pub async fn create_list(&self, owner: AccountId, new: ListChanges) -> Result<List> {
        let list = List {
            id: RowId(self.next_id()),
            owner,
            title: validate_title(&new.title.unwrap_or_default())?,
            replies: new.replies.unwrap_or_default(),
            exclusive: new.exclusive.unwrap_or(false),
        };
        let (written, now_ms) = (list.clone(), self.now_ms());
        self.store().write(move |conn| lists::insert(conn, &written, now_ms)).await?;
        self.lists_changed(owner);
        Ok(list)
    }

    /// Changes a list.
    pub async fn change_list(&self, owner: AccountId, id: RowId, changes: ListChanges) -> Result<List> {
        let title = changes.title.as_deref().map(validate_title).transpose()?;
        let now_ms = self.now_ms();
        let change = move |conn: &mut Conn| {
            let Some(mut list) = lists::hold(conn, owner, id)? else { return Ok(None) };
            if let Some(title) = &title {
                list.title.clone_from(title);
            }
            list.replies = changes.replies.unwrap_or(list.replies);
            list.exclusive = changes.exclusive.unwrap_or(list.exclusive);
            lists::update(conn, &list, now_ms)?;
            Ok(Some(list))
        };
        let changed = self.store().write(change).await?.ok_or(NO_LIST)?;
        self.lists_changed(owner);
        Ok(changed)
    }

    /// Removes a list. Whom it had stays followed.
    pub async fn delete_list(&self, owner: AccountId, id: RowId) -> Result<()> {
        let now_ms = self.now_ms();
        if !self.store().write(move |conn| lists::delete(conn, owner, id, now_ms)).await? {
            return Err(NO_LIST);
        }
        self.lists_changed(owner);
        Ok(())
    }

    /// Puts accounts that the owner follows on a list; who is on it already stays there.
    pub async fn add_to_list(&self, owner: AccountId, id: RowId, members: Vec<AccountId>) -> Result<()> {
        at_once(&members)?;
        if self.accounts(members.clone()).await?.len() < distinct(&members) {
            return Err(Error::NotFound("account"));
        }
        let rows: Vec<(RowId, AccountId)> =
            members.into_iter().map(|member| (RowId(self.next_id()), member)).collect();
        let now_ms = self.now_ms();
        self.write_members(owner, id, move |conn, list| lists::add(conn, list, &rows, now_ms)).await
    }

    /// Takes accounts off a list; who is not on it is passed over.
    pub async fn take_off_list(&self, owner: AccountId, id: RowId, members: Vec<AccountId>) -> Result<()> {
        at_once(&members)?;
        let now_ms = self.now_ms();
        self.write_members(owner, id, move |conn, list| lists::remove(conn, list, &members, now_ms)).await
    }

    async fn write_members(
        &self,
        owner: AccountId,
        id: RowId,
        write: impl Fn(&mut Conn, &List) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<()> {
        let change = move |conn: &mut Conn| match lists::hold(conn, owner, id)? {
            Some(list) => write(conn, &list).map(Some),
            None => Ok(None),
        };
        self.store().write(change).await?.ok_or(NO_LIST)?;
        self.lists_changed(owner);
        Ok(())
    }

    /// A page of who is on a list, who came last first.
    pub async fn list_members(
        &self,
        owner: AccountId,
        id: RowId,
        cursor: Cursor,
        limit: usize,
    ) -> Result<Page<Account>> {
        let list = self.list(owner, id).await?.id;
        let limit = limit.clamp(1, limits::LIST_MEMBERS_MAX);
        let read = move |conn: &mut Conn| lists::members(conn, list, cursor, one_more(limit));
        let page = page_of_rows(self.store().read(read).await?, cursor, limit, |(row, _)| row.0);
        let people = self.accounts(page.items.iter().map(|(_, id)| *id).collect()).await?;
        Ok(Page { items: people, next: page.next, prev: page.prev })
    }

    /// Those of an account's lists that another account is on.
    pub async fn lists_with(&self, owner: AccountId, member: AccountId) -> Result<Vec<List>> {
        self.account(member).await?;
        Ok(self.store().read(move |conn| lists::with_member(conn, owner, member, all_lists())).await?)
    }

    /// The owner sees at once what home leaves out now.
    fn lists_changed(&self, owner: AccountId) {
        self.wrote(owner);
    }
}

const NO_LIST: Error = Error::NotFound("list");

fn all_lists() -> i64 {
    i64::try_from(limits::LISTS_MAX).unwrap_or(i64::MAX)
}

fn all_members() -> i64 {
    i64::try_from(limits::LIST_MEMBERS_MAX).unwrap_or(i64::MAX)
}

fn at_once(members: &[AccountId]) -> Result<()> {
    if members.is_empty() {
        return Err(Error::invalid("userId", "empty", "say which accounts"));
    }
    if members.len() > limits::BATCH_IDS_MAX {
        let message = format!("at most {} accounts at once", limits::BATCH_IDS_MAX);
        return Err(Error::invalid("userId", "too_many", message));
    }
    Ok(())
}

fn distinct(members: &[AccountId]) -> usize {
    members.iter().collect::<std::collections::HashSet<_>>().len()
}
