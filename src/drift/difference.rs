//! [`Difference`]: where an answer is not as the description has it, without anything that the answer says of people or money.

use std::fmt;

use serde_json::Value;

use crate::operation::OperationInfo;

/// The longest value or name that is shown.
const LONGEST: usize = 64;

/// A value with more digits may be personal: a phone number, an account, a card.
const DIGITS: usize = 6;

/// One place of an answer that is not as the description has it.
///
/// It holds no value of the answer but those that [`DifferenceKind::value`] gives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The operation.
    pub operation: &'static OperationInfo,
    /// The answer's HTTP status.
    pub status: u16,
    /// Where in the answer: `content[].status`, without array indices. `*` stands for a key that is no field's name. Empty for
    /// the answer as a whole.
    pub path: String,
    /// What is different.
    pub kind: DifferenceKind,
    /// JSON pointer to what the description says of this place, in the vendor's file as corrected by overlay.yaml.
    pub schema: String,
}

/// How an answer differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// A field that the description does not have.
    UnknownField {
        /// The JSON type of what it held: `integer`.
        seen: &'static str,
    },
    /// A value that is not in the description's list.
    UnknownEnumValue {
        /// The value; none where it looks like something else than a value of a list.
        value: Option<String>,
    },
    /// No branch of a union has this value of the property that tells its branches apart.
    UnknownTag {
        /// The value; none where it looks like something else, or where the branches are told by their fields.
        value: Option<String>,
    },
    /// A required field is not there.
    MissingField,
    /// `null` where the description allows none.
    Null,
    /// Another JSON type than the described one.
    OtherType {
        /// The JSON type that came: `string`.
        seen: &'static str,
    },
    /// A text that is not in the described format.
    OtherFormat {
        /// The described format: `date-time`, `date`, `uuid`.
        format: String,
    },
    /// A value out of its bounds.
    OutOfBounds {
        /// The keyword of the bound: `maxLength`. `format` stands for the 32 bits of an `int32`.
        bound: &'static str,
    },
    /// A status that the operation does not document.
    UndocumentedStatus,
    /// An error code that the operation does not document for the status.
    UndocumentedErrorCode {
        /// The code; none where it looks like something else.
        code: Option<String>,
    },
    /// A media type that the operation does not document for the status.
    UndocumentedContentType {
        /// The media type without its parameters; none where it looks like something else.
        content_type: Option<String>,
    },
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

impl DifferenceKind {
    /// Its name in logs and metrics: `unknown-field`.
    #[inline]
    pub fn name(&self) -> &'static str {
        self.told().0
    }

    /// Its detail: the value of a list, a tag, a code or a media type; the JSON type that came; the format or bound
    /// that was not kept.
    #[inline]
    pub fn value(&self) -> Option<&str> {
        self.told().1
    }

    #[inline]
    fn told(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::UnknownField { seen } => ("unknown-field", Some(seen)),
            Self::UnknownEnumValue { value } => ("unknown-enum-value", value.as_deref()),
            Self::UnknownTag { value } => ("unknown-tag", value.as_deref()),
            Self::MissingField => ("missing-field", None),
            Self::Null => ("null", None),
            Self::OtherType { seen } => ("other-type", Some(seen)),
            Self::OtherFormat { format } => ("other-format", Some(format)),
            Self::OutOfBounds { bound } => ("out-of-bounds", Some(bound)),
            Self::UndocumentedStatus => ("undocumented-status", None),
            Self::UndocumentedErrorCode { code } => ("undocumented-error-code", code.as_deref()),
            Self::UndocumentedContentType { content_type } => ("undocumented-content-type", content_type.as_deref()),
        }
    }
}

impl fmt::Display for Difference {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.operation.name, self.status, self.kind.name())?;
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        self.kind.value().map_or(Ok(()), |value| write!(f, " ({value})"))
    }
}

/// The value of a list, a tag or a code, where it looks like one: anything may stand where one is expected.
#[inline]
pub(super) fn constant(value: &str) -> Option<String> {
    is_short(value, "_-.").then(|| value.to_owned())
}

/// A media type, where it looks like one.
#[inline]
pub(super) fn media_type(value: &str) -> Option<String> {
    (is_short(value, "/+-.") && value.contains('/')).then(|| value.to_owned())
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
