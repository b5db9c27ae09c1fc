//! Decimal numbers from text and from doubles, exact or refused.

use std::num::{IntErrorKind, ParseIntError};

use rust_decimal::Decimal;

/// A double represents every number of fewer digits.
const DIGITS_OF_A_DOUBLE: u128 = 1_000_000_000_000_000;

/// Below this serde_json may print a double with an exponent.
pub(super) const PLAIN_FROM: Decimal = Decimal::from_parts(1, 0, 0, false, 3);

/// Why a number is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// The text is not a decimal number.
    #[error("not a decimal number: digits with at most one point are expected, such as 15.21")]
    NotANumber,
    /// The number has more digits than a decimal can represent.
    #[error("too many digits to be represented exactly: at most 28 significant digits and 28 decimals are possible")]
    TooPrecise,
    /// The number is beyond the largest decimal, about 7.9e28.
    #[error("too large to be represented exactly: the limit is 79228162514264337593543950335")]
    TooLarge,
    /// The number was read from or written to a double, which cannot represent its digits.
    #[error(
        "a double cannot hold more than 15 significant digits exactly: read from or write to JSON text \
         (from_str, from_slice, to_string, to_vec) rather than a reader, a Value or a flattened field"
    )]
    Double,
}

/// Reads a string that is a decimal number, such as the `conversionRate` of a transaction. The scale is kept.
///
/// # Errors
/// [`AmountError`] when the text is not a number, or not one that can be represented exactly.
///
/// ```
/// let rate = linkcy::types::parse_decimal("1.0842")?;
/// assert_eq!(rate.to_string(), "1.0842");
/// # Ok::<(), linkcy::types::AmountError>(())
/// ```
pub fn parse_decimal(text: &str) -> Result<Decimal, AmountError> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let is_negative = unsigned.len() != text.len();
    match short(unsigned, is_negative) {
        Some(decimal) => Ok(decimal),
        None => long(unsigned, is_negative),
    }
}

/// Any number.
#[cold]
fn long(unsigned: &str, is_negative: bool) -> Result<Decimal, AmountError> {
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent_of(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    if whole.is_empty() || number.ends_with('.') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError::NotANumber);
    }
    // Zeros at the end cost no precision.
    let shortest = digits.trim_end_matches('0');
    let scale = |digits: &str| digits.len() as i64 - whole.len() as i64 - i64::from(exponent);
    let mut decimal = match scaled(&digits, scale(&digits)).or_else(|| scaled(shortest, scale(shortest))) {
        Some(decimal) => decimal,
        None if shortest.is_empty() => Decimal::ZERO,
        None if scale(shortest) > 0 => return Err(AmountError::TooPrecise),
        None => return Err(AmountError::TooLarge),
    };
    decimal.set_sign_negative(is_negative && !decimal.is_zero());
    Ok(decimal)
}

/// An integer with `scale` of its digits after the point; a negative scale appends zeros.
fn scaled(digits: &str, scale: i64) -> Option<Decimal> {
    let zeros = 10_i128.checked_pow(u32::try_from((-scale).max(0)).ok()?)?;
    let units = digits.parse::<i128>().ok()?.checked_mul(zeros)?;
    Decimal::try_from_i128_with_scale(units, u32::try_from(scale.max(0)).ok()?).ok()
}

/// A number of up to eighteen characters without an exponent, as nearly every one is: it fits into 64 bits whatever its
/// digits. The general method costs twice as much, 7 % of reading a ledger.
#[inline]
fn short(unsigned: &str, is_negative: bool) -> Option<Decimal> {
    let characters = unsigned.as_bytes();
    if characters.len() > 18 || !characters.first()?.is_ascii_digit() || !characters.last()?.is_ascii_digit() {
        return None;
    }
    let (mut digits, mut point) = (0_i64, None);
    for (at, character) in characters.iter().enumerate() {
        match character {
            b'0'..=b'9' => digits = digits * 10 + i64::from(character - b'0'),
            b'.' if point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    let scale = point.map_or(0, |at| characters.len() - at - 1);
    Decimal::try_new(if is_negative { -digits } else { digits }, u32::try_from(scale).ok()?).ok()
}

/// An exponent's value. One beyond an `i32` becomes the largest or the smallest `i32`, which is out of range as well.
fn exponent_of(text: &str) -> Result<i32, AmountError> {
    text.parse().or_else(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => Ok(i32::MAX),
        IntErrorKind::NegOverflow => Ok(i32::MIN),
        _ => Err(AmountError::NotANumber),
    })
}

/// The number that a double represents. Its shortest text is the number that was meant if that has at most 15 digits:
/// no two decimals of 15 digits share a double.
pub(super) fn from_double(text: &str) -> Result<Decimal, AmountError> {
    let decimal = parse_decimal(text)?.normalize();
    let is_integer = text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
    if is_integer || fits_a_double(&decimal) { Ok(decimal) } else { Err(AmountError::Double) }
}

pub(super) fn fits_a_double(decimal: &Decimal) -> bool {
    let digits = decimal.mantissa().unsigned_abs();
    // The zeros of 10^28 and the like are not significant digits.
    digits < DIGITS_OF_A_DOUBLE || digits.to_string().trim_end_matches('0').len() <= 15
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2_000,
            rng_seed: proptest::test_runner::RngSeed::Fixed(15),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_short_number_is_read_as_the_same_one_made_long(is_negative: bool, number in "[0-9.]{0,6}[0-9]{0,14}[.0]{0,3}") {
            let long = format!("00000000000000000000{number}");
            let long = if number.starts_with(|first: char| first.is_ascii_digit()) { &long } else { &number };
            let sign = if is_negative { "-" } else { "" };
            let (one, other) = (parse_decimal(&format!("{sign}{number}")), parse_decimal(&format!("{sign}{long}")));
            prop_assert_eq!(one.map(|read| read.to_string()), other.map(|read| read.to_string()));
            prop_assert_eq!(short(long, is_negative).is_some(), false);
        }
    }
}
