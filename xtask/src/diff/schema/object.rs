//! Comparing objects and arrays: properties, which are required, which are allowed beside the named ones, elements.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::compare::{Comparison, Visit};
use super::node::Node;
use super::shape::{Additional, Shape};
use crate::diff::rules::{Side, Sided};

/// A property as one of the two schemas describes it, for one side.
enum Property<'a> {
    Absent,
    /// Described, but not on this side: readOnly in requests, writeOnly in answers.
    Withheld,
    There {
        node: Node<'a>,
        required: bool,
    },
}

impl<'a> Comparison<'a> {
    pub fn compare_objects(&mut self, visit: &mut Visit<'a, '_>) {
        let (old, new) = (Rc::clone(&visit.old), Rc::clone(&visit.new));
        let names: BTreeSet<&'a str> = [&old, &new]
            .iter()
            .flat_map(|shape| shape.properties.keys().chain(shape.required.iter()))
            .copied()
            .collect();
        for name in names {
            let before = property(&old, name, visit.pair.side, |node| self.old_shape(node));
            let after = property(&new, name, visit.pair.side, |node| self.new_shape(node));
            visit.compare_property(name, before, after);
        }
        visit.compare_additional(&old, &new);
        if old.items.is_some() || new.items.is_some() {
            let node = |shape: &Shape<'a>| shape.items.clone().unwrap_or_default();
            let place = visit.pair.place.element();
            visit.next.push(visit.pair.inner(node(&old), node(&new), place, false));
        }
    }
}

fn property<'a>(
    shape: &Shape<'a>,
    name: &'a str,
    side: Side,
    mut shape_of: impl FnMut(&Node<'a>) -> Rc<Shape<'a>>,
) -> Property<'a> {
    let required = shape.required.contains(name);
    let Some(node) = shape.properties.get(name) else {
        // Required but not described: any value that the object allows.
        return match (required, &shape.additional) {
            (false, _) => Property::Absent,
            (true, Additional::Of(node)) => Property::There { node: node.clone(), required },
            (true, _) => Property::There { node: Node::default(), required },
        };
    };
    let inner = shape_of(node);
    let withheld = match side {
        Side::Request => inner.read_only,
        Side::Response => inner.write_only,
    };
    if withheld { Property::Withheld } else { Property::There { node: node.clone(), required } }
}

impl<'a> Visit<'a, '_> {
    fn compare_property(&mut self, name: &'a str, before: Property<'a>, after: Property<'a>) {
        use Property::{Absent, There, Withheld};
        let place = self.pair.place.property(name);
        match (before, after) {
            (Absent | Withheld, Absent | Withheld) => {}
            (There { node: old, required: was }, There { node: new, required: is }) => {
                match (was, is) {
                    (false, true) => self.note_property(Sided::PropertyBecameRequired, name, "is required now"),
                    (true, false) => self.note_property(Sided::PropertyBecameOptional, name, "is no longer required"),
                    _ => {}
                }
                self.next.push(self.pair.inner(old, new, place, !was));
            }
            (There { node, required }, Absent) => self.property_gone(name, node, required),
            (There { .. }, Withheld) => {
                let flag = match self.pair.side {
                    Side::Request => "readOnly: not to be sent",
                    Side::Response => "writeOnly: not received",
                };
                self.note_property(Sided::PropertyWithdrawn, name, &format!("became {flag}"));
            }
            (Withheld, There { required: true, .. }) if self.pair.side == Side::Request => {
                self.note_property(Sided::RequiredPropertyAdded, name, "was readOnly and has to be sent");
            }
            (Withheld, There { .. }) => {
                let what = match self.pair.side {
                    Side::Request => "was readOnly and may be sent",
                    Side::Response => "was writeOnly and is received",
                };
                self.note_property(Sided::PropertyRevealed, name, what);
            }
            (Absent, There { node, required }) => self.property_new(name, node, required),
        }
    }

    fn property_gone(&mut self, name: &'a str, node: Node<'a>, required: bool) {
        let place = self.pair.place.property(name);
        let new = Rc::clone(&self.new);
        let sent = self.pair.side == Side::Request;
        match &new.additional {
            // Now it is one of the unnamed properties, whose schema applies.
            Additional::Of(others) => {
                self.next.push(self.pair.inner(node, others.clone(), place, !required));
                self.note_property(Sided::PropertyRemoved, name, "is no longer named");
            }
            Additional::Closed if sent => {
                self.note_property(Sided::PropertyRefused, name, "is gone, and no others are allowed");
            }
            _ if required => self.note_property(Sided::RequiredPropertyRemoved, name, "is gone; it was required"),
            _ => self.note_property(Sided::PropertyRemoved, name, "is gone"),
        }
    }

    fn property_new(&mut self, name: &'a str, node: Node<'a>, required: bool) {
        let place = self.pair.place.property(name);
        let old = Rc::clone(&self.old);
        if let Additional::Of(others) = &old.additional {
            self.next.push(self.pair.inner(others.clone(), node, place, true));
        }
        if required {
            self.note_property(Sided::RequiredPropertyAdded, name, "is new and required");
        } else if self.pair.put && self.pair.side == Side::Request {
            self.note_property(Sided::PropertyAddedToPut, name, "is new, and a PUT without it may clear it");
        } else {
            self.note_property(Sided::PropertyAdded, name, "is new");
        }
    }

    /// A finding at the property, or at its old place if it is gone.
    fn note_property(&mut self, rule: Sided, name: &str, what: &str) {
        let at = |shape: &Shape<'a>| shape.properties.get(name).map(|node| node.pointer().to_owned());
        let pointer = at(&self.new).or_else(|| at(&self.old)).unwrap_or_else(|| self.new.pointer.clone());
        self.note_at(rule, pointer, self.pair.place.property(name), what);
    }

    fn compare_additional(&mut self, old: &Shape<'a>, new: &Shape<'a>) {
        use Additional::{Closed, Of, Open};
        let keyword = "additionalProperties";
        match (&old.additional, &new.additional) {
            (Open, Open) | (Closed, Closed) => {}
            (Open, Closed) => self.note(Sided::AdditionalPropertiesForbidden, keyword, "only the named properties"),
            (Of(_), Closed) => self.note(Sided::AdditionalPropertiesDropped, keyword, "no entries any more"),
            (Closed, Open | Of(_)) => self.note(Sided::AdditionalPropertiesAllowed, keyword, "others are allowed"),
            (Open, Of(_)) => {
                let what = "unnamed properties have to be of a given schema";
                self.note(Sided::AdditionalPropertiesRestricted, keyword, what);
            }
            (Of(_), Open) => {
                self.note(Sided::AdditionalPropertiesFreed, keyword, "unnamed properties may be anything");
            }
            (Of(before), Of(after)) => {
                let place = self.pair.place.entry();
                self.next.push(self.pair.inner(before.clone(), after.clone(), place, false));
            }
        }
    }
}
