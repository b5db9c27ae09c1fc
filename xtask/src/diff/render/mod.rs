//! Showing a report: as text for eyes, as markdown for openapi/CHANGES.md, as JSON for programs.

mod markdown;
mod text;

use std::collections::BTreeMap;

use serde_json::Value;

use super::report::{Change, Report};
use super::rules::Severity;

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

/// An operation, or the whole document, with its changes.
struct Group<'r> {
    title: String,
    worst: Severity,
    changes: Vec<&'r Change>,
}

/// Changes by operation, the operations with the worst ones first. A change that many operations have in common, because
/// they share a schema, is told once.
fn grouped(report: &Report) -> Vec<Group<'_>> {
    const MANY: usize = 4;
    let mut alike: BTreeMap<(&str, &str), Vec<&Change>> = BTreeMap::new();
    for change in &report.changes {
        alike.entry((&change.id, &change.message)).or_default().push(change);
    }
    let mut groups: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for change in &report.changes {
        let like: &[&Change] = alike.get(&(change.id.as_str(), change.message.as_str())).map_or(&[], Vec::as_slice);
        if like.len() < MANY || change.method.is_none() {
            groups.entry(change.operation().unwrap_or_else(|| "the whole document".to_owned())).or_default().push(change);
        } else if like.first().is_some_and(|first| std::ptr::eq(*first, change)) {
            groups.entry(common_title(like)).or_default().push(change);
        }
    }
    let mut groups: Vec<Group<'_>> = groups
        .into_iter()
        .filter_map(|(title, changes)| {
            let worst = changes.iter().map(|change| change.severity).max()?;
            Some(Group { title, worst, changes })
        })
        .collect();
    groups.sort_by(|a, b| b.worst.cmp(&a.worst).then_with(|| a.title.cmp(&b.title)));
    groups
}

fn common_title(alike: &[&Change]) -> String {
    let operations: Vec<String> = alike.iter().filter_map(|change| change.operation()).collect();
    let shown: Vec<&str> = operations.iter().take(3).map(String::as_str).collect();
    let more = operations.len().saturating_sub(shown.len());
    format!("{} operations: {} and {more} more", operations.len(), shown.join(", "))
}

/// One line that says it all: verdict, counts, semver step and why.
fn summary(report: &Report) -> String {
    format!("{}; semver {}: {}", report.verdict.word(), report.semver.word(), report.why())
}
