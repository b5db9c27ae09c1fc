//! JSON text as it came, taken from a deserializer before it is parsed.
//!
//! Amounts need it because serde_json hands numbers over as `f64`; unions need it to look at an object once and then read
//! the right branch straight from the text, without a tree in between.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The name by which serde_json recognises a request for raw text (what `serde_json::value::RawValue` asks for).
///
/// If a later serde_json uses another name, every read gives [`Raw::Tree`]: amounts of more than fifteen
/// digits are then refused, none is rounded. `tests/it/types/amount.rs` would show it.
const RAW_TEXT: &str = "$serde_json::private::RawValue";

/// One JSON value, as exact as its source allows.
pub(crate) enum Raw<'de> {
    /// The exact text, borrowed from the input.
    Text(&'de str),
    /// Text that was copied, from a reader, or printed by a tree of values: numbers in it may have been doubles before.
    Copied(String),
    /// The exact text that serde_json's `RawValue` wrote into another format.
    Exact(String),
    /// What a deserializer other than serde_json's gave: of another format, or serde's buffers for `flatten` and `untagged`.
    Tree(Value),
}

impl<'de> Raw<'de> {
    /// The value as JSON text.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Copied(text) | Self::Exact(text) => Cow::Borrowed(text),
            Self::Tree(value) => Cow::Owned(value.to_string()),
        }
    }

    /// The same, without a copy of text that was borrowed.
    pub fn into_text(self) -> Cow<'de, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Copied(text) | Self::Exact(text) => Cow::Owned(text),
            Self::Tree(value) => Cow::Owned(value.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW_TEXT, RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    /// serde_json answers with a map of one entry, whose value is the text.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        map.next_key::<IgnoredAny>()?;
        Ok(match map.next_value::<BorrowedWhenPossible<'de>>()?.0 {
            Cow::Borrowed(text) => Raw::Text(text),
            Cow::Owned(text) => Raw::Copied(text),
        })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

/// Reads a tree; or, where another format holds what serde_json's `RawValue` wrote into it (an object of one entry), the
/// exact text.
struct TreeVisitor;

macro_rules! scalars {
    ($($visit:ident($Type:ty)),+) => {$(
        fn $visit<E>(self, value: $Type) -> Result<Self::Value, E> {
            Ok(Raw::Tree(value.into()))
        }
    )+};
}

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == RAW_TEXT && object.is_empty() {
                return map.next_value().map(Raw::Exact);
            }
            object.insert(key, map.next_value()?);
        }
        Ok(Raw::Tree(object.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Raw::Tree)
    }

    scalars! { visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str) }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Raw::Tree(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Raw::Tree(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Text that is only copied where it cannot be borrowed (serde's own `Cow` always copies).
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(super) struct BorrowedWhenPossible<'a>(#[serde(borrow)] pub Cow<'a, str>);
