//! Patches: absent, null and present are three different things.

use linkcy::types::{Amount, Patch};
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Update {
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    name: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    limit: Patch<Amount>,
}

#[test]
fn absent_keeps_null_clears_and_a_value_sets() {
    for (json, update) in [
        ("{}", Update::default()),
        (r#"{"name":null}"#, Update { name: Patch::Clear, limit: Patch::Keep }),
        (r#"{"name":""}"#, Update { name: Patch::Set(String::new()), limit: Patch::Keep }),
        (
            r#"{"name":"Rent","limit":10.1}"#,
            Update { name: Patch::Set("Rent".into()), limit: Patch::Set("10.1".parse().unwrap()) },
        ),
        (r#"{"limit":null}"#, Update { name: Patch::Keep, limit: Patch::Clear }),
    ] {
        assert_eq!(serde_json::from_str::<Update>(json).unwrap(), update, "{json}");
        assert_eq!(serde_json::to_string(&update).unwrap(), json);
    }
}

#[test]
fn a_request_to_update_takes_text_as_it_is() {
    let update = linkcy::types::LedgerUpdateRequest::new().friendly_name("Rent");
    assert_eq!(serde_json::to_string(&update).unwrap(), r#"{"friendlyName":"Rent"}"#);
}

#[cfg(feature = "schemars")]
#[test]
fn its_schema_accepts_the_value_and_null() {
    let schema = serde_json::to_value(schemars::schema_for!(Patch<String>)).unwrap();
    assert_eq!(schema["type"], serde_json::json!(["string", "null"]));
}
