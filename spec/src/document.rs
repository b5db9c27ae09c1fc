//! A description in memory: reading it, pointing into it, and walking its operations and schemas.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::Error;

/// The methods an OpenAPI 3.0 path item may hold.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A JSON pointer into the description.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pointer(String);

impl Pointer {
    pub(crate) fn root() -> Self {
        Self::default()
    }

    pub(crate) fn of(segments: &[&str]) -> Self {
        segments.iter().fold(Self::root(), |pointer, segment| pointer.child(segment))
    }

    pub(crate) fn child(&self, segment: impl fmt::Display) -> Self {
        let escaped = segment.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{escaped}", self.0))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// One operation's identity: method and path template. Nothing else names an operation here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Endpoint {
    /// Path template, as in the description.
    pub path: String,
    /// Method in lower case, as in the description.
    pub method: String,
}

impl Endpoint {
    pub(crate) fn pointer(&self) -> Pointer {
        Pointer::of(&["paths", &self.path, &self.method])
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.to_uppercase(), self.path)
    }
}

/// A description whose outermost shape is known to be sound: an OpenAPI 3.0 object with paths and schemas.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document(Value);

const READ: &str = "read";

impl Document {
    /// Reads the vendor's JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let root = Pointer::root();
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let remedy = if error.to_string().contains("recursion limit") {
                "no real description nests deeper than 127 levels: look at how it was made"
            } else {
                "is the file complete? fetch it again with `cargo xtask update-spec`"
            };
            Error::new(READ, &root, format!("not JSON: {error}"), remedy)
        })?;
        Self::new(value)
    }

    pub(crate) fn new(mut value: Value) -> Result<Self, Error> {
        let root = Pointer::root();
        let fail = |pointer: &Pointer, problem: String, remedy: &str| Err(Error::new(READ, pointer, problem, remedy));
        match value.get("openapi").and_then(Value::as_str) {
            Some(version) if version.starts_with("3.0") => {}
            Some(version) => {
                return fail(
                    &root.child("openapi"),
                    format!("the description is OpenAPI {version}"),
                    "only 3.0 is read here; `cargo xtask update-spec` brings a 3.1 file down to 3.0 where that loses nothing",
                );
            }
            None => {
                return fail(&root, "no `openapi` version".into(), "this is not an OpenAPI description");
            }
        }
        if !value.get("paths").is_some_and(Value::is_object) {
            return fail(&root.child("paths"), "no `paths` object".into(), "this is not an OpenAPI description");
        }
        let mut place = &mut value;
        let mut pointer = root;
        for key in ["components", "schemas"] {
            pointer = pointer.child(key);
            place = &mut place[key];
            if place.is_null() {
                *place = Value::Object(Map::new());
            }
            if !place.is_object() {
                return fail(&pointer, "not an object".into(), "correct it in overlay.yaml");
            }
        }
        Ok(Self(value))
    }

    pub(crate) fn value(&self) -> &Value {
        &self.0
    }

    pub(crate) fn value_mut(&mut self) -> &mut Value {
        &mut self.0
    }

    /// Puts the members of every object in order.
    pub(crate) fn sort(&mut self) {
        sort(&mut self.0);
    }

    /// `info.version`.
    pub(crate) fn version(&self) -> &str {
        self.0["info"]["version"].as_str().unwrap_or_default()
    }

    pub(crate) fn schemas(&self) -> &Map<String, Value> {
        match &self.0["components"]["schemas"] {
            Value::Object(schemas) => schemas,
            _ => unreachable!("checked by Document::new"),
        }
    }

    pub(crate) fn schemas_mut(&mut self) -> &mut Map<String, Value> {
        match &mut self.0["components"]["schemas"] {
            Value::Object(schemas) => schemas,
            _ => unreachable!("checked by Document::new"),
        }
    }

    /// Every operation's identity, in the order of the file.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        let Value::Object(paths) = &self.0["paths"] else {
            return Vec::new();
        };
        paths
            .iter()
            .flat_map(|(path, item)| {
                METHODS
                    .iter()
                    .filter(move |method| item.get(**method).is_some_and(Value::is_object))
                    .map(move |method| Endpoint { path: path.clone(), method: (*method).to_owned() })
            })
            .collect()
    }

    pub(crate) fn operation(&self, endpoint: &Endpoint) -> &Value {
        &self.0["paths"][&endpoint.path][&endpoint.method]
    }

    pub(crate) fn operation_mut(&mut self, endpoint: &Endpoint) -> &mut Value {
        &mut self.0["paths"][&endpoint.path][&endpoint.method]
    }

    /// Runs `f` over each operation; an error is told which operation it belongs to.
    pub(crate) fn try_operations(
        &mut self,
        mut f: impl FnMut(&Endpoint, &mut Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for endpoint in self.endpoints() {
            f(&endpoint, self.operation_mut(&endpoint)).map_err(|error| error.at(&endpoint))?;
        }
        Ok(())
    }

    /// Runs `f` over every schema of the description, inner ones first.
    pub(crate) fn try_schemas(
        &mut self,
        mut f: impl FnMut(&Site, &mut Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let root = Pointer::of(&["components", "schemas"]);
        for (name, schema) in self.schemas_mut() {
            let site = Site {
                owner: name.clone(),
                trail: Vec::new(),
                position: Position::Component,
                pointer: root.child(name),
            };
            walk(&site, schema, &mut f)?;
        }
        self.try_operations(|endpoint, operation| {
            operation_schemas(endpoint, operation, |site, schema| walk(&site, schema, &mut f))
        })
    }
}

/// Where a schema stands.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The component's name, or the operation's once the `names` pass has run.
    pub(crate) owner: String,
    /// The properties on the way from the owner to here; a parameter counts as one.
    pub(crate) trail: Vec<String>,
    pub(crate) position: Position,
    pub(crate) pointer: Pointer,
}

/// What a schema is to what stands around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Component,
    Parameter,
    Request,
    Response,
    Property,
    Items,
    Values,
    Branch(usize),
}

impl Site {
    /// The nearest property or parameter.
    pub(crate) fn property(&self) -> Option<&str> {
        self.trail.last().map(String::as_str)
    }

    fn inner(&self, position: Position, pointer: Pointer) -> Self {
        Self { position, pointer, ..self.clone() }
    }
}

/// Runs `f` over the outermost schemas of one operation: parameters, body, responses.
pub(crate) fn operation_schemas(
    endpoint: &Endpoint,
    operation: &mut Value,
    mut f: impl FnMut(Site, &mut Value) -> Result<(), Error>,
) -> Result<(), Error> {
    let site = Site {
        owner: operation["operationId"].as_str().map_or_else(|| endpoint.to_string(), str::to_owned),
        trail: Vec::new(),
        position: Position::Request,
        pointer: endpoint.pointer(),
    };
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        let pointer = site.pointer.child("parameters").child(index).child("schema");
        let site = Site {
            trail: parameter["name"].as_str().map(str::to_owned).into_iter().collect(),
            ..site.inner(Position::Parameter, pointer)
        };
        if let Some(schema) = parameter.get_mut("schema") {
            f(site, schema)?;
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        contents(&site.inner(Position::Request, site.pointer.child("requestBody")), body, &mut f)?;
    }
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for (status, response) in responses.into_iter().flatten() {
        let pointer = site.pointer.child("responses").child(status);
        contents(&site.inner(Position::Response, pointer), response, &mut f)?;
    }
    Ok(())
}

fn contents(
    site: &Site,
    holder: &mut Value,
    f: &mut dyn FnMut(Site, &mut Value) -> Result<(), Error>,
) -> Result<(), Error> {
    let contents = holder.get_mut("content").and_then(Value::as_object_mut);
    for (media, content) in contents.into_iter().flatten() {
        let pointer = site.pointer.child("content").child(media).child("schema");
        if let Some(schema) = content.get_mut("schema") {
            f(site.inner(site.position, pointer), schema)?;
        }
    }
    Ok(())
}

fn walk(
    site: &Site,
    schema: &mut Value,
    f: &mut dyn FnMut(&Site, &mut Value) -> Result<(), Error>,
) -> Result<(), Error> {
    let members = schema.as_object_mut().into_iter().flatten();
    for (key, member) in members {
        let pointer = site.pointer.child(key);
        match (key.as_str(), member) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    let mut site = site.inner(Position::Property, pointer.child(name));
                    site.trail.push(name.clone());
                    walk(&site, property, f)?;
                }
            }
            ("items", member) => walk(&site.inner(Position::Items, pointer), member, f)?,
            ("additionalProperties", member @ Value::Object(_)) => {
                walk(&site.inner(Position::Values, pointer), member, f)?;
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(branches)) => {
                for (index, branch) in branches.iter_mut().enumerate() {
                    let site = site.inner(Position::Branch(index), pointer.child(index));
                    walk(&site, branch, f)?;
                }
            }
            _ => {}
        }
    }
    f(site, schema)
}

fn sort(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<String, Value> = std::mem::take(members).into_iter().collect();
            members.extend(sorted);
            members.values_mut().for_each(sort);
        }
        Value::Array(items) => items.iter_mut().for_each(sort),
        _ => {}
    }
}

/// The component a schema refers to, if it is a reference to one.
pub(crate) fn target(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}

/// A reference to a component schema.
pub(crate) fn reference(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("{SCHEMAS}{name}") })
}

const SCHEMAS: &str = "#/components/schemas/";

/// Sends every reference to a renamed or merged component to its new name.
pub(crate) fn redirect(value: &mut Value, renamed: &BTreeMap<String, String>) {
    if let Some(new) = target(value).and_then(|name| renamed.get(name)) {
        value["$ref"] = Value::String(format!("{SCHEMAS}{new}"));
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(|member| redirect(member, renamed)),
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, renamed)),
        _ => {}
    }
}
