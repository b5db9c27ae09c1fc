//! Spans of time: how long a link lives, how long a second factor is awaited.

use jiff::fmt::temporal::SpanParser;
use jiff::{SignedDuration, SpanRelativeTo};

use super::amount::parse_decimal;
use super::epoch::NANOSECONDS;
use super::json::Members;
use super::lenient::{Lenient, Unreadable, time};
use super::received::Received;
use super::scalar::Scalar;

/// A length of time, written as ISO 8601 (`PT10M`).
///
/// Read from ISO 8601 text (`PT10M`, `P7D`, `PT8H6M12.345S`; a day is 24 hours, as in Java), from a number of seconds, also
/// given as text, and from the object the description shows for `ttl` of a second factor (`{"seconds": 600, "nano": 0, ..}`).
/// The form it was received in is kept and written back. What cannot be read, a month for instance, is kept too;
/// [`value`](Self::value) is then an error.
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

time!(Duration(SignedDuration), "duration", span_of);

impl Scalar for Duration {
    const EXPECTED: &'static str = "a duration (ISO 8601, such as PT10M)";

    fn from_received(received: Received<'_>) -> Self {
        let length = match received {
            Received::Text(text) => span_of(text).or_else(|| seconds_of(text)),
            Received::Json(json) if json.starts_with('{') => of_object(json),
            number => seconds_of(number.text()),
        };
        Self(match (length, received) {
            (Some(length), Received::Text(text)) if length.to_string() == text => Lenient::Usual(length),
            _ => Lenient::kept(length, received),
        })
    }
}

/// The length in the object that Java's `Duration` is written as; the rest of its getters follow from these two.
fn of_object(json: &str) -> Option<SignedDuration> {
    let object: Members<'_> = serde_json::from_str(json).ok()?;
    let seconds = object.get("seconds")?.parse().ok()?;
    let nanoseconds = object.get("nano").unwrap_or("0").parse::<i32>().ok()?;
    SignedDuration::from_secs(seconds).checked_add(SignedDuration::from_nanos(nanoseconds.into()))
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
