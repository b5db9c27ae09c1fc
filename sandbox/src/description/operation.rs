//! One operation of the description: what it takes, what it may answer, and under which status each errorCode.

use std::collections::BTreeMap;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::reference::follow;
use super::{DescriptionError, Schema, object};

/// One operation: a method on a path template.
#[derive(Debug)]
pub struct Operation {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path template, `/api/partner/ledgers/{ledgerId}`.
    pub path: String,
    /// What it does, in the description's words: its summary and description.
    pub words: String,
    /// Parameters outside the body.
    pub parameters: Vec<Parameter>,
    /// The body it takes, if any.
    pub body: Option<Body>,
    /// What it may answer, by status.
    pub answers: BTreeMap<u16, AnswerShape>,
    /// Whether it is called with a bearer.
    pub bearer: BearerNeed,
    /// The SCA headers it takes, if any.
    pub sca: Option<ScaHeaders>,
    codes: Vec<(u16, String)>,
    pub(super) segments: Vec<Segment>,
}

/// Whether an operation is called with a bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BearerNeed {
    /// It is not looked at.
    Never,
    /// With or without.
    Optional,
    /// Only with one.
    Required,
}

/// The two generations of SCA headers, told apart by what an operation declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaHeaders {
    /// Linkcy-SCA-Strategy, -Factor and -Id.
    StrategyFactorId,
    /// Linkcy-SCA-Strategy and -Signature.
    StrategySignature,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

/// A parameter outside the body.
#[derive(Debug)]
pub struct Parameter {
    /// Its name as sent.
    pub name: String,
    /// Where it stands.
    pub location: Location,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub schema: Schema,
}

/// The body an operation takes.
#[derive(Debug)]
pub struct Body {
    /// Its media type.
    pub content_type: String,
    /// What it may be.
    pub schema: Schema,
}

/// What an operation may answer under one status.
#[derive(Debug)]
pub struct AnswerShape {
    /// Its media type and schema; none for an empty body.
    pub content: Option<(String, Option<Schema>)>,
}

#[derive(Debug)]
pub(super) enum Segment {
    Word(String),
    Parameter(String),
}

/// Where an operation is read from.
pub(super) struct Source<'d> {
    pub(super) document: &'d Value,
    /// The path item it stands in.
    pub(super) item: &'d Value,
    pub(super) operation: &'d Value,
    pub(super) components: &'d Arc<Value>,
    /// Where it stands, for errors.
    pub(super) pointer: &'d str,
}

impl Operation {
    pub(super) fn read(method: &str, path: &str, secured: bool, source: &Source<'_>) -> Result<Self, DescriptionError> {
        let Source { document, operation, components, pointer, .. } = *source;
        let parameters = read_parameters(source)?;
        let declares = |name: &str| parameters.iter().any(|parameter: &Parameter| parameter.name == name);
        let sca = if declares("Linkcy-SCA-Id") {
            Some(ScaHeaders::StrategyFactorId)
        } else if declares("Linkcy-SCA-Strategy") {
            Some(ScaHeaders::StrategySignature)
        } else {
            None
        };
        let bearer = match operation["security"].as_array() {
            None if secured => BearerNeed::Required,
            None => BearerNeed::Never,
            Some(ways) => {
                let without = ways.iter().filter(|way| way.as_object().is_some_and(serde_json::Map::is_empty)).count();
                match (without, ways.len()) {
                    (0, 1..) => BearerNeed::Required,
                    (without, all) if without < all => BearerNeed::Optional,
                    _ => BearerNeed::Never,
                }
            }
        };
        let body = follow(&operation["requestBody"], document)["content"].as_object().and_then(|content| {
            let (content_type, media) = content.iter().next()?;
            let schema = Schema::new(media["schema"].clone(), components);
            Some(Body { content_type: content_type.clone(), schema })
        });
        let mut answers = BTreeMap::new();
        let mut codes = Vec::new();
        for (status, answer) in object(&operation["responses"], "responses", || format!("{pointer}/responses"))? {
            let Ok(status) = status.parse::<u16>() else {
                continue;
            };
            let content = follow(answer, document)["content"].as_object().and_then(|content| {
                let (content_type, media) = content.iter().next()?;
                let schema = media.get("schema").map(|schema| Schema::new(schema.clone(), components));
                for example in media["examples"].as_object().into_iter().flat_map(|all| all.values()) {
                    if let Some(code) = follow(example, document)["value"]["errorCode"].as_str() {
                        codes.push((status, code.to_owned()));
                    }
                }
                Some((content_type.clone(), schema))
            });
            answers.insert(status, AnswerShape { content });
        }
        let segments = path.split('/').map(|part| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
            Some(name) => Segment::Parameter(name.to_owned()),
            None => Segment::Word(part.to_owned()),
        });
        let words: Vec<&str> = ["summary", "description"].iter().filter_map(|name| operation[*name].as_str()).collect();
        Ok(Self {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            words: words.join(". "),
            segments: segments.collect(),
            parameters,
            body,
            answers,
            bearer,
            sca,
            codes,
        })
    }

    pub(super) fn matches(&self, asked: &[&str]) -> Option<Vec<(&str, String)>> {
        if asked.len() != self.segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (segment, part) in self.segments.iter().zip(asked) {
            match segment {
                Segment::Word(word)
                    if word == part || part.contains('%') && *word == percent_decode_str(part).decode_utf8_lossy() => {}
                Segment::Parameter(name) if !part.is_empty() => values.push((name.as_str(), (*part).to_owned())),
                _ => return None,
            }
        }
        Some(values)
    }

    /// The status under which this operation documents an errorCode.
    pub fn status_of(&self, code: &str) -> Option<u16> {
        self.codes.iter().find(|(_, documented)| documented == code).map(|(status, _)| *status)
    }

    /// Every documented errorCode with its status.
    pub fn codes(&self) -> &[(u16, String)] {
        &self.codes
    }

    /// The status of plain success: the lowest 2xx that is not 202.
    pub fn success(&self) -> u16 {
        self.answers.keys().copied().find(|status| (200..300).contains(status) && *status != 202).unwrap_or(200)
    }
}

fn read_parameters(source: &Source<'_>) -> Result<Vec<Parameter>, DescriptionError> {
    let Source { document, item, operation, components, pointer } = *source;
    let own = operation["parameters"].as_array().into_iter().flatten().map(|own| follow(own, document));
    let own: Vec<&Value> = own.collect();
    // A path item's parameters hold for all its operations; one of the same name and place goes before.
    let shared = item["parameters"].as_array().into_iter().flatten().map(|shared| follow(shared, document));
    let shared =
        shared.filter(|shared| !own.iter().any(|own| own["name"] == shared["name"] && own["in"] == shared["in"]));
    let all: Vec<&Value> = shared.chain(own.iter().copied()).collect();
    let mut parameters = Vec::new();
    for (index, parameter) in all.into_iter().enumerate() {
        let at = |what| DescriptionError::Shape { what, pointer: format!("{pointer}/parameters/{index}") };
        let location = match parameter["in"].as_str() {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            // No operation of LinkCy's reads one.
            Some("cookie") => continue,
            _ => return Err(at("place of a parameter")),
        };
        let name = parameter["name"].as_str().ok_or_else(|| at("name of a parameter"))?;
        let required = parameter["required"].as_bool().unwrap_or(false);
        let schema = Schema::new(parameter["schema"].clone(), components);
        // An object in the query is sent as its fields: OpenAPI's default style is an exploded form.
        let fields = schema.fields();
        if location == Location::Query && !fields.is_empty() {
            for (name, schema, required) in fields {
                parameters.push(Parameter { name, location, required, schema });
            }
        } else {
            parameters.push(Parameter { name: name.to_owned(), location, required, schema });
        }
    }
    Ok(parameters)
}
