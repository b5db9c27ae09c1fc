//! docs/SCA.md is what the operation table says.

use std::fmt::Write;

use linkcy::{API_VERSION, OPERATIONS};

use crate::support::document;

/// The operations that take SCA headers, as the build read them from the description.
fn table() -> String {
    let mut out = format!("\nOf the description {API_VERSION}:\n\n");
    out.push_str("| operation | request | strategies (default first) | Signature | 202 | SCA error codes |\n");
    out.push_str("|---|---|---|---|---|---|\n");
    for operation in &OPERATIONS {
        let Some(sca) = &operation.sca else { continue };
        let mut strategies = sca.strategies.to_vec();
        strategies.sort_by_key(|strategy| Some(*strategy) != sca.default_strategy);
        let code = |values: &[&str]| match values {
            [] => "no".to_owned(),
            values => values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" "),
        };
        let yes = |there: bool| if there { "yes" } else { "no" };
        let codes = operation.errors.iter().flat_map(|(status, codes)| {
            let about_sca = codes.iter().filter(|code| code.contains("SCA_"));
            about_sca.map(move |code| format!("{status} `{code}`"))
        });
        let _ = writeln!(
            out,
            "| `{}` | `{} {}` | {} | {} | {} | {} |",
            operation.name,
            operation.method,
            operation.path,
            code(&strategies),
            yes(sca.takes_signature),
            yes(sca.pending),
            codes.collect::<Vec<_>>().join(", "),
        );
    }
    out.push('\n');
    out
}

#[test]
fn the_document_shows_the_table() {
    document::shows("SCA.md", &table());
}
