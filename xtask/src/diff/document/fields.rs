//! The remaining fields: wording, and fields that OpenAPI 3.0 does not have, whose changes are always reported.

use std::collections::BTreeSet;

use super::Diff;
use crate::diff::rules::Plain;
use crate::diff::schema::is_prose;
use crate::document::Loc;

/// The fields of each kind of object that other modules compare.
pub const ROOT: &[&str] = &["openapi", "info", "servers", "paths", "components", "security"];
pub const INFO: &[&str] = &["version"];
pub const PATH_ITEM: &[&str] =
    &["$ref", "servers", "parameters", "get", "post", "put", "patch", "delete", "head", "options", "trace"];
pub const OPERATION: &[&str] =
    &["operationId", "parameters", "requestBody", "responses", "callbacks", "deprecated", "security", "servers"];
pub const PARAMETER: &[&str] = &[
    "name",
    "in",
    "required",
    "deprecated",
    "allowEmptyValue",
    "style",
    "explode",
    "allowReserved",
    "schema",
    "content",
];
pub const BODY: &[&str] = &["content", "required"];
pub const RESPONSE: &[&str] = &["headers", "content", "links"];
pub const MEDIA: &[&str] = &["schema", "encoding"];

/// Fields that are for people, besides those every schema may have.
const PROSE: [&str; 7] = ["summary", "tags", "contact", "license", "termsOfService", "variables", "jsonSchemaDialect"];

impl<'a> Diff<'a> {
    /// Notes every difference in a field that is not among `known`.
    pub fn compare_fields(&mut self, old: &Loc<'a>, new: &Loc<'a>, known: &[&str]) {
        if !old.value.is_object() || !new.value.is_object() {
            if old.value != new.value {
                self.note(Plain::UnrecognisedPart, new.pointer.clone(), "cannot be read, and changed");
            }
            return;
        }
        let keys: BTreeSet<&str> = old.members().chain(new.members()).map(|(key, _)| key).collect();
        for key in keys.into_iter().filter(|key| !known.contains(key)) {
            let (before, after) = (old.get(key), new.get(key));
            if before.as_ref().map(|loc| loc.value) == after.as_ref().map(|loc| loc.value) {
                continue;
            }
            let pointer = after.or(before).map(|loc| loc.pointer).unwrap_or_default();
            if is_prose(key) || PROSE.contains(&key) {
                self.note(Plain::DocumentWording, pointer, format!("`{key}` reworded"));
            } else {
                self.note(Plain::UnrecognisedPart, pointer, format!("`{key}` changed, and what it means is not known"));
            }
        }
    }

    /// A flag of 3.0: true, false, or not there. Anything else is noted where it changed.
    pub fn flags(&mut self, old: &Loc<'a>, new: &Loc<'a>, key: &str) -> (bool, bool) {
        let (before, after) = (old.get(key), new.get(key));
        let odd = |loc: &Option<Loc<'a>>| loc.as_ref().is_some_and(|loc| !loc.value.is_boolean());
        let value = |loc: &Option<Loc<'a>>| loc.as_ref().map(|loc| loc.value);
        if (odd(&before) || odd(&after)) && value(&before) != value(&after) {
            self.note(Plain::UnrecognisedPart, new.below(key), format!("`{key}` is not true or false, and changed"));
        }
        (old.flag(key), new.flag(key))
    }
}
