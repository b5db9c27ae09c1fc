//! The report as text.

use std::fmt::Write;

use super::{Drift, Drifted, Standing, What};
use crate::diff::render;

/// What is different, in a few words.
pub fn headline(what: &What) -> String {
    let value = what.value.as_deref().unwrap_or("a value that is not told");
    let status = what.status.unwrap_or_default();
    match what.kind.as_str() {
        "unknown-field" => format!("`{}` ({value}) is not described", what.field),
        "unknown-enum-value" => format!("`{}` can be {value}", what.field),
        "unknown-tag" => format!("no branch has {value} as `{}`", what.field),
        "missing-field" => format!("`{}` is required and can be missing", what.field),
        "null" => format!("`{}` can be null", what.field),
        "other-type" => format!("`{}` can be of type {value}", what.field),
        "other-format" => format!("`{}` is not always a {value}", what.field),
        "out-of-bounds" => format!("`{}` does not keep its `{value}`", what.field),
        "undocumented-status" => format!("status {status} is not documented"),
        "undocumented-error-code" => format!("error code {value} is not documented for {status}"),
        "undocumented-content-type" => format!("media type {value} is not documented for {status}"),
        other => format!("{other} at `{}`", what.field),
    }
}

/// The whole report: what is to be corrected, what no longer is, the actions, their effect.
pub fn text(drift: &Drift, is_written: bool, in_colour: bool) -> String {
    let mut out = String::new();
    let of = |wanted: &dyn Fn(&Standing) -> bool| {
        drift.findings.iter().filter(|finding| wanted(&finding.outcome)).collect::<Vec<_>>()
    };
    let sections: [(&str, Vec<&Drifted>); 5] = [
        ("to correct", of(&|outcome| *outcome == Standing::Corrected)),
        ("to look at", of(&|outcome| matches!(outcome, Standing::ByHand(_)))),
        ("in the vendor's description by now", of(&|outcome| *outcome == Standing::FixedByVendor)),
        ("in overlay.yaml by now", of(&|outcome| *outcome == Standing::InOverlay)),
        ("of places that the description no longer has", of(&|outcome| *outcome == Standing::Gone)),
    ];
    let _ = writeln!(out, "{} differences from {}", drift.findings.len(), drift.version);
    for (title, findings) in sections.iter().filter(|(_, findings)| !findings.is_empty()) {
        let _ = writeln!(out, "\n{title}: {}", findings.len());
        for Drifted { what, seen, outcome, known_as } in findings {
            let _ = writeln!(out, "  {} (at #{}): {}", headline(what), what.schema, seen.words());
            let older: Vec<&str> =
                seen.versions.iter().map(String::as_str).filter(|seen| *seen != drift.version).collect();
            if !older.is_empty() {
                let _ = writeln!(out, "    seen by clients of {}", older.join(", "));
            }
            if let Some(known) = known_as {
                let _ = writeln!(
                    out,
                    "    the description may mean it by `{known}`: an inference from name, type and what is missing"
                );
            }
            if let Standing::ByHand(why) = outcome {
                let _ = writeln!(out, "    {why}");
            }
        }
    }
    if !drift.actions.is_empty() {
        let end = if is_written { "were added to openapi/overlay.yaml" } else { "--write-overlay adds them" };
        let _ = writeln!(out, "\nactions for openapi/overlay.yaml ({end}):");
        drift.actions.iter().for_each(|action| out.push_str(&action.yaml()));
        let _ = writeln!(out, "\neffect on the crate:\n{}", render::text(&drift.effect, in_colour));
    }
    out
}
