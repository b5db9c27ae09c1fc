//! Names: what names.toml decides, what openapi/names.lock keeps, and how the others are derived.

mod config;
pub(crate) mod ident;
pub(crate) mod lock;
pub(crate) mod renamed;
mod rows;
pub(crate) mod same;
pub(crate) mod words;

pub use config::Repeat;
pub(crate) use config::{Access, Names, UnionRule};
