//! Marks the bodies of PATCH operations: in them, absent, null and a value are three different things.
//! A body that another kind of operation sends too is left alone, for there null means nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::Error;
use crate::document::target;
use crate::passes::unions::UNION;
use crate::work::Work;

/// The extension on a marked struct.
pub(crate) const PATCH: &str = "x-patch";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let mut patched = BTreeSet::new();
    let mut others = BTreeSet::new();
    work.document.try_operations(|endpoint, operation| {
        if let Some(body) = operation.pointer("/requestBody/content/application~1json/schema").and_then(target) {
            match endpoint.method.as_str() {
                "patch" => patched.insert(body.to_owned()),
                _ => others.insert(body.to_owned()),
            };
        }
        Ok(())
    })?;
    for name in patched.difference(&others) {
        let branches: Vec<String> = work
            .document
            .schemas()
            .get(name)
            .and_then(|schema| schema[UNION]["rows"].as_array())
            .into_iter()
            .flatten()
            .filter_map(|row| target(&row["branch"]).map(str::to_owned))
            .collect();
        for name in branches.iter().chain([name]) {
            let schema = work.document.schemas_mut().get_mut(name);
            if let Some(schema @ Value::Object(_)) = schema
                && schema.get("properties").is_some()
            {
                schema[PATCH] = json!(true);
            }
        }
    }
    Ok(())
}
