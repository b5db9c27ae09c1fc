//! Whether a description that reads well is the one we want: of the same API, not older, not half of it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::Document;
use crate::tree::version_key;

/// Why a description that can be read is not taken in.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Doubt {
    #[error("another API: its title is {new:?}, ours is {old:?}")]
    Title { old: String, new: String },
    #[error("another API: it authenticates by {new}, ours by {old}")]
    Security { old: String, new: String },
    #[error("version {new} is lower than ours, {old}; --force takes it all the same")]
    Older { old: String, new: String },
    #[error("suspiciously small: {new} operations, ours has {old}; --force takes it all the same")]
    Smaller { old: usize, new: usize },
}

/// A description with less than this many percent of our operations is taken for a part of one.
const ENOUGH: usize = 75;

/// Refuses what is doubtful. `force` overrides doubts about version and size, never about which API it is.
pub fn check(old: &Document, new: &Document, force: bool) -> Result<(), Doubt> {
    if old.title() != new.title() {
        return Err(Doubt::Title { old: old.title(), new: new.title() });
    }
    let (ours, theirs) = (schemes(old), schemes(new));
    if !ours.is_empty() && ours.is_disjoint(&theirs) {
        let shown = |set: BTreeSet<String>| {
            if set.is_empty() { "nothing".to_owned() } else { set.into_iter().collect::<Vec<_>>().join(" or ") }
        };
        return Err(Doubt::Security { old: shown(ours), new: shown(theirs) });
    }
    if force {
        return Ok(());
    }
    if version_key(&new.version()) < version_key(&old.version()) {
        return Err(Doubt::Older { old: old.version(), new: new.version() });
    }
    if new.operation_count() * 100 < old.operation_count() * ENOUGH {
        return Err(Doubt::Smaller { old: old.operation_count(), new: new.operation_count() });
    }
    Ok(())
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
