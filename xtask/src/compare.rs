//! Compares two descriptions twice: as documents (the wire) and as generated Rust (the surface, through linkcy-spec).

use std::collections::HashMap;

use anyhow::Result;
use linkcy_spec::{Options, Prepared, Surface};

use crate::diff::accepted::{Accepted, Entry};
use crate::diff::identity::is_same_api;
use crate::diff::rules::Plain;
use crate::diff::rust::diff_surfaces;
use crate::diff::{Change, Report, diff, renames};
use crate::document::{Document, sha256};
use crate::tree::{ACCEPTED, Decisions, Tree};

/// A report, and what could not be asked.
#[derive(Clone, Debug)]
pub struct Compared {
    pub report: Report,
    /// Things to say beside it.
    pub notes: Vec<String>,
    /// Entries of accepted.toml for this version that match no change.
    pub idle: Vec<Entry>,
}

/// Compares descriptions by our names and corrections. Corrections that hit nothing in one of them are left out.
#[derive(Debug)]
pub struct Comparer {
    decisions: Decisions,
    pub accepted: Accepted,
    /// The description the crate is of.
    current: Option<Document>,
    /// Surfaces by the hash of their description: each is asked for more than once, and takes a while.
    surfaces: HashMap<String, Result<Surface, String>>,
}

impl Comparer {
    /// Reads names, corrections and accepted changes from the tree.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn new(tree: &Tree) -> Result<Self> {
        Ok(Self {
            // What the hand-written layer needs says nothing about a version alone.
            decisions: Decisions { needs: String::new(), ..tree.decisions()? },
            accepted: Accepted::parse(&tree.read_or_empty(ACCEPTED)?)?,
            current: tree.current().ok(),
            surfaces: HashMap::new(),
        })
    }

    pub fn compare(&mut self, old: &Document, new: &Document) -> Result<Compared> {
        let mut report = diff(old, new);
        let mut notes = new.notes.clone();
        let ours = |document: &Document| self.current.as_ref().is_some_and(|current| is_same_api(current, document));
        if old.value == new.value {
            // One description, one surface.
        } else if ours(old) && ours(new) {
            // names.lock knows the components of the description that the crate is of.
            if self.current.as_ref().is_some_and(|current| current.value == old.value) {
                let renames = renames(old.as_it_came(), new.as_it_came());
                self.decisions.lock = linkcy_spec::follow_renames(&self.decisions.lock, &renames)?;
            }
            match (self.surface(old)?, self.surface(new)?) {
                (Ok(old), Ok(new)) => report.changes.extend(diff_surfaces(&old, &new)),
                (Err(error), _) => report.changes.push(unknown("old", &error)),
                (_, Err(error)) => report.changes.push(unknown("new", &error)),
            }
            report.settle();
        } else {
            notes.push("the generated Rust is not compared: the crate is of another API".to_owned());
        }
        let idle = self.accepted.apply(&mut report);
        Ok(Compared { report, notes, idle })
    }

    /// What of a description is set aside; nothing where it has no surface.
    pub fn set_aside(&mut self, document: &Document) -> Result<Vec<String>> {
        Ok(self.surface(document)?.map(|surface| surface.set_aside).unwrap_or_default())
    }

    fn surface(&mut self, document: &Document) -> Result<Result<Surface, String>> {
        let description = serde_json::to_string(document.as_it_came())?;
        let key = sha256(description.as_bytes());
        if let Some(known) = self.surfaces.get(&key) {
            return Ok(known.clone());
        }
        let surface = prepared(&description, &self.decisions)
            .map(|prepared| prepared.surface())
            .map_err(|error| format!("{error:#}"));
        self.surfaces.insert(key, surface.clone());
        Ok(surface)
    }
}

fn unknown(which: &str, error: &str) -> Change {
    Change::plain(Plain::RustUnknown, "", format!("no Rust surface of the {which} description: {error}"))
}

/// Runs all passes, leaving out corrections that hit nothing.
pub fn prepared(description: &str, decisions: &Decisions) -> Result<Prepared> {
    let options = Options { areas: None, lenient_overlay: true };
    Ok(linkcy_spec::prepare_with(&decisions.of(description), &options)?)
}
