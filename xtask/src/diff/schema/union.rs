//! Comparing anyOf, oneOf, not and discriminators. Branches are matched by name and content, not by order.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::compare::{Comparison, Finding, Pair, Visit, worst};
use super::node::{Node, Part};
use super::shape::{Shape, Union, UnionKind};
use crate::diff::rules::{Severity, Side, Sided};

/// The most alternatives of one schema. Several unions in it multiply.
const ALTERNATIVES: usize = 24;

/// Findings about the base that comparing the alternatives does not repeat.
const STAYS: [Sided; 12] = [
    Sided::Wording,
    Sided::Unrecognised,
    Sided::RefSiblingChanged,
    Sided::ReferenceBroken,
    Sided::TooComplex,
    Sided::UnionBecameExclusive,
    Sided::UnionBecameInclusive,
    Sided::DiscriminatorAdded,
    Sided::DiscriminatorRemoved,
    Sided::DiscriminatorChanged,
    Sided::DiscriminatorValueAdded,
    Sided::DiscriminatorValueRemoved,
];

impl<'a> Comparison<'a> {
    pub fn compare_unions(&mut self, visit: &mut Visit<'a, '_>) {
        let (old, new) = (Rc::clone(&visit.old), Rc::clone(&visit.new));
        let base = visit.next.len();
        self.compare_nots(visit, &old, &new);
        visit.compare_discriminators(&old, &new);
        // Targets of the discriminator that are no branches are compared in any case.
        let tagged = visit.next.split_off(base);
        match (old.unions.as_slice(), new.unions.as_slice()) {
            ([], []) => {}
            (before, after) if before.len() == after.len() => {
                let start = self.bookmark();
                let pairs = before.iter().zip(after);
                let kinds: Vec<Finding> = pairs.clone().flat_map(|(old, new)| kinds(visit, old, new)).collect();
                visit.found.extend(kinds);
                let direct: Vec<Finding> = pairs
                    .flat_map(|(old, new)| {
                        self.match_branches(visit.pair, false, &old.branches, &new.branches, &new.pointer)
                    })
                    .collect();
                let around = visit.next.iter().map(|inner| self.judge(inner.clone())).max().flatten();
                let total = worst(&direct).max(worst(&visit.found)).max(around);
                match self.redistributed(visit, &old, &new, start, total) {
                    Some(found) => visit.replace_found(found),
                    None => visit.found.extend(direct),
                }
            }
            _ => match self.distributed(visit, &old, &new) {
                Some(found) => visit.replace_found(found),
                None => visit.note(Sided::TooComplex, "anyOf", "too many alternatives to be compared"),
            },
        }
        visit.next.extend(tagged);
    }

    /// The same values can be divided into base and branches in more than one way. If the direct comparison finds something
    /// bad, this distributes the base over the branches and compares again. None if that finds no less.
    fn redistributed(
        &mut self,
        visit: &Visit<'a, '_>,
        old: &Shape<'a>,
        new: &Shape<'a>,
        start: usize,
        total: Option<Severity>,
    ) -> Option<Vec<Finding>> {
        // A union without a base has nothing to distribute.
        let alone = |shape: &Shape<'a>| shape.types.is_none() && shape.values.is_none();
        if total < Some(Severity::Risky) || (alone(old) && alone(new)) {
            return None;
        }
        let looked_at = self.forget(start);
        let kept = worst(&visit.kept());
        let other = self.distributed(visit, old, new).filter(|other| worst(other).max(kept) < total);
        if other.is_none() {
            self.forget(start);
            self.remember(looked_at);
        }
        other
    }

    /// Compares the two as flat lists of alternatives: each branch together with the base. None if there are too many, or
    /// if the result assumes the pair whose findings it replaces, which would be lost.
    fn distributed(&mut self, visit: &Visit<'a, '_>, old: &Shape<'a>, new: &Shape<'a>) -> Option<Vec<Finding>> {
        let (before, after) = (alternatives(old)?, alternatives(new)?);
        let pointer = new.unions.first().map_or(&new.pointer, |union| &union.pointer);
        self.begin_replacement(visit.pair);
        let found = self.match_branches(visit.pair, visit.pair.omittable, &before, &after, pointer);
        (!self.end_replacement()).then_some(found)
    }

    /// `omittable`: the branches stand for the whole value, and the client may omit it.
    fn match_branches(
        &mut self,
        pair: &Pair<'a>,
        omittable: bool,
        old: &[Node<'a>],
        new: &[Node<'a>],
        pointer: &str,
    ) -> Vec<Finding> {
        let mut old_left: Vec<&Node<'a>> = old.iter().collect();
        let mut new_left: Vec<&Node<'a>> = new.iter().collect();
        let mut found = Vec::new();
        // By name first, then by equal content, then by similar content.
        for matching in [Self::same_name, Self::same_values, Self::look_alike] {
            let mut unmatched = Vec::new();
            for before in old_left {
                let hit = new_left.iter().position(|after| matching(self, pair, before, after));
                match hit {
                    Some(index) => {
                        let after = new_left.remove(index);
                        let place = pair.place.branch(after.component());
                        let inner = pair.inner(before.clone(), after.clone(), place, omittable);
                        found.extend(self.compare(inner));
                    }
                    None => unmatched.push(before),
                }
            }
            old_left = unmatched;
        }
        for before in old_left {
            let covered = pair.side == Side::Request && new.iter().any(|after| self.fits(pair, before, after));
            let rule = if covered { Sided::UnionBranchCovered } else { Sided::UnionBranchRemoved };
            let name = described(before, &self.old_shape(before));
            found.push(branch(rule, pair, before.pointer(), format!("{name} is gone")));
        }
        for after in new_left {
            let covered = pair.side == Side::Response && old.iter().any(|before| self.fits(pair, before, after));
            let rule = match (covered, old.len()) {
                (true, _) => Sided::UnionBranchCovered,
                // A client that knew one shape cannot read another; one that knew a union keeps unknown branches.
                (false, 0 | 1) => Sided::UnionAppeared,
                (false, _) => Sided::UnionBranchAdded,
            };
            let at = if after.pointer().is_empty() { pointer } else { after.pointer() };
            let name = described(after, &self.new_shape(after));
            found.push(branch(rule, pair, at, format!("{name} is new")));
        }
        found
    }

    /// Whether the change from one to the other is compatible.
    fn fits(&mut self, pair: &Pair<'a>, old: &Node<'a>, new: &Node<'a>) -> bool {
        self.judge(pair.inner(old.clone(), new.clone(), pair.place.clone(), false)) <= Some(Severity::Compatible)
    }

    fn same_name(&mut self, _: &Pair<'a>, old: &Node<'a>, new: &Node<'a>) -> bool {
        old.component().is_some() && old.component() == new.component()
    }

    fn same_values(&mut self, pair: &Pair<'a>, old: &Node<'a>, new: &Node<'a>) -> bool {
        self.judge(pair.inner(old.clone(), new.clone(), pair.place.clone(), false)) <= Some(Severity::Cosmetic)
    }

    /// Of one type and, for objects, with at least half of their properties in common.
    fn look_alike(&mut self, _: &Pair<'a>, old: &Node<'a>, new: &Node<'a>) -> bool {
        let (old, new) = (self.old_shape(old), self.new_shape(new));
        if old.types != new.types || !old.unions.is_empty() || !new.unions.is_empty() {
            return false;
        }
        let names = |shape: &Shape<'a>| shape.properties.keys().copied().collect::<BTreeSet<&str>>();
        let (before, after) = (names(&old), names(&new));
        let (common, all) = (before.intersection(&after).count(), before.union(&after).count());
        common * 2 >= all
    }

    fn compare_nots(&mut self, visit: &mut Visit<'a, '_>, old: &Shape<'a>, new: &Shape<'a>) {
        let mut unmatched: Vec<&Node<'a>> = new.nots.iter().collect();
        let mut gone = 0;
        for before in &old.nots {
            match unmatched.iter().position(|after| self.same_values(visit.pair, before, after)) {
                Some(index) => {
                    unmatched.remove(index);
                }
                None => gone += 1,
            }
        }
        match (gone, unmatched.len()) {
            (0, 0) => {}
            (0, _) => visit.note(Sided::NotAdded, "not", "values of a given schema are excluded"),
            (_, 0) => visit.note(Sided::NotRemoved, "not", "values of a given schema are no longer excluded"),
            _ => visit.note(Sided::NotChanged, "not", "other values are excluded than before"),
        }
    }
}

impl<'a> Visit<'a, '_> {
    fn compare_discriminators(&mut self, old: &Shape<'a>, new: &Shape<'a>) {
        let (before, after) = match (&old.discriminator, &new.discriminator) {
            (None, None) => return,
            (None, Some(after)) => {
                let what = format!("`{}` tells the branches apart", after.property);
                return self.note(Sided::DiscriminatorAdded, "discriminator", what);
            }
            (Some(before), None) => {
                let what = format!("`{}` no longer tells the branches apart", before.property);
                return self.note(Sided::DiscriminatorRemoved, "discriminator", what);
            }
            (Some(before), Some(after)) => (before, after),
        };
        if before.property != after.property {
            let what = format!("the tag is `{}`, was `{}`", after.property, before.property);
            self.note(Sided::DiscriminatorChanged, "discriminator", what);
        }
        for (value, node) in &before.values {
            match after.values.get(value) {
                None => {
                    let what = format!("tag `{value}` is gone");
                    let place = self.pair.place.clone();
                    self.note_at(Sided::DiscriminatorValueRemoved, before.pointer.clone(), place, what);
                }
                // Branches are compared by `match_branches`.
                Some(other) if branch_name(old, node).is_some_and(|name| branch_name(new, other) == Some(name)) => {}
                Some(other) => {
                    let place = self.pair.place.branch(Some(value));
                    self.next.push(self.pair.inner(node.clone(), other.clone(), place, false));
                }
            }
        }
        for value in after.values.keys().filter(|value| !before.values.contains_key(*value)) {
            let what = format!("tag `{value}` is new");
            self.note_at(Sided::DiscriminatorValueAdded, after.pointer.clone(), self.pair.place.clone(), what);
        }
    }

    /// Replaces findings about the base alone by findings about the alternatives, which include the base.
    fn replace_found(&mut self, found: Vec<Finding>) {
        let mut kept = self.kept();
        let repeated =
            |finding: &Finding| kept.iter().any(|one| (one.rule, &one.pointer) == (finding.rule, &finding.pointer));
        let more: Vec<Finding> = found.into_iter().filter(|finding| !repeated(finding)).collect();
        kept.extend(more);
        self.found = kept;
        self.next.clear();
    }

    /// The findings that comparing the alternatives does not repeat.
    fn kept(&self) -> Vec<Finding> {
        self.found.iter().filter(|finding| STAYS.contains(&finding.rule)).cloned().collect()
    }
}

/// The component that a tag names, if it is a branch of the schema's unions.
fn branch_name<'n>(shape: &Shape<'_>, node: &'n Node<'_>) -> Option<&'n str> {
    let name = node.component().or_else(|| node.pointer().strip_prefix("/components/schemas/"))?;
    shape.unions.iter().flat_map(|union| &union.branches).any(|branch| branch.component() == Some(name)).then_some(name)
}

fn kinds<'a>(visit: &Visit<'a, '_>, old: &Union<'a>, new: &Union<'a>) -> Vec<Finding> {
    // With one branch, anyOf and oneOf mean the same.
    let rule = match (old.kind, new.kind) {
        (UnionKind::AnyOf, UnionKind::OneOf) if new.branches.len() > 1 => Sided::UnionBecameExclusive,
        (UnionKind::OneOf, UnionKind::AnyOf) if new.branches.len() > 1 => Sided::UnionBecameInclusive,
        _ => return Vec::new(),
    };
    vec![Finding {
        rule,
        side: visit.pair.side,
        pointer: new.pointer.clone(),
        place: visit.pair.place.to_string(),
        what: rule.says().to_owned(),
    }]
}

fn branch<'a>(rule: Sided, pair: &Pair<'a>, pointer: &str, what: String) -> Finding {
    Finding { rule, side: pair.side, pointer: pointer.to_owned(), place: pair.place.to_string(), what }
}

/// A branch by the name of its component, or by its content.
fn described(node: &Node<'_>, shape: &Shape<'_>) -> String {
    let names: Vec<String> = shape.properties.keys().take(4).map(|name| format!("`{name}`")).collect();
    let types: Vec<&str> = shape.types.iter().flatten().copied().collect();
    match node.component() {
        Some(name) => format!("branch `{name}`"),
        None if !names.is_empty() => format!("the branch with {}", names.join(", ")),
        None if !types.is_empty() => format!("the branch of type {}", types.join(", ")),
        None => "a branch".to_owned(),
    }
}

/// Every way to choose one branch of each union, each together with the rest of the schema. None if there are too many.
fn alternatives<'a>(shape: &Shape<'a>) -> Option<Vec<Node<'a>>> {
    let base = Node { parts: shape.flat.iter().map(|at| Part { at: at.clone(), bare: true }).collect() };
    shape.unions.iter().try_fold(vec![base], |nodes, union| {
        let count = nodes.len().checked_mul(union.branches.len())?;
        (count <= ALTERNATIVES).then(|| {
            nodes.iter().flat_map(|node| union.branches.iter().map(|branch| branch.clone().and(node))).collect()
        })
    })
}
