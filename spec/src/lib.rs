//! From the vendor's raw OpenAPI description to what progenitor can compile, plus tables.
//!
//! [`prepare`] runs the row of passes over the description; [`Prepared`] then gives the generated code
//! ([`Prepared::generate`]), the tables, and the surface listing. The build script, `cargo xtask` and
//! the sandbox use it; it knows nothing of HTTP.

mod document;
mod emit;
mod error;
mod jsonpath;
mod model;
mod names;
mod number;
mod passes;
mod rows;
mod sample;
mod surface;
mod work;

use std::collections::BTreeSet;

pub use document::Endpoint;
pub use emit::Generated;
pub use error::Error;
pub use names::Repeat;
pub use surface::{Member, Surface, SurfaceOperation, SurfaceType, UnionVariant};
pub use work::Unnamed;

/// What a description is prepared from: the contents of three files of `openapi/`.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// `linkcy.json`, the vendor's description as fetched.
    pub description: &'a str,
    /// `overlay.yaml`, our corrections.
    pub overlay: &'a str,
    /// `names.toml`, our names.
    pub names: &'a str,
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
}

/// Runs all passes, strictly and over the whole API.
///
/// # Errors
/// The first thing that a pass cannot settle, with its place in the description and the remedy.
pub fn prepare(inputs: &Inputs<'_>) -> Result<Prepared, Error> {
    prepare_with(inputs, &Options::default())
}

/// Runs all passes.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_with(inputs: &Inputs<'_>, options: &Options) -> Result<Prepared, Error> {
    let mut work = work::Work::new(inputs, options)?;
    passes::run(&mut work)?;
    let model = model::read(&work)?;
    work.leftovers.extend(work.names.unused());
    Ok(Prepared { model, unnamed: work.unnamed, leftovers: work.leftovers })
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
/// When description or overlay cannot be read.
pub fn missed_actions(description: &str, overlay: &str) -> Result<Vec<Error>, Error> {
    let mut document = document::Document::parse(description)?;
    passes::overlay::apply(overlay, document.value_mut())
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

    /// Every operation: its identity, and its name as `handle.verb`.
    pub fn operations(&self) -> impl Iterator<Item = (&Endpoint, String)> {
        self.model.operations.iter().map(|operation| {
            let name = format!("{}.{}", operation.entry.handle, operation.entry.verb);
            (&operation.endpoint, name)
        })
    }

    /// The listing of what users see: operations, arguments, types.
    pub fn surface(&self) -> Surface {
        surface::of(&self.model)
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
