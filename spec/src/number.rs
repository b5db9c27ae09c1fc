//! The numbers that bound other numbers, as digits and scale: `0.01` is 1 with two decimals. They go into generated code,
//! which can hold no fraction in binary.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The most decimals a bound may have: what `rust_decimal` holds.
const MOST_DECIMALS: u32 = 28;

/// A decimal number of up to eighteen digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Number {
    digits: i64,
    scale: u32,
}

impl Number {
    /// None where it has more digits than can be held.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = value.as_number()?.to_string();
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((text, exponent)) => (text, exponent.parse::<i32>().ok()?),
            None => (text.as_str(), 0),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let digits: i64 = format!("{whole}{fraction}").parse().ok()?;
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        match u32::try_from(scale) {
            Ok(scale) => (scale <= MOST_DECIMALS).then_some(Self { digits, scale }),
            Err(_) => {
                let digits = digits.checked_mul(10_i64.checked_pow(scale.unsigned_abs())?)?;
                Some(Self { digits, scale: 0 })
            }
        }
    }

    /// The greater of two.
    pub(crate) fn max(self, other: Self) -> Self {
        if self.is_below(other) { other } else { self }
    }

    /// The lesser of two.
    pub(crate) fn min(self, other: Self) -> Self {
        if self.is_below(other) { self } else { other }
    }

    fn is_below(self, other: Self) -> bool {
        let at = |number: Self, scale: u32| {
            10_i128.checked_pow(scale - number.scale).and_then(|unit| i128::from(number.digits).checked_mul(unit))
        };
        let scale = self.scale.max(other.scale);
        match (at(self, scale), at(other, scale)) {
            (Some(one), Some(other)) => one < other,
            // More digits than can be compared exactly.
            _ => self.rough() < other.rough(),
        }
    }

    fn rough(self) -> f64 {
        self.digits as f64 / 10_f64.powi(self.scale as i32)
    }

    /// As the arguments of `Rule`'s bounds: digits and decimals.
    pub(crate) fn arguments(self) -> String {
        format!("{}, {}", self.digits, self.scale)
    }

    pub(crate) fn is_positive(self) -> bool {
        self.digits > 0
    }

    /// The lowest whole number that is no lower.
    pub(crate) fn ceiling(self) -> i64 {
        let unit = 10_i64.checked_pow(self.scale).unwrap_or(i64::MAX);
        self.digits.div_euclid(unit) + i64::from(self.digits.rem_euclid(unit) != 0)
    }
}

/// As it is written: `0.01`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let scale = self.scale as usize;
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        if fraction.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{fraction}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<String> {
        Number::read(&serde_json::from_str(json).unwrap()).map(Number::arguments)
    }

    #[test]
    fn holds_every_bound_to_its_last_digit() {
        for (json, digits_and_scale) in [
            ("0", "0, 0"),
            ("-100", "-100, 0"),
            ("999999999", "999999999, 0"),
            ("0.01", "1, 2"),
            ("-0.5", "-5, 1"),
            ("1.0", "1, 0"),
            ("1e3", "1000, 0"),
            ("2.5e-7", "25, 8"),
            ("9223372036854775807", "9223372036854775807, 0"),
        ] {
            assert_eq!(read(json).as_deref(), Some(digits_and_scale), "{json}");
        }
    }

    #[test]
    fn says_so_where_it_cannot() {
        for json in ["1e300", "18446744073709551615", "1e-40", "\"0\"", "true"] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn is_written_as_a_decimal_and_compares_by_value() {
        let number = |json: &str| Number::read(&serde_json::from_str(json).unwrap()).unwrap();
        for json in ["0.01", "-0.5", "7", "-100", "12.34"] {
            assert_eq!(number(json).to_string(), json);
        }
        for (less, more) in [("0.01", "0.1"), ("-2", "1.5"), ("9", "10"), ("-0.5", "-0.25")] {
            assert_eq!(number(less).max(number(more)), number(more), "{less} {more}");
            assert_eq!(number(more).min(number(less)), number(less), "{less} {more}");
        }
    }

    #[test]
    fn rounds_up() {
        for (json, ceiling) in [("0.01", 1), ("-0.5", 0), ("7", 7), ("99.9", 100), ("-7", -7)] {
            assert_eq!(Number::read(&serde_json::from_str(json).unwrap()).unwrap().ceiling(), ceiling, "{json}");
        }
    }
}
