//! A JSON value kept as its text, with every digit.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::raw::{BorrowedWhenPossible, Raw};
use super::schema::inline_schema;

/// A JSON value of a shape this crate does not know, kept as received: numbers keep all their digits.
///
/// In a binary format (MessagePack) numbers are integers and doubles.
///
/// It may contain anything the server sent, card numbers too, so `Debug` shows only its size.
#[derive(Clone, PartialEq, Eq)]
pub struct Json(Box<str>);

impl Json {
    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the text as a `T`.
    ///
    /// # Errors
    /// serde_json's, when the text is not a `T`.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(&self.0)
    }

    /// The text as a tree. A tree has doubles: numbers of more than 15 significant digits lose some.
    ///
    /// # Errors
    /// serde_json's, when a number is beyond a double's range.
    pub fn to_value(&self) -> serde_json::Result<Value> {
        self.read()
    }

    /// From text that a JSON parser has accepted.
    pub(super) fn from_text(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.0.len())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer).map(|raw| Self(raw.text.into()))
    }
}

/// An object is written entry by entry, so that it can also be flattened or tagged by its container; the entries'
/// values go out as they are.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Raw text works with serde_json, and with formats that can hold the object that serde_json writes for it.
        if !serializer.is_human_readable() {
            return self.to_value().map_err(S::Error::custom)?.serialize(serializer);
        }
        if !self.0.starts_with('{') {
            let value: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
            return value.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in serde_json::from_str::<Members<'_>>(&self.0).map_err(S::Error::custom)?.0 {
            map.serialize_entry(&key, value)?;
        }
        map.end()
    }
}

/// An object's entries in their order, repeated keys included.
pub(crate) struct Members<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    /// The text of a value; of a key that comes twice, the last counts.
    pub(crate) fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(found, _)| found == key).map(|(_, value)| value.get())
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((BorrowedWhenPossible(key), value)) = map.next_entry()? {
                    entries.push((key, value));
                }
                Ok(Members(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}

/// serde's message without the values that it quotes.
pub(crate) fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(open) = rest.find(['"', '`']) {
        let (before, quoted) = rest.split_at(open + 1);
        plain.push_str(before);
        // `missing field `id`` names what the description names; all else in quotes is from the answer.
        let is_named = before[..open].ends_with("missing field ");
        let end = match before.ends_with('"') {
            true => text_end(quoted),
            false if is_named => quoted.find('`'),
            // It is quoted without escapes, whatever quotation marks it contains.
            false => quoted.rfind('`'),
        };
        let end = end.unwrap_or(quoted.len());
        plain.push_str(if is_named { &quoted[..end] } else { "…" });
        let closed = (end + 1).min(quoted.len());
        plain.push_str(&quoted[end..closed]);
        rest = &quoted[closed..];
    }
    plain + rest
}

/// Where a text ends that is written as Rust's `Debug` writes it: at the first quote that is not escaped.
fn text_end(quoted: &str) -> Option<usize> {
    let mut is_escaped = false;
    quoted.find(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    })
}

inline_schema!(Json, true);
