//! docs/CALLS.md lists every operation by what may be repeated, as the operation table has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use linkcy::{API_VERSION, OPERATIONS, Repeat};

use crate::support::document;

/// What the page says of the classes: from the method, and from nothing else but `[repeat]` in names.toml.
const CORRECTED: [(&str, Repeat); 1] = [("DELETE /api/partner/sca", Repeat::Never)];

fn verbs(handle: &str, repeat: Repeat) -> String {
    let of_handle = OPERATIONS.iter().filter(|operation| operation.repeat == repeat);
    let verbs = of_handle.filter_map(|operation| operation.name.split_once('.')).filter(|(of, _)| *of == handle);
    verbs.map(|(_, verb)| format!("`{verb}`")).collect::<Vec<_>>().join(" ")
}

fn table() -> String {
    let mut out = format!("\nOf the description {API_VERSION}, {} operations:\n\n", OPERATIONS.len());
    out.push_str("| handle | `Safe` | `Idempotent` | `Never` |\n|---|---|---|---|\n");
    let handles: BTreeSet<_> = OPERATIONS.iter().filter_map(|one| Some(one.name.split_once('.')?.0)).collect();
    for handle in handles {
        let [safe, idempotent, never] =
            [Repeat::Safe, Repeat::Idempotent, Repeat::Never].map(|repeat| verbs(handle, repeat));
        let _ = writeln!(out, "| `{handle}` | {safe} | {idempotent} | {never} |");
    }
    out.push('\n');
    out
}

#[test]
fn the_document_lists_every_operation_by_class() {
    document::shows("CALLS.md", &table());
}

#[test]
fn the_class_is_the_methods_unless_it_is_corrected() {
    let corrected = BTreeMap::from(CORRECTED);
    for operation in &OPERATIONS {
        let request = format!("{} {}", operation.method, operation.path);
        let of_method = match operation.method {
            "GET" => Repeat::Safe,
            "PUT" | "DELETE" => Repeat::Idempotent,
            _ => Repeat::Never,
        };
        assert_eq!(operation.repeat, corrected.get(request.as_str()).copied().unwrap_or(of_method), "{request}");
    }
}
