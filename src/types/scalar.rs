//! Reading a scalar of an answer whatever its JSON type: text, number, truth value, list or object.
//!
//! Text is the usual case and costs what reading a text costs; any other value is turned into its JSON text. One visitor for
//! required and optional values would take 2.4 % more instructions to decode a list of ledgers
//! (`cargo bench --bench call -- --instructions`).

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::lenient::Came;

/// What counts as an absent value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    Null,
    NullAndEmpty,
}

/// A type that is made of whatever came for it.
pub(super) trait Scalar: Sized {
    /// What the description says it is, for errors.
    const EXPECTED: &'static str;

    /// What is absent for an optional field of this type.
    const ABSENT: Absent = Absent::NullAndEmpty;

    fn from_came(came: Came<'_>) -> Self;
}

/// Reads a required value.
pub(super) fn needed<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(ScalarVisitor { expected: T::EXPECTED, make: T::from_came })
}

/// Reads a value that may be absent.
pub(super) fn optional<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let needed = ScalarVisitor { expected: T::EXPECTED, make: T::from_came };
    deserializer.deserialize_any(OptionalScalarVisitor { absent: T::ABSENT, needed })
}

/// Makes a value of what came, which is anything but `null`.
pub(super) struct ScalarVisitor<F> {
    pub expected: &'static str,
    pub make: F,
}

impl<F> ScalarVisitor<F> {
    #[cold]
    fn json<T>(self, json: &str) -> T
    where
        F: FnOnce(Came<'_>) -> T,
    {
        (self.make)(Came::Json(json))
    }
}

impl<'de, T, F: FnOnce(Came<'_>) -> T> Visitor<'de> for ScalarVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok((self.make)(Came::Text(text)))
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<T, E> {
        Ok((self.make)(Came::Text(text)))
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
        Ok(self.json(&Value::from(value).to_string()))
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
        let object = Value::deserialize(MapAccessDeserializer::new(object))?;
        Ok(self.json(&object.to_string()))
    }
}

/// The same of what may be absent.
pub(super) struct OptionalScalarVisitor<F> {
    pub absent: Absent,
    pub needed: ScalarVisitor<F>,
}

impl<'de, T, F: FnOnce(Came<'_>) -> T> Visitor<'de> for OptionalScalarVisitor<F> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.needed.expected)
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        if text.is_empty() && self.absent == Absent::NullAndEmpty {
            return Ok(None);
        }
        self.needed.visit_str(text).map(Some)
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Option<T>, E> {
        self.visit_str(text)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        self.needed.visit_bool(value).map(Some)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        self.needed.visit_i64(value).map(Some)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        self.needed.visit_u64(value).map(Some)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        self.needed.visit_f64(value).map(Some)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Option<T>, A::Error> {
        self.needed.visit_seq(list).map(Some)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Option<T>, A::Error> {
        self.needed.visit_map(object).map(Some)
    }
}
