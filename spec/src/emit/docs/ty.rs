//! The doc of a type: what it is, and which operations take or give it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{field, plain, sentence};
use crate::model::{Model, Shape, Ty, Type};

/// Which operations take and give a type, as links.
pub(crate) struct Uses {
    sent: BTreeMap<String, BTreeSet<String>>,
    received: BTreeMap<String, BTreeSet<String>>,
}

pub(crate) fn uses(model: &Model) -> Uses {
    let mut uses = Uses { sent: BTreeMap::new(), received: BTreeMap::new() };
    for operation in &model.operations {
        let name = operation.entry.name();
        for ty in operation.sends().filter_map(Ty::named) {
            uses.sent.entry(ty.to_owned()).or_default().insert(name.clone());
        }
        for ty in operation.receives().into_iter().filter_map(Ty::named) {
            uses.received.entry(ty.to_owned()).or_default().insert(name.clone());
        }
    }
    uses
}

/// What a type is and which operations take or give it.
pub(crate) fn docs(model: &Model, name: &str, ty: &Type, uses: &Uses) -> String {
    let mut text = plain(&sentence(&ty.doc));
    if text.is_empty() {
        text = match &ty.shape {
            Shape::Struct(_) if ty.sent && !ty.received => "What a request carries.".into(),
            Shape::Struct(_) if ty.received && !ty.sent => "What an answer carries.".into(),
            Shape::Struct(_) => "What requests and answers carry.".into(),
            Shape::Enum(variants) => format!("One of {} values, open to those that come later.", variants.len()),
            Shape::Union(union) => format!("One of {} forms: {}.", union.rows.len(), plain(&union.reason)),
            Shape::Alias(of) => format!("{}.", field::what(of)),
        };
    }
    let list = |names: Option<&BTreeSet<String>>| -> Option<String> {
        let names = names?;
        let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
        let more = names.len().saturating_sub(shown.len());
        Some(if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") })
    };
    if let Some(names) = list(uses.sent.get(name)) {
        let _ = write!(text, "\n\nTaken by {names}.");
    }
    if let Some(names) = list(uses.received.get(name)) {
        let _ = write!(text, "\n\nGiven by {names}.");
    }
    if !uses.sent.contains_key(name) && !uses.received.contains_key(name) {
        let holders: Vec<&String> = model
            .types
            .iter()
            .filter(|(holder, other)| {
                *holder != name && other.shape.parts().iter().any(|part| part.named() == Some(name))
            })
            .map(|(holder, _)| holder)
            .take(8)
            .collect();
        let holders: Vec<String> = holders.iter().map(|holder| format!("[`{holder}`]")).collect();
        if !holders.is_empty() {
            let _ = write!(text, "\n\nPart of {}.", holders.join(", "));
        }
    }
    if words_differ(&ty.vendor, name) {
        let _ = write!(text, "\n\n`{}` in the description.", ty.vendor.replace('`', "'"));
    }
    if ty.deprecated {
        text.push_str("\n\nDeprecated in the description.");
    }
    text
}

fn words_differ(vendor: &str, name: &str) -> bool {
    vendor != name && !vendor.is_empty()
}
