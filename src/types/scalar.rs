//! Reading a scalar of an answer whatever its JSON type: text, number, truth value, list or object.
//!
//! Text is the usual case and costs what reading a text costs; any other value is turned into its JSON text.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use super::received::Received;

/// The name by which serde_json recognises a request for raw text (what `serde_json::value::RawValue` asks for), and by which
/// a `RawValue` is written in another format: as an object of this one entry.
///
/// If a later serde_json uses another name, numbers are read as doubles: amounts of more than fifteen digits are then
/// refused, none is rounded. `tests/it/types/amount.rs` would show it.
pub(super) const RAW_TEXT: &str = "$serde_json::private::RawValue";

/// A type that is made of any received value.
pub(crate) trait Scalar: Sized {
    /// What the description says it is, for errors.
    const EXPECTED: &'static str;

    fn from_received(received: Received<'_>) -> Self;
}

/// Reads a value.
pub(super) fn read<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(ScalarVisitor { expected: T::EXPECTED, takes_null: false, make: T::from_received })
}

/// Makes a value of what was received.
pub(super) struct ScalarVisitor<F> {
    pub expected: &'static str,
    pub takes_null: bool,
    pub make: F,
}

impl<F> ScalarVisitor<F> {
    #[cold]
    fn json<T>(self, json: &str) -> T
    where
        F: FnOnce(Received<'_>) -> T,
    {
        (self.make)(Received::Json(json))
    }
}

impl<'de, T, F: FnOnce(Received<'_>) -> T> Visitor<'de> for ScalarVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok((self.make)(Received::Text(text)))
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T, E> {
        Ok((self.make)(Received::Text(text)))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        Ok(self.json(if value { "true" } else { "false" }))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        Ok(self.json(&value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        Ok(self.json(&value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        Ok((self.make)(Received::Double(&Value::from(value).to_string())))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        if self.takes_null { Ok(self.json("null")) } else { Err(E::invalid_type(Unexpected::Unit, &self)) }
    }

    fn visit_none<E: Error>(self) -> Result<T, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let list = Value::deserialize(SeqAccessDeserializer::new(list))?;
        Ok(self.json(&list.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
        Ok(self.json(&object_text(object)?))
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
