//! Letters in words: the same sentences in plain text and in a small page.

use std::sync::Arc;

use askama::Template;
use fluent_bundle::FluentArgs;

use super::i18n::Words;
use crate::error::{Error, Result};
use crate::notify::{DigestLine, DigestText, Matter, Word, Worded};
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

/// A digest as a page.
#[derive(Template)]
#[template(path = "digest.html")]
struct DigestPage<'a> {
    lang: &'a str,
    subject: &'a str,
    /// What it says before.
    paragraphs: &'a [String],
    /// What happened, what it is about, and where it is read.
    lines: &'a [(String, &'a str, &'a str)],
    /// How much more happened.
    more: Option<&'a str>,
    /// Where all of it is, and what the link is called.
    link: (&'a str, &'a str),
    /// What it says below.
    foot: &'a str,
    /// Where one chooses what it has and where one ends it, and what the links are called.
    ways: [(&'a str, &'a str); 2],
}

/// Puts letters into words.
pub fn word(service: &Service) -> Word {
    let instance = service.rules().instance_name.clone();
    Arc::new(move |matter: &Matter, language: &str| {
        let words = Words::negotiate(Some(language), None, language);
        match matter {
            Matter::Confirm { username, link } => confirm(words, &instance, username, link),
            Matter::Digest(text) => digest(words, &instance, text),
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

fn digest(words: &'static Words, instance: &str, digest: &DigestText) -> Result<Worded> {
    let subject = words.with("letter-digest-subject", "name", instance).into_owned();
    let hello = words.with("letter-hello", "name", &digest.username).into_owned();
    let paragraphs = [hello, words.with("letter-digest-text", "name", instance).into_owned()];
    let lines: Vec<(String, &str, &str)> = digest.lines.iter().map(|line| sentence(words, line)).collect();
    let more = (digest.more > 0).then(|| words.plural("letter-digest-more", digest.more).into_owned());
    let (called, foot) = (words.t("letter-digest-link"), words.t("letter-digest-foot"));
    let (choose, end) = (words.t("letter-digest-choose"), words.t("letter-digest-end"));
    let mut text = paragraphs.join("\n\n");
    for (said, body, link) in &lines {
        let quoted: String = body.lines().map(|line| format!("  > {line}\n")).collect();
        text.push_str(&format!("\n\n* {said}\n{quoted}  {link}"));
    }
    if let Some(more) = &more {
        text.push_str(&format!("\n\n{more}"));
    }
    let (all, settings, unsubscribe) = (&digest.all, &digest.settings, &digest.unsubscribe);
    text.push_str(&format!(
        "\n\n{called}: {all}\n\n-- \n{foot}\n{choose}: {settings}\n{end}: {unsubscribe}\n"
    ));
    let page = DigestPage {
        lang: words.tag(),
        subject: &subject,
        paragraphs: &paragraphs,
        lines: &lines,
        more: more.as_deref(),
        link: (all, &called),
        foot: &foot,
        ways: [(settings, &choose), (unsubscribe, &end)],
    };
    let html = page.render().map_err(Error::internal)?;
    Ok(Worded { subject, text, html })
}

/// What happened, what it is about, and where it is read.
fn sentence<'l>(words: &'static Words, line: &'l DigestLine) -> (String, &'l str, &'l str) {
    let name = match line.others {
        0 => line.name.clone(),
        others => {
            let mut args = FluentArgs::with_capacity(2);
            args.set("name", line.name.clone());
            args.set("n", others);
            words.with_args("letter-digest-others", &args).into_owned()
        }
    };
    (words.with(line.kind.key(), "name", &name).into_owned(), &line.body, &line.link)
}
