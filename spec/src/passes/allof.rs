//! Merges `allOf` parts into one object: a part's properties and bounds add up, none is lost.
//! A union of a single branch is no union, so its branch is merged the same way.

use serde_json::{Map, Value, json};

use crate::Error;
use crate::document::{Pointer, target};
use crate::work::Work;

const PASS: &str = "allof";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let schemas = work.document.schemas().clone();
    work.document.try_schemas(|site, schema| {
        single(schema);
        if schema.get("allOf").is_some() {
            *schema = merged(schema, &schemas, &site.pointer, &mut Vec::new())?;
        }
        Ok(())
    })
}

/// Makes an `allOf` part of the only branch of a union.
fn single(schema: &mut Value) {
    for key in ["anyOf", "oneOf"] {
        let Some(members) = schema.as_object_mut() else {
            return;
        };
        if members.get(key).and_then(Value::as_array).is_some_and(|branches| branches.len() == 1)
            && let Some(Value::Array(branch)) = members.remove(key)
            && let Value::Array(parts) = members.entry("allOf").or_insert_with(|| json!([]))
        {
            parts.extend(branch);
        }
    }
}

fn merged(
    schema: &Value,
    schemas: &Map<String, Value>,
    pointer: &Pointer,
    open: &mut Vec<String>,
) -> Result<Value, Error> {
    if let Some(name) = target(schema) {
        if open.iter().any(|other| other == name) {
            return Err(Error::new(
                PASS,
                pointer,
                format!("`{name}` contains itself through allOf"),
                "break the circle in overlay.yaml",
            ));
        }
        let Some(found) = schemas.get(name) else {
            return Ok(schema.clone());
        };
        open.push(name.to_owned());
        let whole = merged(found, schemas, pointer, open);
        open.pop();
        return whole;
    }
    let mut schema = schema.clone();
    single(&mut schema);
    let Some(parts) = schema.get("allOf").and_then(Value::as_array) else {
        return Ok(schema);
    };
    let mut whole = schema.clone();
    if let Some(members) = whole.as_object_mut() {
        members.remove("allOf");
    }
    for part in parts {
        let part = merged(part, schemas, pointer, open)?;
        add(&mut whole, &part, pointer)?;
    }
    Ok(whole)
}

/// Adds one part. The parts are alternatives in nothing: what a later part says of a property in
/// narrower words (an enum of one value under a free string) replaces the wider.
fn add(whole: &mut Value, part: &Value, pointer: &Pointer) -> Result<(), Error> {
    for (key, member) in part.as_object().into_iter().flatten() {
        match key.as_str() {
            "properties" => {
                for (name, property) in member.as_object().into_iter().flatten() {
                    let slot = &mut whole["properties"][name];
                    if slot.is_null() || slot.get("enum").is_none() {
                        *slot = property.clone();
                    }
                }
            }
            "required" => {
                let mut names: Vec<Value> = whole["required"].as_array().cloned().unwrap_or_default();
                names.extend(member.as_array().into_iter().flatten().cloned());
                names.sort_by_key(ToString::to_string);
                names.dedup();
                whole["required"] = json!(names);
            }
            "discriminator" => {}
            "anyOf" | "oneOf" if whole.get(key).is_some() => {
                return Err(Error::new(
                    PASS,
                    pointer,
                    format!("two parts with {key}"),
                    "describe the combination in overlay.yaml",
                ));
            }
            _ => {
                if whole.get(key).is_none() {
                    whole[key] = member.clone();
                }
            }
        }
    }
    Ok(())
}
