//! Named values as a tree, by the names that Rails understands.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::loose::Loose;
use crate::error::{Error, Result};
use crate::http::extract::{form, json, refused_field};
use crate::http::problem::Problem;

/// Fields of one form or query: the longest known one has sixteen rows of four.
pub(super) const FIELDS_MAX: usize = 1_000;
/// How deep names nest: `a[0][b]` is three.
pub(super) const DEPTH_MAX: usize = 5;

/// What was sent, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    tree: Map<String, Value>,
    added: usize,
}

impl Fields {
    /// Reads `name=value&…`.
    ///
    /// # Errors
    /// 422: what is not UTF-8, too many fields, names that nest too deep.
    pub(super) fn of_form(bytes: &[u8]) -> Result<Self, Problem> {
        form::refuse_bad_utf8(bytes)?;
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(bytes) {
            fields.add(&name, value.into_owned()).map_err(|error| Problem::from(&error))?;
        }
        Ok(fields)
    }

    /// Reads a JSON object.
    ///
    /// # Errors
    /// 400: what is not JSON; 422: what is no object.
    pub(super) fn of_json(bytes: &[u8]) -> Result<Self, Problem> {
        Ok(Self { tree: json::parse(bytes)?, added: 0 })
    }

    /// Adds a text under a name of a form.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `body`: `too_many_fields`, `too_deep`.
    pub fn add(&mut self, name: &str, text: String) -> Result<()> {
        self.added += 1;
        if self.added > FIELDS_MAX {
            let message = format!("a form has at most {FIELDS_MAX} fields");
            return Err(Error::invalid("body", "too_many_fields", message));
        }
        let path = path(name);
        let Some((first, rest)) = path.split_first() else { return Ok(()) };
        if path.len() > DEPTH_MAX {
            let message = format!("names of fields nest at most {DEPTH_MAX} deep");
            return Err(Error::invalid("body", "too_deep", message));
        }
        insert(self.tree.entry(*first).or_insert(Value::Null), rest, text);
        Ok(())
    }

    /// Takes over the fields of `other`, whose values replace those of the same first name.
    pub(super) fn replace_by(&mut self, other: Self) {
        self.tree.extend(other.tree);
    }

    /// Reads the type that an endpoint wants.
    ///
    /// # Errors
    /// 422 that names the field: `missing`, `invalid`.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, Problem> {
        serde_path_to_error::deserialize(Loose(Value::Object(self.tree)))
            .map_err(|error| refused_field(&error.path().to_string(), &error.inner().to_string()))
    }
}

/// `a[b][]` is `a`, `b` and the empty word. A name whose brackets do not close is one word as it stands.
fn path(name: &str) -> Vec<&str> {
    let Some((first, rest)) = name.split_once('[') else { return vec![name] };
    match rest.strip_suffix(']') {
        Some(inside) if !first.is_empty() => std::iter::once(first).chain(inside.split("][")).collect(),
        _ => vec![name],
    }
}

fn insert(slot: &mut Value, path: &[&str], text: String) {
    match path.split_first() {
        None => append(slot, Value::String(text)),
        Some((&"", rest)) => {
            let mut list = taken_as_list(slot);
            match list.last_mut() {
                // Rails begins the next member with the first name that the last one has already.
                Some(last) if !holds(last, rest) => insert(last, rest, text),
                _ => {
                    let mut member = Value::Null;
                    insert(&mut member, rest, text);
                    list.push(member);
                }
            }
            *slot = Value::Array(list);
        }
        Some((name, rest)) => {
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            if let Value::Object(members) = slot {
                insert(members.entry(*name).or_insert(Value::Null), rest, text);
            }
        }
    }
}

/// Puts a repeated name's value beside the first.
fn append(slot: &mut Value, value: Value) {
    if slot.is_null() {
        *slot = value;
        return;
    }
    let mut list = taken_as_list(slot);
    list.push(value);
    *slot = Value::Array(list);
}

fn taken_as_list(slot: &mut Value) -> Vec<Value> {
    match std::mem::take(slot) {
        Value::Null => Vec::new(),
        Value::Array(list) => list,
        single => vec![single],
    }
}

/// Whether `value` has something at `path` already. A list takes another member.
fn holds(value: &Value, path: &[&str]) -> bool {
    match path.split_first() {
        None => true,
        Some((&"", _)) => false,
        Some((name, rest)) => value.get(name).is_some_and(|inner| holds(inner, rest)),
    }
}
