//! The project's own commands: `update-spec`, `diff` and `check`. See `cargo xtask help`.
//!
//! `document` reads descriptions, `diff` compares them, `fetch` gets them, `intake` takes one in, `check` holds the tree
//! to what it says of itself.

pub mod diff;
pub mod document;
