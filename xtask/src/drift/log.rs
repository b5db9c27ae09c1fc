//! Logs of drift, as `linkcy::drift::DriftLog` writes them: read, merged, and grouped by what they say of one place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// One line of a log.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub operation: String,
    pub status: u16,
    pub path: String,
    pub kind: String,
    #[serde(default)]
    pub value: Option<String>,
    pub schema: String,
    pub api_version: String,
    pub count: u64,
    /// ISO 8601 in UTC, so that texts sort as the moments do.
    pub first_seen: String,
    pub last_seen: String,
}

/// What is different, whichever operations show it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct What {
    pub schema: String,
    pub kind: String,
    /// The last step of the path: the field.
    pub field: String,
    pub value: Option<String>,
    /// Of what a response as a whole has.
    pub status: Option<u16>,
}

/// How often and where it was seen.
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    pub operations: BTreeSet<String>,
    pub paths: BTreeSet<String>,
    pub versions: BTreeSet<String>,
    pub count: u64,
    pub first: String,
    pub last: String,
}

/// Everything that the logs of a fleet say.
#[derive(Clone, Debug, Default)]
pub struct Log(pub BTreeMap<What, Sightings>);

impl Log {
    /// Reads and merges files.
    ///
    /// # Errors
    /// A file that cannot be read, or a line that is no entry.
    pub fn read(files: &[impl AsRef<Path>]) -> Result<Self> {
        let mut log = Self::default();
        for file in files.iter().map(AsRef::as_ref) {
            let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
            log.add(&text).with_context(|| file.display().to_string())?;
        }
        Ok(log)
    }

    fn add(&mut self, text: &str) -> Result<()> {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line: Line = serde_json::from_str(line)
                .with_context(|| format!("line {} is not an entry of a drift log", index + 1))?;
            let of_response = line.kind.starts_with("undocumented-");
            let what = What {
                schema: line.schema,
                kind: line.kind,
                field: field(&line.path).to_owned(),
                value: line.value,
                status: of_response.then_some(line.status),
            };
            let seen = self.0.entry(what).or_default();
            if seen.first.is_empty() || line.first_seen < seen.first {
                seen.first.clone_from(&line.first_seen);
            }
            if line.last_seen > seen.last {
                seen.last.clone_from(&line.last_seen);
            }
            seen.count = seen.count.saturating_add(line.count);
            seen.operations.insert(line.operation);
            seen.paths.insert(line.path);
            seen.versions.insert(line.api_version);
        }
        Ok(())
    }
}

impl Sightings {
    /// In one line, as the reason of a correction.
    pub fn words(&self) -> String {
        let mut shown: Vec<&str> = self.operations.iter().take(3).map(String::as_str).collect();
        let more = self.operations.len().saturating_sub(shown.len());
        let rest = format!("{more} more");
        if more > 0 {
            shown.push(&rest);
        }
        let day = |moment: &str| moment.split('T').next().unwrap_or_default().to_owned();
        let answers = if self.count == 1 { "answer" } else { "answers" };
        let (first, last) = (day(&self.first), day(&self.last));
        let days = if first == last { first } else { format!("{first} to {last}") };
        format!("{} {answers} of {}, {days}", self.count, shown.join(", "))
    }
}

/// `status` of `content[].status`, `limits` of `content[].limits[]`.
fn field(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default().trim_end_matches("[]")
}
