//! An object seen as its fields alone: for forms and queries, which have no other shape.

use std::collections::BTreeSet;

use super::{Api, Kind, Object, Schema, Values};

impl Api {
    /// The fields of an object; of a union, those of every branch, required where all require them.
    pub(crate) fn fields(&self, schema: &Schema) -> Option<Object> {
        self.fields_within(schema, 8)
    }

    fn fields_within(&self, schema: &Schema, reach: usize) -> Option<Object> {
        let reach = reach.checked_sub(1)?;
        match &self.target(schema).kind {
            Kind::Object(object) => Some(object.clone()),
            Kind::Union(union) => {
                let branches: Vec<Object> =
                    union.branches.iter().filter_map(|branch| self.fields_within(branch, reach)).collect();
                let mut whole = union.base.clone();
                let mut required: Option<BTreeSet<String>> = None;
                for branch in branches {
                    required = Some(match required {
                        None => branch.required,
                        Some(required) => required.intersection(&branch.required).cloned().collect(),
                    });
                    for (name, property) in branch.properties {
                        whole.properties.entry(name).or_insert(property);
                    }
                    if whole.values == Values::Unsaid {
                        whole.values = branch.values;
                    }
                }
                whole.required.extend(required.unwrap_or_default());
                Some(whole)
            }
            _ => None,
        }
    }
}
