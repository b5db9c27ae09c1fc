//! Contained reading: a value that cannot be read is absent where it may be, and all other values are read.
//!
//! The first reading of an answer fails at the first such value. Only then is it read again, contained: each field that may be
//! missing, and each row of a page, is read from its own text.

use std::borrow::Cow;
use std::cell::Cell;

use serde::de::MapAccess;

use super::raw::Raw;
use super::record::field::Field;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Reads something contained.
pub(crate) fn contained<R>(read: impl FnOnce() -> R) -> R {
    let before = CONTAINED.replace(true);
    let value = read();
    CONTAINED.set(before);
    value
}

/// Whether what is read now is read contained.
pub(super) fn is_contained() -> bool {
    CONTAINED.get()
}

/// The next value of an object, if it can be read.
#[cold]
pub(super) fn next_value<'de, T: Field<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<Option<T>, A::Error> {
    // Only JSON text is read contained, and serde_json gives the text itself.
    let Raw { text: Cow::Borrowed(text), .. } = map.next_value()? else { return Ok(None) };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Ok(T::optional(&mut deserializer).unwrap_or_default())
}
