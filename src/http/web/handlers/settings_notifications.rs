//! Of what one is told, and when one is not to be disturbed.

use serde::Deserialize;

use super::refused;
use crate::error::{Error, Result};
use crate::http::extract::Form;
use crate::http::web::views::pages::{TellingPage, ToldForm};
use crate::http::web::views::{self, FormErrors, Nav};
use crate::http::web::visit::{Answer, Member, Visit, show};
use crate::model::digest::Every;
use crate::model::hours::TimeOfDay;
use crate::model::notification::NotificationKind;
use crate::model::telling::{Channel, Doer, Doers, Telling};
use crate::notify::EmailView;
use crate::service::{TellingChanges, TellingView};

const HERE: &str = "/settings/notifications";

/// `GET /settings/notifications`
pub(in crate::http::web) async fn page(member: Member) -> Answer {
    let Member { visit, me, .. } = member;
    let TellingView { telling, quiet, digest } = visit.service().telling(me).await?;
    let form = ToldForm {
        quiet: quiet.hours.is_some(),
        from: quiet.hours.map_or("22:00".to_owned(), |hours| hours.from().to_string()),
        until: quiet.hours.map_or("07:00".to_owned(), |hours| hours.until().to_string()),
        time_zone: quiet.zone.unwrap_or_default(),
        every: digest.every.as_str().to_owned(),
        hour: digest.hour.to_string(),
        digest_failed: digest.failed,
    };
    show(&telling_page(&visit, &telling, form, FormErrors::default()).await?)
}

/// The boxes that are ticked, by way, kind and doer, and the hours.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Chosen {
    on: Vec<String>,
    quiet: Option<String>,
    from: String,
    until: String,
    time_zone: String,
    every: Option<String>,
    hour: Option<String>,
}

/// `POST /settings/notifications`
pub(in crate::http::web) async fn change(member: Member, Form(chosen): Form<Chosen>) -> Answer {
    let Member { visit, me, .. } = member;
    let told = chosen.told(ways(&visit));
    let changed = async {
        let changes = TellingChanges {
            told: told.clone(),
            quiet_hours: Some(chosen.quiet_hours()?),
            time_zone: Some(Some(chosen.time_zone.trim().to_owned()).filter(|zone| !zone.is_empty())),
            every: chosen.every.as_deref().map(Every::from_stored),
            hour: chosen.hour.as_deref().map(|hour| hour.trim().parse().unwrap_or(-1)),
        };
        visit.service().set_telling(me, changes).await
    };
    let Err(error) = changed.await else { return Ok(visit.to(HERE, Some("appearance-saved"))) };
    let (status, errors) = refused(error)?;
    let mut telling = Telling::default();
    for (kind, channel, doers) in told {
        telling.choose(kind, channel, doers);
    }
    let Chosen { quiet, from, until, time_zone, every, hour, .. } = chosen;
    let form = ToldForm {
        quiet: quiet.is_some(),
        from,
        until,
        time_zone,
        every: every.unwrap_or_default(),
        hour: hour.unwrap_or_default(),
        digest_failed: false,
    };
    Ok(views::page(status, &telling_page(&visit, &telling, form, errors).await?))
}

/// The ways of telling that there are.
fn ways(visit: &Visit) -> &'static [Channel] {
    if visit.state.letters.sends() { &Channel::ALL } else { &[Channel::List, Channel::Push] }
}

impl Chosen {
    /// What each box of the page says; one that is not sent is not ticked.
    fn told(&self, ways: &'static [Channel]) -> Vec<(NotificationKind, Channel, Doers)> {
        let cells =
            ways.iter().copied().flat_map(|channel| NotificationKind::ALL.map(|kind| (channel, kind)));
        let told = cells.map(|(channel, kind)| {
            let ticked =
                |doer: &Doer| self.on.iter().any(|on| *on == TellingPage::cell(channel, kind, *doer));
            (kind, channel, Doer::ALL.into_iter().filter(ticked).collect())
        });
        told.collect()
    }

    fn quiet_hours(&self) -> Result<Option<(TimeOfDay, TimeOfDay)>> {
        if self.quiet.is_none() {
            return Ok(None);
        }
        let time = |field: &'static str, text: &str| {
            let read = text.trim().parse::<TimeOfDay>();
            read.map_err(|bad| Error::invalid(field, "bad_time_of_day", bad.to_string()))
        };
        Ok(Some((time("from", &self.from)?, time("until", &self.until)?)))
    }
}

async fn telling_page(
    visit: &Visit,
    telling: &Telling,
    form: ToldForm,
    errors: FormErrors,
) -> Result<TellingPage> {
    let tables = ways(visit).iter().map(|channel| TellingPage::table(*channel, telling)).collect();
    let email = match visit.viewer() {
        Some(me) => visit.state.letters.email(me).await?,
        None => EmailView::default(),
    };
    Ok(TellingPage { shell: visit.shell(Nav::Settings).await?, tables, form, email, errors })
}
