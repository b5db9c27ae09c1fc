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

    /// Where each of them stands in a table by hash. Made by the compiler, for structs that a program reads.
    const PLACES: &'static Places = &Places::of(Self::FIELDS);

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
        R::read(Fields { map, names: R::FIELDS, places: R::PLACES })
    }
}

/// The fields of an object, as they come.
pub(crate) struct Fields<A> {
    map: A,
    names: &'static [&'static str],
    places: &'static Places,
}

impl<'de, A: MapAccess<'de>> Fields<A> {
    /// The place of the next field that has one. Its value has to be taken before the next is asked for.
    // Once in each struct's reading, and most of what is done for a field: a call of its own would cost as much again.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Result<Option<usize>, A::Error> {
        loop {
            match self.map.next_key_seed(Name { names: self.names, places: self.places })? {
                Some(None) => {
                    self.map.next_value::<IgnoredAny>()?;
                }
                found => return Ok(found.flatten()),
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

/// Finds a field's place by its name.
struct Name {
    names: &'static [&'static str],
    places: &'static Places,
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<usize>;

    #[inline(always)]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.places.find(self.names, name))
    }
}

/// The places of a struct's fields by a hash of their names; of two with one hash, the second stands in the next free slot.
pub(crate) struct Places([u8; SLOTS]);

const SLOTS: usize = 128;
const FREE: u8 = u8::MAX;
/// As many names find room: some slots stay free, so that a search ends.
const ROOM: usize = 112;

impl Places {
    const fn of(names: &[&str]) -> Self {
        let mut slots = [FREE; SLOTS];
        let mut place = 0;
        while place < names.len() && place < ROOM {
            let mut slot = slot(ends(names[place].as_bytes()));
            while slots[slot] != FREE {
                slot = (slot + 1) % SLOTS;
            }
            #[allow(clippy::cast_possible_truncation)]
            {
                slots[slot] = place as u8;
            }
            place += 1;
        }
        Self(slots)
    }

    // Not in each struct's reading: there it would take the room of what else is done for a field.
    #[inline(never)]
    fn find(&self, names: &[&str], name: &str) -> Option<usize> {
        let ends = ends(name.as_bytes());
        let mut slot = slot(ends);
        while self.0[slot] != FREE {
            let place = usize::from(self.0[slot]);
            match names.get(place) {
                Some(known) if known.len() == name.len() && self::ends(known.as_bytes()) == ends => {
                    let is_whole = name.len() <= WHOLE || *known == name;
                    return if is_whole { Some(place) } else { one_by_one(names, name) };
                }
                _ => slot = (slot + 1) % SLOTS,
            }
        }
        if names.len() > ROOM { one_by_one(names, name) } else { None }
    }
}

/// The way to what found no room, and to long names that differ in the middle only.
#[cold]
fn one_by_one(names: &[&str], name: &str) -> Option<usize> {
    names.iter().position(|known| *known == name)
}

/// A slot by a name's ends: names of one object hardly ever share it.
const fn slot((first, last): (u64, u64)) -> usize {
    // The upper bits of the product, which every letter has a part in.
    let mixed = (first.rotate_left(32) ^ last).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - SLOTS.ilog2())) as usize
}

/// A name's first and last letters, up to eight of each. Comparing them takes a fraction of a call that compares memory, and
/// most names have no more.
#[inline]
const fn ends(name: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        (u32::from_le_bytes(*first) as u64, u32::from_le_bytes(*last) as u64)
    } else {
        match *name {
            [a, b, c] => (a as u64, (b as u64) << 8 | c as u64),
            [a, b] => (a as u64, b as u64),
            [a] => (a as u64, 0),
            _ => (0, 0),
        }
    }
}

/// Of names up to this length, the ends are all there is.
const WHOLE: usize = 16;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_among_few_and_among_more_than_find_room() {
        let many: Vec<String> = (0..200).map(|number| format!("field{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for names in [&[][..], &["id"][..], &["id", "di", "ab", "ba", ""][..], &many] {
            let places = Places::of(names);
            for (place, name) in names.iter().enumerate() {
                assert_eq!(places.find(names, name), Some(place), "{name} of {}", names.len());
            }
            assert_eq!(places.find(names, "nothing"), None);
        }
    }

    #[test]
    fn of_a_field_that_comes_twice_the_last_counts_and_unknown_ones_are_passed_over() {
        #[derive(Debug, PartialEq)]
        struct Pair(u8, Option<u8>);
        impl Record for Pair {
            const NAME: &'static str = "Pair";
            const FIELDS: &'static [&'static str] = &["left", "right"];
            fn read<'de, A: MapAccess<'de>>(mut fields: Fields<A>) -> Result<Self, A::Error> {
                let (mut left, mut right) = (None, None);
                while let Some(place) = fields.next()? {
                    match place {
                        0 => fields.need(&mut left),
                        _ => fields.take(&mut right),
                    }?;
                }
                Ok(Self(there(left, "left")?, right))
            }
        }
        let of = |json| read::<Pair, _>(&mut serde_json::Deserializer::from_str(json));
        assert_eq!(of(r#"{"x":[{}],"left":1,"right":null,"left":2}"#).unwrap(), Pair(2, None));
        assert_eq!(of(r#"{"right":3}"#).unwrap_err().to_string(), "missing field `left` at line 1 column 11");
        assert!(of("[1,2]").unwrap_err().to_string().starts_with("invalid type: sequence, expected an object (Pair)"));
    }
}
