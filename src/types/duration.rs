//! Spans of time: how long a link lives, how long a second factor is awaited.

use std::str::FromStr;

use jiff::fmt::temporal::SpanParser;
use jiff::{SignedDuration, SpanRelativeTo};
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error};

use super::amount::parse_decimal;
use super::lenient::{Came, Lenient, Unreadable, time};
use super::raw::Raw;

const NANOSECONDS: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

const EXPECTED: &str = "a duration (ISO 8601, such as PT10M)";

/// A length of time, written as ISO 8601 (`PT10M`).
///
/// Read from ISO 8601 text (`PT10M`, `P7D`, `PT8H6M12.345S`; a day is 24 hours, as in Java), from a number of seconds, also
/// given as text, and from the object the description shows for `ttl` of a second factor (`{"seconds": 600, "nano": 0, ..}`).
/// The form it came in is kept and written back. What cannot be read, a month for instance, is kept too;
/// [`value`](Self::value) is an error then.
///
/// ```
/// use linkcy::types::Duration;
///
/// let ttl: Duration = serde_json::from_str(r#"{"seconds": 600, "nano": 0}"#)?;
/// assert_eq!(ttl, "PT10M".parse().unwrap());
/// assert_eq!(ttl.value().unwrap().as_secs(), 600);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duration(Lenient<SignedDuration>);

time!(Duration(SignedDuration), "duration");

impl Duration {
    fn from_came(came: Came<'_>) -> Self {
        let length = match came {
            Came::Text(text) => span_of(text).or_else(|| seconds_of(text)),
            Came::Json(json) if json.starts_with('{') => {
                serde_json::from_str::<JavaDuration>(json).ok().and_then(JavaDuration::length)
            }
            Came::Json(json) => seconds_of(json),
        };
        Self(match (length, came) {
            (Some(length), Came::Text(text)) if length.to_string() == text => Lenient::Usual(length),
            _ => Lenient::kept(length, came),
        })
    }

    /// None for `null` and for an empty text.
    pub(super) fn read_optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        let text = raw.text();
        Ok(if matches!(&*text, "null" | "\"\"") { None } else { Some(Self::from_json(&text)) })
    }

    fn from_json(json: &str) -> Self {
        if json.starts_with('"')
            && let Ok(text) = serde_json::from_str::<String>(json)
        {
            return Self::from_came(Came::Text(&text));
        }
        Self::from_came(Came::Json(json))
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

/// # Errors
/// jiff's, for more than 292 thousand million years.
impl TryFrom<std::time::Duration> for Duration {
    type Error = jiff::Error;

    fn try_from(length: std::time::Duration) -> Result<Self, jiff::Error> {
        SignedDuration::try_from(length).map(Self::from)
    }
}

/// Reads ISO 8601 text, written back as given, and refuses any other.
impl FromStr for Duration {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let duration = Self::from_came(Came::Text(text));
        span_of(text).map(|_| duration).ok_or(Unreadable::expected(EXPECTED).of_text())
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        match &*raw.text() {
            "null" => Err(D::Error::custom("invalid type: null, expected a duration")),
            json => Ok(Self::from_json(json)),
        }
    }
}
