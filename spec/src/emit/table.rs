//! Writes the operation table: one row for each operation, everything that a call asks about it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::docs;
use crate::model::{Model, Output, TypedOperation};
use crate::names::{Access, Repeat};
use crate::work::{AnswerBody, PageOf, Sca};

pub(crate) fn write(model: &Model) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "/// `info.version` of the description this was built from.");
    let _ = writeln!(out, "pub const API_VERSION: &str = {:?};\n", model.version);
    let _ = writeln!(out, "/// Every operation of the API that this build has.");
    let _ = writeln!(out, "pub static OPERATIONS: [OperationInfo; {}] = [", model.operations.len());
    for operation in &model.operations {
        row(&mut out, operation);
    }
    let _ = writeln!(out, "];");
    match model.error_codes.is_empty() {
        // A list without a value is none: one that is never sent stands for it.
        true => {
            let _ = writeln!(
                out,
                "\nopen_enum! {{\n    /// The description documents no error code.\n    pub enum ErrorCode {{\n        Undocumented = \"UNDOCUMENTED\",\n    }}\n}}"
            );
        }
        false => {
            let text = "Every `errorCode` the description documents, open to those it does not.";
            let _ = writeln!(out, "\nopen_enum! {{\n{}    pub enum ErrorCode {{", docs::markup("    ///", text));
            for (code, variant) in &model.error_codes {
                out.push_str(&docs::markup("        ///", &error_code(model, code)));
                let _ = writeln!(out, "        {variant} = {code:?},");
            }
            let _ = writeln!(out, "    }}\n}}");
        }
    }
    out
}

/// What a code means, and which operations document it.
fn error_code(model: &Model, code: &str) -> String {
    const SHOWN: usize = 4;
    let documented = model.operations.iter().flat_map(|operation| {
        let errors = operation.entry.errors.iter().filter(|(_, codes)| codes.contains(code));
        errors.map(|(status, _)| (status, operation.entry.name()))
    });
    let mut by_status: BTreeMap<&String, Vec<String>> = BTreeMap::new();
    for (status, name) in documented {
        by_status.entry(status).or_default().push(format!("`{name}`"));
    }
    let rows = by_status.into_iter().map(|(status, names)| {
        let more = match names.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("Status {status} of {}{more}.", names[..names.len().min(SHOWN)].join(", "))
    });
    let meaning = model.error_meanings.get(code).map(|meaning| docs::sentence(meaning));
    meaning.into_iter().chain(rows).collect::<Vec<_>>().join(" ")
}

fn row(out: &mut String, operation: &TypedOperation) {
    let entry = &operation.entry;
    let repeat = match entry.repeat {
        Some(Repeat::Safe) => "Safe",
        Some(Repeat::Idempotent) => "Idempotent",
        Some(Repeat::Never) | None => "Never",
    };
    let access = match entry.access {
        Some(Access::Anonymous) => "Anonymous",
        Some(Access::Either) => "Either",
        Some(Access::Bearer) | None => "Bearer",
    };
    let errors: Vec<String> = entry
        .errors
        .iter()
        .filter_map(|(status, codes)| {
            let status: u16 = status.parse().ok()?;
            Some(format!("({status}, &{:?})", codes.iter().collect::<Vec<_>>()))
        })
        .collect();
    let fields = [
        ("id", format!("{:?}", operation.id)),
        ("name", format!("{:?}", entry.name())),
        ("method", format!("{:?}", operation.endpoint.method.to_uppercase())),
        ("path", format!("{:?}", operation.endpoint.path)),
        ("summary", format!("{:?}", operation.summary)),
        ("area", format!("{:?}", operation.area)),
        ("access", format!("Access::{access}")),
        ("deprecated", operation.deprecated.to_string()),
        ("repeat", format!("Repeat::{repeat}")),
        ("sca", entry.sca.as_ref().map_or("None".into(), sca)),
        ("page", entry.page.as_ref().map_or("None".into(), page)),
        ("media", format!("{:?}", media(operation))),
        ("redirects", entry.redirect.to_string()),
        ("errors", format!("&[{}]", errors.join(", "))),
    ];
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let _ = writeln!(out, "    OperationInfo {{ {} }},", fields.join(", "));
}

/// The media type of a value that is a stream of bytes.
fn media(operation: &TypedOperation) -> Option<&str> {
    let streams = match &operation.output {
        Output::Bytes => true,
        Output::Maybe(inner) => **inner == Output::Bytes,
        _ => false,
    };
    let bytes = operation.entry.answers.iter().find_map(|answer| match &answer.body {
        AnswerBody::Bytes(media) => Some(media.as_str()),
        _ => None,
    });
    bytes.filter(|_| streams)
}

fn sca(sca: &Sca) -> String {
    format!(
        "Some(ScaHeaders {{ strategies: &{:?}, default_strategy: {:?}, takes_signature: {}, pending: {} }})",
        sca.strategies, sca.default_strategy, sca.takes_signature, sca.pending
    )
}

fn page(page: &PageOf) -> String {
    let count = |text: &Option<String>| match text {
        Some(count) if count.bytes().all(|byte| byte.is_ascii_digit()) => format!("Some({count})"),
        _ => "None".into(),
    };
    format!(
        "Some(PageLimits {{ max_size: {}, max_page: {}, windowed: {} }})",
        count(&page.max_size),
        count(&page.max_page),
        page.windowed
    )
}
