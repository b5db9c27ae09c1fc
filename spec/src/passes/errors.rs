//! Takes the error responses out: one error body is read for all of them, and every documented
//! `errorCode` goes into the table, by operation and status.

use std::collections::BTreeSet;

use crate::api::{Api, Kind, Schema};
use crate::work::Work;

/// How far references are followed in search of codes.
const REACH: usize = 8;

/// The property of an error body that holds the code.
const CODE: &str = "errorCode";

pub(super) fn run(work: &mut Work) {
    let mut api = std::mem::take(&mut work.api);
    let mut operations = std::mem::take(&mut api.operations);
    for operation in &mut operations {
        let has_success = operation.responses.keys().any(|status| is_success(status) || status.starts_with('3'));
        // Where nothing else is described, `default` is what a call gives.
        let is_failure = |status: &str| match status {
            "default" => has_success,
            status => !is_success(status) && !status.starts_with('3'),
        };
        let failures: Vec<String> = operation.responses.keys().filter(|status| is_failure(status)).cloned().collect();
        for status in failures {
            let Some(response) = operation.responses.remove(&status) else { continue };
            let mut codes = BTreeSet::new();
            for media in &response.content {
                if let Some(schema) = &media.schema {
                    documented(schema, &api, REACH, &mut codes);
                }
                codes.extend(media.examples.iter().filter_map(|example| example[CODE].as_str().map(str::to_owned)));
            }
            if let Some(entry) = work.table.get_mut(&operation.endpoint) {
                entry.errors.insert(status, codes);
            }
        }
    }
    api.operations = operations;
    work.api = api;
}

pub(super) fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

fn documented(schema: &Schema, api: &Api, reach: usize, codes: &mut BTreeSet<String>) {
    if reach == 0 {
        return;
    }
    let values = |property: &Schema, codes: &mut BTreeSet<String>| {
        if let Kind::Enum(values) = &api.target(property).kind {
            codes.extend(values.iter().filter_map(|value| value.as_str().map(str::to_owned)));
        }
    };
    match &schema.kind {
        Kind::Ref(name) => {
            if let Some(found) = api.schemas.get(name) {
                documented(found, api, reach - 1, codes);
            }
        }
        Kind::Object(object) => {
            if let Some(property) = object.properties.get(CODE) {
                values(property, codes);
            }
        }
        Kind::Union(union) => {
            if let Some(property) = union.base.properties.get(CODE) {
                values(property, codes);
            }
            union.branches.iter().for_each(|branch| documented(branch, api, reach - 1, codes));
        }
        Kind::All(parts) => parts.iter().for_each(|part| documented(part, api, reach - 1, codes)),
        _ => {}
    }
}
