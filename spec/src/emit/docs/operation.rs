//! The doc of an operation: what it does, who may call it, what comes back, and the errors that are documented.

use std::fmt::Write;

use super::{field, plain, sentence};
use crate::emit::operations::arguments;
use crate::model::{Operation, Output};
use crate::names::{Access, Repeat};

pub(crate) fn documentation(operation: &Operation) -> String {
    let entry = &operation.entry;
    let mut paragraphs: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if !text.is_empty() {
            paragraphs.push(text);
        }
    };
    add(plain(&sentence(&operation.summary)));
    if operation.description.trim() != operation.summary.trim() {
        add(plain(&operation.description));
    }
    add(format!("`{} {}`", operation.endpoint.method.to_uppercase(), operation.endpoint.path.replace('`', "'")));
    if entry.sca.is_some() {
        add("May need strong customer authentication: see [`crate::sca`].".into());
    }
    match entry.access {
        Some(Access::Anonymous) => add("Needs no session.".into()),
        Some(Access::Either) => add("Needs no session, and uses the client's where it has one.".into()),
        Some(Access::Bearer) | None => {}
    }
    add(match entry.repeat {
        Some(Repeat::Safe) => "Only reads: sent again when an answer is lost.".into(),
        Some(Repeat::Idempotent) => "Twice is the same as once: sent again when an answer is lost.".into(),
        Some(Repeat::Never) | None => {
            "Creates or moves something: a lost answer is [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown), and \
             nothing is sent twice."
                .into()
        }
    });
    let given: Vec<String> = arguments(operation)
        .into_iter()
        .map(|field| format!("- `{}`: {}", field.rust, field::field(field).replace("\n\n", " ").replace('\n', " ")))
        .collect();
    if !given.is_empty() {
        add(format!("# Arguments\n\n{}", given.join("\n")));
    }
    match &operation.output {
        Output::Json(ty) => add(format!("Gives: {}.", field::lower(&field::what(ty)))),
        Output::Text => add("Gives a text.".into()),
        Output::Bytes => add("Gives a stream of bytes.".into()),
        Output::Maybe(_) => add("Gives a value, or `None` where the answer has no body.".into()),
        Output::ByStatus(name, _) => add(format!("Gives one of several answers: [`{name}`](crate::types::{name}).")),
        Output::Empty => {}
    }
    let mut errors = String::from("# Errors\n\nWhat any call can meet ([`Error`](crate::Error))");
    if entry.errors.values().all(|codes| codes.is_empty()) {
        errors.push_str("; no error codes are documented.");
    } else {
        errors.push_str(", and these documented codes:\n");
        for (status, codes) in entry.errors.iter().filter(|(_, codes)| !codes.is_empty()) {
            let codes: Vec<String> = codes.iter().map(|code| format!("`{}`", code.replace('`', "'"))).collect();
            let _ = write!(errors, "\n- {status}: {}", codes.join(", "));
        }
    }
    add(errors);
    paragraphs.join("\n\n")
}
