//! Ids that cannot be mistaken for one another: a type over a UUID for each kind of thing.

/// Newtypes over [`uuid::Uuid`], one for each kind of id. Converting between an id and a UUID is explicit (`From` both
/// ways); there is no way from one kind to another but through the UUID.
macro_rules! ids {
    ($($(#[$meta:meta])* $Id:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $Id(uuid::Uuid);

        impl $Id {
            /// The UUID, of whatever version.
            #[inline]
            #[must_use]
            pub const fn into_uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::convert::From<uuid::Uuid> for $Id {
            #[inline]
            fn from(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::convert::From<$Id> for uuid::Uuid {
            #[inline]
            fn from(id: $Id) -> Self {
                id.0
            }
        }

        impl std::str::FromStr for $Id {
            type Err = uuid::Error;

            #[inline]
            fn from_str(text: &str) -> std::result::Result<Self, uuid::Error> {
                uuid::Uuid::parse_str(text).map(Self)
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

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $Id {
            #[inline]
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Id).into()
            }

            #[inline]
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": "uuid" })
            }
        }
    )+};
}
pub(crate) use ids;
