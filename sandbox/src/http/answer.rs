//! An answer on its way out: a status, what it carries, headers.

use serde::Serialize;
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
    /// JSON that is written.
    Written(Vec<u8>),
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

    /// A JSON answer that is written at once; the operation says under which status.
    pub fn written(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(written) => Self { content: Content::Written(written), ..Self::empty() },
            // Only a map with keys that are no texts cannot be written.
            Err(_) => Self::empty(),
        }
    }

    /// Its JSON, to be changed; none of another content.
    pub fn json_mut(&mut self) -> Option<&mut Value> {
        if let Content::Written(written) = &self.content {
            self.content = Content::Json(serde_json::from_slice(written).ok()?);
        }
        match &mut self.content {
            Content::Json(value) => Some(value),
            Content::Empty | Content::Written(_) | Content::Bytes(..) => None,
        }
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
