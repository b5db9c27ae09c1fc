//! JSON values made from a raw description, as its server might send them and a client might send to it.
//!
//! It reads the vendor's file itself and knows nothing of the passes, so that it can contradict them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// The property that no version of the description has.
pub const FIELD_OF_TOMORROW: &str = "fieldOfTomorrow";

/// How deep references are followed before optional properties are left out: a recursive schema has an end.
const DEPTH: usize = 8;

/// Which optional properties a value gets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optional {
    In,
    Out,
    Random,
}

/// What a later version of the API may send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tomorrow {
    /// Only what is described.
    No,
    /// Properties that are not described.
    Fields,
    /// Values outside the lists, tags of unions among them.
    Values,
    /// Unions without any of their branches' properties.
    Branches,
}

/// Makes values. Value lists and unions take turns, so that after enough values each entry has had its own.
pub struct Values<'d> {
    description: &'d Value,
    random: fastrand::Rng,
    pub optional: Optional,
    pub tomorrow: Tomorrow,
    /// Choice points by where they stand: how many ways there are, how many were taken.
    turns: BTreeMap<String, (usize, usize)>,
    /// The choice points of the value in hand that no reference leads to.
    own: BTreeSet<String>,
    /// Every component that took part in a value.
    pub seen: BTreeSet<String>,
}

/// An object's parts, gathered from `allOf` and the chosen branches.
#[derive(Default)]
struct Object<'d> {
    /// A property as each of the parts describes it.
    properties: BTreeMap<&'d str, Vec<(&'d Value, String)>>,
    required: BTreeSet<&'d str>,
    free: Option<&'d Value>,
}

impl<'d> Values<'d> {
    pub fn of(description: &'d Value, seed: u64) -> Self {
        Self {
            description,
            random: fastrand::Rng::with_seed(seed),
            optional: Optional::Random,
            tomorrow: Tomorrow::No,
            turns: BTreeMap::new(),
            own: BTreeSet::new(),
            seen: BTreeSet::new(),
        }
    }

    /// A value of the schema at `pointer` (without `#`).
    pub fn make(&mut self, pointer: &str) -> Value {
        self.own.clear();
        match self.description.pointer(pointer) {
            Some(schema) => self.value(schema, pointer, 0),
            None => panic!("{pointer} is not in the description"),
        }
    }

    /// Whether each choice point of the last value, not counting those behind references, has been gone through.
    pub fn has_gone_through(&self) -> bool {
        self.own.iter().all(|point| self.turns.get(point).is_none_or(|(ways, taken)| taken >= ways))
    }

    /// Values that together go through everything the schema at `pointer` offers.
    pub fn all(&mut self, pointer: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for optional in [Optional::In, Optional::Out] {
            self.optional = optional;
            all.push(self.make(pointer));
        }
        self.optional = Optional::Random;
        all.extend((0..12).map(|_| self.make(pointer)));
        self.optional = Optional::In;
        while !self.has_gone_through() {
            assert!(all.len() < 5_000, "{pointer} has no end");
            all.push(self.make(pointer));
        }
        all
    }

    fn turn(&mut self, at: &str, ways: usize, depth: usize) -> usize {
        if depth == 0 {
            self.own.insert(at.to_owned());
        }
        let (_, taken) = self.turns.entry(at.to_owned()).or_insert((ways, 0));
        *taken += 1;
        (*taken - 1) % ways
    }

    fn value(&mut self, schema: &'d Value, at: &str, depth: usize) -> Value {
        if let Some((target, name)) = self.target(schema) {
            return self.value(target, &format!("/components/schemas/{name}"), depth + 1);
        }
        if let Some(values) = schema["enum"].as_array().filter(|values| !values.is_empty()) {
            let turn = self.turn(at, values.len(), depth);
            return match self.tomorrow {
                Tomorrow::Branches => json!("VALUE_OF_TOMORROW"),
                Tomorrow::Values if self.random.bool() => json!("VALUE_OF_TOMORROW"),
                _ => values[turn].clone(),
            };
        }
        let is_composite = ["properties", "allOf", "anyOf", "oneOf"].iter().any(|key| schema.get(key).is_some());
        match schema["type"].as_str() {
            _ if is_composite => self.object(schema, at, depth),
            Some("array") => {
                let most = if depth < DEPTH { 3 } else { 1 };
                let length = if self.optional == Optional::In { 1 } else { self.random.usize(0..most) };
                (0..length).map(|_| self.value(&schema["items"], &format!("{at}/items"), depth)).collect()
            }
            Some("boolean") => json!(self.random.bool()),
            Some("integer") if schema["format"] == "int32" => json!(self.random.i32(-100_000..100_000)),
            Some("integer") => json!(self.random.i64(-9_000_000_000_000_000..9_000_000_000_000_000)),
            Some("number") => self.number(),
            Some("string") => json!(self.text(schema["format"].as_str().unwrap_or_default())),
            _ if schema["additionalProperties"].is_object() => self.object(schema, at, depth),
            _ => json!({ "free": [1, "text", null, { "nested": self.random.bool() }] }),
        }
    }

    fn target(&mut self, schema: &Value) -> Option<(&'d Value, String)> {
        let name = schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")?;
        self.seen.insert(name.to_owned());
        Some((&self.description["components"]["schemas"][name], name.to_owned()))
    }

    fn object(&mut self, schema: &'d Value, at: &str, depth: usize) -> Value {
        let mut object = Object::default();
        self.gather(schema, at, depth, &mut object);
        let mut members = Map::new();
        for (name, descriptions) in &object.properties {
            let is_in = match self.optional {
                _ if object.required.contains(name) => true,
                _ if depth >= DEPTH => false,
                Optional::In => true,
                Optional::Out => false,
                Optional::Random => self.random.bool(),
            };
            if is_in {
                members.insert((*name).to_owned(), self.property(descriptions, depth));
            }
        }
        match object.free {
            Some(values) => {
                for key in ["one", "another key"] {
                    members.insert(key.to_owned(), self.value(values, &format!("{at}/additionalProperties"), depth));
                }
            }
            None if self.tomorrow == Tomorrow::Fields => {
                let stranger = json!({ "since": "tomorrow", "amounts": [1.5, null] });
                members.insert(FIELD_OF_TOMORROW.to_owned(), stranger);
            }
            None => {}
        }
        Value::Object(members)
    }

    /// A value that fits every description of a property: the object of them all, or of the shortest value list.
    fn property(&mut self, descriptions: &[(&'d Value, String)], depth: usize) -> Value {
        let ways = |schema: &Value| schema["enum"].as_array().map_or(usize::MAX, Vec::len);
        let Some((narrowest, at)) = descriptions.iter().min_by_key(|(schema, _)| ways(schema)) else {
            return Value::Null;
        };
        let mut members = match self.value(narrowest, at, depth) {
            Value::Object(members) if descriptions.len() > 1 => members,
            value => return value,
        };
        for (schema, at) in descriptions {
            if let Value::Object(more) = self.value(schema, at, depth) {
                members.extend(more);
            }
        }
        Value::Object(members)
    }

    /// Adds a schema's own properties, those of all its parts, and those of one of its branches.
    fn gather(&mut self, schema: &'d Value, at: &str, depth: usize, object: &mut Object<'d>) {
        if let Some((target, name)) = self.target(schema) {
            return self.gather(target, &format!("/components/schemas/{name}"), depth, object);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let place = (property, format!("{at}/properties/{}", name.replace('~', "~0").replace('/', "~1")));
            object.properties.entry(name).or_default().push(place);
        }
        object.required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
        if schema["additionalProperties"].is_object() {
            object.free = Some(&schema["additionalProperties"]);
        }
        for (index, part) in schema["allOf"].as_array().into_iter().flatten().enumerate() {
            self.gather(part, &format!("{at}/allOf/{index}"), depth, object);
        }
        for key in ["anyOf", "oneOf"] {
            let Some(branches) = schema[key].as_array() else { continue };
            let at = format!("{at}/{key}");
            let described: Vec<usize> =
                (0..branches.len()).filter(|index| !is_undescribed(&branches[*index])).collect();
            let turn = described[self.turn(&at, described.len(), depth)];
            if self.tomorrow != Tomorrow::Branches || branches.len() == 1 {
                self.gather(&branches[turn], &format!("{at}/{turn}"), depth, object);
            }
        }
    }

    /// Up to fifteen digits, as the API writes amounts.
    fn number(&mut self) -> Value {
        let digits = self.random.i64(0..1_000_000_000_000);
        let (whole, fraction) = (digits / 100, digits % 100);
        let text = if self.random.bool() { format!("{whole}.{fraction:02}") } else { format!("-{digits}") };
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn text(&mut self, format: &str) -> String {
        let random = &mut self.random;
        match format {
            "uuid" => {
                let id = random.u128(..);
                let hex = format!("{id:032x}");
                format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
            }
            "date" => format!("{}-{:02}-{:02}", random.u16(1900..2100), random.u8(1..13), random.u8(1..29)),
            "date-time" => {
                let (hour, minute, second) = (random.u8(0..24), random.u8(0..60), random.u8(0..60));
                let fraction = ["", ".5", ".123", ".123456", ".123456789"];
                let fraction = fraction[random.usize(..fraction.len())];
                format!("2024-03-{:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z", random.u8(1..29))
            }
            _ => {
                let pieces = [
                    "",
                    "Léa",
                    "a \"quoted\" word",
                    "back\\slash",
                    "line\nend",
                    "PT10M",
                    "0033612345678",
                    "名",
                    "15.20",
                ];
                format!("{}{}", pieces[random.usize(..pieces.len())], pieces[random.usize(..pieces.len())])
            }
        }
    }
}

/// Branches of which the reference page shows no field: the overlay removes them, and no request holds them.
const UNDESCRIBED: [&str; 2] = ["MonacoLegalType_Partner", "SwitzerlandLegalType_Partner"];

pub fn is_undescribed(branch: &Value) -> bool {
    let name = branch["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    name.is_some_and(|name| UNDESCRIBED.contains(&name))
}

/// A value without the properties that no description has.
pub fn without_strangers(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != FIELD_OF_TOMORROW)
            .map(|(name, member)| (name.clone(), without_strangers(member)))
            .collect(),
        Value::Array(items) => items.iter().map(without_strangers).collect(),
        other => other.clone(),
    }
}
