//! [`DriftLog`]: counts differences, and writes JSON lines, so that the logs of a fleet can be merged.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Difference;
use super::watch::{ComparedAnswer, DriftObserver};

/// Entries stored unless set otherwise.
const CAPACITY: usize = 10_000;

/// Counts differences by operation, status, path, kind, value and API version. Cheap to clone: clones share one log.
///
/// The first time an entry is seen, a `tracing` event at WARN says so (target `linkcy::drift`).
#[derive(Clone, Debug)]
pub struct DriftLog(Arc<Mutex<Entries>>);

#[derive(Debug)]
struct Entries {
    capacity: usize,
    /// In the order of their [keys](LogEntry::key).
    entries: Vec<LogEntry>,
    compared: u64,
    left_out: u64,
}

/// One entry of a [`DriftLog`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LogEntry {
    /// What was different.
    #[serde(flatten)]
    pub difference: Difference,
    /// `info.version` of the description that the answers were compared with.
    pub api_version: String,
    /// How many answers had it.
    pub count: u64,
    /// When the first of them arrived.
    pub first_seen: Timestamp,
    /// When the last of them arrived.
    pub last_seen: Timestamp,
}

/// A line of a log is invalid.
#[derive(Debug, thiserror::Error)]
#[error("line {0} is not an entry of a drift log")]
pub struct LogError(usize, #[source] serde_json::Error);

impl LogEntry {
    /// Entries with equal keys are counted as one.
    fn key(&self) -> impl Ord {
        let Difference { operation, status, path, kind, value, schema } = &self.difference;
        (operation, status, path, kind.as_str(), value, schema, &self.api_version)
    }
}

impl Default for DriftLog {
    /// An empty log of up to 10,000 entries.
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl DriftLog {
    /// An empty log of up to 10,000 entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty log of up to `capacity` entries. Differences beyond that are counted by [`left_out`](Self::left_out).
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Arc::new(Mutex::new(Entries { capacity, entries: Vec::new(), compared: 0, left_out: 0 })))
    }

    /// How many answers were compared.
    #[must_use]
    pub fn compared(&self) -> u64 {
        self.lock().compared
    }

    /// How often a difference was not stored because the log was full.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.lock().left_out
    }

    /// Every entry, by operation, status, path, kind and value.
    #[must_use]
    pub fn entries(&self) -> Vec<LogEntry> {
        self.lock().entries.clone()
    }

    /// One JSON object a line: `operation`, `status`, `path`, `kind`, `value` where there is one, `schema`, `apiVersion`,
    /// `count`, `firstSeen` and `lastSeen` (ISO 8601).
    #[must_use]
    #[inline]
    pub fn to_json_lines(&self) -> String {
        // Texts and numbers are always writable.
        let log = self.lock();
        let lines = log.entries.iter().filter_map(|entry| serde_json::to_string(entry).ok());
        lines.map(|line| line + "\n").collect()
    }

    /// Adds the entries of another log: the counts add up, first and last seen widen. Empty lines are skipped.
    ///
    /// # Errors
    /// A line that is not an entry. Nothing is added then.
    #[inline]
    pub fn merge_json_lines(&self, text: &str) -> Result<(), LogError> {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let read = lines.map(|(line, text)| serde_json::from_str(text).map_err(|error| LogError(line, error)));
        let read: Vec<LogEntry> = read.collect::<Result<_, _>>()?;
        let mut log = self.lock();
        for entry in read {
            log.add(entry);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    /// Returns whether the entry is new.
    #[inline]
    fn add(&mut self, entry: LogEntry) -> bool {
        match self.entries.binary_search_by(|known| known.key().cmp(&entry.key())) {
            Ok(place) => {
                let known = &mut self.entries[place];
                known.count = known.count.saturating_add(entry.count);
                known.first_seen = known.first_seen.min(entry.first_seen);
                known.last_seen = known.last_seen.max(entry.last_seen);
                false
            }
            Err(_) if self.entries.len() >= self.capacity => {
                self.left_out = self.left_out.saturating_add(1);
                false
            }
            Err(place) => {
                self.entries.insert(place, entry);
                true
            }
        }
    }
}

impl DriftObserver for DriftLog {
    #[inline]
    fn compared(&self, answer: ComparedAnswer<'_>) {
        let now = Timestamp::now();
        self.lock().compared += 1;
        for difference in answer.differences {
            let (first_seen, api_version) = (now, answer.api_version.to_owned());
            let seen = LogEntry { difference: difference.clone(), api_version, count: 1, first_seen, last_seen: now };
            if self.lock().add(seen) {
                let Difference { operation, status, path, kind, value, .. } = difference;
                tracing::warn!(
                    target: "linkcy::drift", operation, status, path, kind = kind.as_str(), value,
                    "an answer is not as the description has it"
                );
            }
        }
    }
}
