//! An answer on its way out: a status, what it carries, headers.

use serde_json::Value;

/// An answer on its way out.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// What it carries.
    pub content: Content,
    /// Headers beside the usual ones.
    pub headers: Vec<(&'static str, String)>,
}

/// What an answer carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Nothing.
    Empty,
    /// A JSON value.
    Json(Value),
    /// Bytes of that media type.
    Bytes(String, Vec<u8>),
}

impl Answer {
    /// An empty answer; the operation says under which status.
    pub fn empty() -> Self {
        Self { status: 0, content: Content::Empty, headers: Vec::new() }
    }

    /// A JSON answer; the operation says under which status.
    pub fn json(value: Value) -> Self {
        Self { content: Content::Json(value), ..Self::empty() }
    }

    /// The same under that status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with a header more.
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
