//! Moments given as a number: seconds or milliseconds since 1970, in UTC.

use jiff::tz::Offset;
use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::amount::parse_decimal;

/// The year 2200. Larger numbers are milliseconds.
const LATEST: i64 = 7_258_118_400;

pub(super) const NANOSECONDS: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
const MILLISECONDS: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);

/// The moment of a number: of seconds up to the year 2200, else of milliseconds up to then. A number of eight digits that
/// make a date (20240326) is not read as seconds of 1970.
pub(super) fn moment(number: &str) -> Option<Timestamp> {
    let is_of_these_centuries = |date: civil::Date| (1900..2200).contains(&date.year());
    if number.len() == 8 && number.parse().is_ok_and(is_of_these_centuries) {
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
    let moment = Offset::UTC.to_datetime(moment(number)?);
    (moment.time() == civil::Time::midnight()).then(|| moment.date())
}
