//! openapi/names.lock: every generated name by its place. A name that was given once is kept, so that a new sibling,
//! another branch or a changed order renames nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

use crate::finding::{Error, Finding};
use crate::pointer::Pointer;

/// The names given so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lock {
    /// Place of a schema -> Rust type: `Card.owner`, `cards_list.status`.
    pub(crate) types: BTreeMap<String, String>,
    /// Rust enum -> value -> variant; Rust union -> place of the branch -> variant.
    pub(crate) variants: BTreeMap<String, BTreeMap<String, String>>,
    /// The vendor's name of a component now -> the name it had, which is the one in places, names.toml and overlay.yaml.
    pub(crate) renamed: BTreeMap<String, String>,
}

const HEAD: &str = "\
# Every generated name by its place, written by `cargo xtask`. A name given once is kept: to change one, change it here or in
# names.toml, which goes before.
";

impl Lock {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| {
            let problem = format!("names.lock: {}", error.to_string().trim());
            Finding::refused("names.lock", "lock-unreadable", &Pointer::root(), problem)
                .then("restore it from version control, or delete it and run `cargo xtask check --write`")
                .into()
        })
    }

    /// Takes in that the vendor renamed components: new name -> name before.
    pub(crate) fn follow(&mut self, renames: &BTreeMap<String, String>) {
        let earlier = self.renamed.clone();
        for (now, before) in renames {
            let former = earlier.get(before).unwrap_or(before);
            match former == now {
                true => self.renamed.remove(now),
                false => self.renamed.insert(now.clone(), former.clone()),
            };
        }
    }

    /// The type that was given to a place.
    pub(crate) fn ty(&self, place: &str) -> Option<&String> {
        super::same::spellings(place).iter().find_map(|spelling| self.types.get(spelling))
    }

    /// The variant that was given to a value of an enum, or to a branch of a union.
    pub(crate) fn variant(&self, of: &str, place: &str) -> Option<&String> {
        let variants = self.variants.get(of)?;
        super::same::spellings(place).iter().find_map(|spelling| variants.get(spelling))
    }

    /// Takes in what `newer` has and this has not.
    pub(crate) fn extend(&mut self, newer: &Self) {
        for (place, name) in &newer.types {
            self.types.insert(place.clone(), name.clone());
        }
        for (of, variants) in &newer.variants {
            let known = self.variants.entry(of.clone()).or_default();
            for (value, name) in variants {
                known.insert(value.clone(), name.clone());
            }
        }
    }

    /// The names of `current` that this does not have, or has otherwise.
    pub(crate) fn missing(&self, current: &Self) -> Vec<String> {
        let types = current.types.iter().filter(|(place, name)| self.types.get(*place) != Some(name));
        let types = types.map(|(place, name)| format!("{place} = {name}"));
        let variants = current.variants.iter().flat_map(|(of, variants)| {
            let known = self.variants.get(of);
            variants
                .iter()
                .filter(move |(value, name)| known.and_then(|known| known.get(*value)) != Some(name))
                .map(move |(value, name)| format!("{of}::{name} = {value}"))
        });
        types.chain(variants).collect()
    }

    /// As the file is written.
    pub fn render(&self) -> String {
        let mut out = String::from(HEAD);
        out.push_str("\n[types]\n");
        for (place, name) in &self.types {
            let _ = writeln!(out, "{} = {}", quoted(place), quoted(name));
        }
        if !self.renamed.is_empty() {
            out.push_str("\n[renamed]\n");
        }
        for (now, former) in &self.renamed {
            let _ = writeln!(out, "{} = {}", quoted(now), quoted(former));
        }
        for (of, variants) in &self.variants {
            let _ = writeln!(out, "\n[variants.{of}]");
            for (value, name) in variants {
                let _ = writeln!(out, "{} = {}", quoted(value), quoted(name));
            }
        }
        out
    }
}

/// A TOML basic string: JSON's escapes are among its own.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_renamed_again_keeps_its_first_name() {
        let mut lock = Lock::default();
        for (now, before, expected) in [("B", "A", Some("A")), ("C", "B", Some("A")), ("A", "C", None)] {
            lock.follow(&BTreeMap::from([(now.to_owned(), before.to_owned())]));
            assert_eq!(lock.renamed.get(now).map(String::as_str), expected, "{now}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut lock = Lock::default();
        for place in ["Card", "cards_list.status[]", "odd \"quotes\"", "tab\there", "é\u{7f}"] {
            lock.types.insert(place.into(), "Name".into());
            lock.variants.entry("Status".into()).or_default().insert(place.into(), "Open".into());
            lock.renamed.insert(place.into(), "Former".into());
        }
        assert_eq!(Lock::parse(&lock.render()).unwrap(), lock);
        assert!(Lock::default().missing(&lock).len() == 10 && lock.missing(&lock).is_empty());
    }
}
