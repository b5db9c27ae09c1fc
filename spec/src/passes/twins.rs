//! Merges schemas that are equal in structure into one type, as long as there are any.
//!
//! Ids are typed by now, so two answers of a lone `id` are equal only if they identify the same kind
//! of thing. Prose does not count; the type keeps the name that names.toml gives, or the shortest.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Error;
use crate::passes::types::words;
use crate::work::Work;

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    loop {
        let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, schema) in work.document.schemas() {
            groups.entry(structure(schema).to_string()).or_default().push(name);
        }
        let mut merged = BTreeMap::new();
        for group in groups.values().filter(|group| group.len() > 1) {
            let Some(kept) =
                group.iter().min_by_key(|name| (!work.names.types.lists(name), words(name).concat().len(), **name))
            else {
                continue;
            };
            let others = group.iter().filter(|name| *name != kept);
            merged.extend(others.map(|name| ((*name).to_owned(), (*kept).to_owned())));
        }
        if merged.is_empty() {
            return Ok(());
        }
        work.redirect(&merged);
        for name in merged.keys() {
            work.document.schemas_mut().remove(name);
        }
    }
}

/// A schema without its prose.
fn structure(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => members
            .iter()
            .filter(|(key, member)| !is_prose(key) || member.is_object())
            .map(|(key, member)| (key.clone(), structure(member)))
            .collect(),
        Value::Array(items) => items.iter().map(structure).collect(),
        other => other.clone(),
    }
}

/// Keywords that say nothing of the structure. A property of the same name is an object, and stays.
fn is_prose(key: &str) -> bool {
    ["default", "description", "title", "example", "examples", "externalDocs", "deprecated", "reason"].contains(&key)
        || key.starts_with("x-provenance")
}
