//! Tests of the macros, with types as generated code has them. What is public is tested from outside, in `tests/`.

mod id;
mod odd;
mod open_enum;
mod union;
