//! Writes the check of what is sent: the rules of each field, and which types have something to check.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::model::{Bounds, Field, Model, Scalar, Shape, Ty};

/// Whether a value of the field has something to be checked itself.
pub(crate) fn has_rule(field: &Field) -> bool {
    !field.bounds.is_empty() || is_lenient(&field.ty)
}

/// What an answer had and nobody could read is not sent back.
fn is_lenient(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Scalar(
            Scalar::Timestamp
                | Scalar::Date
                | Scalar::Duration
                | Scalar::Typed(_)
                | Scalar::Amount
                | Scalar::Id(_)
                | Scalar::Uuid
        )
    )
}

pub(crate) fn rule(bounds: &Bounds, ty: &Ty, patterns: &BTreeMap<String, String>) -> String {
    let mut rule = String::from("Rule::new()");
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(rule, ".{name}({value})");
        }
    };
    add("minimum", bounds.minimum.map(|n| n.arguments()));
    add("maximum", bounds.maximum.map(|n| n.arguments()));
    add("more_than", bounds.more_than.map(|n| n.arguments()));
    add("less_than", bounds.less_than.map(|n| n.arguments()));
    add("multiple_of", bounds.multiple_of.map(|n| n.arguments()));
    add("min_length", bounds.min_length.map(|n| n.to_string()));
    add("max_length", bounds.max_length.map(|n| n.to_string()));
    add("min_items", bounds.min_items.map(|n| n.to_string()));
    add("max_items", bounds.max_items.map(|n| n.to_string()));
    add("unique_items", bounds.unique_items.then(String::new));
    add("pattern", bounds.pattern.as_ref().and_then(|pattern| Some(format!("&{}", patterns.get(pattern)?))));
    add("sensitive", ty.is(&Scalar::Secret).then(String::new));
    rule
}

/// Every pattern in use, with the name of its static.
pub(crate) fn patterns(model: &Model) -> BTreeMap<String, String> {
    let fields = model.types.values().filter(|ty| ty.sent).flat_map(|ty| match &ty.shape {
        Shape::Struct(found) => found.fields.as_slice(),
        _ => &[],
    });
    let distinct: BTreeSet<&String> = fields.filter_map(|field| field.bounds.pattern.as_ref()).collect();
    distinct.into_iter().enumerate().map(|(index, pattern)| (pattern.clone(), format!("PATTERN_{index}"))).collect()
}

/// The sent types that have something to check, in themselves or deeper.
pub(crate) fn checked(model: &Model) -> BTreeSet<String> {
    let mut checked: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = checked.len();
        for (name, ty) in model.types.iter().filter(|(_, ty)| ty.sent) {
            let own = match &ty.shape {
                Shape::Struct(found) => found.fields.iter().any(has_rule),
                _ => false,
            };
            let deeper = ty.shape.parts().into_iter().filter_map(Ty::named).any(|part| checked.contains(part));
            if own || deeper {
                checked.insert(name.clone());
            }
        }
        if checked.len() == before {
            return checked;
        }
    }
}
