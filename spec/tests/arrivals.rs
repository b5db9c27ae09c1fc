//! Nothing is lost silently: the raw description is walked beside what came of it. Each property that a request sends or a success
//! gives arrived with its name, as required as it was, as nullable, of its family, with its values and bounds; or a finding covers
//! its place.
//!
//! The walk reads the JSON by itself and shares no code with the reader. `LINKCY_DESCRIPTIONS` names a folder whose descriptions are
//! walked too.

use std::collections::{BTreeMap, BTreeSet};

use linkcy_spec::{Arrival, Inputs, Prepared, Weight, prepare};
use serde_json::{Value, json};

/// Gives a line for each property that was lost.
fn lost(document: &Value, prepared: &Prepared) -> Vec<String> {
    // What stands below a place that is free JSON is in that JSON.
    let free = |finding: &&linkcy_spec::Finding| finding.weight == Weight::SetAside || finding.kind == "untyped-list";
    let free = prepared.findings().iter().filter(free).map(|finding| finding.pointer.as_str().to_owned()).collect();
    let mut walk = Walk { document, free, seen: BTreeSet::new(), properties: BTreeMap::new() };
    walk.operations();
    let arrivals = prepared.arrivals();
    let mut by_pointer: BTreeMap<&str, Vec<&Arrival>> = BTreeMap::new();
    let mut by_name: BTreeMap<&str, Vec<&Arrival>> = BTreeMap::new();
    for arrival in &arrivals {
        by_pointer.entry(arrival.pointer.as_str()).or_default().push(arrival);
        by_name.entry(&arrival.name).or_default().push(arrival);
    }
    let covered = |pointer: &str| {
        prepared.findings().iter().any(|finding| {
            let place = finding.pointer.as_str();
            pointer.starts_with(place) && finding.weight != Weight::Refused && !place.is_empty()
        })
    };
    let mut lost = Vec::new();
    for (pointer, property) in &walk.properties {
        if covered(pointer) {
            continue;
        }
        let name = pointer.rsplit('/').next().unwrap().replace("~1", "/").replace("~0", "~");
        match by_pointer.get(pointer.as_str()) {
            Some(found) => {
                if let Some(what) = found.iter().find_map(|arrival| differs(document, property, arrival, &name)) {
                    lost.push(format!("{pointer}: {what}"));
                }
            }
            // A restated property arrives where it was stated first.
            None if by_name.contains_key(name.as_str()) => {}
            None => lost.push(format!("{pointer}: did not arrive")),
        }
    }
    lost
}

/// A property as the raw description has it.
struct Property {
    schema: Value,
    required: bool,
}

struct Walk<'d> {
    document: &'d Value,
    free: BTreeSet<String>,
    seen: BTreeSet<String>,
    properties: BTreeMap<String, Property>,
}

impl Walk<'_> {
    fn operations(&mut self) {
        for (path, item) in self.document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if !["get", "put", "post", "delete", "patch", "head", "options", "trace"].contains(&method.as_str()) {
                    continue;
                }
                let at = format!("/paths/{}/{method}", path.replace('~', "~0").replace('/', "~1"));
                self.body(&operation["requestBody"], &format!("{at}/requestBody"));
                for (status, response) in operation["responses"].as_object().into_iter().flatten() {
                    let waits =
                        status == "202" && operation["parameters"].to_string().to_lowercase().contains("linkcy-sca-");
                    if status.starts_with('2') && !waits {
                        self.body(response, &format!("{at}/responses/{status}"));
                    }
                }
            }
        }
    }

    /// The one media type that is read.
    fn body(&mut self, body: &Value, at: &str) {
        let Some((body, at)) = self.resolved(body, at) else { return };
        let content = body["content"].as_object().cloned().unwrap_or_default();
        let rank = |media: &str| match media {
            "application/json" => 0,
            media if media.contains("json") => 1,
            "multipart/form-data" => 2,
            "application/x-www-form-urlencoded" => 3,
            "*/*" => 4,
            _ => 9,
        };
        let Some(media) = content.keys().min_by_key(|media| rank(media)) else { return };
        if rank(media) < 9 {
            let at = format!("{at}/content/{}", media.replace('~', "~0").replace('/', "~1"));
            if !self.free.contains(&at) {
                self.schema(&content[media]["schema"], &format!("{at}/schema"));
            }
        }
    }

    /// References may go in a circle: then there is nothing.
    fn resolved(&self, value: &Value, at: &str) -> Option<(Value, String)> {
        let (mut value, mut at) = (value, at);
        for _ in 0..32 {
            let Some(text) = value["$ref"].as_str() else { return Some((value.clone(), at.to_owned())) };
            at = text.strip_prefix('#')?;
            value = self.document.pointer(at)?;
        }
        None
    }

    fn schema(&mut self, schema: &Value, at: &str) {
        if self.free.contains(at) {
            return;
        }
        let Some((schema, at)) = self.resolved(schema, at) else { return };
        if self.free.contains(&at) || !self.seen.insert(at.clone()) {
            return;
        }
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let place = format!("{at}/properties/{}", name.replace('~', "~0").replace('/', "~1"));
            let required = required.iter().any(|other| other == name);
            self.schema(property, &place);
            self.properties.insert(place, Property { schema: property.clone(), required });
        }
        for key in ["items", "additionalProperties"] {
            if schema[key].is_object() {
                self.schema(&schema[key], &format!("{at}/{key}"));
            }
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for (index, branch) in schema[key].as_array().into_iter().flatten().enumerate() {
                self.schema(branch, &format!("{at}/{key}/{index}"));
            }
        }
    }
}

/// What is otherwise than it was.
fn differs(document: &Value, property: &Property, arrival: &Arrival, name: &str) -> Option<String> {
    let mut schema = &property.schema;
    let mut nullable = is_nullable(schema);
    for _ in 0..32 {
        let Some(pointer) = schema["$ref"].as_str().and_then(|text| text.strip_prefix('#')) else { break };
        schema = document.pointer(pointer)?;
        nullable |= is_nullable(schema);
    }
    // A query object's field is called with the object's name before it.
    let last = arrival.name.rsplit(['.', '[']).next().unwrap().trim_end_matches(']');
    if arrival.name != name && last != name {
        return Some(format!("is called {}", arrival.name));
    }
    if nullable && !arrival.nullable {
        return Some("can be null, and the field cannot".into());
    }
    if property.required && !nullable && !arrival.required && !arrival.ty.contains("??") {
        // A union's fields are required where each branch requires them.
        let in_patch_or_union = arrival.nullable;
        if !in_patch_or_union {
            return Some("is required, and the field is not".into());
        }
    }
    let ty = match &schema["type"] {
        Value::String(ty) => ty.clone(),
        Value::Array(types) => {
            let named: Vec<&str> = types.iter().filter_map(Value::as_str).filter(|ty| *ty != "null").collect();
            match named.as_slice() {
                [only] => (*only).to_owned(),
                _ => return None,
            }
        }
        _ => return None,
    };
    let is = arrival.ty.trim_start_matches("Box<").trim_end_matches('>');
    let fits = match ty.as_str() {
        "boolean" => is == "bool",
        "integer" => ["i32", "i64", "Amount"].contains(&is),
        "number" => ["Amount", "i64", "i32"].contains(&is),
        "array" => arrival.ty.starts_with("Vec<"),
        "string" => !["bool", "i32", "i64", "Json", "Amount"].contains(&is) && !arrival.ty.starts_with("Vec<"),
        "object" if schema["properties"].as_object().is_some_and(|properties| !properties.is_empty()) => {
            is != "Json" && is != "String"
        }
        _ => true,
    };
    if !fits {
        return Some(format!("is a {ty}, and the field is {}", arrival.ty));
    }
    let values: Vec<String> = schema["enum"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|value| !value.is_null())
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .collect();
    if let Some(value) = values.iter().find(|value| !arrival.values.contains(value)) {
        return Some(format!("can be {value}, and the field does not know it"));
    }
    let bounded = ["minimum", "maxLength", "pattern", "maxItems", "minItems"].iter().any(|key| match &schema[*key] {
        Value::Number(bound) => {
            bound.as_f64().is_some_and(|bound| bound.abs() > 0.0 && bound.abs() < f64::from(i32::MAX))
        }
        Value::String(pattern) => !pattern.is_empty(),
        _ => false,
    });
    let holds_bounds = values.is_empty()
        && property.schema["$ref"].is_null()
        && ["String", "Secret", "i32", "i64", "Amount"].contains(&is)
        && (ty == "string") == ["String", "Secret"].contains(&is);
    let applies = match ty.as_str() {
        "string" => schema["maxLength"].is_u64() || schema["pattern"].is_string(),
        "integer" | "number" => schema["minimum"].is_number(),
        _ => false,
    };
    if bounded && holds_bounds && applies && arrival.bounds.is_empty() && !is_no_bound(schema) {
        return Some("is bounded, and the field is not".into());
    }
    None
}

fn is_no_bound(schema: &Value) -> bool {
    let huge = |key: &str| schema[key].as_f64().is_none_or(|bound| bound.abs() >= f64::from(i32::MAX));
    huge("maxLength") && huge("minimum") && schema["pattern"].as_str().is_none_or(str::is_empty)
}

fn is_nullable(schema: &Value) -> bool {
    let is_null = |branch: &Value| branch["type"] == "null";
    schema["nullable"] == true
        || schema["type"].as_array().is_some_and(|types| types.contains(&json!("null")))
        || schema["enum"].as_array().is_some_and(|values| values.contains(&Value::Null))
        || ["oneOf", "anyOf"]
            .iter()
            .any(|key| schema[*key].as_array().is_some_and(|branches| branches.iter().any(is_null)))
}

#[track_caller]
fn nothing_is_lost(name: &str, text: &str) -> usize {
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(_) => serde_norway::from_str(text).unwrap(),
    };
    let prepared = prepare(&Inputs::alone(text)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let lost = lost(&document, &prepared);
    assert!(lost.is_empty(), "{name}: {} lost\n{}", lost.len(), lost.join("\n"));
    prepared.arrivals().len()
}

#[test]
fn nothing_of_the_own_descriptions_is_lost() {
    let newest = nothing_is_lost("1.114.5", include_str!("../../openapi/linkcy.json"));
    let old = nothing_is_lost("1.78.0", include_str!("../../openapi/archive/1.78.0.json"));
    assert!(newest > 1_000 && old > 1_000, "{newest} {old}");
}

#[test]
fn nothing_of_the_descriptions_at_hand_is_lost() {
    let Some(folder) = std::env::var_os("LINKCY_DESCRIPTIONS") else { return };
    let mut faults = Vec::new();
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if prepare(&Inputs::alone(&text)).is_err() {
            continue;
        }
        files += 1;
        let document: Value = serde_json::from_str(&text).unwrap_or_else(|_| serde_norway::from_str(&text).unwrap());
        let prepared = prepare(&Inputs::alone(&text)).unwrap();
        faults.extend(lost(&document, &prepared).into_iter().map(|fault| format!("{}: {fault}", path.display())));
    }
    assert!(faults.is_empty(), "{files} files, {} lost\n{}", faults.len(), faults.join("\n"));
}

/// The walk sees what is lost: without this the other tests could not fail.
#[test]
fn what_is_lost_is_seen() {
    let description = |schema: Value| {
        json!({ "openapi": "3.0.1", "info": {}, "paths": { "/a": { "get": { "responses": { "200": {
            "content": { "application/json": { "schema": schema } } } } } } } })
    };
    let whole = description(json!({ "type": "object", "required": ["amount"], "properties": {
        "amount": { "type": "number", "minimum": 1 },
        "status": { "type": "string", "enum": ["A", "B"], "nullable": true },
    } }));
    let prepared = |document: &Value| prepare(&Inputs::alone(&document.to_string())).unwrap();
    assert!(lost(&whole, &prepared(&whole)).is_empty());
    let pointer = "/paths/~1a/get/responses/200/content/application~1json/schema";
    let changes: [(&str, Value); 5] = [
        ("/properties/amount/type", json!("string")),
        ("/properties/amount", Value::Null),
        ("/properties/status/enum", json!(["A"])),
        ("/properties/status/nullable", json!(false)),
        ("/properties/amount/minimum", Value::Null),
    ];
    for (place, value) in changes {
        let mut less = whole.clone();
        let place = format!("{pointer}{place}");
        let (holder, key) = place.rsplit_once('/').unwrap();
        let holder = less.pointer_mut(holder).unwrap().as_object_mut().unwrap();
        if value.is_null() {
            holder.remove(key)
        } else {
            holder.insert(key.to_owned(), value)
        };
        if place.ends_with("nullable") {
            less.pointer_mut(pointer).unwrap()["required"] = json!(["amount", "status"]);
        }
        assert!(!lost(&whole, &prepared(&less)).is_empty(), "{place}");
    }
}
