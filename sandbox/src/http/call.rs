//! One request as the operations see it: found in the description, its parameters typed, its body read and checked.

use std::collections::HashMap;
use std::sync::OnceLock;

use bytes::Bytes;
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use uuid::Uuid;

use crate::auth::Caller;
use crate::description::{Location, Operation, Violation};
use crate::http::multipart;
use crate::http::multipart::File;
use crate::http::refusal::Refusal;

/// How deep a body may be nested. serde_json reads 128 levels, and the store wraps a body in a few more.
const DEEPEST_BODY: usize = 64;

/// A request that conforms to the description.
#[derive(Debug)]
pub struct Call<'d> {
    /// What is called.
    pub operation: &'d Operation,
    /// The raw path, as sent.
    pub path: String,
    /// The raw query, as sent.
    pub query: String,
    /// The body's exact bytes.
    pub bytes: Bytes,
    /// The body as JSON; for multipart its text fields.
    pub body: Value,
    /// The uploaded file of a multipart body.
    pub file: Option<File>,
    parameters: HashMap<String, Value>,
}

/// The raw parts of a request.
#[derive(Debug)]
pub struct Raw {
    /// Method, address and headers.
    pub parts: Parts,
    /// The body's exact bytes.
    pub bytes: Bytes,
    /// Who calls, once that is known.
    pub caller: OnceLock<Caller>,
}

impl Raw {
    /// A header's value, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        // `HeaderValue::to_str` looks at each byte by itself, and a token has some thousand.
        std::str::from_utf8(self.parts.headers.get(name)?.as_bytes()).ok().filter(|text| text.is_ascii())
    }

    /// Whether a header was sent more than once, so that it is open which of its values counts.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.parts.headers.get_all(name).iter().nth(1).is_some()
    }
}

impl<'d> Call<'d> {
    /// Checks the request against the description.
    ///
    /// # Errors
    /// Names every parameter and field that does not conform.
    pub async fn read(operation: &'d Operation, path_values: &[(&str, String)], raw: &Raw) -> Result<Self, Refusal> {
        let path = raw.parts.uri.path().to_owned();
        let query = raw.parts.uri.query().unwrap_or_default().to_owned();
        let mut wrong = Vec::new();
        let parameters = read_parameters(operation, path_values, &query, raw, &mut wrong);
        let (body, file) = read_body(operation, raw, &mut wrong).await?;
        if !wrong.is_empty() {
            return Err(Refusal::Fields(wrong));
        }
        Ok(Self { operation, path, query, bytes: raw.bytes.clone(), body, file, parameters })
    }

    /// A parameter's value, if it was sent.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters.get(name)
    }

    /// A parameter as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameter(name)?.as_str()
    }

    /// A parameter as an id.
    pub fn id(&self, name: &str) -> Option<Uuid> {
        self.text(name)?.parse().ok()
    }

    /// A parameter that lists values; empty when it wasn't sent.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        match self.parameter(name) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) => vec![one],
            _ => Vec::new(),
        }
    }

    /// The only id in the path.
    pub fn path_id(&self) -> Option<Uuid> {
        let mut places = self.operation.parameters.iter().filter(|parameter| parameter.location == Location::Path);
        places.find_map(|parameter| self.id(&parameter.name))
    }
}

/// Why a date with an offset is refused that a client wrote as it is.
const PLUS: &str = "; a + in a query is a space: write it as %2B";

fn read_parameters(
    operation: &Operation,
    path_values: &[(&str, String)],
    query: &str,
    raw: &Raw,
    wrong: &mut Vec<Violation>,
) -> HashMap<String, Value> {
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let mut parameters = HashMap::new();
    for parameter in &operation.parameters {
        let texts: Vec<String> = match parameter.location {
            Location::Path => path_values
                .iter()
                .filter(|(name, _)| *name == parameter.name)
                .map(|(_, value)| percent_decode_str(value).decode_utf8_lossy().into_owned())
                .collect(),
            Location::Query => {
                // springdoc clients also send a list as name[]=a&name[]=b.
                let same = |name: &str| name.strip_suffix("[]").unwrap_or(name) == parameter.name;
                pairs.iter().filter(|(name, _)| same(name)).map(|(_, value)| value.to_string()).collect()
            }
            Location::Header => raw.header(&parameter.name).map(str::to_owned).into_iter().collect(),
        };
        let is_repeated = match parameter.location {
            Location::Path => false,
            Location::Query => texts.len() > 1 && !parameter.schema.is_list(),
            Location::Header => raw.is_repeated(&parameter.name),
        };
        if is_repeated {
            wrong.push(Violation {
                field: parameter.name.clone(),
                rejected: texts.join(", "),
                message: "was sent more than once".into(),
            });
            continue;
        }
        if texts.is_empty() {
            if parameter.required {
                wrong.push(Violation {
                    field: parameter.name.clone(),
                    rejected: String::new(),
                    message: "must not be null".into(),
                });
            }
            if parameter.location == Location::Query
                && let Some(default) = parameter.schema.default_value()
            {
                parameters.insert(parameter.name.clone(), default.clone());
            }
            continue;
        }
        let value = parameter.schema.typed(&texts);
        let violations = parameter.schema.violations(&value);
        if violations.is_empty() {
            parameters.insert(parameter.name.clone(), value);
        }
        let hint = if parameter.location == Location::Query && query.contains('+') { PLUS } else { "" };
        wrong.extend(violations.into_iter().map(|violation| Violation {
            field: format!("{}{}", parameter.name, violation.field),
            message: if violation.rejected.contains(' ') { violation.message + hint } else { violation.message },
            rejected: violation.rejected,
        }));
    }
    parameters
}

async fn read_body(
    operation: &Operation,
    raw: &Raw,
    wrong: &mut Vec<Violation>,
) -> Result<(Value, Option<File>), Refusal> {
    let Some(expected) = &operation.body else {
        return Ok((Value::Null, None));
    };
    let sent = raw.header("content-type").unwrap_or_default();
    if !raw.bytes.is_empty() {
        is_readable(raw, sent, &expected.content_type)?;
    }
    let (mut body, file) = if expected.content_type == "multipart/form-data" {
        match multipart::read(sent, raw.bytes.clone()).await {
            Ok((fields, file)) => (fields, Some(file)),
            Err(violation) => {
                wrong.push(violation);
                return Ok((Value::Null, None));
            }
        }
    } else {
        match json(&raw.bytes) {
            Ok(body) => (body, None),
            Err(error) => {
                let message = format!("the body is not JSON: {error}");
                wrong.push(Violation { field: String::new(), rejected: String::new(), message });
                return Ok((Value::Null, None));
            }
        }
    };
    if depth(&body) > DEEPEST_BODY {
        let message = format!("is nested deeper than {DEEPEST_BODY} levels");
        wrong.push(Violation { field: String::new(), rejected: String::new(), message });
        return Ok((Value::Null, None));
    }
    wrong.extend(expected.schema.body_violations(&body));
    expected.schema.fill_defaults(&mut body);
    Ok((body, file))
}

/// Refuses a body in another media type, charset or coding than the one that is read.
fn is_readable(raw: &Raw, sent: &str, expected: &str) -> Result<(), Refusal> {
    let mut parts = sent.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    if raw.is_repeated("content-type") || !media_type.eq_ignore_ascii_case(expected) {
        return Err(Refusal::MediaType(expected.to_owned()));
    }
    let charset = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("charset"));
    let charset = charset.map_or("utf-8", |(_, value)| value.trim_matches('"'));
    if !["utf-8", "utf8", "us-ascii"].iter().any(|known| known.eq_ignore_ascii_case(charset)) {
        return Err(Refusal::MediaType(format!("{expected} in UTF-8, not in {charset}")));
    }
    match raw.header("content-encoding") {
        Some(coding) if !coding.eq_ignore_ascii_case("identity") => {
            Err(Refusal::MediaType(format!("{expected} without Content-Encoding, and not {coding}")))
        }
        _ => Ok(()),
    }
}

/// JSON as it is sent: a byte order mark before it, as some clients write, says nothing.
pub(crate) fn json(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
}

/// How deep the objects and arrays of a value are nested.
fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_escaped_and_keeps_what_is_not() {
        let mut pairs = form_urlencoded::parse(b"a%20b+c%2B%C3%A9=100%&&x");
        assert_eq!(pairs.next(), Some(("a b c+é".into(), "100%".into())));
        assert_eq!(pairs.next(), Some(("x".into(), "".into())));
        assert_eq!(percent_decode_str("100%+a%20b").decode_utf8_lossy(), "100%+a b");
    }
}
