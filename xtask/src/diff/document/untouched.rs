//! Which operations need no comparison: those that are equal in both documents, including every component they reach.
//! In most releases these are the majority.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::operations::Operation;

/// What differs between two documents outside of their operations.
#[derive(Debug)]
pub struct Touched {
    /// Components that differ or reach one that does, as `#/components/schemas/Card`.
    components: BTreeSet<String>,
    /// Something that concerns every operation differs: security, servers.
    everything: bool,
}

impl Touched {
    pub fn between(old: &Value, new: &Value) -> Self {
        let everything = ["security", "servers"].iter().any(|key| old.get(key) != new.get(key))
            || old.pointer("/components/securitySchemes") != new.pointer("/components/securitySchemes");
        let same = old.get("components") == new.get("components");
        let components = if same { BTreeSet::new() } else { touched(old, new) };
        Self { components, everything }
    }

    /// Whether an operation has to be compared.
    pub fn reaches(&self, old: &Operation<'_>, new: &Operation<'_>) -> bool {
        let shared = |operation: &Operation<'_>| {
            let item = operation.item.value.as_object();
            item.into_iter()
                .flatten()
                .filter(|(key, _)| !crate::document::METHODS.contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect::<Vec<_>>()
        };
        let around = shared(new);
        if self.everything || old.path != new.path || old.at.value != new.at.value || shared(old) != around {
            return true;
        }
        let within = references(new.at.value).into_iter();
        let beside = around.iter().flat_map(|(_, value)| references(value));
        within.chain(beside).any(|name| self.components.contains(name) || !is_component(name))
    }
}

/// The components that differ, and all that reach them.
fn touched(old: &Value, new: &Value) -> BTreeSet<String> {
    let (before, after) = (components(old), components(new));
    let names = before.keys().chain(after.keys());
    let mut touched: BTreeSet<String> = names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect();
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in &after {
        for reference in references(value) {
            users.entry(reference).or_default().push(name);
        }
    }
    // A parent with a discriminator stands for the components that refer to it in their allOf, without naming them.
    for (name, value) in before.iter().chain(&after) {
        for parent in value.get("allOf").into_iter().flat_map(references) {
            users.entry(name).or_default().push(parent);
        }
    }
    let mut todo: Vec<String> = touched.iter().cloned().collect();
    todo.extend(users.keys().filter(|name| !is_component(name)).map(|name| (*name).to_owned()));
    while let Some(name) = todo.pop() {
        for user in users.get(name.as_str()).into_iter().flatten() {
            if touched.insert((*user).to_owned()) {
                todo.push((*user).to_owned());
            }
        }
    }
    touched
}

/// Whether a reference names a whole component, not a part of one or something elsewhere.
fn is_component(reference: &str) -> bool {
    reference.strip_prefix("#/components/").is_some_and(|rest| rest.split('/').count() == 2)
}

/// All components of a document by the reference that names them.
fn components(root: &Value) -> BTreeMap<String, &Value> {
    let kinds = root.get("components").and_then(Value::as_object).into_iter().flatten();
    kinds
        .filter_map(|(kind, named)| Some((kind, named.as_object()?)))
        .flat_map(|(kind, named)| named.iter().map(move |(name, value)| (format!("#/components/{kind}/{name}"), value)))
        .collect()
}

/// Every text below a value that looks like a reference. A false one only costs a comparison.
fn references(value: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut todo = vec![value];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                let mapping = map.get("discriminator").and_then(|tag| tag.get("mapping"));
                found
                    .extend(mapping.and_then(Value::as_object).into_iter().flatten().filter_map(|(_, to)| to.as_str()));
                todo.extend(map.values());
            }
            Value::Array(list) => todo.extend(list),
            _ => {}
        }
    }
    found
}
