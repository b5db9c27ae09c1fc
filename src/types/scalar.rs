//! Reads a scalar of an answer whatever its JSON type: string, number, boolean, list or object.
//!
//! A string is the usual case and costs what reading a string costs; any other value is turned into its JSON text.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use super::lenient::Came;

/// What counts as an absent value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    Nothing,
    Null,
    NullAndEmpty,
}

/// A type that is made of any JSON value but `null`.
pub(super) trait Scalar: Sized {
    /// What the description says it is, for errors.
    const EXPECTED: &'static str;

    /// What is absent for an optional field of this type.
    const ABSENT: Absent = Absent::NullAndEmpty;

    fn from_came(came: Came<'_>) -> Self;
}

/// Reads a required value.
pub(super) fn needed<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    ScalarVisitor { expected: T::EXPECTED, absent: Absent::Nothing, make: T::from_came }.needed(deserializer)
}

/// Reads a value that may be absent.
pub(super) fn optional<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(ScalarVisitor { expected: T::EXPECTED, absent: T::ABSENT, make: T::from_came })
}

/// Makes a value of what came. It gives none only for what is absent.
pub(super) struct ScalarVisitor<F> {
    pub expected: &'static str,
    pub absent: Absent,
    pub make: F,
}

impl<F> ScalarVisitor<F> {
    /// Reads a value of which [`Absent::Nothing`] is absent.
    pub fn needed<'de, T, D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error>
    where
        F: FnOnce(Came<'_>) -> T,
    {
        let expected = self.expected;
        let read = deserializer.deserialize_any(self)?;
        read.ok_or_else(|| D::Error::invalid_type(Unexpected::Unit, &expected))
    }

    #[cold]
    fn json<T, E>(self, json: &str) -> Result<Option<T>, E>
    where
        F: FnOnce(Came<'_>) -> T,
    {
        Ok(Some((self.make)(Came::Json(json))))
    }
}

impl<'de, T, F: FnOnce(Came<'_>) -> T> Visitor<'de> for ScalarVisitor<F> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
        if text.is_empty() && self.absent == Absent::NullAndEmpty {
            return Ok(None);
        }
        Ok(Some((self.make)(Came::Text(text))))
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Option<T>, E> {
        self.visit_str(text)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        self.json(if value { "true" } else { "false" })
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        self.json(&value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        self.json(&value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        self.json(&Value::from(value).to_string())
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        match self.absent {
            Absent::Nothing => Err(E::invalid_type(Unexpected::Unit, &self)),
            Absent::Null | Absent::NullAndEmpty => Ok(None),
        }
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Option<T>, A::Error> {
        let list = Value::deserialize(SeqAccessDeserializer::new(list))?;
        self.json(&list.to_string())
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Option<T>, A::Error> {
        let object = Value::deserialize(MapAccessDeserializer::new(object))?;
        self.json(&object.to_string())
    }
}
