//! What the docs of LinkCy's own description say.

use std::fmt::Write;

use super::field::{field, is_name};
use super::{operation, ty};
use crate::model::tests::linkcy;
use crate::model::{Field, Model, Shape};

/// The fields of all types and the arguments of all operations, each with where it stands.
fn fields(model: &Model) -> Vec<(String, &Field)> {
    let of_types = model.types.iter().flat_map(|(name, ty)| {
        let fields = match &ty.shape {
            Shape::Struct(found) => found.fields.as_slice(),
            Shape::Union(union) => union.shared.as_slice(),
            Shape::Enum(_) | Shape::Alias(_) => &[],
        };
        fields.iter().map(move |field| (format!("{name}.{}", field.rust), field))
    });
    let of_operations = model.operations.iter().flat_map(|operation| {
        operation.fields().map(move |field| (format!("{}({})", operation.entry.name(), field.rust), field))
    });
    of_types.chain(of_operations).collect()
}

#[test]
fn no_field_has_only_its_name_for_words() {
    let model = linkcy();
    let fields = fields(&model);
    let poor: Vec<&String> = fields
        .iter()
        .filter(|(_, found)| {
            let text = field(found);
            text.is_empty() || is_name(&text, &found.json)
        })
        .map(|(place, _)| place)
        .collect();
    println!("{} fields and arguments", fields.len());
    assert!(fields.len() > 1_000);
    assert_eq!(poor, [""; 0]);
}

#[test]
fn words_that_repeat_a_name_are_none() {
    for (words, name) in
        [("First name", "firstName"), ("the first name.", "first_name"), ("IBAN", "iban"), ("A pin", "pin")]
    {
        assert!(is_name(words, name), "{words}");
    }
    for (words, name) in [("First name as in the passport", "firstName"), ("", "firstName"), ("A text.", "name")] {
        assert!(!is_name(words, name), "{words}");
    }
    let model = linkcy();
    let (_, some) = fields(&model).into_iter().find(|(_, field)| field.bounds.max_length == Some(255)).unwrap();
    let named = Field { doc: some.json.clone(), ..some.clone() };
    assert!(field(&named).starts_with("A text, at most 255 characters."), "{}", field(&named));
}

#[test]
fn every_type_says_which_operations_or_types_have_it() {
    let model = linkcy();
    let uses = ty::uses(&model);
    let poor: Vec<&String> = model
        .types
        .iter()
        .filter(|(name, found)| {
            let text = ty::docs(name, found, &uses);
            let first = text.lines().next().unwrap_or_default();
            // An operation is linked by its path, the type that it belongs to by its name.
            let is_placed = ["crate::operations::", " of [`"].iter().any(|link| text.contains(link));
            is_name(first, name) || !is_placed
        })
        .map(|(name, _)| name)
        .collect();
    println!("{} types", model.types.len());
    assert_eq!(poor, [""; 0]);
}

/// As a reader of docs.rs sees them, without what the page adds.
#[test]
fn three_operations_and_three_types() {
    let model = linkcy();
    let mut shown = String::new();
    for name in ["cards.create", "ledgers.list", "documents.upload"] {
        let found = model.operations.iter().find(|operation| operation.entry.name() == name).unwrap();
        let _ = writeln!(shown, "==== {name}\n\n{}", operation::shown(&model, found));
    }
    let uses = ty::uses(&model);
    for name in ["BeneficiaryCreateRequest", "CardStatus", "Transaction"] {
        let found = &model.types[name];
        let _ = writeln!(shown, "==== {name}\n\n{}\n", ty::docs(name, found, &uses));
        if let Shape::Struct(found) = &found.shape {
            for one in &found.fields {
                let _ = writeln!(shown, ".{}: {}\n{}\n", one.rust, one.ty, field(one));
            }
        }
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("docs", shown));
}
