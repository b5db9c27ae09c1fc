//! A schema as a conjunction of places in a document: what makes `allOf`, references and inlining invisible.
//!
//! A property that two branches of an `allOf` describe is one node with two parts, both of which apply.

use crate::document::Loc;

/// One schema object that applies, as found (not yet dereferenced).
#[derive(Clone, Debug)]
pub struct Part<'a> {
    pub at: Loc<'a>,
    /// Its own anyOf and oneOf are left out, because one of their branches stands beside it as a part of its own.
    pub bare: bool,
}

/// A schema: all its parts apply. Without parts, anything goes.
#[derive(Clone, Debug, Default)]
pub struct Node<'a> {
    pub parts: Vec<Part<'a>>,
}

/// What tells a node from every other one in a comparison.
pub type NodeKey = Vec<(usize, bool)>;

impl<'a> Node<'a> {
    pub fn at(at: Loc<'a>) -> Self {
        Self { parts: vec![Part { at, bare: false }] }
    }

    pub fn and(mut self, other: &Node<'a>) -> Self {
        self.parts.extend(other.parts.iter().cloned());
        self
    }

    pub fn key(&self) -> NodeKey {
        let mut key: NodeKey = self.parts.iter().map(|part| (part.at.address(), part.bare)).collect();
        key.sort_unstable();
        key.dedup();
        key
    }

    /// Where the node stands, for messages: its first part.
    pub fn pointer(&self) -> &str {
        self.parts.first().map_or("", |part| part.at.pointer.as_str())
    }

    /// The component it refers to, as in `#/components/schemas/Card`: the name a discriminator uses by default.
    pub fn component(&self) -> Option<&'a str> {
        let reference = self.parts.iter().rev().find_map(|part| part.at.str("$ref"))?;
        reference.strip_prefix("#/components/schemas/")
    }
}
