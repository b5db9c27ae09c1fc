//! JSON or YAML as a value, with the keys that an object repeats.
//!
//! The last of them counts, in both notations: so do `JSON.parse`, Jackson, SnakeYAML and PyYAML, and with them the pages and
//! tools that the vendor sees its description in.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::pointer::Pointer;

/// A value, and what it does not hold of its text.
#[derive(Debug, PartialEq)]
pub(crate) struct Tree {
    pub(crate) value: Value,
    pub(crate) repeats: Vec<RepeatedKey>,
}

/// A key that stands again in one object.
#[derive(Debug, PartialEq)]
pub(crate) struct RepeatedKey {
    pub(crate) at: Pointer,
    /// Line of the one that is passed over, and of the one that counts.
    pub(crate) lines: Option<(usize, usize)>,
    /// Both have the same value.
    pub(crate) same: bool,
}

/// The key of YAML 1.1 by which a mapping takes in the members of others.
const MERGE: &str = "<<";

/// Reads JSON.
///
/// # Errors
/// When the text is not JSON.
pub(crate) fn json(text: &str) -> Result<Tree, serde_json::Error> {
    let keys = RefCell::new(Keys::default());
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Node::root(&keys, false).deserialize(&mut reader)?;
    reader.end()?;
    let keys = keys.into_inner();
    let lines = if keys.repeats.is_empty() { BTreeMap::new() } else { json_lines(text, &keys.wanted()) };
    Ok(Tree { value, repeats: keys.told(&lines) })
}

/// Reads YAML.
///
/// # Errors
/// When the text is not YAML, or has a key that is not a scalar.
pub(crate) fn yaml(text: &str) -> Result<Tree, serde_norway::Error> {
    let keys = RefCell::new(Keys::default());
    let value = Node::root(&keys, true).deserialize(serde_norway::Deserializer::from_str(text))?;
    let mut keys = keys.into_inner();
    let mut lines = BTreeMap::new();
    if !keys.repeats.is_empty() {
        // Only an error has a line: the text is read again with one at each of these keys.
        let again = RefCell::new(Keys { stops: keys.wanted(), ..Keys::default() });
        Node::root(&again, true).deserialize(serde_norway::Deserializer::from_str(text))?;
        lines = std::mem::take(&mut again.borrow_mut().lines);
    }
    let repeats = std::mem::take(&mut keys).told(&lines);
    Ok(Tree { value, repeats })
}

/// The keys of all objects, counted in the order of the text.
#[derive(Default)]
struct Keys {
    count: usize,
    repeats: Vec<Found>,
    /// The keys whose lines are asked for.
    stops: BTreeSet<usize>,
    lines: BTreeMap<usize, usize>,
}

struct Found {
    at: Pointer,
    before: usize,
    again: usize,
    same: bool,
}

impl Keys {
    fn wanted(&self) -> BTreeSet<usize> {
        self.repeats.iter().flat_map(|found| [found.before, found.again]).collect()
    }

    fn told(self, lines: &BTreeMap<usize, usize>) -> Vec<RepeatedKey> {
        let line = |key: usize| lines.get(&key).copied();
        let told =
            |Found { at, before, again, same }: Found| RepeatedKey { at, lines: line(before).zip(line(again)), same };
        self.repeats.into_iter().map(told).collect()
    }
}

/// The lines of these keys of a text that is JSON.
fn json_lines(text: &str, wanted: &BTreeSet<usize>) -> BTreeMap<usize, usize> {
    let mut lines = BTreeMap::new();
    let (mut line, mut count) = (1, 0);
    let mut bytes = text.bytes().peekable();
    let mut last_text = 1;
    while let Some(byte) = bytes.next() {
        match byte {
            b'\n' => line += 1,
            b'"' => {
                last_text = line;
                while let Some(inner) = bytes.next() {
                    match inner {
                        b'\\' => {
                            bytes.next();
                        }
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            b':' => {
                if wanted.contains(&count) {
                    lines.insert(count, last_text);
                }
                count += 1;
            }
            _ => {}
        }
    }
    lines
}

/// Where a value stands.
enum Parent<'a> {
    Root,
    Key(&'a Node<'a>, &'a str),
    Item(&'a Node<'a>, usize),
}

/// Reads one value. Integers of any size are read as the JSON reader does: one that does not fit into 64 bits is the nearest double.
struct Node<'a> {
    step: Parent<'a>,
    keys: &'a RefCell<Keys>,
    merges: bool,
}

impl<'a> Node<'a> {
    fn root(keys: &'a RefCell<Keys>, merges: bool) -> Self {
        Self { step: Parent::Root, keys, merges }
    }

    fn below(&'a self, step: Parent<'a>) -> Self {
        Self { step, ..*self }
    }

    fn pointer(&self) -> Pointer {
        match &self.step {
            Parent::Root => Pointer::root(),
            Parent::Key(parent, key) => parent.pointer().child(key),
            Parent::Item(parent, index) => parent.pointer().child(index),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can express")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(double(value as f64))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(double(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(double(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(item) = items.next_element_seed(self.below(Parent::Item(&self, read.len())))? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read: Map<String, Value> = Map::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut merged = Vec::new();
        let mut key = String::new();
        loop {
            let place = self.keys.borrow().count;
            let stops = self.keys.borrow().stops.contains(&place);
            match members.next_key_seed(KeySeed { read: &mut key, stops }) {
                Ok(None) => break,
                Ok(Some(())) => {}
                Err(error) if stops => {
                    if let Some(line) = line_of(&error) {
                        self.keys.borrow_mut().lines.insert(place, line);
                    }
                }
                Err(error) => return Err(error),
            }
            self.keys.borrow_mut().count += 1;
            let member = members.next_value_seed(self.below(Parent::Key(&self, &key)))?;
            match (key.as_str(), member) {
                (MERGE, Value::Object(more)) if self.merges => merged.push(more),
                (MERGE, Value::Array(several)) if self.merges && several.iter().all(Value::is_object) => {
                    merged.extend(several.into_iter().filter_map(|one| match one {
                        Value::Object(more) => Some(more),
                        _ => None,
                    }));
                }
                (_, member) => {
                    if let (Some(known), Some(before)) = (read.get(&key), places.insert(key.clone(), place)) {
                        let at = self.below(Parent::Key(&self, &key)).pointer();
                        let found = Found { at, before, again: place, same: *known == member };
                        self.keys.borrow_mut().repeats.push(found);
                    }
                    read.insert(key.clone(), member);
                }
            }
        }
        // The mapping's own members go before merged ones, and earlier ones before later ones.
        for (key, member) in merged.into_iter().flatten() {
            read.entry(key).or_insert(member);
        }
        Ok(Value::Object(read))
    }
}

/// Reads a key, and fails behind it where its line is asked for.
struct KeySeed<'a> {
    read: &'a mut String,
    stops: bool,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.read.clear();
        self.read.push_str(value);
        if self.stops { Err(E::custom("its line is asked for")) } else { Ok(()) }
    }
}

/// The line that an error names.
fn line_of(error: &impl fmt::Display) -> Option<usize> {
    let text = error.to_string();
    let (_, behind) = text.rsplit_once(" at line ")?;
    behind.split(' ').next()?.parse().ok()
}

/// JSON has neither infinity nor NaN; `serde_json` reads them as null.
fn double(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_give_the_same_value() {
        let same = [
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999",
            "-9223372036854775808",
            "-9223372036854775809",
            "1.5",
            "1e3",
            "[1, {\"a\": null}, \"b\", true]",
        ];
        for text in same {
            let plain: Value = serde_json::from_str(text).unwrap();
            assert_eq!(json(text).unwrap().value, plain, "{text}");
            assert_eq!(yaml(text).unwrap().value, plain, "{text}");
        }
        assert_eq!(yaml("{200: a, true: b}").unwrap().value, serde_json::json!({ "200": "a", "true": "b" }));
        let merged = yaml(
            "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: *a, x: 3}\nd: {<<: [*a, *b]}\ne: {<<: text}\nf: {<<: *a, <<: *b}",
        )
        .unwrap();
        assert_eq!(
            merged.value,
            serde_json::json!({
                "a": { "x": 1, "y": 1 }, "b": { "y": 2, "z": 2 },
                "c": { "x": 3, "y": 1 }, "d": { "x": 1, "y": 1, "z": 2 }, "e": { "<<": "text" },
                "f": { "x": 1, "y": 1, "z": 2 },
            })
        );
        assert_eq!(merged.repeats, []);
        assert_eq!(yaml(".inf").unwrap().value, Value::Null);
        assert!(json("{} x").is_err());
    }

    /// Text -> value, and each repetition: pointer, lines, whether nothing is lost.
    #[test]
    fn a_repeated_key_is_told_with_its_lines_and_the_last_counts() {
        type Told = &'static [(&'static str, (usize, usize), bool)];
        let both: [(&str, Value, Told); 6] = [
            (r#"{"a": 1, "a": 2}"#, serde_json::json!({ "a": 2 }), &[("/a", (1, 1), false)]),
            ("{\"a\": 1,\n\"b\": 0,\n\"a\": 1}", serde_json::json!({ "a": 1, "b": 0 }), &[("/a", (1, 3), true)]),
            (
                "{\"a\": 1,\n\"a\": 2,\n\"a\": 3}",
                serde_json::json!({ "a": 3 }),
                &[("/a", (1, 2), false), ("/a", (2, 3), false)],
            ),
            (
                "[{\"x/y\": {\"k\": 1,\n\n\"k\": 2}}]",
                serde_json::json!([{ "x/y": { "k": 2 } }]),
                &[("/0/x~1y/k", (1, 3), false)],
            ),
            (
                "{\"t\": \"a:b\\\"c: \\\\\",\n\"\\u0061\": [\"::\"],\n\"a\": {}}",
                serde_json::json!({ "t": "a:b\"c: \\", "a": {} }),
                &[("/a", (2, 3), false)],
            ),
            (
                "{\"a\": {\"b\": 1,\n\"b\": 2},\n\"a\": {}}",
                serde_json::json!({ "a": {} }),
                &[("/a/b", (1, 2), false), ("/a", (1, 3), false)],
            ),
        ];
        let told = |tree: &Tree| -> Vec<(String, (usize, usize), bool)> {
            tree.repeats
                .iter()
                .map(|repeat| (repeat.at.as_str().to_owned(), repeat.lines.unwrap(), repeat.same))
                .collect()
        };
        for (text, value, repeats) in both {
            let expected: Vec<_> = repeats.iter().map(|(at, lines, same)| ((*at).to_owned(), *lines, *same)).collect();
            for tree in [json(text).unwrap(), yaml(text).unwrap()] {
                assert_eq!(tree.value, value, "{text}");
                assert_eq!(told(&tree), expected, "{text}");
            }
        }
        let block =
            yaml("paths:\n  /a:\n    get: {}\n  /b: &b\n    200: x\n    200: y\n  /a:\n    post: *b\n").unwrap();
        assert_eq!(
            told(&block),
            [("/paths/~1b/200", (5, 6)), ("/paths/~1a/post/200", (5, 6)), ("/paths/~1a", (2, 7))].map(|(at, lines)| (
                at.to_owned(),
                lines,
                false
            ))
        );
        assert_eq!(block.value["paths"]["/a"], serde_json::json!({ "post": { "200": "y" } }));
    }
}
