//! docs/SCA.md is what the operation table says.

use std::fmt::Write;
use std::{env, fs};

use linkcy::{API_VERSION, OPERATIONS};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/SCA.md");
const TABLE: (&str, &str) = ("<!-- table: written by the test below -->\n", "<!-- end of table -->\n");

/// The operations that take SCA headers, as the build read them from the description.
fn table() -> String {
    let mut out = format!("\nOf the description {API_VERSION}:\n\n");
    out.push_str(
        "| operation | request | strategies (default first) | factors | Id | Signature | 202 | SCA error codes |\n",
    );
    out.push_str("|---|---|---|---|---|---|---|---|\n");
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
            "| `{}` | `{} {}` | {} | {} | {} | {} | {} | {} |",
            operation.name,
            operation.method,
            operation.path,
            code(&strategies),
            code(sca.factors),
            yes(sca.takes_id),
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
    let document = fs::read_to_string(DOCUMENT).unwrap();
    let (head, rest) = document.split_once(TABLE.0).expect("docs/SCA.md lacks the table's beginning");
    let (shown, tail) = rest.split_once(TABLE.1).expect("docs/SCA.md lacks the table's end");
    if env::var_os("LINKCY_WRITE_DOCS").is_some() {
        let text = format!("{head}{}{}{}{tail}", TABLE.0, table(), TABLE.1);
        fs::write(DOCUMENT, text).unwrap();
        return;
    }
    assert_eq!(shown, table(), "write it anew: LINKCY_WRITE_DOCS=1 cargo test --test sca the_document");
}
