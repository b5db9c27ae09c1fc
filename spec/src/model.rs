//! What the prepared description means in Rust: types with fields and rules, operations with arguments.
//!
//! The passes have decided everything by now; this only reads their decisions off the document. The
//! emitters, the surface listing and the diff of surfaces all work on it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use heck::ToSnakeCase;
use serde::Serialize;
use serde_json::Value;

use crate::Error;
use crate::document::{Endpoint, Pointer, target};
use crate::number::Number;
use crate::passes::pages::PAGE;
use crate::passes::patches::PATCH;
use crate::passes::scalars::RUST;
use crate::passes::unions::{Decision, ToldBy, UNION};
use crate::work::{Entry, Work};

const PASS: &str = "model";

/// The whole surface, in Rust's words.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Model {
    pub(crate) version: String,
    pub(crate) types: BTreeMap<String, Type>,
    /// Vendor component -> its type.
    pub(crate) origins: BTreeMap<String, String>,
    pub(crate) ids: BTreeSet<String>,
    pub(crate) widening: BTreeMap<String, Vec<String>>,
    pub(crate) operations: Vec<Operation>,
}

/// A named type.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Type {
    pub(crate) doc: String,
    /// Some request can hold it.
    pub(crate) sent: bool,
    /// Some answer can hold it.
    pub(crate) received: bool,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shape {
    Struct(Vec<Field>),
    Enum(Vec<Variant>),
    Union(Union),
    /// Another name for a type: pages, and free JSON.
    Alias(Ty),
}

/// A use of a type.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ty {
    /// One of [`Model::types`].
    Named(String),
    /// A type of the crate's own or of the standard library.
    Plain(String),
    List(Box<Ty>),
    Map(Box<Ty>),
    /// Put behind a pointer to break a circle.
    Boxed(Box<Ty>),
    Page(Box<Ty>),
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Field {
    /// Name in the JSON.
    pub(crate) json: String,
    /// Name in Rust.
    pub(crate) rust: String,
    pub(crate) ty: Ty,
    pub(crate) presence: Presence,
    /// The only value it can have, as a variant of its enum.
    pub(crate) constant: Option<String>,
    pub(crate) doc: String,
    pub(crate) deprecated: bool,
    pub(crate) bounds: Bounds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Presence {
    Required,
    Optional,
    /// Absent, null and present are three things.
    Patch,
}

/// What a value must keep to before it is sent. A keyword that says nothing about the value's type is not among them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Bounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) minimum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) maximum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) more_than: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) less_than: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) multiple_of: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_items: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_items: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unique_items: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pattern: Option<String>,
    /// What an answer had and nobody could read is not sent back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) readable: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Variant {
    pub(crate) json: String,
    pub(crate) rust: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Union {
    pub(crate) rows: Vec<UnionRow>,
    pub(crate) shared: Vec<Field>,
    /// Shared fields that every branch requires, though the union does not.
    pub(crate) firmer: Vec<String>,
    pub(crate) reason: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct UnionRow {
    pub(crate) variant: String,
    pub(crate) branch: Ty,
    pub(crate) told_by: ToldBy,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Operation {
    pub(crate) endpoint: Endpoint,
    /// `handle_verb`: the name of progenitor's method.
    pub(crate) id: String,
    pub(crate) area: Option<String>,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) deprecated: bool,
    pub(crate) path: Vec<Field>,
    pub(crate) query: Vec<Field>,
    /// The fields of a multipart form, file included.
    pub(crate) form: Vec<Field>,
    pub(crate) body: Option<Ty>,
    pub(crate) output: Output,
    #[serde(flatten)]
    pub(crate) entry: Entry,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Output {
    Json(Ty),
    Empty,
    Bytes,
}

impl Model {
    pub(crate) fn is_enum(&self, name: &str) -> bool {
        matches!(self.types.get(name).map(|ty| &ty.shape), Some(Shape::Enum(_)))
    }
}

/// Reads the model off the prepared document.
pub(crate) fn read(work: &Work) -> Result<Model, Error> {
    let reader = Reader { work };
    let mut types = BTreeMap::new();
    for (name, schema) in work.document.schemas() {
        let shape = reader.shape(name, schema)?;
        let doc = text(schema, "description");
        types.insert(name.clone(), Type { doc, sent: false, received: false, shape });
    }
    let operations = work
        .operations
        .iter()
        .map(|(endpoint, entry)| reader.operation(endpoint, entry).map_err(|error| error.at(endpoint)))
        .collect::<Result<Vec<_>, _>>()?;
    let mut model = Model {
        version: work.document.version().to_owned(),
        ids: BTreeSet::new(),
        widening: work.names.ids.widening.clone(),
        origins: work.origins.clone(),
        types,
        operations,
    };
    mark_directions(&mut model);
    // A multipart form is no type: its fields are arguments.
    model.types.retain(|_, ty| ty.sent || ty.received);
    close_unions(&mut model);
    no_endless_alias(&model)?;
    break_circles(&mut model);
    if let Some(on) = &work.areas {
        keep_areas(&mut model, on);
    }
    model.origins.retain(|_, name| model.types.contains_key(name));
    model.ids = ids(&model);
    model.widening.retain(|id, narrower| {
        narrower.retain(|narrow| model.ids.contains(narrow));
        model.ids.contains(id) && !narrower.is_empty()
    });
    Ok(model)
}

struct Reader<'w> {
    work: &'w Work,
}

impl Reader<'_> {
    fn shape(&self, name: &str, schema: &Value) -> Result<Shape, Error> {
        let pointer = Pointer::of(&["components", "schemas", name]);
        if let Some(item) = schema.get(PAGE) {
            return Ok(Shape::Alias(Ty::Page(Box::new(self.ty(item, &pointer)?))));
        }
        if let Some(decision) = schema.get(UNION) {
            return self.union(decision, &pointer);
        }
        match schema[RUST].as_str() {
            Some("enum") => return Ok(Shape::Enum(self.variants(name, schema, &pointer)?)),
            Some(plain) => return Ok(Shape::Alias(plain_type(plain))),
            None => {}
        }
        if schema["properties"].is_object() {
            let patch = schema[PATCH] == true;
            return Ok(Shape::Struct(self.fields(schema, patch, &pointer)?));
        }
        Ok(Shape::Alias(self.ty(schema, &pointer)?))
    }

    fn union(&self, decision: &Value, pointer: &Pointer) -> Result<Shape, Error> {
        let decision: Decision = serde_json::from_value(decision.clone())
            .map_err(|error| Error::new(PASS, pointer, error.to_string(), ""))?;
        let rows = decision
            .rows
            .into_iter()
            .map(|row| {
                Ok(UnionRow { variant: row.variant, branch: self.ty(&row.branch, pointer)?, told_by: row.told_by })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Shape::Union(Union {
            rows,
            shared: self.fields(&decision.shared, false, pointer)?,
            firmer: decision.firmer,
            reason: decision.reason,
        }))
    }

    fn fields(&self, schema: &Value, patch: bool, pointer: &Pointer) -> Result<Vec<Field>, Error> {
        let required = schema["required"].as_array();
        let required = |name: &str| required.is_some_and(|list| list.iter().any(|item| item == name));
        let mut fields = Vec::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let presence = match (required(name) && property["nullable"] != true, patch) {
                (true, _) => Presence::Required,
                (false, true) => Presence::Patch,
                (false, false) => Presence::Optional,
            };
            fields.push(self.field(name, property, presence, &pointer.child("properties").child(name))?);
        }
        unique(&fields, pointer)?;
        Ok(fields)
    }

    fn field(&self, name: &str, schema: &Value, presence: Presence, pointer: &Pointer) -> Result<Field, Error> {
        let ty = self.ty(schema, pointer)?;
        Ok(Field {
            json: name.to_owned(),
            rust: identifier(name),
            bounds: Bounds::read(schema, &ty),
            ty,
            presence,
            constant: self.constant(schema, presence),
            doc: text(schema, "description"),
            deprecated: schema["deprecated"] == true,
        })
    }

    /// A required property whose list has one value needs nobody to set it.
    fn constant(&self, schema: &Value, presence: Presence) -> Option<String> {
        let name = target(schema).filter(|_| presence == Presence::Required)?;
        match self.work.document.schemas().get(name)?["enum"].as_array()?.as_slice() {
            [Value::String(only)] => Some(variant(only)),
            _ => None,
        }
    }

    fn ty(&self, schema: &Value, pointer: &Pointer) -> Result<Ty, Error> {
        if let Some(name) = target(schema) {
            return Ok(Ty::Named(name.to_owned()));
        }
        if let Some(plain) = schema[RUST].as_str() {
            let values = &schema["additionalProperties"];
            return match plain {
                "Json" if values.is_object() => {
                    Ok(Ty::Map(Box::new(self.ty(values, &pointer.child("additionalProperties"))?)))
                }
                plain => Ok(plain_type(plain)),
            };
        }
        if schema["items"].is_object() {
            return Ok(Ty::List(Box::new(self.ty(&schema["items"], &pointer.child("items"))?)));
        }
        Err(Error::new(
            PASS,
            pointer,
            "a schema that no pass has decided on",
            "describe it more plainly in overlay.yaml, or teach a pass",
        ))
    }

    fn variants(&self, name: &str, schema: &Value, pointer: &Pointer) -> Result<Vec<Variant>, Error> {
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        let mut variants = Vec::new();
        let values = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for value in values {
            let listed = self.work.names.variants.get(&format!("{name}.{value}"));
            let mut rust = listed.cloned().unwrap_or_else(|| variant(value));
            // Values that differ in case or punctuation only: the later ones get a number.
            let plain = rust.clone();
            let mut number = 2;
            while taken.contains_key(&rust) && listed.is_none() {
                rust = format!("{plain}{number}");
                number += 1;
            }
            if let Some(other) = taken.insert(rust.clone(), value) {
                return Err(Error::new(
                    PASS,
                    pointer,
                    format!("`{value}` and `{other}` would both be called `{rust}`"),
                    format!("name one of them in names.toml, [variants] \"{name}.{value}\""),
                ));
            }
            variants.push(Variant { json: value.to_owned(), rust });
        }
        variants.sort_by(|one, other| one.json.cmp(&other.json));
        Ok(variants)
    }

    fn operation(&self, endpoint: &Endpoint, entry: &Entry) -> Result<Operation, Error> {
        let operation = self.work.document.operation(endpoint);
        let pointer = endpoint.pointer();
        let mut path = Vec::new();
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = text(parameter, "name");
            let presence = match parameter["required"] == true {
                true => Presence::Required,
                false => Presence::Optional,
            };
            let pointer = pointer.child("parameters").child(&name);
            let mut field = self.field(&name, &parameter["schema"], presence, &pointer)?;
            field.constant = None;
            if field.doc.is_empty() {
                field.doc = text(parameter, "description");
            }
            match parameter["in"] == "path" {
                true => path.push(field),
                false => query.push(field),
            }
        }
        in_template_order(&mut path, endpoint, &pointer)?;
        query.sort_by(|one, other| one.json.cmp(&other.json));
        let body = operation
            .pointer("/requestBody/content/application~1json/schema")
            .map(|schema| self.ty(schema, &pointer.child("requestBody")))
            .transpose()?;
        let form = match &entry.multipart {
            Some(form) => match self.work.document.schemas().get(form) {
                Some(schema) => self.fields(schema, false, &pointer)?,
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        unique(path.iter().chain(&query).chain(&form), &pointer)?;
        let content = &operation["responses"]["2XX"]["content"];
        let output = match (&content["application/json"]["schema"], &entry.media) {
            (_, Some(_)) => Output::Bytes,
            (Value::Null, None) => Output::Empty,
            (schema, None) => Output::Json(self.ty(schema, &pointer.child("responses"))?),
        };
        Ok(Operation {
            endpoint: endpoint.clone(),
            id: format!("{}_{}", entry.handle, entry.verb),
            area: self.work.names.area(&entry.handle).map(str::to_owned),
            summary: text(operation, "summary"),
            description: text(operation, "description"),
            deprecated: operation["deprecated"] == true,
            path,
            query,
            form,
            body,
            output,
            entry: entry.clone(),
        })
    }
}

/// Path parameters come in the order of the template, and each of the template's is described.
fn in_template_order(path: &mut [Field], endpoint: &Endpoint, pointer: &Pointer) -> Result<(), Error> {
    let order: Vec<&str> =
        endpoint.path.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect();
    let described: BTreeSet<&str> = path.iter().map(|field| field.json.as_str()).collect();
    if described != order.iter().copied().collect() {
        return Err(Error::new(
            PASS,
            &pointer.child("parameters"),
            "the path parameters are not those of the template",
            "correct them in overlay.yaml",
        ));
    }
    path.sort_by_key(|field| order.iter().position(|name| *name == field.json));
    Ok(())
}

/// Two fields of one name in Rust would not compile.
fn unique<'f>(fields: impl IntoIterator<Item = &'f Field>, pointer: &Pointer) -> Result<(), Error> {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for field in fields {
        if let Some(other) = taken.insert(&field.rust, &field.json) {
            return Err(Error::new(
                PASS,
                pointer,
                format!("`{}` and `{other}` would both be called `{}`", field.json, field.rust),
                "correct one in overlay.yaml",
            ));
        }
    }
    Ok(())
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().trim().to_owned()
}

fn plain_type(name: &str) -> Ty {
    Ty::Plain(name.to_owned())
}

impl Bounds {
    fn read(schema: &Value, ty: &Ty) -> Self {
        // A framework's "no limit" is none.
        let most = |key: &str| schema[key].as_u64().filter(|most| *most < i32::MAX as u64);
        let least = |key: &str| schema[key].as_u64().filter(|least| *least > 0);
        let none = Self::default();
        match ty {
            Ty::Plain(plain) => match plain.as_str() {
                "String" | "Secret" => Self {
                    min_length: least("minLength"),
                    max_length: most("maxLength"),
                    pattern: schema["pattern"].as_str().map(str::to_owned),
                    ..none
                },
                "Amount" | "i32" | "i64" => Self::of_number(schema),
                "Timestamp" | "Date" | "Duration" => Self { readable: true, ..none },
                _ => none,
            },
            Ty::List(_) => Self {
                min_items: least("minItems"),
                max_items: most("maxItems"),
                unique_items: schema["uniqueItems"] == true,
                ..none
            },
            _ => none,
        }
    }

    fn of_number(schema: &Value) -> Self {
        let number = |key: &str| schema.get(key).and_then(Number::read);
        let (minimum, maximum) = (number("minimum"), number("maximum"));
        let (from, to) = (schema["exclusiveMinimum"] != true, schema["exclusiveMaximum"] != true);
        Self {
            minimum: minimum.filter(|_| from),
            more_than: minimum.filter(|_| !from),
            maximum: maximum.filter(|_| to),
            less_than: maximum.filter(|_| !to),
            multiple_of: number("multipleOf"),
            ..Self::default()
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Ty {
    /// Every named type in here.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Plain(_) => None,
            Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) | Self::Page(inner) => inner.named(),
        }
    }

    fn plain(&self) -> Option<&str> {
        match self {
            Self::Plain(name) => Some(name),
            Self::Named(_) => None,
            Self::List(inner) | Self::Map(inner) | Self::Boxed(inner) | Self::Page(inner) => inner.plain(),
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) | Self::Plain(name) => f.write_str(name),
            Self::List(inner) => write!(f, "Vec<{inner}>"),
            Self::Map(inner) => write!(f, "Map<{inner}>"),
            Self::Boxed(inner) => write!(f, "Box<{inner}>"),
            Self::Page(inner) => write!(f, "Page<{inner}>"),
        }
    }
}

impl Shape {
    /// The types this one is made of.
    pub(crate) fn parts(&self) -> Vec<&Ty> {
        match self {
            Self::Struct(fields) => fields.iter().map(|field| &field.ty).collect(),
            Self::Enum(_) => Vec::new(),
            Self::Union(union) => {
                union.rows.iter().map(|row| &row.branch).chain(union.shared.iter().map(|field| &field.ty)).collect()
            }
            Self::Alias(ty) => vec![ty],
        }
    }
}

/// Leaves out the operations of areas that are switched off, and the types that only they use. This comes
/// last, so that neither a name nor a shape depends on which areas are on.
fn keep_areas(model: &mut Model, on: &BTreeSet<String>) {
    model.operations.retain(|operation| operation.area.as_ref().is_none_or(|area| on.contains(area)));
    let (sent, received) = directions(model);
    model.types.retain(|name, _| sent.contains(name) || received.contains(name));
}

/// The types that requests reach, and those that answers reach.
fn directions(model: &Model) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut sent = BTreeSet::new();
    let mut received = BTreeSet::new();
    for operation in &model.operations {
        let arguments = operation.path.iter().chain(&operation.query).chain(&operation.form);
        for ty in arguments.map(|field| &field.ty).chain(&operation.body) {
            reach(model, ty, &mut sent);
        }
        if let Output::Json(ty) = &operation.output {
            reach(model, ty, &mut received);
        }
    }
    (sent, received)
}

fn mark_directions(model: &mut Model) {
    let (sent, received) = directions(model);
    for (name, ty) in &mut model.types {
        ty.sent = sent.contains(name);
        ty.received = received.contains(name);
    }
}

fn reach(model: &Model, ty: &Ty, reached: &mut BTreeSet<String>) {
    if let Some(name) = ty.named()
        && reached.insert(name.to_owned())
        && let Some(found) = model.types.get(name)
    {
        found.shape.parts().into_iter().for_each(|part| reach(model, part, reached));
    }
}

/// A union that is only sent has no room for what fits no branch: the last branch that nothing sure
/// tells takes what remains. Where answers hold it, what fits no branch is kept as it came.
fn close_unions(model: &mut Model) {
    let required: BTreeMap<String, BTreeSet<String>> = model
        .types
        .iter()
        .filter_map(|(name, ty)| match &ty.shape {
            Shape::Struct(fields) => {
                let required = fields.iter().filter(|field| field.presence == Presence::Required);
                Some((name.clone(), required.map(|field| field.json.clone()).collect()))
            }
            _ => None,
        })
        .collect();
    let is_sure = |row: &UnionRow| match &row.told_by {
        ToldBy::Keys(keys) => row
            .branch
            .named()
            .and_then(|branch| required.get(branch))
            .is_some_and(|required| keys.iter().any(|key| required.contains(key))),
        ToldBy::Tag(..) | ToldBy::Otherwise => true,
    };
    for ty in model.types.values_mut() {
        let Shape::Union(union) = &mut ty.shape else {
            continue;
        };
        let has_rest = union.rows.iter().any(|row| row.told_by == ToldBy::Otherwise);
        if !ty.received
            && !has_rest
            && let Some(row) = union.rows.iter_mut().rev().find(|row| !is_sure(row))
        {
            row.told_by = ToldBy::Otherwise;
        }
        union.rows.sort_by_key(|row| row.told_by == ToldBy::Otherwise);
    }
}

/// A struct that holds itself without a list in between is put behind a pointer.
fn break_circles(model: &mut Model) {
    let direct = |ty: &Ty| match ty {
        Ty::Named(name) => Some(name.clone()),
        _ => None,
    };
    let edges: BTreeMap<String, Vec<String>> = model
        .types
        .iter()
        .map(|(name, ty)| (name.clone(), ty.shape.parts().into_iter().filter_map(direct).collect()))
        .collect();
    let returns = |from: &str, to: &str| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(name) = open.pop() {
            if name == to {
                return true;
            }
            if seen.insert(name) {
                open.extend(edges.get(name).into_iter().flatten().map(String::as_str));
            }
        }
        false
    };
    for (name, ty) in &mut model.types {
        if let Shape::Struct(fields) = &mut ty.shape {
            for field in fields {
                if let Ty::Named(part) = &field.ty
                    && returns(part, name)
                {
                    field.ty = Ty::Boxed(Box::new(field.ty.clone()));
                }
            }
        }
    }
}

/// A list of itself, or a map of itself, is no type in Rust.
fn no_endless_alias(model: &Model) -> Result<(), Error> {
    for name in model.types.keys() {
        let mut seen = BTreeSet::new();
        let mut next = Some(name.as_str());
        while let Some(alias) = next {
            if !seen.insert(alias) {
                return Err(Error::new(
                    PASS,
                    &Pointer::of(&["components", "schemas", alias]),
                    format!("`{alias}` is a list or a map of itself"),
                    "put an object in between in overlay.yaml",
                ));
            }
            next = match model.types.get(alias).map(|ty| &ty.shape) {
                Some(Shape::Alias(ty)) => ty.named(),
                _ => None,
            };
        }
    }
    Ok(())
}

/// The id types in use.
fn ids(model: &Model) -> BTreeSet<String> {
    let arguments = model
        .operations
        .iter()
        .flat_map(|operation| operation.path.iter().chain(&operation.query).chain(&operation.form))
        .map(|field| &field.ty);
    let parts = model.types.values().flat_map(|ty| ty.shape.parts());
    arguments.chain(parts).filter_map(Ty::plain).filter(|name| name.ends_with("Id")).map(str::to_owned).collect()
}

/// A property's name as a Rust field.
fn identifier(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let snake = plain.to_snake_case();
    let snake = match snake.chars().next() {
        Some(first) if first.is_alphabetic() => snake,
        _ => format!("n{snake}"),
    };
    match is_keyword(&snake) {
        true => format!("{snake}_"),
        false => snake,
    }
}

/// A value as a Rust variant.
pub(crate) fn variant(value: &str) -> String {
    use heck::ToPascalCase;
    let pascal: String = value.to_pascal_case().chars().filter(|c| c.is_alphabetic() || c.is_ascii_digit()).collect();
    match pascal.as_str() {
        "" => "Empty".into(),
        "Self" => "Self_".into(),
        // `Unknown` is what a value outside the list becomes.
        "Unknown" => "ReportedUnknown".into(),
        other if other.starts_with(|c: char| c.is_numeric()) => format!("N{other}"),
        other => other.to_owned(),
    }
}

pub(crate) fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 39] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
        "else", "enum", "extern", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match",
        "mod", "move", "mut", "pub", "ref", "return", "self", "static", "struct", "trait", "type", "use", "where",
    ];
    const MORE: [&str; 10] =
        ["false", "override", "priv", "super", "true", "try", "typeof", "unsafe", "virtual", "while"];
    KEYWORDS.contains(&word) || MORE.contains(&word) || word == "yield"
}
