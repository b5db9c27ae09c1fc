//! The Rust client of the LinkCy partner API.

pub mod auth;
pub mod types;
