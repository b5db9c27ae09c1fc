//! YAML as a JSON value.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads YAML.
///
/// # Errors
/// When the text is not YAML, or has a key that is not a scalar.
pub fn read(text: &str) -> Result<Value, serde_norway::Error> {
    serde_norway::from_str::<Node>(text).map(|node| node.0)
}

/// A value with integers of any size, read as the JSON reader does: one that does not fit into 64 bits is the nearest double.
struct Node(Value);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

/// The key of YAML 1.1 by which a mapping takes in the members of others.
const MERGE: &str = "<<";

struct Reader;

impl<'de> Visitor<'de> for Reader {
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
        while let Some(Node(item)) = items.next_element()? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        let mut merged = Vec::new();
        while let Some((key, Node(member))) = members.next_entry::<String, Node>()? {
            match (key.as_str(), member) {
                (MERGE, Value::Object(more)) => merged.push(more),
                (MERGE, Value::Array(several)) if several.iter().all(Value::is_object) => {
                    merged.extend(several.into_iter().filter_map(|one| match one {
                        Value::Object(more) => Some(more),
                        _ => None,
                    }));
                }
                (_, member) => {
                    read.insert(key, member);
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

/// JSON has neither infinity nor NaN; `serde_json` reads them as null.
fn double(value: f64) -> Value {
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_is_read_as_json_is() {
        let same = [
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999",
            "-9223372036854775808",
            "-9223372036854775809",
            "1.5",
            "[1, {\"a\": null}, \"b\", true]",
        ];
        for text in same {
            assert_eq!(read(text).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "{text}");
        }
        assert_eq!(read("{200: a, true: b}").unwrap(), serde_json::json!({ "200": "a", "true": "b" }));
        assert_eq!(
            read("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: *a, x: 3}\nd: {<<: [*a, *b]}\ne: {<<: text}")
                .unwrap(),
            serde_json::json!({
                "a": { "x": 1, "y": 1 }, "b": { "y": 2, "z": 2 },
                "c": { "x": 3, "y": 1 }, "d": { "x": 1, "y": 1, "z": 2 }, "e": { "<<": "text" },
            })
        );
        assert_eq!(read(".inf").unwrap(), Value::Null);
    }
}
