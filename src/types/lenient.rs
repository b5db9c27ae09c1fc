//! A value read from an answer, together with the received text where the value does not determine it.
//!
//! An answer does not fail because one of its values is written in an unexpected way: otherwise a paid transfer would
//! look as if it were not paid. The scalar types keep what they cannot read. Each has the same pair of methods: `value()`
//! returns the value, or [`Unreadable`]; `raw()` returns the text.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::ser::{Serialize, Serializer};

use super::AmountError;
use super::json::Json;

/// A value that cannot be read as its described type. What was received is kept: see `raw` of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not readable as {expected}{}", if *is_text { "" } else { "; the received text is kept, see `raw`" })]
pub struct Unreadable {
    expected: &'static str,
    /// It was parsed from a text of the caller, which is not kept.
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

    /// The same for a text that the caller parses.
    pub(super) const fn of_text(self) -> Self {
        Self { is_text: true, ..self }
    }
}

/// What was received for a scalar: the text of a JSON string, or the text of any other JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Came<'a> {
    Text(&'a str),
    Json(&'a str),
    /// A number that is written as a double is, and may have had other digits.
    Double(&'a str),
}

impl<'a> Came<'a> {
    pub fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Json(text) | Self::Double(text) => text,
        }
    }

    pub fn is_empty(self) -> bool {
        matches!(self, Self::Text(""))
    }

    pub fn is_null(self) -> bool {
        matches!(self, Self::Json("null"))
    }
}

/// An owned [`Came`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Kept<T = Box<str>> {
    text: T,
    /// It is JSON text, not the content of a JSON string.
    is_json: bool,
}

impl<T: AsRef<str>> Kept<T> {
    pub(super) fn as_str(&self) -> &str {
        self.text.as_ref()
    }

    /// Whether it is an empty text.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_json && self.as_str().is_empty()
    }

    pub(super) fn is_number(&self) -> bool {
        self.is_json && is_number(self.as_str())
    }
}

impl<'a, T: From<&'a str>> From<Came<'a>> for Kept<T> {
    fn from(came: Came<'a>) -> Self {
        Self { text: came.text().into(), is_json: !matches!(came, Came::Text(_)) }
    }
}

/// Written as received.
impl<T: AsRef<str>> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.as_str();
        if self.is_json { Json::from_text(text).serialize(serializer) } else { serializer.serialize_str(text) }
    }
}

/// Whether a JSON text is a number.
pub(super) fn is_number(json: &str) -> bool {
    matches!(json.as_bytes(), [b'-' | b'0'..=b'9', ..])
}

/// A value read from an answer. The received text is kept where it has to be written back: where it cannot be read,
/// or where it is valid but not in the usual form.
#[derive(Clone)]
pub(super) enum Lenient<T> {
    Usual(T),
    Kept(Box<(Option<T>, Kept)>),
}

impl<T> Lenient<T> {
    pub fn kept(value: Option<T>, came: Came<'_>) -> Self {
        Self::Kept(Box::new((value, came.into())))
    }

    /// The value in its usual form, or what was received.
    pub fn of(value: Option<T>, came: Came<'_>) -> Self {
        value.map_or_else(|| Self::kept(None, came), Self::Usual)
    }

    pub fn value(&self) -> Option<&T> {
        self.essence().ok()
    }

    /// Whether an empty text was received, which counts as absent.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Kept(kept) if kept.0.is_none() && kept.1.is_empty())
    }

    /// The text as received where that is kept, otherwise as the value is written.
    pub fn raw(&self) -> Cow<'_, str>
    where
        T: ToString,
    {
        match self {
            Self::Usual(value) => Cow::Owned(value.to_string()),
            Self::Kept(kept) => Cow::Borrowed(kept.1.as_str()),
        }
    }

    /// What is compared: the value, or what was received instead. How a value was written does not matter.
    fn essence(&self) -> Result<&T, &Kept> {
        match self {
            Self::Usual(value) => Ok(value),
            Self::Kept(kept) => kept.0.as_ref().ok_or(&kept.1),
        }
    }
}

impl Lenient<Box<str>> {
    pub fn as_str(&self) -> &str {
        self.essence().map_or_else(Kept::as_str, AsRef::as_ref)
    }
}

impl<T: PartialEq> PartialEq for Lenient<T> {
    fn eq(&self, other: &Self) -> bool {
        self.essence() == other.essence()
    }
}

impl<T: Eq> Eq for Lenient<T> {}

impl<T: Hash> Hash for Lenient<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.essence().hash(state);
    }
}

/// By value; unreadable ones come last, by text.
impl<T: Ord> Ord for Lenient<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.essence().cmp(&other.essence())
    }
}

impl<T: Ord> PartialOrd for Lenient<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: fmt::Display> Serialize for Lenient<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Usual(value) => serializer.collect_str(value),
            Self::Kept(kept) => kept.1.serialize(serializer),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Lenient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usual(value) => fmt::Display::fmt(value, f),
            Self::Kept(kept) => f.pad(kept.1.as_str()),
        }
    }
}

/// Formatting, writing and the schema of a type over [`Lenient`]. The schema asks for the usual form and accepts
/// whatever an answer had instead.
macro_rules! lenient {
    ($Type:ident, $schema:tt) => {
        impl std::fmt::Display for $Type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl serde::Serialize for $Type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl $crate::types::record::Readable for $Type {
            fn is_absent(&self) -> bool {
                self.0.is_absent()
            }
        }

        $crate::types::schema::inline_schema!($Type, { "anyOf": [$schema, true] });
    };
}

/// What `Timestamp`, `Date` and `Duration` have in common. The function reads the texts that a caller may give.
macro_rules! time {
    ($Time:ident($Value:ty), $format:literal, $of_text:path) => {
        impl $Time {
            /// The value.
            ///
            /// # Errors
            /// [`Unreadable`] where the answer had something else, which [`raw`](Self::raw) gives.
            pub fn value(&self) -> Result<$Value, Unreadable> {
                self.0.value().copied().ok_or(Unreadable::expected(Self::EXPECTED))
            }

            /// The text: as received where it could not be read or is not in the usual form, otherwise as it is written.
            /// What was not a string is given as JSON.
            #[must_use]
            pub fn raw(&self) -> std::borrow::Cow<'_, str> {
                self.0.raw()
            }
        }

        impl From<$Value> for $Time {
            fn from(value: $Value) -> Self {
                Self(Lenient::Usual(value))
            }
        }

        /// Reads the texts that are read from JSON, except numbers in a text, and refuses any other.
        impl std::str::FromStr for $Time {
            type Err = Unreadable;

            fn from_str(text: &str) -> Result<Self, Unreadable> {
                let read = $of_text(text).map(|_| Self::from_came(Came::Text(text)));
                read.ok_or(Unreadable::expected(Self::EXPECTED).of_text())
            }
        }

        impl std::fmt::Debug for $Time {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($Time))
            }
        }

        $crate::types::lenient::lenient!($Time, { "type": "string", "format": $format });
    };
}

/// What `Iban`, `Bic` and `Phone` have in common: codes that are texts of a form, which `of` checks.
macro_rules! code {
    ($Code:ident) => {
        impl $Code {
            /// The text without spaces.
            ///
            /// # Errors
            /// [`Unreadable`] where an answer had something else, which [`raw`](Self::raw) gives.
            pub fn value(&self) -> Result<&str, Unreadable> {
                self.0.value().map(AsRef::as_ref).ok_or(Unreadable::expected(Self::EXPECTED))
            }

            /// The text, or what was received instead; JSON where that was not a string.
            #[must_use]
            pub fn raw(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::str::FromStr for $Code {
            type Err = Unreadable;

            fn from_str(text: &str) -> Result<Self, Unreadable> {
                Self::of(text).map(|code| Self(Lenient::Usual(code))).ok_or(Unreadable::expected(Self::EXPECTED).of_text())
            }
        }

        impl TryFrom<&str> for $Code {
            type Error = Unreadable;

            fn try_from(text: &str) -> Result<Self, Unreadable> {
                text.parse()
            }
        }

        impl TryFrom<String> for $Code {
            type Error = Unreadable;

            fn try_from(text: String) -> Result<Self, Unreadable> {
                text.parse()
            }
        }

        impl Scalar for $Code {
            const EXPECTED: &'static str = EXPECTED;

            fn from_came(came: Came<'_>) -> Self {
                let code = Self::of(came.text());
                // A number is read only as exactly the digits it has.
                let code = code.filter(|code| matches!(came, Came::Text(_)) || **code == *came.text());
                Self(Lenient::of(code, came))
            }
        }

        $crate::types::lenient::lenient!($Code, { "type": "string" });
    };
}
pub(super) use {code, lenient, time};
