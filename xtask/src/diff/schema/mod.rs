//! Comparing two schemas as sets of values: what the new one allows more, what it allows less.
//!
//! `node` and `shape` make references, `allOf` and inlining invisible; `compare` walks a pair of nodes; `value`,
//! `object` and `union` each compare their share of the keywords and say which row of `rules` applies.

mod compare;
mod limits;
mod node;
mod object;
mod pattern;
mod shape;
mod union;
mod value;

pub use compare::{Comparison, Finding, Pair, Wire};
pub use node::Node;
pub use shape::is_prose;

/// How a new set of values stands to the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Same,
    Wider,
    Narrower,
    /// Neither contains the other, or nobody can tell.
    Other,
}

impl Relation {
    pub fn from_inclusion(new_holds_old: bool, old_holds_new: bool) -> Self {
        match (new_holds_old, old_holds_new) {
            (true, true) => Self::Same,
            (true, false) => Self::Wider,
            (false, true) => Self::Narrower,
            (false, false) => Self::Other,
        }
    }
}
