//! From a difference to the actions of overlay.yaml that correct the description, and back: whether a description has it.

use std::collections::BTreeSet;

use linkcy_spec::Action;
use serde_json::{Map, Value, json};

use super::log::What;
use super::place::{Place, contains};

/// The difference is none against this description. `None` where the place is gone from it.
pub fn is_described(document: &Value, what: &What) -> Option<bool> {
    let place = Place::at(document, &what.schema);
    let value = what.value.as_deref();
    match what.kind.as_str() {
        // What was missing is no longer asked for where it is gone altogether.
        "missing-field" => {
            let (holder, field) = missing_from(document, what)?;
            return Some(!holder.requires(&field));
        }
        "undocumented-status" => return Some(place?.child(&what.status?.to_string()).is_some()),
        _ => {}
    }
    let place = place?;
    let whole = place.clone().target();
    Some(match what.kind.as_str() {
        "unknown-field" => whole.properties().contains_key(&what.field) || whole.value["additionalProperties"] == true,
        "unknown-enum-value" => match place.list() {
            Some(list) => value.is_none_or(|value| contains(&list.value["enum"], value)),
            None => true,
        },
        "unknown-tag" => tags(&whole, &what.field).contains(value?),
        "null" => {
            let types =
                |place: &Place<'_>| place.value["type"].as_array().is_some_and(|all| all.contains(&json!("null")));
            [&place, &whole].iter().any(|place| place.value["nullable"] == true || types(place))
        }
        "other-type" => {
            let described = whole.value["type"].as_str();
            described.is_none() && whole.value.as_object().is_some_and(is_open)
                || described == value
                || described == Some("number") && value == Some("integer")
        }
        "other-format" => whole.value["format"].as_str() != value,
        "out-of-bounds" => whole.value.get(value?).is_none(),
        "undocumented-error-code" => codes(&place).contains(value?),
        "undocumented-content-type" => place.target().value["content"].get(value?).is_some(),
        _ => return None,
    })
}

/// The actions that correct it, in order; or why there are none.
pub fn actions(document: &Value, what: &What, seen: &BTreeSet<String>, reason: &str) -> Result<Vec<Action>, String> {
    let place = || Place::at(document, &what.schema).ok_or_else(|| format!("there is no #{}", what.schema));
    let value = || what.value.as_deref().ok_or("what was seen was kept out of the log: look at an answer");
    let update = |place: &Place<'_>, update: Value| Action::new(place.json_path(), reason.to_owned(), Some(&update));
    let remove = |target: String| Action::new(target, reason.to_owned(), None);
    Ok(match what.kind.as_str() {
        "unknown-field" if what.field == "*" => {
            return Err("the name was kept out of the log, since it looks like data: look at an answer".into());
        }
        "unknown-field" => {
            let object = place()?.target();
            vec![update(&object, json!({ "properties": { &what.field: schema_of(seen) } }))]
        }
        "unknown-enum-value" => {
            let list = place()?.list().ok_or("no list of values stands there")?;
            vec![update(&list, json!({ "enum": [value()?] }))]
        }
        "unknown-tag" => {
            let union = place()?.target();
            let keyword = ["anyOf", "oneOf"].into_iter().find(|keyword| union.value[*keyword].is_array());
            let keyword = keyword.ok_or("no union stands there")?;
            vec![update(&union, json!({ keyword: [branch(&union, &what.field, value()?)] }))]
        }
        "missing-field" => {
            let (holder, field) = missing_from(document, what).ok_or("the place is gone")?;
            let parts = holder.parts();
            let lists = parts.iter().filter(|part| contains(&part.value["required"], &field));
            lists.map(|part| remove(format!("{}.required[?(@ == '{field}')]", part.json_path()))).collect()
        }
        "null" => vec![update(&place()?, json!({ "nullable": true }))],
        "other-type" => {
            let place = place()?;
            let (holder, name) = place.holder().ok_or("it is the description itself")?;
            if !(holder.pointer.ends_with("/properties") || name == "items") {
                return Err("the answer as a whole is of another type: describe it anew".into());
            }
            vec![remove(place.json_path()), update(&holder, json!({ name: schema_of(seen) }))]
        }
        "other-format" => vec![remove(format!("{}.format", place()?.target().json_path()))],
        "out-of-bounds" => vec![remove(format!("{}.{}", place()?.target().json_path(), value()?))],
        "undocumented-status" => {
            let responses = place()?;
            let status = what.status.unwrap_or_default();
            let mut response = json!({ "description": "Seen in answers." });
            // A success carries what the documented one does, as far as anybody knows.
            let known = responses.value.as_object().into_iter().flatten().find(|(known, _)| known.starts_with('2'));
            if let Some((_, known)) = known.filter(|_| (200..300).contains(&status) && status != 204)
                && let Some(content) = known.get("content")
            {
                response["content"] = content.clone();
            }
            vec![update(&responses, json!({ status.to_string(): response }))]
        }
        "undocumented-error-code" => {
            let (code, response) = (value()?, place()?.target());
            let example = json!({ "examples": { code: { "value": { "errorCode": code } } } });
            let media = response.value["content"].as_object().and_then(|content| content.keys().next());
            let media = media.map_or("application/json", String::as_str);
            vec![update(&response, json!({ "content": { media: example } }))]
        }
        "undocumented-content-type" => {
            let response = place()?.target();
            let content = response.value["content"].as_object();
            let like = content.and_then(|content| content.values().next()).cloned().unwrap_or_else(|| json!({}));
            vec![update(&response, json!({ "content": { value()?: like } }))]
        }
        other => return Err(format!("`{other}` is no kind of difference that this version knows")),
    })
}

/// The object that a missing field is missing from. The pointer is of the field, or of the union whose tag it is.
fn missing_from<'d>(document: &'d Value, what: &What) -> Option<(Place<'d>, String)> {
    let suffix = format!("/properties/{}", what.field.replace('~', "~0").replace('/', "~1"));
    let holder = what.schema.strip_suffix(&suffix).unwrap_or(&what.schema);
    Some((Place::at(document, holder)?.target(), what.field.clone()))
}

/// A schema of what was seen: one type, with `null` beside it or not; anything where several were seen.
fn schema_of(seen: &BTreeSet<String>) -> Value {
    let mut types: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
    let is_nullable = types.remove("null");
    if types.contains("number") {
        types.remove("integer");
    }
    let mut schema = match (types.pop_first(), types.is_empty()) {
        (Some("integer"), true) => json!({ "type": "integer", "format": "int64" }),
        (Some("array"), true) => json!({ "type": "array", "items": {} }),
        (Some(only), true) => json!({ "type": only }),
        _ => json!({}),
    };
    if is_nullable && schema.as_object().is_some_and(|schema| !schema.is_empty()) {
        schema["nullable"] = true.into();
    }
    schema
}

/// It says nothing of what a value is.
fn is_open(schema: &Map<String, Value>) -> bool {
    ["$ref", "allOf", "anyOf", "oneOf", "enum", "properties"].iter().all(|keyword| !schema.contains_key(*keyword))
}

/// The values of the property that tells a union's branches apart.
fn tags(union: &Place<'_>, property: &str) -> BTreeSet<String> {
    let mut tags = BTreeSet::new();
    for branch in union.branches() {
        let list = branch.properties().remove(property).and_then(|property| property.list());
        let values = list.and_then(|list| list.value["enum"].as_array());
        tags.extend(values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    }
    tags
}

/// A branch for a new tag: with the fields that all branches have alike, so that the union goes on having them, and room for the rest.
fn branch(union: &Place<'_>, property: &str, tag: &str) -> Value {
    let branches = union.branches();
    let mut properties = Map::new();
    let mut required = BTreeSet::from([property.to_owned()]);
    if let Some((first, others)) = branches.split_first() {
        for (name, field) in first.properties() {
            let is_alike = |other: &Place<'_>| {
                other.properties().get(&name).is_some_and(|other| meaning(other.value) == meaning(field.value))
            };
            if others.iter().all(is_alike) {
                if branches.iter().all(|branch| branch.requires(&name)) {
                    required.insert(name.clone());
                }
                properties.insert(name, field.value.clone());
            }
        }
    }
    properties.insert(property.to_owned(), json!({ "type": "string", "enum": [tag] }));
    json!({ "title": tag, "type": "object", "required": required, "properties": properties, "additionalProperties": true })
}

/// A schema without its words.
fn meaning(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.retain(|keyword, _| {
            !["title", "description", "example", "examples", "default"].contains(&keyword.as_str())
        });
    }
    schema
}

/// The error codes of a response: of its examples, and of the list of its body's property.
fn codes(response: &Place<'_>) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let response = response.clone().target();
    let Some(content) = response.child("content") else { return codes };
    for media in content.value.as_object().into_iter().flat_map(Map::keys) {
        let Some(media) = content.child(media) else { continue };
        let examples = media.value["examples"].as_object().into_iter().flat_map(Map::values);
        codes.extend(examples.filter_map(|example| Some(example["value"]["errorCode"].as_str()?.to_owned())));
        if let Some(schema) = media.child("schema") {
            let bodies = [schema.branches(), vec![schema]].concat();
            codes.extend(bodies.iter().flat_map(|body| {
                let list = body.properties().remove("errorCode").and_then(|code| code.list());
                let values = list.and_then(|list| list.value["enum"].as_array()).into_iter().flatten();
                values.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
            }));
        }
    }
    codes
}
