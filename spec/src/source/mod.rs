//! From the text of a description to a JSON value that is an OpenAPI 3 document, corrected by overlay.yaml.

pub(crate) mod jsonpath;
pub(crate) mod overlay;
pub(crate) mod yaml;

use serde_json::Value;

use crate::finding::{Error, Finding};
use crate::pointer::{METHODS, Pointer};

const PASS: &str = "read";

/// How deep a description may nest. The readers of JSON and YAML recurse, and so do the passes.
const DEEPEST: usize = 120;

/// Reads JSON or YAML, with or without a byte order mark.
pub(crate) fn read(text: &str) -> Result<Value, Error> {
    let root = Pointer::root();
    let text = text.trim_start_matches('\u{feff}');
    let refuse = |problem: String, remedy: &str| {
        Error::from(Finding::refused(PASS, "not-a-description", &root, problem).then(remedy))
    };
    const AGAIN: &str = "is the file complete? fetch it again with `cargo xtask update-spec`";
    if text.trim().is_empty() {
        return Err(refuse("the file is empty".into(), AGAIN));
    }
    if nesting(text) > DEEPEST {
        let problem = format!("nested more than {DEEPEST} levels deep");
        return Err(refuse(problem, "no real description nests that deep: look at how the file was made"));
    }
    let value: Value = match text.trim_start().starts_with(['{', '[']) {
        true => serde_json::from_str(text).map_err(|error| refuse(format!("not JSON: {error}"), AGAIN))?,
        false => yaml::read(text).map_err(|error| refuse(format!("neither JSON nor YAML: {error}"), AGAIN))?,
    };
    check(&value)?;
    Ok(value)
}

/// Brackets at most, counted outside of texts; in YAML, indentation too.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// What makes the whole file useless is refused here; everything odd below is a finding of the reader.
fn check(value: &Value) -> Result<(), Error> {
    let root = Pointer::root();
    let refuse = |pointer: Pointer, problem: String, remedy: &str| {
        Err(Error::from(Finding::refused(PASS, "not-a-description", &pointer, problem).then(remedy)))
    };
    const OTHER: &str = "this is not an OpenAPI description";
    if !value.is_object() {
        return refuse(root, "the file is not an object".into(), OTHER);
    }
    let version = match &value["openapi"] {
        Value::String(version) => version.clone(),
        Value::Number(version) => version.to_string(),
        _ if value.get("swagger").is_some() => {
            return refuse(
                root.child("swagger"),
                "the description is Swagger 2".into(),
                "convert it to OpenAPI 3 first",
            );
        }
        _ => return refuse(root, "no `openapi` version".into(), OTHER),
    };
    if !version.starts_with("3.0") && !version.starts_with("3.1") && !version.starts_with("3.2") && version != "3" {
        return refuse(root.child("openapi"), format!("the description is OpenAPI {version}"), "OpenAPI 3 is read");
    }
    let has_operation = value["paths"].as_object().is_some_and(|paths| {
        let items = paths.values().filter_map(Value::as_object);
        items
            .flat_map(|item| item.iter())
            .any(|(key, operation)| (METHODS.contains(&key.as_str()) && operation.is_object()) || key == "$ref")
    });
    if !has_operation {
        return refuse(root.child("paths"), "the description has no operation".into(), OTHER);
    }
    Ok(())
}
