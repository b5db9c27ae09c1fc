//! What the passes hand to each other: the description so far, and the tables read out of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::api::{Api, Discriminator, read};
use crate::finding::{Error, Finding};
use crate::names::lock::Lock;
use crate::names::{Access, Names, Repeat, renamed};
use crate::pointer::Endpoint;
use crate::source::{self, overlay};
use crate::{Inputs, Options};

/// The state of the pass pipeline.
pub(crate) struct Work {
    pub(crate) api: Api,
    pub(crate) names: Names,
    pub(crate) lock: Lock,
    /// Areas to keep; `None` keeps all.
    pub(crate) areas: Option<BTreeSet<String>>,
    pub(crate) table: BTreeMap<Endpoint, Entry>,
    /// Child -> what its parent says of how its children differ.
    pub(crate) discriminators: BTreeMap<String, Discriminator>,
    /// Union component -> how it is read.
    pub(crate) unions: BTreeMap<String, Decision>,
    /// Components whose fields can be left alone, emptied or set.
    pub(crate) patches: BTreeSet<String>,
    /// Component of a page -> its item.
    pub(crate) pages: BTreeMap<String, crate::api::Schema>,
    /// Component -> Rust type.
    pub(crate) types: BTreeMap<String, String>,
    /// Component -> the component it is equal to in structure.
    pub(crate) equals: BTreeMap<String, String>,
    /// Enum component -> value -> variant.
    pub(crate) variants: BTreeMap<String, BTreeMap<String, String>>,
    /// Place of a value list -> its enum component; for names.lock.
    pub(crate) list_places: BTreeMap<String, String>,
    pub(crate) findings: Vec<Finding>,
    /// Operations that names.toml does not list.
    pub(crate) unnamed: Vec<Unnamed>,
    /// Entries of names.toml that fit nothing in this description.
    pub(crate) leftovers: Vec<String>,
}

impl Work {
    pub(crate) fn new(inputs: &Inputs<'_>, options: &Options) -> Result<Self, Error> {
        let (mut document, mut findings) = source::read(inputs.description)?;
        let lock = Lock::parse(inputs.lock)?;
        let renamed = renamed::made(&lock.renamed, &document);
        let misses = overlay::apply(inputs.overlay, &renamed, &mut document)?;
        if !options.lenient_overlay {
            findings.extend(misses);
        }
        let mut api = read(&document, &mut findings);
        api.give_back(renamed);
        Ok(Self {
            api,
            names: Names::parse(inputs.names)?,
            lock,
            areas: options.areas.clone(),
            table: BTreeMap::new(),
            discriminators: BTreeMap::new(),
            unions: BTreeMap::new(),
            patches: BTreeSet::new(),
            pages: BTreeMap::new(),
            types: BTreeMap::new(),
            equals: BTreeMap::new(),
            variants: BTreeMap::new(),
            list_places: BTreeMap::new(),
            findings,
            unnamed: Vec::new(),
            leftovers: Vec::new(),
        })
    }

    /// `handle_verb` of an operation.
    pub(crate) fn id(table: &BTreeMap<Endpoint, Entry>, endpoint: &Endpoint) -> String {
        table.get(endpoint).map_or_else(|| endpoint.to_string(), Entry::id)
    }
}

/// What the tables know of one operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Entry {
    /// `METHOD /path` as names.toml has it.
    pub(crate) listed: String,
    pub(crate) handle: String,
    pub(crate) verb: String,
    pub(crate) access: Option<Access>,
    pub(crate) repeat: Option<Repeat>,
    pub(crate) sca: Option<Sca>,
    /// Documented error codes by HTTP status.
    pub(crate) errors: BTreeMap<String, BTreeSet<String>>,
    /// Every status that is documented, with its media types.
    #[serde(skip)]
    pub(crate) documented: BTreeMap<String, BTreeSet<String>>,
    pub(crate) page: Option<PageOf>,
    pub(crate) request: Request,
    /// By status as documented; several where the answers differ in shape.
    pub(crate) answers: Vec<Answer>,
    /// A redirect is its success.
    pub(crate) redirect: bool,
}

impl Entry {
    pub(crate) fn id(&self) -> String {
        format!("{}_{}", self.handle, self.verb)
    }

    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.handle, self.verb)
    }
}

/// How a request carries its body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Request {
    #[default]
    Nothing,
    /// As JSON; the media type, where it is not `application/json`.
    Json(Option<String>),
    /// `multipart/form-data`, with the content type of parts that state one.
    Multipart(BTreeMap<String, String>),
    /// `application/x-www-form-urlencoded`.
    Form,
    /// As text of this media type.
    Text(String),
    /// As bytes of this media type.
    Bytes(String),
}

/// One way an operation succeeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Answer {
    /// `200`, `2XX`.
    pub(crate) statuses: Vec<String>,
    pub(crate) body: AnswerBody,
}

/// What a success carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AnswerBody {
    Nothing,
    Json,
    /// A text, which may also come as a JSON string.
    Text,
    /// Bytes of this media type.
    Bytes(String),
}

/// The SCA column of the operation table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Sca {
    pub(crate) strategies: Vec<String>,
    pub(crate) default_strategy: Option<String>,
    pub(crate) takes_signature: bool,
    /// The description has a 202 for it.
    pub(crate) pending: bool,
}

/// The paging column of the operation table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct PageOf {
    pub(crate) max_size: Option<String>,
    pub(crate) max_page: Option<String>,
    pub(crate) windowed: bool,
}

/// How a union is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Decision {
    pub(crate) rows: Vec<Row>,
    /// The fields that every branch has alike.
    pub(crate) shared: crate::api::Object,
    /// Those of them that every branch requires, though the union does not.
    pub(crate) firmer: BTreeSet<String>,
    pub(crate) reason: String,
}

/// One branch of a union.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Row {
    pub(crate) variant: String,
    /// The component.
    pub(crate) branch: String,
    pub(crate) told_by: ToldBy,
}

/// What tells a branch from the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ToldBy {
    /// The property has one of these values.
    Tag(String, Vec<String>),
    /// One of these properties is there.
    Keys(Vec<String>),
    /// No other branch fits.
    Otherwise,
}

/// An operation that got a derived name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unnamed {
    /// `METHOD /path`, as names.toml writes it.
    pub operation: String,
    /// The derived `handle.verb`, to be reviewed.
    pub name: String,
}
