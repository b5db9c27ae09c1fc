//! Whether two descriptions are of one API, by their titles and the operations they share.

use std::collections::BTreeSet;

use super::document;
use crate::document::Document;

pub use document::{hosts, in_common};

/// Percentage of the smaller description's operations below which two descriptions share hardly any.
const HARDLY: usize = 10;

/// False if the titles are unrelated and hardly any operation is shared. Either alone may change with a release.
pub fn is_same_api(old: &Document, new: &Document) -> bool {
    are_related(&old.title(), &new.title()) || share_operations(old, new)
}

/// Whether more than a few operations of the smaller one are in the other. True if it has none.
pub fn share_operations(old: &Document, new: &Document) -> bool {
    let smaller = old.operation_count().min(new.operation_count());
    in_common(&old.value, &new.value) * 100 >= smaller * HARDLY
}

/// Whether two titles share a word, regardless of case, spaces and punctuation. Words common to all APIs do not count.
fn are_related(old: &str, new: &str) -> bool {
    let joined = |title: &str| title.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let words = |title: &str| -> BTreeSet<String> {
        let lower = title.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1 && !COMMON.contains(word));
        words.map(str::to_owned).collect()
    };
    joined(old) == joined(new) || !words(old).is_disjoint(&words(new))
}

const COMMON: [&str; 16] = [
    "api",
    "apis",
    "rest",
    "service",
    "services",
    "openapi",
    "swagger",
    "definition",
    "description",
    "reference",
    "the",
    "for",
    "of",
    "and",
    "documentation",
    "public",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_related_by_a_word_of_their_own() {
        for (old, new, related) in [
            ("Linkcy Api", "LinkCy API", true),
            ("Linkcy Api", "Link Cy API", true),
            ("Linkcy Api", "LINKCY Partner API", true),
            ("Linkcy Api", "Linkcy", true),
            ("Linkcy Api", "Petstore API", false),
            ("Linkcy Api", "The API", false),
            ("Linkcy Api", "", false),
            ("", "", true),
        ] {
            assert_eq!(are_related(old, new), related, "{old:?} and {new:?}");
        }
    }
}
