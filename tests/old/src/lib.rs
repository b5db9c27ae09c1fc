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
#[allow(unused_imports)]
pub mod odd {
    use serde::{Deserialize, Serialize};
    use uuid::Uuid;

    use crate::types::check::{Check, Path, Pattern, Rule, Violation};
    use crate::types::{Amount, Date, Duration, Json, Link, Linked, Map, Page, Patch, Secret, Timestamp};
    use crate::types::{ids, open_enum, union};

    include!(concat!(env!("OUT_DIR"), "/odd_types.rs"));
}
