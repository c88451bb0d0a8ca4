//! What a local profile may say: display name, bio and up to four fields of name and value.

use serde::{Deserialize, Serialize};

use crate::config::limits::{BIO_MAX, DISPLAY_NAME_MAX, FIELD_MAX, FIELDS_MAX, TEXT_MAX_BYTES};
use crate::error::{Error, Result};
use crate::model::text;

/// Bytes of one line that are read at all.
const MAX_LINE_BYTES: usize = 8 * 1024;

/// One line of a profile, such as a web site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What it is.
    pub name: String,
    /// Its text; links in it are made when it is shown.
    pub value: String,
}

/// Cleans and checks a display name. An empty one is allowed: the username stands in for it.
///
/// # Errors
/// [`Error::Invalid`] on `display_name`: `too_long`.
pub fn validate_display_name(name: &str) -> Result<String> {
    line("display_name", name, DISPLAY_NAME_MAX)
}

/// Cleans and checks a bio. It may be empty.
///
/// # Errors
/// [`Error::Invalid`] on `bio`: `too_long`.
pub fn validate_bio(bio: &str) -> Result<String> {
    let too_long = || Error::invalid("bio", "too_long", format!("a bio has at most {BIO_MAX} characters"));
    if bio.len() > TEXT_MAX_BYTES {
        return Err(too_long());
    }
    let bio = text::normalise(bio);
    if text::count(&bio) > BIO_MAX {
        return Err(too_long());
    }
    Ok(bio)
}

/// Cleans and checks the fields; those without a name and without a value are dropped.
///
/// # Errors
/// [`Error::Invalid`] on `fields`: `too_many`, `too_long`, and `empty` for a field with a value but no name.
pub fn validate_fields(fields: &[Field]) -> Result<Vec<Field>> {
    // Forms send the empty rows too, so rows are counted after cleaning; nobody sends very many.
    if fields.len() > 4 * FIELDS_MAX {
        return Err(too_many());
    }
    let mut kept = Vec::with_capacity(FIELDS_MAX);
    for field in fields {
        let field = Field {
            name: line("fields", &field.name, FIELD_MAX)?,
            value: line("fields", &field.value, FIELD_MAX)?,
        };
        match (field.name.is_empty(), field.value.is_empty()) {
            (true, true) => {}
            (true, false) => return Err(Error::invalid("fields", "empty", "a field needs a name")),
            (false, _) => kept.push(field),
        }
    }
    if kept.len() > FIELDS_MAX {
        return Err(too_many());
    }
    Ok(kept)
}

fn too_many() -> Error {
    Error::invalid("fields", "too_many", format!("a profile has at most {FIELDS_MAX} fields"))
}

fn line(field: &'static str, value: &str, limit: usize) -> Result<String> {
    let too_long = || Error::invalid(field, "too_long", format!("at most {limit} characters"));
    if value.len() > MAX_LINE_BYTES {
        return Err(too_long());
    }
    let value = text::one_line(value);
    if text::is_blank(&value) {
        return Ok(String::new());
    }
    if text::characters(&value) > limit {
        return Err(too_long());
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> Field {
        Field { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn a_display_name_is_one_line_of_fifty_characters() {
        assert_eq!(validate_display_name("  Ann \n 👩🏽‍🚀 ").unwrap(), "Ann 👩🏽‍🚀");
        assert_eq!(validate_display_name("\u{200b}").unwrap(), "");
        assert_eq!(validate_display_name(&"👩🏽‍🚀".repeat(50)).unwrap(), "👩🏽‍🚀".repeat(50));
        let error = validate_display_name(&"é".repeat(51)).unwrap_err();
        assert_eq!((error.field(), error.code()), (Some("display_name"), "too_long"));
        assert!(validate_display_name(&"x".repeat(1 << 20)).is_err());
    }

    #[test]
    fn a_bio_is_counted_like_a_tweet() {
        assert_eq!(validate_bio(" a\r\nb ").unwrap(), "a\nb");
        assert_eq!(validate_bio("").unwrap(), "");
        assert!(validate_bio(&format!("{} https://a.test/{}", "x".repeat(476), "y".repeat(400))).is_ok());
        assert_eq!(validate_bio(&"x".repeat(501)).unwrap_err().code(), "too_long");
        assert_eq!(validate_bio(&"x".repeat(1 << 20)).unwrap_err().field(), Some("bio"));
    }

    #[test]
    fn fields_are_cleaned_counted_and_bounded() {
        let given = [field(" Web ", "https://a.test\n"), field("", " "), field("Pronouns", "")];
        assert_eq!(validate_fields(&given).unwrap(), [field("Web", "https://a.test"), field("Pronouns", "")]);
        let code = |fields: &[Field]| validate_fields(fields).unwrap_err().code();
        assert_eq!(code(&vec![field("a", "b"); 5]), "too_many");
        assert_eq!(code(&vec![field("", ""); 1_000]), "too_many");
        assert_eq!(code(&[field("", "b")]), "empty");
        assert_eq!(code(&[field("a", &"b".repeat(256))]), "too_long");
        assert_eq!(code(&[field(&"a".repeat(256), "b")]), "too_long");
        assert_eq!(validate_fields(&vec![field("a", &"b".repeat(255)); 4]).unwrap().len(), 4);
    }
}
