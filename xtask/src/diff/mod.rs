//! What changed between two descriptions, seen from a client that was built for the old one.
//!
//! `rules` holds every verdict; `schema` compares schemas as sets of values; `document` walks operations and what hangs
//! on them; `identity` tells whether both are of one API; `rust` compares the generated surface; `report` draws the
//! conclusions and `render` shows them.

pub mod accepted;
mod document;
pub mod identity;
pub mod render;
mod report;
pub mod rules;
pub mod rust;
mod schema;

pub use document::{diff_documents, renames};
pub use report::{Change, Report, Semver, Surface, Verdict};

use crate::document::Document;

/// The wire question: can a client built for `old` talk to a server of `new`?
pub fn diff(old: &Document, new: &Document) -> Report {
    let changes = diff_documents(&old.value, &new.value);
    Report::new(old.version(), new.version(), changes)
}
