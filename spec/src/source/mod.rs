//! From the text of a description to a JSON value that is an OpenAPI 3 document, corrected by overlay.yaml.

pub(crate) mod jsonpath;
pub(crate) mod overlay;
pub(crate) mod tree;

use serde_json::Value;

use crate::finding::{Error, Finding};
use crate::pointer::{Endpoint, METHODS, Pointer};
use tree::{RepeatedKey, Tree};

const PASS: &str = "read";

/// How deep a description may nest. The readers of JSON and YAML recurse, and so do the passes.
const DEEPEST: usize = 126;

/// Reads JSON or YAML, with or without a byte order mark; gives a finding for each key that an object repeats.
pub(crate) fn read(text: &str) -> Result<(Value, Vec<Finding>), Error> {
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
    let Tree { value, repeats } = match text.trim_start().starts_with(['{', '[']) {
        true => tree::json(text).map_err(|error| refuse(format!("not JSON: {error}"), AGAIN))?,
        false => tree::yaml(text).map_err(|error| refuse(format!("neither JSON nor YAML: {error}"), AGAIN))?,
    };
    check(&value)?;
    Ok((value, repeats.iter().map(repeated).collect()))
}

/// Members of which no type is made.
const PROSE: [&str; 8] = ["description", "example", "examples", "externalDocs", "info", "servers", "summary", "title"];

/// Members whose own members have names that the vendor chose.
const NAMED: [&str; 6] = ["properties", "patternProperties", "schemas", "parameters", "responses", "$defs"];

fn is_prose(at: &Pointer) -> bool {
    let segments: Vec<String> = at.segments().collect();
    segments.iter().enumerate().any(|(index, segment)| {
        let is_name = index > 0 && NAMED.contains(&segments[index - 1].as_str());
        !is_name && (PROSE.contains(&segment.as_str()) || segment.starts_with("x-"))
    })
}

/// A type loses nothing where both values are the same, or are prose.
fn repeated(repeat: &RepeatedKey) -> Finding {
    let key = repeat.at.segments().last().unwrap_or_default();
    let lines = repeat.lines.map(|(before, again)| format!(", in lines {before} and {again}")).unwrap_or_default();
    let problem = format!("`{key}` stands twice{lines}");
    let loses = format!("{problem}: the last one counts, and the other is left out");
    let finding = match (repeat.same, is_prose(&repeat.at)) {
        (true, _) => Finding::note(PASS, "repeated-key", &repeat.at, format!("{problem}, with the same value")),
        (false, true) => Finding::note(PASS, "repeated-key", &repeat.at, loses),
        (false, false) => Finding::aside(PASS, "repeated-key", &repeat.at, loses)
            .then("ask the vendor which one is meant; what is missing can be added in overlay.yaml"),
    };
    let segments: Vec<String> = repeat.at.segments().collect();
    match segments.as_slice() {
        [paths, path, method, ..] if paths == "paths" && METHODS.contains(&method.as_str()) => {
            finding.of(&Endpoint { path: path.clone(), method: method.clone() })
        }
        _ => finding,
    }
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
