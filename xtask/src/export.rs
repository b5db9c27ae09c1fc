//! The description for others: overlay.yaml is applied, and no two schemas share a title, because generators name
//! classes by titles and leave out the second of two that are named alike.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::tree::{self, DESCRIPTION, LOCK, OVERLAY, Tree};

/// Where the sandbox keeps what it embeds.
pub const SANDBOX: &str = "sandbox/openapi";

/// The description in use, corrected, as JSON text.
///
/// # Errors
/// If description, overlay or lock cannot be read.
pub fn current(tree: &Tree) -> Result<String> {
    of(&tree.read(DESCRIPTION)?, &tree.read_or_empty(OVERLAY)?, &tree.read_or_empty(LOCK)?)
}

/// A description, corrected by what of the overlay fits it, as JSON text.
///
/// # Errors
/// If description, overlay or lock cannot be read.
pub fn of(description: &str, overlay: &str, lock: &str) -> Result<String> {
    let overlay = if overlay.is_empty() { linkcy_spec::Inputs::NO_OVERLAY } else { overlay };
    let mut document = linkcy_spec::corrected(description, overlay, lock)?;
    unique_titles(&mut document);
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

/// The files of the sandbox that follow from descriptions, by their path in the repository: the description in use, and
/// those archived ones whose names stand there.
///
/// # Errors
/// If a description, the overlay or the lock cannot be read.
pub fn sandbox_files(tree: &Tree) -> Result<Vec<(String, String)>> {
    let folder = tree.root.join(SANDBOX);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = vec![(format!("{SANDBOX}/{DESCRIPTION}"), current(tree)?)];
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let archived = tree.openapi().join(tree::ARCHIVE).join(&name);
        if archived.is_file() {
            let text = std::fs::read_to_string(&archived).with_context(|| archived.display().to_string())?;
            let text = of(&text, &tree.read_or_empty(OVERLAY)?, &tree.read_or_empty(LOCK)?)?;
            files.push((format!("{SANDBOX}/{name}"), text));
        }
    }
    Ok(files)
}

/// Gives a title that another schema has, or that is another component's name, the name of its place before it.
fn unique_titles(document: &mut Value) {
    let names = document["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| as_class(name));
    let mut taken: BTreeSet<String> = names.collect();
    for root in ["components", "paths"] {
        if let Some(inner) = document.get_mut(root) {
            visit(inner, &mut Vec::new(), &mut taken);
        }
    }
}

fn visit(value: &mut Value, place: &mut Vec<String>, taken: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            // A property can be named `title`; the title of a schema is a text.
            if let Some(Value::String(title)) = map.get_mut("title")
                && !place.last().is_some_and(|last| DATA.contains(&last.as_str()))
            {
                settle(title, place, taken);
            }
            for (key, inner) in map.iter_mut().filter(|(key, _)| !DATA.contains(&key.as_str())) {
                place.push(key.clone());
                visit(inner, place, taken);
                place.pop();
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter_mut().enumerate() {
                place.push(index.to_string());
                visit(inner, place, taken);
                place.pop();
            }
        }
        _ => {}
    }
}

/// Members whose values are data, not schemas.
const DATA: [&str; 5] = ["example", "examples", "default", "enum", "const"];

/// Keywords that lead to a schema and say nothing of it.
const SILENT: [&str; 12] = [
    "schemas",
    "properties",
    "allOf",
    "anyOf",
    "oneOf",
    "items",
    "content",
    "application/json",
    "schema",
    "responses",
    "requestBody",
    "parameters",
];

fn settle(title: &mut String, place: &[String], taken: &mut BTreeSet<String>) {
    if let [kind, name] = place
        && kind == "schemas"
        && as_class(title) == as_class(name)
    {
        return;
    }
    if taken.insert(as_class(title)) {
        return;
    }
    let words: Vec<&str> = place.iter().map(String::as_str).filter(|word| !SILENT.contains(word)).collect();
    let longer = format!("{} {title}", words.join(" "));
    let mut wanted = longer.clone();
    let mut count = 1;
    while !taken.insert(as_class(&wanted)) {
        count += 1;
        wanted = format!("{longer} {count}");
    }
    *title = wanted;
}

/// What a generator makes a class's name of.
fn as_class(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn titles(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("title").and_then(Value::as_str).map(str::to_owned));
                map.iter().filter(|(key, _)| !DATA.contains(&key.as_str())).for_each(|(_, inner)| titles(inner, found));
            }
            Value::Array(list) => list.iter().for_each(|inner| titles(inner, found)),
            _ => {}
        }
    }

    #[test]
    fn no_two_schemas_share_a_title_and_data_stays() {
        let description = json!({
            "openapi": "3.0.1", "info": { "title": "A", "version": "1" },
            "paths": { "/a": { "get": { "responses": { "200": { "description": "", "content": { "application/json": {
                "schema": { "title": "For Consumer." }, "example": { "title": "Metadata" },
            } } } } } } },
            "components": { "schemas": {
                "Metadata": { "title": "Metadata" },
                "One": { "properties": { "metadata": { "title": "Metadata" }, "title": { "type": "string", "title": "T" } } },
                "Two": { "oneOf": [{ "title": "For Consumer" }, { "title": "For Consumer." }, { "title": "One" }] },
            } },
        });
        let out = of(&description.to_string(), "", "").unwrap();
        let out: Value = serde_json::from_str(&out).unwrap();
        let mut found = Vec::new();
        titles(&out["components"], &mut found);
        titles(&out["paths"], &mut found);
        let count = found.len();
        assert_eq!(count, 7, "{found:?}");
        let classes: BTreeSet<String> = found.iter().map(|title| as_class(title)).collect();
        assert_eq!(classes.len(), count, "{found:?}");
        assert_eq!(out["components"]["schemas"]["Metadata"]["title"], "Metadata");
        assert_eq!(out["components"]["schemas"]["One"]["properties"]["metadata"]["title"], "One metadata Metadata");
        assert_eq!(
            out["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["example"]["title"],
            "Metadata"
        );
    }

    #[test]
    fn the_overlay_is_applied_and_what_misses_is_left_out() {
        let description = r#"{"openapi":"3.0.1","info":{},"paths":{"/a":{"get":{"responses":{}}}}}"#;
        let overlay = "overlay: 1.0.0\ninfo: {}\nactions:\n  - target: $.paths['/a'].get\n    description: why\n    \
                       update: { summary: S }\n  - target: $.paths['/b']\n    description: why\n    remove: true\n";
        let out: Value = serde_json::from_str(&of(description, overlay, "").unwrap()).unwrap();
        assert_eq!(out["paths"]["/a"]["get"]["summary"], "S");
    }
}
