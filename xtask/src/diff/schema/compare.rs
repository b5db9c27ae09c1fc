//! The walk over a pair of schemas. It visits each pair of nodes once, breadth first, so that cycles end and depth costs
//! no stack.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::node::{Node, NodeKey};
use super::shape::Shape;
use crate::diff::rules::{Severity, Side, Sided};

/// Pairs visited for one operation; operations of the real descriptions take some hundreds.
const FUEL: usize = 20_000;
/// Nesting of properties.
const DEPTH: usize = 256;
/// Nesting of unions.
const NESTING: usize = 24;

/// How the value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wire {
    Json,
    /// As in a query or a header, where a number is also text.
    Text,
    Xml,
}

/// The way to a schema, as reports show it: `200 response, content[].status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breadcrumb {
    pub head: String,
    pub trail: String,
    depth: usize,
    /// How many properties, elements and entries were entered. A branch of a union does not count: it is the same value.
    level: usize,
}

impl Breadcrumb {
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

    /// A branch of a union, if it has a name.
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

impl fmt::Display for Breadcrumb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.trail.is_empty() { f.write_str(&self.head) } else { write!(f, "{}, `{}`", self.head, self.trail) }
    }
}

/// Two schemas at the same place.
#[derive(Clone, Debug)]
pub struct Pair<'a> {
    pub old: Node<'a>,
    pub new: Node<'a>,
    pub side: Side,
    pub place: Breadcrumb,
    /// Whether the old client may omit the value. A default has no effect otherwise.
    pub omittable: bool,
    pub wire: Wire,
    /// Whether the value is, or is part of, the body of a PUT.
    pub put: bool,
}

impl<'a> Pair<'a> {
    /// The frame of a comparison that starts at a place.
    pub fn frame(side: Side, place: &str, omittable: bool, wire: Wire) -> Self {
        let (old, new) = (Node::default(), Node::default());
        Self { old, new, side, place: Breadcrumb::new(place), omittable, wire, put: false }
    }

    /// Everything that findings depend on, except the place.
    fn key(&self) -> PairKey {
        (self.old.key(), self.new.key(), self.side, self.wire, self.omittable, self.put)
    }

    /// A pair inside this pair.
    pub fn inner(&self, old: Node<'a>, new: Node<'a>, place: Breadcrumb, omittable: bool) -> Self {
        Self { old, new, place, omittable, ..self.clone() }
    }
}

/// One change, not yet attributed to an operation.
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

/// Identifies a pair.
pub type PairKey = (NodeKey, NodeKey, Side, Wire, bool, bool);

/// The state of one comparison of two documents.
pub struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    old_shapes: HashMap<NodeKey, Rc<Shape<'a>>>,
    new_shapes: HashMap<NodeKey, Rc<Shape<'a>>>,
    /// Visited pairs with their index in `trail`. A pair that is met again is assumed to be compatible: its findings are
    /// reported where it was visited.
    visited: HashMap<PairKey, usize>,
    /// Visited pairs in order, so that a trial can be undone.
    trail: Vec<PairKey>,
    /// The earliest pair that was assumed to be compatible since the current trial began.
    assumed: usize,
    /// Results of trials that made no assumption about pairs outside of themselves.
    judged: HashMap<PairKey, Option<Severity>>,
    replacements: Vec<Replacement>,
    fuel: usize,
    nesting: usize,
}

/// A pair whose findings are to be replaced by those of a second comparison of the same value.
struct Replacement {
    pair: PairKey,
    level: usize,
    /// The second comparison assumed the pair itself, at the same value, and so proves nothing.
    circular: bool,
}

/// The visit of one pair: its findings, and the pairs to visit next.
pub struct Visit<'a, 'p> {
    pub pair: &'p Pair<'a>,
    pub old: Rc<Shape<'a>>,
    pub new: Rc<Shape<'a>>,
    pub found: Vec<Finding>,
    pub next: Vec<Pair<'a>>,
}

impl<'a> Visit<'a, '_> {
    /// Adds a finding at a keyword: in the new schema if it has the keyword, else in the old one.
    pub fn note(&mut self, rule: Sided, keyword: &str, what: impl Into<String>) {
        let pointer = self.new.keyword(keyword).or_else(|| self.old.keyword(keyword));
        let pointer = pointer.unwrap_or_else(|| self.new.pointer.clone());
        self.note_at(rule, pointer, self.pair.place.clone(), what);
    }

    pub fn note_at(&mut self, rule: Sided, pointer: String, place: Breadcrumb, what: impl Into<String>) {
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
            assumed: usize::MAX,
            judged: HashMap::new(),
            replacements: Vec::new(),
            fuel: FUEL,
            nesting: 0,
        }
    }

    /// Forgets visited pairs, so that each operation gets its own findings.
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

    /// All changes in a pair and below it.
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
                self.assumed = self.assumed.min(*place);
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
            let mut visit = Visit { pair: &pair, old, new, found: Vec::new(), next: Vec::new() };
            if self.compare_list_of_one(&mut visit) {
                // In a query, a single value is a list of one.
            } else if visit.compare_values() {
                self.compare_objects(&mut visit);
                self.compare_unions(&mut visit);
            }
            let Visit { found: more, next, .. } = visit;
            found.extend(more);
            todo.extend(next);
        }
        found
    }

    /// The worst severity that comparing a pair would find. The pair still counts as not visited.
    pub fn judge(&mut self, pair: Pair<'a>) -> Option<Severity> {
        let key = pair.key();
        if let Some(known) = self.judged.get(&key) {
            return *known;
        }
        let mark = self.bookmark();
        let outer = std::mem::replace(&mut self.assumed, usize::MAX);
        let worst = worst(&self.compare(pair));
        if self.assumed >= mark && self.fuel > 0 {
            self.judged.insert(key, worst);
        }
        self.assumed = self.assumed.min(outer);
        self.forget(mark);
        worst
    }

    /// Begins a second comparison of a pair, which may replace its findings.
    pub fn begin_replacement(&mut self, pair: &Pair<'a>) {
        self.replacements.push(Replacement { pair: pair.key(), level: pair.place.level, circular: false });
    }

    /// Ends it. True if it assumed the pair itself.
    pub fn end_replacement(&mut self) -> bool {
        self.replacements.pop().is_none_or(|replacement| replacement.circular)
    }

    /// A point that `forget` returns to.
    pub fn bookmark(&self) -> usize {
        self.trail.len()
    }

    /// Makes the pairs visited since a bookmark count as not visited.
    pub fn forget(&mut self, bookmark: usize) -> Vec<PairKey> {
        let keys: Vec<PairKey> = self.trail.drain(bookmark..).collect();
        for key in &keys {
            self.visited.remove(key);
        }
        keys
    }

    /// Makes forgotten pairs count as visited again.
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
