//! What calls tell of themselves, and what they never tell.
//!
//! A program of its own: it listens to everything that is logged in the process.

#[path = "../support/mod.rs"]
mod support;

mod every_operation;
mod spans;
