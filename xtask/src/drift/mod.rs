//! `cargo xtask drift`: from what a fleet's clients saw to corrections of the description.
//!
//! `log` reads and merges; `place` finds what the description says; `correction` makes overlay actions and tells what they are no
//! longer needed for; `render` shows the report.

mod correction;
mod log;
mod place;
mod render;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use linkcy_spec::{Action, Options, prepare_with};
use serde_json::Value;

use self::correction::is_described;
pub use self::log::{Log, Sightings, What};
use self::place::Place;
pub use self::render::text;
use crate::check;
use crate::diff::Report;
use crate::diff::rust::diff_surfaces;
use crate::intake::overlay;
use crate::tree::{DESCRIPTION, OVERLAY, Tree};

/// What logs of drift mean for the tree.
#[derive(Clone, Debug)]
pub struct Drift {
    /// `info.version` of the description in the tree.
    pub version: String,
    pub findings: Vec<Drifted>,
    /// Actions for overlay.yaml, in order.
    pub actions: Vec<Action>,
    /// What the actions do to the crate's surface.
    pub effect: Report,
}

/// One difference, and what is to be done about it.
#[derive(Clone, Debug)]
pub struct Drifted {
    pub what: What,
    pub seen: Sightings,
    pub outcome: Standing,
    /// A described field that this one may be, by another name: an inference.
    pub known_as: Option<String>,
}

/// What becomes of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The actions correct it.
    Corrected,
    /// The vendor's description has it by now.
    FixedByVendor,
    /// overlay.yaml has it by now.
    InOverlay,
    /// The description no longer has the place.
    Gone,
    /// Somebody has to look.
    ByHand(String),
}

/// Reads logs and says what to correct; with `write`, writes it into overlay.yaml and what follows from it.
///
/// # Errors
/// Files that cannot be read, or a description that is refused with the corrections; nothing is written then.
pub fn run(tree: &Tree, files: &[PathBuf], write: bool) -> Result<Drift> {
    let log = Log::read(files)?;
    let (description, old) = (tree.read(DESCRIPTION)?, tree.decisions()?);
    let (drift, corrected) = consider(&description, &old, &log)?;
    if write && !drift.actions.is_empty() {
        let path = tree.openapi().join(OVERLAY);
        std::fs::write(&path, corrected).with_context(|| path.display().to_string())?;
        check::write(tree)?;
    }
    Ok(drift)
}

/// The same without a tree: gives the new text of overlay.yaml beside the report.
///
/// # Errors
/// A description that is refused, as it is or with the corrections.
pub fn consider(description: &str, old: &crate::tree::Decisions, log: &Log) -> Result<(Drift, String)> {
    let vendors = linkcy_spec::corrected(description, linkcy_spec::Inputs::NO_OVERLAY, "")?;
    let ours = linkcy_spec::corrected(description, &old.overlay, &old.lock)?;
    let mut findings = Vec::new();
    let mut actions: BTreeMap<(usize, String), Vec<Action>> = BTreeMap::new();
    for (what, seen) in &log.0 {
        let mut outcome = outcome(&vendors, &ours, what);
        if outcome == Standing::Corrected {
            let reason = format!("{}: seen in {}.", render::headline(what), seen.words());
            match correction::actions(&ours, what, &types_seen(log, what), &reason) {
                Ok(new) => {
                    // One place is corrected once, however many types were seen there. What replaces it goes first.
                    let place = format!(
                        "{} {} {:?}",
                        what.schema,
                        what.field,
                        what.value.as_ref().filter(|_| !has_types(what))
                    );
                    actions
                        .entry((usize::from(what.kind != "other-type"), format!("{} {place}", what.kind)))
                        .or_insert(new);
                }
                Err(why) => outcome = Standing::ByHand(why),
            }
        }
        let known_as = (outcome == Standing::Corrected).then(|| known_as(&ours, log, what)).flatten();
        findings.push(Drifted { what: what.clone(), seen: seen.clone(), outcome, known_as });
    }
    let actions: Vec<Action> = actions.into_values().flatten().collect();
    let texts: Vec<String> = actions.iter().map(Action::yaml).collect();
    let mut new = old.clone();
    if !texts.is_empty() {
        new.overlay = overlay::with(&old.overlay, &texts);
    }
    let options = Options::default();
    let before = prepare_with(&old.of(description), &options).context("the description is refused")?;
    let after = prepare_with(&new.of(description), &options).context("the corrected description is refused")?;
    after.generate().context("progenitor refuses the corrected description")?;
    let corrected = linkcy_spec::corrected(description, &new.overlay, &new.lock)?;
    for finding in findings.iter_mut().filter(|finding| finding.outcome == Standing::Corrected) {
        if is_described(&corrected, &finding.what) != Some(true) {
            finding.outcome = Standing::ByHand("the correction did not reach the place: write one by hand".into());
        }
    }
    let version = before.version().to_owned();
    let changes = diff_surfaces(&before.surface(), &after.surface());
    let effect = Report::new(version.clone(), version.clone(), changes);
    Ok((Drift { version, findings, actions, effect }, new.overlay))
}

fn outcome(vendors: &Value, ours: &Value, what: &What) -> Standing {
    match (is_described(vendors, what), is_described(ours, what)) {
        (_, None) => Standing::Gone,
        (Some(true), Some(true)) => Standing::FixedByVendor,
        (_, Some(true)) => Standing::InOverlay,
        (_, Some(false)) => Standing::Corrected,
    }
}

/// Its value is the JSON type that came.
fn has_types(what: &What) -> bool {
    ["unknown-field", "other-type"].contains(&what.kind.as_str())
}

/// Every type that was seen at the place.
fn types_seen(log: &Log, what: &What) -> BTreeSet<String> {
    let is_same = |other: &&What| other.schema == what.schema && other.kind == what.kind && other.field == what.field;
    log.0.keys().filter(is_same).filter_map(|other| other.value.clone()).collect()
}

/// The described field of the same object that an unknown one may be: spelled otherwise, or the only one that is missing.
fn known_as(ours: &Value, log: &Log, what: &What) -> Option<String> {
    if what.kind != "unknown-field" {
        return None;
    }
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let object = Place::at(ours, &what.schema)?.target();
    let properties = object.properties();
    if let Some(name) = properties.keys().find(|name| plain(name) == plain(&what.field)) {
        return Some(name.clone());
    }
    let of_object = |kind: &str| {
        let below = format!("{}/properties/", what.schema);
        let found = log.0.keys().filter(|other| other.kind == kind);
        let found = found.filter(|other| other.schema == what.schema || other.schema.starts_with(&below));
        found.map(|other| other.field.clone()).collect::<BTreeSet<_>>()
    };
    let (unknown, mut missing) = (of_object("unknown-field"), of_object("missing-field"));
    let only = missing.pop_first().filter(|_| missing.is_empty() && unknown.len() == 1)?;
    let described = properties.get(&only)?.clone().target();
    (described.value["type"].as_str() == what.value.as_deref()).then_some(only)
}

/// The files that a shell left as they are: a folder stands for the logs in it.
///
/// # Errors
/// A folder that cannot be read.
pub fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for path in named {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
            let mut found = Vec::new();
            for entry in entries {
                let file = entry?.path();
                if file.extension().is_some_and(|extension| extension == "jsonl") {
                    found.push(file);
                }
            }
            found.sort();
            all.extend(found);
        } else {
            all.push(Path::to_path_buf(path));
        }
    }
    Ok(all)
}
