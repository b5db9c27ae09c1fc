//! Showing a report: as text for eyes, as markdown for openapi/CHANGES.md, as JSON for programs.

mod markdown;
mod text;

use std::collections::BTreeMap;

use serde_json::Value;

use super::report::{Change, Report, Surface};
use super::rules::{self, Severity};

pub use markdown::markdown;
pub use text::text;

/// The stable form for other programs.
///
/// # Errors
/// None that can come from a report; the type is serde's.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|text| text + "\n")
}

/// A value as a person would write it.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One change as it is told, of one operation or of several.
struct RenderedLine {
    severity: Severity,
    surface: Surface,
    message: String,
    id: String,
    accepted: Option<String>,
}

/// An operation, several of them, or the whole document, with their changes.
struct Group {
    title: String,
    worst: Severity,
    lines: Vec<RenderedLine>,
}

impl Group {
    fn new(operations: &[String], mut lines: Vec<RenderedLine>) -> Self {
        lines.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.message.cmp(&b.message)));
        let title = match operations {
            [] => "the whole document".to_owned(),
            [one] => one.clone(),
            [first, second, third, more @ ..] if !more.is_empty() => {
                format!("{} operations: {first}, {second}, {third} and {} more", operations.len(), more.len())
            }
            several => format!("{} operations: {}", several.len(), several.join(", ")),
        };
        let worst = lines.iter().map(|line| line.severity).max().unwrap_or(Severity::Cosmetic);
        Self { title, worst, lines }
    }
}

/// Changes by operation, the operations with the worst ones first. A change that many operations have in common, because
/// they share a schema, is told once; so is one that two branches of a union have in common.
fn grouped(report: &Report) -> Vec<Group> {
    const MANY: usize = 4;
    let mut alike: BTreeMap<(&str, &str, &str), Vec<&Change>> = BTreeMap::new();
    for change in &report.changes {
        let accepted = change.accepted.as_deref().unwrap_or_default();
        alike.entry((&change.id, told(change), accepted)).or_default().push(change);
    }
    let mut groups: BTreeMap<Vec<String>, Vec<RenderedLine>> = BTreeMap::new();
    for ((_, message, _), changes) in alike {
        let mut operations: Vec<String> = changes.iter().filter_map(|change| change.operation()).collect();
        operations.sort();
        operations.dedup();
        let Some(first) = changes.first() else { continue };
        let line = |message: &str| RenderedLine {
            severity: first.severity,
            surface: first.surface,
            message: message.to_owned(),
            id: first.id.clone(),
            accepted: first.accepted.clone(),
        };
        if operations.is_empty() || operations.len() >= MANY {
            groups.entry(operations).or_default().push(line(message));
        } else {
            // In full, should `told` have cut it short.
            for operation in operations {
                let full = changes.iter().find(|change| change.operation().as_ref() == Some(&operation));
                let message = full.map_or(message, |change| change.message.as_str());
                groups.entry(vec![operation]).or_default().push(line(message));
            }
        }
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|(operations, lines)| Group::new(&operations, lines)).collect();
    groups.sort_by(|a, b| b.worst.cmp(&a.worst).then_with(|| a.title.cmp(&b.title)));
    groups
}

/// What is told of a change when several are told at once: of a cosmetic one, no more than what kind it is.
fn told(change: &Change) -> &str {
    match change.severity {
        Severity::Cosmetic => rules::says(&change.id).unwrap_or(&change.message),
        _ => &change.message,
    }
}

/// One line that says it all: verdict, counts, semver step and why.
fn summary(report: &Report) -> String {
    format!("wire {}; semver {}: {}", report.verdict.word(), report.semver.word(), report.why())
}
