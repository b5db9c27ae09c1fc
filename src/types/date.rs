//! Days of the calendar, without a time or a zone: birth dates, ends of validity.

use jiff::civil;
use jiff::fmt::temporal::Pieces;

use super::epoch;
use super::lenient::{Came, Lenient, Unreadable, time};
use super::scalar::Scalar;

/// A day, written `YYYY-MM-DD`.
///
/// Read from a date, or from a date with a time, whose day counts as it is written; from a list `[2024,3,26]`, with or
/// without a time; and from seconds or milliseconds since 1970 that are a midnight in UTC. What cannot be read is kept and
/// written back as received; [`value`](Self::value) is then an error.
///
/// ```
/// use linkcy::types::Date;
///
/// let born: Date = "1990-02-28".parse()?;
/// assert_eq!(born.value()?.year(), 1990);
/// # Ok::<(), linkcy::types::Unreadable>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(Lenient<civil::Date>);

time!(Date(civil::Date), "date", of_text);

impl Scalar for Date {
    const EXPECTED: &'static str = "a date (YYYY-MM-DD)";

    fn from_came(came: Came<'_>) -> Self {
        let day = match came {
            Came::Text(text) => of_text(text),
            Came::Json(json) if json.starts_with('[') => {
                let list: Option<Vec<i64>> = serde_json::from_str(json).ok();
                list.and_then(|list| of_list(list.get(..3)?))
            }
            number => epoch::day(number.text()),
        };
        Self(Lenient::of(day, came))
    }
}

fn of_text(text: &str) -> Option<civil::Date> {
    Pieces::parse(text).ok().map(|pieces| pieces.date())
}

/// Year, month and day.
pub(super) fn of_list(list: &[i64]) -> Option<civil::Date> {
    let [year, month, day] = *list else { return None };
    civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
