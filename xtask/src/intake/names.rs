//! openapi/names.toml gains the operations it does not list, with their derived names; what is there stays as it is.

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item, Table, value};

/// The text with the new operations, each pair being `METHOD /path` and `handle.verb`.
///
/// # Errors
/// If the text is not TOML, or its `operations` are not a table.
pub fn with(text: &str, unnamed: &[(String, String)], version: &str) -> Result<String> {
    if unnamed.is_empty() {
        return Ok(text.to_owned());
    }
    let mut document: DocumentMut = text.parse().context("openapi/names.toml")?;
    let operations = document.entry("operations").or_insert_with(|| Item::Table(Table::new()));
    let table = operations.as_table_mut().context("openapi/names.toml: `operations` has to be a table")?;
    let mut first = true;
    for (operation, name) in unnamed.iter().filter(|(operation, _)| !operation.is_empty()) {
        if table.contains_key(operation) {
            continue;
        }
        table.insert(operation, value(name));
        if first && let Some(mut key) = table.key_mut(operation) {
            key.leaf_decor_mut().set_prefix(format!("\n# New in {version}, names derived: to be reviewed.\n"));
            first = false;
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn a_name_that_is_there_is_never_changed() {
        let text = "# head\n[operations]\n\"GET /a\" = \"a.list\" # ours\n\n[types]\nX = \"Y\"\n";
        let unnamed = [("GET /a".to_owned(), "a.other".to_owned()), ("POST /a".to_owned(), "a.create".to_owned())];
        let written = with(text, &unnamed, "2.0.0").expect("it is TOML");
        assert!(written.contains("\"GET /a\" = \"a.list\" # ours"), "{written}");
        assert!(
            written.contains("# New in 2.0.0, names derived: to be reviewed.\n\"POST /a\" = \"a.create\""),
            "{written}"
        );
        assert!(written.contains("[types]\nX = \"Y\""), "{written}");
    }
}
