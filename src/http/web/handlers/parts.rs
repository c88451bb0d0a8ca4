//! A form with files, read part by part as it arrives.

use crate::error::{Error, Result};
use crate::http::extract::{Multipart, Part};
use crate::http::media::upload::{self, Taken};
use crate::http::state::AppState;
use crate::media::{Purpose, Unclaimed};

/// What a form with files said. Its files are stored, or refused one by one; those that nobody takes go with it.
#[derive(Default)]
pub(super) struct Posted {
    texts: Vec<(String, String)>,
    files: Vec<(String, Result<Taken>)>,
}

/// The input that a refusal names.
fn input(name: &str) -> &'static str {
    const INPUTS: [&str; 9] = [
        "text",
        "content_warning",
        "language",
        "visibility",
        "reply_to",
        "quote_of",
        "display_name",
        "bio",
        "return_to",
    ];
    if name.starts_with("alt_") {
        return "alt";
    }
    INPUTS.into_iter().find(|input| *input == name).unwrap_or("form")
}

async fn take(state: &AppState, part: Part<'_>, purpose: Purpose) -> Result<Taken> {
    match purpose {
        Purpose::Attachment => upload::accept(state, part).await,
        other => upload::receive(state, part, other).await.map(Taken::Image),
    }
}

impl Posted {
    /// Reads all parts. Files are taken where `purpose` says what they are for, once each; others are skipped.
    pub(super) async fn read(
        state: &AppState,
        mut form: Multipart,
        purpose: impl Fn(&str) -> Option<Purpose>,
    ) -> Result<Self> {
        let mut posted = Self::default();
        match posted.read_parts(state, &mut form, purpose).await {
            Ok(()) => Ok(posted),
            Err(error) => {
                posted.discard().await;
                Err(error)
            }
        }
    }

    async fn read_parts(
        &mut self,
        state: &AppState,
        form: &mut Multipart,
        purpose: impl Fn(&str) -> Option<Purpose>,
    ) -> Result<()> {
        while let Some(part) = form.next().await? {
            let name = part.name().to_owned();
            match purpose(&name) {
                None => {
                    let text = part.text(input(&name)).await?;
                    self.texts.push((name, text));
                }
                Some(_) if part.nothing_chosen() || self.has_file(&name) => {}
                Some(purpose) => match take(state, part, purpose).await {
                    // Overload and our own faults are not blamed on the file.
                    Err(error @ (Error::Busy | Error::Internal(_))) => return Err(error),
                    taken => self.files.push((name, taken)),
                },
            }
        }
        Ok(())
    }

    fn has_file(&self, name: &str) -> bool {
        self.files.iter().any(|(taken, _)| taken == name)
    }

    /// What an input said; empty when it was not there.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(given, _)| given == name).map_or("", |(_, text)| text)
    }

    /// Whether an input was there: a checkbox that is ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.texts.iter().any(|(given, _)| given == name)
    }

    /// Takes the file of an input.
    pub(super) fn take_file(&mut self, name: &str) -> Option<Result<Taken>> {
        let at = self.files.iter().position(|(given, _)| given == name)?;
        Some(self.files.swap_remove(at).1)
    }

    /// Takes the picture of an input that has nothing else.
    pub(super) fn take_picture(&mut self, name: &str) -> Option<Result<Unclaimed>> {
        match self.take_file(name)? {
            Ok(Taken::Image(picture)) => Some(Ok(picture)),
            Ok(Taken::Film(_)) => None,
            Err(refused) => Some(Err(refused)),
        }
    }

    /// Removes the files that nobody took.
    async fn discard(self) {
        for picture in self.files.into_iter().filter_map(|(_, file)| file.ok()) {
            picture.discard().await;
        }
    }
}
