//! Whether a description that reads well is the one we want: of the same API, not older, not half of it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diff::identity::{hosts, in_common, is_same_api, share_operations};
use crate::document::Document;
use crate::tree::version_key;

/// Why a readable description is not taken in.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// Not overridden by `--force`.
    #[error("another API: its title is {new:?}, ours is {old:?}, and of our {operations} operations it has {common}")]
    OtherApi { old: String, new: String, operations: usize, common: usize },
    #[error(
        "this may not be the description you want: {}; if it is, --force takes it in",
        .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    )]
    Doubts(Vec<Doubt>),
}

/// Something that a person has to decide; `--force` overrides it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Doubt {
    #[error("its title is {new:?}, ours is {old:?}")]
    Title { old: String, new: String },
    #[error("of our {operations} operations it has {common}")]
    Paths { operations: usize, common: usize },
    #[error("it authenticates by {new}, ours by {old}")]
    Security { old: String, new: String },
    #[error("its server is {new}, ours is {old}")]
    Server { old: String, new: String },
    #[error("version {new} is lower than ours, {old}")]
    Older { old: String, new: String },
    #[error("suspiciously small: {new} operations, ours has {old}")]
    Smaller { old: usize, new: usize },
}

/// Percentage of our operations below which a description counts as a fragment.
const ENOUGH: usize = 75;

/// Refuses another API always, and any other doubtful description unless `force` is set.
///
/// # Errors
/// All doubts at once.
pub fn check(old: &Document, new: &Document, force: bool) -> Result<(), Refusal> {
    if !is_same_api(old, new) {
        let (operations, common) = (old.operation_count(), in_common(&old.value, &new.value));
        return Err(Refusal::OtherApi { old: old.title(), new: new.title(), operations, common });
    }
    let doubts = doubts(old, new);
    if force || doubts.is_empty() { Ok(()) } else { Err(Refusal::Doubts(doubts)) }
}

fn doubts(old: &Document, new: &Document) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if old.title() != new.title() {
        doubts.push(Doubt::Title { old: old.title(), new: new.title() });
    }
    let (ours, theirs) = (old.operation_count(), new.operation_count());
    if !share_operations(old, new) {
        doubts.push(Doubt::Paths { operations: ours, common: in_common(&old.value, &new.value) });
    }
    if let Some((old, new)) = disjoint(schemes(old), schemes(new)) {
        doubts.push(Doubt::Security { old, new });
    }
    // Relative server addresses name no host to compare.
    if let Some((old, new)) = disjoint(hosts(&old.value), hosts(&new.value)).filter(|(_, new)| new != NOTHING) {
        doubts.push(Doubt::Server { old, new });
    }
    if version_key(&new.version()) < version_key(&old.version()) {
        doubts.push(Doubt::Older { old: old.version(), new: new.version() });
    }
    if theirs * 100 < ours * ENOUGH {
        doubts.push(Doubt::Smaller { old: ours, new: theirs });
    }
    doubts
}

const NOTHING: &str = "nothing";

/// Both sets as text, if the old one is not empty and the new one has none of its members.
fn disjoint(old: BTreeSet<String>, new: BTreeSet<String>) -> Option<(String, String)> {
    let shown = |set: BTreeSet<String>| {
        if set.is_empty() { NOTHING.to_owned() } else { set.into_iter().collect::<Vec<_>>().join(" or ") }
    };
    (!old.is_empty() && old.is_disjoint(&new)).then(|| (shown(old), shown(new)))
}

/// What each security scheme is, whatever it is called.
fn schemes(document: &Document) -> BTreeSet<String> {
    let named = document.value.pointer("/components/securitySchemes").and_then(Value::as_object);
    let text =
        |scheme: &Value, field: &str| scheme.get(field).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    named
        .into_iter()
        .flatten()
        .map(|(_, scheme)| {
            let parts = ["type", "scheme", "in"].map(|field| text(scheme, field));
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Notation;

    fn api() -> Value {
        let item = json!({ "get": { "responses": {} } });
        json!({
            "openapi": "3.0.1", "info": { "title": "Linkcy Api", "version": "1.114.5" },
            "servers": [{ "url": "https://api.sandbox.linkcy.cloud" }],
            "paths": { "/a": item, "/b/{id}": item, "/c": item, "/d": item },
            "components": { "securitySchemes": { "Linkcy-Auth": { "type": "http", "scheme": "bearer" } } },
        })
    }

    fn asked(change: fn(&mut Value), force: bool) -> Result<(), Refusal> {
        let mut new = api();
        change(&mut new);
        let document = |value| Document::from_value(value, Notation::Json).expect("a description");
        check(&document(api()), &document(new), force)
    }

    #[test]
    fn what_a_release_may_change_is_a_question_that_force_answers() {
        type Case = (fn(&mut Value), &'static [&'static str]);
        let cases: [Case; 14] = [
            (|_| {}, &[]),
            (|d| d["info"]["version"] = json!("1.115.0"), &[]),
            (|d| d["info"]["title"] = json!("LinkCy API"), &["its title is \"LinkCy API\", ours is \"Linkcy Api\""]),
            (|d| d["info"]["title"] = json!("Partner banking"), &["its title is \"Partner banking\""]),
            (|d| d["info"] = json!({ "version": "1.114.5" }), &["its title is \"\""]),
            (|d| d["components"] = json!({}), &["it authenticates by nothing, ours by http bearer"]),
            (
                |d| d["components"]["securitySchemes"]["Linkcy-Auth"] = json!({ "type": "apiKey", "in": "header" }),
                &["by apikey header"],
            ),
            (
                |d| d["servers"][0]["url"] = json!("https://api.linkcy.io"),
                &["its server is https://api.linkcy.io, ours is https://api.sandbox"],
            ),
            (
                |d| {
                    d["servers"] =
                        json!([{ "url": "https://api.linkcy.io" }, { "url": "https://API.sandbox.linkcy.cloud/v1" }])
                },
                &[],
            ),
            (|d| d["servers"] = json!([{ "url": "/" }]), &[]),
            (|d| d["info"]["version"] = json!("1.9.0"), &["version 1.9.0 is lower than ours, 1.114.5"]),
            (|d| d["paths"] = json!({ "/a": { "get": {} } }), &["suspiciously small: 1 operations, ours has 4"]),
            (
                |d| d["paths"] = json!({ "/e": { "get": {} }, "/f": { "get": {} }, "/g": { "get": {} } }),
                &["of our 4 operations it has 0"],
            ),
            (
                |d| {
                    d["info"]["title"] = json!("LINKCY");
                    d["servers"] = json!([{ "url": "https://x.test" }]);
                    d["components"] = json!({});
                },
                &["its title is", "it authenticates by", "its server is"],
            ),
        ];
        for (number, (change, expected)) in cases.into_iter().enumerate() {
            assert_eq!(asked(change, true), Ok(()), "{number}");
            match asked(change, false) {
                Ok(()) => assert!(expected.is_empty(), "{number} raises no question"),
                Err(doubt) => {
                    let text = doubt.to_string();
                    assert!(
                        !expected.is_empty() && expected.iter().all(|words| text.contains(words)),
                        "{number}: {text}"
                    );
                    assert!(text.ends_with("if it is, --force takes it in"), "{text}");
                    let Refusal::Doubts(doubts) = doubt else { panic!("{text}") };
                    assert_eq!(doubts.len(), expected.len(), "{text}");
                }
            }
        }
    }

    #[test]
    fn another_api_is_refused_whatever_is_forced() {
        let other: fn(&mut Value) = |d| {
            d["info"]["title"] = json!("Petstore API");
            d["paths"] = json!({ "/pets": { "get": {}, "post": {} }, "/a": { "post": {} } });
        };
        for force in [false, true] {
            let doubt = asked(other, force).expect_err("another API");
            assert!(matches!(doubt, Refusal::OtherApi { common: 0, operations: 4, .. }), "{doubt}");
        }
    }

    #[test]
    fn paths_are_the_same_with_their_base_in_the_server() {
        let moved: fn(&mut Value) = |d| {
            d["info"]["title"] = json!("Partner banking");
            let paths = std::mem::take(d["paths"].as_object_mut().expect("paths"));
            d["paths"] = paths.into_iter().map(|(path, item)| (format!("/v1{path}"), item)).collect();
        };
        assert!(matches!(asked(moved, false), Err(Refusal::OtherApi { .. })), "the server does not have it");
        let document = |value| Document::from_value(value, Notation::Json).expect("a description");
        let (mut old, mut new) = (api(), api());
        old["servers"][0]["url"] = json!("https://api.sandbox.linkcy.cloud/v1");
        moved(&mut new);
        assert_eq!(check(&document(old), &document(new), true), Ok(()));
    }
}
