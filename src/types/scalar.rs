//! Reading a scalar of an answer whatever its JSON type: text, number, truth value, list or object.
//!
//! Text is the usual case and costs what reading a text costs; anything else is turned into its JSON text.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

use super::lenient::Came;

/// What counts as an absent value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// Nothing: it has to be there.
    Nothing,
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

/// Reads a value that has to be there.
pub(super) fn needed<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let value = read(deserializer, Absent::Nothing, T::EXPECTED, T::from_came)?;
    value.ok_or_else(|| D::Error::invalid_type(Unexpected::Unit, &T::EXPECTED))
}

/// Reads a value that may be absent.
pub(super) fn optional<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    read(deserializer, T::ABSENT, T::EXPECTED, T::from_came)
}

/// Reads a value that is made by a function.
pub(super) fn read<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    absent: Absent,
    expected: &'static str,
    make: impl FnOnce(Came<'_>) -> T,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(ScalarVisitor { absent, expected, make, value: PhantomData })
}

struct ScalarVisitor<F, T> {
    absent: Absent,
    expected: &'static str,
    make: F,
    value: PhantomData<fn() -> T>,
}

impl<T, F: FnOnce(Came<'_>) -> T> ScalarVisitor<F, T> {
    #[cold]
    fn json(self, json: &str) -> Option<T> {
        Some((self.make)(Came::Json(json)))
    }
}

impl<'de, T, F: FnOnce(Came<'_>) -> T> Visitor<'de> for ScalarVisitor<F, T> {
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

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<T>, E> {
        Ok(self.json(if value { "true" } else { "false" }))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<T>, E> {
        Ok(self.json(&value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<T>, E> {
        Ok(self.json(&value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<T>, E> {
        Ok(self.json(&Value::from(value).to_string()))
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
        Ok(self.json(&list.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Option<T>, A::Error> {
        let object = Value::deserialize(MapAccessDeserializer::new(object))?;
        Ok(self.json(&object.to_string()))
    }
}
