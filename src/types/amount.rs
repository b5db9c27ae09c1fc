//! Amounts of money: exact decimals, written as plain JSON numbers.
//!
//! The description types amounts as JSON numbers (`15.21`), which most parsers, serde_json included, turn into doubles.
//! An [`Amount`] is read from the number's text instead, and written with every digit.

mod arithmetic;
mod decimal;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

pub use self::decimal::{AmountError, parse_decimal};
use self::decimal::{PLAIN_FROM, fits_a_double, from_double};
use super::lenient::{Came, Kept, Unreadable};
use super::record::Readable;
use super::scalar::Scalar;
use super::schema::inline_schema;

/// An exact decimal number, written in JSON as a plain number: `10.1`, never `10.100000000000001`, `1e1` or `"10.1"`.
///
/// # Reading
/// From JSON text, a number is exact up to 28 significant digits and 28 decimals; so is a number given as text (`"12.34"`).
/// Numbers in a `serde_json::Value` or in serde's buffers (`flatten`, `untagged`) are doubles: up to 15 significant digits
/// and 22 decimals are exact. What cannot be read exactly is kept as received: [`value`](Self::value) is then an
/// [`Unreadable`], [`raw`](Self::raw) the text. Nothing is ever rounded.
///
/// # Writing
/// Text has every digit, a `Value` at most 15 significant ones; more are an error. `Display` keeps the scale the amount was
/// received with (`10.10`); JSON does not (`10.1`), as a JSON number has no scale. [`FromStr`] is strict.
///
/// # Calculating
/// `+`, `-`, negation and `sum()` are exact and never panic. A result that a decimal cannot represent exactly is an
/// amount without a value, as is one made with an unreadable amount: [`value`](Self::value) and sending it are errors.
/// [`checked_add`](Self::checked_add) and [`checked_sub`](Self::checked_sub) return `None` instead. For products, use
/// [`value`](Self::value) and [`Decimal`]. Amounts are equal and ordered by value, whatever their scale; those without
/// a value come last, so that none of them passes an upper limit.
///
/// ```
/// use linkcy::types::Amount;
///
/// let price: Amount = "15.20".parse()?;
/// let total = &price + Amount::from(3);
/// assert_eq!(total.to_string(), "18.20");
/// assert_eq!(serde_json::to_string(&total).unwrap(), "18.2");
/// let doubled = Amount::from(price.value().unwrap() * total.value().unwrap());
/// assert_eq!(doubled.round_dp(1).to_string(), "276.6");
/// # Ok::<(), linkcy::types::AmountError>(())
/// ```
// A decimal is compared by value, and an `Err` is greater than any `Ok`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Result<Decimal, Box<Odd>>);

/// An amount without a value, and what was received, unless it was calculated.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Odd {
    reason: AmountError,
    came: Option<Kept>,
}

impl Amount {
    /// Zero.
    pub const ZERO: Self = Self(Ok(Decimal::ZERO));

    /// The decimal number, with the scale it was received with.
    ///
    /// # Errors
    /// [`Unreadable`] where the answer had something else, which [`raw`](Self::raw) gives; or where a calculation went beyond
    /// what a decimal can represent. Its source is the [`AmountError`].
    pub fn value(&self) -> Result<Decimal, Unreadable> {
        self.0.as_ref().copied().map_err(|odd| Unreadable::because(Self::EXPECTED, odd.reason))
    }

    /// The number as text, or what was received where it cannot be read; JSON where that was not a string.
    #[must_use]
    pub fn raw(&self) -> Cow<'_, str> {
        match &self.0 {
            Ok(decimal) => Cow::Owned(decimal.to_string()),
            Err(odd) => Cow::Borrowed(odd.came.as_ref().map_or("", Kept::as_str)),
        }
    }

    /// Rounded to `decimals` decimals, halves to the even neighbour (2.345 to 2.34), as [`Decimal::round_dp`] does.
    #[must_use]
    pub fn round_dp(&self, decimals: u32) -> Self {
        self.0.as_ref().map_or_else(|_| self.clone(), |decimal| decimal.round_dp(decimals).into())
    }

    fn without_value(reason: AmountError, came: Option<Kept>) -> Self {
        Self(Err(Box::new(Odd { reason, came })))
    }
}

impl Scalar for Amount {
    const EXPECTED: &'static str = "an amount (a decimal number, such as 15.21)";

    fn from_came(came: Came<'_>) -> Self {
        let read = if let Came::Double(text) = came { from_double(text) } else { parse_decimal(came.text()) };
        read.map_or_else(|reason| Self::without_value(reason, Some(came.into())), |decimal| Self(Ok(decimal)))
    }
}

impl Readable for Amount {
    fn is_absent(&self) -> bool {
        matches!(&self.0, Err(odd) if odd.came.as_ref().is_some_and(Kept::is_empty))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A serializer that returns nothing writes text; one that returns a value builds a tree, whose numbers are
        // doubles.
        let builds_a_tree = size_of::<S::Ok>() != 0;
        let is_text = !builds_a_tree && serializer.is_human_readable();
        let decimal = match &self.0 {
            Ok(decimal) => decimal.normalize(),
            Err(odd) => match &odd.came {
                Some(came) if came.is_number() && !is_text => return serializer.serialize_str(came.as_str()),
                Some(came) => return came.serialize(serializer),
                None => return Err(S::Error::custom(odd.reason)),
            },
        };
        if decimal.scale() == 0 {
            if let Ok(units) = i64::try_from(decimal.mantissa()) {
                return serializer.serialize_i64(units);
            }
            if let Ok(units) = u64::try_from(decimal.mantissa()) {
                return serializer.serialize_u64(units);
            }
        }
        let prints_plainly = decimal.scale() != 0 && decimal.abs() >= PLAIN_FROM;
        if fits_a_double(&decimal) && (!is_text || prints_plainly) {
            return serializer.serialize_f64(decimal.to_string().parse().map_err(S::Error::custom)?);
        }
        if builds_a_tree {
            return Err(S::Error::custom(AmountError::Double));
        }
        if !is_text {
            return serializer.serialize_str(&decimal.to_string());
        }
        RawValue::from_string(decimal.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        parse_decimal(text).map(Self::from)
    }
}

impl From<Decimal> for Amount {
    fn from(mut decimal: Decimal) -> Self {
        if decimal.is_zero() {
            decimal.set_sign_positive(true);
        }
        Self(Ok(decimal))
    }
}

/// # Errors
/// As for [`Amount::value`].
impl TryFrom<Amount> for Decimal {
    type Error = Unreadable;

    fn try_from(amount: Amount) -> Result<Self, Unreadable> {
        amount.value()
    }
}

/// Whole units of the currency.
macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Amount {
            fn from(units: $integer) -> Self {
                Self(Ok(Decimal::from(units)))
            }
        }
    )*};
}
from_integers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl Default for Amount {
    fn default() -> Self {
        Self::ZERO
    }
}

/// With the scale it was received with; the raw text where it has no value.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(decimal) => fmt::Display::fmt(decimal, f),
            Err(odd) => f.pad(odd.came.as_ref().map_or("(no value)", Kept::as_str)),
        }
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

inline_schema!(Amount, { "anyOf": [{ "type": "number" }, true] });
