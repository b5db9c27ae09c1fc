//! One thing wrong with a value.

/// One thing wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field, dotted and indexed: `phone.number`, `rules[0].type`; empty for the value as a whole.
    pub field: String,
    /// What was there, as text; empty when nothing was.
    pub rejected: String,
    /// What is wrong with it.
    pub message: String,
}
