//! Which type a call's value has, for values that are read long after the call was written.

use std::any::type_name;

use super::refusal::ScaRefusal;
use crate::operation::OperationInfo;

/// The name of a type without its path, which is what stays the same from build to build.
pub(super) fn name_of<T>() -> String {
    short(type_name::<T>())
}

/// A type's name without the paths in it: `linkcy::types::Page<linkcy::types::Ledger>` is `Page<Ledger>`.
pub(super) fn short(name: &str) -> String {
    let words = name.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.ends_with(':')).collect()
}

/// Whether what the operation gives can be read as a `T`: as its own type, or as plain JSON.
pub(super) fn check<T>(operation: &'static OperationInfo, gives: &str) -> Result<(), ScaRefusal> {
    let asked = name_of::<T>();
    if asked == gives || asked == name_of::<serde_json::Value>() {
        return Ok(());
    }
    Err(ScaRefusal::Output { operation, gives: gives.to_owned(), asked })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_paths_and_keep_their_arguments() {
        assert_eq!(short("linkcy::types::Page<linkcy::types::Ledger>"), "Page<Ledger>");
        assert_eq!(short("()"), "()");
        assert_eq!(name_of::<Vec<Option<String>>>(), "Vec<Option<String>>");
    }
}
