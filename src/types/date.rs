//! Days of the calendar, without a time or a zone: birth dates, ends of validity.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use jiff::fmt::temporal::Pieces;

use super::lenient::{Lenient, Unreadable, as_lenient_text};

const EXPECTED: &str = "a date (YYYY-MM-DD)";

/// A day, written `YYYY-MM-DD`.
///
/// Read from a date, or from a date with a time, whose day counts as it is written. What cannot be read is kept and written
/// back as it came; [`day`](Self::day) says so.
///
/// ```
/// use linkcy::types::Date;
///
/// let born: Date = "1990-02-28".parse()?;
/// assert_eq!(born.day()?.year(), 1990);
/// # Ok::<(), linkcy::types::Unreadable>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(Lenient<civil::Date>);

impl Date {
    /// The day.
    ///
    /// # Errors
    /// [`Unreadable`] when the server sent something else; [`as_str`](Self::as_str) has it.
    pub fn day(&self) -> Result<civil::Date, Unreadable> {
        self.0.read().copied().ok_or(Unreadable { expected: EXPECTED })
    }

    /// The text as it came, where no day could be read from it.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.0.kept_text()
    }

    fn from_answer(text: &str) -> Self {
        Self(match Pieces::parse(text) {
            Ok(pieces) => Lenient::canonical(pieces.date()),
            Err(_) => Lenient::kept(None, text),
        })
    }
}

impl From<civil::Date> for Date {
    fn from(day: civil::Date) -> Self {
        Self(Lenient::canonical(day))
    }
}

/// Reads the same forms as from JSON, but refuses what is none of them.
impl FromStr for Date {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let date = Self::from_answer(text);
        date.day().map(|_| date)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.kept_text(), self.0.read()) {
            (Some(text), _) => f.write_str(text),
            (None, Some(day)) => fmt::Display::fmt(day, f),
            (None, None) => Ok(()),
        }
    }
}

as_lenient_text!(Date, "a date as text", "date");
