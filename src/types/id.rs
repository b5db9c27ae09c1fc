//! Ids that cannot be mistaken for one another: a type for each kind of thing, over a UUID.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use uuid::Uuid;

use super::json::Json;
use super::lenient::{Came, Unreadable};
use super::scalar::{self, Scalar};
use super::schema::inline_schema;

/// An id of no particular kind: a UUID, or what an answer had in its place.
///
/// It is `Copy` and takes 40 bytes. What came instead of a UUID has room for 38 bytes of text; a longer one is kept as
/// its beginning, `…` and a hash of the whole, so that two of them differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AnyId(IdRepr);

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum IdRepr {
    Uuid(Uuid),
    Text(Short),
    /// Came as a number or as other JSON, and is written back so.
    Json(Short),
}

impl AnyId {
    /// The UUID, of whatever version.
    ///
    /// # Errors
    /// [`Unreadable`] where the answer had something else, which [`raw`](Self::raw) gives.
    pub fn value(&self) -> Result<Uuid, Unreadable> {
        match self.0 {
            IdRepr::Uuid(uuid) => Ok(uuid),
            IdRepr::Text(_) | IdRepr::Json(_) => Err(Unreadable::expected("a UUID")),
        }
    }

    #[cold]
    fn odd(came: Came<'_>) -> Self {
        Self(match (came, Short::whole(came.text())) {
            (Came::Text(_), Some(short)) => IdRepr::Text(short),
            (Came::Json(_), Some(short)) => IdRepr::Json(short),
            (Came::Text(text) | Came::Json(text), None) => IdRepr::Text(Short::cut(text)),
        })
    }

    /// The text: the UUID, or what came in its place.
    #[must_use]
    pub fn raw(&self) -> Cow<'_, str> {
        match &self.0 {
            IdRepr::Uuid(uuid) => Cow::Owned(uuid.to_string()),
            IdRepr::Text(text) | IdRepr::Json(text) => Cow::Borrowed(text.as_str()),
        }
    }
}

impl From<Uuid> for AnyId {
    fn from(uuid: Uuid) -> Self {
        Self(IdRepr::Uuid(uuid))
    }
}

impl Scalar for AnyId {
    const EXPECTED: &'static str = "an id";

    #[inline]
    fn from_came(came: Came<'_>) -> Self {
        match came {
            Came::Text(text) => Uuid::parse_str(text).map_or_else(|_| Self::odd(came), Self::from),
            Came::Json(_) => Self::odd(came),
        }
    }
}

impl<'de> Deserialize<'de> for AnyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar::needed(deserializer)
    }
}

impl Serialize for AnyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            IdRepr::Uuid(uuid) => serializer.serialize_str(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
            IdRepr::Text(text) => serializer.serialize_str(text.as_str()),
            IdRepr::Json(json) => Json::from_text(json.as_str()).serialize(serializer),
        }
    }
}

impl fmt::Display for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            IdRepr::Uuid(uuid) => fmt::Display::fmt(uuid, f),
            IdRepr::Text(text) | IdRepr::Json(text) => f.pad(text.as_str()),
        }
    }
}

impl fmt::Debug for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyId({self})")
    }
}

inline_schema!(AnyId, { "anyOf": [{ "type": "string", "format": "uuid" }, true] });

const ROOM: usize = 38;

/// The bytes kept of a longer text; the mark and 16 digits of the hash follow them.
const BEGINNING: usize = ROOM - MARK.len() - 16;
const MARK: &str = "…";

/// A text of up to 38 bytes, in place. Bytes behind its end are zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Short {
    bytes: [u8; ROOM],
    length: u8,
}

impl Short {
    fn whole(text: &str) -> Option<Self> {
        let mut bytes = [0; ROOM];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, length: u8::try_from(text.len()).ok()? })
    }

    #[cold]
    fn cut(text: &str) -> Self {
        // FNV-1a: it stays the same from version to version.
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let end = (0..=BEGINNING).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        let beginning = &text[..end];
        let shortened = format!("{beginning}{MARK}{hash:016x}");
        Self::whole(&shortened).unwrap_or(Self { bytes: [0; ROOM], length: 0 })
    }

    fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
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

            /// The text: the UUID, or what came in its place.
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
                serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $Id {
            #[inline]
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }

        impl<'de> $crate::types::record::Field<'de> for $Id {
            #[inline]
            fn needed<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer).map(Self)
            }

            #[inline]
            fn optional<D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> std::result::Result<std::option::Option<Self>, D::Error> {
                <$crate::types::AnyId as $crate::types::record::Field>::optional(deserializer).map(|id| id.map(Self))
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
