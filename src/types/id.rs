//! Ids that cannot be confused: a type for each kind of thing, over a UUID.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Serialize, Serializer};
use uuid::Uuid;

use super::lenient::{Came, Kept, Unreadable};
use super::record::Readable;
use super::scalar::Scalar;
use super::schema::inline_schema;

/// An id of no particular kind: a UUID, or what an answer had instead.
///
/// It is `Copy` and takes 40 bytes. What was received instead of a UUID is kept up to 38 bytes; a longer text is kept
/// as its beginning, `…` and a hash of the whole, so that two of them differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AnyId(Result<Uuid, Kept<Short>>);

impl AnyId {
    /// The UUID, of whatever version.
    ///
    /// # Errors
    /// [`Unreadable`] where the answer had something else, which [`raw`](Self::raw) gives.
    pub fn value(&self) -> Result<Uuid, Unreadable> {
        self.0.map_err(|_| Unreadable::expected("a UUID"))
    }

    #[cold]
    fn odd(came: Came<'_>) -> Self {
        // The beginning of a JSON text is not JSON.
        let came = if came.text().len() > ROOM { Came::Text(came.text()) } else { came };
        Self(Err(came.into()))
    }

    /// The text: the UUID, or what was received instead.
    #[must_use]
    pub fn raw(&self) -> Cow<'_, str> {
        match &self.0 {
            Ok(uuid) => Cow::Owned(uuid.to_string()),
            Err(kept) => Cow::Borrowed(kept.as_str()),
        }
    }
}

impl From<Uuid> for AnyId {
    fn from(uuid: Uuid) -> Self {
        Self(Ok(uuid))
    }
}

impl Scalar for AnyId {
    const EXPECTED: &'static str = "an id";

    #[inline]
    fn from_came(came: Came<'_>) -> Self {
        match came {
            Came::Text(text) => Uuid::parse_str(text).map_or_else(|_| Self::odd(came), Self::from),
            _ => Self::odd(came),
        }
    }
}

impl Serialize for AnyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Ok(uuid) => serializer.serialize_str(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
            Err(kept) => kept.serialize(serializer),
        }
    }
}

impl fmt::Display for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(uuid) => fmt::Display::fmt(uuid, f),
            Err(kept) => f.pad(kept.as_str()),
        }
    }
}

impl fmt::Debug for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyId({self})")
    }
}

impl Readable for AnyId {
    fn is_absent(&self) -> bool {
        matches!(&self.0, Err(kept) if kept.is_empty())
    }
}

inline_schema!(AnyId, { "anyOf": [{ "type": "string", "format": "uuid" }, true] });

const ROOM: usize = 38;

/// The bytes kept of a longer text; the mark and 16 digits of the hash follow them.
const BEGINNING: usize = ROOM - MARK.len() - 16;
const MARK: &str = "…";

/// A text of up to 38 bytes, in place. Bytes after its end are zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Short {
    bytes: [u8; ROOM],
    length: u8,
}

impl From<&str> for Short {
    fn from(text: &str) -> Self {
        let mut bytes = [0; ROOM];
        match bytes.get_mut(..text.len()) {
            #[allow(clippy::cast_possible_truncation)]
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                Self { bytes, length: text.len() as u8 }
            }
            None => Self::from(&*shortened(text)),
        }
    }
}

impl AsRef<str> for Short {
    fn as_ref(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

#[cold]
fn shortened(text: &str) -> String {
    // FNV-1a: it stays the same from version to version.
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let end = (0..=BEGINNING).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}{MARK}{hash:016x}", &text[..end])
}

/// A type over [`AnyId`] for each kind of id. Converting between an id and a UUID is explicit; one kind becomes another
/// only through [`AnyId`] or the UUID.
macro_rules! ids {
    ($($(#[$meta:meta])* $Id:ident),+ $(,)?) => {$(
        $(#[$meta])*
        ///
        /// What an answer had instead of a UUID is kept: see [`AnyId`](crate::types::AnyId).
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $Id($crate::types::AnyId);

        impl $Id {
            /// The UUID, of whatever version.
            ///
            /// # Errors
            /// [`Unreadable`](crate::types::Unreadable) where the answer had something else, which [`raw`](Self::raw)
            /// gives.
            #[inline]
            pub fn value(&self) -> std::result::Result<$crate::types::uuid::Uuid, $crate::types::Unreadable> {
                self.0.value()
            }

            /// The text: the UUID, or what was received instead.
            #[inline]
            #[must_use]
            pub fn raw(&self) -> std::borrow::Cow<'_, str> {
                self.0.raw()
            }
        }

        impl std::convert::From<$crate::types::uuid::Uuid> for $Id {
            #[inline]
            fn from(uuid: $crate::types::uuid::Uuid) -> Self {
                Self($crate::types::AnyId::from(uuid))
            }
        }

        impl std::convert::From<$crate::types::AnyId> for $Id {
            #[inline]
            fn from(id: $crate::types::AnyId) -> Self {
                Self(id)
            }
        }

        impl std::convert::From<$Id> for $crate::types::AnyId {
            #[inline]
            fn from(id: $Id) -> Self {
                id.0
            }
        }

        impl std::convert::TryFrom<$Id> for $crate::types::uuid::Uuid {
            type Error = $crate::types::Unreadable;

            #[inline]
            fn try_from(id: $Id) -> std::result::Result<Self, $crate::types::Unreadable> {
                id.value()
            }
        }

        impl std::str::FromStr for $Id {
            type Err = $crate::types::uuid::Error;

            #[inline]
            fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
                $crate::types::uuid::Uuid::parse_str(text).map(Self::from)
            }
        }

        impl std::fmt::Display for $Id {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::fmt::Debug for $Id {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($Id), self.0)
            }
        }

        impl serde::Serialize for $Id {
            #[inline]
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $Id {
            #[inline]
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                $crate::types::AnyId::deserialize(deserializer).map(Self)
            }
        }

        impl $crate::types::record::Readable for $Id {
            #[inline]
            fn is_absent(&self) -> bool {
                self.0.is_absent()
            }
        }

        impl $crate::types::check::Measure for $Id {
            #[inline]
            fn measure(
                &self,
                rule: &$crate::types::check::Rule,
            ) -> std::result::Result<(), $crate::types::check::Broken> {
                self.0.measure(rule)
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $Id {
            #[inline]
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Id).into()
            }

            #[inline]
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                <$crate::types::AnyId as schemars::JsonSchema>::json_schema(generator)
            }
        }
    )+};
}
pub(crate) use ids;
