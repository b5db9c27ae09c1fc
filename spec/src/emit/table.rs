//! Writes the operation table: one row for each operation, everything the life of a call asks about it.

use std::fmt::Write;

use crate::model::{Model, Operation};
use crate::names::{Access, Repeat};
use crate::work::{PageOf, Sca};

pub(super) fn write(model: &Model) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "/// `info.version` of the description this was built from.");
    let _ = writeln!(out, "pub const API_VERSION: &str = {:?};\n", model.version);
    let _ = writeln!(out, "/// Every operation of the API that this build has.");
    let _ = writeln!(out, "pub static OPERATIONS: [OperationInfo; {}] = [", model.operations.len());
    for operation in &model.operations {
        row(&mut out, operation);
    }
    let _ = writeln!(out, "];");
    let codes: std::collections::BTreeSet<&String> =
        model.operations.iter().flat_map(|operation| operation.entry.errors.values().flatten()).collect();
    let _ = writeln!(
        out,
        "\nopen_enum! {{\n    /// Every `errorCode` the description documents, open to those it does not.\n    pub enum ErrorCode {{"
    );
    for code in codes {
        let _ = writeln!(out, "        {} = {code:?},", crate::model::variant(code));
    }
    let _ = writeln!(out, "    }}\n}}");
    out
}

fn row(out: &mut String, operation: &Operation) {
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
    let _ = writeln!(
        out,
        "    OperationInfo {{ id: {:?}, name: \"{}.{}\", method: {:?}, path: {:?}, summary: {:?}, area: {:?}, access: Access::{access}, deprecated: {}, repeat: Repeat::{repeat}, sca: {}, page: {}, media: {:?}, errors: &[{}] }},",
        operation.id,
        entry.handle,
        entry.verb,
        operation.endpoint.method.to_uppercase(),
        operation.endpoint.path,
        operation.summary,
        operation.area,
        operation.deprecated,
        entry.sca.as_ref().map_or("None".into(), sca),
        entry.page.as_ref().map_or("None".into(), page),
        entry.media,
        errors.join(", "),
    );
}

fn sca(sca: &Sca) -> String {
    format!(
        "Some(ScaHeaders {{ strategies: &{:?}, default_strategy: {:?}, factors: &{:?}, takes_id: {}, takes_signature: {}, pending: {} }})",
        sca.strategies, sca.default_strategy, sca.factors, sca.takes_id, sca.takes_signature, sca.pending
    )
}

fn page(page: &PageOf) -> String {
    format!(
        "Some(PageLimits {{ max_size: {:?}, max_page: {:?}, windowed: {} }})",
        page.max_size, page.max_page, page.windowed
    )
}
