//! Takes the `Linkcy-SCA-*` headers out of the signatures into the table: which operation takes which.

use crate::api::{Kind, Parameter, Place, Schema};
use crate::finding::Finding;
use crate::work::{Sca, Work};

const PASS: &str = "sca";
const PREFIX: &str = "linkcy-sca-";

/// The strategies that `ScaPolicy` in src/sca/policy.rs can ask for.
const STRATEGIES: [&str; 3] = ["BY_PASS", "DATA_SIGNING", "PUSH_NOTIFICATION"];

pub(super) fn run(work: &mut Work) {
    for operation in &mut work.api.operations {
        let (headers, others): (Vec<Parameter>, Vec<Parameter>) = std::mem::take(&mut operation.parameters)
            .into_iter()
            .partition(|parameter| sca_header(parameter).is_some());
        operation.parameters = others;
        if headers.is_empty() {
            continue;
        }
        let mut sca = Sca { pending: operation.responses.contains_key("202"), ..Sca::default() };
        for header in &headers {
            match sca_header(header).as_deref() {
                Some("strategy") => {
                    sca.strategies = values(&header.schema);
                    for unknown in sca.strategies.iter().filter(|strategy| !STRATEGIES.contains(&strategy.as_str())) {
                        work.findings.push(
                            Finding::aside(
                                PASS,
                                "sca-strategy",
                                &header.at,
                                format!("src/sca has no policy for the SCA strategy {unknown}"),
                            )
                            .of(&operation.endpoint)
                            .then("the client cannot ask for it: add a policy to src/sca/policy.rs"),
                        );
                    }
                    let default = header.schema.about.default.as_ref();
                    sca.default_strategy = default.and_then(|default| default.as_str()).map(str::to_owned);
                }
                Some("signature") => sca.takes_signature = true,
                _ => work.findings.push(
                    Finding::aside(
                        PASS,
                        "sca-header",
                        &header.at,
                        format!("src/sca does not know the SCA header {}", header.name),
                    )
                    .of(&operation.endpoint)
                    .then("the client does not send it: implement it in src/sca"),
                ),
            }
        }
        if let Some(entry) = work.table.get_mut(&operation.endpoint) {
            entry.sca = Some(sca);
        }
        // "Waiting SCA" is no value: the call gives a pending value of its own.
        operation.responses.remove("202");
    }
}

/// The part of an SCA header's name behind the common prefix, in lower case.
fn sca_header(parameter: &Parameter) -> Option<String> {
    let name = parameter.name.to_ascii_lowercase();
    (parameter.place == Place::Header).then(|| name.strip_prefix(PREFIX).map(str::to_owned)).flatten()
}

fn values(schema: &Schema) -> Vec<String> {
    match &schema.kind {
        Kind::Enum(values) => values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}
