//! Takes the error responses out: one error body is read for all of them, and every documented
//! `errorCode` goes into the table, by operation and status.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Error;
use crate::document::target;
use crate::work::Work;

/// How far a chain of references is followed in search of codes.
const REACH: usize = 8;

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let schemas = Value::Object(work.document.schemas().clone());
    let table = &mut work.operations;
    work.document.try_operations(|endpoint, operation| {
        let Some(Value::Object(responses)) = operation.get_mut("responses") else {
            return Ok(());
        };
        let failures: Vec<String> = responses.keys().filter(|status| !status.starts_with('2')).cloned().collect();
        for status in failures {
            let Some(response) = responses.remove(&status) else {
                continue;
            };
            let mut codes = BTreeSet::new();
            for content in response["content"].as_object().into_iter().flat_map(|c| c.values()) {
                documented(&content["schema"], &schemas, REACH, &mut codes);
                for example in content["examples"].as_object().into_iter().flat_map(|e| e.values()) {
                    codes.extend(example["value"]["errorCode"].as_str().map(str::to_owned));
                }
                codes.extend(content["example"]["errorCode"].as_str().map(str::to_owned));
            }
            if let Some(entry) = table.get_mut(endpoint) {
                entry.errors.insert(status, codes);
            }
        }
        Ok(())
    })
}

fn documented(schema: &Value, schemas: &Value, reach: usize, codes: &mut BTreeSet<String>) {
    if reach == 0 {
        return;
    }
    if let Some(name) = target(schema) {
        return documented(&schemas[name], schemas, reach - 1, codes);
    }
    let values = schema["properties"]["errorCode"]["enum"].as_array();
    codes.extend(values.into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)));
    for key in ["allOf", "anyOf", "oneOf"] {
        for branch in schema[key].as_array().into_iter().flatten() {
            documented(branch, schemas, reach - 1, codes);
        }
    }
}
