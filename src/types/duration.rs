//! Spans of time: how long a link lives, how long a second factor is awaited.

use std::fmt;
use std::str::FromStr;

use jiff::fmt::temporal::SpanParser;
use jiff::{SignedDuration, SpanRelativeTo};
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::amount::parse_decimal;
use super::json::Json;
use super::lenient::{Lenient, Unreadable};
use super::raw::Raw;

const EXPECTED: &str = "a duration (ISO 8601, such as PT10M)";
const NANOSECONDS: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

/// A length of time, written as ISO 8601 (`PT10M`).
///
/// Read from ISO 8601 text (`PT10M`, `P7D`, `PT8H6M12.345S`; a day is 24 hours, as in Java), from a number of seconds, and
/// from the object the description shows for `ttl` of a second factor (`{"seconds": 600, "nano": 0, ..}`). The form it came
/// in is kept and written back. What cannot be read, a month for instance, is kept too; [`signed`](Self::signed) says so.
///
/// ```
/// use linkcy::types::Duration;
///
/// let ttl: Duration = serde_json::from_str(r#"{"seconds": 600, "nano": 0}"#)?;
/// assert_eq!(ttl, "PT10M".parse().unwrap());
/// assert_eq!(ttl.signed().unwrap().as_secs(), 600);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duration(Lenient<SignedDuration>);

impl Duration {
    /// The length of time.
    ///
    /// # Errors
    /// [`Unreadable`] when the server sent something else; [`as_str`](Self::as_str) has it.
    pub fn signed(&self) -> Result<SignedDuration, Unreadable> {
        self.0.read().copied().ok_or(Unreadable { expected: EXPECTED })
    }

    /// The JSON as it came, where it is not the usual text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.kept_text()
    }

    fn from_answer(json: &str) -> Self {
        let read = match json.as_bytes() {
            [b'"', ..] => serde_json::from_str::<String>(json).ok().and_then(|text| span_of(&text)),
            [b'{', ..] => serde_json::from_str::<JavaDuration>(json).ok().and_then(JavaDuration::length),
            _ => seconds_of(json),
        };
        Self(match read {
            Some(length) if json.trim_matches('"') == length.to_string() && json.starts_with('"') => {
                Lenient::canonical(length)
            }
            _ => Lenient::kept(read, json),
        })
    }
}

/// How Java's `Duration` looks when its getters are written out; the rest of them follow from these two.
#[derive(serde::Deserialize)]
struct JavaDuration {
    seconds: i64,
    #[serde(default)]
    nano: i32,
}

impl JavaDuration {
    fn length(self) -> Option<SignedDuration> {
        SignedDuration::from_secs(self.seconds).checked_add(SignedDuration::from_nanos(self.nano.into()))
    }
}

fn span_of(text: &str) -> Option<SignedDuration> {
    let span = SpanParser::new().parse_span(text).ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

fn seconds_of(number: &str) -> Option<SignedDuration> {
    let nanoseconds = parse_decimal(number).ok()?.checked_mul(NANOSECONDS)?;
    SignedDuration::try_from_nanos_i128(nanoseconds.trunc().mantissa())
}

impl From<SignedDuration> for Duration {
    fn from(length: SignedDuration) -> Self {
        Self(Lenient::canonical(length))
    }
}

/// # Errors
/// jiff's, for more than 292 thousand million years.
impl TryFrom<std::time::Duration> for Duration {
    type Error = jiff::Error;

    fn try_from(length: std::time::Duration) -> Result<Self, jiff::Error> {
        SignedDuration::try_from(length).map(Self::from)
    }
}

/// Reads ISO 8601 text, written back as given; refuses anything else.
impl FromStr for Duration {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let length = span_of(text).ok_or(Unreadable { expected: EXPECTED })?;
        Ok(Self(if length.to_string() == text {
            Lenient::canonical(length)
        } else {
            Lenient::kept(Some(length), &format!("\"{text}\""))
        }))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.read(), self.0.kept_text()) {
            (Some(length), _) => fmt::Display::fmt(length, f),
            (None, kept) => f.write_str(kept.unwrap_or_default()),
        }
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Duration({self})")
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer).map(|raw| Self::from_answer(&raw.into_text()))
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.kept_text() {
            Some(json) => Json::from_text(json).serialize(serializer),
            None => serializer.collect_str(self),
        }
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// Text that should be ISO 8601, or whatever an answer had instead.
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "anyOf": [{ "type": "string", "format": "duration" }, true] })
    }
}
