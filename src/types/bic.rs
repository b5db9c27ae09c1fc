//! [`Bic`]: the code that identifies a bank.

use std::fmt;

use super::iban::compact;
use super::lenient::{Came, Lenient, Unreadable, code};
use super::scalar::Scalar;

const EXPECTED: &str = "a BIC (four letters or digits for the bank, two letters for the country, two for the place, and \
                        perhaps three for the branch, such as BNPAFRPPXXX)";

/// A Business Identifier Code (ISO 9362), of eight or eleven characters.
///
/// Parsing accepts spaces and lower-case letters, and verifies the form. An invalid value of an answer is kept:
/// [`value`](Self::value) is then an error, and it is not sent.
///
/// ```
/// use linkcy::types::Bic;
///
/// let bic: Bic = "BNPA FR PP".parse()?;
/// assert_eq!(bic.value()?, "BNPAFRPP");
/// assert!("BNPAFR".parse::<Bic>().is_err());
/// # Ok::<(), linkcy::types::Unreadable>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bic(Lenient<Box<str>>);

impl Bic {
    /// The country by its two letters (ISO 3166-1), where the BIC can be read.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.value().ok()?.get(4..6)
    }

    fn of(text: &str) -> Option<Box<str>> {
        let compact = compact(text);
        let has_form = matches!(compact.len(), 8 | 11)
            && compact.bytes().all(|c| c.is_ascii_alphanumeric())
            && compact.get(4..6).is_some_and(|country| country.bytes().all(|c| c.is_ascii_uppercase()));
        has_form.then(|| compact.into())
    }
}

code!(Bic);

impl fmt::Debug for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bic({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_or_eleven_characters_with_the_letters_of_a_country_are_a_bic() {
        for (text, bic) in [("BNPAFRPP", "BNPAFRPP"), ("psst fr pp par", "PSSTFRPPPAR"), ("1234DE6F", "1234DE6F")] {
            assert_eq!(text.parse::<Bic>().as_ref().map(Bic::value), Ok(Ok(bic)));
        }
        for text in ["", "BNPAFRP", "BNPAFRPPX", "BNPAFRPPXX", "BNPAFRPPXXXX", "BNPA12PP", "BNPÄFRPP", "BNPAFR-PPXX"] {
            assert!(text.parse::<Bic>().is_err(), "{text}");
        }
    }
}
