//! A value read from an answer, together with what came where the value does not say it all.
//!
//! An answer does not fail because one of its values is written in an unexpected way: a transfer that was paid would look
//! as if it had not been. The scalar types keep what they cannot read. Each has the same pair of methods: `value()` gives
//! what it stands for, or [`Unreadable`]; `raw()` gives the text.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use serde::ser::{Serialize, Serializer};

use super::AmountError;
use super::json::Json;

/// A value that cannot be read as what the description says it is. What came is kept: see `raw` of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not readable as {expected}{}", if *is_text { "" } else { "; what came is kept, see `raw`" })]
pub struct Unreadable {
    expected: &'static str,
    /// It was to be read from a text of the caller's, which nothing keeps.
    is_text: bool,
    #[source]
    reason: Option<AmountError>,
}

impl Unreadable {
    pub(super) const fn expected(expected: &'static str) -> Self {
        Self { expected, is_text: false, reason: None }
    }

    pub(super) const fn because(expected: &'static str, reason: AmountError) -> Self {
        Self { expected, is_text: false, reason: Some(reason) }
    }

    /// The same of a text that was given to be parsed.
    pub(super) const fn of_text(self) -> Self {
        Self { is_text: true, ..self }
    }
}

/// What came for a scalar: the text of a JSON string, or the text of any other JSON.
#[derive(Clone, Copy, Debug)]
pub(super) enum Came<'a> {
    Text(&'a str),
    Json(&'a str),
}

impl<'a> Came<'a> {
    pub fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
    }
}

/// The same, kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kept {
    Text(Box<str>),
    Json(Box<str>),
}

impl Kept {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Json(text) => text,
        }
    }
}

impl From<Came<'_>> for Kept {
    fn from(came: Came<'_>) -> Self {
        match came {
            Came::Text(text) => Self::Text(text.into()),
            Came::Json(text) => Self::Json(text.into()),
        }
    }
}

/// Written as it came.
impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Json(text) => Json::from_text(text).serialize(serializer),
        }
    }
}

/// A value read from an answer. What came is kept where it has to be written back: where it cannot be read, or where
/// another form than the usual one is as good.
#[derive(Clone)]
pub(super) enum Lenient<T> {
    Usual(T),
    Kept(Box<(Option<T>, Kept)>),
}

impl<T: Copy> Lenient<T> {
    pub fn kept(value: Option<T>, came: Came<'_>) -> Self {
        Self::Kept(Box::new((value, came.into())))
    }

    /// The value in its usual form, or what came.
    pub fn of(value: Option<T>, came: Came<'_>) -> Self {
        value.map_or_else(|| Self::kept(None, came), Self::Usual)
    }

    pub fn value(&self) -> Option<T> {
        match self {
            Self::Usual(value) => Some(*value),
            Self::Kept(kept) => kept.0,
        }
    }

    /// The text as it came where that is kept, else as the value is written.
    pub fn raw(&self) -> Cow<'_, str>
    where
        T: ToString,
    {
        match self {
            Self::Usual(value) => Cow::Owned(value.to_string()),
            Self::Kept(kept) => Cow::Borrowed(kept.1.as_str()),
        }
    }

    /// What counts in comparisons: the value, or what came instead. How a value was written does not matter.
    fn essence(&self) -> Result<T, Option<&Kept>> {
        match self {
            Self::Usual(value) => Ok(*value),
            Self::Kept(kept) => kept.0.ok_or(Some(&kept.1)),
        }
    }
}

impl<T: Copy + PartialEq> PartialEq for Lenient<T> {
    fn eq(&self, other: &Self) -> bool {
        self.essence() == other.essence()
    }
}

impl<T: Copy + Eq> Eq for Lenient<T> {}

impl<T: Copy + Hash> Hash for Lenient<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.essence().hash(state);
    }
}

/// By value; unreadable ones come last, by text.
impl<T: Copy + Ord> Ord for Lenient<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.essence().cmp(&other.essence())
    }
}

impl<T: Copy + Ord> PartialOrd for Lenient<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Copy + std::fmt::Display> Serialize for Lenient<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Usual(value) => serializer.collect_str(value),
            Self::Kept(kept) => kept.1.serialize(serializer),
        }
    }
}

impl<T: Copy + std::fmt::Display> std::fmt::Display for Lenient<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Usual(value) => std::fmt::Display::fmt(value, f),
            Self::Kept(kept) => f.write_str(kept.1.as_str()),
        }
    }
}

/// What `Timestamp`, `Date` and `Duration` have in common: the pair of methods, serde, formatting, and the schema, which
/// asks for the format and accepts whatever an answer had instead.
macro_rules! lenient {
    ($name:ident($Value:ty), $expected:literal, $format:literal) => {
        impl $name {
            /// What it stands for.
            ///
            /// # Errors
            /// [`Unreadable`](crate::types::Unreadable) where the answer had something else, which [`raw`](Self::raw) gives.
            pub fn value(&self) -> Result<$Value, $crate::types::Unreadable> {
                self.0.value().ok_or($crate::types::Unreadable::expected($expected))
            }

            /// The text: as it came where it could not be read or has a form of its own, else as it is written. What came as
            /// no text is JSON.
            #[must_use]
            pub fn raw(&self) -> std::borrow::Cow<'_, str> {
                self.0.raw()
            }
        }

        impl From<$Value> for $name {
            fn from(value: $Value) -> Self {
                Self($crate::types::lenient::Lenient::Usual(value))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "anyOf": [{ "type": "string", "format": $format }, true] })
            }
        }
    };
}
pub(super) use lenient;
