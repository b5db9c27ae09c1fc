//! Writes the types again by area of the API, for whoever looks through the docs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::constructor;
use crate::model::{Model, Shape};

/// The types by area, for whoever looks through the docs: each with the operations that use it.
pub(crate) fn areas(model: &Model) -> String {
    let mut out = String::new();
    let mut by_area: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for (name, ty) in &model.types {
        let mut areas = ty.areas.iter();
        let area = match (areas.next(), areas.next()) {
            (Some(Some(only)), None) => Some(only.as_str()),
            _ => None,
        };
        by_area.entry(area).or_default().push(name);
        if let Shape::Struct(found) = &ty.shape
            && ty.sent
            && constructor::is_named(&found.fields, model)
        {
            // Beside the type it makes.
            by_area.entry(area).or_default().push(name);
        }
    }
    for (area, names) in by_area {
        let module = area.map_or_else(|| "shared".to_owned(), |area| area.replace('-', "_"));
        let what = match area {
            Some(area) => format!("The types that only operations of the area `{area}` use."),
            None => "The types that several areas use.".into(),
        };
        let _ = writeln!(out, "/// {what}\npub mod {module} {{\n    #[doc(inline)]\n    pub use super::{{");
        let mut seen = BTreeSet::new();
        for name in names {
            if seen.insert(name) {
                let _ = writeln!(out, "        {name},");
            } else {
                let _ = writeln!(out, "        {name}Required,");
            }
        }
        let _ = writeln!(out, "    }};\n}}");
    }
    out
}
