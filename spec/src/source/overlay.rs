//! Applies overlay.yaml (OpenAPI Overlay 1.0): our corrections of the description.
//!
//! Each action says why. One that hits nothing is refused, so that no correction outlives what it corrects.
//! An action with a condition (`x-when`, our extension) is left out where the condition does not hold.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::jsonpath::Path;
use super::tree;
use crate::finding::{Error, Finding};
use crate::names::same;
use crate::pointer::{Endpoint, Pointer};

const PASS: &str = "overlay";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    overlay: String,
    #[serde(rename = "info")]
    _info: Value,
    #[serde(default, rename = "extends")]
    _extends: Option<String>,
    #[serde(default)]
    actions: Vec<OverlayEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OverlayEntry {
    target: String,
    /// Optional in the standard; here it is the reason, and has to be there.
    #[serde(default)]
    description: String,
    #[serde(default)]
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
    /// The action holds under this condition only.
    #[serde(default, rename = "x-when")]
    when: Option<When>,
}

/// A condition on the description, before any action.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    /// JSONPath. The action holds where it leads nowhere.
    #[serde(default)]
    absent: Option<String>,
    /// JSONPath. The action holds where it leads somewhere.
    #[serde(default)]
    present: Option<String>,
}

/// Applies every action; gives a finding for each that hits nothing.
///
/// `renamed` gives the former name of each component that the vendor renamed: targets know it by that name.
pub(crate) fn apply(
    overlay: &str,
    renamed: &BTreeMap<String, String>,
    document: &mut Value,
) -> Result<Vec<Finding>, Error> {
    let root = Pointer::root();
    let unreadable = |error: serde_norway::Error| {
        Finding::refused(PASS, "overlay-unreadable", &root, format!("overlay.yaml: {error}"))
            .then("see CONTRIBUTING.md for how a correction is written")
    };
    if let Some(repeat) = tree::yaml(overlay).map_err(unreadable)?.repeats.first() {
        let lines = repeat.lines.map(|(before, again)| format!(" (lines {before} and {again})")).unwrap_or_default();
        let problem = format!("overlay.yaml has a key twice in one object{lines}");
        return Err(Finding::refused(PASS, "overlay-repeated-key", &repeat.at, problem)
            .then("remove one of them")
            .into());
    }
    let overlay: Overlay = serde_norway::from_str(overlay).map_err(unreadable)?;
    if !overlay.overlay.starts_with("1.") {
        let problem = format!("overlay.yaml is Overlay {}", overlay.overlay);
        return Err(Finding::refused(PASS, "overlay-version", &root.child("overlay"), problem)
            .then("only 1.x is read")
            .into());
    }
    let vendors = document.clone();
    let mut misses = Vec::new();
    for (index, action) in overlay.actions.iter().enumerate() {
        let pointer = Pointer::of(&["actions"]).child(index);
        if action.description.trim().is_empty() {
            let problem = format!("the action on `{}` gives no reason", action.target);
            return Err(Finding::refused(PASS, "overlay-reason", &pointer, problem)
                .then("write it into its description")
                .into());
        }
        let parse = |text: &str, key: &str| {
            let now = |former: &str| renamed.iter().find(|(_, known)| *known == former).map(|(now, _)| now.clone());
            Path::parse(text).map(|path| path.with_components(&now)).map_err(|problem| {
                Error::from(
                    Finding::refused(PASS, "overlay-target", &pointer.child(key), format!("`{text}`: {problem}"))
                        .then("correct it in overlay.yaml"),
                )
            })
        };
        let path = parse(&action.target, "target")?;
        if let Some(when) = &action.when {
            let leads = |text: &Option<String>| -> Result<Option<bool>, Error> {
                text.as_ref().map(|text| Ok(!parse(text, "x-when")?.locate(&vendors).is_empty())).transpose()
            };
            let holds = |found: Option<bool>, wanted: bool| found.is_none_or(|found| found == wanted);
            if !holds(leads(&when.absent)?, false) || !holds(leads(&when.present)?, true) {
                continue;
            }
        }
        let mut hits = path.locate(document);
        if hits.is_empty()
            && let Some(target) = rewritten(&action.target, document)
        {
            hits = parse(&target, "target")?.locate(document);
        }
        if hits.is_empty() {
            let problem = format!("the action on `{}` hits nothing", action.target);
            misses.push(
                Finding::refused(PASS, "overlay-miss", &pointer, problem)
                    .then("the description has changed there: correct or remove the action in overlay.yaml"),
            );
        }
        // From the back, so that a removal in an array leaves the earlier hits where they are.
        for hit in hits.iter().rev() {
            if action.remove {
                hit.remove(document);
            } else if let (Some(update), Some(place)) = (&action.update, hit.find(document)) {
                merge(place, update);
            }
        }
    }
    Ok(misses)
}

/// The target with the document's own spelling of its path, where a release writes the same path otherwise.
fn rewritten(target: &str, document: &Value) -> Option<String> {
    let after = target.strip_prefix("$.paths['")?;
    let (path, rest) = after.split_once("']")?;
    let method = rest.trim_start_matches('.').split(['.', '[']).next().unwrap_or_default();
    let listed: Vec<String> = document["paths"].as_object()?.keys().map(|other| format!("{method} {other}")).collect();
    let endpoint = Endpoint { path: path.to_owned(), method: method.to_owned() };
    let (_, found) = same::listed(&endpoint, listed.iter())?.split_once(' ')?;
    Some(format!("$.paths['{found}']{rest}"))
}

/// Objects merge member by member, an array takes the update as one more entry (or, inside an object,
/// several), anything else is replaced.
fn merge(place: &mut Value, update: &Value) {
    match (place, update) {
        (Value::Object(place), Value::Object(update)) => {
            for (key, member) in update {
                match place.get_mut(key) {
                    Some(existing) => merge(existing, member),
                    None => {
                        place.insert(key.clone(), member.clone());
                    }
                }
            }
        }
        (Value::Array(place), Value::Array(update)) => place.extend(update.iter().cloned()),
        (Value::Array(place), update) => place.push(update.clone()),
        (place, update) => *place = update.clone(),
    }
}
