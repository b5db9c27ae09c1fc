//! Applies overlay.yaml (OpenAPI Overlay 1.0): our corrections of the description. Each action says why,
//! and one that hits nothing is an error, so that no correction outlives what it corrects.

use serde::Deserialize;
use serde_json::Value;

use crate::Error;
use crate::document::Pointer;
use crate::jsonpath::Path;
use crate::work::Work;

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
    actions: Vec<Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    target: String,
    /// Optional in the standard; here it is the reason, and has to be there.
    #[serde(default)]
    description: String,
    #[serde(default)]
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
}

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let misses = apply(&work.overlay, work.document.value_mut())?;
    match misses.into_iter().next() {
        Some(miss) if !work.lenient_overlay => Err(miss),
        _ => Ok(()),
    }
}

/// Applies every action; returns an error for each that hit nothing.
pub(crate) fn apply(overlay: &str, document: &mut Value) -> Result<Vec<Error>, Error> {
    let overlay: Overlay = serde_norway::from_str(overlay).map_err(|error| {
        Error::new(
            PASS,
            &Pointer::root(),
            format!("overlay.yaml: {error}"),
            "see CONTRIBUTING.md for how a correction is written",
        )
    })?;
    if !overlay.overlay.starts_with("1.") {
        return Err(Error::new(
            PASS,
            &Pointer::root().child("overlay"),
            format!("overlay.yaml is Overlay {}", overlay.overlay),
            "only 1.x is read",
        ));
    }
    let mut misses = Vec::new();
    for (index, action) in overlay.actions.iter().enumerate() {
        let pointer = Pointer::of(&["actions"]).child(index);
        if action.description.trim().is_empty() {
            return Err(Error::new(
                PASS,
                &pointer,
                format!("the action on `{}` gives no reason", action.target),
                "write it into its description",
            ));
        }
        let path = Path::parse(&action.target).map_err(|problem| {
            Error::new(
                PASS,
                &pointer.child("target"),
                format!("`{}`: {problem}", action.target),
                "correct it in overlay.yaml",
            )
        })?;
        let hits = path.locate(document);
        if hits.is_empty() {
            misses.push(Error::new(
                PASS,
                &pointer,
                format!("the action on `{}` hits nothing", action.target),
                "the description has changed there: correct or remove the action in overlay.yaml",
            ));
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
