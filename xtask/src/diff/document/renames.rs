//! Which component schemas a release gave another name. Both descriptions are walked side by side from the operations they
//! share: where one refers to `A` and the other to `B` throughout, `B` is `A` under another name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::template::template;
use crate::document::METHODS;

const COMPONENTS: &str = "#/components/schemas/";

/// New name -> name before.
pub fn renames(old: &Value, new: &Value) -> BTreeMap<String, String> {
    let mut walk = Walk { old, new, met: BTreeSet::new() };
    walk.operations();
    let mut by_old: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut by_new: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (before, now) in &walk.met {
        by_old.entry(before).or_default().insert(now);
        by_new.entry(now).or_default().insert(before);
    }
    let is_one = |names: Option<&BTreeSet<&str>>| names.is_some_and(|names| names.len() == 1);
    let pairs = walk.met.iter().filter(|(before, now)| {
        // One that is still there under its name was not renamed, unless something else has that name now.
        let is_gone = before != now && is_one(by_old.get(before.as_str())) && is_one(by_new.get(now.as_str()));
        is_gone && walk.resembles(before, now)
    });
    let pairs: BTreeMap<String, String> = pairs.map(|(before, now)| (now.clone(), before.clone())).collect();
    // A name that goes on meaning what it meant cannot be another's.
    let has = |name: &str| component(new, name).is_some();
    let is_free = |before: &String| !has(before) || pairs.contains_key(before);
    pairs.iter().filter(|(_, before)| is_free(before)).map(|(now, before)| (now.clone(), before.clone())).collect()
}

fn component<'d>(document: &'d Value, name: &str) -> Option<&'d Value> {
    document.get("components")?.get("schemas")?.get(name)
}

struct Walk<'d> {
    old: &'d Value,
    new: &'d Value,
    /// Components that stand in the same place: the old one's name, the new one's.
    met: BTreeSet<(String, String)>,
}

impl<'d> Walk<'d> {
    fn operations(&mut self) {
        let (before, mut now) = (items(self.old), items(self.new));
        for (key, old) in before {
            if let Some(new) = now.remove(&key) {
                self.operation(old, new);
            }
        }
    }

    fn operation(&mut self, old: &'d Value, new: &'d Value) {
        let named = |operation: &'d Value| -> BTreeMap<String, &'d Value> {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            parameters.map(|one| (format!("{} {}", one["in"], one["name"]), &one["schema"])).collect()
        };
        self.both(&named(old), &named(new));
        self.content(&old["requestBody"], &new["requestBody"]);
        let responses = |operation: &'d Value| -> BTreeMap<String, &'d Value> { members(&operation["responses"]) };
        let (before, now) = (responses(old), responses(new));
        for (status, old) in before {
            if let Some(new) = now.get(&status) {
                self.content(old, new);
            }
        }
    }

    /// The schemas of a body, whatever media types it has: frameworks write them otherwise from release to release.
    fn content(&mut self, old: &'d Value, new: &'d Value) {
        let schemas = |body: &'d Value| members(&body["content"]).into_values().map(|media| &media["schema"]);
        if let (Some(old), Some(new)) = (schemas(old).next(), schemas(new).next()) {
            self.schema(old, new);
        }
    }

    fn both(&mut self, old: &BTreeMap<String, &'d Value>, new: &BTreeMap<String, &'d Value>) {
        for (name, old) in old {
            if let Some(new) = new.get(name) {
                self.schema(old, new);
            }
        }
    }

    fn schema(&mut self, old: &'d Value, new: &'d Value) {
        let (old, new) = (only_part(old), only_part(new));
        if let (Some(before), Some(now)) = (reference(old), reference(new)) {
            if self.met.insert((before.to_owned(), now.to_owned()))
                && let (Some(old), Some(new)) = (component(self.old, before), component(self.new, now))
            {
                self.schema(old, new);
            }
            return;
        }
        self.both(&members(&old["properties"]), &members(&new["properties"]));
        for key in ["items", "additionalProperties"] {
            if let (Some(old), Some(new)) = (old.get(key), new.get(key)) {
                self.schema(old, new);
            }
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            self.branches(&old[key], &new[key]);
        }
    }

    /// Branches are paired by what they are, because their order means nothing; among those alike, by their names.
    fn branches(&mut self, old: &'d Value, new: &'d Value) {
        let list = |value: &'d Value| value.as_array().into_iter().flatten().collect::<Vec<_>>();
        let (mut before, mut now) = (list(old), list(new));
        let (old, new) = (self.old, self.new);
        type Alike<'a> = &'a dyn Fn(&Value, &Value) -> bool;
        let alike: [Alike<'_>; 3] = [
            &|one, other| one == other,
            &|one, other| without_names(old, one) == without_names(new, other),
            &|one, other| held(old, one) == held(new, other),
        ];
        for is_alike in alike {
            before.retain(|one| {
                let candidates = now.iter().enumerate().filter(|(_, other)| is_alike(one, other));
                let Some((at, _)) = candidates.max_by_key(|(_, other)| closeness(one, other)) else { return true };
                let other = now.remove(at);
                self.schema(one, other);
                false
            });
        }
        if let ([old], [new]) = (before.as_slice(), now.as_slice()) {
            self.schema(old, new);
        }
    }

    /// Whether at least half of what one holds is in the other.
    fn resembles(&self, before: &str, now: &str) -> bool {
        let of = |document: &'d Value, name: &str| component(document, name).map(|schema| held(document, schema));
        let (old, new) = (of(self.old, before).unwrap_or_default(), of(self.new, now).unwrap_or_default());
        old.intersection(&new).count() * 2 >= old.len().max(new.len())
    }
}

/// Method and path without its parameters' names -> operation.
fn items(document: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    for (path, item) in members(&document["paths"]) {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                found.insert(format!("{method} {}", template(&path)), operation);
            }
        }
    }
    found
}

fn members(value: &Value) -> BTreeMap<String, &Value> {
    value.as_object().into_iter().flatten().map(|(name, member)| (name.clone(), member)).collect()
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)
}

/// What a schema is, with its references left blank.
fn without_names(document: &Value, schema: &Value) -> Value {
    fn blank(value: &mut Value) {
        match value {
            Value::Object(members) => members.iter_mut().for_each(|(key, member)| match key.as_str() {
                "$ref" | "mapping" => *member = Value::Null,
                _ => blank(member),
            }),
            Value::Array(items) => items.iter_mut().for_each(blank),
            _ => {}
        }
    }
    let mut found = reference(schema).and_then(|name| component(document, name)).unwrap_or(schema).clone();
    blank(&mut found);
    found
}

/// How many letters two references begin and end with alike.
fn closeness(one: &Value, other: &Value) -> usize {
    let (one, other) = (reference(one).unwrap_or_default(), reference(other).unwrap_or_default());
    let from_start = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let from_end = one.chars().rev().zip(other.chars().rev()).take_while(|(one, other)| one == other).count();
    from_start.max(from_end)
}

/// `allOf` of one reference, which frameworks write to put words beside it, is that reference.
fn only_part(schema: &Value) -> &Value {
    match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) if schema.get("properties").is_none() => only,
        _ => schema,
    }
}

/// Names of properties and values, those of the parts of `allOf` too.
fn held(document: &Value, schema: &Value) -> BTreeSet<String> {
    fn collect(document: &Value, schema: &Value, reach: usize, found: &mut BTreeSet<String>) {
        let schema = reference(schema).and_then(|name| component(document, name)).unwrap_or(schema);
        found.extend(members(&schema["properties"]).into_keys());
        found.extend(schema["enum"].as_array().into_iter().flatten().map(ToString::to_string));
        let parts =
            ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten());
        if reach > 0 {
            parts.for_each(|part| collect(document, part, reach - 1, found));
        }
    }
    let mut found = BTreeSet::new();
    collect(document, schema, 8, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// One operation for each component, and what the components are.
    fn description(components: Value) -> Value {
        let refer = |name: &str| json!({ "$ref": format!("{COMPONENTS}{name}") });
        let paths: serde_json::Map<String, Value> = members(&components)
            .keys()
            .enumerate()
            .map(|(at, name)| {
                let answer = json!({ "content": { "application/json": { "schema": refer(name) } } });
                (format!("/{at}"), json!({ "get": { "responses": { "200": answer } } }))
            })
            .collect();
        json!({ "paths": paths, "components": { "schemas": components } })
    }

    fn object(names: &[&str]) -> Value {
        let properties: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
        json!({ "type": "object", "properties": properties })
    }

    fn found(old: Value, new: Value) -> Vec<(String, String)> {
        renames(&description(old), &description(new)).into_iter().collect()
    }

    #[test]
    fn a_component_is_followed_by_where_it_stands() {
        let pair = |now: &str, before: &str| (now.to_owned(), before.to_owned());
        let (a, b, other) = (object(&["a", "b"]), object(&["c", "d"]), object(&["x", "y"]));
        assert_eq!(found(json!({ "A": a, "B": b }), json!({ "A": a, "C": b })), [pair("C", "B")]);
        // Names that move on: what B was is C, what A was is B.
        assert_eq!(found(json!({ "A": a, "B": b }), json!({ "B": a, "C": b })), [pair("B", "A"), pair("C", "B")]);
        // Another structure is another thing.
        assert_eq!(found(json!({ "A": a }), json!({ "B": other })), []);
        // A property more is not.
        assert_eq!(found(json!({ "A": a }), json!({ "B": object(&["a", "b", "c"]) })), [pair("B", "A")]);
    }

    #[test]
    fn a_place_that_refers_to_another_component_renames_none() {
        let (a, b) = (object(&["a", "b"]), object(&["a", "b", "c"]));
        let old = description(json!({ "A": a, "B": b }));
        let mut new = old.clone();
        *new.pointer_mut("/paths/~10/get/responses/200/content/application~1json/schema").expect("there") =
            json!({ "$ref": "#/components/schemas/B" });
        assert_eq!(renames(&old, &new), BTreeMap::new());
    }

    #[test]
    fn branches_are_paired_in_any_order() {
        let refer = |name: &str| json!({ "$ref": format!("{COMPONENTS}{name}") });
        let of = |first: &str, second: &str, flip: bool| {
            let mut branches = vec![refer(first), refer(second)];
            if flip {
                branches.reverse();
            }
            description(json!({ "0": { "anyOf": branches }, first: object(&["a"]), second: object(&["b"]) }))
        };
        let renamed = |first: &str, second: &str, third: &str, fourth: &str| -> Vec<_> {
            renames(&of(first, second, false), &of(third, fourth, true)).into_iter().collect()
        };
        let expected = [("A2".to_owned(), "A".to_owned()), ("B2".to_owned(), "B".to_owned())];
        assert_eq!(renamed("A", "B", "A2", "B2"), expected);
    }
}
