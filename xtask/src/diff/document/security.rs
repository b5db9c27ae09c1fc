//! Comparing authentication: security schemes, and which of them an operation requires.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Diff, found};
use crate::diff::rules::Plain;
use crate::document::Loc;

/// One way to authenticate: all these schemes together, each with its scopes. Empty: no authentication.
type Alternative = BTreeMap<String, BTreeSet<String>>;

/// What a scheme is named in the new document: by its old name if there is still one of that name, else the one that
/// is defined alike.
#[derive(Debug, Default)]
pub struct Schemes {
    renamed: BTreeMap<String, String>,
}

impl Schemes {
    pub fn of(old: &Value, new: &Value) -> Self {
        let (old, new) = (definitions(old), definitions(new));
        let mut free: Vec<_> = new.iter().filter(|(name, _)| !old.contains_key(*name)).collect();
        let mut renamed = BTreeMap::new();
        for (name, at) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
            if let Some(index) = free.iter().position(|(_, other)| facts(at) == facts(other)) {
                renamed.insert((*name).to_owned(), (*free.remove(index).0).to_owned());
            }
        }
        Self { renamed }
    }

    fn name<'n>(&'n self, old: &'n str) -> &'n str {
        self.renamed.get(old).map_or(old, String::as_str)
    }
}

impl<'a> Diff<'a> {
    /// The definitions that any operation may ask for.
    pub fn compare_schemes(&mut self) {
        let (old, new) = (definitions(self.old), definitions(self.new));
        let used = used(self.old);
        for (name, before) in old.iter().filter(|(name, _)| used.contains(**name)) {
            let Some(after) = new.get(self.schemes.name(name)) else { continue };
            let (was, is) = (facts(before), facts(after));
            for (fact, value) in &was {
                let now = is.get(fact);
                if now != Some(value) {
                    let shown = now.map_or("gone", String::as_str);
                    let message = format!("security scheme `{name}`: {fact} is {shown}, was {value}");
                    self.note(Plain::SecuritySchemeChanged, after.pointer.clone(), message);
                }
            }
            // A new OAuth flow is one more way to authenticate; any other new fact changes the way.
            for (fact, value) in is.iter().filter(|(fact, _)| !was.contains_key(*fact)) {
                let message = format!("security scheme `{name}`: {fact} is {value}, was none");
                let flow = fact.split('.').nth(1).map(|flow| format!("flows.{flow}."));
                let new_flow = flow.is_some_and(|flow| !was.keys().any(|fact| fact.starts_with(&flow)));
                let rule = if new_flow { Plain::SecurityAlternativeAdded } else { Plain::SecuritySchemeChanged };
                self.note(rule, after.pointer.clone(), message);
            }
        }
    }

    pub fn compare_security(&mut self, old: &Loc<'a>, new: &Loc<'a>) {
        let before: Vec<Alternative> = alternatives(self.old, old)
            .into_iter()
            .map(|way| way.into_iter().map(|(name, scopes)| (self.schemes.name(&name).to_owned(), scopes)).collect())
            .collect();
        let after = alternatives(self.new, new);
        if before == after {
            return;
        }
        let pointer = new.get("security").map_or_else(|| "/security".to_owned(), |at| at.pointer);
        let accepted = |way: &Alternative| {
            after
                .iter()
                .any(|other| other.iter().all(|(name, scopes)| way.get(name).is_some_and(|had| scopes.is_subset(had))))
        };
        for way in before.iter().filter(|way| !accepted(way)) {
            if way.is_empty() {
                self.note(
                    Plain::SecurityAdded,
                    pointer.clone(),
                    format!("anyone could call; now {}", shown_all(&after)),
                );
            } else {
                let message = format!("{} is no longer enough; now {}", shown(way), shown_all(&after));
                self.note(Plain::SecurityAlternativeRemoved, pointer.clone(), message);
            }
        }
        for way in after.iter().filter(|way| !before.contains(way)) {
            if way.is_empty() {
                self.note(Plain::SecurityRemoved, pointer.clone(), "anyone can call");
            } else if !before.is_empty() {
                self.note(
                    Plain::SecurityAlternativeAdded,
                    pointer.clone(),
                    format!("may be called with {}", shown(way)),
                );
            }
        }
    }
}

/// The ways to authenticate, of the operation or else of the document. No list means no authentication.
fn alternatives(root: &Value, operation: &Loc<'_>) -> Vec<Alternative> {
    let list = operation.value.get("security").or_else(|| root.get("security")).and_then(Value::as_array);
    let mut ways: Vec<Alternative> = list.into_iter().flatten().map(alternative).collect();
    ways.sort();
    ways.dedup();
    if ways.is_empty() { vec![Alternative::new()] } else { ways }
}

fn alternative(way: &Value) -> Alternative {
    let schemes = way.as_object().into_iter().flatten();
    schemes
        .map(|(name, scopes)| {
            let scopes = scopes.as_array().into_iter().flatten().map(|scope| scope.to_string()).collect();
            (name.clone(), scopes)
        })
        .collect()
}

fn definitions(root: &Value) -> BTreeMap<&str, Loc<'_>> {
    let schemes = Loc::root(root).get("components").and_then(|components| components.get("securitySchemes"));
    let named = schemes.iter().flat_map(Loc::members).collect::<Vec<_>>();
    named.into_iter().filter_map(|(name, at)| Some((name, found(root, Some(at)).0?))).collect()
}

/// The names of the schemes anything asks for.
fn used(root: &Value) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut todo: Vec<&Value> = root.get("security").into_iter().collect();
    let items =
        root.get("paths").and_then(Value::as_object).into_iter().flatten().filter_map(|(_, item)| item.as_object());
    todo.extend(items.flatten().filter_map(|(_, operation)| operation.get("security")));
    for way in todo.into_iter().filter_map(Value::as_array).flatten() {
        used.extend(way.as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    }
    used
}

/// The parts of a scheme that matter to a client. Scopes are compared where operations require them; `bearerFormat` is
/// only a hint.
fn facts(scheme: &Loc<'_>) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let hint = |key: &str| ["description", "bearerFormat"].contains(&key) || key.starts_with("x-");
    for (key, at) in scheme.members().filter(|(key, _)| !hint(key)) {
        match (key, at.value) {
            ("flows", Value::Object(_)) => {
                for (flow, at) in at.members() {
                    for (field, at) in at.members().filter(|(field, _)| *field != "scopes") {
                        facts.insert(format!("flows.{flow}.{field}"), text(at.value));
                    }
                }
            }
            ("scheme", value) => {
                facts.insert("scheme".to_owned(), text(value).to_lowercase());
            }
            ("name", value) if scheme.str("in") == Some("header") => {
                facts.insert("name".to_owned(), text(value).to_lowercase());
            }
            (key, value) => {
                facts.insert(key.to_owned(), text(value));
            }
        }
    }
    facts
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn shown(way: &Alternative) -> String {
    let parts = way.iter().map(|(name, scopes)| {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        if scopes.is_empty() { format!("`{name}`") } else { format!("`{name}` with {}", scopes.join(", ")) }
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(" and ") }
}

fn shown_all(ways: &[Alternative]) -> String {
    ways.iter().map(shown).collect::<Vec<_>>().join(" or ")
}
