//! Small drawable parts: icons, times, avatars, sentences with a link, empty lists, complaints.
//!
//! They escape their own text, so that a template may insert them as they are.

use std::borrow::Cow;
use std::fmt;

use askama::filters::{Escaper as _, Html, HtmlSafe};
use askama::{FastWritable, Template, Values};

use super::AccountView;
use crate::http::web::assets;
use crate::model::emoji::{self, EmojiPicture, Piece};

/// One picture of `assets/icons.svg`, hidden from screen readers: text stands beside it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<svg class="icon" aria-hidden="true"><use href="{{ Self::file() }}#{{ self.0 }}"/></svg>"##
)]
pub struct Icon<'a>(pub(super) &'a str);

impl Icon<'_> {
    fn file() -> &'static str {
        assets::url("icons.svg")
    }
}

impl HtmlSafe for Icon<'_> {}

/// A `<time>` element.
#[derive(Template)]
#[template(ext = "html", source = r#"<time datetime="{{ machine }}" title="{{ full }}">{{ shown }}</time>"#)]
pub struct TimeTag {
    pub(super) machine: String,
    pub(super) full: String,
    pub(super) shown: String,
}

impl HtmlSafe for TimeTag {}

/// The picture of an account, or its initial on a colour of its own.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if let Some(url) = url %}<img class="avatar {{ class }}" src="{{ url }}" alt="" width="48" height="48" loading="lazy" decoding="async">{% else %}<span class="avatar hue-{{ hue }} {{ class }}" aria-hidden="true">{{ initial }}</span>{% endif %}"#
)]
pub struct Picture<'a> {
    url: Option<&'a str>,
    class: &'static str,
    hue: i64,
    initial: String,
}

impl<'a> Picture<'a> {
    /// Colours for accounts without a picture (`hue-0` … in the style sheet).
    const HUES: i64 = 6;

    pub(super) fn of(account: &'a AccountView, class: &'static str) -> Self {
        let first = account.display_name.chars().find(|c| c.is_alphanumeric()).unwrap_or('?');
        // The low bits of an id hardly vary; its milliseconds do.
        let hue = account.id.time_ms().rem_euclid(Self::HUES);
        Self { url: account.avatar.as_deref(), class, hue, initial: first.to_uppercase().collect() }
    }
}

impl HtmlSafe for Picture<'_> {}

/// Plain text, escaped, with pictures where the codes of its emoji stand.
#[derive(Clone, Copy, Debug)]
pub struct EmojiText<'a> {
    pub(super) text: &'a str,
    pub(super) emoji: &'a [EmojiPicture],
}

impl FastWritable for EmojiText<'_> {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn Values) -> askama::Result<()> {
        for piece in emoji::pieces(self.text, self.emoji) {
            match piece {
                Piece::Text(text) => Html.write_escaped_str(&mut *dest, text)?,
                Piece::Picture(picture) => dest.write_str(&emoji::img(picture))?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for EmojiText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_into(f, askama::NO_VALUES).map_err(|_| fmt::Error)
    }
}

impl HtmlSafe for EmojiText<'_> {}

/// A translated sentence with a linked name in it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{{ before }}<a class="name" href="{{ account.href() }}"><bdi>{{ account.name() }}</bdi></a>{{ after }}"#
)]
pub struct Phrase<'a> {
    before: String,
    account: &'a AccountView,
    after: String,
}

impl<'a> Phrase<'a> {
    pub(super) fn new((before, after): (String, String), account: &'a AccountView) -> Self {
        Self { before, after, account }
    }
}

impl HtmlSafe for Phrase<'_> {}

/// What a list without entries shows.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="empty">{{ Icon("nest") }}<p class="empty-title">{{ title }}</p><p>{{ text }}</p></div>"#
)]
pub struct Empty {
    pub(super) title: Cow<'static, str>,
    pub(super) text: Cow<'static, str>,
}

impl HtmlSafe for Empty {}

/// The complaint about one input.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if let Some(text) = text %}<p class="field-error" id="{{ field }}-error">{{ Icon("warning") }} {{ text }}</p>{% endif %}"#
)]
pub struct ErrorText {
    pub(super) field: &'static str,
    pub(super) text: Option<String>,
}

impl HtmlSafe for ErrorText {}

/// Marks an input as wrong and names its complaint.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if wrong %}aria-invalid="true" aria-describedby="{{ field }}-error{% if let Some(hint) = hint %} {{ hint }}{% endif %}"{% else if let Some(hint) = hint %}aria-describedby="{{ hint }}"{% endif %}"#
)]
pub struct Aria {
    pub(super) field: &'static str,
    pub(super) wrong: bool,
    /// The id of a text that says what to fill in.
    pub(super) hint: Option<&'static str>,
}

impl HtmlSafe for Aria {}
