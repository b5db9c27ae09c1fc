//! What setters take: the value, an `Option` of it, and a text where the field is one.

use rust_decimal::Decimal;

use super::{Amount, Link, Patch, Secret};

/// What sets an optional field or option: a value, or an `Option` of it.
///
/// `None` leaves the field unset. Fields of text, enums and secrets take `&str` too, amounts take integers.
pub trait IntoField<T> {
    /// The value, if there is one.
    fn into_field(self) -> Option<T>;
}

impl<T> IntoField<T> for T {
    #[inline]
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

impl<T> IntoField<T> for Option<T> {
    #[inline]
    fn into_field(self) -> Option<T> {
        self
    }
}

/// What changes a field of a PATCH: a value sets it, a [`Patch`] says what to do.
pub trait IntoPatch<T> {
    /// The change.
    fn into_patch(self) -> Patch<T>;
}

impl<T> IntoPatch<T> for T {
    #[inline]
    fn into_patch(self) -> Patch<T> {
        Patch::Set(self)
    }
}

impl<T> IntoPatch<T> for Patch<T> {
    #[inline]
    fn into_patch(self) -> Patch<T> {
        self
    }
}

/// Types that other types become for free.
macro_rules! fields_from {
    ($($Field:ty: $($From:ty),+;)+) => {$($(
        impl IntoField<$Field> for $From {
            #[inline]
            fn into_field(self) -> Option<$Field> {
                Some(self.into())
            }
        }

        impl IntoField<$Field> for Option<$From> {
            #[inline]
            fn into_field(self) -> Option<$Field> {
                self.map(Into::into)
            }
        }

        impl IntoPatch<$Field> for $From {
            #[inline]
            fn into_patch(self) -> Patch<$Field> {
                Patch::Set(self.into())
            }
        }
    )+)+};
}

fields_from! {
    String: &str, &String;
    Secret: &str, String;
    Link: &str, String;
    Amount: i8, i16, i32, i64, u8, u16, u32, u64, Decimal;
}

impl<T> IntoField<Box<T>> for T {
    #[inline]
    fn into_field(self) -> Option<Box<T>> {
        Some(Box::new(self))
    }
}

impl<T> IntoPatch<Box<T>> for T {
    #[inline]
    fn into_patch(self) -> Patch<Box<T>> {
        Patch::Set(Box::new(self))
    }
}

/// Lets a text set a field of an open enum.
macro_rules! field_of_text {
    ($Enum:ident) => {
        impl $crate::types::IntoField<$Enum> for &str {
            #[inline]
            fn into_field(self) -> ::std::option::Option<$Enum> {
                ::std::option::Option::Some(self.into())
            }
        }

        impl $crate::types::IntoField<$Enum> for ::std::option::Option<&str> {
            #[inline]
            fn into_field(self) -> ::std::option::Option<$Enum> {
                self.map(::std::convert::Into::into)
            }
        }

        impl $crate::types::IntoPatch<$Enum> for &str {
            #[inline]
            fn into_patch(self) -> $crate::types::Patch<$Enum> {
                $crate::types::Patch::Set(self.into())
            }
        }
    };
}
pub(crate) use field_of_text;

/// Lets the branch of a union stand for the union where a request is taken.
macro_rules! sent_as {
    ($Branch:ty as $Union:ident) => {
        #[cfg(feature = "client")]
        impl<'c> ::std::convert::From<$Branch> for $crate::call::Sent<'c, $Union> {
            #[inline]
            fn from(branch: $Branch) -> Self {
                <$Union as ::std::convert::From<$Branch>>::from(branch).into()
            }
        }
    };
}
pub(crate) use sent_as;
