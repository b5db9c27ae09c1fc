//! [`DriftLog`]: what was found, counted, in JSON lines that logs of a whole fleet are merged by.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Difference;
use super::watch::{ComparedAnswer, DriftObserver};

/// Entries kept unless set otherwise.
const CAPACITY: usize = 10_000;

/// Counts differences by operation, status, path, kind, value and API version. Cheap to clone: clones share one log.
///
/// The first time an entry is seen, a `tracing` event at WARN says so (target `linkcy::drift`).
#[derive(Clone, Debug)]
pub struct DriftLog(Arc<LogShared>);

#[derive(Debug)]
struct LogShared {
    capacity: usize,
    kept: Mutex<KeptEntries>,
}

#[derive(Debug, Default)]
struct KeptEntries {
    entries: BTreeMap<Key, Count>,
    compared: u64,
    left_out: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    operation: String,
    status: u16,
    path: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    schema: String,
    api_version: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    count: u64,
    #[serde(with = "moment")]
    first_seen: Timestamp,
    #[serde(with = "moment")]
    last_seen: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    key: Key,
    #[serde(flatten)]
    count: Count,
}

/// One entry of a [`DriftLog`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Seen {
    /// `handle.verb` of the operation.
    pub operation: String,
    /// HTTP status of the answers.
    pub status: u16,
    /// As [`Difference::path`].
    pub path: String,
    /// As [`DifferenceKind::name`](super::DifferenceKind::name).
    pub kind: String,
    /// As [`DifferenceKind::value`](super::DifferenceKind::value).
    pub value: Option<String>,
    /// As [`Difference::schema`].
    pub schema: String,
    /// `info.version` of the description that the answers were compared with.
    pub api_version: String,
    /// How many answers had it.
    pub count: u64,
    /// When the first of them came.
    pub first_seen: Timestamp,
    /// When the last of them came.
    pub last_seen: Timestamp,
}

/// A line of a log cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is no entry of a drift log")]
pub struct LogError {
    line: usize,
    #[source]
    source: serde_json::Error,
}

/// Moments as ISO 8601.
mod moment {
    use std::borrow::Cow;

    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(moment)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Default for DriftLog {
    fn default() -> Self {
        Self::new()
    }
}

impl DriftLog {
    /// An empty log of up to 10,000 entries.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// An empty log of up to so many entries. What finds no room is counted by [`left_out`](Self::left_out).
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Arc::new(LogShared { capacity, kept: Mutex::default() }))
    }

    /// How many answers were compared.
    #[must_use]
    pub fn compared(&self) -> u64 {
        self.kept().compared
    }

    /// How often a difference found no room.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.kept().left_out
    }

    /// Every entry, by operation, status, path, kind and value.
    #[must_use]
    pub fn entries(&self) -> Vec<Seen> {
        let kept = self.kept();
        let entry = |(key, count): (&Key, &Count)| Seen {
            operation: key.operation.clone(),
            status: key.status,
            path: key.path.clone(),
            kind: key.kind.clone(),
            value: key.value.clone(),
            schema: key.schema.clone(),
            api_version: key.api_version.clone(),
            count: count.count,
            first_seen: count.first_seen,
            last_seen: count.last_seen,
        };
        kept.entries.iter().map(entry).collect()
    }

    /// One JSON object a line: `operation`, `status`, `path`, `kind`, `value` where there is one, `schema`, `apiVersion`,
    /// `count`, `firstSeen` and `lastSeen` (ISO 8601).
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        let kept = self.kept();
        let mut lines = String::new();
        for (key, count) in &kept.entries {
            // Texts and numbers are always writable.
            if let Ok(line) = serde_json::to_string(&Line { key: key.clone(), count: count.clone() }) {
                let _ = writeln!(lines, "{line}");
            }
        }
        lines
    }

    /// Adds the entries of another log: the counts add up, first and last seen widen. Empty lines are passed over.
    ///
    /// # Errors
    /// A line that is no entry. Nothing is added then.
    pub fn merge_json_lines(&self, text: &str) -> Result<(), LogError> {
        let mut read = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line: Line = serde_json::from_str(line).map_err(|source| LogError { line: index + 1, source })?;
            read.push(line);
        }
        let mut kept = self.kept();
        for Line { key, count } in read {
            kept.add(key, count, self.0.capacity);
        }
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, KeptEntries> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeptEntries {
    /// Says whether the entry is new.
    fn add(&mut self, key: Key, count: Count, capacity: usize) -> bool {
        let is_full = self.entries.len() >= capacity;
        match self.entries.entry(key) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.count = known.count.saturating_add(count.count);
                known.first_seen = known.first_seen.min(count.first_seen);
                known.last_seen = known.last_seen.max(count.last_seen);
                false
            }
            Entry::Vacant(_) if is_full => {
                self.left_out = self.left_out.saturating_add(1);
                false
            }
            Entry::Vacant(place) => {
                place.insert(count);
                true
            }
        }
    }
}

impl Key {
    fn of(difference: &Difference, api_version: &str) -> Self {
        Self {
            operation: difference.operation.name.to_owned(),
            status: difference.status,
            path: difference.path.clone(),
            kind: difference.kind.name().to_owned(),
            value: difference.kind.value().map(str::to_owned),
            schema: difference.schema.clone(),
            api_version: api_version.to_owned(),
        }
    }
}

impl DriftObserver for DriftLog {
    fn compared(&self, answer: ComparedAnswer<'_>) {
        let now = Timestamp::now();
        let mut new = Vec::new();
        {
            let mut kept = self.kept();
            kept.compared += 1;
            for difference in answer.differences {
                let count = Count { count: 1, first_seen: now, last_seen: now };
                if kept.add(Key::of(difference, answer.api_version), count, self.0.capacity) {
                    new.push(difference);
                }
            }
        }
        for difference in new {
            tracing::warn!(
                target: "linkcy::drift",
                operation = difference.operation.name,
                status = difference.status,
                path = difference.path,
                kind = difference.kind.name(),
                value = difference.kind.value(),
                "an answer is not as the description has it"
            );
        }
    }
}
