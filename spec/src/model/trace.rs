//! From the model back to the vendor's description: what each operation reaches, and where each field is from.

use std::collections::{BTreeMap, BTreeSet};

use super::{Field, Model, Presence, Shape, Ty};
use crate::Arrival;

/// The types that each operation reaches, by the operation's id.
pub(crate) fn reached(model: &Model) -> BTreeMap<String, BTreeSet<&str>> {
    let mut all = BTreeMap::new();
    for operation in &model.operations {
        let mut open: Vec<&str> = operation.sends().chain(operation.receives()).filter_map(Ty::named).collect();
        let mut found = BTreeSet::new();
        while let Some(name) = open.pop() {
            if let Some((name, ty)) = model.types.get_key_value(name)
                && found.insert(name.as_str())
            {
                open.extend(ty.shape.parts().into_iter().filter_map(Ty::named));
            }
        }
        all.insert(operation.id.clone(), found);
    }
    all
}

/// Every field and argument with its place in the vendor's description.
pub(crate) fn arrivals(model: &Model) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    for (name, ty) in &model.types {
        match &ty.shape {
            Shape::Struct(found) => {
                arrivals.extend(found.fields.iter().map(|field| arrival(model, name, field)));
            }
            Shape::Union(union) => arrivals.extend(union.shared.iter().map(|field| arrival(model, name, field))),
            Shape::Alias(Ty::Page(item)) => arrivals.extend(page(name, ty, item)),
            Shape::Enum(_) | Shape::Alias(_) => {}
        }
    }
    for operation in &model.operations {
        arrivals.extend(operation.fields().map(|field| arrival(model, &operation.id, field)));
    }
    arrivals
}

/// The fields of the one page type.
fn page<'m>(name: &'m str, ty: &'m super::Type, item: &'m Ty) -> impl Iterator<Item = Arrival> + 'm {
    let fields = [
        ("content", format!("Vec<{item}>")),
        ("page", "i32".into()),
        ("pageSize", "i32".into()),
        ("totalElements", "i64".into()),
    ];
    fields.into_iter().map(move |(field, rust)| Arrival {
        pointer: ty.at.child("properties").child(field),
        owner: name.to_owned(),
        name: field.to_owned(),
        ty: rust,
        required: true,
        nullable: false,
        values: Vec::new(),
        bounds: "a page's".into(),
    })
}

fn arrival(model: &Model, owner: &str, field: &Field) -> Arrival {
    let named = field.ty.named().and_then(|name| model.types.get(name));
    let values = match named.map(|ty| &ty.shape) {
        Some(Shape::Enum(variants)) => variants.iter().map(|variant| variant.json.clone()).collect(),
        _ => field.one_of.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect(),
    };
    Arrival {
        pointer: field.at.clone(),
        owner: owner.to_owned(),
        name: field.json.clone(),
        ty: described(model, &field.ty),
        required: field.presence == Presence::Required,
        nullable: field.nullable || field.presence != Presence::Required,
        values,
        bounds: if field.bounds.is_empty() { String::new() } else { format!("{:?}", field.bounds) },
    }
}

/// The type, with what an alias stands for.
fn described(model: &Model, ty: &Ty) -> String {
    match ty.named().and_then(|name| model.types.get(name)).map(|ty| &ty.shape) {
        Some(Shape::Alias(of)) => of.to_string(),
        Some(Shape::Enum(_)) => format!("{ty} (list)"),
        _ => ty.to_string(),
    }
}
