//! Walks every schema of a description, inner ones first, with where each stands.

use super::{Api, Kind, Media, Operation, Place, Schema, Values};

/// Where a schema stands.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The component's key, or the operation's name (`handle_verb`) once the `names` pass has run.
    pub(crate) owner: String,
    /// The properties on the way from the owner to here; a parameter counts as one.
    pub(crate) trail: Vec<String>,
    pub(crate) position: Position,
    /// The owner is an operation.
    pub(crate) in_operation: bool,
}

/// What a schema is to what stands around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Component,
    Parameter(Place),
    Request,
    Response,
    Property,
    Items,
    Values,
    Branch(usize),
}

impl Site {
    pub(crate) fn component(name: &str) -> Self {
        Self { owner: name.to_owned(), trail: Vec::new(), position: Position::Component, in_operation: false }
    }

    pub(crate) fn of_operation(name: &str, position: Position) -> Self {
        Self { owner: name.to_owned(), trail: Vec::new(), position, in_operation: true }
    }

    pub(crate) fn parameter(operation: &str, name: &str, place: Place) -> Self {
        let position = Position::Parameter(place);
        Self { owner: operation.to_owned(), trail: vec![name.to_owned()], position, in_operation: true }
    }

    /// The nearest property or parameter.
    pub(crate) fn property(&self) -> Option<&str> {
        self.trail.last().map(String::as_str)
    }

    pub(crate) fn inner(&self, position: Position) -> Self {
        Self { position, ..self.clone() }
    }

    fn named(&self, name: &str) -> Self {
        let mut site = self.inner(Position::Property);
        site.trail.push(name.to_owned());
        site
    }

    /// The place as a key that neither siblings nor their order change: `Card.owner.address`, `cards_list.status[]`.
    pub(crate) fn key(&self) -> String {
        let mut key = self.owner.clone();
        for name in &self.trail {
            key.push('.');
            key.push_str(name);
        }
        match self.position {
            Position::Items => key.push_str("[]"),
            Position::Values => key.push_str("{}"),
            Position::Request => key.push_str(" request"),
            Position::Response => key.push_str(" answer"),
            Position::Branch(index) => key.push_str(&format!("|{index}")),
            Position::Component | Position::Parameter(_) | Position::Property => {}
        }
        key
    }
}

/// Runs `f` over every schema, inner ones first.
pub(crate) fn every(api: &mut Api, names: impl Fn(&Operation) -> String, mut f: impl FnMut(&Site, &mut Schema)) {
    for (name, schema) in &mut api.schemas {
        walk(&Site::component(name), schema, &mut f);
    }
    for operation in &mut api.operations {
        let name = names(operation);
        outermost(operation, &name, |site, schema| walk(site, schema, &mut f));
    }
}

/// Runs `f` over the outermost schemas of an operation: parameters, body, responses.
pub(crate) fn outermost(operation: &mut Operation, name: &str, mut f: impl FnMut(&Site, &mut Schema)) {
    for parameter in &mut operation.parameters {
        f(&Site::parameter(name, &parameter.name, parameter.place), &mut parameter.schema);
    }
    let mut content = |media: &mut Vec<Media>, position: Position| {
        for schema in media.iter_mut().filter_map(|media| media.schema.as_mut()) {
            f(&Site::of_operation(name, position), schema);
        }
    };
    if let Some(body) = &mut operation.body {
        content(&mut body.content, Position::Request);
    }
    for response in operation.responses.values_mut() {
        content(&mut response.content, Position::Response);
    }
}

/// Runs `f` over a schema and all inside, inner ones first.
pub(crate) fn walk(site: &Site, schema: &mut Schema, f: &mut dyn FnMut(&Site, &mut Schema)) {
    match &mut schema.kind {
        Kind::List(list) => walk(&site.inner(Position::Items), &mut list.items, f),
        Kind::Object(object) => walk_object(site, object, f),
        Kind::Union(union) => {
            walk_object(site, &mut union.base, f);
            for (index, branch) in union.branches.iter_mut().enumerate() {
                walk(&site.inner(Position::Branch(index)), branch, f);
            }
        }
        Kind::All(parts) => {
            for (index, part) in parts.iter_mut().enumerate() {
                walk(&site.inner(Position::Branch(index)), part, f);
            }
        }
        _ => {}
    }
    f(site, schema);
}

fn walk_object(site: &Site, object: &mut super::Object, f: &mut dyn FnMut(&Site, &mut Schema)) {
    for (name, property) in &mut object.properties {
        walk(&site.named(name), property, f);
    }
    if let Values::Of(values) = &mut object.values {
        walk(&site.inner(Position::Values), values, f);
    }
}

/// Runs `f` over every component that a schema refers to, directly.
pub(crate) fn references(schema: &Schema, f: &mut dyn FnMut(&str)) {
    match &schema.kind {
        Kind::Ref(name) => f(name),
        Kind::List(list) => references(&list.items, f),
        Kind::Object(object) => object_references(object, f),
        Kind::Union(union) => {
            object_references(&union.base, f);
            union.branches.iter().for_each(|branch| references(branch, f));
        }
        Kind::All(parts) => parts.iter().for_each(|part| references(part, f)),
        _ => {}
    }
}

fn object_references(object: &super::Object, f: &mut dyn FnMut(&str)) {
    object.properties.values().for_each(|property| references(property, f));
    if let Values::Of(values) = &object.values {
        references(values, f);
    }
    // A discriminator's mapping names branches that nothing else may name.
    for name in object.discriminator.iter().flat_map(|discriminator| discriminator.mapping.values()) {
        f(name);
    }
}
