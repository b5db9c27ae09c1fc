//! [`Phone`]: a telephone number with its country code.

use std::fmt;

use super::lenient::{Came, Lenient, Unreadable, code};
use super::scalar::Scalar;

const EXPECTED: &str = "a telephone number (country code and number, 2 to 17 digits, such as 33612345678)";

/// A telephone number as the API takes it: country code and number, digits alone, without a plus sign (the description's
/// pattern is `^[0-9]{2,17}$`).
///
/// Parsing removes a plus sign, spaces, points, hyphens and brackets. A number that begins with 0 has no country code and
/// is refused. An invalid value of an answer is kept: [`value`](Self::value) is then an error, and it is not sent.
/// `Debug` shows the last two digits.
///
/// ```
/// use linkcy::types::Phone;
///
/// let phone: Phone = "+33 6 12 34 56 78".parse()?;
/// assert_eq!(phone.value()?, "33612345678");
/// assert_eq!(phone, Phone::new("33", "612345678")?);
/// assert_eq!(format!("{phone:?}"), "Phone(…78)");
/// assert!("06 12 34 56 78".parse::<Phone>().is_err());
/// # Ok::<(), linkcy::types::Unreadable>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(Lenient<Box<str>>);

impl Phone {
    /// A number of its country code (`33`) and the number within that country, without the 0 it may begin with there.
    ///
    /// # Errors
    /// [`Unreadable`] unless both are digits, 2 to 17 together.
    pub fn new(country_code: &str, number: &str) -> Result<Self, Unreadable> {
        let has_number = number.chars().any(|c| c.is_ascii_digit() && c != '0') && !number.starts_with(['0', '+']);
        if !has_number {
            return Err(Unreadable::expected(EXPECTED).of_text());
        }
        format!("{country_code}{number}").parse()
    }

    fn of(text: &str) -> Option<Box<str>> {
        let trimmed = text.trim();
        let number = trimmed.strip_prefix('+').unwrap_or(trimmed);
        let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect();
        let has_form = (2..=17).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0');
        has_form.then(|| digits.into())
    }
}

code!(Phone);

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.value().ok().and_then(|digits| digits.get(digits.len().checked_sub(2)?..));
        write!(f, "Phone(…{})", last.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_country_code_and_is_written_as_digits() {
        for text in ["33612345678", "+33612345678", "+33 6 12.34-56 78", "+33 (6) 12345678", " 33612345678 "] {
            assert_eq!(text.parse::<Phone>().as_ref().map(Phone::raw), Ok("33612345678"), "{text}");
        }
        for text in ["", "3", "0612345678", "0033612345678", "+", "++336", "33 6x", "123456789012345678", "３３６"] {
            assert!(text.parse::<Phone>().is_err(), "{text}");
        }
        assert!(Phone::new("33", "0612345678").is_err());
        assert!(Phone::new("+33", "6 12 34 56 78").is_ok_and(|phone| phone.raw() == "33612345678"));
        assert!(Phone::new("", "").is_err());
    }
}
