//! Calculating with amounts: exact, without a panic. A result that a decimal cannot represent exactly has no value.

use std::borrow::Borrow;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use rust_decimal::Decimal;

use super::{Amount, AmountError};

impl Amount {
    /// The exact sum; `None` where a decimal cannot represent it, or where one of the two has no value.
    #[must_use]
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        Some(self.plus(other)).filter(|sum| sum.0.is_ok())
    }

    /// The exact difference; `None` where a decimal cannot represent it, or where one of the two has no value.
    #[must_use]
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        Some(self.minus(other)).filter(|difference| difference.0.is_ok())
    }

    fn plus(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Ok(one), Ok(other)) => {
                exact_sum(*one, *other).map_or_else(|reason| Self::without_value(reason, None), Self::from)
            }
            (Err(_), _) => self.clone(),
            (_, Err(_)) => other.clone(),
        }
    }

    fn minus(&self, other: &Self) -> Self {
        self.plus(&-other)
    }
}

/// The sum, unless digits of it would be lost: where not all fit, [`Decimal`] rounds silently.
fn exact_sum(one: Decimal, other: Decimal) -> Result<Decimal, AmountError> {
    let sum = one.checked_add(other).ok_or(AmountError::TooLarge)?;
    let decimals = one.normalize().scale().max(other.normalize().scale());
    if sum.scale() >= decimals { Ok(sum) } else { Err(AmountError::TooPrecise) }
}

impl Neg for &Amount {
    type Output = Amount;

    fn neg(self) -> Amount {
        self.0.as_ref().map_or_else(|_| self.clone(), |decimal| (-*decimal).into())
    }
}

impl Neg for Amount {
    type Output = Self;

    fn neg(self) -> Self {
        -&self
    }
}

/// An operator between amounts and references to amounts, and its assignment.
macro_rules! operator {
    ($Operator:ident $operate:ident, $Assign:ident $assign:ident, $calculate:ident) => {
        impl<A: Borrow<Amount>> $Operator<A> for &Amount {
            type Output = Amount;

            fn $operate(self, other: A) -> Amount {
                self.$calculate(other.borrow())
            }
        }

        impl<A: Borrow<Amount>> $Operator<A> for Amount {
            type Output = Self;

            fn $operate(self, other: A) -> Self {
                self.$calculate(other.borrow())
            }
        }

        impl<A: Borrow<Amount>> $Assign<A> for Amount {
            fn $assign(&mut self, other: A) {
                *self = self.$calculate(other.borrow());
            }
        }
    };
}
operator!(Add add, AddAssign add_assign, plus);
operator!(Sub sub, SubAssign sub_assign, minus);

impl<A: Borrow<Self>> Sum<A> for Amount {
    fn sum<I: Iterator<Item = A>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}
