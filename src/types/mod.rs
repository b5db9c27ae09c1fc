//! The types generated code and hand-written code share.

pub mod secret;
