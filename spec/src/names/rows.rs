//! A table of names.toml that remembers which of its rows a pass has used, so that a row which no longer
//! fits anything in the description is reported instead of staying for ever.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};

/// Rows by key.
#[derive(Debug, Clone)]
pub(crate) struct Rows<V>(BTreeMap<String, NamedRow<V>>);

#[derive(Debug, Clone)]
struct NamedRow<V> {
    value: V,
    used: Cell<bool>,
}

impl<V> Rows<V> {
    /// The row of a key, which counts as used.
    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        let row = self.0.get(key)?;
        row.used.set(true);
        Some(&row.value)
    }

    /// The row of a place, however the vendor spells its component.
    pub(crate) fn at(&self, place: &str) -> Option<&V> {
        super::same::spellings(place).iter().find_map(|spelling| self.get(spelling))
    }

    /// Whether there is a row, without using it.
    pub(crate) fn lists(&self, key: &str) -> bool {
        super::same::spellings(key).iter().any(|spelling| self.0.contains_key(spelling))
    }

    /// The row with the longest key that `text` begins with.
    pub(crate) fn longest_beginning(&self, text: &str) -> Option<&V> {
        let keys = self.0.keys().filter(|key| text.starts_with(key.as_str()));
        self.get(keys.max_by_key(|key| key.len())?)
    }

    /// The keys that nothing asked for.
    pub(crate) fn unused(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, row)| !row.used.get()).map(|(key, _)| key.as_str())
    }
}

impl Rows<()> {
    /// Whether the list has the word, which then counts as used.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.get(word).is_some()
    }
}

impl<V> Default for Rows<V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<V> FromIterator<(String, V)> for Rows<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(rows: I) -> Self {
        let row = |(key, value)| (key, NamedRow { value, used: Cell::new(false) });
        Self(rows.into_iter().map(row).collect())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Rows<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::deserialize(deserializer)?.into_iter().collect())
    }
}

/// Reads a plain list of words as rows without values.
pub(crate) fn listed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rows<()>, D::Error> {
    let words = BTreeSet::deserialize(deserializer)?;
    Ok(words.into_iter().map(|word| (word, ())).collect())
}
