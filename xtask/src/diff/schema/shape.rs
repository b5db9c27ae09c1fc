//! A schema with references followed and `allOf` merged: the form in which two schemas are compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::limits::{Bound, BoundSide, LIMITS};
use super::node::{Node, Part};
use crate::document::{Loc, Target, resolve};

/// Keywords for people only, as are extensions.
const PROSE: [&str; 5] = ["title", "description", "example", "examples", "externalDocs"];

/// Another keyword for an open list of values. All our enums are open.
const OPEN_ENUM: &str = "x-extensible-enum";

#[derive(Clone, Debug, Default)]
pub enum Additional<'a> {
    #[default]
    Open,
    Closed,
    Of(Node<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnionKind {
    AnyOf,
    OneOf,
}

#[derive(Clone, Debug)]
pub struct Union<'a> {
    pub kind: UnionKind,
    pub pointer: String,
    pub branches: Vec<Node<'a>>,
    /// The schema that has it.
    schema: usize,
}

/// A discriminator, with the default names of its branches filled in.
#[derive(Clone, Debug)]
pub struct Discriminator<'a> {
    pub pointer: String,
    pub property: &'a str,
    pub values: BTreeMap<String, Node<'a>>,
    /// The schema that has it.
    schema: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Shape<'a> {
    pub pointer: String,
    /// None: any type.
    pub types: Option<BTreeSet<&'a str>>,
    pub nullable: bool,
    pub formats: BTreeSet<&'a str>,
    pub patterns: BTreeSet<&'a str>,
    /// None: no closed list.
    pub values: Option<Vec<&'a Value>>,
    /// One for each row of `LIMITS`.
    pub limits: [Option<Bound>; LIMITS.len()],
    pub multiples: Vec<&'a Value>,
    pub unique: bool,
    pub properties: BTreeMap<&'a str, Node<'a>>,
    pub required: BTreeSet<&'a str>,
    pub additional: Additional<'a>,
    pub items: Option<Node<'a>>,
    pub unions: Vec<Union<'a>>,
    pub nots: Vec<Node<'a>>,
    pub discriminator: Option<Discriminator<'a>>,
    pub default: Option<&'a Value>,
    pub read_only: bool,
    pub write_only: bool,
    pub deprecated: bool,
    /// Keywords that 3.0 does not have, or whose values it does not allow.
    pub unrecognised: BTreeMap<&'a str, Vec<&'a Value>>,
    /// What stands beside a `$ref`.
    pub ref_siblings: BTreeMap<&'a str, Vec<&'a Value>>,
    pub prose: BTreeMap<&'a str, Vec<&'a Value>>,
    pub xml: Vec<&'a Value>,
    pub broken: BTreeSet<String>,
    /// The schema objects that were merged, without the branches of unions.
    pub flat: Vec<Loc<'a>>,
}

impl<'a> Shape<'a> {
    /// Merges all parts of a node. Each schema object is taken once, so circles of `allOf` end.
    pub fn of(root: &'a Value, node: &Node<'a>) -> Self {
        let mut shape = Shape { pointer: node.pointer().to_owned(), ..Self::default() };
        let mut todo: Vec<Part<'a>> = node.parts.iter().rev().cloned().collect();
        let mut seen = BTreeSet::new();
        while let Some(part) = todo.pop() {
            shape.note_siblings(&part.at);
            let at = match resolve(root, part.at) {
                Target::Found(at) => at,
                Target::Broken(reference) => {
                    shape.broken.insert(reference);
                    continue;
                }
            };
            if !seen.insert((at.address(), part.bare)) {
                continue;
            }
            let all = at.get("allOf");
            // The branch of a union of one always applies, as in allOf.
            let single = |keyword: &str| at.get(keyword).filter(|list| list.elements().count() == 1);
            let lists = [all, single("anyOf"), single("oneOf")].into_iter().flatten();
            let children = lists.flat_map(|list| list.elements().collect::<Vec<_>>());
            let mut children: Vec<_> = children.map(|at| Part { at, bare: part.bare }).collect();
            children.reverse();
            todo.extend(children);
            shape.absorb(root, &at, part.bare);
            if !shape.flat.iter().any(|known| known.address() == at.address()) {
                shape.flat.push(at);
            }
        }
        shape.settle_choices(root);
        if let Some(first) = shape.flat.first() {
            shape.pointer.clone_from(&first.pointer);
        }
        shape.infer_type();
        shape
    }

    /// Drops unions of which one branch applies in any case: `A and (A or B)` is `A`. This is how a child sees the union
    /// of a parent that lists its children, if it refers to the parent in `allOf`. The parent's discriminator goes too.
    fn settle_choices(&mut self, root: &'a Value) {
        let merged: BTreeSet<usize> = self.flat.iter().map(Loc::address).collect();
        // A schema that is a branch of its own union decides nothing by that.
        let applies = |node: &Node<'a>, owner: usize| {
            node.parts.iter().all(|part| match resolve(root, part.at.clone()) {
                Target::Found(at) => at.address() != owner && merged.contains(&at.address()),
                Target::Broken(_) => false,
            })
        };
        self.unions.retain(|union| !union.branches.iter().any(|node| applies(node, union.schema)));
        self.discriminator.take_if(|tag| tag.values.values().any(|node| applies(node, tag.schema)));
    }

    /// Whether every value is a text, a number or a flag.
    pub fn is_scalar(&self) -> bool {
        let scalars = ["string", "integer", "number", "boolean"];
        self.types.as_ref().is_some_and(|types| !types.is_empty() && types.iter().all(|kind| scalars.contains(kind)))
    }

    /// Where a keyword stands, or where the schema does if no part has it.
    pub fn keyword(&self, keyword: &str) -> Option<String> {
        self.flat.iter().find_map(|at| at.get(keyword)).map(|at| at.pointer)
    }

    fn note_siblings(&mut self, at: &Loc<'a>) {
        if at.str("$ref").is_none() {
            return;
        }
        for (key, sibling) in at.members().filter(|(key, _)| *key != "$ref") {
            let kept = if is_prose(key) { &mut self.prose } else { &mut self.ref_siblings };
            kept.entry(key).or_default().push(sibling.value);
        }
    }

    fn absorb(&mut self, root: &'a Value, at: &Loc<'a>, bare: bool) {
        if !at.value.is_object() {
            self.unrecognised.entry("schema").or_default().push(at.value);
            return;
        }
        for (keyword, found) in at.members() {
            if !self.absorb_keyword(root, keyword, &found, at, bare) {
                self.unrecognised.entry(keyword).or_default().push(found.value);
            }
        }
    }

    /// False if the keyword is unknown or cannot be read.
    fn absorb_keyword(
        &mut self,
        root: &'a Value,
        keyword: &'a str,
        found: &Loc<'a>,
        schema: &Loc<'a>,
        bare: bool,
    ) -> bool {
        let value = found.value;
        match keyword {
            "type" => return self.absorb_type(value),
            "format" => return value.as_str().map(|format| self.formats.insert(format)).is_some(),
            "pattern" => return value.as_str().map(|pattern| self.patterns.insert(pattern)).is_some(),
            "enum" | OPEN_ENUM => {
                let Some(list) = value.as_array() else { return false };
                // In a list of values, null means the same as `nullable`.
                self.nullable |= list.contains(&Value::Null);
                self.values = Some(match self.values.take() {
                    None => list.iter().filter(|value| !value.is_null()).collect(),
                    Some(kept) => kept.into_iter().filter(|value| list.contains(value)).collect(),
                });
            }
            "multipleOf" if value.is_number() => self.multiples.push(value),
            "uniqueItems" if value.is_boolean() => self.unique |= value == true,
            "nullable" if value.is_boolean() => self.nullable |= value == true,
            "readOnly" if value.is_boolean() => self.read_only |= value == true,
            "writeOnly" if value.is_boolean() => self.write_only |= value == true,
            "deprecated" if value.is_boolean() => self.deprecated |= value == true,
            "default" => self.default = self.default.or(Some(value)),
            "properties" if value.is_object() => {
                for (name, property) in found.members() {
                    let node = self.properties.remove(name).unwrap_or_default();
                    self.properties.insert(name, node.and(&Node::at(property)));
                }
            }
            "required" => {
                let Some(names) = value.as_array() else { return false };
                self.required.extend(names.iter().filter_map(Value::as_str));
                return names.iter().all(Value::is_string);
            }
            "additionalProperties" => self.absorb_additional(found),
            "items" if value.is_object() => {
                let node = self.items.take().unwrap_or_default();
                self.items = Some(node.and(&Node::at(found.clone())));
            }
            "anyOf" | "oneOf" if value.is_array() => {
                if !bare && found.elements().count() > 1 {
                    let kind = if keyword == "anyOf" { UnionKind::AnyOf } else { UnionKind::OneOf };
                    let branches = found.elements().map(Node::at).collect();
                    self.unions.push(Union {
                        kind,
                        pointer: found.pointer.clone(),
                        branches,
                        schema: schema.address(),
                    });
                }
            }
            "allOf" => return value.is_array(),
            "not" if value.is_object() => self.nots.push(Node::at(found.clone())),
            "discriminator" => {
                let Some(property) = found.str("propertyName") else { return false };
                self.discriminator = Some(Discriminator {
                    pointer: found.pointer.clone(),
                    property,
                    values: discriminator_values(root, found, schema),
                    schema: schema.address(),
                });
            }
            "xml" => self.xml.push(value),
            // What is defined within a schema counts where it is referred to.
            "$defs" | "definitions" if value.is_object() => {}
            // The numeric form of 3.1 is a bound of its own; the flag of 3.0 is read with its bound.
            "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {}
            keyword if is_prose(keyword) => self.prose.entry(keyword).or_default().push(value),
            keyword => return self.absorb_limit(keyword, value, schema),
        }
        true
    }

    fn absorb_type(&mut self, value: &'a Value) -> bool {
        let mut named: BTreeSet<&'a str> = match value {
            Value::String(one) => BTreeSet::from([one.as_str()]),
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            _ => return false,
        };
        self.nullable |= named.remove("null");
        self.types = Some(match self.types.take() {
            None => named,
            Some(kept) => {
                let both: BTreeSet<_> = kept.intersection(&named).copied().collect();
                let integer = |set: &BTreeSet<&str>| set.contains("integer");
                let number = |set: &BTreeSet<&str>| set.contains("number");
                if (integer(&kept) && number(&named)) || (number(&kept) && integer(&named)) {
                    both.into_iter().chain(["integer"]).collect()
                } else {
                    both
                }
            }
        });
        true
    }

    fn absorb_additional(&mut self, found: &Loc<'a>) {
        self.additional = match (found.value, std::mem::take(&mut self.additional)) {
            (Value::Bool(false), _) | (_, Additional::Closed) => Additional::Closed,
            (Value::Object(map), kept) if map.is_empty() => kept,
            (Value::Object(_), Additional::Of(node)) => Additional::Of(node.and(&Node::at(found.clone()))),
            (Value::Object(_), Additional::Open) => Additional::Of(Node::at(found.clone())),
            (_, kept) => kept,
        };
    }

    fn absorb_limit(&mut self, keyword: &str, value: &'a Value, schema: &Loc<'a>) -> bool {
        let Some(row) = LIMITS.iter().position(|limit| limit.keyword == keyword || limit.exclusive == Some(keyword))
        else {
            return false;
        };
        let Some(limit) = LIMITS.get(row) else { return false };
        let Value::Number(number) = value else { return false };
        let exclusive = limit.exclusive.is_some_and(|flag| flag == keyword || schema.flag(flag));
        let bound = Bound { number: number.clone(), exclusive };
        let Some(kept) = self.limits.get_mut(row) else { return false };
        let tighter = match kept {
            None => true,
            Some(kept) => bound.tighter_than(kept, limit.side),
        };
        // A lower bound of zero is no bound.
        let idle = limit.exclusive.is_none() && limit.side == BoundSide::Lower && bound.is_zero();
        if tighter && !idle {
            *kept = Some(bound);
        }
        true
    }

    /// A schema that has properties and no type means an object, and so on: everyone reads it that way.
    fn infer_type(&mut self) {
        if self.types.is_some() {
            return;
        }
        let object =
            !self.properties.is_empty() || !self.required.is_empty() || !matches!(self.additional, Additional::Open);
        let all_of = |test: fn(&Value) -> bool| {
            self.values.as_ref().is_some_and(|values| !values.is_empty() && values.iter().all(|value| test(value)))
        };
        let inferred = if object {
            "object"
        } else if self.items.is_some() {
            "array"
        } else if !self.patterns.is_empty() || all_of(Value::is_string) {
            "string"
        } else if all_of(|value| value.is_i64() || value.is_u64()) {
            "integer"
        } else if all_of(Value::is_number) {
            "number"
        } else if all_of(Value::is_boolean) {
            "boolean"
        } else {
            return;
        };
        self.types = Some(BTreeSet::from([inferred]));
    }
}

pub fn is_prose(keyword: &str) -> bool {
    PROSE.contains(&keyword) || (keyword.starts_with("x-") && keyword != OPEN_ENUM)
}

/// The explicit mapping; branches without an entry get the name of their component. Without anyOf and oneOf, the
/// branches are the components that refer to the schema in their allOf.
fn discriminator_values<'a>(root: &'a Value, found: &Loc<'a>, schema: &Loc<'a>) -> BTreeMap<String, Node<'a>> {
    let mut values = BTreeMap::new();
    let mut mapped = BTreeSet::new();
    let components = Loc::root(root).get("components").and_then(|components| components.get("schemas"));
    for (value, target) in found.get("mapping").iter().flat_map(Loc::members) {
        let reference = target.value.as_str().unwrap_or_default();
        let name = reference.strip_prefix("#/components/schemas/").unwrap_or(reference);
        mapped.insert(name);
        let component = components.as_ref().and_then(|components| components.get(name));
        values.insert(value.to_owned(), Node::at(component.unwrap_or(target)));
    }
    let branches = ["oneOf", "anyOf"].iter().filter_map(|keyword| schema.get(keyword));
    for branch in branches.flat_map(|list| list.elements().collect::<Vec<_>>()) {
        let node = Node::at(branch);
        if let Some(name) = node.component().filter(|name| !mapped.contains(name)) {
            values.insert(name.to_owned(), node);
        }
    }
    if schema.get("oneOf").is_none() && schema.get("anyOf").is_none() {
        for heir in heirs(components.as_ref(), schema) {
            if !mapped.contains(heir.0) {
                values.insert(heir.0.to_owned(), Node::at(heir.1));
            }
        }
    }
    values
}

/// The components that refer to a component in their allOf, directly or through each other.
fn heirs<'a>(components: Option<&Loc<'a>>, parent: &Loc<'a>) -> Vec<(&'a str, Loc<'a>)> {
    let mut heirs = Vec::new();
    let mut known: BTreeSet<&str> = parent.pointer.strip_prefix("/components/schemas/").into_iter().collect();
    let mut todo: Vec<&str> = known.iter().copied().collect();
    while let Some(name) = todo.pop() {
        for (heir, at) in components.into_iter().flat_map(Loc::members) {
            let refers = at
                .get("allOf")
                .into_iter()
                .flat_map(|parts| parts.elements())
                .any(|part| part.str("$ref").and_then(|to| to.strip_prefix("#/components/schemas/")) == Some(name));
            if refers && known.insert(heir) {
                heirs.push((heir, at));
                todo.push(heir);
            }
        }
    }
    heirs
}
