//! Both questions asked of two descriptions: the wire from the documents, the Rust surface through linkcy-spec.

use anyhow::Result;
use linkcy_spec::{Inputs, Options, Prepared};

use crate::diff::accepted::Accepted;
use crate::diff::rules::Plain;
use crate::diff::rust::{Listing, diff_surfaces};
use crate::diff::{Change, Report, diff};
use crate::document::Document;
use crate::tree::{ACCEPTED, NAMES, OVERLAY, Tree};

/// A report, and what could not be asked.
#[derive(Clone, Debug)]
pub struct Answer {
    pub report: Report,
    /// Things to say beside it.
    pub notes: Vec<String>,
}

/// Compares two descriptions by our names and corrections; corrections that hit nothing in one of them are left out.
pub fn ask(tree: &Tree, old: &Document, new: &Document) -> Result<Answer> {
    let mut report = diff(old, new);
    let mut notes = Vec::new();
    if old.value != new.value {
        let (names, overlay) = (tree.read_or_empty(NAMES)?, tree.read_or_empty(OVERLAY)?);
        match (listing(old, &overlay, &names), listing(new, &overlay, &names)) {
            (Ok(old), Ok(new)) => report.changes.extend(diff_surfaces(&old, &new)),
            // Of another API than ours: then the question has no answer, and none is missing.
            (Err(error), Err(_)) => notes.push(format!("the rust question is not answered: {error}")),
            (Err(error), Ok(_)) => report.changes.push(unknown("old", &error)),
            (Ok(_), Err(error)) => report.changes.push(unknown("new", &error)),
        }
        report.settle();
    }
    let accepted = Accepted::parse(&tree.read_or_empty(ACCEPTED)?)?;
    let _idle = accepted.apply(&mut report);
    Ok(Answer { report, notes })
}

fn unknown(which: &str, error: &anyhow::Error) -> Change {
    Change::plain(Plain::RustUnknown, "", format!("no Rust surface of the {which} description: {error}"))
}

fn listing(document: &Document, overlay: &str, names: &str) -> Result<Listing> {
    Ok(Listing::of(&prepared(document, overlay, names)?.surface())?)
}

/// Runs all passes, leaving out corrections that hit nothing.
pub fn prepared(document: &Document, overlay: &str, names: &str) -> Result<Prepared> {
    let description = serde_json::to_string(&document.value)?;
    let inputs = Inputs { description: &description, overlay, names };
    Ok(linkcy_spec::prepare_with(&inputs, &Options { areas: None, lenient_overlay: true })?)
}
