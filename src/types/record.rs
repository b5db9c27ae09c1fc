//! How structs of the description are read and written: field by field, by name.
//!
//! serde's derive would do the same. It would also compile ten functions for each of some 250 structs where three do,
//! which was half of this crate's build time. Generated code has each struct's list of fields; everything else is here,
//! once.

pub(crate) mod field;
mod places;

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use self::field::FieldSeed;
pub(crate) use self::field::{Field, Readable};
pub(crate) use self::places::Places;
use super::Patch;
use super::contained::{self, is_contained};

/// A struct of the description.
pub(crate) trait Record: Readable {
    const NAME: &'static str;

    /// The names of its fields in JSON.
    const FIELDS: &'static [&'static str];

    /// The place of each of them in a hash table, computed at compile time, for structs that a program reads.
    const PLACES: &'static Places = &Places::of(Self::FIELDS);

    /// Reads its fields in the order in which they arrive.
    fn read<'de, A: MapAccess<'de>>(fields: Fields<'de, A>) -> Result<Self, A::Error>;
}

/// Reads a struct. Unknown fields are skipped; of a field that occurs twice, the last one counts.
pub(crate) fn read<'de, R: Record, D: Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
    deserializer.deserialize_map(RecordVisitor(PhantomData))
}

struct RecordVisitor<R>(PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for RecordVisitor<R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", R::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<R, A::Error> {
        R::read(Fields { map, names: R::FIELDS, places: R::PLACES, contained: is_contained(), failure: None })
    }
}

/// The fields of an object, as they come. A failure ends them; [`end`](Self::end) gives it.
///
/// It is stored here rather than returned for each field: a `?` for each of a thousand fields takes long to compile.
pub(crate) struct Fields<'de, A: MapAccess<'de>> {
    map: A,
    names: &'static [&'static str],
    places: &'static Places,
    contained: bool,
    failure: Option<A::Error>,
}

impl<'de, A: MapAccess<'de>> Fields<'de, A> {
    /// The place of the next field that has one. Its value has to be taken before the next is asked for.
    // It occurs once in each struct's reading, and is most of the work for a field: a separate call would double its
    // cost.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<usize> {
        while self.failure.is_none() {
            match self.map.next_key_seed(Name { names: self.names, places: self.places, other: pass_over }) {
                Ok(Some(Ok(place))) => return Some(place),
                Ok(Some(Err(()))) => self.pass_over(),
                Ok(None) => break,
                Err(error) => self.fail(error),
            }
        }
        None
    }

    /// The same; a field without a place is added to `others`.
    pub(crate) fn next_or<T: Field<'de>>(&mut self, others: &mut super::Map<T>) -> Option<usize> {
        while self.failure.is_none() {
            match self.map.next_key_seed(Name { names: self.names, places: self.places, other: str::to_owned }) {
                Ok(Some(Ok(place))) => return Some(place),
                Ok(Some(Err(name))) => {
                    let mut value = None;
                    if self.contained {
                        self.take(&mut value)
                    } else {
                        self.need(&mut value)
                    }
                    others.extend(value.map(|value| (name, value)));
                }
                Ok(None) => break,
                Err(error) => self.fail(error),
            }
        }
        None
    }

    fn pass_over(&mut self) {
        if let Err(error) = self.map.next_value::<IgnoredAny>() {
            self.fail(error);
        }
    }

    #[cold]
    fn fail(&mut self, error: A::Error) {
        self.failure = Some(error);
    }

    /// Takes the value of a required field.
    #[inline]
    pub(crate) fn need<T: Field<'de>>(&mut self, slot: &mut Option<T>) {
        match self.map.next_value_seed(FieldSeed(PhantomData)) {
            Ok(value) => *slot = Some(value),
            Err(error) => self.fail(error),
        }
    }

    /// Takes the value of a field that may be missing; in a contained reading, a value that cannot be read is missing.
    #[inline]
    pub(crate) fn take<T: Field<'de>>(&mut self, slot: &mut Option<T>) {
        let value = if self.contained {
            contained::next_value(&mut self.map)
        } else {
            self.map.next_value_seed(FieldSeed(PhantomData))
        };
        match value {
            Ok(value) => *slot = value,
            Err(error) => self.fail(error),
        }
    }

    /// Takes the value of a field of a PATCH. Requests are not read contained: what cannot be read would be cleared.
    #[inline]
    pub(crate) fn patch<T: Field<'de>>(&mut self, slot: &mut Patch<T>) {
        match self.map.next_value_seed(FieldSeed::<Option<T>>(PhantomData)) {
            Ok(value) => *slot = value.map_or(Patch::Clear, Patch::Set),
            Err(error) => self.fail(error),
        }
    }

    /// Whether all fields could be read.
    #[inline]
    pub(crate) fn end(self) -> Result<(), A::Error> {
        self.failure.map_or(Ok(()), Err)
    }
}

/// The value of a required field.
pub(crate) fn there<T, E: Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    slot.ok_or_else(|| missing(name))
}

/// A required field is missing.
#[cold]
pub(crate) fn missing<E: Error>(name: &'static str) -> E {
    E::missing_field(name)
}

/// Finds a field's place by its name, or makes something else of the name.
struct Name<F> {
    names: &'static [&'static str],
    places: &'static Places,
    other: F,
}

fn pass_over(_: &str) {}

impl<'de, O, F: FnOnce(&str) -> O> DeserializeSeed<'de> for Name<F> {
    type Value = Result<usize, O>;

    #[inline(always)]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<O, F: FnOnce(&str) -> O> Visitor<'_> for Name<F> {
    type Value = Result<usize, O>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.places.find(self.names, name).ok_or_else(|| (self.other)(name)))
    }
}

/// Writes a struct, one field after the other; the first failure is the whole's.
pub(crate) struct Writer<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> Writer<S> {
    pub(crate) fn new(serializer: S) -> Self {
        Self(serializer.serialize_map(None))
    }

    /// Everything that has no field.
    pub(crate) fn all<T: Serialize>(&mut self, others: &super::Map<T>) {
        others.iter().for_each(|(name, value)| self.put(name, value));
    }

    /// A field that is always there.
    pub(crate) fn put<T: Serialize>(&mut self, name: &str, value: &T) {
        if let Ok(map) = &mut self.0
            && let Err(error) = map.serialize_entry(name, value)
        {
            self.0 = Err(error);
        }
    }

    /// A field that is left out when it is `None`.
    pub(crate) fn some<T: Serialize>(&mut self, name: &str, value: &Option<T>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    /// A field of a PATCH.
    pub(crate) fn patch<T: Serialize>(&mut self, name: &str, value: &Patch<T>) {
        if !value.is_keep() {
            self.put(name, value);
        }
    }

    pub(crate) fn end(self) -> Result<S::Ok, S::Error> {
        self.0.and_then(SerializeMap::end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_field_that_comes_twice_the_last_counts_and_unknown_ones_are_passed_over() {
        #[derive(Debug, PartialEq)]
        struct Pair(i32, Option<i32>);
        impl Readable for Pair {}
        impl Record for Pair {
            const NAME: &'static str = "Pair";
            const FIELDS: &'static [&'static str] = &["left", "right"];
            fn read<'de, A: MapAccess<'de>>(mut fields: Fields<'de, A>) -> Result<Self, A::Error> {
                let (mut left, mut right) = (None, None);
                while let Some(place) = fields.next() {
                    match place {
                        0 => fields.need(&mut left),
                        _ => fields.take(&mut right),
                    }
                }
                fields.end()?;
                Ok(Self(there(left, "left")?, right))
            }
        }
        let of = |json| read::<Pair, _>(&mut serde_json::Deserializer::from_str(json));
        assert_eq!(of(r#"{"x":[{}],"left":1,"right":null,"left":2}"#).unwrap(), Pair(2, None));
        assert_eq!(of(r#"{"right":3}"#).unwrap_err().to_string(), "missing field `left` at line 1 column 11");
        assert!(of("[1,2]").unwrap_err().to_string().starts_with("invalid type: sequence, expected an object (Pair)"));
    }
}
