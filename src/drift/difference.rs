//! [`Difference`]: where an answer differs from the description, without any data about people or money.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::open_enum;

/// The longest value or name that is shown.
const LONGEST: usize = 64;

/// A value with more digits may be personal: a phone number, an account, a card.
const DIGITS: usize = 6;

/// One place where an answer differs from the description.
///
/// It contains no value of the answer except [`value`](Self::value).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// `handle.verb` of the operation.
    pub operation: String,
    /// The answer's HTTP status.
    pub status: u16,
    /// Where in the answer: `content[].status`, without array indices. `*` replaces a key that is not a field's name. Empty
    /// for the answer as a whole.
    pub path: String,
    /// What is different.
    pub kind: DifferenceKind,
    /// Its detail, as the [kind](DifferenceKind) says. `None` where a value does not look like one that a description has: it may
    /// be personal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// JSON pointer to what the description says of this place, in the vendor's file as corrected by overlay.yaml.
    pub schema: String,
}

open_enum! {
    /// How an answer differs. `Unknown` occurs only in logs of a later version.
    pub enum DifferenceKind {
        /// A required field is not there.
        MissingField = "missing-field",
        /// `null` where the description does not allow it.
        Null = "null",
        /// A text that is not in the described format. The value is the format: `date-time`, `date`, `uuid`.
        OtherFormat = "other-format",
        /// Another JSON type than the described one. The value is the type received: `string`.
        OtherType = "other-type",
        /// A value out of its bounds. The value is the keyword of the bound, `maxLength`; `format` means the 32 bits of an
        /// `int32`.
        OutOfBounds = "out-of-bounds",
        /// A media type that the operation does not document for the status. The value is the media type without its parameters.
        UndocumentedContentType = "undocumented-content-type",
        /// An error code that the operation does not document for the status. The value is the code.
        UndocumentedErrorCode = "undocumented-error-code",
        /// A status that the operation does not document.
        UndocumentedStatus = "undocumented-status",
        /// A value that is not in the description's list. The value is that value.
        UnknownEnumValue = "unknown-enum-value",
        /// A field that the description does not have. The value is the JSON type of its content: `integer`.
        UnknownField = "unknown-field",
        /// No branch of a union has this value of the property that tells its branches apart. The value is that value;
        /// `None` where the branches are recognised by their fields.
        UnknownTag = "unknown-tag",
    }
}

impl fmt::Display for Difference {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, status, path, kind, value, .. } = self;
        let at = if path.is_empty() { "" } else { " at " };
        write!(f, "{operation} {status}: {kind}{at}{path}")?;
        value.as_ref().map_or(Ok(()), |value| write!(f, " ({value})"))
    }
}

/// A value's JSON type, as a description writes it.
#[inline]
pub(super) fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The value of a list, a tag or a code, where it looks like one: an answer may have anything in its place.
#[inline]
pub(super) fn constant(value: &str) -> Option<&str> {
    Some(value).filter(|value| is_short(value, "_-."))
}

/// A media type, where it looks like one.
#[inline]
pub(super) fn media_type(value: &str) -> Option<&str> {
    Some(value).filter(|value| is_short(value, "/+-.") && value.contains('/'))
}

/// A key of an object as a step of a path. A key that looks like no field's name may be anybody's: an address, a number.
#[inline]
pub(super) fn step(key: &str) -> &str {
    let begins = key.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'));
    if begins && is_short(key, "_-$") { key } else { "*" }
}

/// Whether a text is short and has letters, these marks, and few digits.
#[inline]
fn is_short(text: &str, marks: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_word = text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c));
    !text.is_empty() && text.len() <= LONGEST && digits <= DIGITS && is_word
}
