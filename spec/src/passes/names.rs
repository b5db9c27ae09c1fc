//! Names each operation by names.toml; one that is not listed gets a derived name and is reported.
//!
//! What the vendor calls an operation decides nothing: its `operationId` is replaced.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use serde_json::Value;

use crate::Error;
use crate::document::Endpoint;
use crate::model::is_keyword;
use crate::names::{Access, Repeat};
use crate::work::{Entry, Unnamed, Work};

const PASS: &str = "names";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let mut taken: BTreeMap<String, Endpoint> = BTreeMap::new();
    for endpoint in work.document.endpoints() {
        let (handle, verb) = match work.names.operation(&endpoint) {
            Some((handle, verb)) => (handle.to_owned(), verb.to_owned()),
            None => {
                let (handle, verb) = derived(&endpoint, |id| taken.contains_key(id));
                work.unnamed.push(Unnamed { operation: endpoint.to_string(), name: format!("{handle}.{verb}") });
                (handle, verb)
            }
        };
        for part in [&handle, &verb] {
            if *part != part.to_snake_case() || !is_method_name(part) {
                return Err(Error::new(
                    PASS,
                    &endpoint.pointer(),
                    format!(
                        "`{handle}.{verb}` is not `handle.verb` in snake case, or one of the two is a word of Rust's"
                    ),
                    "correct it in names.toml",
                )
                .at(&endpoint));
            }
        }
        let id = format!("{handle}_{verb}");
        if let Some(other) = taken.insert(id, endpoint.clone()) {
            return Err(Error::new(
                PASS,
                &endpoint.pointer(),
                format!("`{handle}.{verb}` is already the name of {other}"),
                "give one of the two another name in names.toml",
            )
            .at(&endpoint));
        }
        let repeat = work.names.repeat.get(&endpoint.to_string()).copied();
        let is_either = work.names.access.either.contains(&endpoint.to_string());
        let operation = work.document.operation_mut(&endpoint);
        let access = match (is_anonymous(operation), is_either) {
            (_, true) => Access::Either,
            (true, false) => Access::Anonymous,
            (false, false) => Access::Bearer,
        };
        operation["operationId"] = Value::String(format!("{handle}_{verb}"));
        let entry = Entry {
            access: Some(access),
            repeat: repeat.or(Some(by_method(&endpoint.method))),
            handle,
            verb,
            ..Entry::default()
        };
        work.operations.insert(endpoint, entry);
    }
    let decided = work.names.repeat.keys().chain(&work.names.access.either);
    let listed = work.names.operations.keys().chain(decided);
    let known: Vec<String> = taken.values().map(Endpoint::to_string).collect();
    work.leftovers = listed.filter(|operation| !known.contains(operation)).cloned().collect();
    Ok(())
}

fn is_method_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_keyword(name)
}

/// `security: [{}]` (or an empty list) says that no bearer is needed.
fn is_anonymous(operation: &Value) -> bool {
    operation["security"]
        .as_array()
        .is_some_and(|ways| ways.is_empty() || ways.iter().any(|way| way == &serde_json::json!({})))
}

fn by_method(method: &str) -> Repeat {
    match method {
        "get" | "head" | "options" | "trace" => Repeat::Safe,
        "put" | "delete" => Repeat::Idempotent,
        _ => Repeat::Never,
    }
}

/// The last word of the path that is no parameter names the handle or the verb.
///
/// `GET /api/partner/things` is `things.list`, `GET /things/{id}` `things.get`, `POST /things/{id}/close`
/// `things.close`. A taken name gets more of the path until it is free.
fn derived(endpoint: &Endpoint, taken: impl Fn(&str) -> bool) -> (String, String) {
    let segments: Vec<&str> = endpoint
        .path
        .split('/')
        .filter(|segment| !segment.is_empty() && !["api", "partner"].contains(segment))
        .collect();
    let is_parameter = |segment: &&&str| segment.starts_with('{');
    let words: Vec<String> =
        segments.iter().filter(|segment| !is_parameter(segment)).map(|segment| segment.to_snake_case()).collect();
    let on_one = segments.last().as_ref().is_some_and(is_parameter);
    let plain = match (endpoint.method.as_str(), on_one) {
        ("get", true) => "get",
        ("get", false) => "list",
        ("post", _) => "create",
        ("delete", _) => "delete",
        ("put", _) => "set",
        _ => "update",
    };
    let handle = words.first().cloned().unwrap_or_else(|| "api".into());
    let rest = words.get(1..).unwrap_or_default().join("_");
    let candidates = match (rest.is_empty(), endpoint.method.as_str()) {
        (true, _) => vec![plain.to_owned()],
        (false, "post") => vec![rest.clone(), format!("{plain}_{rest}")],
        (false, _) => vec![format!("{plain}_{rest}")],
    };
    let by_parameter =
        segments.iter().filter(is_parameter).map(|segment| segment.to_snake_case()).collect::<Vec<_>>().join("_");
    let longest = format!("{plain}_{rest}_by_{by_parameter}").replace("__", "_");
    let verb = candidates.into_iter().find(|verb| !taken(&format!("{handle}_{verb}"))).unwrap_or(longest);
    (handle, verb.to_snake_case())
}
