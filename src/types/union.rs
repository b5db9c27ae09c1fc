//! Objects of several shapes. A property decides the shape; shapes are not tried one after the other.
//!
//! An object that no row of the table fits is kept whole, with the fields all branches share. How an object finds its
//! row is in `union/read.rs`.

mod read;

use std::fmt;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use self::read::{Branches, BufferedMap, read};
use super::json::Json;

/// An object of a union that this version cannot place: everything it contained, and the fields all branches share.
#[derive(Clone, Debug, PartialEq)]
pub struct Unrecognized<S = NoShared> {
    tag: Option<Box<str>>,
    json: Json,
    shared: S,
}

/// For unions whose branches have nothing in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoShared {}

impl<'de> Deserialize<'de> for NoShared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self {})
    }
}

impl<S> Unrecognized<S> {
    /// The value of the property that tells the branches apart, where there is one.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The whole object as received.
    #[must_use]
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// The fields all branches share.
    #[must_use]
    pub fn shared(&self) -> &S {
        &self.shared
    }
}

/// Written as received.
impl<S> Serialize for Unrecognized<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        self.json.serialize(serializer)
    }
}

/// What distinguishes a branch from the others.
pub(crate) enum Discriminator {
    /// The property has one of the values.
    Tag { property: &'static str, values: &'static [&'static str] },
    /// One of the properties is there, and not `null`.
    Keys(&'static [&'static str]),
    /// None of the other rows fits.
    Otherwise,
}

/// Keeps an object that no row fits.
pub(crate) fn keep<S: DeserializeOwned>(tag: Option<Box<str>>, object: &str) -> serde_json::Result<Unrecognized<S>> {
    Ok(Unrecognized { tag, json: Json::from_text(object), shared: serde_json::from_str(object)? })
}

impl fmt::Display for Discriminator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag { property, values } => write!(f, "`{property}` {}", values.join(" or ")),
            Self::Keys(keys) => write!(f, "`{}`", keys.join("` or `")),
            Self::Otherwise => f.write_str("nothing of that"),
        }
    }
}

/// A union: an enum over structs, and the table of what distinguishes them.
///
/// ```text
/// union! {
///     /// A transaction.
///     pub enum Transaction {
///         Card(CardTransaction) = tag("type", "CARD_AUTHORIZATION", "CARD_CLEARING"),
///         Virtual(VirtualLedger) = key("parentId", "parentName"),
///         Classic(ClassicLedger) = otherwise,
///     }
///     shared TransactionShared { id: TransactionId, creation_date: Timestamp }
/// }
/// ```
///
/// Rows are tried from the top. Branches have all their fields, the shared ones too; a `shared` struct, which is for
/// objects that no row fits, may be left out. With `pub closed enum`, for requests, there is no `Unrecognized`, and
/// checking the union checks its branch.
macro_rules! union {
    (
        $(#[$meta:meta])* pub enum $Union:ident $rows:tt
        $(shared $Shared:ident { $($(#[$doc:meta])* $field:ident : $Field:ty),* $(,)? })?
    ) => {
        $crate::types::union::union! {
            @enum [$(#[$meta])*] $Union $rows [Unrecognized($crate::types::Unrecognized$(<$Shared>)?)] true
        }
        $(impl $Union { $($crate::types::union::union! { @field $(#[$doc])* $field $Field, $rows })* })?
    };

    ($(#[$meta:meta])* pub closed enum $Union:ident $rows:tt) => {
        $crate::types::union::union! { @enum [$(#[$meta])*] $Union $rows [] false }
        $crate::types::union::union! { @check $Union $rows }
    };

    (
        @enum [$($meta:tt)*] $Union:ident
        { $($(#[$branch_meta:meta])* $Branch:ident($Type:ty) = $told:ident $(($($arg:literal),+))?),+ $(,)? }
        [$($Unrecognized:ident($Kept:ty))?] $open:literal
    ) => {
        $($meta)*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant)]
        pub enum $Union {
            $($(#[$branch_meta])* $Branch($Type),)+
            $(
                /// Something this version cannot place, kept whole.
                $Unrecognized($Kept),
            )?
        }

        impl $crate::types::union::Branches for $Union {
            const NAME: &'static str = stringify!($Union);
            const ROWS: &'static [$crate::types::union::Discriminator] =
                &[$($crate::types::union::union!(@told $told $($($arg),+)?)),+];

            fn branch<'de, A: serde::de::MapAccess<'de>>(
                row: usize,
                object: $crate::types::union::BufferedMap<'de, A>,
            ) -> std::result::Result<Self, A::Error> {
                let object = serde::de::value::MapAccessDeserializer::new(object);
                let at = 0;
                $(
                    if row == at {
                        return serde::Deserialize::deserialize(object).map(Self::$Branch);
                    }
                    let at = at + 1;
                )+
                Err(serde::de::Error::custom(format_args!("row {row} of {at}")))
            }

            $(
                #[inline]
                fn unplaced(tag: std::option::Option<Box<str>>, object: &str) -> serde_json::Result<Self> {
                    $crate::types::union::keep(tag, object).map(Self::$Unrecognized)
                }
            )?
        }

        impl<'de> serde::Deserialize<'de> for $Union {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                $crate::types::union::read(deserializer)
            }
        }

        impl $crate::types::record::Readable for $Union {}

        impl serde::Serialize for $Union {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$Branch(branch) => serde::Serialize::serialize(branch, serializer),)+
                    $(Self::$Unrecognized(kept) => serde::Serialize::serialize(kept, serializer),)?
                }
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $Union {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($Union).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let branches = vec![$(generator.subschema_for::<$Type>()),+];
                $crate::types::union::schema(branches, $open)
            }
        }
    };

    (@check $Union:ident { $($(#[$branch_meta:meta])* $Branch:ident($Type:ty) = $told:ident $(($($arg:literal),+))?),+ $(,)? }) => {
        impl $crate::types::check::Check for $Union {
            #[inline]
            fn check(&self, at: &mut $crate::types::check::Path) {
                match self {
                    $(Self::$Branch(branch) => $crate::types::check::Check::check(branch, at),)+
                }
            }
        }
    };

    (@field $(#[$doc:meta])* $field:ident $Field:ty, { $($(#[$branch_meta:meta])* $Branch:ident($Type:ty) = $told:ident $(($($arg:literal),+))?),+ $(,)? }) => {
        $(#[$doc])*
        ///
        /// Of whichever form this is.
        #[inline]
        #[must_use]
        pub fn $field(&self) -> &$Field {
            match self {
                $(Self::$Branch(branch) => &branch.$field,)+
                Self::Unrecognized(kept) => &kept.shared().$field,
            }
        }
    };

    (@told tag $property:literal, $($value:literal),+) => {
        $crate::types::union::Discriminator::Tag { property: $property, values: &[$($value),+] }
    };
    (@told key $($key:literal),+) => { $crate::types::union::Discriminator::Keys(&[$($key),+]) };
    (@told otherwise) => { $crate::types::union::Discriminator::Otherwise };
}
pub(crate) use union;

/// Lets a branch be passed where a request is the union.
macro_rules! sent_as {
    ($Branch:ty as $Union:ident) => {
        #[cfg(feature = "client")]
        impl ::std::convert::From<$Branch> for $crate::call::Sent<'_, $Union> {
            #[inline]
            fn from(branch: $Branch) -> Self {
                <$Union as ::std::convert::From<$Branch>>::from(branch).into()
            }
        }
    };
}
pub(crate) use sent_as;

/// Any branch; where unknown ones are kept, any other object too.
#[cfg(feature = "schemars")]
pub(crate) fn schema(mut branches: Vec<schemars::Schema>, open: bool) -> schemars::Schema {
    if open {
        branches.push(schemars::json_schema!({ "type": "object" }));
    }
    schemars::json_schema!({ "anyOf": branches })
}
