//! What was read of a text, and the text itself where it says more.
//!
//! An answer must not fail because one of its dates is written in an unexpected way: a transfer that has been paid would
//! look as if it had not. So [`Timestamp`](super::Timestamp), [`Date`](super::Date) and [`Duration`](super::Duration) keep
//! what they cannot read, and say so when the value is asked for.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A value that was not readable as what the description says it is. Its text is kept: see `as_str` of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not readable as {expected}; the text is kept, see `as_str`")]
pub struct Unreadable {
    pub(super) expected: &'static str,
}

/// A value read from a text. `kept` is that text, where it is not the value's canonical one but has to be written back.
#[derive(Clone)]
pub(super) struct Lenient<T> {
    read: Option<T>,
    kept: Option<Box<str>>,
}

impl<T> Lenient<T> {
    /// A value whose canonical text is as good as the one it was read from.
    pub fn canonical(value: T) -> Self {
        Self { read: Some(value), kept: None }
    }

    /// A value with the text to write back for it.
    pub fn kept(read: Option<T>, text: &str) -> Self {
        Self { read, kept: Some(text.into()) }
    }

    pub fn read(&self) -> Option<&T> {
        self.read.as_ref()
    }

    pub fn kept_text(&self) -> Option<&str> {
        self.kept.as_deref()
    }

    /// What counts in comparisons: the value, or the text of an unreadable one. How a value was written does not matter.
    fn essence(&self) -> Result<&T, Option<&str>> {
        self.read.as_ref().ok_or(self.kept.as_deref())
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

/// The serde implementations of a type that is written as its `Display` and read from any string.
macro_rules! as_lenient_text {
    ($name:ident, $expected:literal, $format:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct TextVisitor;

                impl serde::de::Visitor<'_> for TextVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E>(self, text: &str) -> Result<$name, E> {
                        Ok($name::from_answer(text))
                    }
                }

                deserializer.deserialize_str(TextVisitor)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
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

            /// A string that should be of the format: what an answer had otherwise is kept and written back.
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "anyOf": [{ "type": "string", "format": $format }, { "type": "string" }] })
            }
        }
    };
}
pub(super) use as_lenient_text;
