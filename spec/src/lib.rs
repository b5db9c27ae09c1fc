//! From the raw OpenAPI description to what progenitor can compile.
