//! What rustc says of generated code, with the item it speaks of.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// One error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Where the file is.
    pub file: String,
    pub line: usize,
    /// What rustc says.
    pub message: String,
    /// The generated item that it is about: a type, or the struct of an operation.
    pub item: Option<String>,
}

/// The errors in what `cargo check --message-format=json` prints.
pub fn complaints(output: &str, root: &Path) -> Vec<Complaint> {
    output
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-message" && message["message"]["level"] == "error")
        .filter_map(|message| complaint(&message["message"], root))
        .collect()
}

fn complaint(message: &Value, root: &Path) -> Option<Complaint> {
    let text = message["message"].as_str()?.to_owned();
    let spans = message["spans"].as_array()?;
    let primary = spans.iter().find(|span| span["is_primary"] == true)?;
    // Where a macro was called, not where it is.
    let mut span = primary;
    while span["expansion"]["span"].is_object() {
        span = &span["expansion"]["span"];
    }
    let file = span["file_name"].as_str()?.to_owned();
    let line = usize::try_from(span["line_start"].as_u64()?).ok()?;
    let item = fs::read_to_string(root.join(&file)).ok().and_then(|source| item(&source, line));
    Some(Complaint { file, line, message: text, item })
}

/// The nearest item at or above a line.
fn item(source: &str, line: usize) -> Option<String> {
    let lines: Vec<&str> = source.lines().collect();
    let above = lines.get(..line.min(lines.len()))?;
    above.iter().rev().find_map(|text| {
        let text = text.trim_start();
        let named = |after: &str| -> Option<String> {
            let name: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            (!name.is_empty()).then_some(name)
        };
        for start in ["pub struct ", "pub enum ", "pub closed enum ", "pub type "] {
            if let Some(after) = text.strip_prefix(start) {
                return named(after);
            }
        }
        let (_, after) = text.strip_prefix("impl")?.split_once(" for ")?;
        named(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_item_it_stands_in() {
        let source = "pub struct Card {\n    pub id: Missing,\n}\nimpl Record for Ledger {\n    fn read() {}\n}\n";
        assert_eq!(item(source, 2).as_deref(), Some("Card"));
        assert_eq!(item(source, 5).as_deref(), Some("Ledger"));
        assert_eq!(item("", 3), None);
    }
}
