//! openapi/source.toml: where the description comes from. Comments in it are the reader's and stay.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;
use toml_edit::{DocumentMut, Item, Table, value};

use crate::document::{Document, METHODS};

/// What source.toml says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub version: String,
    /// Of linkcy.json.
    pub sha256: String,
    /// The address or file it came from; empty while the vendor's is not known.
    pub source: String,
    /// Of the bytes as they came, where linkcy.json had to be written from them; else the same as `sha256`.
    pub fetched_sha256: String,
    /// How it came: `file`, `page, download link` or `page, embedded`, and what was done to it.
    pub form: String,
    /// The day it was taken in, `YYYY-MM-DD`, UTC.
    pub date: String,
    pub provenance: String,
    /// operations, schemas, and operations by the provenance they state.
    pub counts: BTreeMap<String, i64>,
}

impl Source {
    /// Reads the text of source.toml.
    ///
    /// # Errors
    /// If it is not TOML or lacks the version or the hash.
    pub fn parse(text: &str) -> Result<Self> {
        let document: DocumentMut = text.parse().context("openapi/source.toml")?;
        let field = |name: &str| document.get(name).and_then(Item::as_str).unwrap_or_default().to_owned();
        let counts = document.get("counts").and_then(Item::as_table).into_iter().flatten();
        let source = Self {
            version: field("version"),
            sha256: field("sha256"),
            source: field("source"),
            fetched_sha256: field("fetched_sha256"),
            form: field("form"),
            date: field("date"),
            provenance: field("provenance"),
            counts: counts.filter_map(|(name, count)| Some((name.to_owned(), count.as_integer()?))).collect(),
        };
        anyhow::ensure!(
            !source.version.is_empty() && !source.sha256.is_empty(),
            "openapi/source.toml: `version` and `sha256` have to be there"
        );
        Ok(source)
    }

    /// Writes it into an earlier text, whose comments stay.
    ///
    /// # Errors
    /// If the earlier text is not TOML.
    pub fn write(&self, earlier: &str) -> Result<String> {
        let earlier = if earlier.trim().is_empty() { HEAD } else { earlier };
        let mut document: DocumentMut = earlier.parse().context("openapi/source.toml")?;
        let fields = [
            ("version", &self.version),
            ("sha256", &self.sha256),
            ("source", &self.source),
            ("fetched_sha256", &self.fetched_sha256),
            ("form", &self.form),
            ("date", &self.date),
            ("provenance", &self.provenance),
        ];
        for (name, text) in fields {
            match document.get_mut(name).and_then(Item::as_value_mut) {
                // The value alone, so that what stands beside it stays.
                Some(old) => {
                    let decor = old.decor().clone();
                    *old = text.into();
                    *old.decor_mut() = decor;
                }
                None => {
                    document.insert(name, value(text));
                }
            }
        }
        let counts = document.entry("counts").or_insert_with(|| Item::Table(Table::new()));
        if let Some(table) = counts.as_table_mut() {
            table.retain(|name, _| self.counts.contains_key(name));
            for (name, count) in &self.counts {
                table.insert(name, value(*count));
            }
        }
        Ok(document.to_string())
    }
}

const HEAD: &str = "\
# Where openapi/linkcy.json comes from. Written by `cargo xtask update-spec`; comments stay.
";

/// What can be counted in a description, to be compared at a glance.
pub fn counts(document: &Document) -> BTreeMap<String, i64> {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut counts = BTreeMap::from([
        ("operations".to_owned(), number(document.operation_count())),
        ("schemas".to_owned(), number(document.schema_count())),
    ]);
    let paths = document.value.get("paths").and_then(Value::as_object).into_iter().flatten();
    let operations = paths.filter_map(|(_, item)| item.as_object()).flatten();
    for (_, operation) in operations.filter(|(method, _)| METHODS.contains(&method.as_str())) {
        if let Some(provenance) = operation.get("x-provenance").and_then(Value::as_str) {
            *counts.entry(provenance.to_owned()).or_default() += 1;
        }
    }
    counts
}

/// The day it is, `YYYY-MM-DD`, UTC.
pub fn today() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    civil(i64::try_from(seconds / 86_400).unwrap_or_default())
}

/// Days since 1970-01-01 as a date, counting in eras of 400 years that begin in March.
fn civil(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_through_leap_years() {
        let days = [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (19_782, "2024-02-29"),
            (20_779, "2026-11-22"),
        ];
        for (day, date) in days {
            assert_eq!(civil(day), date);
        }
    }

    #[test]
    fn comments_outlive_an_update() {
        let earlier = "# why\nversion = \"1\" # beside\nsha256 = \"a\"\n\n# the counts\n[counts]\noperations = 1\n";
        let mut source = Source::parse(earlier).expect("it is TOML");
        source.version = "2".to_owned();
        source.counts = BTreeMap::from([("operations".to_owned(), 2)]);
        let written = source.write(earlier).expect("it is TOML");
        for kept in ["# why", "version = \"2\" # beside", "# the counts", "operations = 2"] {
            assert!(written.contains(kept), "{kept} is not in\n{written}");
        }
        assert_eq!(Source::parse(&written).expect("it is TOML"), source);
    }
}
