//! Objects that come in several shapes: which one it is, is told by a property, not by trial.
//!
//! An object's top-level keys are looked at once, in its text; then its branch is read from the same text. No tree is built
//! and numbers stay as they are. What no row of the table tells is kept whole, with the fields all branches share.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer, de};

use super::json::Json;
use super::raw::{BorrowedWhenPossible, Raw};

/// An object of a union that this version cannot place: everything it held, and the fields all branches share.
#[derive(Clone, Debug, PartialEq)]
pub struct Unrecognized<S = NoShared> {
    tag: Option<Box<str>>,
    json: Json,
    shared: S,
}

/// For unions whose branches have nothing in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct NoShared {}

impl<S> Unrecognized<S> {
    /// The value of the property that tells the branches apart, where there is one.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The whole object as it came.
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

/// Written as it came.
impl<S> Serialize for Unrecognized<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        self.json.serialize(serializer)
    }
}

/// What tells a branch from the others.
pub(crate) enum Told {
    /// The property has one of the values.
    Tag { property: &'static str, values: &'static [&'static str] },
    /// One of the properties is there, and not `null`.
    Keys(&'static [&'static str]),
    /// None of the other rows fits.
    Otherwise,
}

/// The first row that fits, and the value of the rows' tag property.
pub(crate) struct Choice {
    pub row: Option<usize>,
    pub tag: Option<Box<str>>,
}

/// Finds the row that fits an object, in one look at its keys, which ends with the key that decides.
pub(crate) fn choose(object: &str, rows: &[Told]) -> serde_json::Result<Choice> {
    let otherwise = rows.iter().position(|row| matches!(row, Told::Otherwise));
    let mut look = Look { rows, choice: Choice { row: otherwise, tag: None }, decided: false };
    match serde_json::Deserializer::from_str(object).deserialize_map(&mut look) {
        // An object that is left early looks broken to serde_json. Its branch reads it whole.
        Err(error) if !look.decided => Err(error),
        _ => Ok(look.choice),
    }
}

struct Look<'r> {
    rows: &'r [Told],
    choice: Choice,
    /// No later key can change the choice.
    decided: bool,
}

impl<'de> Visitor<'de> for &mut Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(BorrowedWhenPossible(key)) = map.next_key()? {
            if !self.rows.iter().any(|row| row.looks_at(&key)) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: Content<'_> = map.next_value()?;
            let fits = self.rows.iter().position(|row| row.fits(&key, &value));
            self.choice.row = fits.into_iter().chain(self.choice.row).min();
            // Only what no row fits is told by it.
            if let (None, Content::Text(text)) = (self.choice.row, value)
                && self.rows.iter().any(|row| row.is_tag(&key))
            {
                self.choice.tag = Some(text.into());
            }
            let better = self.choice.row.and_then(|row| self.rows.get(..row));
            self.decided = better.is_some_and(|better| better.iter().all(|row| row.is_tag(&key)));
            if self.decided {
                break;
            }
        }
        Ok(())
    }
}

impl Told {
    fn looks_at(&self, key: &str) -> bool {
        match self {
            Self::Tag { property, .. } => *property == key,
            Self::Keys(keys) => keys.contains(&key),
            Self::Otherwise => false,
        }
    }

    fn is_tag(&self, key: &str) -> bool {
        matches!(self, Self::Tag { property, .. } if *property == key)
    }

    fn fits(&self, key: &str, value: &Content<'_>) -> bool {
        match (self, value) {
            (Self::Tag { property, values }, Content::Text(text)) => *property == key && values.contains(&&**text),
            (Self::Keys(keys), Content::Text(_) | Content::Other) => keys.contains(&key),
            _ => false,
        }
    }
}

/// As much of a property's value as matters to tell a branch.
enum Content<'a> {
    Null,
    Text(Cow<'a, str>),
    Other,
}

impl<'de> Deserialize<'de> for Content<'de> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Raw::read(deserializer)?.into_text();
        Ok(match json.as_bytes() {
            [b'n', ..] => Self::Null,
            [b'"', ..] => Self::Text(unquoted(json).map_err(de::Error::custom)?),
            _ => Self::Other,
        })
    }
}

fn unquoted(json: Cow<'_, str>) -> serde_json::Result<Cow<'_, str>> {
    match json {
        Cow::Borrowed(json) => serde_json::from_str::<BorrowedWhenPossible<'_>>(json).map(|text| text.0),
        Cow::Owned(json) => serde_json::from_str::<String>(&json).map(Cow::Owned),
    }
}

/// The text of the object a union is read from.
pub(crate) fn text<'de, D: de::Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    Raw::read(deserializer).map(Raw::into_text)
}

/// Keeps an object that no row fits.
pub(crate) fn keep<S: DeserializeOwned>(choice: Choice, object: &str) -> serde_json::Result<Unrecognized<S>> {
    Ok(Unrecognized { tag: choice.tag, json: Json::from_text(object), shared: serde_json::from_str(object)? })
}

/// The error for an object that no row fits, where only valid ones may be built.
pub(crate) fn refuse(rows: &[Told]) -> serde_json::Error {
    let told: Vec<String> = rows.iter().map(ToString::to_string).collect();
    de::Error::custom(format_args!("none of its forms, which have {}", told.join(", or ")))
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag { property, values } => write!(f, "`{property}` {}", values.join(" or ")),
            Self::Keys(keys) => write!(f, "`{}`", keys.join("` or `")),
            Self::Otherwise => f.write_str("nothing of that"),
        }
    }
}

/// An error inside a union, as the outer format's. The place it names counts from the union's start and would mislead.
pub(crate) fn error<E: de::Error>(union: &str, error: &serde_json::Error) -> E {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    E::custom(format_args!("{union}: {}", message.strip_suffix(&place).unwrap_or(&message)))
}

/// A union: an enum over structs, and the table of what tells them apart.
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
/// Rows are tried from the top. Branches hold all their fields, the shared ones too; a `shared` struct, which is for what
/// no row fits, may be left out. With `pub closed enum`, for requests, there is no `Unrecognized`, and checking the union
/// checks its branch.
macro_rules! union {
    (
        $(#[$meta:meta])* pub enum $Union:ident $rows:tt
        $(shared $Shared:ident { $($field:ident : $Field:ty),* $(,)? })?
    ) => {
        $crate::types::union::union! { @open [$(#[$meta])*] $Union $rows [$($Shared)?] }
        $(impl $Union { $($crate::types::union::union! { @field $field $Field, $rows })* })?
    };

    ($(#[$meta:meta])* pub closed enum $Union:ident $rows:tt) => {
        $crate::types::union::union! { @closed [$(#[$meta])*] $Union $rows }
    };

    (
        @open [$($meta:tt)*] $Union:ident
        { $($(#[$branch_meta:meta])* $Branch:ident($Type:ty) = $told:ident $(($($arg:literal),+))?),+ $(,)? }
        [$($Shared:ident)?]
    ) => {
        $($meta)*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant)]
        pub enum $Union {
            $($(#[$branch_meta])* $Branch($Type),)+
            /// Something this version cannot place, kept whole.
            Unrecognized($crate::types::Unrecognized$(<$Shared>)?),
        }

        impl $Union {
            #[inline]
            fn unplaced(choice: $crate::types::union::Choice, object: &str) -> serde_json::Result<Self> {
                $crate::types::union::keep(choice, object).map(Self::Unrecognized)
            }
        }

        $crate::types::union::union! { @read $Union [$($Branch($Type) = $told $(($($arg),+))?),+] }
        $crate::types::union::union! { @write $Union [$($Branch),+, Unrecognized] [$($Type),+] true }
    };

    (
        @closed [$($meta:tt)*] $Union:ident
        { $($(#[$branch_meta:meta])* $Branch:ident($Type:ty) = $told:ident $(($($arg:literal),+))?),+ $(,)? }
    ) => {
        $($meta)*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(clippy::large_enum_variant)]
        pub enum $Union {
            $($(#[$branch_meta])* $Branch($Type),)+
        }

        impl $Union {
            #[inline]
            fn unplaced(_: $crate::types::union::Choice, _: &str) -> serde_json::Result<Self> {
                Err($crate::types::union::refuse(Self::ROWS))
            }
        }

        $crate::types::union::union! { @read $Union [$($Branch($Type) = $told $(($($arg),+))?),+] }
        $crate::types::union::union! { @write $Union [$($Branch),+] [$($Type),+] false }

        impl $crate::types::check::Check for $Union {
            #[inline]
            fn check(&self, at: &mut $crate::types::check::Path)
                -> std::result::Result<(), $crate::types::check::Violation>
            {
                match self {
                    $(Self::$Branch(branch) => $crate::types::check::Check::check(branch, at),)+
                }
            }
        }
    };

    (@read $Union:ident [$($Branch:ident($Type:ty) = $told:ident $(($($arg:literal),+))?),+]) => {
        impl $Union {
            const ROWS: &'static [$crate::types::union::Told] =
                &[$($crate::types::union::union!(@told $told $($($arg),+)?)),+];
            const READ: &'static [fn(&str) -> serde_json::Result<Self>] =
                &[$(|object| serde_json::from_str::<$Type>(object).map(Self::$Branch)),+];

            #[inline]
            fn from_object(object: &str) -> serde_json::Result<Self> {
                let choice = $crate::types::union::choose(object, Self::ROWS)?;
                match choice.row.and_then(|row| Self::READ.get(row)) {
                    Some(read) => read(object),
                    None => Self::unplaced(choice, object),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $Union {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let object = $crate::types::union::text(deserializer)?;
                Self::from_object(&object)
                    .map_err(|error| $crate::types::union::error(stringify!($Union), &error))
            }
        }
    };

    (@write $Union:ident [$($Branch:ident),+] [$($Type:ty),+] $open:literal) => {
        impl serde::Serialize for $Union {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$Branch(branch) => serde::Serialize::serialize(branch, serializer),)+
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

    (@field $field:ident $Field:ty, { $($(#[$branch_meta:meta])* $Branch:ident($Type:ty) = $told:ident $($args:tt)?),+ $(,)? }) => {
        /// Whatever the branch, this field is there.
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
        $crate::types::union::Told::Tag { property: $property, values: &[$($value),+] }
    };
    (@told key $($key:literal),+) => { $crate::types::union::Told::Keys(&[$($key),+]) };
    (@told otherwise) => { $crate::types::union::Told::Otherwise };
}
pub(crate) use union;

/// Any branch; where unknown ones are kept, any other object too.
#[cfg(feature = "schemars")]
pub(crate) fn schema(mut branches: Vec<schemars::Schema>, open: bool) -> schemars::Schema {
    if open {
        branches.push(schemars::json_schema!({ "type": "object" }));
    }
    schemars::json_schema!({ "anyOf": branches })
}
