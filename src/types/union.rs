//! Objects that come in several shapes: which one it is, is told by a property, not by trial.
//!
//! An object is read until the property that tells its branch, then by that branch: see [`read`]. No tree is built and
//! numbers stay as they are. What no row of the table tells is kept whole, with the fields all branches share.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
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

/// A union, to those who read it.
pub(crate) trait Branches: Sized {
    const NAME: &'static str;
    const ROWS: &'static [Told];

    /// Reads the branch of a row.
    fn branch<'de, A: MapAccess<'de>>(row: usize, object: Entries<'de, A>) -> Result<Self, A::Error>;

    /// What becomes of an object that no row fits.
    fn unplaced(tag: Option<Box<str>>, object: &str) -> serde_json::Result<Self>;
}

/// Reads a union. Properties before the one that decides are held as their text; from there on the branch reads the object
/// itself, so that nothing is looked at twice where the tag comes early.
pub(crate) fn read<'de, U: Branches, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    deserializer.deserialize_map(Object(PhantomData))
}

struct Object<U>(PhantomData<U>);

impl<'de, U: Branches> Visitor<'de> for Object<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", U::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<U, A::Error> {
        let mut look = Look::over(U::ROWS);
        let mut seen = Vec::new();
        let mut ended = false;
        while !look.decided && !ended {
            match entry(&mut map)? {
                Some((key, value)) => {
                    look.at(&key, &value)?;
                    seen.push((key, value));
                }
                None => ended = true,
            }
        }
        // What was copied, by a reader or a tree, is read from one text: a second kind of reader is not worth compiling.
        let is_borrowed = seen.iter().all(|(_, value)| matches!(value, Raw::Text(_)));
        if let (Some(row), true) = (look.row, is_borrowed) {
            let object = Entries { seen: seen.into_iter(), value: None, map: (!ended).then_some(map) };
            return U::branch(row, object).map_err(|error| de::Error::custom(format_args!("{}: {error}", U::NAME)));
        }
        while let Some(entry) = entry(&mut map)? {
            seen.push(entry);
        }
        let object = joined(seen).map_err(de::Error::custom)?;
        let placed = match look.row {
            Some(row) => serde_json::Deserializer::from_slice(object.as_bytes()).deserialize_map(Row(row, PhantomData)),
            None => U::unplaced(look.tag, &object),
        };
        placed.map_err(|error| de::Error::custom(format_args!("{}: {}", U::NAME, placeless(&error))))
    }
}

fn entry<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<(Cow<'de, str>, Raw<'de>)>, A::Error> {
    let Some(BorrowedWhenPossible(key)) = map.next_key()? else { return Ok(None) };
    map.next_value_seed(AsRaw).map(|value| Some((key, value)))
}

struct AsRaw;

impl<'de> DeserializeSeed<'de> for AsRaw {
    type Value = Raw<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<'de>, D::Error> {
        Raw::read(deserializer)
    }
}

/// The object's text, without the spaces between its properties.
fn joined(entries: Vec<(Cow<'_, str>, Raw<'_>)>) -> serde_json::Result<String> {
    let mut object = String::from("{");
    for (key, value) in entries {
        if object.len() > 1 {
            object.push(',');
        }
        object.push_str(&serde_json::to_string(&key)?);
        object.push(':');
        object.push_str(&value.into_text());
    }
    object.push('}');
    Ok(object)
}

/// Reads an object whose row is known.
struct Row<U>(usize, PhantomData<U>);

impl<'de, U: Branches> Visitor<'de> for Row<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", U::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<U, A::Error> {
        U::branch(self.0, Entries { seen: Vec::new().into_iter(), value: None, map: Some(map) })
    }
}

/// An object's properties: those that were held, then those to come.
pub(crate) struct Entries<'de, A> {
    seen: std::vec::IntoIter<(Cow<'de, str>, Raw<'de>)>,
    /// Of the key that was asked for last, if it was held.
    value: Option<Raw<'de>>,
    map: Option<A>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'de, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match (self.seen.next(), &mut self.map) {
            (Some((key, value)), _) => {
                self.value = Some(value);
                seed.deserialize(key.into_deserializer()).map(Some)
            }
            (None, Some(map)) => map.next_key_seed(seed),
            (None, None) => Ok(None),
        }
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match (self.value.take(), &mut self.map) {
            (Some(Raw::Text(text)), _) => seed
                .deserialize(&mut serde_json::Deserializer::from_slice(text.as_bytes()))
                .map_err(|error| de::Error::custom(placeless(&error))),
            (None, Some(map)) => map.next_value_seed(seed),
            // Entries are only made of what was borrowed, and a value is only asked for after its key.
            _ => Err(de::Error::custom("a value without its key")),
        }
    }
}

/// The look for the row that fits.
struct Look<'r> {
    rows: &'r [Told],
    row: Option<usize>,
    /// The value of the rows' tag property, where no row fits.
    tag: Option<Box<str>>,
    /// No later key can change the choice.
    decided: bool,
}

impl<'r> Look<'r> {
    fn over(rows: &'r [Told]) -> Self {
        let otherwise = rows.iter().position(|row| matches!(row, Told::Otherwise));
        Self { rows, row: otherwise, tag: None, decided: false }
    }

    fn at<E: de::Error>(&mut self, key: &str, value: &Raw<'_>) -> Result<(), E> {
        if !self.rows.iter().any(|row| row.looks_at(key)) {
            return Ok(());
        }
        let value = Content::of(value).map_err(E::custom)?;
        let fits = self.rows.iter().position(|row| row.fits(key, &value));
        self.row = fits.into_iter().chain(self.row).min();
        // Only what no row fits is told by it.
        if let (None, Content::Text(text)) = (self.row, value)
            && self.rows.iter().any(|row| row.is_tag(key))
        {
            self.tag = Some(text.into());
        }
        let better = self.row.and_then(|row| self.rows.get(..row));
        self.decided = better.is_some_and(|better| better.iter().all(|row| row.is_tag(key)));
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

impl<'a> Content<'a> {
    fn of(value: &'a Raw<'_>) -> serde_json::Result<Self> {
        let json = value.text();
        Ok(match json.as_bytes() {
            [b'n', ..] => Self::Null,
            [b'"', ..] => Self::Text(unquoted(json)?),
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

/// Keeps an object that no row fits.
pub(crate) fn keep<S: DeserializeOwned>(tag: Option<Box<str>>, object: &str) -> serde_json::Result<Unrecognized<S>> {
    Ok(Unrecognized { tag, json: Json::from_text(object), shared: serde_json::from_str(object)? })
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

/// An error without its place, which counts from the start of a part and would mislead.
fn placeless(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
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

        $crate::types::union::union! {
            @read $Union [$($Branch($Type) = $told $(($($arg),+))?),+]
            |tag, object| $crate::types::union::keep(tag, object).map(Self::Unrecognized)
        }
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

        $crate::types::union::union! {
            @read $Union [$($Branch($Type) = $told $(($($arg),+))?),+]
            |_tag, _object| Err($crate::types::union::refuse(
                <Self as $crate::types::union::Branches>::ROWS
            ))
        }
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

    (
        @read $Union:ident [$($Branch:ident($Type:ty) = $told:ident $(($($arg:literal),+))?),+]
        |$tag:ident, $object:ident| $unplaced:expr
    ) => {
        impl $crate::types::union::Branches for $Union {
            const NAME: &'static str = stringify!($Union);
            const ROWS: &'static [$crate::types::union::Told] =
                &[$($crate::types::union::union!(@told $told $($($arg),+)?)),+];

            fn branch<'de, A: serde::de::MapAccess<'de>>(
                row: usize,
                object: $crate::types::union::Entries<'de, A>,
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

            #[inline]
            fn unplaced($tag: std::option::Option<Box<str>>, $object: &str) -> serde_json::Result<Self> {
                $unplaced
            }
        }

        impl<'de> serde::Deserialize<'de> for $Union {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                $crate::types::union::read(deserializer)
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
