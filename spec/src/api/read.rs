//! Reads the operations: references to shared parameters, bodies and responses are resolved, path-level
//! parameters go to each operation, and what is odd costs its own place.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::read_schema::{SchemaReader, unescape_percent};
use super::{Api, Body, Kind, Media, Operation, Parameter, Place, Response, Schema, Style};
use crate::finding::Finding;
use crate::pointer::{Endpoint, METHODS, Pointer};

const PASS: &str = "read";

/// How many references are followed one into the other.
const REACH: usize = 16;

/// Reads the corrected document.
pub(crate) fn read(document: &Value, findings: &mut Vec<Finding>) -> Api {
    let mut reader = Reader { document, schemas: SchemaReader::new(document), findings: Vec::new() };
    let api = reader.api();
    findings.append(&mut reader.findings);
    findings.append(&mut reader.schemas.findings);
    api
}

struct Reader<'d> {
    document: &'d Value,
    schemas: SchemaReader<'d>,
    findings: Vec<Finding>,
}

impl<'d> Reader<'d> {
    fn api(&mut self) -> Api {
        let document = self.document;
        let mut api = Api { version: text_of(&document["info"]["version"]), ..Api::default() };
        let schemas = document["components"]["schemas"].as_object();
        if schemas.is_none() && document["components"].get("schemas").is_some_and(|schemas| !schemas.is_null()) {
            let at = Pointer::of(&["components", "schemas"]);
            self.findings.push(Finding::note(PASS, "odd-keyword", &at, "not an object; it is passed over"));
        }
        for (name, schema) in schemas.into_iter().flatten() {
            let at = Pointer::of(&["components", "schemas", name]);
            let schema = self.schemas.read(schema, &at);
            api.schemas.insert(name.clone(), schema);
        }
        for name in document["webhooks"].as_object().into_iter().flatten().map(|(name, _)| name) {
            self.vendors_request(&Pointer::of(&["webhooks", name]));
        }
        let items = document["paths"].as_object().into_iter().flatten();
        for (path, item) in items.filter(|(path, _)| !path.starts_with("x-")) {
            let at = Pointer::of(&["paths", path]);
            self.path_item(path, item, &at, &mut api.operations);
        }
        api.schemas.extend(self.schemas.definitions());
        api.operations.sort_by(|one, other| one.endpoint.cmp(&other.endpoint));
        api
    }

    fn path_item(&mut self, path: &str, item: &'d Value, at: &Pointer, operations: &mut Vec<Operation>) {
        let listed = at;
        let Some((item, at)) = self.resolved(item, at) else { return };
        let Some(members) = item.as_object() else {
            self.findings.push(
                Finding::aside(PASS, "odd-path", listed, "a path item that is not an object")
                    .or_remove("A path holds an object."),
            );
            return;
        };
        if !path.starts_with('/') || !is_template(path) {
            self.findings.push(
                Finding::aside(PASS, "odd-path", listed, format!("`{path}` is not a path template and is left out"))
                    .or_remove("A path starts with `/`, and its braces pair."),
            );
            return;
        }
        for key in members.keys().filter(|key| !is_path_keyword(key)) {
            let at = at.child(key);
            self.findings.push(
                Finding::aside(
                    PASS,
                    "unknown-method",
                    &at,
                    format!("`{key}` is no method of OpenAPI 3.1 and is left out"),
                )
                .then("call it with `Client::request`, if it is one of HTTP"),
            );
        }
        for method in METHODS {
            let Some(operation) = members.get(method) else { continue };
            let endpoint = Endpoint { path: path.to_owned(), method: method.to_owned() };
            let at = at.child(method);
            if !operation.is_object() {
                self.findings.push(
                    Finding::aside(PASS, "odd-operation", &at, "an operation that is not an object")
                        .of(&endpoint)
                        .or_remove("An operation is an object."),
                );
                continue;
            }
            let before = (self.findings.len(), self.schemas.findings.len());
            let read = self.operation(&endpoint, operation, members.get("parameters"), &at);
            for finding in self.findings[before.0..].iter_mut().chain(&mut self.schemas.findings[before.1..]) {
                finding.operation.get_or_insert_with(|| endpoint.to_string());
            }
            operations.push(read);
        }
    }

    fn operation(
        &mut self,
        endpoint: &Endpoint,
        operation: &'d Value,
        shared: Option<&'d Value>,
        at: &Pointer,
    ) -> Operation {
        let parameters = self.parameters(endpoint, operation, shared, at);
        let body = operation.get("requestBody").and_then(|body| self.body(body, &at.child("requestBody")));
        let mut responses = BTreeMap::new();
        match operation.get("responses") {
            Some(Value::Object(found)) => {
                for (status, response) in found.iter().filter(|(status, _)| !status.starts_with("x-")) {
                    let at = at.child("responses").child(status);
                    let problem = match status_of(status) {
                        Some(status) if !responses.contains_key(&status) => {
                            let response = self.response(response, &at);
                            responses.insert(status, response);
                            continue;
                        }
                        Some(known) => format!("`{status}` is `{known}` again and is left out"),
                        None => format!("`{status}` is not a status and is left out"),
                    };
                    self.findings.push(
                        Finding::aside(PASS, "odd-status", &at, problem)
                            .or_remove("A status has three digits, or is a range such as `2XX`, or `default`."),
                    );
                }
            }
            _ => self.findings.push(Finding::note(
                PASS,
                "no-responses",
                &at.child("responses"),
                "no responses are described: any success counts, and its body is passed over",
            )),
        }
        for name in operation["callbacks"].as_object().into_iter().flatten().map(|(name, _)| name) {
            self.vendors_request(&at.child("callbacks").child(name));
        }
        let security = operation.get("security").or_else(|| self.document.get("security"));
        Operation {
            endpoint: endpoint.clone(),
            at: at.clone(),
            summary: text_of(&operation["summary"]),
            description: text_of(&operation["description"]),
            deprecated: operation["deprecated"] == true,
            anonymous: is_anonymous(security),
            parameters,
            body,
            responses,
        }
    }

    /// What the vendor sends is no call: its types are made where a call has them too.
    fn vendors_request(&mut self, at: &Pointer) {
        let problem = "a request that the vendor sends: it has types where a call has them too";
        self.findings.push(Finding::note(PASS, "vendors-request", at, problem));
    }

    /// What a reference to a shared component leads to, and where that stands.
    fn resolved(&mut self, value: &'d Value, at: &Pointer) -> Option<(&'d Value, Pointer)> {
        let (mut value, mut place) = (value, at.clone());
        for _ in 0..REACH {
            let Some(reference) = value.get("$ref") else { return Some((value, place)) };
            let pointer = reference.as_str().and_then(|text| text.strip_prefix('#')).map(unescape_percent);
            match pointer.and_then(|pointer| Some((self.document.pointer(&pointer)?, pointer))) {
                Some((found, pointer)) => {
                    value = found;
                    place = Pointer::parse(&pointer);
                }
                None => break,
            }
        }
        let problem = format!("{} leads nowhere and is left out", value["$ref"]);
        let finding = Finding::aside(PASS, "dangling-reference", at, problem).or_remove("The reference leads nowhere.");
        self.findings.push(match value["$ref"].as_str().and_then(|text| text.strip_prefix("#/")) {
            Some(pointer) if self.document.pointer(&format!("/{pointer}")).is_none() => {
                finding.while_absent(&Pointer::parse(&format!("/{pointer}")))
            }
            _ => finding,
        });
        None
    }

    fn parameters(
        &mut self,
        endpoint: &Endpoint,
        operation: &'d Value,
        shared: Option<&'d Value>,
        at: &Pointer,
    ) -> Vec<Parameter> {
        let path = Pointer::of(&["paths", &endpoint.path]);
        let mut found: Vec<(Parameter, Pointer)> = Vec::new();
        for (list, at) in [(operation.get("parameters"), at), (shared, &path)] {
            let at = at.child("parameters");
            if list.is_some_and(|list| !list.is_array()) {
                self.findings.push(Finding::note(PASS, "odd-keyword", &at, "not a list; it is passed over"));
            }
            for (index, parameter) in list.and_then(Value::as_array).into_iter().flatten().enumerate() {
                let listed = at.child(index);
                if let Some(parameter) = self.parameter(parameter, &listed) {
                    let is_same = |(other, _): &(Parameter, Pointer)| {
                        let same = match parameter.place {
                            Place::Header => other.name.eq_ignore_ascii_case(&parameter.name),
                            _ => other.name == parameter.name,
                        };
                        same && other.place == parameter.place
                    };
                    match found.iter().find(|known| is_same(known)) {
                        None => found.push((parameter, listed)),
                        // The operation's own goes before the path's, which is no repetition.
                        Some((_, known)) if at.covers(known) => {
                            let problem = format!("`{}` is listed before, and this one is passed over", parameter.name);
                            self.findings.push(Finding::note(PASS, "repeated-parameter", &listed, problem));
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        self.path_parameters(endpoint, found, at)
    }

    /// Path parameters are those of the template, in its order. Each stands beside the place that lists it.
    fn path_parameters(
        &mut self,
        endpoint: &Endpoint,
        found: Vec<(Parameter, Pointer)>,
        at: &Pointer,
    ) -> Vec<Parameter> {
        let (mut path, others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(parameter, _)| parameter.place == Place::Path);
        let mut ordered = Vec::new();
        for name in template_names(&endpoint.path) {
            let plain = plain_name(&name);
            match path.iter().position(|(parameter, _)| plain_name(&parameter.name) == plain) {
                Some(place) => {
                    let (mut parameter, _) = path.remove(place);
                    parameter.name = name;
                    ordered.push(parameter);
                }
                None => {
                    let problem = format!("`{name}` of the path is not described: it is taken as a text");
                    let missing =
                        json!({ "name": plain, "in": "path", "required": true, "schema": { "type": "string" } });
                    self.findings.push(
                        Finding::note(PASS, "undescribed-parameter", &at.child("parameters"), problem).or_update(
                            at,
                            json!({ "parameters": [missing] }),
                            "The path has this parameter.",
                        ),
                    );
                    ordered.push(Parameter {
                        at: at.clone(),
                        schema: Schema::new(at, Kind::Text(super::TextFormat::Plain)),
                        name,
                        place: Place::Path,
                        required: true,
                        style: Style::Commas,
                        description: String::new(),
                        deprecated: false,
                    });
                }
            }
        }
        for (parameter, listed) in path {
            let problem = format!("`{}` is not in the path and is left out", parameter.name);
            self.findings.push(
                Finding::aside(PASS, "undescribed-parameter", &listed, problem)
                    .or_remove("The path has no such parameter."),
            );
        }
        ordered.extend(others.into_iter().map(|(parameter, _)| parameter));
        ordered
    }

    fn parameter(&mut self, parameter: &'d Value, at: &Pointer) -> Option<Parameter> {
        let listed = at;
        let (parameter, at) = self.resolved(parameter, at)?;
        let name = parameter["name"].as_str().filter(|name| !name.is_empty());
        let place = match parameter["in"].as_str() {
            Some("path") => Some(Place::Path),
            Some("query" | "querystring") => Some(Place::Query),
            Some("header") => Some(Place::Header),
            Some("cookie") => Some(Place::Cookie),
            _ => None,
        };
        let (Some(name), Some(place)) = (name, place) else {
            self.findings.push(
                Finding::aside(PASS, "odd-parameter", listed, "a parameter without name or place is left out")
                    .or_remove("A parameter has a name and a place."),
            );
            return None;
        };
        if place == Place::Header && !is_header_name(name) {
            self.findings.push(
                Finding::aside(PASS, "odd-parameter", listed, format!("`{name}` cannot be a header's name"))
                    .or_remove("No header can have this name."),
            );
            return None;
        }
        let content = parameter["content"].as_object().and_then(|content| content.iter().next());
        let is_json = content.is_some_and(|(media, _)| media.contains("json") || media == "*/*");
        let schema = match (parameter.get("schema"), content) {
            (Some(schema), _) => self.schemas.read(schema, &at.child("schema")),
            (None, Some((media, content))) => {
                let at = at.child("content").child(media).child("schema");
                content.get("schema").map_or_else(|| Schema::any(&at), |schema| self.schemas.read(schema, &at))
            }
            (None, None) => Schema::new(&at, Kind::Text(super::TextFormat::Plain)),
        };
        let explode = parameter["explode"].as_bool();
        let style = match (parameter["style"].as_str(), place) {
            _ if is_json => Style::Json,
            (Some("deepObject"), _) => Style::Deep,
            (Some("spaceDelimited"), _) if explode != Some(true) => Style::Spaces,
            (Some("pipeDelimited"), _) if explode != Some(true) => Style::Pipes,
            (_, Place::Query) if explode != Some(false) => Style::Repeated,
            (Some("label" | "matrix"), _) => {
                self.findings.push(
                    Finding::aside(PASS, "unknown-style", &at.child("style"), "written as comma-separated values")
                        .or_remove("Values are separated by commas."),
                );
                Style::Commas
            }
            _ => Style::Commas,
        };
        if parameter["allowReserved"] == true {
            let problem = "reserved characters are percent-encoded here, too: a server decodes them to the same value";
            self.findings.push(Finding::note(PASS, "reserved-characters", &at.child("allowReserved"), problem));
        }
        Some(Parameter {
            name: name.to_owned(),
            place,
            required: parameter["required"] == true || place == Place::Path,
            style,
            description: text_of(&parameter["description"]),
            deprecated: parameter["deprecated"] == true,
            schema,
            at,
        })
    }

    fn body(&mut self, body: &'d Value, at: &Pointer) -> Option<Body> {
        let (body, at) = self.resolved(body, at)?;
        if !body.is_object() {
            self.findings.push(Finding::note(PASS, "odd-keyword", &at, "not an object; it is passed over"));
            return None;
        }
        let content = self.content(&body["content"], &at.child("content"));
        Some(Body { required: body["required"] == true, description: text_of(&body["description"]), content, at })
    }

    fn response(&mut self, response: &'d Value, at: &Pointer) -> Response {
        match self.resolved(response, at) {
            Some((response, at)) => Response {
                description: text_of(&response["description"]),
                content: self.content(&response["content"], &at.child("content")),
                at,
            },
            None => Response { at: at.clone(), ..Response::default() },
        }
    }

    fn content(&mut self, content: &'d Value, at: &Pointer) -> Vec<Media> {
        let mut found = Vec::new();
        for (name, media) in content.as_object().into_iter().flatten() {
            let at = at.child(name);
            let schema = media.get("schema").map(|schema| self.schemas.read(schema, &at.child("schema")));
            let encoding = media["encoding"].as_object().into_iter().flatten().filter_map(|(property, encoding)| {
                let media = encoding["contentType"].as_str()?.split(',').next()?.trim();
                Some((property.clone(), media.to_owned()))
            });
            let examples = media["examples"].as_object().into_iter().flatten();
            let examples = examples.map(|(_, example)| example["value"].clone()).chain(media.get("example").cloned());
            found.push(Media {
                encoding: encoding.collect(),
                examples: examples.collect(),
                name: name.clone(),
                schema,
                at,
            });
        }
        found
    }
}

/// A status as responses have it: three digits, a range or `default`. A range is written `2XX`, and `2xx` means the same.
fn status_of(text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case("default") {
        return Some("default".to_owned());
    }
    let text = text.to_ascii_uppercase();
    let is_status = match text.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'9', one, other] => one.is_ascii_digit() && other.is_ascii_digit(),
        _ => false,
    };
    is_status.then_some(text)
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// `security: [{}]` (or an empty list) says that no bearer is needed.
fn is_anonymous(security: Option<&Value>) -> bool {
    let members: Option<&Vec<Value>> = security.and_then(Value::as_array);
    members.is_some_and(|ways| ways.is_empty() || ways.iter().any(|way| way.as_object().is_some_and(Map::is_empty)))
}

/// What a path item may hold.
fn is_path_keyword(key: &str) -> bool {
    METHODS.contains(&key)
        || ["$ref", "summary", "description", "servers", "parameters"].contains(&key)
        || key.starts_with("x-")
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn is_template(path: &str) -> bool {
    let mut parts = path.split('{');
    parts.next().is_some_and(|start| !start.contains('}'))
        && parts.all(|part| part.split_once('}').is_some_and(|(name, rest)| !name.is_empty() && !rest.contains('}')))
}

/// The parameters of a template, in order, each once.
pub(crate) fn template_names(path: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in path.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// A template's name without a framework's pattern: `{name:.+}` is `name`, and `{*rest}` is `rest`.
pub(crate) fn plain_name(name: &str) -> &str {
    name.split(':').next().unwrap_or(name).trim_matches(|c| c == '*' || c == '?')
}
