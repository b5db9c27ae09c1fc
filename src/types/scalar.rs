//! Reading a scalar of an answer whatever its JSON type: text, number, truth value, list or object.
//!
//! Text is the usual case and costs what reading a text costs; any other value is turned into its JSON text.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use super::lenient::Came;

/// The name by which serde_json recognises a request for raw text (what `serde_json::value::RawValue` asks for), and by which
/// a `RawValue` stands in another format: as an object of this one entry.
///
/// If a later serde_json uses another name, numbers are read as doubles: amounts of more than fifteen digits are then
/// refused, none is rounded. `tests/it/types/amount.rs` would show it.
pub(super) const RAW_TEXT: &str = "$serde_json::private::RawValue";

/// A type that is made of whatever came for it.
pub(super) trait Scalar: Sized {
    /// What the description says it is, for errors.
    const EXPECTED: &'static str;

    /// Whether an empty text is a value of it. If not, it is absent where it may be.
    const HAS_EMPTY: bool = false;

    /// None where it cannot be read, and the type has no room for what cannot.
    fn from_came(came: Came<'_>) -> Option<Self>;
}

/// Reads a required value.
pub(super) fn needed<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(ScalarVisitor { expected: T::EXPECTED, make: T::from_came })
}

/// Reads a value that may be absent.
pub(super) fn optional<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let make =
        |came: Came<'_>| if came.is_empty() && !T::HAS_EMPTY { Some(None) } else { T::from_came(came).map(Some) };
    deserializer.deserialize_option(Nullable(ScalarVisitor { expected: T::EXPECTED, make })).map(Option::flatten)
}

/// Reads something, or nothing from `null`.
pub(super) struct Nullable<S>(pub S);

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Nullable<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

/// Makes a value of what came, which is anything but `null`.
pub(super) struct ScalarVisitor<F> {
    pub expected: &'static str,
    pub make: F,
}

impl<F> ScalarVisitor<F> {
    /// What came as no text.
    #[cold]
    fn other<T, E: Error>(self, came: Came<'_>, found: Unexpected<'_>) -> Result<T, E>
    where
        F: FnOnce(Came<'_>) -> Option<T>,
    {
        (self.make)(came).ok_or_else(|| E::invalid_type(found, &self.expected))
    }
}

impl<'de, T, F: FnOnce(Came<'_>) -> Option<T>> DeserializeSeed<'de> for ScalarVisitor<F> {
    type Value = T;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, F: FnOnce(Came<'_>) -> Option<T>> Visitor<'de> for ScalarVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.make)(Came::Text(text)).ok_or_else(|| E::invalid_type(Unexpected::Str(text), &self.expected))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        self.other(Came::Json(if value { "true" } else { "false" }), Unexpected::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        self.other(Came::Json(&value.to_string()), Unexpected::Signed(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        self.other(Came::Json(&value.to_string()), Unexpected::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        self.other(Came::Double(&Value::from(value).to_string()), Unexpected::Float(value))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let list = Value::deserialize(SeqAccessDeserializer::new(list))?;
        self.other(Came::Json(&list.to_string()), Unexpected::Seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        self.other(Came::Json(&object_text(object)?), Unexpected::Map)
    }
}

/// The text of an object, or the exact one of a `RawValue` that serde_json wrote into another format.
fn object_text<'de, A: MapAccess<'de>>(mut map: A) -> Result<String, A::Error> {
    let mut object = serde_json::Map::new();
    while let Some(key) = map.next_key::<String>()? {
        if key == RAW_TEXT && object.is_empty() {
            return map.next_value();
        }
        object.insert(key, map.next_value()?);
    }
    Ok(Value::Object(object).to_string())
}
