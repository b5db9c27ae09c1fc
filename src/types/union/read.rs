//! Reading a union: an object is read up to the property that identifies its branch, and from there on by that branch. No
//! tree is built and numbers stay as they are.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};

use super::Discriminator;
use crate::types::raw::{BorrowedWhenPossible, Raw};

/// What the reader has to know of a union.
pub(crate) trait Branches: Sized {
    const NAME: &'static str;
    const ROWS: &'static [Discriminator];

    /// The lengths of the deciding properties' names, a bit for each: most other names have another length.
    const LENGTHS: u64 = lengths(Self::ROWS);

    /// Reads the branch of a row.
    fn branch<'de, A: MapAccess<'de>>(row: usize, object: BufferedMap<'de, A>) -> Result<Self, A::Error>;

    /// The result for an object that no row fits: an error, where only valid ones may be built.
    fn unplaced(_tag: Option<Box<str>>, _object: &str) -> serde_json::Result<Self> {
        Err(refuse(Self::ROWS))
    }
}

/// Names of 64 bytes and more share a bit with shorter ones.
const fn bit(name: &str) -> u64 {
    1 << (name.len() % 64)
}

const fn lengths(rows: &[Discriminator]) -> u64 {
    let (mut lengths, mut row) = (0, 0);
    while row < rows.len() {
        match rows[row] {
            Discriminator::Tag { property, .. } => lengths |= bit(property),
            Discriminator::Keys(keys) => {
                let mut key = 0;
                while key < keys.len() {
                    lengths |= bit(keys[key]);
                    key += 1;
                }
            }
            Discriminator::Otherwise => {}
        }
        row += 1;
    }
    lengths
}

fn refuse(rows: &[Discriminator]) -> serde_json::Error {
    let told: Vec<String> = rows.iter().map(ToString::to_string).collect();
    de::Error::custom(format_args!("matches none of its forms, which have {}", told.join(", or ")))
}

/// Reads a union. Properties before the one that decides are buffered as text; from there on the branch reads the object
/// itself, so that nothing is read twice where the tag is early.
pub(crate) fn read<'de, U: Branches, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    deserializer.deserialize_map(UnionVisitor(PhantomData))
}

struct UnionVisitor<U>(PhantomData<U>);

impl<'de, U: Branches> Visitor<'de> for UnionVisitor<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", U::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<U, A::Error> {
        let mut look = RowSearch::over(U::ROWS);
        let mut seen: Vec<BufferedField<'de>> = Vec::with_capacity(COMMON);
        let mut ended = false;
        while !ended && !look.decided {
            match map.next_entry::<_, Raw<'de>>()? {
                Some((BorrowedWhenPossible(key), Raw { text: Cow::Borrowed(text), .. })) => {
                    if U::LENGTHS & bit(&key) != 0 {
                        look.at(&key, text).map_err(de::Error::custom)?;
                    }
                    seen.push((key, text));
                }
                Some((BorrowedWhenPossible(key), Raw { text, .. })) => return read_copied(&seen, &key, &text, map),
                None => ended = true,
            }
        }
        let placed = match look.row {
            Some(row) => {
                U::branch(row, BufferedMap { seen: seen.into_iter(), value: None, map: (!ended).then_some(map) })
            }
            None => U::unplaced(look.tag, &(joined(&seen) + "}")).map_err(placeless),
        };
        placed.map_err(|error| de::Error::custom(format_args!("{}: {error}", U::NAME)))
    }
}

/// Reads an object whose properties come from a reader or a tree. They are joined and read as one text: a second kind of reader is
/// not worth compiling.
#[cold]
fn read_copied<'de, U: Branches, A: MapAccess<'de>>(
    seen: &[BufferedField<'de>],
    key: &str,
    text: &str,
    mut map: A,
) -> Result<U, A::Error> {
    let mut object = joined(seen);
    append(&mut object, key, text);
    while let Some((BorrowedWhenPossible(key), Raw { text, .. })) = map.next_entry()? {
        append(&mut object, &key, &text);
    }
    object.push('}');
    read(&mut serde_json::Deserializer::from_str(&object)).map_err(placeless)
}

/// A buffered property: its key, and the text of its value.
type BufferedField<'de> = (Cow<'de, str>, &'de str);

/// How many properties there is room for at first.
const COMMON: usize = 12;

/// The properties as text, without the spaces between them, up to the object's end.
fn joined(properties: &[BufferedField<'_>]) -> String {
    let mut object = String::from("{");
    properties.iter().for_each(|(key, value)| append(&mut object, key, value));
    object
}

fn append(object: &mut String, key: &str, value: &str) {
    let comma = if object.len() > 1 { "," } else { "" };
    object.push_str(&format!("{comma}{}:{value}", serde_json::Value::from(key)));
}

/// An object's properties: those that were buffered, then the others.
pub(crate) struct BufferedMap<'de, A> {
    seen: std::vec::IntoIter<BufferedField<'de>>,
    /// The value of the key that was asked for last, if it was buffered.
    value: Option<&'de str>,
    map: Option<A>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for BufferedMap<'de, A> {
    type Error = A::Error;

    // It occurs once in each branch's reading, as `Fields::next` does.
    #[inline(always)]
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
            (Some(text), _) => seed.deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(placeless),
            (None, Some(map)) => map.next_value_seed(seed),
            (None, None) => Err(de::Error::custom("a value without its key")),
        }
    }
}

/// The search for the row that fits.
struct RowSearch<'r> {
    rows: &'r [Discriminator],
    row: Option<usize>,
    /// The value of the rows' tag property, where no row fits.
    tag: Option<Box<str>>,
    /// No later key can change the choice.
    decided: bool,
}

impl<'r> RowSearch<'r> {
    fn over(rows: &'r [Discriminator]) -> Self {
        let otherwise = rows.iter().position(|row| matches!(row, Discriminator::Otherwise));
        Self { rows, row: otherwise, tag: None, decided: false }
    }

    fn at(&mut self, key: &str, json: &str) -> serde_json::Result<()> {
        let mut text = None;
        self.decided = true;
        for (at, row) in self.rows.iter().enumerate().take(self.row.unwrap_or(self.rows.len())) {
            let fits = match row {
                Discriminator::Tag { property, values } if *property == key => {
                    let text = match &mut text {
                        Some(text) => text,
                        None => text.insert(unquoted(json)?),
                    };
                    text.as_deref().is_some_and(|text| values.contains(&text))
                }
                Discriminator::Keys(keys) if keys.contains(&key) && json != "null" => true,
                _ => {
                    self.decided = false;
                    false
                }
            };
            if fits {
                self.row = Some(at);
                return Ok(());
            }
        }
        if self.row.is_none() {
            self.decided = false;
            self.tag = text.flatten().map(Into::into).or(self.tag.take());
        }
        Ok(())
    }
}

/// The content of a JSON string; a number or a truth value is its own text.
fn unquoted(json: &str) -> serde_json::Result<Option<Cow<'_, str>>> {
    match json.strip_prefix('"').and_then(|json| json.strip_suffix('"')) {
        Some(text) if !text.contains('\\') => Ok(Some(Cow::Borrowed(text))),
        Some(_) => serde_json::from_str(json).map(Cow::Owned).map(Some),
        None if json == "null" || json.starts_with(['{', '[']) => Ok(None),
        None => Ok(Some(Cow::Borrowed(json))),
    }
}

/// An error without its place, which counts from the start of a part and would mislead.
fn placeless<E: de::Error>(error: serde_json::Error) -> E {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    E::custom(message.strip_suffix(&place).unwrap_or(&message))
}
