//! What a release adds.

use serde_json::json;
use xtask::diff::{Semver, Verdict};

use super::Release;
use super::api::*;

pub const ADDITIONS: &[Release] = &[
    ("nothing", |_| {}, Verdict::Identical, Semver::None),
    (
        "a required field in an answer",
        |d| {
            set(d, &format!("{SCHEMAS}/Ledger_Partner/properties"), "iban", string());
            list(d, &format!("{SCHEMAS}/Ledger_Partner/required")).insert(0, json!("iban"));
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "a required field in a branch of an answer",
        |d| {
            set(d, &format!("{SCHEMAS}/Tokens/properties"), "expiresIn", json!({ "type": "integer" }));
            list(d, &format!("{SCHEMAS}/Tokens/required")).insert(0, json!("expiresIn"));
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "a fourth branch of the login",
        |d| {
            set(d, SCHEMAS, "Review", object(json!({ "reviewUrl": string() }), &["reviewUrl"]));
            list(d, &format!("{LOGIN}/responses/200/content/application~1json/schema/anyOf")).push(named("Review"));
        },
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "an optional field on one of two equal structs",
        |d| {
            set(d, &format!("{SCHEMAS}/LedgerAddress/properties"), "street", string());
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "a new error code",
        |d| {
            *d.pointer_mut(&format!("{TRANSFER}/responses/409")).expect("an answer") =
                errors(&["INSUFFICIENT_FUNDS", "LEDGER_CLOSED", "LIMIT_REACHED"]);
        },
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "a new value of an enum that is received",
        |d| {
            list(d, &format!("{SCHEMAS}/Ledger_Partner/properties/status/enum")).push(json!("SUSPENDED"));
        },
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "a new value of an enum that is sent",
        |d| {
            list(d, &format!("{SCHEMAS}/Transfer_Partner/properties/kind/enum")).push(json!("SWIFT"));
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "an optional header parameter",
        |d| {
            list(d, &format!("{TRANSFER}/parameters"))
                .push(json!({ "name": "X-Trace", "in": "header", "schema": string() }));
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "a new SCA header",
        |d| {
            list(d, &format!("{TRANSFER}/parameters"))
                .push(json!({ "name": "Linkcy-SCA-Nonce", "in": "header", "schema": string() }));
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "a new operation",
        |d| {
            let mut copy = d["paths"]["/api/partner/transfers"].clone();
            copy["post"]["operationId"] = json!("return_1");
            set(d, "/paths", "/api/partner/transfers/return", copy);
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "an optional request field",
        |d| {
            set(d, &format!("{SCHEMAS}/Transfer_Partner/properties"), "reference", string());
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "one more branch that may be sent",
        |d| {
            list(d, &format!("{PHOTO}/requestBody/content/application~1json/schema/anyOf"))
                .push(object(json!({ "raw": string() }), &["raw"]));
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "one more error status",
        |d| set(d, &format!("{TRANSFER}/responses"), "429", errors(&["TOO_MANY"])),
        Verdict::Compatible,
        Semver::Minor,
    ),
    ("an operation is deprecated", |d| set(d, TRANSFER, "deprecated", json!(true)), Verdict::Compatible, Semver::Minor),
    (
        "one more server",
        |d| list(d, "/servers").push(json!({ "url": "https://api.linkcy.example" })),
        Verdict::Compatible,
        Semver::Minor,
    ),
];
