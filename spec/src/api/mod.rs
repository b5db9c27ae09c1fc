//! The description as typed data: operations and schemas, each with its pointer into the vendor's file.
//!
//! [`read`] reads it once from JSON; the passes decide on this and on nothing else.

mod conditions;
pub(crate) mod flat;
pub(crate) mod read;
pub(crate) mod read_schema;
pub(crate) mod reference;
pub(crate) mod schema;
pub(crate) mod shape;
pub(crate) mod walk;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub(crate) use self::read::read;
pub(crate) use self::schema::{
    Bounds, Discriminator, Kind, List, Object, Scalar, Schema, TextFormat, UnionSchema, Values,
};
use crate::pointer::{Endpoint, Pointer};

/// A description, with references to parameters, bodies and responses resolved.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Api {
    pub(crate) version: String,
    pub(crate) operations: Vec<Operation>,
    /// Component schemas, and those that passes make of inline ones.
    pub(crate) schemas: BTreeMap<String, Schema>,
    /// Component -> what the vendor calls it now, where that is another name.
    #[serde(skip)]
    pub(crate) renamed: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Operation {
    pub(crate) endpoint: Endpoint,
    pub(crate) at: Pointer,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) deprecated: bool,
    /// No bearer is needed.
    pub(crate) anonymous: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// By status as written: `200`, `2XX`, `default`.
    pub(crate) responses: BTreeMap<String, Response>,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

/// How a list or an object is written as a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Style {
    /// `key=a&key=b`: what a list in a query is by default.
    Repeated,
    /// `a,b`.
    Commas,
    /// `a b`.
    Spaces,
    /// `a|b`.
    Pipes,
    /// `key[member]=a`.
    Deep,
    /// As JSON text.
    Json,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Parameter {
    pub(crate) at: Pointer,
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) style: Style,
    pub(crate) description: String,
    pub(crate) deprecated: bool,
    pub(crate) schema: Schema,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Body {
    pub(crate) at: Pointer,
    pub(crate) required: bool,
    pub(crate) description: String,
    pub(crate) content: Vec<Media>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Response {
    pub(crate) at: Pointer,
    pub(crate) description: String,
    pub(crate) content: Vec<Media>,
}

/// A body in one media type.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Media {
    pub(crate) at: Pointer,
    /// The media type as written.
    pub(crate) name: String,
    pub(crate) schema: Option<Schema>,
    /// Content type of a part, by property.
    pub(crate) encoding: BTreeMap<String, String>,
    pub(crate) examples: Vec<Value>,
}

impl Api {
    /// The schema a reference leads to, through references to references.
    pub(crate) fn target<'a>(&'a self, schema: &'a Schema) -> &'a Schema {
        let mut found = schema;
        // As many steps as there are components: references may go in a circle.
        for _ in 0..=self.schemas.len() {
            match &found.kind {
                Kind::Ref(name) => match self.schemas.get(name) {
                    Some(next) => found = next,
                    None => return found,
                },
                _ => return found,
            }
        }
        found
    }
}

impl Media {
    /// The media type without parameters, in lower case.
    pub(crate) fn essence(&self) -> String {
        self.name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    pub(crate) fn is_json(&self) -> bool {
        let essence = self.essence();
        essence == "application/json" || essence.ends_with("+json") || essence.starts_with("application/json+")
    }

    pub(crate) fn is_any(&self) -> bool {
        matches!(self.essence().as_str(), "*/*" | "application/*" | "")
    }
}
