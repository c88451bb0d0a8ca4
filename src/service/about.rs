//! What the instance says of itself, and what it tells of its life: rules, texts, other instances, weeks.

use std::sync::Arc;

use super::Service;
use crate::clock::{DAY_MS, Millis};
use crate::config::limits;
use crate::error::{Error, Result};
use crate::model::about::{HouseRule, HouseText, RuleEdit, TextKind, edited, validate_rule, validate_text};
use crate::model::ids::RowId;
use crate::model::time;
use crate::store::{Conn, about, accounts, instances};

/// How long a week's counts are kept before they are counted anew.
const KEEP_MS: Millis = 60 * 60 * 1_000;
/// Milliseconds of a week.
const WEEK_MS: Millis = 7 * DAY_MS;
/// Weeks that are told of, the present one included.
const WEEKS: usize = 12;
/// From Thursday, on which 1970 began, back to Monday.
const MONDAY_MS: Millis = 3 * DAY_MS;

/// What an admin changes of what the instance says of itself; `None` leaves as it is, and an empty text takes it away.
#[derive(Clone, Debug, Default)]
pub struct AboutChanges {
    /// The rules in their order, each with its hint.
    pub rules: Option<Vec<(String, String)>>,
    /// Texts.
    pub texts: Vec<(TextKind, String)>,
}

/// One step by which an admin changes the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleStep {
    /// One more at the end, with its hint.
    Add(String, String),
    /// Other words, or another hint, for this one.
    Change(RowId, String, String),
    /// This one stands in this place, counted from 0.
    Move(RowId, usize),
    /// This one goes.
    Remove(RowId),
}

/// What went on in a week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Week {
    /// When it began: a Monday, UTC.
    pub begins_ms: Millis,
    /// Tweets and retweets that accounts of ours wrote.
    pub tweets: i64,
    /// Accounts of ours that wrote.
    pub writers: i64,
    /// Accounts that were made here.
    pub signups: i64,
}

/// The weeks and when they were counted. Whoever comes meanwhile waits for the same counting.
pub(super) type Weeks = tokio::sync::Mutex<Option<(Millis, Arc<Vec<Week>>)>>;

impl Service {
    /// The rules of the instance, in their order.
    pub async fn house_rules(&self) -> Result<Vec<HouseRule>> {
        Ok(self.store().read(about::rules).await?)
    }

    /// A text about the instance; of terms, those that were written last.
    pub async fn house_text(&self, kind: TextKind) -> Result<Option<HouseText>> {
        Ok(self.store().read(move |conn| about::text(conn, kind)).await?)
    }

    /// The terms that hold from a day on, `2026-01-31`, and the day of those after them.
    pub async fn terms_of(&self, day: String) -> Result<(HouseText, Option<String>)> {
        let found = self.store().read(move |conn| about::terms_of(conn, &day)).await?;
        found.ok_or(Error::NotFound("terms"))
    }

    /// Changes what the instance says of itself.
    ///
    /// # Errors
    /// 422 on `rules`: `too_many`, `empty`, `too_long`; on a text: `too_long`.
    pub async fn set_about(&self, changes: AboutChanges) -> Result<()> {
        let rules = changes.rules.map(|rules| self.checked_rules(&rules)).transpose()?;
        let texts = changes.texts.into_iter();
        let texts: Vec<(TextKind, String)> =
            texts.map(|(kind, text)| Ok((kind, validate_text(kind, &text)?))).collect::<Result<_>>()?;
        let now_ms = self.now_ms();
        self.store()
            .write(move |conn| {
                if let Some(rules) = &rules {
                    about::set_rules(conn, rules)?;
                }
                for (kind, text) in &texts {
                    let day = if *kind == TextKind::Terms { time::date(now_ms) } else { String::new() };
                    about::set_text(conn, *kind, &day, text, now_ms)?;
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// Changes the rules by one step, and answers them as they are then.
    ///
    /// # Errors
    /// 404 for a rule that does not hold; 422: `empty`, `too_long`, `too_many` on `text`, `too_long` on `hint`.
    pub async fn edit_rules(&self, step: RuleStep) -> Result<Vec<HouseRule>> {
        let rule = |text: &str, hint: &str| {
            let (text, hint) = validate_rule(text, hint)?;
            Ok::<_, Error>(HouseRule { id: RowId(self.next_id()), text, hint })
        };
        let edit = match step {
            RuleStep::Add(text, hint) => RuleEdit::Add(rule(&text, &hint)?),
            RuleStep::Change(id, text, hint) => RuleEdit::Change(id, rule(&text, &hint)?),
            RuleStep::Move(id, place) => RuleEdit::Move(id, place),
            RuleStep::Remove(id) => RuleEdit::Remove(id),
        };
        let write = move |conn: &mut Conn| {
            let rules = edited(about::rules(conn)?, edit.clone())?;
            about::set_rules(conn, &rules)?;
            about::rules(conn)
        };
        Ok(self.store().write(write).await?)
    }

    fn checked_rules(&self, rules: &[(String, String)]) -> Result<Vec<HouseRule>> {
        if rules.len() > limits::RULES_MAX {
            let message = format!("an instance has at most {} rules", limits::RULES_MAX);
            return Err(Error::invalid("rules", "too_many", message));
        }
        let checked = rules.iter().map(|(text, hint)| {
            let (text, hint) = validate_rule(text, hint).map_err(about_rules)?;
            Ok(HouseRule { id: RowId(self.next_id()), text, hint })
        });
        checked.collect()
    }

    /// Hosts of other instances that we exchange with, in their order.
    pub async fn peers(&self) -> Result<Vec<String>> {
        let limit = i64::try_from(limits::PEERS_TOLD_MAX).unwrap_or(i64::MAX);
        Ok(self.store().read(move |conn| instances::peers(conn, limit)).await?)
    }

    /// Hosts that are blocked here, in their order.
    pub async fn blocked_hosts(&self) -> Result<Vec<String>> {
        let limit = i64::try_from(limits::PEERS_TOLD_MAX).unwrap_or(i64::MAX);
        Ok(self.store().read(move |conn| instances::blocked(conn, limit)).await?)
    }

    /// What went on in the last weeks, the present one first, as it was at most an hour ago.
    pub async fn weeks(&self) -> Result<Arc<Vec<Week>>> {
        let now_ms = self.now_ms();
        let mut known = self.0.weeks.lock().await;
        if let Some((at_ms, weeks)) = &*known
            && (0..KEEP_MS).contains(&now_ms.saturating_sub(*at_ms))
        {
            return Ok(Arc::clone(weeks));
        }
        let (read_ms, before) = known.clone().unwrap_or_default();
        let present = now_ms.saturating_sub(now_ms.saturating_add(MONDAY_MS).rem_euclid(WEEK_MS));
        let begins = (0_i64..).map(|back| present.saturating_sub(back.saturating_mul(WEEK_MS))).take(WEEKS);
        let mut weeks = Vec::with_capacity(WEEKS);
        for begins_ms in begins {
            // What was over when it was counted does not change any more.
            let over = begins_ms.saturating_add(WEEK_MS) <= read_ms;
            let week = before.iter().find(|week| over && week.begins_ms == begins_ms).copied();
            weeks.push(match week {
                Some(week) => week,
                None => self.week(begins_ms).await?,
            });
        }
        let weeks = Arc::new(weeks);
        *known = Some((now_ms, Arc::clone(&weeks)));
        Ok(weeks)
    }

    async fn week(&self, begins_ms: Millis) -> Result<Week> {
        let ends_ms = begins_ms.saturating_add(WEEK_MS);
        let counted = self.store().read(move |conn| {
            let (tweets, writers) = accounts::count_public_tweets(conn, begins_ms, ends_ms)?;
            let signups = accounts::count_made(conn, begins_ms, ends_ms)?;
            Ok(Week { begins_ms, tweets, writers, signups })
        });
        Ok(counted.await?)
    }
}

/// A complaint about one of many rules that came together.
fn about_rules(error: Error) -> Error {
    match error {
        Error::Invalid { code, message, .. } => Error::invalid("rules", code, message),
        other => other,
    }
}
