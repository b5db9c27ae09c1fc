//! Known and accepted changes: openapi/accepted.toml, each entry with its reason and the version it came with.

use serde::Deserialize;

use super::report::Report;

#[derive(Debug, thiserror::Error)]
#[error("{file}")]
pub struct AcceptedError {
    file: String,
    #[source]
    source: toml_edit::de::Error,
}

/// One change that was reviewed and accepted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// As in docs/DIFF.md.
    pub id: String,
    /// `POST /api/partner/cards`; left out for changes of the document as a whole.
    pub operation: Option<String>,
    /// As the report shows it; left out for every place within the operation.
    pub pointer: Option<String>,
    /// The version the change came with.
    pub version: String,
    pub reason: String,
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    #[serde(default)]
    pub change: Vec<Entry>,
}

impl Accepted {
    /// Reads the text of accepted.toml.
    ///
    /// # Errors
    /// If it is not TOML, or an entry lacks its reason or version.
    pub fn parse(text: &str) -> Result<Self, AcceptedError> {
        toml_edit::de::from_str(text)
            .map_err(|source| AcceptedError { file: "openapi/accepted.toml".to_owned(), source })
    }

    /// Marks the changes of a report that are accepted, and returns the entries for its new version that hit nothing.
    pub fn apply(&self, report: &mut Report) -> Vec<Entry> {
        let mut idle = Vec::new();
        for entry in self.change.iter().filter(|entry| entry.version == report.new.version) {
            let mut hit = false;
            for change in report.changes.iter_mut().filter(|change| {
                change.id == entry.id
                    && change.operation() == entry.operation
                    && entry.pointer.as_ref().is_none_or(|pointer| *pointer == change.pointer)
            }) {
                change.accepted = Some(entry.reason.clone());
                hit = true;
            }
            if !hit {
                idle.push(entry.clone());
            }
        }
        report.settle();
        idle
    }
}
