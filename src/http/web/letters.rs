//! Letters in words: the same sentences in plain text and in a small page.

use std::sync::Arc;

use askama::Template;

use super::i18n::Words;
use crate::error::{Error, Result};
use crate::notify::{Matter, Word, Worded};
use crate::service::Service;

/// A letter as a page; mail programs know little HTML and no style sheets.
#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage<'a> {
    lang: &'a str,
    subject: &'a str,
    /// What it says, by paragraphs.
    paragraphs: &'a [String],
    /// What is to be done: where, and what the link is called.
    link: (&'a str, &'a str),
    /// What it says below.
    foot: &'a str,
}

/// Puts letters into words.
pub fn word(service: &Service) -> Word {
    let instance = service.rules().instance_name.clone();
    Arc::new(move |matter: &Matter, language: &str| {
        let words = Words::negotiate(Some(language), None, language);
        match matter {
            Matter::Confirm { username, link } => confirm(words, &instance, username, link),
        }
    })
}

fn confirm(words: &'static Words, instance: &str, username: &str, link: &str) -> Result<Worded> {
    let subject = words.with("letter-confirm-subject", "name", instance).into_owned();
    let paragraphs = [
        words.with("letter-hello", "name", username).into_owned(),
        words.with("letter-confirm-text", "name", instance).into_owned(),
    ];
    let (called, foot) = (words.t("letter-confirm-link"), words.t("letter-confirm-foot"));
    let text = format!("{}\n\n{link}\n\n{foot}\n", paragraphs.join("\n\n"));
    let page = LetterPage {
        lang: words.tag(),
        subject: &subject,
        paragraphs: &paragraphs,
        link: (link, &called),
        foot: &foot,
    };
    let html = page.render().map_err(Error::internal)?;
    Ok(Worded { subject, text, html })
}
