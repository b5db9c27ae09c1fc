//! Moments that came as a number: seconds or milliseconds since 1970, in UTC.

use jiff::{SignedDuration, Timestamp, civil};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::amount::parse_decimal;

/// The year 2200. Larger numbers are milliseconds.
const LATEST: i64 = 7_258_118_400;

const NANOSECONDS: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
const MILLISECONDS: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);

/// The moment of a number: of seconds up to the year 2200, else of milliseconds up to then. A number of eight digits that
/// make a date (20240326) is not read as seconds of 1970.
pub(super) fn moment(number: &str) -> Option<Timestamp> {
    let is_number =
        number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'e' | b'E' | b'+'));
    if !is_number || is_compact_date(number) {
        return None;
    }
    let number = parse_decimal(number).ok()?;
    let latest = Decimal::from(LATEST);
    let seconds = if number.abs() <= latest { number } else { number.checked_div(MILLISECONDS)? };
    if seconds.abs() > latest {
        return None;
    }
    let nanoseconds = seconds.checked_mul(NANOSECONDS)?.floor().to_i128()?;
    Timestamp::from_nanosecond(nanoseconds).ok()
}

/// The day of a number, if its moment is the beginning of one in UTC: in another zone it would be another day.
pub(super) fn day(number: &str) -> Option<civil::Date> {
    let moment = moment(number)?;
    let since_midnight = moment.duration_since(Timestamp::UNIX_EPOCH).as_nanos().rem_euclid(DAY.as_nanos());
    (since_midnight == 0).then(|| jiff::tz::Offset::UTC.to_datetime(moment).date())
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Whether digits make a date of these centuries: `20240326`.
fn is_compact_date(number: &str) -> bool {
    let part = |from: usize, to: usize| number.get(from..to).and_then(|digits| digits.parse::<i16>().ok());
    let date = || {
        let (month, day) = (i8::try_from(part(4, 6)?).ok()?, i8::try_from(part(6, 8)?).ok()?);
        civil::Date::new(part(0, 4)?, month, day).ok()
    };
    number.len() == 8 && date().is_some_and(|date| (1900..2200).contains(&date.year()))
}
