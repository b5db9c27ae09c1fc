//! The Rust client of the LinkCy partner API.

pub mod types;
