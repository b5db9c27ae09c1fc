//! What to do about findings: a sentence, or an action for overlay.yaml.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use crate::finding::Finding;
use crate::pointer::Pointer;

/// The schema keyword of ours by which a correction says that a place is free JSON. OpenAPI's own word for that is the empty
/// schema, and an overlay action cannot empty a place and fill it.
pub(crate) const FREE_JSON: &str = "x-free-json";

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// Nothing has to be done.
    Nothing,
    /// A sentence.
    Do(String),
    /// An action for overlay.yaml, ready to paste.
    Overlay(Action),
}

/// An action of an OpenAPI Overlay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Action {
    /// JSONPath of the place.
    pub target: String,
    /// Why.
    pub description: String,
    /// JSONPath: the action holds only while nothing stands there.
    pub while_absent: Option<String>,
    /// JSON text of the update; `None` removes the place.
    pub update: Option<String>,
    #[serde(skip)]
    at: Pointer,
}

impl Action {
    /// An action on the place that a JSONPath leads to; without an update it removes the place.
    pub fn new(target: String, description: String, update: Option<&Value>) -> Self {
        Self { target, description, while_absent: None, update: update.map(Value::to_string), at: Pointer::root() }
    }

    pub(crate) fn remove(at: &Pointer, why: &str) -> Self {
        Self { target: at.json_path(), description: why.to_owned(), while_absent: None, update: None, at: at.clone() }
    }

    pub(crate) fn update(at: &Pointer, update: Value, why: &str) -> Self {
        Self { update: Some(update.to_string()), ..Self::remove(at, why) }
    }

    /// The action as an entry of overlay.yaml's `actions`. JSON is YAML.
    pub fn yaml(&self) -> String {
        self.members().iter().enumerate().fold(String::new(), |text, (index, (key, value))| {
            let indent = if index == 0 { "  - " } else { "    " };
            format!("{text}{indent}{key}: {value}\n")
        })
    }

    /// The keys of the action in the order they are written, with JSON text as values.
    fn members(&self) -> Vec<(&'static str, String)> {
        let quoted = |text: &str| Value::from(text).to_string();
        let mut members = vec![("target", quoted(&self.target)), ("description", quoted(&self.description))];
        if let Some(place) = &self.while_absent {
            members.push(("x-when", json!({ "absent": place }).to_string()));
        }
        members.push(match &self.update {
            Some(update) => ("update", update.clone()),
            None => ("remove", "true".to_owned()),
        });
        members
    }
}

/// The action in one line, as an entry of `actions`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<String> = self.members().iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
        write!(f, "- {{ {} }}", members.join(", "))
    }
}

/// Every action that the findings propose, each once, in an order in which all of them hit: what is below a place goes before
/// the place, and later entries of a list before earlier ones.
pub fn proposed_actions(findings: &[Finding]) -> Vec<Action> {
    let mut actions: Vec<Action> = findings
        .iter()
        .filter_map(|finding| match &finding.remedy {
            Remedy::Overlay(action) => Some(action.clone()),
            _ => None,
        })
        .collect();
    let key = |action: &Action| -> Vec<(u64, String)> {
        action.at.segments().map(|segment| (segment.parse().unwrap_or(0), segment)).collect()
    };
    // An update of a place goes before its removal, which would leave it nothing to hit.
    actions.sort_by_cached_key(|action| (std::cmp::Reverse(key(action)), action.update.is_none(), action.clone()));
    actions.dedup_by(|one, other| (&one.target, &one.update) == (&other.target, &other.update));
    actions
}
