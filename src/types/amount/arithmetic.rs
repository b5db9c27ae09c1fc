//! Calculating with amounts: exact, without a panic. What a decimal cannot hold exactly has no value.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use rust_decimal::Decimal;

use super::{Amount, AmountError, AmountRepr};

impl Amount {
    /// The exact sum; none where a decimal cannot hold it, or where one of both has no value.
    #[must_use]
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        exact_sum(self.value().ok()?, other.value().ok()?).ok().map(Self::from)
    }

    /// The exact difference; none where a decimal cannot hold it, or where one of both has no value.
    #[must_use]
    pub fn checked_sub(&self, other: &Self) -> Option<Self> {
        self.checked_add(&-other)
    }
}

/// The sum, unless digits of it would be lost: where not all fit, [`Decimal`] rounds and says nothing.
fn exact_sum(one: Decimal, other: Decimal) -> Result<Decimal, AmountError> {
    let sum = one.checked_add(other).ok_or(AmountError::TooLarge)?;
    let decimals = one.normalize().scale().max(other.normalize().scale());
    if sum.scale() >= decimals { Ok(sum) } else { Err(AmountError::TooPrecise) }
}

impl Add<&Amount> for &Amount {
    type Output = Amount;

    fn add(self, other: &Amount) -> Amount {
        match (&self.0, &other.0) {
            (AmountRepr::Exact(one), AmountRepr::Exact(two)) => match exact_sum(*one, *two) {
                Ok(sum) => sum.into(),
                Err(reason) => Amount::without_value(reason, None),
            },
            (AmountRepr::Odd(_), _) => self.clone(),
            (_, AmountRepr::Odd(_)) => other.clone(),
        }
    }
}

impl Neg for &Amount {
    type Output = Amount;

    fn neg(self) -> Amount {
        match &self.0 {
            AmountRepr::Exact(decimal) => (-*decimal).into(),
            AmountRepr::Odd(_) => self.clone(),
        }
    }
}

impl Neg for Amount {
    type Output = Self;

    fn neg(self) -> Self {
        -&self
    }
}

impl Sub<&Amount> for &Amount {
    type Output = Amount;

    fn sub(self, other: &Amount) -> Amount {
        self + &-other
    }
}

/// The operators by value, which go by those by reference.
macro_rules! by_value {
    ($($Operator:ident $operate:ident, $Assign:ident $assign:ident;)+) => {$(
        impl $Operator for Amount {
            type Output = Self;

            fn $operate(self, other: Self) -> Self {
                (&self).$operate(&other)
            }
        }

        impl $Operator<&Amount> for Amount {
            type Output = Self;

            fn $operate(self, other: &Amount) -> Self {
                (&self).$operate(other)
            }
        }

        impl $Operator<Amount> for &Amount {
            type Output = Amount;

            fn $operate(self, other: Amount) -> Amount {
                self.$operate(&other)
            }
        }

        impl $Assign for Amount {
            fn $assign(&mut self, other: Self) {
                *self = (&*self).$operate(&other);
            }
        }

        impl $Assign<&Amount> for Amount {
            fn $assign(&mut self, other: &Amount) {
                *self = (&*self).$operate(other);
            }
        }
    )+};
}
by_value! {
    Add add, AddAssign add_assign;
    Sub sub, SubAssign sub_assign;
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}

impl<'a> Sum<&'a Amount> for Amount {
    fn sum<I: Iterator<Item = &'a Amount>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}
