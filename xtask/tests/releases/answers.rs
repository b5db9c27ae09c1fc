//! Releases that change what LinkCy answers.

use serde_json::{Value, json};
use xtask::diff::{Semver, Verdict};

use super::Release;
use super::edit::*;

pub const FOURTH_BRANCH: fn(&mut Value) = |d| {
    let review = json!({ "type": "object", "required": ["reviewUrl"], "properties": { "reviewUrl": text() } });
    set(d, SCHEMAS, "ReviewLoginResponseDto", review);
    list(d, "/components/schemas/UserPassLoginResponseDto/anyOf").insert(0, named("ReviewLoginResponseDto"));
};

pub const RELEASES: &[Release] = &[
    Release::new("a required field in an answer", Verdict::Compatible, Semver::Minor, |d| {
        set(d, "/components/schemas/TokenLoginResponseDto/properties", "expiresIn", json!({ "type": "integer" }));
        list(d, "/components/schemas/TokenLoginResponseDto/required").insert(0, json!("expiresIn"));
    }),
    Release::new("another login branch", Verdict::Risky, Semver::Minor, FOURTH_BRANCH),
    Release::new("an optional field on one of two equal structs", Verdict::Compatible, Semver::Minor, |d| {
        set(d, "/components/schemas/DirectDebitMandateActivateResponseDto/properties", "note", text());
    }),
    Release::new("an optional field on the other of them", Verdict::Compatible, Semver::Minor, |d| {
        set(d, "/components/schemas/DirectDebitMandateCancelResponseDto/properties", "note", text());
    }),
    Release::new("200 becomes 201", Verdict::Compatible, Semver::Minor, |d| {
        rename(d, &format!("{CREDIT}/responses"), "200", "201");
    }),
    Release::new("every 200 becomes 201", Verdict::Compatible, Semver::Minor, |d| {
        for operation in operations(d) {
            let responses = operation["responses"].as_object_mut().expect("responses");
            if !responses.contains_key("201")
                && let Some(answer) = responses.remove("200")
            {
                responses.insert("201".to_owned(), answer);
            }
        }
    }),
    Release::new("a new error code", Verdict::Risky, Semver::Minor, |d| {
        list(d, "/components/schemas/LedgerCloseLedgerAndCardsResponse/properties/errorCode/enum")
            .push(json!("LEDGER_UNDER_REVIEW"));
    }),
    Release::new("a property moved into allOf", Verdict::Compatible, Semver::Patch, |d| {
        let schema = d["components"]["schemas"]["TokenLoginResponseDto"].take();
        set(d, SCHEMAS, "TokenLoginResponseDtoBase", schema);
        set(d, SCHEMAS, "TokenLoginResponseDto", json!({ "allOf": [named("TokenLoginResponseDtoBase")] }));
    }),
    Release::new("`*/*` becomes JSON everywhere, and back", Verdict::Compatible, Semver::Patch, |d| {
        for operation in operations(d) {
            every(&mut operation["responses"], &|members| {
                if let Some(content) = members.get_mut("content").and_then(Value::as_object_mut)
                    && let Some(media) = content.remove("application/json")
                {
                    content.insert("*/*".to_owned(), media);
                }
            });
        }
    }),
    Release::new("a field of an answer goes", Verdict::Breaking, Semver::Major, |d| {
        set(
            d,
            SCHEMAS,
            "DirectDebitMandateActivateResponseDto",
            json!({ "type": "object", "properties": { "note": text() } }),
        );
    }),
];
