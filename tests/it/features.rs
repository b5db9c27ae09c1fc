//! The table of features in the crate's docs, held against Cargo.toml.

use std::collections::{BTreeMap, BTreeSet};

const MANIFEST: &str = include_str!("../../Cargo.toml");
const DOCS: &str = include_str!("../../src/lib.rs");

/// Each feature of Cargo.toml with what it switches on.
fn features() -> BTreeMap<&'static str, Vec<&'static str>> {
    let section = MANIFEST.split_once("\n[features]\n").map_or("", |(_, rest)| rest);
    let section = section.split("\n[").next().unwrap_or_default();
    let entries = section.split(']').filter_map(|entry| entry.split_once('['));
    entries
        .map(|(head, items)| {
            let name = head.lines().last().unwrap_or_default().trim_end_matches(" = ");
            (name, items.split('"').skip(1).step_by(2).collect())
        })
        .collect()
}

/// What is on by default, directly or by another feature.
fn on_by_default(features: &BTreeMap<&'static str, Vec<&'static str>>) -> BTreeSet<&'static str> {
    let (mut on, mut waiting) = (BTreeSet::new(), features["default"].clone());
    while let Some(feature) = waiting.pop() {
        if let Some(more) = features.get(feature)
            && on.insert(feature)
        {
            waiting.extend(more);
        }
    }
    on
}

#[test]
fn the_docs_have_every_feature_and_say_whether_it_is_on() {
    let features = features();
    let on = on_by_default(&features);
    let table = DOCS.split_once("//! | feature | on | brings |\n").map_or("", |(_, rest)| rest);
    let rows = table.lines().skip(1).take_while(|line| line.starts_with("//! |"));
    let mut told = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        for feature in cells[1].split('`').filter(|text| !text.trim().is_empty()) {
            assert!(told.insert(feature, cells[2] == "yes").is_none(), "{feature} stands twice");
        }
    }
    let have: BTreeMap<&str, bool> =
        features.keys().filter(|name| **name != "default").map(|name| (*name, on.contains(name))).collect();
    assert_eq!(told, have, "left: src/lib.rs, right: Cargo.toml");
    assert!(have.len() > 15, "Cargo.toml was not read");
}
