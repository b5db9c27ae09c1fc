//! IBANs and BICs: made with the right check digits, and told from wrong ones.

use crate::seed::Seed;

/// How long an IBAN is in the countries the sandbox pays to.
const LENGTHS: &[(&str, usize)] = &[
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("CH", 21),
    ("SM", 27),
];

/// Countries no bank of the union pays to. The sandbox's own choice: which ones LinkCy refuses is not documented.
const EMBARGOED: &[&str] = &["KP", "IR", "SY", "CU", "RU", "BY"];

/// A new IBAN of that country.
pub(crate) fn new(country: &str, seed: &mut Seed) -> String {
    let length = LENGTHS.iter().find(|(code, _)| *code == country).map_or(16, |(_, length)| *length);
    let account = seed.digits(length - 4);
    let check = 98 - remainder(&format!("{account}{country}00"));
    format!("{country}{check:02}{account}")
}

/// Whether this is an IBAN the sandbox can pay to.
pub(crate) fn is_supported(iban: &str) -> bool {
    let Some((country, rest)) = iban.split_at_checked(2) else {
        return false;
    };
    let Some((check, account)) = rest.split_at_checked(2) else {
        return false;
    };
    LENGTHS.contains(&(country, iban.len()))
        && iban.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && remainder(&format!("{account}{country}{check}")) == 1
}

/// Whether this has the form of a BIC.
pub(crate) fn is_bic(bic: &str) -> bool {
    matches!(bic.len(), 8 | 11)
        && bic.bytes().take(6).all(|byte| byte.is_ascii_uppercase())
        && bic.bytes().skip(6).all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether this BIC is of a country that is not paid to.
pub(crate) fn is_embargoed(bic: &str) -> bool {
    bic.get(4..6).is_some_and(|country| EMBARGOED.contains(&country))
}

/// The remainder by 97 of the text, its letters counted as two digits.
fn remainder(text: &str) -> u32 {
    text.chars().filter_map(|c| c.to_digit(36)).fold(0, |rest, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (rest * shift + digit) % 97
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_iban_is_a_good_one() {
        let mut seed = Seed::new(1);
        for country in ["BE", "FR", "BG"] {
            assert!(is_supported(&new(country, &mut seed)));
        }
    }

    #[test]
    fn a_wrong_digit_is_seen() {
        assert!(is_supported("FR7630006000011234567890189"));
        assert!(!is_supported("FR7630006000011234567890188"));
        assert!(!is_supported("FR76"));
        assert!(!is_supported("é"));
    }
}
