//! The project's own commands: `update-spec`, `diff`, `drift`, `check`, `export`, `features`, `release` and `bench-build`. See
//! `cargo xtask help`.
//!
//! `document` reads descriptions, `diff` compares them, `compare` compares two as documents and as generated Rust, `fetch` gets one,
//! `intake` takes one in, `check` holds the tree to what it says of itself, `drift` makes corrections of what clients saw, `export` writes the
//! corrected description,
//! `features` compiles sets of the API's areas, `publish` checks a release, `bench_build` measures builds, `compile` compiles the library
//! from descriptions that are not in the tree, `cargo` runs it, `tree` knows where everything stands.

pub mod bench_build;
pub mod cargo;
pub mod check;
pub mod cli;
pub mod compare;
pub mod compile;
pub mod diff;
pub mod document;
pub mod drift;
pub mod export;
pub mod features;
pub mod fetch;
pub mod intake;
pub mod publish;
pub mod tree;
