//! JSON text as received, taken from a deserializer before it is parsed.
//!
//! Amounts need it because serde_json hands numbers over as `f64`; unions need it to look at an object once and then read
//! the right branch straight from the text, without a tree in between.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde_json::Value;

use super::lenient::{Came, is_number};
use super::scalar::{RAW_TEXT, Scalar, ScalarVisitor};

/// The text of one JSON value.
pub(crate) struct Raw<'de> {
    /// Borrowed wherever the input can be.
    pub text: Cow<'de, str>,
    /// Whether a number in it has the digits that were sent: one from a reader or a tree of values may have been a double.
    is_exact: bool,
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
        let BorrowedWhenPossible(text) = map.next_value()?;
        let is_exact = matches!(text, Cow::Borrowed(_));
        Ok(Raw { text, is_exact })
    }

    /// Any other format, and serde's buffers for `flatten` and `untagged`, give the value itself.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let make = |came: Came<'_>| {
            let text = match came {
                Came::Text(text) => Value::from(text).to_string(),
                Came::Json(text) | Came::Double(text) => text.to_owned(),
            };
            Raw { text: text.into(), is_exact: !matches!(came, Came::Double(_)) }
        };
        deserializer.deserialize_any(ScalarVisitor { expected: "any JSON value", takes_null: true, make })
    }
}

impl Raw<'_> {
    fn scalar<T: Scalar>(&self) -> T {
        let json = &*self.text;
        let text = json.starts_with('"').then(|| serde_json::from_str::<Cow<'_, str>>(json).ok()).flatten();
        let came = match &text {
            Some(text) => Came::Text(text),
            None if self.is_exact || !is_number(json) => Came::Json(json),
            None => Came::Double(json),
        };
        T::from_came(came)
    }
}

/// Makes a scalar of its JSON text; none of `null`.
pub(crate) fn scalar<T: Scalar>(json: &str) -> Option<T> {
    (json != "null").then(|| Raw { text: json.into(), is_exact: true }.scalar())
}

/// Reads a scalar with all the digits of a number.
pub(super) fn read<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let raw = Raw::deserialize(deserializer)?;
    if raw.text == "null" { Err(D::Error::invalid_type(Unexpected::Unit, &T::EXPECTED)) } else { Ok(raw.scalar()) }
}

/// Text that is only copied where it cannot be borrowed (serde's own `Cow` always copies).
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(super) struct BorrowedWhenPossible<'a>(#[serde(borrow)] pub Cow<'a, str>);
