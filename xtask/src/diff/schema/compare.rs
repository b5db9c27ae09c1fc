//! The walk over a pair of schemas: each pair of nodes once, breadth first, so that circles end and depth costs no stack.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::node::{Node, NodeKey};
use super::shape::Shape;
use crate::diff::rules::{Severity, Side, Sided};

/// Pairs looked at for one operation; those of the real descriptions take some hundreds.
const FUEL: usize = 20_000;
/// Properties below properties.
const DEPTH: usize = 256;
/// Unions within unions.
const NESTING: usize = 24;

/// How the value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wire {
    Json,
    /// As in a query or a header, where a number is text as well.
    Text,
    Xml,
}

/// Where a schema is met, for people: `200 response, content[].status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub head: String,
    pub trail: String,
    depth: usize,
    /// How many properties, elements and entries were entered; a branch is the same value still.
    level: usize,
}

impl Place {
    pub fn new(head: impl Into<String>) -> Self {
        Self { head: head.into(), trail: String::new(), depth: 0, level: 0 }
    }

    pub fn property(&self, name: &str) -> Self {
        let dot = if self.trail.is_empty() { "" } else { "." };
        self.extended(&format!("{dot}{name}"), 1)
    }

    pub fn element(&self) -> Self {
        self.extended("[]", 1)
    }

    pub fn entry(&self) -> Self {
        self.extended("{}", 1)
    }

    /// Within a branch of a union, if it has a name.
    pub fn branch(&self, name: Option<&str>) -> Self {
        match name {
            None => self.clone(),
            Some(name) => self.extended(&format!("<{name}>"), 0),
        }
    }

    fn extended(&self, by: &str, levels: usize) -> Self {
        let trail = format!("{}{by}", self.trail);
        Self { head: self.head.clone(), trail, depth: self.depth + 1, level: self.level + levels }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.trail.is_empty() { f.write_str(&self.head) } else { write!(f, "{}, `{}`", self.head, self.trail) }
    }
}

/// Two schemas that stand at the same place.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    pub old: Node<'a>,
    pub new: Node<'a>,
    pub side: Side,
    pub place: Place,
    /// Whether the old client may leave the value out: only then does a default mean something.
    pub omittable: bool,
    pub wire: Wire,
    /// Whether it is (part of) what a PUT replaces.
    pub put: bool,
}

impl<'a> Pair<'a> {
    /// Everything a finding can depend on, but where it is.
    fn key(&self) -> PairKey {
        (self.old.key(), self.new.key(), self.side, self.wire, self.omittable, self.put)
    }

    /// The pair of something inside this pair.
    pub fn inner(&self, old: Node<'a>, new: Node<'a>, place: Place, omittable: bool) -> Self {
        Self { old, new, place, omittable, ..self.clone() }
    }
}

/// One change, before it is known in which operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: Sided,
    pub side: Side,
    pub pointer: String,
    pub place: String,
    pub what: String,
}

impl Finding {
    pub fn severity(&self) -> Severity {
        self.rule.severity(self.side)
    }
}

/// What tells a pair from every other one.
pub type PairKey = (NodeKey, NodeKey, Side, Wire, bool, bool);

/// The state of one comparison of two documents.
pub struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    old_shapes: HashMap<NodeKey, Rc<Shape<'a>>>,
    new_shapes: HashMap<NodeKey, Rc<Shape<'a>>>,
    /// Pairs already looked at, each with its place in `trail`; in a circle they are taken to hold, their own findings
    /// being reported on their own.
    visited: HashMap<PairKey, usize>,
    /// The order of `visited`, so that a trial can be undone.
    trail: Vec<PairKey>,
    /// The earliest pair that was taken to hold since the trial under way began.
    taken_to_hold: usize,
    /// What trials came to that took nothing to hold but what they looked at themselves.
    judged: HashMap<PairKey, Option<Severity>>,
    replacements: Vec<Replacement>,
    fuel: usize,
    nesting: usize,
}

/// A pair whose findings are about to be replaced by those of another look at the same value.
struct Replacement {
    pair: PairKey,
    level: usize,
    /// The other look took the pair itself to hold, at the same value: it proves nothing.
    circular: bool,
}

/// One pair under comparison: what was found, and what has to be compared next.
pub struct Step<'a, 'p> {
    pub pair: &'p Pair<'a>,
    pub old: Rc<Shape<'a>>,
    pub new: Rc<Shape<'a>>,
    pub found: Vec<Finding>,
    pub next: Vec<Pair<'a>>,
}

impl<'a> Step<'a, '_> {
    /// A finding at a keyword, in the new schema if it is there and else in the old one.
    pub fn note(&mut self, rule: Sided, keyword: &str, what: impl Into<String>) {
        let pointer = self.new.keyword(keyword).or_else(|| self.old.keyword(keyword));
        let pointer = pointer.unwrap_or_else(|| self.new.pointer.clone());
        self.note_at(rule, pointer, self.pair.place.clone(), what);
    }

    pub fn note_at(&mut self, rule: Sided, pointer: String, place: Place, what: impl Into<String>) {
        let place = place.to_string();
        self.found.push(Finding { rule, side: self.pair.side, pointer, place, what: what.into() });
    }
}

impl<'a> Comparison<'a> {
    pub fn new(old: &'a Value, new: &'a Value) -> Self {
        Self {
            old,
            new,
            old_shapes: HashMap::new(),
            new_shapes: HashMap::new(),
            visited: HashMap::new(),
            trail: Vec::new(),
            taken_to_hold: usize::MAX,
            judged: HashMap::new(),
            replacements: Vec::new(),
            fuel: FUEL,
            nesting: 0,
        }
    }

    /// What other operations saw is looked at again, so that each has its own findings.
    pub fn begin_operation(&mut self) {
        self.visited.clear();
        self.trail.clear();
        self.fuel = FUEL;
    }

    pub fn old_shape(&mut self, node: &Node<'a>) -> Rc<Shape<'a>> {
        let root = self.old;
        Rc::clone(self.old_shapes.entry(node.key()).or_insert_with(|| Rc::new(Shape::of(root, node))))
    }

    pub fn new_shape(&mut self, node: &Node<'a>) -> Rc<Shape<'a>> {
        let root = self.new;
        Rc::clone(self.new_shapes.entry(node.key()).or_insert_with(|| Rc::new(Shape::of(root, node))))
    }

    /// All that changed in a pair and below it.
    pub fn compare(&mut self, pair: Pair<'a>) -> Vec<Finding> {
        self.nesting += 1;
        let found = self.walk(pair);
        self.nesting -= 1;
        found
    }

    fn walk(&mut self, pair: Pair<'a>) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut todo = VecDeque::from([pair]);
        while let Some(pair) = todo.pop_front() {
            let key = pair.key();
            if let Some(place) = self.visited.get(&key) {
                self.taken_to_hold = self.taken_to_hold.min(*place);
                for replacement in &mut self.replacements {
                    replacement.circular |= replacement.pair == key && replacement.level == pair.place.level;
                }
                continue;
            }
            self.visited.insert(key.clone(), self.trail.len());
            self.trail.push(key);
            if self.fuel == 0 || pair.place.depth > DEPTH || self.nesting > NESTING {
                found.push(Finding {
                    rule: Sided::TooComplex,
                    side: pair.side,
                    pointer: pair.new.pointer().to_owned(),
                    place: pair.place.to_string(),
                    what: "too deep or too many alternatives to be compared".to_owned(),
                });
                continue;
            }
            self.fuel -= 1;
            let (old, new) = (self.old_shape(&pair.old), self.new_shape(&pair.new));
            let mut step = Step { pair: &pair, old, new, found: Vec::new(), next: Vec::new() };
            if self.compare_list_of_one(&mut step) {
                // A single value in a query is a list of one there.
            } else if step.compare_values() {
                self.compare_objects(&mut step);
                self.compare_unions(&mut step);
            }
            let Step { found: more, next, .. } = step;
            found.extend(more);
            todo.extend(next);
        }
        found
    }

    /// The worst that comparing a pair would find; the pair then still counts as not looked at.
    pub fn judge(&mut self, pair: Pair<'a>) -> Option<Severity> {
        let key = pair.key();
        if let Some(known) = self.judged.get(&key) {
            return *known;
        }
        let mark = self.bookmark();
        let outer = std::mem::replace(&mut self.taken_to_hold, usize::MAX);
        let worst = worst(&self.compare(pair));
        if self.taken_to_hold >= mark && self.fuel > 0 {
            self.judged.insert(key, worst);
        }
        self.taken_to_hold = self.taken_to_hold.min(outer);
        self.forget(mark);
        worst
    }

    /// Begins another look at a pair, whose findings it may replace.
    pub fn begin_replacement(&mut self, pair: &Pair<'a>) {
        self.replacements.push(Replacement { pair: pair.key(), level: pair.place.level, circular: false });
    }

    /// Ends it; true if it rests on the pair it looked at.
    pub fn end_replacement(&mut self) -> bool {
        self.replacements.pop().is_none_or(|replacement| replacement.circular)
    }

    /// A point to go back to with `forget`.
    pub fn bookmark(&self) -> usize {
        self.trail.len()
    }

    /// Makes the pairs looked at since a bookmark count as not looked at.
    pub fn forget(&mut self, bookmark: usize) -> Vec<PairKey> {
        let keys: Vec<PairKey> = self.trail.drain(bookmark..).collect();
        for key in &keys {
            self.visited.remove(key);
        }
        keys
    }

    /// Makes pairs count as looked at again.
    pub fn remember(&mut self, keys: Vec<PairKey>) {
        for key in keys {
            self.visited.insert(key.clone(), self.trail.len());
            self.trail.push(key);
        }
    }
}

/// The worst of some findings, if there are any.
pub fn worst(found: &[Finding]) -> Option<Severity> {
    found.iter().map(Finding::severity).max()
}
