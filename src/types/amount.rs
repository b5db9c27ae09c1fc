//! Amounts of money: exact decimals that travel as plain JSON numbers.
//!
//! The description types amounts as JSON numbers (`15.21`), which most parsers, serde_json included, turn into doubles. An
//! [`Amount`] is read from the number's text instead, and written so that every digit stands.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

use super::raw::Raw;

/// The digits that survive a double, whatever they are.
const DIGITS_OF_A_DOUBLE: u128 = 1_000_000_000_000_000;

/// Below this serde_json may print a double with an exponent.
const PLAIN_FROM: Decimal = Decimal::from_parts(1, 0, 0, false, 3);

/// An exact decimal number that JSON carries as a plain number: `10.1`, never `10.100000000000001`, `1e1` or `"10.1"`.
///
/// Read from JSON text, a number is exact up to 28 significant digits and 28 decimals. Read from a `serde_json::Value` or
/// through serde's buffers (`flatten`, `untagged`), which hold doubles, up to 15 significant digits and 22 decimals. What
/// cannot be known exactly is an [`AmountError`], never a rounded value. The same holds for writing: text carries every
/// digit, a `Value` at most 15 significant ones.
///
/// An amount has no scale of its own: `10.10` and `10.1` are the same amount, shown and written as `10.1` (a JSON number
/// would not keep the zero).
///
/// Arithmetic is [`Decimal`]'s, to which an amount dereferences:
///
/// ```
/// use linkcy::types::Amount;
///
/// let price: Amount = "15.21".parse()?;
/// let total = Amount::from(*price * *Amount::from(3));
/// assert_eq!(serde_json::to_string(&total).unwrap(), "45.63");
/// # Ok::<(), linkcy::types::AmountError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Amount(Decimal);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The decimal itself, without trailing zeros.
    #[must_use]
    pub const fn into_inner(self) -> Decimal {
        self.0
    }
}

/// Why a number is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// The text is not a decimal number.
    #[error("not a decimal number: digits with at most one point are expected, such as 15.21")]
    NotANumber,
    /// The number has more digits than a decimal holds.
    #[error("too many digits to be held exactly: at most 28 significant digits and 28 decimals are")]
    TooPrecise,
    /// The number is beyond what a decimal holds, about 7.9e28.
    #[error("too large to be held exactly: the limit is 79228162514264337593543950335")]
    TooLarge,
    /// The number comes from or goes to a double, which cannot tell its digits.
    #[error(
        "a double cannot hold more than 15 significant digits exactly: read from or write to JSON text \
         (from_str, from_slice, to_string, to_vec) rather than a reader, a Value or a flattened field"
    )]
    Double,
}

/// Reads a string that holds a decimal number, such as the `conversionRate` of a transaction.
///
/// # Errors
/// [`AmountError`] when the text is not a number, or not one that can be held exactly.
///
/// ```
/// let rate = linkcy::types::parse_decimal("1.0842")?;
/// assert_eq!(rate.to_string(), "1.0842");
/// # Ok::<(), linkcy::types::AmountError>(())
/// ```
pub fn parse_decimal(text: &str) -> Result<Decimal, AmountError> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if let Some(decimal) = short(negative, unsigned) {
        return Ok(decimal);
    }
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent_of(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() {
        return Err(AmountError::NotANumber);
    }

    // Zeros wait until a digit follows: leading and trailing ones cost no precision.
    let mut mantissa: u128 = 0;
    let mut zeros: u32 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        match digit {
            b'0' => zeros = zeros.saturating_add(1),
            b'1'..=b'9' => {
                let shift = if mantissa == 0 { 1 } else { power_of_ten(zeros.saturating_add(1))? };
                mantissa = mantissa
                    .checked_mul(shift)
                    .and_then(|shifted| shifted.checked_add(u128::from(digit - b'0')))
                    .ok_or(AmountError::TooPrecise)?;
                zeros = 0;
            }
            _ => return Err(AmountError::NotANumber),
        }
    }
    if mantissa == 0 {
        return Ok(Decimal::ZERO);
    }

    let decimals = i64::try_from(fraction.len()).map_err(|_| AmountError::TooPrecise)?;
    let scale = decimals - i64::from(zeros) - i64::from(exponent);
    let (mantissa, scale) = if scale < 0 {
        let zeros = u32::try_from(-scale).map_err(|_| AmountError::TooLarge)?;
        let whole = power_of_ten(zeros).ok().and_then(|shift| mantissa.checked_mul(shift));
        (whole.ok_or(AmountError::TooLarge)?, 0)
    } else {
        (mantissa, u32::try_from(scale).map_err(|_| AmountError::TooPrecise)?)
    };
    let beyond = if scale == 0 { AmountError::TooLarge } else { AmountError::TooPrecise };
    let mantissa = i128::try_from(mantissa).map_err(|_| beyond)?;
    Decimal::try_from_i128_with_scale(if negative { -mantissa } else { mantissa }, scale).map_err(|_| beyond)
}

/// A number of up to eighteen characters without an exponent, as nearly every one is: 64 bits hold it whatever its digits.
#[inline]
fn short(negative: bool, unsigned: &str) -> Option<Decimal> {
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
    let mut scale = point.map_or(0, |at| characters.len() - at - 1);
    while scale > 0 && digits % 10 == 0 {
        digits /= 10;
        scale -= 1;
    }
    Decimal::try_new(if negative { -digits } else { digits }, u32::try_from(scale).ok()?).ok()
}

/// An exponent's value; one too large for any decimal is cut to what is still too large.
fn exponent_of(text: &str) -> Result<i32, AmountError> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(AmountError::NotANumber);
    }
    let size = digits.iter().fold(0i32, |size, digit| size.saturating_mul(10).saturating_add(i32::from(digit - b'0')));
    Ok(sign * size)
}

fn power_of_ten(exponent: u32) -> Result<u128, AmountError> {
    10u128.checked_pow(exponent).ok_or(AmountError::TooPrecise)
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        parse_decimal(text).map(Self)
    }
}

impl From<Decimal> for Amount {
    fn from(decimal: Decimal) -> Self {
        Self(decimal.normalize())
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

/// Whole units of the currency.
macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Amount {
            fn from(units: $integer) -> Self {
                Self(Decimal::from(units))
            }
        }
    )*};
}
from_integers!(i32, i64, u32, u64);

impl Deref for Amount {
    type Target = Decimal;

    fn deref(&self) -> &Decimal {
        &self.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({})", self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Raw::deserialize(deserializer)? {
            Raw::Text(text) => number(text).map(|text| parse_decimal(text).map(Self)),
            Raw::Copied(text) => number(&text).map(from_double),
            Raw::Tree(value) => value.as_number().map(|number| from_double(&number.to_string())),
        }
        .ok_or_else(|| de::Error::custom("invalid type: an amount is a JSON number, such as 15.21"))?
        .map_err(de::Error::custom)
    }
}

/// The text, if it is a JSON number rather than a string, an object or `null`.
fn number(text: &str) -> Option<&str> {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit()).then_some(text)
}

/// The amount a double stands for. Its shortest text is the number that was meant if that has at most 15 digits: no two
/// decimals of 15 digits share a double.
fn from_double(text: &str) -> Result<Amount, AmountError> {
    let amount = Amount::from(parse_decimal(text)?);
    let integer = text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok();
    if integer || amount.fits_a_double() { Ok(amount) } else { Err(AmountError::Double) }
}

impl Amount {
    fn fits_a_double(&self) -> bool {
        self.0.mantissa().unsigned_abs() < DIGITS_OF_A_DOUBLE
            // 10^28 and the like: the zeros are part of the mantissa but not significant.
            || (self.0.scale() == 0 && significant(self.0.mantissa().unsigned_abs()) < DIGITS_OF_A_DOUBLE)
    }
}

/// An integer without its trailing zeros.
fn significant(mut integer: u128) -> u128 {
    while integer != 0 && integer.is_multiple_of(10) {
        integer /= 10;
    }
    integer
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.scale() == 0 {
            if let Ok(units) = i64::try_from(self.0.mantissa()) {
                return serializer.serialize_i64(units);
            }
            if let Ok(units) = u64::try_from(self.0.mantissa()) {
                return serializer.serialize_u64(units);
            }
        }
        // What returns nothing has written text; what returns a value has built a tree, whose numbers are doubles.
        let builds_a_tree = size_of::<S::Ok>() != 0;
        let prints_plainly = self.0.scale() != 0 && self.0.abs() >= PLAIN_FROM;
        if self.fits_a_double() && (builds_a_tree || prints_plainly) {
            return serializer.serialize_f64(self.0.to_string().parse().map_err(S::Error::custom)?);
        }
        if builds_a_tree {
            return Err(S::Error::custom(AmountError::Double));
        }
        RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number" })
    }
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
        fn a_short_number_is_read_as_the_same_one_made_long(negative: bool, number in "[0-9.]{0,6}[0-9]{0,14}[.0]{0,3}") {
            let long = format!("00000000000000000000{number}");
            let long = if number.starts_with(|first: char| first.is_ascii_digit()) { &long } else { &number };
            let sign = if negative { "-" } else { "" };
            prop_assert_eq!(parse_decimal(&format!("{sign}{number}")), parse_decimal(&format!("{sign}{long}")));
            prop_assert_eq!(short(negative, long).is_some(), false);
        }
    }
}
