//! [`Iban`]: an account number whose check digits are right.

use std::borrow::Cow;
use std::fmt;

use super::lenient::{Lenient, Unreadable, code};
use super::received::Received;
use super::scalar::Scalar;

const EXPECTED: &str = "an IBAN (two letters, two check digits and up to 30 letters and digits, such as \
                        FR76 3000 6000 0112 3456 7890 189)";

/// An International Bank Account Number (ISO 13616), of any country.
///
/// Parsing accepts spaces and lower-case letters, and verifies the form and the check digits (ISO 7064, modulo 97); the
/// length and the form that a country prescribes are left to the bank to check. An invalid value of an answer is kept:
/// [`value`](Self::value) is then an error, and it is not sent. `Debug` hides the account.
///
/// ```
/// use linkcy::types::Iban;
///
/// let iban: Iban = "FR76 3000 6000 0112 3456 7890 189".parse()?;
/// assert_eq!(iban.value()?, "FR7630006000011234567890189");
/// assert_eq!(format!("{iban:?}"), "Iban(FR76…0189)");
/// assert!("FR76 3000 6000 0112 3456 7890 198".parse::<Iban>().is_err());
/// # Ok::<(), linkcy::types::Unreadable>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Iban(Lenient<Box<str>>);

impl Iban {
    /// The country by its two letters (ISO 3166-1), where the IBAN can be read.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.value().ok()?.get(..2)
    }

    fn of(text: &str) -> Option<Box<str>> {
        if is_iban(text) {
            return Some(text.into());
        }
        let compact = compact(text);
        is_iban(&compact).then(|| compact.into())
    }
}

/// Whether a text is an IBAN, written without spaces and in capital letters.
fn is_iban(text: &str) -> bool {
    let Some((front, account)) = text.as_bytes().split_at_checked(4) else { return false };
    let has_form = matches!(front, [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9']);
    has_form && (1..=30).contains(&account.len()) && remainder(front, account) == Some(1)
}

/// The text without spaces and in capital letters, as most answers have it.
pub(super) fn compact(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|c| c == b' ' || c.is_ascii_lowercase()) {
        text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect()
    } else {
        Cow::Borrowed(text)
    }
}

/// The remainder of the number modulo 97: the account first, then the country and the check digits, letters as 10 to
/// 35. `None` where there is another character.
fn remainder(front: &[u8], account: &[u8]) -> Option<u64> {
    /// Above this the remainder is taken, so that one more letter, which multiplies by 100, cannot overflow.
    const MANY_DIGITS: u64 = u64::MAX / 1_000;
    let number = account.iter().chain(front).try_fold(0_u64, |number, c| {
        let number = if number > MANY_DIGITS { number % 97 } else { number };
        match c {
            b'0'..=b'9' => Some(number * 10 + u64::from(c - b'0')),
            b'A'..=b'Z' => Some(number * 100 + u64::from(c - b'A' + 10)),
            _ => None,
        }
    })?;
    Some(number % 97)
}

code!(Iban);

/// The country, the check digits and the last four.
impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every IBAN that can be read has five characters at least, of one byte each.
        match self.value().map(|iban| (iban.get(..4), iban.get(iban.len() - 4..))) {
            Ok((Some(front), Some(back))) => write!(f, "Iban({front}…{back})"),
            _ => f.write_str("Iban(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the registry of ISO 13616, some of them with letters in the account.
    const EXAMPLES: [&str; 10] = [
        "FR1420041010050500013M02606",
        "DE89370400440532013000",
        "GB29NWBK60161331926819",
        "BE68539007547034",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "SA0380000000608010167519",
        "BR1800360305000010009795493C1",
        "LC55HEMM000100010012001200023015",
        "CH9300762011623852957",
    ];

    #[test]
    fn ibans_of_any_country_are_taken_with_spaces_and_in_small_letters() {
        for iban in EXAMPLES {
            let spaced: Vec<String> = iban
                .to_lowercase()
                .as_bytes()
                .chunks(4)
                .map(|part| String::from_utf8_lossy(part).into_owned())
                .collect();
            assert_eq!(spaced.join(" ").parse::<Iban>().as_ref().map(Iban::raw), Ok(iban));
        }
    }

    #[test]
    fn a_digit_changed_or_two_swapped_is_noticed() {
        for iban in EXAMPLES {
            for at in 2..iban.len() {
                let digit = iban.as_bytes()[at];
                if digit.is_ascii_digit() {
                    let mut other = iban.to_owned();
                    other.replace_range(at..=at, &((digit - b'0' + 1) % 10).to_string());
                    assert!(other.parse::<Iban>().is_err(), "{other}");
                }
                let next = iban.as_bytes().get(at + 1);
                if next.is_some_and(|next| next.is_ascii_digit() && digit.is_ascii_digit() && *next != digit) {
                    let swapped =
                        format!("{}{}{}{}", &iban[..at], &iban[at + 1..at + 2], &iban[at..=at], &iban[at + 2..]);
                    assert!(swapped.parse::<Iban>().is_err(), "{swapped}");
                }
            }
        }
    }

    #[test]
    fn what_has_not_the_form_is_refused() {
        let too_long = format!("FR76{}", "0".repeat(31));
        for text in [
            "",
            "FR",
            "FR76",
            "FR7630006000011234567890180",
            "3000 6000",
            "FRA7630006000",
            "FR76-3000-6000",
            "ÉR76",
            &too_long,
        ] {
            assert!(text.parse::<Iban>().is_err(), "{text}");
        }
    }
}
