//! [`Payload`]: what LinkCy sent, in a shape that is not documented.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeOwned, Error};
use serde_json::value::RawValue;

use crate::json;
use crate::types::json::Members;
use crate::types::without_values;

/// How deep objects and lists may be nested, which is as deep as serde_json reads.
const DEEPEST: usize = 128;

/// The body of a webhook, byte for byte. LinkCy does not document its shape, so it is not parsed before you name a
/// type.
///
/// It may contain personal data, so `Debug` shows only its size.
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
    /// [`PayloadError::Unreadable`] when it is not JSON or not a `T`.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        Ok(json::read(&self.0)?)
    }

    /// Reads the member of this name as a `T`, at any depth; `None` where there is no such member, or only `null`. For
    /// the time until you know the shape: `payload.find::<LedgerId>("ledgerId")`.
    ///
    /// Several members with the same value count as one. Strings are the same when they mean the same
    /// text, anything else when it is written the same way.
    ///
    /// # Errors
    /// [`PayloadError::Ambiguous`] when it has several values; [`PayloadError::Unreadable`] when the payload is not JSON,
    /// is nested more than 128 levels deep, or the value is not a `T`.
    pub fn find<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, PayloadError> {
        let text = json::repaired(&self.0);
        let mut found = Vec::new();
        search(serde_json::from_str(&text)?, name, 0, &mut found)?;
        let mut values = found.into_iter().filter(|value| value.get() != "null");
        let Some(first) = values.next() else { return Ok(None) };
        if values.any(|value| meaning(value) != meaning(first)) {
            return Err(PayloadError::Ambiguous { name: name.to_owned() });
        }
        Ok(Some(json::read(first.get().as_bytes())?))
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
    /// It is not JSON, or not of the type asked for.
    #[error("the payload cannot be read as the requested type ({reason}): look at its bytes for its shape")]
    Unreadable {
        /// serde_json's words, without the values.
        reason: String,
    },
    /// The member has several values.
    #[error(
        "`{name}` occurs in the payload with several values: read the one you mean with `parse` and a type of your own"
    )]
    Ambiguous {
        /// The member.
        name: String,
    },
}

impl From<serde_json::Error> for PayloadError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable { reason: without_values(&error) }
    }
}

/// Strings by the text they mean, other values by their JSON.
fn meaning(value: &RawValue) -> Cow<'_, str> {
    let json = value.get();
    if !json.starts_with('"') {
        return Cow::Borrowed(json);
    }
    // It begins with a quote, so that no number or list equals the text.
    serde_json::from_str::<String>(json).map_or(Cow::Borrowed(json), |text| Cow::Owned(format!("\"{text}")))
}

/// Collects each value that a member of this name has, at any depth.
fn search<'j>(json: &'j RawValue, name: &str, depth: usize, found: &mut Vec<&'j RawValue>) -> serde_json::Result<()> {
    let json = json.get();
    if depth == DEEPEST && json.starts_with(['{', '[']) {
        return Err(Error::custom(format_args!("nested more than {DEEPEST} levels deep")));
    }
    if json.starts_with('{') {
        for (key, value) in serde_json::from_str::<Members<'_>>(json)?.0 {
            found.extend((key == name).then_some(value));
            search(value, name, depth + 1, found)?;
        }
    } else if json.starts_with('[') {
        for value in serde_json::from_str::<Vec<&RawValue>>(json)? {
            search(value, name, depth + 1, found)?;
        }
    }
    Ok(())
}
