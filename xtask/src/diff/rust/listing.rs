//! The surface listing as its serialised form has it: what linkcy-spec writes, read back.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Everything public that comes from a description.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Listing {
    pub operations: BTreeMap<String, Operation>,
    pub types: BTreeMap<String, Type>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Operation {
    pub method: String,
    pub path: String,
    pub arguments: Vec<Member>,
    pub options: Vec<Member>,
    pub output: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Type {
    Struct { sent: bool, fields: Vec<Member> },
    Enum { variants: BTreeMap<String, String> },
    Union { open: bool, variants: BTreeMap<String, Branch> },
    Alias { of: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Branch {
    pub holds: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Member {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub required: bool,
    #[serde(default)]
    pub patch: bool,
}

impl std::fmt::Display for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = match (self.required, self.patch) {
            (true, _) => "",
            (false, true) => "??",
            (false, false) => "?",
        };
        write!(f, "{}: {}{mark}", self.name, self.ty)
    }
}

impl Listing {
    /// Takes the surface of a prepared description.
    ///
    /// # Errors
    /// If linkcy-spec writes its listing in another form than this.
    pub fn of(surface: &linkcy_spec::Surface) -> Result<Self, serde_json::Error> {
        serde_json::from_value(serde_json::to_value(surface)?)
    }
}
