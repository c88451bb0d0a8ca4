//! The form that writes or edits a tweet, and the complaints of any form.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{Audience, PageShell, TweetView};
use crate::config::limits::POLL_OPTIONS_MAX;
use crate::error::Error;
use crate::http::web::i18n::Words;
use crate::model::emoji::EmojiPicture;
use crate::model::ids::{MediaId, TweetId};

/// One complaint about one input.
#[derive(Clone, Debug)]
pub struct FieldError {
    /// The input's name; empty for the form as a whole.
    pub field: String,
    /// A stable word such as `too_long`.
    pub code: String,
    /// The English sentence, for codes without words of their own. A number in it is what is allowed.
    pub message: String,
    /// Which of several places of the form it is about.
    pub place: Option<usize>,
}

impl FieldError {
    /// The sentence for people: of field and code, of the code alone, or the English message.
    pub fn text(&self, words: &'static Words) -> String {
        let code = self.code.replace('_', "-");
        let field = self.field.replace('_', "-");
        let limit = self.limit();
        words
            .maybe_limited(&format!("error-{field}-{code}"), limit)
            .or_else(|| words.maybe_limited(&format!("error-{code}"), limit))
            .map_or_else(|| self.message.clone(), std::borrow::Cow::into_owned)
    }

    /// How much is allowed: the first number of the message, which names the rule's own limit.
    fn limit(&self) -> Option<&str> {
        let mut numbers = self.message.split(|c: char| !c.is_ascii_digit());
        numbers.find(|digits| !digits.is_empty())
    }
}

/// Why a form was not accepted; empty when it is shown for the first time.
#[derive(Clone, Debug, Default)]
pub struct FormErrors(pub Vec<FieldError>);

impl FormErrors {
    /// The complaint of a use-case.
    pub fn from_error(error: &Error) -> Self {
        let message = match error {
            Error::Invalid { message, .. } | Error::Conflict { message, .. } => message.clone(),
            other => other.to_string(),
        };
        let field = error.field().unwrap_or_default().to_owned();
        Self(vec![FieldError { field, code: error.code().to_owned(), message, place: None }])
    }

    /// The complaint about the input `field`.
    pub fn of(&self, field: &str) -> Option<&FieldError> {
        self.0.iter().find(|error| error.field == field)
    }

    /// The complaint about one of several places of the form.
    pub fn at(&self, place: &usize) -> Option<&FieldError> {
        self.0.iter().find(|error| error.place == Some(*place))
    }

    /// The first complaint about the form as a whole, or about an input that is not in `fields`.
    pub fn beside(&self, fields: &[&str]) -> Option<&FieldError> {
        self.0.iter().find(|error| error.place.is_none() && !fields.contains(&error.field.as_str()))
    }
}

/// A place for one image: empty, or holding an upload that is already here.
#[derive(Clone, Debug, Default)]
pub struct ImageSlot {
    /// The upload and its small picture.
    pub kept: Option<(MediaId, String)>,
    /// What it shows, in words.
    pub alt: String,
}

/// The poll of the form; none when all its options are empty.
#[derive(Clone, Debug)]
pub struct PollDraft {
    /// The options so far; as many as a poll may have.
    pub options: Vec<String>,
    /// Several may be chosen.
    pub multiple: bool,
    /// How long it runs, in seconds.
    pub lasts_s: u64,
}

impl PollDraft {
    /// How long a poll may run: seconds, and the same in words.
    pub const TIMES: [(u64, &'static str, u64); 8] = [
        (300, "time-minutes", 5),
        (1_800, "time-minutes", 30),
        (3_600, "time-hours", 1),
        (21_600, "time-hours", 6),
        (86_400, "time-days", 1),
        (259_200, "time-days", 3),
        (604_800, "time-days", 7),
        (2_592_000, "time-days", 30),
    ];
    const DAY_S: u64 = 86_400;

    fn is_filled(&self) -> bool {
        self.options.iter().any(|option| !option.is_empty())
    }
}

impl Default for PollDraft {
    fn default() -> Self {
        Self { options: vec![String::new(); POLL_OPTIONS_MAX], multiple: false, lasts_s: Self::DAY_S }
    }
}

/// The form that writes or edits a tweet.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    /// The tweet to change; `None` to write a new one.
    pub editing: Option<TweetId>,
    /// A random word: two submissions with the same one make one tweet.
    pub once: String,
    /// The text so far.
    pub text: String,
    /// The warning so far.
    pub content_warning: String,
    /// Who it is for.
    pub audience: Audience,
    /// The language, BCP 47; empty for none.
    pub language: String,
    /// What it answers to.
    pub reply_to: Option<TweetView>,
    /// What it quotes.
    pub quote_of: Option<TweetView>,
    /// Places for images; as many as a tweet may have.
    pub images: Vec<ImageSlot>,
    /// Films and sounds are taken too.
    pub films: bool,
    /// The poll so far.
    pub poll: PollDraft,
    /// The longest text, counted as people count.
    pub limit: u64,
    /// The instance's emoji, or the first of very many.
    pub emoji: Vec<EmojiPicture>,
    /// Complaints.
    pub errors: FormErrors,
}

impl Composer {
    /// Inputs that show their own complaint.
    pub const FIELDS: [&'static str; 5] = ["text", "content_warning", "visibility", "language", "poll"];

    /// Where the form goes.
    pub fn action(&self) -> String {
        self.editing.map_or_else(|| "/tweets".to_owned(), |id| format!("/tweets/{id}/edit"))
    }

    /// The name of the draft in the browser; each reply, quote and edit has its own.
    pub fn draft(&self) -> String {
        match (self.editing, &self.reply_to, &self.quote_of) {
            (Some(id), _, _) => format!("edit-{id}"),
            (None, Some(tweet), _) => format!("reply-{}", tweet.id),
            (None, None, Some(tweet)) => format!("quote-{}", tweet.id),
            (None, None, None) => "new".to_owned(),
        }
    }

    fn is_open(&self) -> bool {
        let filled = !self.content_warning.is_empty()
            || self.poll.is_filled()
            || self.images.iter().any(|slot| slot.kept.is_some());
        let wrong = |error: &FieldError| {
            error.place.is_some() || matches!(error.field.as_str(), "content_warning" | "language" | "poll")
        };
        filled || self.errors.0.iter().any(wrong)
    }
}

/// The form, drawn.
#[derive(Template)]
#[template(path = "_composer.html")]
pub struct ComposerCard<'a> {
    pub(super) shell: &'a PageShell,
    pub(super) form: &'a Composer,
}

impl HtmlSafe for ComposerCard<'_> {}

impl ComposerCard<'_> {
    /// Languages to choose from, by what they call themselves.
    pub(in crate::http) const LANGUAGES: [(&'static str, &'static str); 30] = [
        ("ar", "العربية"),
        ("bg", "Български"),
        ("ca", "Català"),
        ("cs", "Čeština"),
        ("da", "Dansk"),
        ("de", "Deutsch"),
        ("el", "Ελληνικά"),
        ("en", "English"),
        ("eo", "Esperanto"),
        ("es", "Español"),
        ("eu", "Euskara"),
        ("fa", "فارسی"),
        ("fi", "Suomi"),
        ("fr", "Français"),
        ("he", "עברית"),
        ("hi", "हिन्दी"),
        ("hu", "Magyar"),
        ("it", "Italiano"),
        ("ja", "日本語"),
        ("ko", "한국어"),
        ("nl", "Nederlands"),
        ("no", "Norsk"),
        ("pl", "Polski"),
        ("pt", "Português"),
        ("ro", "Română"),
        ("sv", "Svenska"),
        ("tr", "Türkçe"),
        ("uk", "Українська"),
        ("vi", "Tiếng Việt"),
        ("zh", "中文"),
    ];

    /// The language of the tweet when it is none of [`Self::LANGUAGES`]: without a choice of its own, a browser
    /// would send the first of them.
    fn other_language(&self) -> Option<&str> {
        let language = self.form.language.as_str();
        Self::LANGUAGES.iter().all(|(tag, _)| *tag != language).then_some(language)
    }

    /// The key of the invitation in the empty text box.
    fn invitation(&self) -> &'static str {
        match (&self.form.reply_to, &self.form.quote_of) {
            (Some(_), _) => "compose-invite-reply",
            (None, Some(_)) => "compose-invite-quote",
            (None, None) => "compose-invite",
        }
    }

    /// The key of the words on the button.
    fn submit(&self) -> &'static str {
        match (self.form.editing, &self.form.reply_to) {
            (Some(_), _) => "compose-save",
            (None, Some(_)) => "compose-reply",
            (None, None) => "compose-post",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_speaks_the_readers_language_and_falls_back_to_its_message() {
        let german = Words::tagged("de").unwrap();
        let errors = FormErrors::from_error(&Error::Conflict {
            field: "username",
            code: "taken",
            message: "this username is taken".into(),
        });
        assert!(errors.of("username").unwrap().text(german).contains("vergeben"));
        let odd = FormErrors::from_error(&Error::invalid("bio", "very_odd", "the bio is very odd"));
        assert_eq!(odd.of("bio").unwrap().text(german), "the bio is very odd");
    }

    #[test]
    fn a_complaint_says_how_much_is_allowed() {
        let words = Words::english();
        let text = |error: &Error| FormErrors::from_error(error).0.remove(0).text(words);
        let bio = Error::invalid("bio", "too_long", "a bio has at most 500 characters");
        assert_eq!(text(&bio), "What you say about yourself has at most 500 characters.");
        let odd = Error::invalid("odd", "too_long", "at most 7 characters");
        assert_eq!(text(&odd), "This is too long: at most 7 characters.");
        let vague = Error::invalid("odd", "too_long", "it is too long");
        assert_eq!(text(&vague), "it is too long");
    }

    #[test]
    fn a_complaint_without_an_input_is_shown_for_the_whole_form() {
        let errors = FormErrors::from_error(&Error::TooMany { retry_after_s: 3 });
        assert!(errors.of("text").is_none());
        assert_eq!(errors.beside(&Composer::FIELDS).unwrap().code, "too_many_requests");
    }
}
