//! The numbers in README.md that count what the description has: `107 operations`, `version 1.114.5`.

use anyhow::{Context, Result};

use super::source::counts;
use crate::document::Document;
use crate::tree::Tree;

const README: &str = "README.md";

/// Brings the README to the new description; `old` is what it was written for.
///
/// # Errors
/// If it cannot be read or written.
pub fn write(tree: &Tree, old: Option<&Document>, new: &Document) -> Result<()> {
    let path = tree.root.join(README);
    if !path.exists() {
        return Ok(());
    }
    let text = std::fs::read_to_string(&path).context(README)?;
    let written = rewritten(&text, old, new);
    if written != text {
        std::fs::write(&path, written).context(README)?;
    }
    Ok(())
}

/// A number before `operations` or `schemas` that the old description gives is what the new one gives under the same name; any
/// other wrong one is the number of all.
fn rewritten(text: &str, old: Option<&Document>, new: &Document) -> String {
    let now = counts(new);
    let before = old.map(counts).unwrap_or_default();
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (head, tail) = rest.split_at(start);
        let end = tail.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-').unwrap_or(tail.len());
        let (token, after) = tail.split_at(end);
        let token_end = token.trim_end_matches('.').len();
        let (token, dots) = token.split_at(token_end);
        out.push_str(head);
        let word: String = after.trim_start().chars().take_while(|c| c.is_ascii_alphabetic()).collect();
        let is_version = head.trim_end().ends_with("version") && semver::Version::parse(token).is_ok();
        match token.parse::<i64>() {
            _ if is_version => out.push_str(&new.version()),
            Ok(number) if word == "operations" || word == "schemas" => {
                let fits = |name: &&String| (word == "schemas") == (name.as_str() == "schemas");
                let is_right = now.iter().any(|(name, count)| fits(&name) && *count == number);
                let name =
                    before.iter().find(|(name, count)| fits(name) && **count == number).map(|(name, _)| name.clone());
                let right = now.get(&name.unwrap_or_else(|| word.clone())).or_else(|| now.get(&word));
                out.push_str(&if is_right {
                    token.to_owned()
                } else {
                    right.map_or(token.to_owned(), ToString::to_string)
                });
            }
            _ => out.push_str(token),
        }
        out.push_str(dots);
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Notation;

    fn document(version: &str, operations: usize) -> Document {
        let paths: serde_json::Map<String, serde_json::Value> =
            (0..operations).map(|n| (format!("/{n}"), serde_json::json!({ "get": {} }))).collect();
        let value = serde_json::json!({ "openapi": "3.0.1", "info": { "version": version }, "paths": paths });
        Document::from_value(value, Notation::Json).expect("a description")
    }

    #[test]
    fn numbers_follow_the_description_and_other_numbers_stay() {
        let text = "All 2 operations of version 1.0.0, in 2 minutes (HTTP/2). 7 operations.";
        let written = rewritten(text, Some(&document("1.0.0", 2)), &document("1.1.0", 3));
        assert_eq!(written, "All 3 operations of version 1.1.0, in 2 minutes (HTTP/2). 3 operations.");
        assert_eq!(rewritten(&written, None, &document("1.1.0", 3)), written);
    }
}
