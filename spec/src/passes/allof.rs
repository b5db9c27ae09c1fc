//! Merges `allOf` parts keyword by keyword: properties and bounds add up, a restated property keeps what it had, and nothing
//! is lost.

use std::collections::BTreeMap;

use crate::api::{Kind, Object, Schema, UnionSchema, Values, walk};
use crate::finding::Finding;
use crate::pointer::Pointer;
use crate::work::Work;

const PASS: &str = "allof";

pub(super) fn run(work: &mut Work) {
    let schemas = std::mem::take(&mut work.api.schemas);
    let mut merger = Merger { schemas: &schemas, findings: &mut work.findings, open: Vec::new() };
    let mut merged: BTreeMap<String, Schema> = BTreeMap::new();
    for (name, schema) in &schemas {
        merger.open.push(name.clone());
        let whole = merger.whole(schema);
        merger.open.pop();
        merged.insert(name.clone(), whole);
    }
    for operation in &mut work.api.operations {
        walk::outermost(operation, "", |_, schema| *schema = merger.whole(schema));
    }
    work.api.schemas = merged;
}

struct Merger<'s, 'f> {
    schemas: &'s BTreeMap<String, Schema>,
    findings: &'f mut Vec<Finding>,
    /// The components whose parts are being merged.
    open: Vec<String>,
}

impl Merger<'_, '_> {
    /// The schema without `allOf`, inside too.
    fn whole(&mut self, schema: &Schema) -> Schema {
        let mut whole = schema.clone();
        whole.kind = match &schema.kind {
            Kind::All(parts) => return self.all(schema, parts),
            Kind::List(list) => {
                let items = self.whole(&list.items);
                Kind::List(crate::api::List { items: Box::new(items) })
            }
            Kind::Object(object) => Kind::Object(self.object(object)),
            Kind::Union(union) => Kind::Union(UnionSchema {
                branches: union.branches.iter().map(|branch| self.whole(branch)).collect(),
                base: self.object(&union.base),
            }),
            other => other.clone(),
        };
        whole
    }

    fn object(&mut self, object: &Object) -> Object {
        let properties =
            object.properties.iter().map(|(name, property)| (name.clone(), self.whole(property))).collect();
        let values = match &object.values {
            Values::Of(values) => Values::Of(Box::new(self.whole(values))),
            other => other.clone(),
        };
        Object { properties, values, ..object.clone() }
    }

    fn all(&mut self, schema: &Schema, parts: &[Schema]) -> Schema {
        let mut whole: Option<Schema> = None;
        for part in parts {
            let Some(part) = self.part(part) else { continue };
            whole = Some(match whole {
                None => part,
                Some(whole) => self.and(whole, part),
            });
        }
        let whole = whole.unwrap_or_else(|| Schema::any(&schema.at));
        Schema {
            at: schema.at.clone(),
            nullable: schema.nullable || whole.nullable,
            about: schema.about.clone().or(&whole.about),
            bounds: schema.bounds.clone().and(whole.bounds),
            kind: whole.kind,
        }
    }

    /// A part as what it adds; a reference is followed where it has to be merged with others.
    fn part(&mut self, part: &Schema) -> Option<Schema> {
        let Some(name) = part.reference() else { return Some(self.whole(part)) };
        let Some(found) = self.schemas.get(name) else { return Some(part.clone()) };
        if self.open.iter().any(|open| open == name) {
            self.findings.push(
                Finding::note(PASS, "endless-part", &part.at, format!("`{name}` contains itself through allOf"))
                    .then("the part adds nothing and is passed over"),
            );
            return None;
        }
        let child = self.open.last().cloned();
        self.open.push(name.to_owned());
        let mut whole = self.whole(found);
        // A child's parent that is a union of its children gives the child what they all have.
        if let (Kind::Union(union), Some(child)) = (&whole.kind, &child)
            && (union.base.discriminator.is_some()
                || union.branches.iter().any(|branch| branch.reference() == Some(child)))
        {
            let base = Object { discriminator: None, ..union.base.clone() };
            whole.kind = Kind::Object(base);
        }
        self.open.pop();
        // The parent's words speak of the parent.
        whole.about = part.about.clone();
        whole.nullable |= part.nullable;
        if let Kind::Object(object) = &mut whole.kind {
            object.discriminator = None;
        }
        Some(whole)
    }

    /// What both say.
    fn and(&mut self, one: Schema, other: Schema) -> Schema {
        let (at, later) = (one.at.clone(), other.at.clone());
        // References to the same component, or one reference with words beside it, stay references.
        let kind = match (one.kind, other.kind) {
            (Kind::Any, kind) | (kind, Kind::Any) => kind,
            (Kind::Ref(one), Kind::Ref(other)) if one == other => Kind::Ref(one),
            (Kind::Ref(name), Kind::Object(object)) | (Kind::Object(object), Kind::Ref(name)) if object.is_empty() => {
                Kind::Ref(name)
            }
            (Kind::Ref(name), other) => return self.followed(&at, &name, Schema::new(&at, other)),
            (one, Kind::Ref(name)) => return self.followed(&at, &name, Schema::new(&at, one)),
            (Kind::Object(one), Kind::Object(other)) => Kind::Object(self.objects(one, other)),
            (Kind::Object(object), Kind::Union(mut union)) | (Kind::Union(mut union), Kind::Object(object)) => {
                union.base = self.objects(object, union.base);
                Kind::Union(union)
            }
            (Kind::Union(mut one), Kind::Union(other)) => {
                if one.branches != other.branches {
                    self.second_union(&at, &mut one, &other);
                }
                one.base = self.objects(one.base, other.base);
                Kind::Union(one)
            }
            (Kind::List(one), Kind::List(other)) => {
                let items = self.and(*one.items, *other.items);
                Kind::List(crate::api::List { items: Box::new(items) })
            }
            (Kind::Enum(one), Kind::Enum(other)) => {
                let both: Vec<_> = one.iter().filter(|value| other.contains(value)).cloned().collect();
                if both.is_empty() {
                    self.findings.push(Finding::note(
                        PASS,
                        "conflict",
                        &at,
                        "no value is in both lists: all are known",
                    ));
                    Kind::Enum(one.into_iter().chain(other).collect())
                } else {
                    if both.len() < one.len() {
                        self.findings.push(Finding::note(
                            PASS,
                            "narrowed-list",
                            &at,
                            "another part of the allOf lists fewer values: those in both are known",
                        ));
                    }
                    Kind::Enum(both)
                }
            }
            (Kind::Enum(values), Kind::Text(_) | Kind::Integer { .. } | Kind::Number | Kind::Bool)
            | (Kind::Text(_) | Kind::Integer { .. } | Kind::Number | Kind::Bool, Kind::Enum(values)) => {
                Kind::Enum(values)
            }
            (Kind::Integer { narrow: one }, Kind::Integer { narrow: other }) => Kind::Integer { narrow: one || other },
            (Kind::Integer { narrow }, Kind::Number) | (Kind::Number, Kind::Integer { narrow }) => {
                Kind::Integer { narrow }
            }
            (Kind::Text(crate::api::TextFormat::Plain), Kind::Text(format)) | (Kind::Text(format), Kind::Text(_)) => {
                Kind::Text(format)
            }
            (one, other) if one == other => one,
            (one, other) => {
                let problem = format!("allOf says {} and {}; it is read as free JSON", word(&one), word(&other));
                self.findings.push(
                    // The later part is nearer to this use.
                    Finding::aside(PASS, "conflict", &later, problem)
                        .or_free_json(&later, "Another part of the allOf says otherwise."),
                );
                Kind::Any
            }
        };
        Schema {
            at,
            kind,
            nullable: one.nullable || other.nullable,
            // What comes later is nearer to this use.
            about: other.about.or(&one.about),
            bounds: one.bounds.and(other.bounds),
        }
    }

    /// A component and what a use of it adds.
    fn followed(&mut self, at: &Pointer, name: &str, other: Schema) -> Schema {
        let found = self.part(&Schema::new(at, Kind::Ref(name.to_owned())));
        match found {
            Some(found) if found.reference().is_none() => self.and(Schema { at: at.clone(), ..found }, other),
            _ => other,
        }
    }

    fn objects(&mut self, one: Object, other: Object) -> Object {
        let mut whole = one;
        for (name, property) in other.properties {
            let property = match whole.properties.remove(&name) {
                Some(earlier) => self.and(earlier, property),
                None => property,
            };
            whole.properties.insert(name, property);
        }
        whole.required.extend(other.required);
        whole.values = match (whole.values, other.values) {
            (Values::Unsaid, values) | (values, Values::Unsaid) => values,
            (Values::Of(one), Values::Of(other)) => Values::Of(Box::new(self.and(*one, *other))),
            (Values::Of(values), Values::Any) | (Values::Any, Values::Of(values)) => Values::Of(values),
            (values, _) => values,
        };
        whole.discriminator = whole.discriminator.or(other.discriminator);
        whole
    }

    /// The branches of a second union become optional properties, so that each can be read.
    fn second_union(&mut self, at: &Pointer, union: &mut UnionSchema, second: &UnionSchema) {
        self.findings.push(Finding::note(
            PASS,
            "two-unions",
            at,
            "two unions in one allOf: the second's properties are read as optional ones of the first",
        ));
        for branch in &second.branches {
            let found = match branch.reference() {
                Some(_) => self.part(branch),
                None => Some(branch.clone()),
            };
            if let Some(Schema { kind: Kind::Object(object), .. }) = found {
                let optional = Object { required: Default::default(), ..object };
                union.base = self.objects(std::mem::take(&mut union.base), optional);
            }
        }
    }
}

fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Any | Kind::Scalar(_) => "anything",
        Kind::Ref(_) => "a reference",
        Kind::Bool => "a truth value",
        Kind::Integer { .. } | Kind::Number => "a number",
        Kind::Text(_) => "a text",
        Kind::Enum(_) => "one of a list",
        Kind::List(_) => "a list",
        Kind::Object(_) => "an object",
        Kind::Union(_) | Kind::All(_) => "a union",
    }
}
