//! Why a request is refused, in LinkCy's error shapes.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::description::{Operation, Violation};
use crate::http::answer::Answer;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// A documented errorCode; the description says under which status this operation answers it.
    Code {
        /// The errorCode.
        code: &'static str,
        /// What a person may want to know.
        message: String,
    },
    /// Fields that are wrong: 400 with `details`.
    Fields(Vec<Violation>),
    /// No, bad or expired bearer: 401.
    Unauthorized(&'static str),
    /// The wrong bearer: 403.
    Forbidden(&'static str),
    /// No such path: 404.
    NoRoute,
    /// A path without that method: 405.
    WrongMethod(Vec<String>),
    /// A body of another media type than the documented one: 415.
    MediaType(String),
    /// A body that is too large: 413.
    TooLarge,
    /// A body that takes too long to arrive: 408.
    TooSlow,
    /// A request of another site's page, or under another name: 403.
    NotHere(String),
    /// What was asked of does not allow it now: 409 without errorCode.
    Conflict(String),
    /// Something named is not there: 404 without errorCode.
    Missing(String),
    /// The store can't keep what was done; it was undone: 500.
    Store(String),
}

/// A refusal with an errorCode that needs no more words.
pub fn refuse<T>(code: &'static str) -> Result<T, Refusal> {
    Err(Refusal::code(code))
}

/// A refusal of one field.
pub fn wrong_field<T>(field: &str, rejected: impl ToString, message: &str) -> Result<T, Refusal> {
    Err(Refusal::Fields(vec![Violation {
        field: field.to_owned(),
        rejected: rejected.to_string(),
        message: message.to_owned(),
    }]))
}

impl Refusal {
    /// A refusal with an errorCode that needs no more words.
    pub fn code(code: &'static str) -> Self {
        let words = code.to_ascii_lowercase().replace('_', " ");
        Refusal::Code { code, message: words }
    }

    /// The answer that says so, in the shape of this operation's documentation.
    pub fn answer(self, operation: Option<&Operation>, now: Timestamp) -> Answer {
        let (status, code, message, details) = match self {
            Refusal::Code { code, message } => {
                let documents = |status: u16| operation.is_none_or(|one| one.answers.contains_key(&status));
                let fallback = undocumented(code);
                match operation.and_then(|one| one.status_of(code)) {
                    // A 400 has no message of its own: its details have it.
                    Some(400) => {
                        let detail = Violation { field: String::new(), rejected: String::new(), message };
                        (400, Some(code), String::new(), vec![detail])
                    }
                    Some(status) => (status, Some(code), message, Vec::new()),
                    // Neither the code nor its usual status is documented here: the request is simply bad.
                    None if !documents(fallback) && documents(400) && !code.starts_with("SCA_") => {
                        let nothing = String::new();
                        let detail = Violation { field: nothing.clone(), rejected: nothing.clone(), message };
                        (400, None, nothing, vec![detail])
                    }
                    None => (fallback, Some(code), message, Vec::new()),
                }
            }
            Refusal::Fields(violations) => (400, None, String::new(), violations),
            Refusal::Unauthorized(message) => (401, None, message.to_owned(), Vec::new()),
            Refusal::Forbidden(message) => (403, None, message.to_owned(), Vec::new()),
            Refusal::NoRoute => {
                (404, Some("RESOURCE_NOT_FOUND"), "no such path; case and slashes count".to_owned(), Vec::new())
            }
            Refusal::WrongMethod(allowed) => {
                let message = format!("this path takes {}", allowed.join(", "));
                return Answer::json(body(405, None, &message, &[], now))
                    .with_status(405)
                    .with_header("allow", allowed.join(", "));
            }
            Refusal::MediaType(wanted) => (415, None, format!("the body must be {wanted}"), Vec::new()),
            Refusal::TooSlow => (408, None, "the body took too long to arrive".to_owned(), Vec::new()),
            Refusal::NotHere(message) => (403, None, message, Vec::new()),
            Refusal::Conflict(message) => (409, None, message, Vec::new()),
            Refusal::Missing(message) => (404, None, message, Vec::new()),
            Refusal::TooLarge => (413, None, "the body is too large".to_owned(), Vec::new()),
            Refusal::Store(message) => (500, None, message, Vec::new()),
        };
        Answer::json(body(status, code, &message, &details, now)).with_status(status)
    }
}

/// The status of an errorCode that the operation doesn't document: by its name.
fn undocumented(code: &str) -> u16 {
    match code {
        "SCA_FACTOR_NOT_SET" => 400,
        "SCA_REQUIRED" => 409,
        _ if code.starts_with("INSUFFICIENT_RIGHTS") => 403,
        _ if code.ends_with("_NOT_FOUND") => 404,
        _ if code.starts_with("INVALID_") || code.ends_with("_REQUIRED") => 400,
        _ => 409,
    }
}

/// LinkCy's error body: `details` and no message on 400, errorCode and message on 404 and 409.
fn body(status: u16, code: Option<&str>, message: &str, details: &[Violation], now: Timestamp) -> Value {
    let error = match status {
        400 => "linkcy.bad.request",
        401 => "linkcy.unauthorized",
        403 => "linkcy.forbidden",
        404 => "linkcy.not.found",
        405 => "linkcy.method.not.allowed",
        408 => "linkcy.request.timeout",
        409 => "linkcy.conflict",
        413 => "linkcy.payload.too.large",
        415 => "linkcy.unsupported.media.type",
        _ => "linkcy.internal.server.error",
    };
    let mut body = Map::new();
    body.insert("error".into(), json!(error));
    body.insert("status".into(), json!(status));
    body.insert("timestamp".into(), json!(now.to_string()));
    if let Some(code) = code {
        body.insert("errorCode".into(), json!(code));
    }
    if status == 400 {
        let details = details.iter().map(|violation| {
            json!({ "field": violation.field, "rejectedValue": violation.rejected, "message": violation.message })
        });
        body.insert("details".into(), details.collect());
    } else {
        body.insert("message".into(), json!(message));
    }
    Value::Object(body)
}
