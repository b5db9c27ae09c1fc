//! The project's own commands: `update-spec`, `diff`, `check` and `bench-build`. See `cargo xtask help`.
//!
//! `document` reads descriptions, `diff` compares them, `question` asks both questions of a pair, `fetch` gets one,
//! `intake` takes one in, `check` holds the tree to what it says of itself, `bench_build` measures builds, `tree` knows where
//! everything stands.

pub mod bench_build;
pub mod check;
pub mod cli;
pub mod diff;
pub mod document;
pub mod fetch;
pub mod intake;
pub mod question;
pub mod tree;
