//! Names each operation by names.toml; one that is not listed gets a derived name and is reported.
//!
//! The vendor's `operationId` is not used: it changes from release to release.

use std::collections::BTreeMap;

use heck::ToSnakeCase;

use crate::api::read::plain_name;
use crate::finding::Finding;
use crate::names::{Access, Repeat, ident, same};
use crate::pointer::Endpoint;
use crate::work::{Entry, Unnamed, Work};

const PASS: &str = "names";

pub(super) fn run(work: &mut Work) {
    let mut taken: BTreeMap<String, Endpoint> = BTreeMap::new();
    // Listed names first: no derived one takes what somebody chose.
    let (listed, unlisted): (Vec<_>, Vec<_>) = (0..work.api.operations.len())
        .partition(|index| listed_as(work, &work.api.operations[*index].endpoint).is_some());
    for index in listed.into_iter().chain(unlisted) {
        let operation = &work.api.operations[index];
        let endpoint = operation.endpoint.clone();
        let (handle, verb) = match listed_as(work, &endpoint).and_then(|key| work.names.operation(key)) {
            Some((handle, verb)) => {
                let fault = match () {
                    () if ![handle, verb].iter().all(|part| {
                        ident::is_identifier(part) && part.trim_end_matches('_') == part.to_snake_case()
                    }) =>
                    {
                        Some(format!(
                            "`{handle}.{verb}` is not `handle.verb` in snake case, or one of the two is a word of Rust's"
                        ))
                    }
                    () if ident::handle(handle) != handle => {
                        Some(format!("`{handle}` is a method of the client already"))
                    }
                    () => taken
                        .get(&format!("{handle}_{verb}"))
                        .map(|other| format!("`{handle}.{verb}` is already the name of {other}")),
                };
                if let Some(fault) = fault {
                    work.findings.push(
                        Finding::refused(PASS, "operation-name", &operation.at, fault)
                            .of(&endpoint)
                            .then("correct it in names.toml"),
                    );
                }
                (handle.to_owned(), verb.to_owned())
            }
            None => {
                let (handle, verb) = derived(&endpoint, |id| taken.contains_key(id));
                work.unnamed.push(Unnamed { operation: endpoint.to_string(), name: format!("{handle}.{verb}") });
                (handle, verb)
            }
        };
        taken.entry(format!("{handle}_{verb}")).or_insert_with(|| endpoint.clone());
        let key = listed_as(work, &endpoint).cloned().unwrap_or_else(|| endpoint.to_string());
        let access = match (operation.anonymous, work.names.access.either.contains(&key)) {
            (_, true) => Access::Either,
            (true, false) => Access::Anonymous,
            (false, false) => Access::Bearer,
        };
        let repeat = work.names.repeat.get(&key).copied().unwrap_or_else(|| by_method(&endpoint.method));
        // Before later passes take responses out.
        let documented = operation.responses.iter().map(|(status, response)| {
            (status.clone(), response.content.iter().map(crate::api::Media::essence).collect())
        });
        let entry = Entry {
            access: Some(access),
            repeat: Some(repeat),
            handle,
            verb,
            listed: key,
            documented: documented.collect(),
            ..Entry::default()
        };
        work.table.insert(endpoint, entry);
    }
    work.unnamed.sort_by(|one, other| one.operation.cmp(&other.operation));
    let decided = work.names.repeat.keys().chain(&work.names.access.either).chain(work.names.roles.keys());
    let decided = decided.chain(work.names.replacements.keys());
    let listed = work.names.operations.keys().chain(decided);
    let known: Vec<&String> = work.table.values().map(|entry| &entry.listed).collect();
    work.leftovers = listed.filter(|operation| !known.contains(operation)).cloned().collect();
}

/// What names.toml calls an operation, however its path is written.
fn listed_as<'w>(work: &'w Work, endpoint: &Endpoint) -> Option<&'w String> {
    same::listed(endpoint, work.names.operations.keys())
}

fn by_method(method: &str) -> Repeat {
    match method {
        "get" | "head" | "options" | "trace" => Repeat::Safe,
        "put" | "delete" => Repeat::Idempotent,
        _ => Repeat::Never,
    }
}

/// The first word of the path names the handle, the others the verb.
///
/// `GET /api/partner/things` is `things.list`, `GET /things/{id}` `things.get`, `POST /things/{id}/close`
/// `things.close`. A taken name gets more of the path until it is free, and a number in the end.
fn derived(endpoint: &Endpoint, taken: impl Fn(&str) -> bool) -> (String, String) {
    let is_prefix = |segment: &str| {
        let version = segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        ["api", "partner"].contains(&segment) || version || segment.starts_with(|c: char| c.is_ascii_digit())
    };
    let segments: Vec<&str> = endpoint.path.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_parameter = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
    let words: Vec<String> = segments
        .iter()
        .filter(|segment| !is_parameter(segment) && !is_prefix(segment))
        .filter(|segment| segment.chars().any(|c| c.is_ascii_alphanumeric()))
        .map(|segment| segment.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect::<String>())
        .map(|segment| segment.to_snake_case())
        .collect();
    let on_one = segments.last().is_some_and(|last| is_parameter(last));
    let plain = match (endpoint.method.as_str(), on_one) {
        ("get", true) => "get",
        ("get", false) => "list",
        ("post", _) => "create",
        ("delete", _) => "delete",
        ("put", _) => "set",
        ("head", _) => "head",
        ("options", _) => "options",
        ("trace", _) => "trace",
        _ => "update",
    };
    let handle = words.first().map_or_else(|| "api".to_owned(), |word| ident::handle(&ident::method(word)));
    let rest = words.get(1..).unwrap_or_default().join("_");
    let parameters: Vec<String> = segments
        .iter()
        .filter(|segment| is_parameter(segment))
        .map(|segment| ident::method(plain_name(segment.trim_matches(['{', '}']))))
        .collect();
    let by = parameters.join("_");
    let mut candidates = match (rest.is_empty(), endpoint.method.as_str()) {
        (true, _) => vec![plain.to_owned()],
        (false, "post") => vec![rest.clone(), format!("{plain}_{rest}")],
        (false, _) => vec![format!("{plain}_{rest}")],
    };
    let longest = match rest.is_empty() {
        true => plain.to_owned(),
        false => format!("{plain}_{rest}"),
    };
    if !by.is_empty() {
        candidates.push(format!("{longest}_by_{by}"));
    }
    let versions: Vec<String> = segments
        .iter()
        .filter(|segment| is_prefix(segment) && !["api", "partner"].contains(segment))
        .map(|segment| ident::method(segment))
        .collect();
    if !versions.is_empty() {
        candidates.push(format!("{longest}_{}", versions.join("_")));
    }
    let is_free = |verb: &String| !taken(&format!("{handle}_{verb}"));
    let verb = candidates.iter().map(|verb| ident::method(verb)).find(is_free);
    let verb = verb.unwrap_or_else(|| {
        ident::free(&ident::method(candidates.last().unwrap_or(&longest)), |verb| taken(&format!("{handle}_{verb}")))
    });
    (handle, verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_gets_a_name_of_its_own() {
        let paths = [
            "/",
            "/-",
            "/users/-",
            "/users",
            "/users/{id}",
            "/users/{name}",
            "/match",
            "/users/match",
            "/return",
            "/1.0/",
            "/1.0/users",
            "/v2/users",
            "/v3/users",
            "/file/*",
            "/file/**",
            "/{a}",
            "/{a}/{b}",
            "/type/{type}",
            "/session",
            "/self",
            "/api/partner",
            "/api/partner/things",
            "/日本",
            "/a.b/c",
            "/.well-known/x",
            "/{p:.+}",
        ];
        let mut taken = std::collections::BTreeSet::new();
        for path in paths {
            for method in crate::pointer::METHODS {
                let endpoint = Endpoint { path: path.into(), method: method.into() };
                let (handle, verb) = derived(&endpoint, |id| taken.contains(id));
                assert!(ident::is_identifier(&handle) && ident::is_identifier(&verb), "{endpoint}: {handle}.{verb}");
                assert_eq!(ident::handle(&handle), handle);
                assert!(taken.insert(format!("{handle}_{verb}")), "{endpoint}: {handle}.{verb}");
            }
        }
    }

    #[test]
    fn a_name_says_what_the_path_says() {
        let name = |method: &str, path: &str| {
            let (handle, verb) = derived(&Endpoint { path: path.into(), method: method.into() }, |_| false);
            format!("{handle}.{verb}")
        };
        for (method, path, expected) in [
            ("get", "/api/partner/things", "things.list"),
            ("get", "/api/partner/things/{id}", "things.get"),
            ("post", "/api/partner/things/{id}/close", "things.close"),
            ("delete", "/things/{id}", "things.delete"),
            ("post", "/things/{id}/return", "things.return_"),
            ("get", "/v1/things", "things.list"),
            ("get", "/1.0/", "api.list"),
        ] {
            assert_eq!(name(method, path), expected, "{method} {path}");
        }
    }
}
