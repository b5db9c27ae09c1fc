//! Writes what the description says of answers, as JSON. It is data that the client reads only where answers are compared with
//! it: Rust would have to be compiled by everyone.

use crate::model::Model;

pub(super) fn write(model: &Model) -> String {
    // A map with texts as keys and finite numbers is always writable; an empty text is refused by whoever reads it.
    serde_json::to_string(&model.answers).unwrap_or_default()
}
