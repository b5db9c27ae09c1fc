//! Whether the tree is what it says of itself, and whether the vendor has moved on.

use anyhow::{Context, Result};

use crate::compare::{Compared, Comparer};
use crate::diff::rules;
use crate::document::{Document, sha256};
use crate::export;
use crate::fetch;
use crate::intake::source::{Source, counts};
use crate::intake::{changes, numbers, replace};
use crate::tree::{self, CHANGES, DESCRIPTION, LOCK, SOURCE, SURFACE, Tree};

/// One thing the tree says that is not so, with the remedy.
pub type Fault = String;

/// Everything that can be held to the description in the tree. Empty: all is as it should be.
///
/// # Errors
/// If something cannot be read at all.
pub fn faults(tree: &Tree) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let text = tree.read(DESCRIPTION)?;
    let current = tree::document(text.as_bytes(), "openapi/linkcy.json")?;
    source(tree, &text, &current, &mut faults)?;
    let decisions = tree.decisions()?;
    match linkcy_spec::missed_actions(&text, &decisions.overlay, &decisions.lock) {
        Ok(missed) => faults.extend(missed.iter().map(|miss| format!("openapi/overlay.yaml: {miss}"))),
        Err(error) => faults.push(format!("openapi/overlay.yaml: {error}")),
    }
    match linkcy_spec::prepare(&decisions.of(&text)) {
        Err(error) => faults.push(format!("the description cannot be prepared: {error}")),
        Ok(prepared) => {
            faults.extend(
                prepared
                    .unnamed()
                    .iter()
                    .map(|one| format!("openapi/names.toml: {} has no name; derived: {}", one.operation, one.name)),
            );
            faults.extend(prepared.leftovers().iter().map(|operation| {
                format!("openapi/names.toml: {operation} is listed, and the description does not have it")
            }));
            let unlocked = prepared.unlocked(&decisions.lock)?;
            if let Some(first) = unlocked.first() {
                let count = unlocked.len();
                faults.push(format!("openapi/{LOCK} lacks {count} names, such as {first}: {REWRITE}"));
            }
            if tree.read_or_empty(SURFACE)? != prepared.surface().to_string() {
                faults.push(format!("openapi/{SURFACE} is not what the description gives: {REWRITE}"));
            }
        }
    }
    let archived: Vec<Document> = tree.archived()?.into_iter().map(|(_, document)| document).collect();
    let mut comparer = Comparer::new(tree)?;
    if tree.read_or_empty(CHANGES)? != changes::render(&mut comparer, &archived, &current)? {
        faults.push(format!("openapi/{CHANGES} is not what the descriptions give: {REWRITE}"));
    }
    accepted(&mut comparer, &archived, &current, &mut faults)?;
    let ids = tree.root.join(IDS);
    if std::fs::read_to_string(&ids).unwrap_or_default() != documented_ids() {
        faults.push(format!("{IDS} is not what the table of changes gives: {REWRITE}"));
    }
    for (path, text) in export::sandbox_files(tree)? {
        if std::fs::read_to_string(tree.root.join(&path)).unwrap_or_default() != text {
            faults.push(format!("{path} is not the corrected description: {REWRITE}"));
        }
    }
    let readme = std::fs::read_to_string(tree.root.join("README.md")).unwrap_or_default();
    faults.extend(untrue_numbers(&readme, &current));
    Ok(faults)
}

const REWRITE: &str = "`cargo xtask check --write` rewrites it";
const IDS: &str = "docs/DIFF.md";

fn source(tree: &Tree, text: &str, current: &Document, faults: &mut Vec<Fault>) -> Result<()> {
    let source = Source::parse(&tree.read(SOURCE)?)?;
    let hash = sha256(text.as_bytes());
    if source.sha256 != hash {
        faults.push(format!(
            "openapi/source.toml has sha256 {}, openapi/linkcy.json has {hash}: it was edited; corrections go into overlay.yaml",
            source.sha256
        ));
    }
    if source.version != current.version() {
        faults.push(format!(
            "openapi/source.toml has version {}, the description {}",
            source.version,
            current.version()
        ));
    }
    if source.counts != counts(current) {
        faults.push(format!("openapi/source.toml counts {:?}, the description {:?}", source.counts, counts(current)));
    }
    Ok(())
}

/// Every entry has to hit something in the step that led to its version.
fn accepted(comparer: &mut Comparer, archived: &[Document], current: &Document, faults: &mut Vec<Fault>) -> Result<()> {
    let versions: Vec<&Document> = archived.iter().chain([current]).collect();
    let mut idle = comparer.accepted.change.clone();
    for pair in versions.windows(2) {
        if let [old, new] = pair
            && !idle.is_empty()
        {
            let missed = comparer.compare(old, new)?.idle;
            idle.retain(|entry| entry.version != new.version() || missed.contains(entry));
        }
    }
    faults.extend(idle.iter().map(|entry| {
        let operation = entry.operation.as_deref().unwrap_or("the document");
        format!("openapi/accepted.toml: {} of {operation} ({}) hits nothing", entry.id, entry.version)
    }));
    Ok(())
}

/// Rewrites what follows from the description: the surface listing, CHANGES.md, the ids in docs/DIFF.md.
///
/// # Errors
/// If the description cannot be prepared, or the file system refuses.
pub fn write(tree: &Tree) -> Result<()> {
    let text = tree.read(DESCRIPTION)?;
    let current = tree::document(text.as_bytes(), "openapi/linkcy.json")?;
    let decisions = tree.decisions()?;
    let prepared = linkcy_spec::prepare(&decisions.of(&text))?;
    let archived: Vec<Document> = tree.archived()?.into_iter().map(|(_, document)| document).collect();
    let mut files = replace::Files::new();
    files.insert(LOCK.to_owned(), prepared.lock(&decisions.lock)?.into_bytes());
    files.insert(SURFACE.to_owned(), prepared.surface().to_string().into_bytes());
    files.insert(CHANGES.to_owned(), changes::render(&mut Comparer::new(tree)?, &archived, &current)?.into_bytes());
    let ids = tree.root.join(IDS);
    if let Some(folder) = ids.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&ids, documented_ids()).with_context(|| ids.display().to_string())?;
    replace::replace(tree, &files, &mut |_| Ok(()))?;
    write_sandbox(tree)?;
    numbers::write(tree, archived.last(), &current)
}

/// Rewrites the descriptions that the sandbox embeds.
///
/// # Errors
/// If a description cannot be read, or the file system refuses.
pub fn write_sandbox(tree: &Tree) -> Result<()> {
    for (path, text) in export::sandbox_files(tree)? {
        let path = tree.root.join(path);
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// What the description's operations are typed as, and each place that is set aside and was not in the version before.
///
/// # Errors
/// If the description cannot be prepared.
pub fn set_aside(tree: &Tree) -> Result<(linkcy_spec::Typed, Vec<String>)> {
    let text = tree.read(DESCRIPTION)?;
    let prepared = linkcy_spec::prepare(&tree.decisions()?.of(&text))?;
    let mut comparer = Comparer::new(tree)?;
    let known = match tree.archived()?.last() {
        Some((_, before)) => comparer.set_aside(before)?,
        None => Vec::new(),
    };
    let new = prepared.surface().set_aside.into_iter().filter(|line| !known.contains(line));
    Ok((prepared.typed(), new.collect()))
}

/// docs/DIFF.md: the head, which is prose, and one line for each id.
pub fn documented_ids() -> String {
    let lines = rules::documented()
        .into_iter()
        .map(|rule| format!("| `{}` | {} | {} |\n", rule.id, rule.severity.word(), rule.says));
    format!("{}{}", include_str!("../diff.head.md"), lines.collect::<String>())
}

/// Sentences of the README that count something and are wrong: `107 operations`, `508 schemas`, `version 1.114.5`.
/// The operations of one provenance may be counted as well.
fn untrue_numbers(readme: &str, current: &Document) -> Vec<Fault> {
    let counts = counts(current);
    let words: Vec<&str> =
        readme.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric())).collect();
    let mut faults = Vec::new();
    for pair in words.windows(2) {
        let [first, second] = pair else { continue };
        let allowed: Vec<i64> = match *second {
            "operations" => counts.iter().filter(|(name, _)| *name != "schemas").map(|(_, count)| *count).collect(),
            "schemas" => counts.get("schemas").copied().into_iter().collect(),
            _ => Vec::new(),
        };
        if first.parse::<i64>().is_ok_and(|said| !allowed.is_empty() && !allowed.contains(&said)) {
            faults.push(format!("README.md says {first} {second}; the description gives {counts:?}"));
        }
        if *first == "version" && semver::Version::parse(second).is_ok() && *second != current.version() {
            faults.push(format!("README.md says version {second}; the description is of {}", current.version()));
        }
    }
    faults
}

/// The vendor's description as it is now, compared with ours. None: no drift.
///
/// # Errors
/// If upstream cannot be reached or read: that is never taken for "no drift".
pub fn drift(tree: &Tree, against: Option<&str>) -> Result<Option<Compared>> {
    let source = Source::parse(&tree.read(SOURCE)?)?;
    let from = against.map(str::to_owned).unwrap_or(source.source);
    anyhow::ensure!(
        !from.is_empty(),
        "no address to compare with: openapi/source.toml has no `source` yet; give one with --against, or --offline"
    );
    let upstream = tree::document(&fetch::fetch(&from)?.bytes, &from)?;
    let current = tree.current()?;
    if upstream.value == current.value {
        return Ok(None);
    }
    Comparer::new(tree)?.compare(&current, &upstream).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Notation;

    #[test]
    fn numbers_in_the_readme_are_held_to_the_description() {
        let value = serde_json::json!({
            "openapi": "3.0.1", "info": { "version": "1.2.3" }, "paths": { "/a": { "get": {} } },
            "components": { "schemas": { "A": {}, "B": {} } },
        });
        let document = Document::from_value(value, Notation::Json).expect("a description");
        assert!(untrue_numbers("**1 operations** of version 1.2.3, 2 schemas.", &document).is_empty());
        assert_eq!(untrue_numbers("(3 operations) of version 1.2.4; 4 schemas", &document).len(), 3);
    }
}
