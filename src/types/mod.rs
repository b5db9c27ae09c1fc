//! What generated code refers to: amounts, open enums, ids, dates, patches, unions and the checks made before sending.
//!
//! These types are strict about what is sent and lenient about what is read. Nothing here knows of HTTP, so they serve
//! webhook receivers and queues just as well.

// Which of the macros and their parts are used depends on the areas of the API that are switched on.
#![allow(dead_code, unused_imports, unused_macros)]

mod amount;
pub mod check;
mod date;
mod duration;
pub(crate) mod id;
mod json;
mod lenient;
pub(crate) mod open_enum;
mod page;
mod patch;
mod raw;
pub(crate) mod record;
pub mod secret;
mod timestamp;
pub(crate) mod union;

pub use amount::{Amount, AmountError, parse_decimal};
pub use date::Date;
pub use duration::Duration;
pub use json::Json;
pub use lenient::Unreadable;
pub use open_enum::UnknownValue;
pub use page::Page;
pub use patch::Patch;
pub use secret::Secret;
pub use timestamp::Timestamp;
pub use union::{NoShared, Unrecognized};

pub use crate::generated::table::ErrorCode;
pub use crate::generated::types::*;
pub(crate) use {id::ids, open_enum::open_enum, union::union};

/// An object with free keys.
pub type Map<T> = std::collections::BTreeMap<String, T>;

#[cfg(test)]
mod tests;

/// The libraries whose types show in this crate's interface, in the version it uses.
pub use {jiff, rust_decimal, uuid};
