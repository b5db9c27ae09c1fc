//! `names.toml` in memory: every decision about names, and the few about meaning that no schema states.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::rows::{Rows, listed};
use crate::finding::{Error, Finding};
use crate::pointer::Pointer;

/// The decisions, one table for each question a pass may ask.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Names {
    /// `"GET /api/partner/ledgers" = "ledgers.list"`
    pub(crate) operations: BTreeMap<String, String>,
    /// Cargo feature -> the handles it switches on. Handles in no area are always there.
    pub(crate) areas: BTreeMap<String, Vec<String>>,
    /// Vendor schema name -> Rust type name, where the derived one is not good.
    pub(crate) types: Rows<String>,
    /// `"Schema.property"` -> name of the enum whose list stands there.
    pub(crate) enums: Rows<String>,
    /// `"Enum.VALUE"` -> Rust variant, and `"Union.Branch"` -> Rust variant.
    pub(crate) variants: Rows<String>,
    pub(crate) ids: Ids,
    pub(crate) text: Text,
    /// `"METHOD /path"` -> what may be done with a lost answer, where the method alone misleads.
    pub(crate) repeat: BTreeMap<String, Repeat>,
    /// Operations that need no session and do more with one.
    pub(crate) access: AccessRules,
    /// `"METHOD /path"` -> the role its name means; for the docs.
    pub(crate) roles: BTreeMap<String, String>,
    /// `"METHOD /path"` of a deprecated operation -> the `handle.verb` that replaces it; for the docs.
    pub(crate) replacements: BTreeMap<String, String>,
    /// Error code -> its meaning in words; for the docs.
    pub(crate) errors: Rows<String>,
    /// Vendor union name -> how it is read, where the derived way is not right.
    pub(crate) unions: Rows<UnionRule>,
}

/// Which id type stands behind which property.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ids {
    /// Property or path parameter -> id type.
    pub(crate) properties: Rows<String>,
    /// Beginning of a schema's name -> what its own `id` is. The longest beginning wins.
    pub(crate) subjects: Rows<String>,
    /// Id type -> the narrower ids that may be turned into it.
    pub(crate) widening: BTreeMap<String, Vec<String>>,
}

/// Strings that mean more than text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Text {
    /// Properties holding a secret: redacted in `Debug`, wiped on drop.
    #[serde(deserialize_with = "listed")]
    pub(crate) secret: Rows<()>,
    /// Properties holding an ISO 8601 duration.
    #[serde(deserialize_with = "listed")]
    pub(crate) duration: Rows<()>,
    /// Properties holding an address that opens by itself: as secret as a password.
    #[serde(deserialize_with = "listed")]
    pub(crate) link: Rows<()>,
    /// Properties that look like a secret's and are plain text.
    #[serde(deserialize_with = "listed")]
    pub(crate) plain: Rows<()>,
    /// Property -> the type of `linkcy::types` that checks its text.
    pub(crate) typed: Rows<String>,
}

/// Decisions about who may call.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AccessRules {
    /// `"METHOD /path"` of operations that take a bearer although they need none.
    pub(crate) either: BTreeSet<String>,
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Access {
    Bearer,
    Anonymous,
    /// Anyone, and a session is used where there is one.
    Either,
}

/// What may be done with an operation whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    /// Only reads.
    Safe,
    /// Twice is the same as once.
    Idempotent,
    /// Creates or moves something: never sent again unless the first provably did nothing.
    Never,
}

/// A union decided by hand, with its reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnionRule {
    /// Branch -> the properties whose presence means it; an empty list is the branch when no other fits.
    pub(crate) keys: BTreeMap<String, Vec<String>>,
    pub(crate) reason: String,
}

impl Names {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| {
            let problem = format!("names.toml: {}", error.to_string().trim());
            Finding::refused("names.toml", "names-unreadable", &Pointer::root(), problem)
                .then("see CONTRIBUTING.md for what its tables hold")
                .into()
        })
    }

    /// Handle and verb of an operation, if listed.
    pub(crate) fn operation(&self, key: &str) -> Option<(&str, &str)> {
        let name = self.operations.get(key)?;
        Some(name.split_once('.').unwrap_or((name, "")))
    }

    /// The rows of the tables about types that fit nothing in the description, as `[table] key`. A word
    /// for a secret is not asked for: it protects from the version that brings it.
    pub(crate) fn unused(&self) -> Vec<String> {
        let tables: [(&str, Vec<&str>); 9] = [
            ("types", self.types.unused().collect()),
            ("enums", self.enums.unused().collect()),
            ("variants", self.variants.unused().collect()),
            ("unions", self.unions.unused().collect()),
            ("errors", self.errors.unused().collect()),
            ("ids.properties", self.ids.properties.unused().collect()),
            ("ids.subjects", self.ids.subjects.unused().collect()),
            ("text.duration", self.text.duration.unused().collect()),
            ("text.link", self.text.link.unused().collect()),
        ];
        let rows = tables.into_iter().flat_map(|(table, keys)| keys.into_iter().map(move |key| (table, key)));
        rows.map(|(table, key)| format!("[{table}] {key}")).collect()
    }

    /// The area (cargo feature) a handle belongs to.
    pub(crate) fn area(&self, handle: &str) -> Option<&str> {
        self.areas
            .iter()
            .find(|(_, handles)| handles.iter().any(|other| other == handle))
            .map(|(area, _)| area.as_str())
    }
}
