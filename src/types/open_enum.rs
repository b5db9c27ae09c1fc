//! Lists of values that may grow: a value this version does not know is kept as its text.
//!
//! The API has about two hundred such lists with 2,400 values, so what the macro expands to is kept small: the variants, a
//! table of names and one match; the rest is shared and not generic.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::Deserializer;

use super::lenient::{Came, Kept, Unreadable};
use super::scalar::ScalarVisitor;

/// A value that is not in the list of `T`, as received. Only reading a `T` makes one, so it is never a listed value.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct UnknownValue<T>(Box<Kept>, PhantomData<fn() -> T>);

impl<T> UnknownValue<T> {
    /// The text as received; JSON where that was not a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it is an empty text.
    pub(crate) fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> fmt::Debug for UnknownValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl<T> fmt::Display for UnknownValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A value looked up in a list: its place there, or itself.
pub(crate) type Found = Result<usize, Box<Kept>>;

/// Looks a text up in names that are in byte order.
pub(crate) fn find(names: &[&str], text: &str) -> Found {
    let place = if names.len() <= FEW {
        names.iter().position(|name| ends_alike(name, text) && *name == text)
    } else {
        names.binary_search(&text).ok()
    };
    place.ok_or_else(|| Box::new(Came::Text(text).into()))
}

/// Up to this many names a linear search is faster than a binary one: most names differ in length or last letter.
const FEW: usize = 24;

fn ends_alike(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.as_bytes().last() == other.as_bytes().last()
}

/// Reads a value.
pub(crate) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
    names: &'static [&'static str],
) -> Result<Found, D::Error> {
    let make = |came: Came<'_>| match came {
        Came::Text(text) => find(names, text),
        _ => Err(Box::new(came.into())),
    };
    deserializer.deserialize_any(ScalarVisitor { expected: EXPECTED, takes_null: false, make })
}

const EXPECTED: &str = "a value of a list, as text";

/// The value that was found, or the unknown one that is made of what was received.
pub(crate) fn value<T: Clone>(found: Found, listed: &[T], unknown: fn(UnknownValue<T>) -> T) -> T {
    match found {
        Ok(place) => listed[place].clone(),
        Err(kept) => unknown(UnknownValue(kept, PhantomData)),
    }
}

/// Whether names are in byte order, each once. The macro asserts it where tests are compiled, so that the check does
/// not add to users' compile time.
#[cfg(test)]
pub(crate) const fn ascending(names: &[&str]) -> bool {
    let mut place = 1;
    while place < names.len() {
        let (one, next) = (names[place - 1].as_bytes(), names[place].as_bytes());
        let mut at = 0;
        while at < one.len() && at < next.len() && one[at] == next[at] {
            at += 1;
        }
        if at == next.len() || (at < one.len() && one[at] > next[at]) {
            return false;
        }
        place += 1;
    }
    true
}

#[cfg(feature = "schemars")]
pub(crate) fn schema(names: &[&str]) -> schemars::Schema {
    schemars::json_schema!({ "anyOf": [{ "type": "string", "enum": names }, true] })
}

/// An enum over a list of texts that may grow.
///
/// Every function is `#[inline]`, so that only those in use are compiled: two hundred lists have thousands.
///
/// The names must be in byte order, which is asserted when tests are compiled. No variant may be called `Unknown`: that
/// one is added, for what is not listed.
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $Enum:ident { $($(#[$variant_meta:meta])* $Variant:ident = $name:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Hash)]
        #[non_exhaustive]
        // The values are the API's, and so are their names.
        #[allow(clippy::enum_variant_names)]
        pub enum $Enum {
            $(#[doc = concat!("`", $name, "`\n\n")] $(#[$variant_meta])* $Variant,)+
            /// A value this version does not know, kept as received.
            Unknown($crate::types::UnknownValue<$Enum>),
        }

        impl $Enum {
            /// Every listed value, in the order of their names.
            pub const KNOWN: &'static [Self] = &[$(Self::$Variant),+];

            const NAMES: &'static [&'static str] = &[$($name),+];

            /// The value as the API writes it.
            #[inline]
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Variant => $name,)+
                    Self::Unknown(value) => value.as_str(),
                }
            }

            /// The value, if this version lists it.
            ///
            /// # Errors
            /// [`Unreadable`](crate::types::Unreadable) where it does not; [`raw`](Self::raw) gives what was received.
            #[inline]
            pub const fn value(&self) -> std::result::Result<&Self, $crate::types::Unreadable> {
                if self.known() { Ok(self) } else { Err($crate::types::open_enum::UNLISTED) }
            }

            /// The value as the API writes it: the same as [`as_str`](Self::as_str), under the name it has in all types
            /// that keep what cannot be read.
            #[inline]
            #[must_use]
            pub fn raw(&self) -> &str {
                self.as_str()
            }

            /// Whether this version lists the value.
            #[inline]
            #[must_use]
            pub const fn known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }

        }

        #[cfg(test)]
        const _: () = assert!(
            $crate::types::open_enum::ascending($Enum::NAMES),
            concat!("the names of ", stringify!($Enum), " are not in byte order, or one stands twice"),
        );

        impl std::cmp::Eq for $Enum {}

        impl<T: std::convert::AsRef<str>> std::convert::From<T> for $Enum {
            #[inline]
            fn from(text: T) -> Self {
                let found = $crate::types::open_enum::find(Self::NAMES, text.as_ref());
                $crate::types::open_enum::value(found, Self::KNOWN, Self::Unknown)
            }
        }

        impl std::str::FromStr for $Enum {
            type Err = std::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                std::result::Result::Ok(Self::from(text))
            }
        }

        /// By name.
        impl std::cmp::Ord for $Enum {
            #[inline]
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl std::cmp::PartialOrd for $Enum {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> std::option::Option<std::cmp::Ordering> {
                std::option::Option::Some(self.cmp(other))
            }
        }

        impl std::fmt::Display for $Enum {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $Enum {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::types::open_enum::debug(self.as_str(), self.known(), f)
            }
        }

        impl serde::Serialize for $Enum {
            #[inline]
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                match self {
                    Self::Unknown(value) => serde::Serialize::serialize(value, serializer),
                    listed => serializer.serialize_str(listed.as_str()),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $Enum {
            #[inline]
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let found = $crate::types::open_enum::read(deserializer, Self::NAMES)?;
                std::result::Result::Ok($crate::types::open_enum::value(found, Self::KNOWN, Self::Unknown))
            }
        }

        impl $crate::types::record::Readable for $Enum {
            #[inline]
            fn is_absent(&self) -> bool {
                matches!(self, Self::Unknown(value) if value.is_absent())
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $Enum {
            #[inline]
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Enum).into()
            }

            #[inline]
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::types::open_enum::schema(Self::NAMES)
            }
        }
    };
}
pub(crate) use open_enum;

pub(crate) const UNLISTED: Unreadable = Unreadable::expected("a value that this version lists");

/// A listed value by its name, another one as `Unknown("..")`.
pub(crate) fn debug(name: &str, known: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if known { f.write_str(name) } else { f.debug_tuple("Unknown").field(&name).finish() }
}
