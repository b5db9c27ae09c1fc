//! Makes the model of what the passes decided.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Constant, Field, Model, Presence, Shape, Struct, Ty, Type, Union, UnionRow, Variant, answers, finish, operation,
};
use crate::api::{Kind, Object, Scalar, Schema, Values};
use crate::names::ident;
use crate::names::lock::Lock;
use crate::pointer::Pointer;
use crate::work::Work;

/// Builds the model; what it cannot use is set aside.
pub(crate) fn build(work: &Work) -> Model {
    let builder = Builder { work };
    let mut types = BTreeMap::new();
    // The component that others are equal to goes first: it holds the struct.
    let mut order: Vec<&String> = work.api.schemas.keys().collect();
    order.sort_by_key(|name| work.equals.contains_key(*name));
    for name in order {
        let rust = work.types[name].clone();
        types.entry(rust).or_insert_with(|| builder.ty(name));
    }
    let operations = work.api.operations.iter().filter_map(|found| operation::build(&builder, found));
    let mut model = Model {
        version: work.api.version.clone(),
        ids: BTreeSet::new(),
        widening: work.names.ids.widening.clone(),
        origins: vendors(work),
        operations: operations.collect(),
        off: BTreeMap::new(),
        error_codes: error_codes(work),
        error_meanings: error_meanings(work),
        names: Lock::default(),
        answers: answers::build(work),
        types,
    };
    finish::run(&mut model, work);
    model
}

/// The vendor's components with their types; not what passes made of inline schemas.
fn vendors(work: &Work) -> BTreeMap<String, String> {
    let is_vendors = |name: &str| {
        let at = &work.api.schemas[name].at;
        *at == Pointer::of(&["components", "schemas", work.api.vendors(name)])
    };
    work.types.iter().filter(|(name, _)| is_vendors(name)).map(|(name, rust)| (name.clone(), rust.clone())).collect()
}

pub(super) struct Builder<'w> {
    pub(super) work: &'w Work,
}

impl Builder<'_> {
    fn ty(&self, name: &str) -> Type {
        let schema = &self.work.api.schemas[name];
        let same_as = self.work.equals.get(name).map(|other| self.work.types[other].clone());
        Type {
            vendor: name.to_owned(),
            at: schema.at.clone(),
            doc: schema.about.description.clone(),
            sent: false,
            received: false,
            deprecated: schema.about.deprecated,
            areas: BTreeSet::new(),
            same_as: same_as.filter(|same| *same != self.work.types[name]),
            shape: self.shape(name, schema),
        }
    }

    fn shape(&self, name: &str, schema: &Schema) -> Shape {
        if let Some(item) = self.work.pages.get(name) {
            return Shape::Alias(Ty::Page(Box::new(self.use_of(item))));
        }
        if let Some(decision) = self.work.unions.get(name) {
            let rows = decision.rows.iter().map(|row| UnionRow {
                variant: row.variant.clone(),
                branch: Ty::Named(self.work.types[&row.branch].clone()),
                told_by: row.told_by.clone(),
                origin: row.branch.clone(),
            });
            return Shape::Union(Union {
                rows: rows.collect(),
                shared: self.fields(&decision.shared, false),
                firmer: decision.firmer.clone(),
                reason: decision.reason.clone(),
            });
        }
        match &schema.kind {
            Kind::Enum(values) => Shape::Enum(self.variants(name, values)),
            Kind::Object(object) if !object.properties.is_empty() || !matches!(object.values, Values::Of(_)) => {
                let patch = self.work.patches.contains(name);
                let others = match &object.values {
                    Values::Of(values) => Some(self.held(values)),
                    _ => None,
                };
                Shape::Struct(Struct { fields: self.fields(object, patch), others })
            }
            _ => Shape::Alias(self.use_of(schema)),
        }
    }

    fn variants(&self, name: &str, values: &[Value]) -> Vec<Variant> {
        let known = self.work.variants.get(name);
        let mut variants: Vec<Variant> = values
            .iter()
            .filter_map(Value::as_str)
            .map(|value| Variant {
                json: value.to_owned(),
                rust: known.and_then(|known| known.get(value)).cloned().unwrap_or_else(|| ident::variant(value)),
            })
            .collect();
        variants.sort_by(|one, other| one.json.cmp(&other.json));
        variants
    }

    pub(super) fn fields(&self, object: &Object, patch: bool) -> Vec<Field> {
        let names = ident::fields(object.properties.keys().map(String::as_str));
        names
            .into_iter()
            .map(|(json, rust)| {
                let schema = &object.properties[&json];
                let nullable = schema.nullable || self.work.api.target(schema).nullable;
                let presence = match (object.required.contains(&json) && !nullable, patch) {
                    (true, _) => Presence::Required,
                    (false, true) => Presence::Patch,
                    (false, false) => Presence::Optional,
                };
                self.field(&json, rust, schema, presence)
            })
            .collect()
    }

    pub(super) fn field(&self, json: &str, rust: String, schema: &Schema, presence: Presence) -> Field {
        let target = self.work.api.target(schema);
        // What a use says goes before what the component says; words of a component speak of the component.
        let about = &schema.about;
        let is_scalar = matches!(schema.kind, Kind::Scalar(_) | Kind::List(_));
        Field {
            json: json.to_owned(),
            rust,
            at: schema.at.clone(),
            ty: self.use_of(schema),
            presence,
            constant: self.constant(schema, presence),
            doc: about.description.clone(),
            default: about.default.clone().or_else(|| target.about.default.clone()),
            example: about.example.clone(),
            format: about.format.clone(),
            one_of: about.one_of.clone(),
            deprecated: about.deprecated,
            nullable: schema.nullable,
            read_only: about.read_only,
            bounds: if is_scalar { bounds(schema) } else { Default::default() },
        }
    }

    /// A required property that can have one value needs nobody to set it.
    fn constant(&self, schema: &Schema, presence: Presence) -> Option<Constant> {
        if presence != Presence::Required {
            return None;
        }
        if let [Value::String(only)] = schema.about.one_of.as_slice() {
            return match schema.reference() {
                Some(list) => {
                    let variant = self.work.variants.get(list)?.get(only)?;
                    Some(Constant::Variant(variant.clone()))
                }
                None => matches!(schema.kind, Kind::Scalar(Scalar::Text)).then(|| Constant::Text(only.clone())),
            };
        }
        let list = schema.reference()?;
        match &self.work.api.schemas.get(list)?.kind {
            Kind::Enum(values) if values.len() == 1 => {
                Some(Constant::Variant(self.work.variants.get(list)?.values().next()?.clone()))
            }
            _ => None,
        }
    }

    /// The type of a value inside a list or a map, or of an answer: it may be null.
    pub(super) fn held(&self, schema: &Schema) -> Ty {
        let inner = self.use_of(schema);
        let is_json = inner.is(&Scalar::Json);
        if schema.nullable && !is_json { Ty::Maybe(Box::new(inner)) } else { inner }
    }

    pub(super) fn use_of(&self, schema: &Schema) -> Ty {
        match &schema.kind {
            Kind::Ref(name) => match self.work.types.get(name) {
                Some(rust) => Ty::Named(rust.clone()),
                None => Ty::Scalar(Scalar::Json),
            },
            Kind::Scalar(scalar) => Ty::Scalar(scalar.clone()),
            Kind::List(list) => Ty::List(Box::new(self.held(&list.items))),
            Kind::Object(object) => match &object.values {
                Values::Of(values) => Ty::Map(Box::new(self.held(values))),
                _ => Ty::Scalar(Scalar::Json),
            },
            Kind::Enum(_) => Ty::Scalar(Scalar::Text),
            _ => Ty::Scalar(Scalar::Json),
        }
    }
}

/// The bounds that say something about the value's type.
fn bounds(schema: &Schema) -> super::Bounds {
    let all = schema.bounds.clone();
    let none = super::Bounds::default();
    match &schema.kind {
        Kind::Scalar(Scalar::Text | Scalar::Secret | Scalar::Typed(_)) => {
            super::Bounds { min_length: all.min_length, max_length: all.max_length, pattern: all.pattern, ..none }
        }
        Kind::Scalar(Scalar::Amount | Scalar::I32 | Scalar::I64) => super::Bounds {
            minimum: all.minimum,
            maximum: all.maximum,
            more_than: all.more_than,
            less_than: all.less_than,
            multiple_of: all.multiple_of,
            ..none
        },
        Kind::List(_) => {
            super::Bounds { min_items: all.min_items, max_items: all.max_items, unique_items: all.unique_items, ..none }
        }
        _ => none,
    }
}

/// The codes that names.toml has words for.
fn error_meanings(work: &Work) -> BTreeMap<String, String> {
    let codes = work.table.values().flat_map(|entry| entry.errors.values().flatten());
    codes.filter_map(|code| Some((code.clone(), work.names.errors.get(code)?.clone()))).collect()
}

fn error_codes(work: &Work) -> BTreeMap<String, String> {
    let codes: BTreeSet<&String> = work.table.values().flat_map(|entry| entry.errors.values().flatten()).collect();
    let locked = work.lock.variants.get("ErrorCode");
    let mut taken: BTreeSet<String> = BTreeSet::from(["Unknown".to_owned()]);
    let mut chosen = BTreeMap::new();
    let known = |code: &String| locked.and_then(|locked| locked.get(code)).cloned();
    for code in &codes {
        if let Some(variant) = known(code).filter(|variant| taken.insert(variant.clone())) {
            chosen.insert((*code).clone(), variant);
        }
    }
    for code in codes {
        if !chosen.contains_key(code) {
            let variant = ident::free(&ident::variant(code), |name| taken.contains(name));
            taken.insert(variant.clone());
            chosen.insert(code.clone(), variant);
        }
    }
    chosen
}
