//! [`Sent`]: the body of a request, by value or by reference.

use std::ops::Deref;

use serde::{Serialize, Serializer};

/// The body of a request. Calls take `impl Into<Sent<T>>`: a `T`, a `&T`, and where `T` is a union, one of its forms.
#[derive(Clone, Debug)]
pub enum Sent<'c, T> {
    /// The caller's.
    Borrowed(&'c T),
    /// The call's own, in a box, so that calls stay small.
    Owned(Box<T>),
}

impl<T> From<T> for Sent<'_, T> {
    #[inline]
    fn from(body: T) -> Self {
        Self::Owned(Box::new(body))
    }
}

impl<'c, T> From<&'c T> for Sent<'c, T> {
    #[inline]
    fn from(body: &'c T) -> Self {
        Self::Borrowed(body)
    }
}

impl<T> Deref for Sent<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Borrowed(body) => body,
            Self::Owned(body) => body,
        }
    }
}

impl<T: Serialize> Serialize for Sent<'_, T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}
