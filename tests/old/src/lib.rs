//! The library's own types and macros over the description of version 1.78.0.

// Documented where they are at home.
#![allow(missing_docs)]

#[path = "../../../src/generated.rs"]
mod generated;
#[path = "../../../src/operation.rs"]
mod operation;
#[path = "../../../src/types/mod.rs"]
pub mod types;

pub use generated::table::{API_VERSION, OPERATIONS};
pub use operation::{Access, OperationInfo, PageLimits, Repeat, ScaHeaders};

/// The types of `odd.json`: what neither version has, and the next may.
#[allow(unused_imports, rustdoc::broken_intra_doc_links)]
pub mod odd {
    use crate::types::prelude::*;

    include!(concat!(env!("OUT_DIR"), "/odd_types.rs"));
}
