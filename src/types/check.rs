//! Checks requests before they are sent: the bounds, lengths and patterns of the description.
//!
//! Only requests are checked, never answers. Generated code states each field's [`Rule`]; this module applies it.

use std::fmt;

use rust_decimal::Decimal;

pub use super::pattern::Pattern;
use super::secret::Secret;
use super::{Amount, AnyId, Bic, Date, Duration, Iban, Map, Patch, Phone, Timestamp};

/// A request that can be checked before it is sent.
pub trait Check {
    /// Checks every field that the description bounds. `at` is the place of the value in the request, and records the
    /// first [`Violation`].
    fn check(&self, at: &mut Path);
}

/// Checks a whole request.
///
/// # Errors
/// The first [`Violation`] found: it names the field, the bound, and how far off the value is.
pub fn check<T: Check + ?Sized>(request: &T) -> Result<(), Violation> {
    let mut at = Path::default();
    request.check(&mut at);
    at.end()
}

/// A field of a request that breaks a bound of the description. It never contains the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {broken}")]
pub struct Violation {
    field: Box<str>,
    broken: Broken,
}

impl Violation {
    /// Where the field is in the request, such as `owners[0].address.city`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The broken bound.
    #[must_use]
    pub fn broken(&self) -> &Broken {
        &self.broken
    }
}

/// A broken bound. The value that was found is left out for sensitive fields.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// A text of too few characters.
    #[error("must have at least {minimum} characters{}", has(found))]
    TooShort { minimum: u32, found: Option<usize> },
    /// A text of too many characters.
    #[error("must have at most {maximum} characters{}", has(found))]
    TooLong { maximum: u32, found: Option<usize> },
    /// A control character where a header's value is written.
    #[error("must have no control character")]
    Control,
    /// A text that does not match the pattern.
    #[error("must match the pattern {pattern}")]
    Pattern { pattern: &'static str },
    /// A number below the lowest allowed.
    #[error("must be at least {minimum}{}", is(found))]
    TooSmall { minimum: Decimal, found: Option<Decimal> },
    /// A number above the highest allowed.
    #[error("must be at most {maximum}{}", is(found))]
    TooLarge { maximum: Decimal, found: Option<Decimal> },
    /// A number at or below an exclusive minimum.
    #[error("must be more than {bound}{}", is(found))]
    NotMore { bound: Decimal, found: Option<Decimal> },
    /// A number at or above an exclusive maximum.
    #[error("must be less than {bound}{}", is(found))]
    NotLess { bound: Decimal, found: Option<Decimal> },
    /// A number that is not a multiple of the step.
    #[error("must be a multiple of {step}{}", is(found))]
    NotMultiple { step: Decimal, found: Option<Decimal> },
    /// A list of too few items.
    #[error("must have at least {minimum} items, has {found}")]
    TooFewItems { minimum: u32, found: usize },
    /// A list of too many items.
    #[error("must have at most {maximum} items, has {found}")]
    TooManyItems { maximum: u32, found: usize },
    /// A list that has an item twice.
    #[error("must have each item once, but item {second} repeats item {first}")]
    Repeated { first: usize, second: usize },
    /// A value of an answer that cannot be read as the field's type.
    #[error("was read from an answer and is not a valid value of the field's type")]
    Unreadable,
}

fn has(found: &Option<usize>) -> String {
    found.map(|length| format!(", has {length}")).unwrap_or_default()
}

fn is(found: &Option<Decimal>) -> String {
    found.map(|number| format!(", is {number}")).unwrap_or_default()
}

/// Where a value is in a request, and the first bound that was found broken.
#[derive(Debug, Default)]
pub struct Path {
    segments: Vec<Segment>,
    violation: Option<Violation>,
}

#[derive(Debug)]
enum Segment {
    Field(&'static str),
    Item(usize),
}

impl Path {
    /// Checks a field's own value.
    pub fn rule<T: Measure + ?Sized>(&mut self, field: &'static str, value: &T, rule: &Rule) {
        if let Err(broken) = value.measure(rule) {
            self.report(field, broken);
        }
    }

    /// Checks that a value can be a header: no control character is in it.
    pub fn printable<T: serde::Serialize + ?Sized>(&mut self, field: &'static str, value: &T) {
        fn is_printable(value: &serde_json::Value) -> bool {
            match value {
                serde_json::Value::String(text) => !text.chars().any(char::is_control),
                serde_json::Value::Array(items) => items.iter().all(is_printable),
                _ => true,
            }
        }
        if !serde_json::to_value(value).is_ok_and(|value| is_printable(&value)) {
            self.report(field, Broken::Control);
        }
    }

    /// Checks the value of a field that is an object, or a list of them.
    pub fn nested<T: Check + ?Sized>(&mut self, field: &'static str, value: &T) {
        self.within(Segment::Field(field), value);
    }

    fn within<T: Check + ?Sized>(&mut self, segment: Segment, value: &T) {
        self.segments.push(segment);
        value.check(self);
        self.segments.pop();
    }

    #[cold]
    fn report(&mut self, field: &'static str, broken: Broken) {
        if self.violation.is_none() {
            self.segments.push(Segment::Field(field));
            self.violation = Some(Violation { field: self.to_string().into(), broken });
            self.segments.pop();
        }
    }

    /// Ends the check.
    ///
    /// # Errors
    /// The first [`Violation`] found.
    pub fn end(self) -> Result<(), Violation> {
        self.violation.map_or(Ok(()), Err)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Field(name) if depth == 0 => f.write_str(name)?,
                Segment::Field(name) => write!(f, ".{name}")?,
                Segment::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The bounds of a [`Rule`]: each has a setter, whose arguments are the bound or are converted to it.
macro_rules! rule {
    ($($(#[$meta:meta])* $bound:ident($($given:ident: $Given:ty),*): $Bound:ty = $value:expr;)+) => {
        /// What the description says of a field's value. Lengths are in Unicode characters.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct Rule {
            $($bound: Option<$Bound>,)+
        }

        impl Rule {
            /// No bound at all.
            #[must_use]
            pub const fn new() -> Self {
                Self { $($bound: None,)+ }
            }

            $(
                $(#[$meta])*
                #[must_use]
                pub const fn $bound(mut self, $($given: $Given),*) -> Self {
                    self.$bound = Some($value);
                    self
                }
            )+
        }
    };
}

// Numbers are given as digits and decimals: `(1, 2)` is 0.01.
rule! {
    /// The fewest characters a text may have.
    min_length(characters: u32): u32 = characters;
    /// The most characters a text may have.
    max_length(characters: u32): u32 = characters;
    /// The form a text must have.
    pattern(form: &'static Pattern): &'static Pattern = form;
    /// The lowest allowed number.
    minimum(digits: i64, decimals: u32): Decimal = decimal(digits, decimals);
    /// The highest allowed number.
    maximum(digits: i64, decimals: u32): Decimal = decimal(digits, decimals);
    /// The exclusive minimum.
    more_than(digits: i64, decimals: u32): Decimal = decimal(digits, decimals);
    /// The exclusive maximum.
    less_than(digits: i64, decimals: u32): Decimal = decimal(digits, decimals);
    /// The step: only its multiples are allowed. More than 0.
    multiple_of(digits: i64, decimals: u32): Decimal = decimal(digits, decimals);
    /// The fewest items a list may have.
    min_items(items: u32): u32 = items;
    /// The most items a list may have.
    max_items(items: u32): u32 = items;
    /// A list may not have an item twice.
    unique_items(): () = ();
    /// Errors say nothing about the value, not even its length.
    sensitive(): () = ();
}

impl Rule {
    fn text(&self, text: &str) -> Result<(), Broken> {
        let length = text.chars().count();
        let found = self.sensitive.is_none().then_some(length);
        match *self {
            Self { min_length: Some(minimum), .. } if length < minimum as usize => {
                Err(Broken::TooShort { minimum, found })
            }
            Self { max_length: Some(maximum), .. } if length > maximum as usize => {
                Err(Broken::TooLong { maximum, found })
            }
            Self { pattern: Some(pattern), .. } if !pattern.matches(text) => {
                Err(Broken::Pattern { pattern: pattern.as_str() })
            }
            _ => Ok(()),
        }
    }

    fn number(&self, number: Decimal) -> Result<(), Broken> {
        let found = self.sensitive.is_none().then_some(number);
        // A step of zero has no remainder, and then allows every number.
        let rest = |step| number.checked_rem(step).unwrap_or_default();
        match *self {
            Self { minimum: Some(minimum), .. } if number < minimum => Err(Broken::TooSmall { minimum, found }),
            Self { maximum: Some(maximum), .. } if number > maximum => Err(Broken::TooLarge { maximum, found }),
            Self { more_than: Some(bound), .. } if number <= bound => Err(Broken::NotMore { bound, found }),
            Self { less_than: Some(bound), .. } if number >= bound => Err(Broken::NotLess { bound, found }),
            Self { multiple_of: Some(step), .. } if !rest(step).is_zero() => Err(Broken::NotMultiple { step, found }),
            _ => Ok(()),
        }
    }

    fn count(&self, found: usize) -> Result<(), Broken> {
        match *self {
            Self { min_items: Some(minimum), .. } if found < minimum as usize => {
                Err(Broken::TooFewItems { minimum, found })
            }
            Self { max_items: Some(maximum), .. } if found > maximum as usize => {
                Err(Broken::TooManyItems { maximum, found })
            }
            _ => Ok(()),
        }
    }
}

/// `Decimal::new`, which is not const.
const fn decimal(digits: i64, decimals: u32) -> Decimal {
    let size = digits.unsigned_abs();
    #[allow(clippy::cast_possible_truncation)]
    Decimal::from_parts(size as u32, (size >> 32) as u32, 0, digits < 0, decimals)
}

/// What a [`Rule`] can be applied to.
pub trait Measure {
    /// Checks the value against the rule.
    ///
    /// # Errors
    /// The bound that is [`Broken`].
    fn measure(&self, rule: &Rule) -> Result<(), Broken>;
}

/// Types, and how a value of them is measured.
macro_rules! measured {
    ($($($Type:ty),+: |$value:ident, $rule:ident| $measured:expr;)+) => {$($(
        impl Measure for $Type {
            fn measure(&self, $rule: &Rule) -> Result<(), Broken> {
                let $value = self;
                $measured
            }
        }
    )+)+};
}
measured! {
    str, String: |text, rule| rule.text(text);
    Secret: |secret, rule| rule.text(secret.expose());
    // Bounds of the description apply to the text of a code.
    Bic, Iban, Phone: |code, rule| rule.text(code.value().map_err(|_| Broken::Unreadable)?);
    i32, i64, u32, u64: |integer, rule| rule.number(Decimal::from(*integer));
    Decimal: |number, rule| rule.number(*number);
    Amount: |amount, rule| rule.number(amount.value().map_err(|_| Broken::Unreadable)?);
    // These types have no bounds. A value of an answer that cannot be read is not sent.
    AnyId, Date, Duration, Timestamp: |value, _rule| value.value().map(|_| ()).map_err(|_| Broken::Unreadable);
}

impl<T: PartialEq> Measure for Vec<T> {
    fn measure(&self, rule: &Rule) -> Result<(), Broken> {
        rule.count(self.len())?;
        if rule.unique_items.is_some() {
            for (second, item) in self.iter().enumerate() {
                if let Some(first) = self.iter().take(second).position(|earlier| earlier == item) {
                    return Err(Broken::Repeated { first, second });
                }
            }
        }
        Ok(())
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, at: &mut Path) {
        self.iter().enumerate().for_each(|(index, item)| at.within(Segment::Item(index), item));
    }
}

/// Entries are numbered in the order of their keys, since a key may be personal data.
impl<T: Check> Check for Map<T> {
    fn check(&self, at: &mut Path) {
        self.values().enumerate().for_each(|(index, item)| at.within(Segment::Item(index), item));
    }
}

/// An absent value breaks no bound.
macro_rules! through {
    ($(<$T:ident $(: ?$Sized:ident)?> $Outer:ty, $outer:ident => $inner:expr;)+) => {$(
        impl<$T: Measure $(+ ?$Sized)?> Measure for $Outer {
            fn measure(&self, rule: &Rule) -> Result<(), Broken> {
                let $outer = self;
                match $inner {
                    Some(inner) => inner.measure(rule),
                    None => Ok(()),
                }
            }
        }

        impl<$T: Check $(+ ?$Sized)?> Check for $Outer {
            fn check(&self, at: &mut Path) {
                let $outer = self;
                if let Some(inner) = $inner {
                    inner.check(at);
                }
            }
        }
    )+};
}
through! {
    <T> Option<T>, outer => outer.as_ref();
    <T> Patch<T>, outer => outer.as_set();
    <T: ?Sized> Box<T>, outer => Some(&**outer);
    <T: ?Sized> &T, outer => Some(&**outer);
}
