//! The walk over two documents: operations matched, and everything that hangs on each of them compared.

mod content;
mod fields;
mod matching;
mod moved;
mod operation;
mod operations;
mod parameters;
mod renames;
mod responses;
mod root;
mod security;
mod servers;
mod template;
mod untouched;

pub use matching::in_common;
pub use renames::renames;
pub use servers::hosts;

use serde_json::Value;

use super::report::Change;
use super::rules::{Plain, Side, Sided, sided_id};
use super::schema::{Comparison, Finding, Node, Pair};
use crate::document::{Loc, Target, resolve};

/// All changes between two descriptions, in no particular order.
pub fn diff_documents(old: &Value, new: &Value) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut diff = Diff::new(old, new);
    diff.compare_roots();
    diff.compare_operations();
    if diff.changes.is_empty() {
        diff.note(Plain::Arrangement, "", "nothing a client can see: order, component names or unused components");
    }
    diff.changes
}

/// The state of the walk.
pub struct Diff<'a> {
    pub old: &'a Value,
    pub new: &'a Value,
    schemas: Comparison<'a>,
    changes: Vec<Change>,
    /// The operation being compared, as method and path.
    scope: Option<(String, String)>,
    schemes: security::Schemes,
    /// The base paths of the servers, where they were moved into the paths or out of them.
    bases: Option<(String, String)>,
    touched: untouched::Touched,
}

impl<'a> Diff<'a> {
    fn new(old: &'a Value, new: &'a Value) -> Self {
        let schemes = security::Schemes::of(old, new);
        let touched = untouched::Touched::between(old, new);
        let (schemas, bases) = (Comparison::new(old, new), matching::moved_base(old, new));
        Self { old, new, schemas, changes: Vec::new(), scope: None, schemes, bases, touched }
    }

    fn note(&mut self, rule: Plain, pointer: impl Into<String>, message: impl Into<String>) {
        let change = Change::plain(rule, pointer, message);
        self.changes.push(match &self.scope {
            Some((method, path)) => change.of(method, path),
            None => change,
        });
    }

    fn note_sided(&mut self, rule: Sided, side: Side, pointer: String, place: &str, what: &str) {
        let finding = Finding { rule, side, pointer, place: place.to_owned(), what: what.to_owned() };
        self.take(vec![finding]);
    }

    /// Findings of the schema comparison become changes of the operation at hand.
    fn take(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let mut change = Change::plain(Plain::DocumentWording, finding.pointer.clone(), "");
            change.id = sided_id(finding.rule, finding.side);
            change.severity = finding.severity();
            change.message = format!("{}: {}", finding.place, finding.what);
            change.prose = finding.rule == Sided::Wording;
            if let Some((method, path)) = &self.scope {
                change = change.of(method, path);
            }
            self.changes.push(change);
        }
    }

    /// Compares the schemas of two things that have one, or do not.
    fn compare_schemas(&mut self, old: Option<Loc<'a>>, new: Option<Loc<'a>>, frame: &Pair<'a>) {
        match (old, new) {
            (None, None) => {}
            (Some(old), Some(new)) => {
                let mut pair = frame.clone();
                (pair.old, pair.new) = (Node::at(old), Node::at(new));
                let found = self.schemas.compare(pair);
                self.take(found);
            }
            (None, Some(new)) => {
                let place = frame.place.to_string();
                self.note_sided(Sided::SchemaAdded, frame.side, new.pointer, &place, "has a schema now");
            }
            (Some(old), None) => {
                let place = frame.place.to_string();
                self.note_sided(Sided::SchemaRemoved, frame.side, old.pointer, &place, "may be anything now");
            }
        }
    }

    /// Follows the references of two things; a reference that leads nowhere is noted unless both lead there.
    fn resolved(&mut self, old: Option<Loc<'a>>, new: Option<Loc<'a>>) -> (Option<Loc<'a>>, Option<Loc<'a>>) {
        let pointer = new.as_ref().or(old.as_ref()).map(|loc| loc.pointer.clone()).unwrap_or_default();
        let (old, old_broken) = found(self.old, old);
        let (new, new_broken) = found(self.new, new);
        if old_broken != new_broken {
            let shown = |reference: Option<String>| reference.unwrap_or_else(|| "nothing".to_owned());
            let message = format!("cannot be followed: {}, was {}", shown(new_broken), shown(old_broken));
            self.note(Plain::UnrecognisedPart, pointer, message);
        }
        (old, new)
    }
}

fn found<'a>(root: &'a Value, loc: Option<Loc<'a>>) -> (Option<Loc<'a>>, Option<String>) {
    match loc.map(|loc| resolve(root, loc)) {
        None => (None, None),
        Some(Target::Found(loc)) => (Some(loc), None),
        Some(Target::Broken(reference)) => (None, Some(reference)),
    }
}
