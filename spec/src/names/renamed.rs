//! Components that the vendor renamed: each goes on under the name it had, so that a release which renames schemas renames
//! nothing in Rust, and names.toml and overlay.yaml fit as before.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::walk;
use crate::api::{Api, Kind, Object, Schema};

/// The vendor's name now -> the name it had, for those renames that this description has made.
///
/// A description of before has both names otherwise, or the former one for the same schema: nothing is renamed there.
pub(crate) fn made(renamed: &BTreeMap<String, String>, document: &Value) -> BTreeMap<String, String> {
    let has = |name: &str| document["components"]["schemas"].get(name).is_some();
    let mut made: BTreeMap<String, String> =
        renamed.iter().filter(|(now, _)| has(now)).map(|(now, former)| (now.clone(), former.clone())).collect();
    loop {
        // A former name is free if nobody has it, or if whoever has it was renamed too.
        let clash = made.iter().find(|(_, former)| has(former) && !made.contains_key(*former));
        let Some(clash) = clash.map(|(now, _)| now.clone()) else { return made };
        made.remove(&clash);
    }
}

impl Api {
    /// Gives components their former names; pointers stay the vendor's.
    pub(crate) fn give_back(&mut self, renamed: BTreeMap<String, String>) {
        if renamed.is_empty() {
            return;
        }
        let former = |name: &mut String| {
            if let Some(former) = renamed.get(name) {
                name.clone_from(former);
            }
        };
        let tag = |object: &mut Object| {
            if let Some(discriminator) = &mut object.discriminator {
                discriminator.mapping.values_mut().for_each(former);
            }
        };
        walk::every(
            self,
            |_| String::new(),
            |_, schema: &mut Schema| match &mut schema.kind {
                Kind::Ref(name) => former(name),
                Kind::Object(object) => tag(object),
                Kind::Union(union) => tag(&mut union.base),
                _ => {}
            },
        );
        self.schemas = std::mem::take(&mut self.schemas)
            .into_iter()
            .map(|(mut name, schema)| {
                former(&mut name);
                (name, schema)
            })
            .collect();
        self.renamed = renamed.into_iter().map(|(now, former)| (former, now)).collect();
    }

    /// What the vendor calls a component.
    pub(crate) fn vendors<'a>(&'a self, component: &'a str) -> &'a str {
        self.renamed.get(component).map_or(component, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_is_made_where_its_former_name_is_free() {
        let renamed: BTreeMap<String, String> =
            [("B", "A"), ("D", "C"), ("C", "E")].map(|(now, former)| (now.to_owned(), former.to_owned())).into();
        let of = |components: &[&str]| -> Vec<String> {
            let schemas: BTreeMap<&str, Value> = components.iter().map(|name| (*name, Value::Null)).collect();
            made(&renamed, &serde_json::json!({ "components": { "schemas": schemas } })).into_keys().collect()
        };
        assert_eq!(of(&["B", "D", "C"]), ["B", "C", "D"]);
        assert_eq!(of(&["A", "C", "E"]), [""; 0]);
        assert_eq!(of(&["A", "B"]), [""; 0]);
        assert_eq!(of(&["C", "D", "E"]), [""; 0]);
    }
}
