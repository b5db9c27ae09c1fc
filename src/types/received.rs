//! What was received for a scalar, before it is read as one.

/// What was received for a scalar: the text of a JSON string, or the text of any other JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Received<'a> {
    Text(&'a str),
    Json(&'a str),
    /// A number that is written as a double is, and may have had other digits.
    Double(&'a str),
}

impl<'a> Received<'a> {
    pub fn text(self) -> &'a str {
        match self {
            Self::Text(text) | Self::Json(text) | Self::Double(text) => text,
        }
    }

    pub fn is_empty(self) -> bool {
        matches!(self, Self::Text(""))
    }

    pub fn is_null(self) -> bool {
        matches!(self, Self::Json("null"))
    }
}

/// Whether a JSON text is a number.
pub(super) fn is_number(json: &str) -> bool {
    matches!(json.as_bytes(), [b'-' | b'0'..=b'9', ..])
}
