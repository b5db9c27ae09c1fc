//! Lists of values that may grow: a value this version does not know is kept as its text.
//!
//! The API has about two hundred such lists with 2,400 values, so what the macro expands to is kept small: the variants, a
//! table of names and one match; the rest is shared and not generic.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::de::{Deserializer, Visitor};

/// The text of a value that is not in the list of `T`. Only reading a `T` makes one, so no listed value hides in here.
pub struct UnknownValue<T>(Box<str>, PhantomData<fn() -> T>);

impl<T> UnknownValue<T> {
    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn new(text: Box<str>) -> Self {
        Self(text, PhantomData)
    }
}

impl<T> Clone for UnknownValue<T> {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl<T> PartialEq for UnknownValue<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for UnknownValue<T> {}

impl<T> Hash for UnknownValue<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> PartialOrd for UnknownValue<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for UnknownValue<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> fmt::Debug for UnknownValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<T> fmt::Display for UnknownValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A value looked up in a list: its place there, or its text.
pub(crate) enum Found {
    Listed(usize),
    Unlisted(Box<str>),
}

/// Looks a value up in names that are in byte order.
pub(crate) fn find(names: &[&str], text: &str) -> Found {
    let place = if names.len() <= FEW {
        names.iter().position(|name| ends_alike(name, text) && *name == text)
    } else {
        names.binary_search(&text).ok()
    };
    place.map_or_else(|| Found::Unlisted(text.into()), Found::Listed)
}

/// As many names as are gone through faster than halved: what tells two names apart is mostly their length or last letter.
const FEW: usize = 24;

fn ends_alike(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.as_bytes().last() == other.as_bytes().last()
}

pub(crate) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
    names: &'static [&'static str],
) -> Result<Found, D::Error> {
    deserializer.deserialize_str(NameVisitor(names))
}

struct NameVisitor(&'static [&'static str]);

impl Visitor<'_> for NameVisitor {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a list, as text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        Ok(find(self.0, text))
    }
}

/// Whether names stand in byte order, each once. The macro asserts it where tests are compiled, so that users do not wait
/// for the compiler to find out again.
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
    schemars::json_schema!({ "anyOf": [{ "type": "string", "enum": names }, { "type": "string" }] })
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
            $($(#[$variant_meta])* #[doc = concat!("`", $name, "`")] $Variant,)+
            /// A value this version does not know, kept as it came.
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

            /// Whether this version lists the value.
            #[inline]
            #[must_use]
            pub const fn known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }

            #[inline]
            fn of(found: $crate::types::open_enum::Found) -> Self {
                match found {
                    $crate::types::open_enum::Found::Listed(place) => Self::KNOWN[place].clone(),
                    $crate::types::open_enum::Found::Unlisted(text) => {
                        Self::Unknown($crate::types::UnknownValue::new(text))
                    }
                }
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
                Self::of($crate::types::open_enum::find(Self::NAMES, text.as_ref()))
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
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Enum {
            #[inline]
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                $crate::types::open_enum::read(deserializer, Self::NAMES).map(Self::of)
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

/// A listed value by its name, another one as `Unknown("..")`.
pub(crate) fn debug(name: &str, known: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if known { f.write_str(name) } else { f.debug_tuple("Unknown").field(&name).finish() }
}
