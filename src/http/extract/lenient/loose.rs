//! A value that is read for what the type wants, not for how it was written.
//!
//! | wanted | taken too |
//! |---|---|
//! | truth | `"true"`, `"1"`, `"on"`, `"t"`, `"yes"`, `1`, and their opposites; the empty text is false |
//! | number | its text |
//! | text | a number, a truth |
//! | list | a single value; an object of rows with numbers as names, as `a[0]=…` makes it; nothing |

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Error, Map, Value};

/// A JSON value that is read leniently.
#[derive(Clone, Debug)]
pub(super) struct Loose(pub(super) Value);

/// Reads a field of which an empty text says that it is not given, such as `expires_in=`. For
/// `#[serde(default, deserialize_with = "blank_is_none")]`.
///
/// # Errors
/// What is not blank and no `T`.
pub fn blank_is_none<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(from)?;
    let is_blank = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    if is_blank { Ok(None) } else { T::deserialize(Loose(value)).map(Some).map_err(D::Error::custom) }
}

/// The same of a field that takes something away when it is sent blank, and leaves it when it is not sent.
///
/// # Errors
/// What is not blank and no `T`.
pub fn blank_takes_away<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    blank_is_none(from).map(Some)
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "on" | "t" | "yes" => Some(true),
            "false" | "0" | "off" | "f" | "no" | "" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A text that is a number, as that number; everything else as it is.
fn number(value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    match serde_json::from_str::<serde_json::Number>(text.trim()) {
        Ok(number) => Value::Number(number),
        Err(_) => value,
    }
}

/// The members of a list, however it was written.
fn members(value: Value) -> Result<Vec<Value>, Value> {
    match value {
        Value::Array(list) => Ok(list),
        Value::Null => Ok(Vec::new()),
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        Value::Object(rows) => numbered(rows).map_err(Value::Object),
        single => Ok(vec![single]),
    }
}

fn numbered(rows: Map<String, Value>) -> Result<Vec<Value>, Map<String, Value>> {
    if rows.is_empty() || rows.keys().any(|name| name.parse::<u32>().is_err()) {
        return Err(rows);
    }
    let mut rows: Vec<(u32, Value)> =
        rows.into_iter().filter_map(|(name, row)| Some((name.parse().ok()?, row))).collect();
    rows.sort_by_key(|(number, _)| *number);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn map(
    members: Map<String, Value>,
) -> MapDeserializer<'static, impl Iterator<Item = (String, Loose)>, Error> {
    MapDeserializer::new(members.into_iter().map(|(name, value)| (name, Loose(value))))
}

impl IntoDeserializer<'_, Error> for Loose {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Loose {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(Loose))),
            Value::Object(members) => visitor.visit_map(map(members)),
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match truth(&self.0) {
            Some(truth) => visitor.visit_bool(truth),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        Self(number(self.0)).deserialize_any(visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Number(number) => visitor.visit_string(number.to_string()),
            Value::Bool(truth) => visitor.visit_str(if truth { "true" } else { "false" }),
            other => Self(other).deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match members(self.0) {
            Ok(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(Loose))),
            Err(other) => Self(other).deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}
