//! What the passes hand to each other: the description so far, and the tables read out of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::document::{Document, Endpoint, redirect};
use crate::names::{Access, Names, Repeat};
use crate::{Error, Inputs, Options};

/// The state of the row of passes.
pub(crate) struct Work {
    pub(crate) document: Document,
    pub(crate) names: Names,
    pub(crate) overlay: String,
    /// Overlay actions that hit nothing are left out instead of refused: for other versions of the description.
    pub(crate) lenient_overlay: bool,
    /// Areas to keep; `None` keeps all.
    pub(crate) areas: Option<BTreeSet<String>>,
    pub(crate) operations: BTreeMap<Endpoint, Entry>,
    /// Vendor component -> what it is called by now. Components that left the description are not in it.
    pub(crate) origins: BTreeMap<String, String>,
    /// Operations that names.toml does not list.
    pub(crate) unnamed: Vec<Unnamed>,
    /// Entries of names.toml that fit nothing in this description.
    pub(crate) leftovers: Vec<String>,
}

impl Work {
    pub(crate) fn new(inputs: &Inputs<'_>, options: &Options) -> Result<Self, Error> {
        let document = Document::parse(inputs.description)?;
        Ok(Self {
            origins: document.schemas().keys().map(|name| (name.clone(), name.clone())).collect(),
            document,
            names: Names::parse(inputs.names)?,
            overlay: inputs.overlay.to_owned(),
            lenient_overlay: options.lenient_overlay,
            areas: options.areas.clone(),
            operations: BTreeMap::new(),
            unnamed: Vec::new(),
            leftovers: Vec::new(),
        })
    }

    /// Sends every reference to a renamed or merged component to its new name.
    pub(crate) fn redirect(&mut self, renamed: &BTreeMap<String, String>) {
        redirect(self.document.value_mut(), renamed);
        for name in self.origins.values_mut() {
            if let Some(new) = renamed.get(name) {
                *name = new.clone();
            }
        }
        let entries = self.operations.values_mut();
        for name in
            entries.flat_map(|entry| entry.page.iter_mut().map(|page| &mut page.item).chain(&mut entry.multipart))
        {
            if let Some(new) = renamed.get(name) {
                *name = new.clone();
            }
        }
    }
}

/// What the tables know of one operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Entry {
    pub(crate) handle: String,
    pub(crate) verb: String,
    pub(crate) access: Option<Access>,
    pub(crate) repeat: Option<Repeat>,
    pub(crate) sca: Option<Sca>,
    /// Documented error codes by HTTP status.
    pub(crate) errors: BTreeMap<String, BTreeSet<String>>,
    /// The item type of a list operation, as a component name.
    pub(crate) page: Option<PageOf>,
    /// The multipart form, as a component name.
    pub(crate) multipart: Option<String>,
    /// The media type of a success body that is not JSON.
    pub(crate) media: Option<String>,
}

/// The SCA column of the operation table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Sca {
    pub(crate) strategies: Vec<String>,
    pub(crate) default_strategy: Option<String>,
    pub(crate) factors: Vec<String>,
    pub(crate) takes_id: bool,
    pub(crate) takes_signature: bool,
    /// The description has a 202 for it.
    pub(crate) pending: bool,
}

/// The paging column of the operation table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct PageOf {
    pub(crate) item: String,
    pub(crate) max_size: Option<u64>,
    pub(crate) max_page: Option<u64>,
    pub(crate) windowed: bool,
}

/// An operation that got a derived name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unnamed {
    /// `METHOD /path`, as names.toml writes it.
    pub operation: String,
    /// The derived `handle.verb`, to be reviewed.
    pub name: String,
}
