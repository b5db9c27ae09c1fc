//! Where a `$ref` of a schema leads: by pointer, by `$anchor`, or by `$id`, all of them within the document.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::read_schema::unescape_percent;
use crate::pointer::Pointer;

/// How many references are followed one into the other on the way to a place.
const REACH: usize = 16;

/// Keywords that hold values, in which nothing is a schema.
const VALUES: [&str; 5] = ["const", "default", "enum", "example", "examples"];

/// Keywords that hold one schema.
const HOLDS_ONE: [&str; 9] =
    ["additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "schema", "then"];

/// Keywords that hold several schemas, by name or by number.
const HOLDS_SEVERAL: [&str; 9] =
    ["$defs", "allOf", "anyOf", "definitions", "items", "oneOf", "patternProperties", "prefixItems", "properties"];

/// Keywords that hold schemas which are there to be referred to.
pub(super) const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// The names that places of the document have beside their pointers.
pub(super) struct References<'d> {
    document: &'d Value,
    ids: BTreeMap<String, Pointer>,
    anchors: BTreeMap<String, Vec<Pointer>>,
}

impl<'d> References<'d> {
    pub(super) fn of(document: &'d Value) -> Self {
        let mut found = Self { document, ids: BTreeMap::new(), anchors: BTreeMap::new() };
        if let Some(own) = document["$self"].as_str() {
            found.ids.insert(own.trim_end_matches('#').to_owned(), Pointer::root());
        }
        each_object(document, &Pointer::root(), &mut |members, at| found.note(members, at));
        found
    }

    fn note(&mut self, members: &Map<String, Value>, at: &Pointer) {
        let text = |key: &str| members.get(key).and_then(Value::as_str);
        if let Some(id) = text("$id") {
            self.ids.entry(id.trim_end_matches('#').to_owned()).or_insert_with(|| at.clone());
        }
        for anchor in ["$anchor", "$dynamicAnchor"].into_iter().filter_map(text) {
            self.anchors.entry(anchor.to_owned()).or_default().push(at.clone());
        }
    }

    /// The schema that `text`, written at `from`, refers to, and its place.
    pub(super) fn schema(&self, text: &str, from: &Pointer) -> Option<(&'d Value, Pointer)> {
        let found = self.find(text, from)?;
        Some((self.document.pointer(found.as_str())?, found))
    }

    /// The schema that `text`, written at `from`, refers to.
    pub(super) fn find(&self, text: &str, from: &Pointer) -> Option<Pointer> {
        let found = self.place(text, from, REACH)?;
        let segments: Vec<String> = found.segments().collect();
        let last_two = segments.len().checked_sub(2).map(|place| &segments[place..]);
        let is_schema = match last_two {
            Some([holder, last]) => {
                HOLDS_ONE.contains(&last.as_str())
                    || HOLDS_SEVERAL.contains(&holder.as_str())
                    || (holder == "schemas" && segments.len() == 3)
                    || self.ids.values().any(|place| *place == found)
            }
            _ => false,
        };
        if is_schema {
            return Some(found);
        }
        // A parameter or a header is described by its schema.
        let described = found.child("schema");
        self.document.pointer(described.as_str()).map(|_| described)
    }

    fn place(&self, text: &str, from: &Pointer, reach: usize) -> Option<Pointer> {
        let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
        let fragment = unescape_percent(fragment);
        if !address.is_empty() {
            return self.below(&self.by_address(address)?, &fragment, reach);
        }
        let around = ancestors(from);
        let with_id = around.iter().filter(|place| self.ids.values().any(|id| id == *place));
        let root = Pointer::root();
        if let Some(found) = with_id.chain([&root]).find_map(|base| self.below(base, &fragment, reach)) {
            return Some(found);
        }
        // A schema that was written for itself and pasted in counts from its own beginning.
        let is_own = DEFINITIONS.iter().any(|key| fragment.starts_with(&format!("/{key}/")));
        around.iter().filter(|_| is_own).find_map(|base| self.below(base, &fragment, reach))
    }

    /// By its `$id`, or by the end of it, where only one ends so.
    fn by_address(&self, address: &str) -> Option<Pointer> {
        if let Some(found) = self.ids.get(address) {
            return Some(found.clone());
        }
        let end = format!("/{}", address.trim_start_matches("./").trim_start_matches('/'));
        let mut ending = self.ids.iter().filter(|(id, _)| id.ends_with(&end) && !address.contains(':'));
        match (ending.next(), ending.next()) {
            (Some((_, found)), None) => Some(found.clone()),
            _ => None,
        }
    }

    /// What the fragment names below `base`; references on the way are followed.
    fn below(&self, base: &Pointer, fragment: &str, reach: usize) -> Option<Pointer> {
        if fragment.is_empty() {
            return (*base != Pointer::root()).then(|| base.clone());
        }
        if !fragment.starts_with('/') {
            return self.anchors.get(fragment)?.iter().find(|place| base.covers(place)).cloned();
        }
        let mut place = base.clone();
        for segment in Pointer::parse(fragment).segments() {
            let next = place.child(&segment);
            place = match self.document.pointer(next.as_str()) {
                Some(_) => next,
                None => {
                    let reach = reach.checked_sub(1)?;
                    let elsewhere = self.document.pointer(place.as_str())?.get("$ref")?.as_str()?;
                    let next = self.place(elsewhere, &place, reach)?.child(&segment);
                    self.document.pointer(next.as_str()).map(|_| next)?
                }
            };
        }
        Some(place)
    }
}

/// Writes each reference that is not a pointer from the document's beginning (`#name`, an `$id`, a pointer within a pasted
/// schema) as one, where its place is found.
pub(crate) fn as_pointers(document: &mut Value) {
    let mut found = Vec::new();
    let references = References::of(document);
    each_object(document, &Pointer::root(), &mut |members, at| {
        let Some(text) = members.get("$ref").and_then(Value::as_str) else { return };
        let plain = text.strip_prefix("#/").map(|rest| format!("/{}", unescape_percent(rest)));
        if plain.is_none_or(|plain| references.document.pointer(&plain).is_none()) {
            found.extend(references.place(text, at, REACH).map(|target| (at.clone(), target)));
        }
    });
    for (holder, target) in found {
        if let Some(reference) = document.pointer_mut(holder.as_str()).and_then(|holder| holder.get_mut("$ref")) {
            *reference = Value::from(target.to_string());
        }
    }
}

/// Shows every object of the document with its place, but those within values.
fn each_object(value: &Value, at: &Pointer, visit: &mut dyn FnMut(&Map<String, Value>, &Pointer)) {
    match value {
        Value::Object(members) => {
            visit(members, at);
            for (key, member) in members.iter().filter(|(key, _)| !VALUES.contains(&key.as_str())) {
                if member.is_object() || member.is_array() {
                    each_object(member, &at.child(key), visit);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().filter(|(_, item)| item.is_object() || item.is_array()) {
                each_object(item, &at.child(index), visit);
            }
        }
        _ => {}
    }
}

/// The places around `from`, the nearest first, without the document itself.
fn ancestors(from: &Pointer) -> Vec<Pointer> {
    let mut around = Vec::new();
    let mut place = Pointer::root();
    for segment in from.segments() {
        place = place.child(segment);
        around.push(place.clone());
    }
    around.reverse();
    around
}
