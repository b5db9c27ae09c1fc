//! Tables that stand in a document between two marks, and are what a test makes of the operation table.

use std::{env, fs};

const BEGINNING: &str = "<!-- table: written by a test -->\n";
const END: &str = "<!-- end of table -->\n";

/// Compares the table in `document`, a file in `docs/`, or writes it where `LINKCY_WRITE_DOCS` is set.
#[track_caller]
pub fn shows(document: &str, table: &str) {
    let path = format!("{}/docs/{document}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once(BEGINNING).unwrap_or_else(|| panic!("{document} lacks {BEGINNING}"));
    let (shown, tail) = rest.split_once(END).unwrap_or_else(|| panic!("{document} lacks {END}"));
    if env::var_os("LINKCY_WRITE_DOCS").is_some() {
        fs::write(&path, format!("{head}{BEGINNING}{table}{END}{tail}")).unwrap();
        return;
    }
    assert_eq!(shown, table, "write docs/{document} anew: run this test with LINKCY_WRITE_DOCS=1");
}
