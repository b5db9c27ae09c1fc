//! Releases that write the same otherwise, and new operations with names of every kind.

use serde_json::{Value, json};
use xtask::diff::{Semver, Verdict};

use super::Release;
use super::edit::*;

pub const OPERATIONS_OF_AN_ODD_NAME: fn(&mut Value) = |d| {
    for path in ["/api/partner/ledgers/{ledgerId}/return", "/api/partner/transactions/match"] {
        let item = d["paths"]["/api/partner/ledgers/{ledgerId}/close"].clone();
        set(d, "/paths", path, item);
    }
};

/// `nullable` as 3.1 writes it.
fn in_3_1(d: &mut Value) {
    d["openapi"] = json!("3.1.0");
    every(d, &|members| {
        if members.get("nullable") == Some(&json!(true)) && members.get("type").is_some_and(Value::is_string) {
            members.remove("nullable");
            let ty = members["type"].clone();
            members.insert("type".to_owned(), json!([ty, "null"]));
        }
    });
}

pub const RELEASES: &[Release] = &[
    Release::new("nothing but the version", Verdict::Compatible, Semver::Patch, |_| {}),
    Release::new("OpenAPI 3.1 with type lists", Verdict::Compatible, Semver::Patch, in_3_1),
    Release::new("lists in another order", Verdict::Compatible, Semver::Patch, |d| {
        every(d, &|members| {
            for key in ["required", "enum", "anyOf", "oneOf", "parameters"] {
                if let Some(Value::Array(items)) = members.get_mut(key) {
                    items.reverse();
                }
            }
        });
    }),
    Release::new("`/v1` in every path, and a new server", Verdict::Breaking, Semver::Major, |d| {
        let paths = std::mem::take(at(d, "/paths"));
        *at(d, "/paths") = paths.into_iter().map(|(path, item)| (format!("/v1{path}"), item)).collect();
    })
    .asking(&["of our 107 operations it has 0"]),
    Release::new("`/api` moves from the paths to the server", Verdict::Compatible, Semver::Patch, |d| {
        let paths = std::mem::take(at(d, "/paths"));
        let shorter = |path: String| path.trim_start_matches("/api").to_owned();
        *at(d, "/paths") = paths.into_iter().map(|(path, item)| (shorter(path), item)).collect();
        d["servers"][0]["url"] = json!("https://api.sandbox.linkcy.cloud/api");
    }),
    Release::new("other words everywhere", Verdict::Compatible, Semver::Patch, |d| {
        every(d, &|members| {
            if let Some(Value::String(words)) = members.get_mut("description") {
                words.push_str(" Indeed.");
            }
        });
    }),
    Release::new("operations that end in words of Rust", Verdict::Compatible, Semver::Minor, OPERATIONS_OF_AN_ODD_NAME)
        .saying(&["names to be reviewed", "/return = ", "/match = "]),
    Release::new("two new lists under one property's name", Verdict::Compatible, Semver::Minor, |d| {
        let of = |values: [&str; 2]| json!({ "type": "string", "enum": values });
        set(d, "/components/schemas/LedgerCloseRequestDto/properties", "channel", of(["APP", "WEB"]));
        set(d, "/components/schemas/TokenLoginResponseDto/properties", "channel", of(["PUSH", "SMS"]));
    }),
    Release::new("types that are called as ours", Verdict::Compatible, Semver::Minor, |d| {
        for name in ["Result", "Amount", "Option", "LedgerId", "ErrorCode"] {
            set(d, SCHEMAS, name, json!({ "type": "object", "properties": { "value": text() } }));
            set(d, "/components/schemas/TokenLoginResponseDto/properties", &name.to_lowercase(), named(name));
        }
    }),
    Release::new("a reference to nothing", Verdict::Compatible, Semver::Minor, |d| {
        set(d, "/components/schemas/TokenLoginResponseDto/properties", "device", named("DeviceDto"));
    })
    .saying(&["set aside", "DeviceDto"]),
    Release::new("a body of an inline form, and an answer of bytes", Verdict::Compatible, Semver::Minor, |d| {
        let form = json!({ "type": "object", "properties": { "file": { "type": "string", "format": "binary" } } });
        let answer = json!({ "description": "OK", "content": { "*/*": { "schema": { "type": "string", "format": "binary" } } } });
        let operation = json!({ "requestBody": { "content": { "multipart/form-data": { "schema": form } } },
            "responses": { "200": answer } });
        set(d, "/paths", "/api/partner/statements/import", json!({ "post": operation }));
    }),
];
