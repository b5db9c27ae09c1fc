//! What the names and arguments of LinkCy's own description are like.

use std::collections::BTreeSet;

use heck::ToPascalCase;

use super::{Model, Shape, Ty, TypedOperation};
use crate::emit::operations::arguments;
use crate::emit::types::constructor::has_twins;
use crate::names::words::{every, singular};
use crate::{Inputs, prepare};

pub(crate) fn linkcy() -> Model {
    let inputs = Inputs {
        description: include_str!("../../../openapi/linkcy.json"),
        overlay: include_str!("../../../openapi/overlay.yaml"),
        names: include_str!("../../../openapi/names.toml"),
        lock: include_str!("../../../openapi/names.lock"),
        needs: include_str!("../../../openapi/needs.toml"),
    };
    prepare(&inputs).unwrap().model
}

/// The words of a name in Pascal case, each in the singular.
fn words(name: &str) -> Vec<String> {
    every(name).iter().map(|word| singular(&word.to_lowercase()).to_pascal_case()).collect()
}

/// The resources of the API by the words of their handles.
fn resources(model: &Model) -> BTreeSet<Vec<String>> {
    model.operations.iter().map(|operation| words(&operation.entry.handle)).collect()
}

/// The resource that a type's name begins with, the longest.
fn said<'r>(name: &str, resources: &'r BTreeSet<Vec<String>>) -> Option<&'r Vec<String>> {
    let words = words(name);
    resources.iter().filter(|resource| words.starts_with(resource)).max_by_key(|resource| resource.len())
}

/// Types that say the name of one resource, used by an operation whose handle, verb, path or argument says another.
fn misplaced(model: &Model) -> Vec<String> {
    let resources = resources(model);
    let mut found = Vec::new();
    let mut look = |operation: &TypedOperation, place: &str, ty: &Ty| {
        let alias = ty.named().and_then(|name| model.types.get(name)).map(|ty| &ty.shape);
        let row = match alias {
            Some(Shape::Alias(Ty::Page(row))) => row.named(),
            _ => None,
        };
        if let Some(name) = row.or(ty.named()) {
            let Some(resource) = said(name, &resources) else { return };
            let context =
                format!("{} {} {} {place}", operation.entry.handle, operation.entry.verb, operation.endpoint.path);
            let context = words(&context);
            if !context.windows(resource.len()).any(|window| window == resource.as_slice()) {
                found.push(format!("{} {place}: {name}", operation.entry.name()));
            }
        }
    };
    for operation in &model.operations {
        for field in operation.fields() {
            look(operation, &field.json, &field.ty);
        }
        if let Some(body) = &operation.body {
            look(operation, "body", &body.ty);
        }
        for ty in operation.receives() {
            look(operation, "answer", ty);
        }
    }
    found
}

#[test]
fn no_type_says_the_name_of_one_resource_and_is_used_by_another() {
    let mut model = linkcy();
    assert_eq!(misplaced(&model), [""; 0]);

    // It would be told: ledgers that take the list of values of cards.
    let ledgers = model.operations.iter_mut().find(|operation| operation.entry.name() == "ledgers.list").unwrap();
    for parameter in &mut ledgers.parameters {
        if parameter.field.json == "sortAttribute" {
            parameter.field.ty = Ty::Named("CardSortAttribute".into());
        }
    }
    assert_eq!(misplaced(&model), ["ledgers.list sortAttribute: CardSortAttribute"]);
}

#[test]
fn no_operation_takes_two_arguments_that_could_be_swapped() {
    let model = linkcy();
    // A list's values are taken by their type alone where a text could stand for two of them.
    let is_list = |ty: &Ty| ty.named().is_some_and(|name| model.is_enum(name));
    let swappable: Vec<String> = model
        .operations
        .iter()
        .filter(|operation| {
            let exact = arguments(operation).into_iter().filter(|field| !is_list(&field.ty));
            let lists: Vec<&Ty> =
                arguments(operation).into_iter().map(|field| &field.ty).filter(|ty| is_list(ty)).collect();
            let is_twice = lists.iter().any(|ty| lists.iter().filter(|other| other == &ty).count() > 1);
            is_twice || has_twins(exact, &model)
        })
        .map(|operation| operation.entry.name())
        .collect();
    assert_eq!(swappable, [""; 0]);
}
