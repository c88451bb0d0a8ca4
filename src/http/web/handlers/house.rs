//! The rules of the instance and its texts about itself, for the admins who write them.

use serde::Deserialize;

use super::refused;
use crate::error::{Error, Result};
use crate::http::extract::{Form, Path};
use crate::http::web::back::Back;
use crate::http::web::views::pages::{HousePage, RuleForm, RulePage, TextForm};
use crate::http::web::views::{self, FieldError, FormErrors, Nav};
use crate::http::web::visit::{Admin, Answer, Visit, show};
use crate::model::about::{HouseRule, TextKind};
use crate::model::ids::RowId;
use crate::service::{AboutChanges, RuleStep};

const HERE: &str = "/admin/about";
const RULES: &str = "/admin/about#rules";

/// `GET /admin/about`
pub(in crate::http::web) async fn page(Admin { visit, .. }: Admin) -> Answer {
    show(&house(&visit, RuleForm::default(), None, FormErrors::default()).await?)
}

/// A rule.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Typed {
    rule: String,
    hint: String,
}

/// `POST /admin/about/rules`
pub(in crate::http::web) async fn add_rule(Admin { visit, .. }: Admin, Form(typed): Form<Typed>) -> Answer {
    let step = RuleStep::Add(typed.rule.clone(), typed.hint.clone());
    let Err(error) = visit.service().edit_rules(step).await else {
        return Ok(visit.to(RULES, Some("rule-added")));
    };
    let (status, errors) = refused(error)?;
    let form = RuleForm { rule: typed.rule, hint: typed.hint };
    Ok(views::page(status, &house(&visit, form, None, of_rule(errors)).await?))
}

/// `GET /admin/about/rules/{id}`
pub(in crate::http::web) async fn rule(Admin { visit, .. }: Admin, Path(id): Path<RowId>) -> Answer {
    let HouseRule { text, hint, .. } = holding(&visit, id).await?;
    let form = RuleForm { rule: text, hint };
    show(&RulePage { shell: visit.shell(Nav::Admin).await?, id, form, errors: FormErrors::default() })
}

/// `POST /admin/about/rules/{id}`
pub(in crate::http::web) async fn change_rule(
    Admin { visit, .. }: Admin,
    Path(id): Path<RowId>,
    Form(typed): Form<Typed>,
) -> Answer {
    let step = RuleStep::Change(id, typed.rule.clone(), typed.hint.clone());
    let Err(error) = visit.service().edit_rules(step).await else {
        return Ok(visit.to(RULES, Some("rule-changed")));
    };
    let (status, errors) = refused(error)?;
    let form = RuleForm { rule: typed.rule, hint: typed.hint };
    let errors = of_rule(errors);
    Ok(views::page(status, &RulePage { shell: visit.shell(Nav::Admin).await?, id, form, errors }))
}

/// A new place.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Place {
    to: usize,
    return_to: String,
}

/// `POST /admin/about/rules/{id}/move`
pub(in crate::http::web) async fn move_rule(
    Admin { visit, .. }: Admin,
    Path(id): Path<RowId>,
    Form(place): Form<Place>,
) -> Answer {
    visit.service().edit_rules(RuleStep::Move(id, place.to)).await?;
    Ok(visit.to(&visit.return_path(&place.return_to, RULES), Some("rule-moved")))
}

/// `POST /admin/about/rules/{id}/remove`
pub(in crate::http::web) async fn remove_rule(
    Admin { visit, .. }: Admin,
    Path(id): Path<RowId>,
    Form(form): Form<Back>,
) -> Answer {
    match visit.service().edit_rules(RuleStep::Remove(id)).await {
        // A second click came late.
        Ok(_) | Err(Error::NotFound(_)) => {
            Ok(visit.to(&visit.return_path(&form.return_to, RULES), Some("rule-removed")))
        }
        Err(error) => Err(error.into()),
    }
}

/// A text.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http::web) struct Words {
    words: String,
}

/// `POST /admin/about/texts/{kind}`
pub(in crate::http::web) async fn write(
    Admin { visit, .. }: Admin,
    Path(kind): Path<String>,
    Form(typed): Form<Words>,
) -> Answer {
    let kind = TextKind::from_word(&kind).ok_or(Error::NotFound("text"))?;
    let changes = AboutChanges { rules: None, texts: vec![(kind, typed.words.clone())] };
    let Err(error) = visit.service().set_about(changes).await else {
        return Ok(visit.to(&format!("{HERE}#text-{}", kind.as_str()), Some("text-written")));
    };
    let (status, errors) = refused(error)?;
    let page = house(&visit, RuleForm::default(), Some((kind, typed.words)), errors).await?;
    Ok(views::page(status, &page))
}

/// The rule is about its text; on the page that input has a name of its own, as posts have texts too.
fn of_rule(errors: FormErrors) -> FormErrors {
    let errors = errors.0.into_iter().map(|error| match error.field.as_str() {
        "text" => FieldError { field: "rule".to_owned(), ..error },
        _ => error,
    });
    FormErrors(errors.collect())
}

async fn holding(visit: &Visit, id: RowId) -> Result<HouseRule> {
    let rules = visit.service().house_rules().await?;
    rules.into_iter().find(|rule| rule.id == id).ok_or(Error::NotFound("rule"))
}

/// The page with a complaint about its picture.
pub(super) async fn complain(visit: &Visit, errors: FormErrors) -> Result<HousePage> {
    house(visit, RuleForm::default(), None, errors).await
}

async fn house(
    visit: &Visit,
    rule: RuleForm,
    typed: Option<(TextKind, String)>,
    errors: FormErrors,
) -> Result<HousePage> {
    let service = visit.service();
    let mut texts = Vec::new();
    for kind in TextKind::ALL {
        let known = service.house_text(kind).await?;
        let updated_ms = known.as_ref().map(|text| text.updated_at);
        let words = match &typed {
            Some((of, words)) if *of == kind => words.clone(),
            _ => known.map(|text| text.text).unwrap_or_default(),
        };
        texts.push(TextForm::of(kind, words, updated_ms));
    }
    let rules = service.house_rules().await?;
    Ok(HousePage { shell: visit.shell(Nav::Admin).await?, rules, rule, texts, errors })
}
