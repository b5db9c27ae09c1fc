//! [`Payload`]: what LinkCy sent, whose shape it does not document.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::json;
use crate::types::without_values;

/// How deep objects and lists may be nested, which is as deep as serde_json reads.
const DEEPEST: usize = 128;

/// The body of a webhook, byte for byte. What it looks like is not documented by LinkCy, so nothing is made of it before you
/// say what.
///
/// It may hold personal data, so `Debug` shows its size alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Bytes);

impl Payload {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The bytes that were signed.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Reads the whole payload as a `T`: a type of your own, one of [`types`](crate::types), or a `serde_json::Value`. It is
    /// read as the client reads an answer, see [`read_answer`](crate::read_answer).
    ///
    /// # Errors
    /// [`PayloadError::Unreadable`] when it is no JSON or no `T`.
    pub fn as_<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        json::read(&self.0).map_err(|error| PayloadError::unreadable(&error))
    }

    /// Reads the member of this name as a `T`, at whatever depth it stands; none where there is no such member, or `null`
    /// alone. For the time until you know the shape: `payload.find::<LedgerId>("ledgerId")`.
    ///
    /// A member that stands there several times with the same value is one. Strings are the same when they mean the same
    /// text, anything else when it is written the same way.
    ///
    /// # Errors
    /// [`PayloadError::Ambiguous`] when it has several values; [`PayloadError::Unreadable`] when the payload is no JSON, is
    /// nested more than 128 levels deep, or the value is no `T`.
    pub fn find<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, PayloadError> {
        let text = json::repaired(&self.0);
        let mut found = Vec::new();
        let mut reader = serde_json::Deserializer::from_str(&text);
        let walk = MemberSearch { name, depth: 0, found: &mut found };
        walk.deserialize(&mut reader).and_then(|()| reader.end()).map_err(|error| PayloadError::unreadable(&error))?;
        let mut values = found.into_iter().filter(|value| value.get() != "null");
        let Some(first) = values.next() else {
            return Ok(None);
        };
        if values.any(|value| meaning(value) != meaning(first)) {
            return Err(PayloadError::Ambiguous { name: name.to_owned() });
        }
        json::read(first.get().as_bytes()).map(Some).map_err(|error| PayloadError::unreadable(&error))
    }

    /// The text at a JSON pointer, if it is JSON and has one there.
    pub(super) fn text_at(&self, pointer: &str) -> Option<String> {
        let value: serde_json::Value = json::read(&self.0).ok()?;
        Some(value.pointer(pointer)?.as_str()?.to_owned())
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.0.len())
    }
}

/// Why a payload, or a member of it, cannot be read. It quotes no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// It is no JSON, or not of the type asked for.
    #[error("the payload cannot be read so ({reason}): look at its bytes for its shape")]
    Unreadable {
        /// serde_json's words, without the values.
        reason: String,
    },
    /// The member has several values.
    #[error(
        "`{name}` stands in the payload with several values: read the one you mean with `as_` and a type of your own"
    )]
    Ambiguous {
        /// The member.
        name: String,
    },
}

impl PayloadError {
    fn unreadable(error: &serde_json::Error) -> Self {
        Self::Unreadable { reason: without_values(error) }
    }
}

/// Strings by the text they mean, other values by their JSON.
fn meaning(value: &RawValue) -> Cow<'_, str> {
    let json = value.get();
    if !json.starts_with('"') {
        return Cow::Borrowed(json);
    }
    // A quote begins it, so that no number or list is taken for the text.
    serde_json::from_str::<String>(json).map_or(Cow::Borrowed(json), |text| Cow::Owned(format!("\"{text}")))
}

/// Goes through JSON and keeps each value that a member of one name has.
struct MemberSearch<'a, 'de> {
    name: &'a str,
    depth: usize,
    found: &'a mut Vec<&'de RawValue>,
}

impl<'de> MemberSearch<'_, 'de> {
    fn inner<E: serde::de::Error>(&mut self) -> Result<MemberSearch<'_, 'de>, E> {
        if self.depth == DEEPEST {
            return Err(E::custom(format_args!("nested more than {DEEPEST} levels deep")));
        }
        Ok(MemberSearch { name: self.name, depth: self.depth + 1, found: self.found })
    }
}

impl<'de> DeserializeSeed<'de> for MemberSearch<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MemberSearch<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key != self.name {
                map.next_value_seed(self.inner()?)?;
                continue;
            }
            let value: &'de RawValue = map.next_value()?;
            self.found.push(value);
            // Its own members may have the name too.
            let mut reader = serde_json::Deserializer::from_str(value.get());
            self.inner()?.deserialize(&mut reader).map_err(A::Error::custom)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self.inner()?)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
