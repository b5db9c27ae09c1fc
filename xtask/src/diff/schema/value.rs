//! Comparing what a single value may be: type, format, null, closed lists, patterns, bounds, default.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::compare::{Visit, Wire};
use super::limits::{Bound, LIMITS, order};
use super::pattern;
use super::{Comparison, Relation, shape::Shape};
use crate::diff::rules::{Side, Sided};

type Types<'a> = Option<BTreeSet<&'a str>>;
type Keywords<'a> = BTreeMap<&'a str, Vec<&'a Value>>;

/// Formats of one kind, each allowing more than the one before; no format allows more still.
const WIDTHS: [&[&str]; 2] = [&["int32", "int64"], &["float", "double"]];
/// Formats that change the encoding of a value, not only the set of values.
const ENCODINGS: [&str; 2] = ["byte", "binary"];
/// Formats that only say how a value is displayed.
const HINTS: [&str; 1] = ["password"];

impl<'a> Comparison<'a> {
    /// `?status=A` is a single value and also a list of one, so a parameter that became a list still accepts it. True if
    /// this is such a parameter; its elements are compared next.
    pub fn compare_list_of_one(&mut self, visit: &mut Visit<'a, '_>) -> bool {
        let was_one = visit.old.is_scalar();
        let is_list = visit.new.types.as_ref().is_some_and(|types| types.iter().eq(["array"].iter()));
        let pair = visit.pair;
        if !was_one || !is_list || pair.wire != Wire::Text || pair.side != Side::Request {
            return false;
        }
        visit.note(Sided::TypeWidened, "type", "takes several values, took one");
        visit.compare_minimum_of_list();
        let items = visit.new.items.clone().unwrap_or_default();
        visit.next.push(pair.inner(pair.old.clone(), items, pair.place.element(), false));
        true
    }
}

impl<'a> Visit<'a, '_> {
    /// A list of one is too short if more values are required.
    fn compare_minimum_of_list(&mut self) {
        let new = self.new.clone();
        let bounds = LIMITS.iter().zip(&new.limits).filter(|(limit, _)| limit.keyword == "minItems");
        for (limit, bound) in bounds {
            if let Some(bound) = bound.as_ref().filter(|bound| bound.number.as_f64() > Some(1.0)) {
                self.note(limit.tightened, limit.keyword, format!("at least {} values, took one", bound.number));
            }
        }
    }

    /// False if the types are so different that nothing below can be compared.
    pub fn compare_values(&mut self) -> bool {
        self.compare_leftovers();
        let (old, new) = (self.old.clone(), self.new.clone());
        self.compare_nullable(&old, &new);
        let relation = type_relation(&old.types, &new.types, self.pair.wire);
        let types = format!("{}, was {}", shown_types(&new.types), shown_types(&old.types));
        match relation {
            Relation::Same => {}
            Relation::Wider => self.note(Sided::TypeWidened, "type", format!("type is {types}")),
            Relation::Narrower => self.note(Sided::TypeNarrowed, "type", format!("type is {types}")),
            Relation::Other => {
                self.note(Sided::TypeChanged, "type", format!("type is {types}"));
                return false;
            }
        }
        self.compare_formats(&old, &new, relation);
        self.compare_lists(&old, &new);
        self.compare_patterns(&old, &new);
        self.compare_limits(&old, &new);
        self.compare_multiples(&old, &new);
        self.compare_defaults(&old, &new);
        match (old.unique, new.unique) {
            (false, true) => self.note(Sided::UniqueItemsRequired, "uniqueItems", "elements have to differ"),
            (true, false) => self.note(Sided::UniqueItemsDropped, "uniqueItems", "elements may be equal"),
            _ => {}
        }
        match (old.deprecated, new.deprecated) {
            (false, true) => self.note(Sided::Deprecated, "deprecated", "deprecated"),
            (true, false) => self.note(Sided::Undeprecated, "deprecated", "no longer deprecated"),
            _ => {}
        }
        true
    }

    /// Broken references, unknown keywords, wording.
    fn compare_leftovers(&mut self) {
        let (old, new) = (self.old.clone(), self.new.clone());
        if old.broken != new.broken {
            let shown = |set: &BTreeSet<String>| if set.is_empty() { "nothing".to_owned() } else { joined(set) };
            let what = format!("cannot be followed: {}, was {}", shown(&new.broken), shown(&old.broken));
            self.note(Sided::ReferenceBroken, "$ref", what);
        }
        for keyword in differing(&old.unrecognised, &new.unrecognised) {
            let what = format!("`{keyword}` changed, and what it means is not known");
            self.note(Sided::Unrecognised, keyword, what);
        }
        for keyword in differing(&old.ref_siblings, &new.ref_siblings) {
            self.note(Sided::RefSiblingChanged, keyword, format!("`{keyword}` beside a $ref changed"));
        }
        for keyword in differing(&old.prose, &new.prose) {
            self.note(Sided::Wording, keyword, format!("`{keyword}` reworded"));
        }
        if old.xml != new.xml {
            let rule = if self.pair.wire == Wire::Xml { Sided::Unrecognised } else { Sided::Wording };
            self.note(rule, "xml", "`xml` changed");
        }
    }

    fn compare_nullable(&mut self, old: &Shape<'a>, new: &Shape<'a>) {
        let null = |shape: &Shape<'_>| shape.nullable;
        match (null(old), null(new)) {
            (false, true) => self.note(Sided::NullableAdded, "nullable", "may be null"),
            (true, false) => self.note(Sided::NullableWithdrawn, "nullable", "may no longer be null"),
            _ => {}
        }
    }

    fn compare_formats(&mut self, old: &Shape<'a>, new: &Shape<'a>, types: Relation) {
        let same_kind = |kind: &str| [&old.types, &new.types].iter().all(|types| has(types, kind));
        let comparable = types == Relation::Same || ["string", "integer", "number"].iter().any(|kind| same_kind(kind));
        let relation = match (comparable, types) {
            (true, _) => format_relation(&old.formats, &new.formats),
            // A number in a query became text with a format.
            (false, Relation::Wider) if !new.formats.is_empty() && has(&new.types, "string") => Relation::Narrower,
            _ => Relation::Same,
        };
        let shown = |set: &BTreeSet<&str>| if set.is_empty() { "none".to_owned() } else { joined(set) };
        let what = format!("format is {}, was {}", shown(&new.formats), shown(&old.formats));
        match relation {
            Relation::Same => {}
            Relation::Wider => self.note(Sided::FormatWidened, "format", what),
            Relation::Narrower => self.note(Sided::FormatNarrowed, "format", what),
            Relation::Other => self.note(Sided::FormatChanged, "format", what),
        }
    }

    fn compare_lists(&mut self, old: &Shape<'a>, new: &Shape<'a>) {
        let shown = |values: &[&Value]| values.iter().map(|value| plain(value)).collect::<Vec<_>>().join(", ");
        match (&old.values, &new.values) {
            (None, None) => {}
            (None, Some(values)) => {
                let what = format!("only these values: {}; was free", shown(values));
                self.note(Sided::EnumAdded, "enum", what);
            }
            (Some(values), None) => {
                self.note(Sided::EnumRemoved, "enum", format!("any value; was one of {}", shown(values)));
            }
            (Some(old), Some(new)) => {
                let only = |some: &[&'a Value], others: &[&'a Value]| -> Vec<&'a Value> {
                    some.iter().filter(|value| !others.contains(value)).copied().collect()
                };
                let (added, removed) = (only(new, old), only(old, new));
                if !removed.is_empty() {
                    self.note(Sided::EnumValueRemoved, "enum", format!("values gone: {}", shown(&removed)));
                }
                if !added.is_empty() {
                    self.note(Sided::EnumValueAdded, "enum", format!("new values: {}", shown(&added)));
                }
            }
        }
    }

    fn compare_patterns(&mut self, old: &Shape<'a>, new: &Shape<'a>) {
        if old.patterns == new.patterns || !has(&new.types, "string") {
            return;
        }
        let what = match (old.patterns.is_empty(), new.patterns.is_empty()) {
            (true, _) => format!("has to match {}", joined(&new.patterns)),
            (_, true) => format!("need no longer match {}", joined(&old.patterns)),
            _ => format!("has to match {}, was {}", joined(&new.patterns), joined(&old.patterns)),
        };
        let rule = if old.patterns.is_subset(&new.patterns) {
            Sided::PatternAdded
        } else if new.patterns.is_subset(&old.patterns) {
            Sided::PatternRemoved
        } else {
            match pattern::relation(&old.patterns, &new.patterns) {
                Relation::Same => Sided::PatternReworded,
                Relation::Wider => Sided::PatternWidened,
                Relation::Narrower => Sided::PatternNarrowed,
                Relation::Other => Sided::PatternChanged,
            }
        };
        self.note(rule, "pattern", what);
    }

    fn compare_limits(&mut self, old: &Shape<'a>, new: &Shape<'a>) {
        let text = self.pair.wire == Wire::Text;
        for (limit, (old_bound, new_bound)) in LIMITS.iter().zip(old.limits.iter().zip(&new.limits)) {
            let speaks = |types: &Types<'_>| limit.types.iter().any(|kind| has(types, kind));
            if !speaks(&new.types) || !(speaks(&old.types) || text) {
                continue;
            }
            let rule = match (old_bound, new_bound) {
                (None, None) => continue,
                (None, Some(_)) => limit.tightened,
                (Some(_), None) => limit.loosened,
                (Some(old), Some(new)) if new.tighter_than(old, limit.side) => limit.tightened,
                (Some(old), Some(new)) if old.tighter_than(new, limit.side) => limit.loosened,
                _ => continue,
            };
            let (is, was) = (Bound::shown(new_bound.as_ref()), Bound::shown(old_bound.as_ref()));
            self.note(rule, limit.keyword, format!("{} is {is}, was {was}", limit.keyword));
        }
    }

    fn compare_multiples(&mut self, old: &Shape<'a>, new: &Shape<'a>) {
        let (old, new) = (&old.multiples, &new.multiples);
        let held = |by: &[&Value], of: &[&Value]| of.iter().all(|of| by.iter().any(|by| is_multiple(by, of)));
        // Values of the old schema are multiples of all of `old`; the new one asks for all of `new`.
        let relation = Relation::from_inclusion(held(old, new), held(new, old));
        let shown = |some: &[&Value]| if some.is_empty() { "anything".into() } else { joined(some) };
        let what = format!("multiple of {}, was of {}", shown(new), shown(old));
        match relation {
            Relation::Same => {}
            Relation::Wider => self.note(Sided::MultipleOfLoosened, "multipleOf", what),
            Relation::Narrower => self.note(Sided::MultipleOfTightened, "multipleOf", what),
            Relation::Other => {
                self.note(Sided::MultipleOfTightened, "multipleOf", what.clone());
                self.note(Sided::MultipleOfLoosened, "multipleOf", what);
            }
        }
    }

    fn compare_defaults(&mut self, old: &Shape<'a>, new: &Shape<'a>) {
        let (rule, what) = match (old.default, new.default) {
            (None, None) => return,
            (Some(old), Some(new)) if old == new => return,
            (Some(old), Some(new)) => (Sided::DefaultChanged, format!("default is {}, was {}", plain(new), plain(old))),
            (None, Some(new)) => (Sided::DefaultAdded, format!("default is {}, was none", plain(new))),
            (Some(old), None) => (Sided::DefaultRemoved, format!("no default, was {}", plain(old))),
        };
        self.note(if self.pair.omittable { rule } else { Sided::DefaultMoot }, "default", what);
    }
}

/// Whether values of a type are allowed.
pub fn has(types: &Types<'_>, kind: &str) -> bool {
    types.as_ref().is_none_or(|types| types.contains(kind) || (kind == "integer" && types.contains("number")))
}

fn type_relation(old: &Types<'_>, new: &Types<'_>, wire: Wire) -> Relation {
    let holds = |outer: &Types<'_>, inner: &Types<'_>| match (outer, inner) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(outer), Some(inner)) => inner.iter().all(|kind| {
            let scalar = ["integer", "number", "boolean"].contains(kind);
            outer.contains(kind)
                || (*kind == "integer" && outer.contains("number"))
                || (wire == Wire::Text && scalar && outer.contains("string"))
        }),
    };
    Relation::from_inclusion(holds(new, old), holds(old, new))
}

fn format_relation(old: &BTreeSet<&str>, new: &BTreeSet<&str>) -> Relation {
    let strip = |set: &BTreeSet<&str>| -> Vec<String> {
        set.iter().filter(|format| !HINTS.contains(format)).map(|format| (*format).to_owned()).collect()
    };
    let (old, new) = (strip(old), strip(new));
    if old == new {
        return Relation::Same;
    }
    if old.iter().chain(&new).any(|format| ENCODINGS.contains(&format.as_str())) {
        return Relation::Other;
    }
    match (old.as_slice(), new.as_slice()) {
        ([], _) => Relation::Narrower,
        (_, []) => Relation::Wider,
        ([old], [new]) => {
            let rank = |row: &[&str], format: &str| row.iter().position(|known| *known == format);
            let ranks = WIDTHS.iter().find_map(|row| Some((rank(row, old)?, rank(row, new)?)));
            match ranks {
                Some((old, new)) if new > old => Relation::Wider,
                Some(_) => Relation::Narrower,
                None => Relation::Other,
            }
        }
        _ => Relation::Other,
    }
}

/// Whether every multiple of `by` is one of `of`.
fn is_multiple(by: &Value, of: &Value) -> bool {
    let (Value::Number(by), Value::Number(of)) = (by, of) else { return by == of };
    if order(by, of).is_eq() {
        return true;
    }
    match (by.as_i128(), of.as_i128()) {
        (Some(by), Some(of)) => of != 0 && by % of == 0,
        _ => {
            let ratio = by.as_f64().unwrap_or(f64::NAN) / of.as_f64().unwrap_or(f64::NAN);
            ratio.is_finite() && ratio >= 1.0 && (ratio - ratio.round()).abs() < 1e-9
        }
    }
}

/// The keywords whose values differ, regardless of order.
fn differing<'a>(old: &Keywords<'a>, new: &Keywords<'a>) -> Vec<&'a str> {
    let keywords: BTreeSet<&'a str> = old.keys().chain(new.keys()).copied().collect();
    let values = |map: &Keywords<'a>, keyword: &str| -> BTreeSet<String> {
        map.get(keyword).into_iter().flatten().map(|value| value.to_string()).collect()
    };
    keywords.into_iter().filter(|keyword| values(old, keyword) != values(new, keyword)).collect()
}

fn shown_types(types: &Types<'_>) -> String {
    match types {
        None => "any".to_owned(),
        Some(types) if types.is_empty() => "none possible".to_owned(),
        Some(types) => joined(types),
    }
}

fn joined(items: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// A value as a person would write it, cut short when it is long.
pub fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(60).collect();
    if chars.next().is_none() { start } else { format!("{start}…") }
}
