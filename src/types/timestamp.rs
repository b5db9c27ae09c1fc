//! Moments in time: read in every form the API has been seen to use, written as RFC 3339.

use jiff::civil;
use jiff::fmt::temporal::{Pieces, TimeZoneAnnotationKind};
use jiff::tz::Offset;

use super::epoch;
use super::lenient::{Came, Lenient, Unreadable, time};
use super::scalar::Scalar;

/// A moment, to the nanosecond.
///
/// Read from
/// - text with or without an offset (none means UTC), with or without seconds and fractions, with a space for the `T`: the
///   guides say "ISO 8601 with Z, almost always". A named zone needs an offset beside it: `2024-03-26T14:59:07[Europe/Paris]`
///   is not readable, since this crate has no time zone database;
/// - a number, or a text of digits: seconds since 1970, or milliseconds where seconds would be beyond the year 2200;
/// - a list as Java writes it, `[2024,3,26,13,59,7,123000000]`, in UTC.
///
/// Written as RFC 3339: in UTC with `Z`, or as received where that was RFC 3339 already (another offset, zeros at the end
/// of the fraction), so that an answer can be written back unchanged. What cannot be read is kept and written back as
/// received; [`value`](Self::value) is then an error. Two timestamps are equal if they are the same moment, however
/// written.
///
/// ```
/// use linkcy::types::Timestamp;
///
/// let booked: Timestamp = serde_json::from_str(r#""2024-03-26 13:59""#)?;
/// assert_eq!(booked.to_string(), "2024-03-26T13:59:00Z");
/// assert_eq!(booked.value().unwrap().as_second(), 1_711_461_540);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(Lenient<jiff::Timestamp>);

time!(Timestamp(jiff::Timestamp), "date-time", instant_of);

impl Scalar for Timestamp {
    const EXPECTED: &'static str = "a date and time (RFC 3339, such as 2024-03-26T13:59:07.123Z)";

    fn from_came(came: Came<'_>) -> Self {
        Self(match came {
            Came::Text(text) => usual(text).map_or_else(|| unusual(text), Lenient::Usual),
            Came::Json(json) if json.starts_with('[') => Lenient::of(of_list(json), came),
            number => Lenient::of(epoch::moment(number.text()), came),
        })
    }
}

/// The instant of a text in the form in which instants are written: in UTC, without zeros at the end of a fraction. Nearly
/// every moment of an answer has it, and reading one form takes half of what reading all of them does: 10 % of the
/// instructions of a row of `cargo bench --bench call -- --instructions`.
fn usual(text: &str) -> Option<jiff::Timestamp> {
    let (to_second, rest) = text.as_bytes().split_first_chunk()?;
    let [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T', h1, h2, b':', m1, m2, b':', s1, s2] = *to_second else {
        return None;
    };
    let fraction = match rest {
        [b'Z'] => &[],
        [b'.', fraction @ .., b'Z'] if fraction.len() <= 9 && matches!(fraction, [.., b'1'..=b'9']) => fraction,
        _ => return None,
    };
    let year = i16::from(pair(y1, y2)?) * 100 + i16::from(pair(y3, y4)?);
    let date = civil::Date::new(year, pair(o1, o2)?, pair(d1, d2)?).ok()?;
    let time = civil::Time::new(pair(h1, h2)?, pair(m1, m2)?, pair(s1, s2)?, nanoseconds(fraction)?).ok()?;
    Offset::UTC.to_timestamp(date.to_datetime(time)).ok()
}

/// The number that two digits make.
#[inline]
fn pair(tens: u8, ones: u8) -> Option<i8> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    #[allow(clippy::cast_possible_wrap)]
    (tens <= 9 && ones <= 9).then(|| (tens * 10 + ones) as i8)
}

/// The nanoseconds of up to nine digits after the point.
#[inline]
fn nanoseconds(fraction: &[u8]) -> Option<i32> {
    const POWERS: [i32; 10] = [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let mut number = 0;
    for byte in fraction {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i32::from(digit);
    }
    Some(number * POWERS.get(fraction.len())?)
}

/// The instant of any other text, which is kept where it is RFC 3339.
#[cold]
fn unusual(text: &str) -> Lenient<jiff::Timestamp> {
    let came = Came::Text(text);
    match instant_of(text) {
        Some(instant) if is_rfc3339(text) => Lenient::kept(Some(instant), came),
        read => Lenient::of(read.or_else(|| epoch::moment(text)), came),
    }
}

fn instant_of(text: &str) -> Option<jiff::Timestamp> {
    let pieces = Pieces::parse(text).ok()?;
    let zone = pieces.time_zone_annotation().map(|zone| zone.kind());
    let offset = match (pieces.to_numeric_offset(), zone) {
        (Some(offset), _) => offset,
        (None, None) => Offset::UTC,
        (None, Some(TimeZoneAnnotationKind::Offset(offset))) => *offset,
        (None, Some(TimeZoneAnnotationKind::Named(zone))) if UTC_NAMES.contains(&zone.as_str()) => Offset::UTC,
        (None, Some(_)) => return None,
    };
    offset.to_timestamp(pieces.date().to_datetime(pieces.time()?)).ok()
}

/// Names of zones that are UTC, in Java's time zone database.
const UTC_NAMES: [&str; 6] = ["UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z", "UCT"];

/// A list of year, month, day, hour, minute and perhaps second and fraction, as Jackson writes a `LocalDateTime`.
fn of_list(json: &str) -> Option<jiff::Timestamp> {
    let list: Vec<i64> = serde_json::from_str(json).ok()?;
    let (date, time) = list.split_at_checked(3)?;
    let (hour, minute, second, fraction) = match *time {
        [hour, minute] => (hour, minute, 0, 0),
        [hour, minute, second] => (hour, minute, second, 0),
        [hour, minute, second, fraction] => (hour, minute, second, fraction),
        _ => return None,
    };
    // Jackson can be configured to write milliseconds; a clock that gives fewer than a thousand nanoseconds is
    // unlikely.
    let nanosecond = if fraction < 1_000 { fraction.checked_mul(1_000_000)? } else { fraction };
    let small = |number: i64| i8::try_from(number).ok();
    let time = civil::Time::new(small(hour)?, small(minute)?, small(second)?, i32::try_from(nanosecond).ok()?).ok()?;
    Offset::UTC.to_timestamp(super::date::of_list(date)?.to_datetime(time)).ok()
}

/// Whether a readable text has the one form RFC 3339 allows: `2024-03-26T13:59:07[.123](Z|+01:00)`.
fn is_rfc3339(text: &str) -> bool {
    let parts = text.as_bytes().split_first_chunk();
    let Some(([_, _, _, _, b'-', _, _, b'-', _, _, b'T', _, _, b':', _, _, b':', _, _], rest)) = parts else {
        return false;
    };
    // After the seconds: a zone, or a fraction and a zone.
    matches!(rest, [b'Z'] | [b'+' | b'-', _, _, b':', _, _])
        || matches!(rest, [b'.', .., b'Z'] | [b'.', .., b'+' | b'-', _, _, b':', _, _])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2_000,
            rng_seed: proptest::test_runner::RngSeed::Fixed(3339),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn the_usual_text_is_just_what_its_instant_is_written_as(
            text in "(000|1[69]|20|999)[0-9]{1,2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?(Z|z|[+]00:00|)",
        ) {
            let written_so = instant_of(&text).filter(|instant| instant.to_string() == text);
            prop_assert_eq!(usual(&text), written_so);
        }
    }

    #[test]
    fn what_is_not_quite_the_usual_text_is_left_to_the_parser() {
        let usual_one = "2024-03-26T13:59:07.123Z";
        assert_eq!(usual(usual_one), usual_one.parse().ok());
        for at in 0..usual_one.len() {
            let mut other = usual_one.to_owned();
            other.replace_range(at..=at, "/");
            assert_eq!(usual(&other), None, "{other}");
            assert_eq!(usual(&usual_one[..at]), None, "{}", &usual_one[..at]);
        }
        for other in [
            "2024-02-30T00:00:00Z",
            "2024-03-26T24:00:00Z",
            "9999-12-31T23:59:59Z",
            "2024-03-26T13:59:07.1é",
            "2024-03-26T13:59:07.Z",
        ] {
            assert_eq!(usual(other), None, "{other}");
        }
    }
}
