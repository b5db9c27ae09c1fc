//! Releases that change what LinkCy takes.

use serde_json::json;
use xtask::diff::{Semver, Verdict};

use super::Release;
use super::edit::*;

pub const RELEASES: &[Release] = &[
    Release::new("a new SCA header", Verdict::Compatible, Semver::Minor, |d| {
        list(d, &format!("{CLOSE}/parameters"))
            .push(json!({ "name": "Linkcy-SCA-Nonce", "in": "header", "schema": text() }));
    })
    .saying(&["does not know the SCA header Linkcy-SCA-Nonce"]),
    Release::new("a new optional header", Verdict::Compatible, Semver::Minor, |d| {
        list(d, &format!("{CLOSE}/parameters")).push(json!({ "name": "X-Trace", "in": "header", "schema": text() }));
    }),
    Release::new("a new required header", Verdict::Breaking, Semver::Major, |d| {
        list(d, &format!("{CLOSE}/parameters"))
            .push(json!({ "name": "X-Reason", "in": "header", "required": true, "schema": text() }));
    }),
    Release::new("an optional header and a cookie everywhere", Verdict::Compatible, Semver::Minor, |d| {
        for operation in operations(d) {
            let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
            let parameters = parameters.as_array_mut().expect("parameters");
            parameters.push(
                json!({ "name": "X-Request-Id", "in": "header", "schema": { "type": "string", "format": "uuid" } }),
            );
            parameters.push(json!({ "name": "locale", "in": "cookie", "schema": text() }));
        }
    }),
    Release::new("a required request field", Verdict::Breaking, Semver::Major, |d| {
        set(d, "/components/schemas/LedgerCloseRequestDto/properties", "iban", text());
        list(d, "/components/schemas/LedgerCloseRequestDto/required").push(json!("iban"));
    }),
    Release::new("an optional request field", Verdict::Compatible, Semver::Minor, |d| {
        set(d, "/components/schemas/LedgerCloseRequestDto/properties", "comment", text());
    }),
    Release::new("a value that is sent goes", Verdict::Breaking, Semver::Major, |d| {
        list(d, "/components/schemas/LedgerCloseRequestDto/properties/operator/enum").pop();
    }),
    Release::new("a bound of a request falls", Verdict::Breaking, Semver::Major, |d| {
        set(d, "/components/schemas/LedgerCloseRequestDto/properties/reason", "maxLength", json!(100));
    }),
    Release::new("a bound of a request rises", Verdict::Compatible, Semver::Minor, |d| {
        set(d, "/components/schemas/LedgerCloseRequestDto/properties/reason", "maxLength", json!(1000));
    }),
    Release::new("an operation goes", Verdict::Breaking, Semver::Major, |d| {
        remove(d, "/paths", "/api/partner/ledgers/{ledgerId}/close");
    })
    .saying(&["POST /api/partner/ledgers/{ledgerId}/close"]),
    Release::new("an operation is deprecated", Verdict::Compatible, Semver::Minor, |d| {
        set(d, CLOSE, "deprecated", json!(true))
    }),
    Release::new("an operation that corrections are for goes", Verdict::Breaking, Semver::Major, |d| {
        remove(d, "/paths", "/api/partner/cards/{cardId}/suspend");
    })
    .saying(&["hit nothing any more", "$.paths['/api/partner/cards/{cardId}/suspend']"]),
];
