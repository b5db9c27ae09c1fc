//! The doc of an operation: what it does, who may call it, what comes back, and the errors that are documented.

use std::fmt::Write;

use super::{field, markup, plain, sentence};
use crate::emit::operations::{arguments, bodies, options};
use crate::emit::samples::example;
use crate::model::{Field, Model, Output, Shape, Ty, TypedBody, TypedOperation};
use crate::names::{Access, Repeat};
use crate::work::{PageOf, Sca};

/// The doc comment and attributes of the method. The example stands where the tests of the docs do not compile it, since one
/// test program compiles and calls all of them (`samples/example.rs`).
pub(crate) fn attributes(model: &Model, operation: &TypedOperation) -> String {
    let mut out = markup("    ///", &before_the_errors(model, operation));
    if let Some(example) = example(model, operation) {
        let _ = writeln!(out, "    ///\n    #[cfg_attr(not(doctest), doc = {example:?})]");
    }
    let _ = write!(out, "    ///\n{}", markup("    ///", &errors(model, operation)));
    if operation.deprecated {
        let _ = writeln!(out, "    #[deprecated = {:?}]", operation.deprecation());
    }
    out
}

/// The whole doc as one text.
#[cfg(test)]
pub(super) fn shown(model: &Model, operation: &TypedOperation) -> String {
    let example = example(model, operation).unwrap_or_default();
    format!("{}\n\n{example}\n{}\n", before_the_errors(model, operation), errors(model, operation))
}

fn example(model: &Model, operation: &TypedOperation) -> Option<String> {
    Some(format!("# Example\n\n```no_run\n{}```\n", example::of(model, operation)?.shown()))
}

fn before_the_errors(model: &Model, operation: &TypedOperation) -> String {
    let entry = &operation.entry;
    let mut paragraphs = vec![plain(&sentence(&operation.summary))];
    if operation.description.trim() != operation.summary.trim() {
        paragraphs.push(plain(&operation.description));
    }
    paragraphs.push(format!(
        "`{} {}`",
        operation.endpoint.method.to_uppercase(),
        operation.endpoint.path.replace('`', "'")
    ));
    paragraphs.push(caller(operation));
    paragraphs.extend(entry.sca.as_ref().map(sca));
    paragraphs.push(match entry.repeat {
        Some(Repeat::Safe) => "Reads and changes nothing: a call whose answer is lost is sent again.".into(),
        Some(Repeat::Idempotent) => {
            "Idempotent: twice is the same as once, so a call whose answer is lost is sent again.".into()
        }
        Some(Repeat::Never) | None => {
            "Not idempotent: it is sent again only where the first attempt provably did nothing (no connection, 429, an \
             expired token). A lost answer is [`Error::OutcomeUnknown`](crate::Error::OutcomeUnknown)."
                .into()
        }
    });
    let (body, optional_body) = bodies(operation);
    let item =
        |field: &Field| format!("- `{}`: {}", field.rust, field::field(field).replace("\n\n", " ").replace('\n', " "));
    let body_item = |body: &TypedBody| {
        let words = [plain(&sentence(&body.doc)), format!("{}.", body_words(model, &body.ty))];
        format!("- `{}`: {}", body.rust, words.join(" ").trim())
    };
    let mut section = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            paragraphs.push(format!("# {title}\n\n{}", items.join("\n")));
        }
    };
    section("Arguments", arguments(operation).into_iter().map(item).chain(body.map(body_item)).collect());
    section("Options", options(operation).map(item).chain(optional_body.map(body_item)).collect());
    paragraphs.push(format!("# Returns\n\n{}", returned(model, operation)));
    paragraphs.extend(entry.page.as_ref().map(page));
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.join("\n\n")
}

/// A body, and the forms that can be given in its place.
fn body_words(model: &Model, ty: &Ty) -> String {
    let what = field::what(ty);
    match ty.named().and_then(|name| model.types.get(name)).map(|ty| &ty.shape) {
        Some(Shape::Union(union)) => {
            let forms: Vec<String> = union.rows.iter().map(|row| field::what(&row.branch)).collect();
            format!("{what}, or one of its forms: {}", forms.join(", "))
        }
        _ => what,
    }
}

fn caller(operation: &TypedOperation) -> String {
    match (operation.entry.access, &operation.role) {
        (Some(Access::Anonymous), _) => "Anyone may call it: no session is needed, and no bearer is sent.".into(),
        (Some(Access::Either), _) => {
            "Anyone may call it: no session is needed, and the client's is used if it has one.".into()
        }
        (_, Some(role)) => {
            format!(
                "Needs a session, probably with the role `{role}` (by its name; see [roles](crate::operations#roles))."
            )
        }
        (_, None) => "Needs a session. The description names no role for it.".into(),
    }
}

fn sca(sca: &Sca) -> String {
    let mut text = String::from("May need strong customer authentication ([`crate::sca`])");
    let strategies: Vec<String> = sca
        .strategies
        .iter()
        .map(|strategy| match sca.default_strategy.as_ref() == Some(strategy) {
            true => format!("`{strategy}` (the server's default)"),
            false => format!("`{strategy}`"),
        })
        .collect();
    if !strategies.is_empty() {
        let _ = write!(
            text,
            ", by one of these strategies: {}; `.sca(..)` takes the [`ScaPolicy`](crate::ScaPolicy) that chooses one",
            strategies.join(", ")
        );
    }
    text.push('.');
    if sca.pending {
        text.push_str(
            " Until the user has approved it, the call fails with [`Error::Pending`](crate::Error::Pending), which can be waited for.",
        );
    }
    text
}

fn returned(model: &Model, operation: &TypedOperation) -> String {
    let mut text = match &operation.output {
        Output::Json(ty) => format!("{}.", field::what(page_of(model, ty))),
        Output::Text => "A text.".into(),
        Output::Bytes => "A stream of bytes.".into(),
        Output::Maybe(inner) => match &**inner {
            Output::Json(ty) => format!("{}, or `None` if the answer has no body.", field::what(ty)),
            _ => "A value, or `None` if the answer has no body.".into(),
        },
        Output::ByStatus(name, _) => format!("One of several answers, by status: [`{name}`](crate::types::{name})."),
        Output::Empty if operation.entry.redirect => "`()`; the answer is a redirect.".into(),
        Output::Empty => "`()`.".into(),
    };
    for (status, words) in &operation.successes {
        let _ = write!(text, " Status {status}: {}", plain(&sentence(words)));
    }
    text
}

/// A list of a page by what it holds: the vendor's name for it says less.
fn page_of<'m>(model: &'m Model, ty: &'m Ty) -> &'m Ty {
    match ty.named().and_then(|name| model.types.get(name)).map(|ty| &ty.shape) {
        Some(Shape::Alias(page @ Ty::Page(_))) => page,
        _ => ty,
    }
}

fn page(page: &PageOf) -> String {
    let mut text = String::from("`.await` gives one page, `.stream()` the rows of all pages.");
    if let Some(most) = &page.max_size {
        let _ = write!(text, " A page has at most {most} rows.");
    }
    if let Some(last) = &page.max_page {
        let _ = write!(text, " Page {last} is the last that can be asked for.");
    }
    text
}

fn errors(model: &Model, operation: &TypedOperation) -> String {
    let mut text = String::from("# Errors\n\n[`Error`](crate::Error) says what can go wrong with any call.");
    let documented = operation.entry.errors.iter().filter(|(_, codes)| !codes.is_empty());
    let rows: Vec<String> = documented
        .map(|(status, codes)| {
            let codes: Vec<String> = codes
                .iter()
                .map(|code| match model.error_meanings.get(code) {
                    Some(meaning) => format!("`{code}` ({meaning})"),
                    None => format!("`{}`", code.replace('`', "'")),
                })
                .collect();
            format!("- {status}{}: {}", meaning(status), codes.join(", "))
        })
        .collect();
    match rows.is_empty() {
        true => text.push_str(" The description documents no error code for this one."),
        false => {
            let _ = write!(text, " The description documents these codes for this one:\n\n{}", rows.join("\n"));
        }
    }
    text
}

/// What LinkCy's use of a status means, as `Error`'s questions have it.
fn meaning(status: &str) -> &'static str {
    match status {
        "400" => " (invalid request)",
        "401" => " (not authenticated)",
        "403" => " (not allowed)",
        "404" => " (not found)",
        "409" => " (conflict with the current state)",
        "429" => " (too many requests)",
        _ => "",
    }
}
