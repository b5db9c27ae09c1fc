//! How structs of the description are read and written: field by field, by name.
//!
//! serde's derive would do the same. It would also compile ten functions for each of some 250 structs where three do, which
//! made the half of this crate's build. What is written for one struct is its list of fields; everything else is here, once.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Patch;

/// A struct of the description.
pub(crate) trait Record: Sized {
    const NAME: &'static str;

    /// The names of its fields in JSON.
    const FIELDS: &'static [&'static str];

    /// Takes its fields in whatever order they come.
    fn read<'de, A: MapAccess<'de>>(fields: Fields<A>) -> Result<Self, A::Error>;
}

/// Reads a struct. Fields it does not know are passed over; of a field that comes twice, the last counts.
pub(crate) fn read<'de, R: Record, D: Deserializer<'de>>(deserializer: D) -> Result<R, D::Error> {
    deserializer.deserialize_map(Object(PhantomData))
}

struct Object<R>(PhantomData<R>);

impl<'de, R: Record> Visitor<'de> for Object<R> {
    type Value = R;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", R::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<R, A::Error> {
        R::read(Fields { map, names: R::FIELDS, guess: 0 })
    }
}

/// The fields of an object, as they come.
pub(crate) struct Fields<A> {
    map: A,
    names: &'static [&'static str],
    guess: usize,
}

impl<'de, A: MapAccess<'de>> Fields<A> {
    /// The place of the next field that has one. Its value has to be taken before the next is asked for.
    pub(crate) fn next(&mut self) -> Result<Option<usize>, A::Error> {
        loop {
            match self.map.next_key_seed(Name { names: self.names, guess: self.guess })? {
                None => return Ok(None),
                Some(None) => {
                    self.map.next_value::<IgnoredAny>()?;
                }
                Some(Some(place)) => {
                    self.guess = place + 1;
                    return Ok(Some(place));
                }
            }
        }
    }

    /// Takes the value of a field that has to be there.
    pub(crate) fn need<T: Deserialize<'de>>(&mut self, slot: &mut Option<T>) -> Result<(), A::Error> {
        *slot = Some(self.map.next_value()?);
        Ok(())
    }

    /// Takes the value of a field that may be missing: the slot knows what it is then.
    pub(crate) fn take<T: Deserialize<'de>>(&mut self, slot: &mut T) -> Result<(), A::Error> {
        *slot = self.map.next_value()?;
        Ok(())
    }
}

/// What a field that has to be there came with.
pub(crate) fn there<T, E: Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    slot.ok_or_else(|| E::missing_field(name))
}

/// Finds a field's place by its name. Servers write fields in one order: the place after the last one is tried first.
struct Name {
    names: &'static [&'static str],
    guess: usize,
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        if self.names.get(self.guess) == Some(&name) {
            return Ok(Some(self.guess));
        }
        Ok(self.names.iter().position(|known| *known == name))
    }
}

/// Writes a struct, one field after the other; the first failure is the whole's.
pub(crate) struct Writer<S: Serializer>(Result<S::SerializeMap, S::Error>);

impl<S: Serializer> Writer<S> {
    pub(crate) fn new(serializer: S) -> Self {
        Self(serializer.serialize_map(None))
    }

    /// A field that is always there.
    pub(crate) fn put<T: Serialize>(self, name: &'static str, value: &T) -> Self {
        Self(self.0.and_then(|mut map| map.serialize_entry(name, value).map(|()| map)))
    }

    /// A field that is left out when there is nothing.
    pub(crate) fn some<T: Serialize>(self, name: &'static str, value: &Option<T>) -> Self {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// A field of a PATCH.
    pub(crate) fn patch<T: Serialize>(self, name: &'static str, value: &Patch<T>) -> Self {
        if value.is_keep() { self } else { self.put(name, value) }
    }

    pub(crate) fn end(self) -> Result<S::Ok, S::Error> {
        self.0.and_then(SerializeMap::end)
    }
}
