//! Exact money: euro cents as an integer, read from and written to JSON numbers without arithmetic on floats.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Number, Value};

/// An amount in cents. Every ledger of the sandbox is in euro.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Amount(i64);

/// The largest amount the sandbox books at once, in cents: a JSON double still shows every cent of it.
const LARGEST: i64 = 99_999_999_999_999;

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of that many cents.
    pub const fn cents(cents: i64) -> Self {
        Self(cents)
    }

    /// The cents of this amount.
    pub const fn as_cents(self) -> i64 {
        self.0
    }

    /// Whether this is more than nothing.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Reads a JSON number by its decimal digits; `None` when it has more than two decimals or is out of range.
    pub fn from_json(value: &Value) -> Option<Self> {
        let text = value.as_number()?.to_string();
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa.to_owned(), exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let digits = format!("{whole}{}", fraction.trim_end_matches('0'));
        let decimals = i32::try_from(fraction.trim_end_matches('0').len()).ok()?;
        let shift = exponent.checked_add(2)?.checked_sub(decimals)?;
        let value: i64 = digits.parse().ok()?;
        let cents = if value == 0 {
            0
        } else if shift >= 0 {
            value.checked_mul(10_i64.checked_pow(shift.unsigned_abs())?)?
        } else {
            let divisor = 10_i64.checked_pow(shift.unsigned_abs())?;
            (value % divisor == 0).then_some(value / divisor)?
        };
        (cents <= LARGEST).then_some(Self(if negative { -cents } else { cents }))
    }

    /// The JSON number with at most two decimals.
    pub fn to_json(self) -> Value {
        if self.0 % 100 == 0 {
            return Value::from(self.0 / 100);
        }
        self.to_string().parse::<Number>().map_or(Value::Null, Value::Number)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

/// An amount as the API writes it: a JSON number of euros with at most two decimals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Euros(pub(crate) Amount);

impl Serialize for Euros {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.to_json().serialize(serializer)
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Amount {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<i64> {
        Amount::from_json(&serde_json::from_str(json).unwrap()).map(Amount::as_cents)
    }

    #[test]
    fn reads_the_digits_that_were_written() {
        assert_eq!(read("15.21"), Some(1521));
        assert_eq!(read("0.1"), Some(10));
        assert_eq!(read("1000"), Some(100_000));
        assert_eq!(read("1e3"), Some(100_000));
        assert_eq!(read("-4.50"), Some(-450));
        assert_eq!(read("0"), Some(0));
    }

    #[test]
    fn refuses_a_third_decimal_and_what_is_out_of_range() {
        assert_eq!(read("0.001"), None);
        assert_eq!(read("1e300"), None);
        assert_eq!(read("99999999999999999"), None);
    }

    #[test]
    fn writes_back_what_it_read() {
        for cents in [0, 1, 10, 99, 100, 1521, 999_999_999, LARGEST, -450] {
            assert_eq!(Amount::from_json(&Amount::cents(cents).to_json()), Some(Amount::cents(cents)));
            let written = serde_json::to_string(&Euros(Amount::cents(cents))).unwrap();
            assert_eq!(Amount::from_json(&serde_json::from_str(&written).unwrap()), Some(Amount::cents(cents)));
        }
    }
}
