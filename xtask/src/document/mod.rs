//! Reading a description: bytes, JSON or YAML, into one OpenAPI 3.0 document, or a refusal that says why.

mod downgrade;
mod resolve;

pub use resolve::{Loc, Target, escape, resolve};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// Why something is not a description we can work with.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error("neither JSON nor YAML")]
    Yaml(#[source] serde_norway::Error),
    #[error("not JSON")]
    Json(#[source] serde_json::Error),
    #[error("not UTF-8 (byte {0} is not)")]
    NotText(usize),
    #[error("nested more than {DEEPEST} levels deep")]
    Deep,
    #[error("empty")]
    Empty,
    #[error("not an OpenAPI description: the top level has to be an object, and is {0}")]
    NotAnObject(&'static str),
    #[error("not an OpenAPI description: it has no `openapi` field")]
    NoVersion,
    #[error("Swagger {0}, not OpenAPI 3.0: convert it first (swagger2openapi, or the vendor's newer file)")]
    Swagger(String),
    #[error("OpenAPI {0}: only 3.0 and 3.1 are understood")]
    OtherVersion(String),
    #[error("`{0}` has to be {1}")]
    Malformed(&'static str, &'static str),
}

/// The notation a description came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    Json,
    Yaml,
}

/// An OpenAPI 3.0 description: a JSON value whose outermost shape was checked, and nothing below it.
#[derive(Clone, Debug)]
pub struct Document {
    pub value: Value,
    pub notation: Notation,
    /// Whether it said 3.1 and was brought down.
    pub downgraded: bool,
    /// What it was before.
    original: Option<Value>,
    /// What 3.0 has no words for.
    pub notes: Vec<String>,
}

impl Document {
    /// Reads JSON (anything that starts with `{` or `[`) or YAML.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        let text = std::str::from_utf8(bytes).map_err(|error| DocumentError::NotText(error.valid_up_to()))?;
        let text = text.trim_start_matches('\u{feff}');
        if nesting(text) > DEEPEST {
            return Err(DocumentError::Deep);
        }
        let (value, notation) = match text.trim_start().chars().next() {
            None => return Err(DocumentError::Empty),
            Some('{' | '[') => match serde_json::from_str(text) {
                Ok(value) => (value, Notation::Json),
                // `{` also opens a YAML flow mapping.
                Err(error) => match linkcy_spec::read_yaml(text) {
                    Ok(value) => (value, Notation::Yaml),
                    Err(_) => return Err(DocumentError::Json(error)),
                },
            },
            Some(_) => (linkcy_spec::read_yaml(text).map_err(DocumentError::Yaml)?, Notation::Yaml),
        };
        Self::from_value(value, notation)
    }

    /// Takes a value that was parsed elsewhere.
    pub fn from_value(mut value: Value, notation: Notation) -> Result<Self, DocumentError> {
        let Some(root) = value.as_object() else { return Err(DocumentError::NotAnObject(kind(&value))) };
        if let Some(version) = root.get("swagger") {
            return Err(DocumentError::Swagger(scalar(version)));
        }
        let version = scalar(root.get("openapi").ok_or(DocumentError::NoVersion)?);
        let minor = |minor: &str| version == minor || version.starts_with(&format!("{minor}."));
        let (mut notes, mut original) = (Vec::new(), None);
        let downgraded = if minor("3.0") {
            false
        } else if minor("3.1") {
            original = Some(value.clone());
            linkcy_spec::as_pointers(&mut value);
            notes = downgrade::to_3_0(&mut value);
            true
        } else {
            return Err(DocumentError::OtherVersion(version));
        };
        for field in ["info", "paths", "components"] {
            if value.get(field).is_some_and(|found| !found.is_object()) {
                return Err(DocumentError::Malformed(field, "an object"));
            }
        }
        Ok(Self { value, notation, downgraded, original, notes })
    }

    /// The description as it came, which corrections are written for.
    pub fn as_it_came(&self) -> &Value {
        self.original.as_ref().unwrap_or(&self.value)
    }

    /// `info.version`, empty if there is none.
    pub fn version(&self) -> String {
        self.value.pointer("/info/version").map(scalar).unwrap_or_default()
    }

    /// `info.title`, empty if there is none.
    pub fn title(&self) -> String {
        self.value.pointer("/info/title").map(scalar).unwrap_or_default()
    }

    pub fn operation_count(&self) -> usize {
        let paths = self.value.get("paths").and_then(Value::as_object);
        let items = paths.into_iter().flat_map(|paths| paths.values()).filter_map(Value::as_object);
        items.flat_map(|item| item.keys()).filter(|key| METHODS.contains(&key.as_str())).count()
    }

    pub fn schema_count(&self) -> usize {
        self.value.pointer("/components/schemas").and_then(Value::as_object).map_or(0, serde_json::Map::len)
    }
}

/// Levels of brackets, or of dashes in a line, that no description has; parsers may take for ever or the stack for more.
const DEEPEST: usize = 500;

/// No less than how deep brackets nest, those in texts counted as well.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut dashes) = (0_usize, 0, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'-' => dashes += 1,
            b' ' => {}
            _ => dashes = 0,
        }
        deepest = deepest.max(depth).max(dashes / 4);
    }
    deepest
}

/// The methods a path item can have, in the order they are shown.
pub const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
