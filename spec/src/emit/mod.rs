//! Writes the Rust that the build includes: progenitor's client, our types, the handles, the tables.

mod docs;
mod drift;
pub(crate) mod operations;
mod raw;
mod samples;
mod table;
pub(crate) mod types;
mod written;

use crate::finding::Error;
use crate::model::Model;

/// The files of generated code.
#[derive(Debug, Clone)]
pub struct Generated {
    /// progenitor's client: one positional method for each operation.
    pub raw: String,
    /// Structs, enums, unions and ids.
    pub types: String,
    /// The types again, by area of the API.
    pub areas: String,
    /// Resource handles, and the call of each operation.
    pub operations: String,
    /// The operation table.
    pub table: String,
    /// For tests: every type by its name.
    pub shapes: String,
    /// A call of every operation with sample arguments, for tests.
    pub every: String,
    /// The examples of the docs as functions, for tests.
    pub examples: String,
    /// What the description says of answers, as JSON.
    pub drift: String,
}

impl Generated {
    /// Name and contents of each file.
    pub fn files(&self) -> [(&'static str, &str); 9] {
        [
            ("raw.rs", &self.raw),
            ("types.rs", &self.types),
            ("areas.rs", &self.areas),
            ("operations.rs", &self.operations),
            ("table.rs", &self.table),
            ("shapes.rs", &self.shapes),
            ("every.rs", &self.every),
            ("examples.rs", &self.examples),
            ("drift.json", &self.drift),
        ]
    }
}

pub(crate) fn all(model: &Model) -> Result<Generated, Error> {
    Ok(Generated {
        raw: raw::write(model)?,
        types: types::write(model),
        areas: types::areas(model),
        operations: operations::write(model),
        table: table::write(model),
        shapes: samples::shapes::write(model),
        every: samples::every::write(model),
        examples: samples::example::write(model),
        drift: drift::write(model),
    })
}
