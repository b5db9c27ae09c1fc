//! Everything that can be read without harm: the lists, then each thing by its id. By path, so that an answer which a type does not
//! fit is compared as well.

use std::collections::BTreeMap;

use linkcy::{Method, OPERATIONS, OperationInfo};
use serde_json::Value;

use super::Rehearsal;

/// Rows of a list that are looked at one by one.
const ROWS: usize = 3;

/// Parameters of paths, and the list whose ids they take.
const LISTS: [(&str, &str); 10] = [
    ("beneficiaryId", "beneficiaries.list"),
    ("cardId", "cards.list"),
    ("consumerId", "consumers.list"),
    ("corporateId", "corporates.list"),
    ("corporateRelatedId", "related_entities.list"),
    ("documentId", "documents.list"),
    ("kycId", "kyc.list"),
    ("ledgerId", "ledgers.list"),
    ("mandateId", "mandates.list"),
    ("transactionId", "transactions.list"),
];

/// What shows PINs and card numbers, what makes a document when it is asked for, and what takes ids that no list has.
const LEFT_ALONE: [&str; 5] = [
    "acquiring.get_transaction",
    "cards.get_pan_credentials",
    "cards.get_pin",
    "corporates.diligence_review",
    "sandbox.get_truncated_pan",
];

/// What has to be in the query.
const QUERIES: [(&str, &[(&str, &str)]); 1] = [("terms.get", &[("language", "EN"), ("type", "CONSUMER")])];

impl Rehearsal {
    pub(super) async fn reads(&self) {
        let mut rows: Vec<&OperationInfo> = OPERATIONS
            .iter()
            .filter(|row| row.method == "GET" && row.media.is_none() && !LEFT_ALONE.contains(&row.name))
            .collect();
        // What takes an id follows the list that has it.
        rows.sort_by_key(|row| (row.path.matches('{').count(), row.page.is_none()));
        let mut ids: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for row in rows {
            for path in paths(row.path, &ids) {
                let mut call = self.client.request(Method::GET, path);
                for (name, value) in QUERIES.iter().filter(|(name, _)| *name == row.name).flat_map(|(_, query)| *query)
                {
                    call = call.query(*name, value);
                }
                if let Some(reply) = self.ask(row.name, call.send()).await {
                    ids.entry(row.name).or_default().extend(ids_in(&reply.value));
                }
            }
        }
    }
}

/// The path with each of the ids that are known for it; itself where it takes none.
fn paths(template: &str, ids: &BTreeMap<&str, Vec<String>>) -> Vec<String> {
    let Some((before, parameter, after)) = template
        .split_once('{')
        .and_then(|(before, rest)| rest.split_once('}').map(|(name, after)| (before, name, after)))
    else {
        return vec![template.to_owned()];
    };
    let list = LISTS.iter().find(|(name, _)| *name == parameter).map(|(_, list)| *list);
    let known = list.and_then(|list| ids.get(list)).map(Vec::as_slice).unwrap_or_default();
    known.iter().map(|id| format!("{before}{id}{after}")).collect()
}

/// The ids of the first rows of a list.
fn ids_in(list: &Value) -> Vec<String> {
    let rows = list["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(|row| Some(row["id"].as_str()?.to_owned())).take(ROWS).collect()
}
