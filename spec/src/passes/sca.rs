//! Takes the `Linkcy-SCA-*` headers out of the signatures into the table: which operation takes which.

use serde_json::Value;

use crate::Error;
use crate::work::{Sca, Work};

const PASS: &str = "sca";
const PREFIX: &str = "linkcy-sca-";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let table = &mut work.operations;
    work.document.try_operations(|endpoint, operation| {
        let pending = !operation["responses"]["202"].is_null();
        let Some(Value::Array(parameters)) = operation.get_mut("parameters") else {
            return Ok(());
        };
        let (headers, others): (Vec<Value>, Vec<Value>) =
            std::mem::take(parameters).into_iter().partition(|parameter| sca_header(parameter).is_some());
        *parameters = others;
        if headers.is_empty() {
            return Ok(());
        }
        let mut sca = Sca { pending, ..Sca::default() };
        for header in &headers {
            let schema = &header["schema"];
            match sca_header(header).as_deref() {
                Some("strategy") => {
                    sca.strategies = values(schema);
                    sca.default_strategy = schema["default"].as_str().map(str::to_owned);
                }
                Some("factor") => sca.factors = values(schema),
                Some("id") => sca.takes_id = true,
                Some("signature") => sca.takes_signature = true,
                other => {
                    return Err(Error::new(
                        PASS,
                        &endpoint.pointer().child("parameters"),
                        format!("an SCA header of a new kind: Linkcy-SCA-{}", other.unwrap_or_default()),
                        "teach the sca pass and src/sca what it means",
                    ));
                }
            }
        }
        if let Some(entry) = table.get_mut(endpoint) {
            entry.sca = Some(sca);
        }
        Ok(())
    })
}

/// The part of an SCA header's name behind the common prefix, in lower case.
fn sca_header(parameter: &Value) -> Option<String> {
    let name = parameter["name"].as_str()?.to_ascii_lowercase();
    (parameter["in"] == "header").then(|| name.strip_prefix(PREFIX).map(str::to_owned)).flatten()
}

fn values(schema: &Value) -> Vec<String> {
    schema["enum"].as_array().into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}
