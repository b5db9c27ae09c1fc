//! What a release takes away, changes or demands.

use serde_json::{Value, json};
use xtask::diff::{Semver, Verdict};

use super::Release;
use super::api::*;

pub const RESTRICTIONS: &[Release] = &[
    (
        "an operation goes",
        |d| {
            remove(d, "/paths", "/api/partner/transfers");
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a path moves",
        |d| rename(d, "/paths", "/api/partner/transfers", "/api/partner/payments/transfers"),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a property gone behind references by $anchor",
        |d| {
            set(d, "", "openapi", json!("3.1.0"));
            rewritten(d, &|text| text.replace("#/components/schemas/Created", "#created"));
            set(d, SCHEMAS, "Created", json!({ "$anchor": "created", "type": "object" }));
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    ("/v1 before every path", |d| prefixed(d, "", "/v1"), Verdict::Breaking, Semver::Major),
    (
        "a request field becomes required",
        |d| list(d, &format!("{SCHEMAS}/Transfer_Partner/required")).push(json!("label")),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a new required request field",
        |d| {
            set(d, &format!("{SCHEMAS}/Transfer_Partner/properties"), "purpose", string());
            list(d, &format!("{SCHEMAS}/Transfer_Partner/required")).push(json!("purpose"));
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a required header parameter",
        |d| {
            list(d, &format!("{TRANSFER}/parameters"))
                .push(json!({ "name": "X-Trace", "in": "header", "required": true, "schema": string() }));
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a value that was sent goes",
        |d| {
            list(d, &format!("{SCHEMAS}/Transfer_Partner/properties/kind/enum")).pop();
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a longest length that was sent falls",
        |d| set(d, &format!("{SCHEMAS}/Transfer_Partner/properties/label"), "maxLength", json!(35)),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a pattern that was sent narrows",
        |d| set(d, &format!("{SCHEMAS}/Transfer_Partner/properties/label"), "pattern", json!("^[a-z]+$")),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a query bound falls",
        |d| {
            list(d, &format!("{LEDGER}/parameters"))[1]["schema"]["maximum"] = json!(50);
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a field of an answer goes",
        |d| {
            remove(d, &format!("{SCHEMAS}/Ledger_Partner/properties"), "status");
            list(d, &format!("{SCHEMAS}/Ledger_Partner/required")).pop();
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a field of an answer becomes optional",
        |d| {
            list(d, &format!("{SCHEMAS}/Ledger_Partner/required")).pop();
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a field of an answer is of another type",
        |d| set(d, &format!("{SCHEMAS}/Ledger_Partner/properties"), "id", json!({ "type": "integer" })),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "one struct became a union",
        |d| {
            let created = json!({ "anyOf": [named("Created"), named("Photo")] });
            set(d, &format!("{TRANSFER}/responses/200"), "content", content(created));
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "a branch that was sent goes",
        |d| {
            list(d, &format!("{PHOTO}/requestBody/content/application~1json/schema/anyOf")).pop();
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "JSON became XML",
        |d| rename(d, &format!("{TRANSFER}/responses/200/content"), "application/json", "application/xml"),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "*/* became XML",
        |d| rename(d, &format!("{LEDGER}/responses/200/content"), "*/*", "application/xml"),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "another scheme",
        |d| set(d, "/components/securitySchemes/Linkcy-Auth", "scheme", json!("basic")),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "credentials for the login",
        |d| {
            remove(d, LOGIN, "security");
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "another base path",
        |d| d["servers"] = json!([{ "url": "https://api.sandbox.linkcy.cloud/v2" }]),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "another host",
        |d| d["servers"] = json!([{ "url": "https://api.linkcy.example" }]),
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "a parameter moves from the query to a header",
        |d| {
            list(d, &format!("{LEDGER}/parameters"))[1]["in"] = json!("header");
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "an enum that is sent becomes one that may be null",
        |d| list(d, &format!("{SCHEMAS}/Transfer_Partner/properties/kind/enum")).push(Value::Null),
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "an enum that is received becomes one that may be null",
        |d| list(d, &format!("{SCHEMAS}/Ledger_Partner/properties/status/enum")).push(Value::Null),
        Verdict::Breaking,
        Semver::Major,
    ),
];

/// Bounds that answers loosen: our types do not check what they receive.
pub const LOOSENED: &[Release] = &[
    (
        "maxLength rises",
        |d| set(d, &format!("{SCHEMAS}/Ledger_Partner/properties/name"), "maxLength", json!(80)),
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "maxLength goes",
        |d| {
            remove(d, &format!("{SCHEMAS}/Ledger_Partner/properties/name"), "maxLength");
        },
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "minLength goes",
        |d| {
            remove(d, &format!("{SCHEMAS}/Ledger_Partner/properties/name"), "minLength");
        },
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "maxItems rises",
        |d| set(d, &format!("{SCHEMAS}/Ledger_Partner/properties/shares"), "maxItems", json!(50)),
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "minimum falls",
        |d| set(d, &format!("{SCHEMAS}/Ledger_Partner/properties/shares/items"), "minimum", json!(-1)),
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "maximum goes",
        |d| {
            remove(d, &format!("{SCHEMAS}/Ledger_Partner/properties/shares/items"), "maximum");
        },
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "maxLength falls",
        |d| set(d, &format!("{SCHEMAS}/Ledger_Partner/properties/name"), "maxLength", json!(20)),
        Verdict::Compatible,
        Semver::Minor,
    ),
];
