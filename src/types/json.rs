//! A JSON value kept as its text, to the last digit.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::raw::{BorrowedWhenPossible, Raw};

/// A JSON value of a shape this crate does not know, kept as it came: numbers keep all their digits.
///
/// In a binary format (MessagePack) numbers are integers and doubles.
///
/// It may hold anything the server sent, card numbers too, so `Debug` shows its size alone.
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

    /// The text as a tree. A tree holds doubles: numbers of more than 15 significant digits lose some.
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
        Raw::deserialize(deserializer).map(|raw| Self(raw.into_text().into()))
    }
}

/// An object is written entry by entry, so that it can also be flattened or tagged by its container; the entries'
/// values go out as they are.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Raw text is a thing of serde_json's, and of formats that can hold its stand-in, an object.
        if !serializer.is_human_readable() {
            return self.to_value().map_err(S::Error::custom)?.serialize(serializer);
        }
        if !self.0.starts_with('{') {
            let value: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
            return value.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in serde_json::from_str::<Members<'_>>(&self.0).map_err(S::Error::custom)?.0 {
            map.serialize_entry(&*key.0, value)?;
        }
        map.end()
    }
}

/// An object's entries in their order, repeated keys included.
struct Members<'a>(Vec<(BorrowedWhenPossible<'a>, &'a RawValue)>);

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
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Members(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}

/// serde's words without the values they quote.
pub(crate) fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let mut plain = String::with_capacity(text.len());
    let mut quote: Option<char> = None;
    let mut is_named = false;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => {
                quote = None;
                plain.push(c);
            }
            Some(_) if is_named => plain.push(c),
            Some(_) => {}
            None if c == '"' || c == '`' => {
                // `missing field `id`` names what the description names; all else in quotes came with the answer.
                is_named = plain.ends_with("missing field ");
                quote = Some(c);
                plain.push(c);
                if !is_named {
                    plain.push('…');
                }
            }
            None => plain.push(c),
        }
    }
    plain
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Json {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Json".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        true.into()
    }
}
