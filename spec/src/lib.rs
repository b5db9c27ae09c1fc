//! From the vendor's raw OpenAPI description to Rust that compiles, plus tables.
//!
//! [`prepare`] reads the description, runs the pass pipeline over it and builds the model; [`Prepared`] then gives the generated
//! code ([`Prepared::generate`]), the tables, and the surface listing. The build script and `cargo xtask` use it; it knows
//! nothing of HTTP.

mod api;
mod emit;
mod finding;
mod model;
mod names;
mod needs;
mod number;
mod passes;
mod pointer;
mod remedy;
mod sample;
mod source;
mod surface;
mod work;

use std::collections::{BTreeMap, BTreeSet};

pub use emit::Generated;
pub use finding::{Error, Finding, Weight};
pub use names::Repeat;
pub use names::lock::Lock;
pub use pointer::{Endpoint, Pointer};
pub use remedy::{Action, Remedy, proposed_actions};
pub use surface::{Member, Surface, SurfaceOperation, SurfaceType, UnionVariant};
pub use work::Unnamed;

/// What a description is prepared from: the contents of files of `openapi/`.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// `linkcy.json`, the vendor's description as fetched: JSON or YAML, OpenAPI 3.
    pub description: &'a str,
    /// `overlay.yaml`, our corrections.
    pub overlay: &'a str,
    /// `names.toml`, our names.
    pub names: &'a str,
    /// `names.lock`, the names given so far.
    pub lock: &'a str,
    /// `needs.toml`, what the hand-written layer refers to.
    pub needs: &'a str,
}

impl<'a> Inputs<'a> {
    /// An overlay without an action.
    pub const NO_OVERLAY: &'static str = "overlay: 1.0.0\ninfo: {}\nactions: []";

    /// A description alone: nothing corrected, every name derived.
    pub fn alone(description: &'a str) -> Self {
        Self { description, overlay: Self::NO_OVERLAY, names: "", lock: "", needs: "" }
    }
}

/// How much of the description is wanted, and how strictly.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The areas (cargo features) to keep; `None` keeps all.
    pub areas: Option<BTreeSet<String>>,
    /// Leave out overlay actions that hit nothing instead of refusing them: for versions of the
    /// description other than the one the overlay was written for.
    pub lenient_overlay: bool,
}

/// A description that all passes have gone over.
#[derive(Debug, Clone)]
pub struct Prepared {
    model: model::Model,
    unnamed: Vec<Unnamed>,
    leftovers: Vec<String>,
    findings: Vec<Finding>,
}

/// Runs all passes, strictly and over the whole API.
///
/// # Errors
/// Every finding that keeps the description from being taken in, each with its place and the remedy.
pub fn prepare(inputs: &Inputs<'_>) -> Result<Prepared, Error> {
    prepare_with(inputs, &Options::default())
}

/// Runs all passes.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_with(inputs: &Inputs<'_>, options: &Options) -> Result<Prepared, Error> {
    let mut work = work::Work::new(inputs, options)?;
    passes::run(&mut work);
    let model = model::build(&work);
    needs::check(inputs.needs, options.areas.as_ref(), &model, &mut work.findings)?;
    work.leftovers.extend(work.names.unused());
    let mut findings = work.findings;
    findings.sort();
    findings.dedup();
    match Error::of(&findings) {
        Some(error) => Err(error),
        None => Ok(Prepared { model, unnamed: work.unnamed, leftovers: work.leftovers, findings }),
    }
}

/// A JSON value from YAML, read as descriptions are.
///
/// # Errors
/// When the text is not YAML, or has a key that is not a scalar.
pub fn read_yaml(text: &str) -> Result<serde_json::Value, serde_norway::Error> {
    Ok(source::tree::yaml(text)?.value)
}

/// Writes the references of a description that go by `$anchor`, `$id` or within a pasted schema as pointers from its beginning.
pub fn as_pointers(document: &mut serde_json::Value) {
    api::reference::as_pointers(document);
}

/// The areas that names.toml declares: the cargo features of the client.
///
/// # Errors
/// When names.toml cannot be read.
pub fn areas(names: &str) -> Result<BTreeSet<String>, Error> {
    Ok(names::Names::parse(names)?.areas.into_keys().collect())
}

/// The overlay's actions that hit nothing in this description, each with its remedy.
///
/// # Errors
/// When description, overlay or lock cannot be read.
pub fn missed_actions(description: &str, overlay: &str, lock: &str) -> Result<Vec<Finding>, Error> {
    let (mut document, _) = source::read(description)?;
    correct(&mut document, overlay, lock)
}

fn correct(document: &mut serde_json::Value, overlay: &str, lock: &str) -> Result<Vec<Finding>, Error> {
    let renamed = names::renamed::made(&Lock::parse(lock)?.renamed, document);
    source::overlay::apply(overlay, &renamed, document)
}

/// names.lock after the vendor renamed components: `renames` gives the name before for each new name. The components go on
/// under the names that the lock knows them by.
///
/// # Errors
/// When `lock` cannot be read.
pub fn follow_renames(lock: &str, renames: &BTreeMap<String, String>) -> Result<String, Error> {
    let mut lock = Lock::parse(lock)?;
    lock.follow(renames);
    Ok(lock.render())
}

/// The description with the overlay's actions applied, those that hit nothing left out.
///
/// # Errors
/// When description, overlay or lock cannot be read.
pub fn corrected(description: &str, overlay: &str, lock: &str) -> Result<serde_json::Value, Error> {
    let (mut document, _) = source::read(description)?;
    correct(&mut document, overlay, lock)?;
    Ok(document)
}

impl Prepared {
    /// `info.version` of the description.
    pub fn version(&self) -> &str {
        &self.model.version
    }

    /// Operations that names.toml does not list, with their derived names.
    pub fn unnamed(&self) -> &[Unnamed] {
        &self.unnamed
    }

    /// What names.toml lists and the description does not have: operations as `METHOD /path`, rows of the
    /// tables about types as `[table] key`.
    pub fn leftovers(&self) -> &[String] {
        &self.leftovers
    }

    /// Everything there is to say of the description: what is read otherwise than written, and what is set aside.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The names given, in the form of names.lock: those of `earlier` that this description does not have are kept.
    ///
    /// # Errors
    /// When `earlier` cannot be read.
    pub fn lock(&self, earlier: &str) -> Result<String, Error> {
        let mut lock = Lock::parse(earlier)?;
        lock.extend(&self.model.names);
        Ok(lock.render())
    }

    /// The names that `lock` does not have, or has otherwise.
    ///
    /// # Errors
    /// When `lock` cannot be read.
    pub fn unlocked(&self, lock: &str) -> Result<Vec<String>, Error> {
        Ok(Lock::parse(lock)?.missing(&self.model.names))
    }

    /// Every operation: its identity, and its name as `handle.verb`.
    pub fn operations(&self) -> impl Iterator<Item = (&Endpoint, String)> {
        self.model.operations.iter().map(|operation| (&operation.endpoint, operation.entry.name()))
    }

    /// How many operations are typed in full, in part (something of them is set aside), and set aside as a whole.
    pub fn typed(&self) -> Typed {
        let mut typed = Typed::default();
        let mut aside: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in self.findings.iter().filter(|finding| finding.weight == Weight::SetAside) {
            if let Some(operation) = &finding.operation {
                *aside.entry(operation).or_default() += 1;
            }
        }
        let components: Vec<&Pointer> = self
            .findings
            .iter()
            .filter(|finding| finding.weight == Weight::SetAside && finding.operation.is_none())
            .map(|finding| &finding.pointer)
            .collect();
        // An operation that is left out has no row: its finding stands for it.
        let left_out = ["odd-path", "odd-operation"];
        typed.set_aside = self.findings.iter().filter(|finding| left_out.contains(&finding.kind)).count();
        let reached = model::reached(&self.model);
        for operation in &self.model.operations {
            let name = operation.endpoint.to_string();
            let touches = reached.get(&operation.id).is_some_and(|types| {
                types.iter().any(|ty| components.iter().any(|pointer| self.model.types[*ty].at.covers(pointer)))
            });
            match () {
                () if aside.contains_key(name.as_str()) || touches => typed.partly += 1,
                () => typed.fully += 1,
            }
        }
        typed
    }

    /// Where the item of generated code is from: a schema or an operation, with its pointer.
    pub fn place_of(&self, item: &str) -> Option<String> {
        if let Some(ty) = self.model.types.get(item) {
            return Some(format!("schema `{}` (at {})", ty.vendor, ty.at));
        }
        use heck::ToPascalCase;
        let found = self.model.operations.iter().find(|operation| operation.id.to_pascal_case() == item)?;
        Some(format!("{} (at {})", found.endpoint, found.at))
    }

    /// The listing of what users see: operations, arguments, types.
    pub fn surface(&self) -> Surface {
        surface::of(&self.model, &self.findings)
    }

    /// Where each property of the vendor's description went; see [`Arrival`].
    pub fn arrivals(&self) -> Vec<Arrival> {
        model::arrivals(&self.model)
    }

    /// Every union with the reason for how it is read.
    pub fn union_reasons(&self) -> impl Iterator<Item = (&str, &str)> {
        self.model.types.iter().filter_map(|(name, ty)| match &ty.shape {
            model::Shape::Union(union) => Some((name.as_str(), union.reason.as_str())),
            _ => None,
        })
    }

    /// The generated Rust: progenitor's client, our types, handles and tables.
    ///
    /// # Errors
    /// When progenitor refuses the prepared description.
    pub fn generate(&self) -> Result<Generated, Error> {
        emit::all(&self.model)
    }
}

/// How far the operations of a description are typed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Typed {
    /// Everything of them has a type.
    pub fully: usize,
    /// Some part is free JSON although the description gives it a type.
    pub partly: usize,
    /// They can be called by their path only.
    pub set_aside: usize,
}

/// A field of a generated type or an argument of an operation, with the place in the vendor's description that it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Where the vendor describes it.
    pub pointer: Pointer,
    /// The type that has it, or the operation.
    pub owner: String,
    /// Its name in the JSON.
    pub name: String,
    /// Its type in Rust.
    pub ty: String,
    /// It has to be given, or is always there.
    pub required: bool,
    /// It can be left out or be null.
    pub nullable: bool,
    /// The values that are listed for it.
    pub values: Vec<String>,
    /// Its bounds in words.
    pub bounds: String,
}
