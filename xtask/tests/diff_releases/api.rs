//! A small description in the vendor's style, and the edits that releases are made of.

use serde_json::{Value, json};

pub use super::edit::{at, list, remove, rename, set};

pub const TRANSFER: &str = "/paths/~1api~1partner~1transfers/post";
pub const LEDGER: &str = "/paths/~1api~1partner~1ledgers~1{ledgerId}/get";
pub const PHOTO: &str = "/paths/~1api~1partner~1consumers~1{consumerId}~1photo/put";
pub const LOGIN: &str = "/paths/~1api~1partner~1login/post";
pub const SCHEMAS: &str = "/components/schemas";

pub fn content(schema: Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

pub fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

pub fn string() -> Value {
    json!({ "type": "string" })
}

pub fn amount() -> Value {
    object(
        json!({ "value": { "type": "number" }, "currency": { "type": "string", "enum": ["EUR", "USD"] } }),
        &["value"],
    )
}

pub fn errors(codes: &[&str]) -> Value {
    let body = object(json!({ "errorCode": { "type": "string", "enum": codes }, "message": string() }), &["errorCode"]);
    json!({ "description": "Refused", "content": content(body) })
}

pub fn path_parameter(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } })
}

/// A description as the vendor writes it: numbered operationIds, inline enums, equal structs under two names, a union of
/// logins, an optional SCA header, one answer of `*/*`.
pub fn api() -> Value {
    let branch = |name: &str| object(json!({ name: string() }), &[name]);
    let sca = json!({ "name": "Linkcy-SCA-Strategy", "in": "header", "schema": { "type": "string", "enum": ["BIOMETRY", "BY_PASS"] } });
    let count = json!({ "name": "pageSize", "in": "query", "schema": { "type": "integer", "format": "int32", "maximum": 100 } });
    json!({
        "openapi": "3.0.1",
        "info": { "title": "Linkcy Api", "version": "1.114.5" },
        "servers": [{ "url": "https://api.sandbox.linkcy.cloud", "description": "Generated server url" }],
        "security": [{ "Linkcy-Auth": [] }],
        "tags": [{ "name": "Transaction", "description": "Money" }],
        "paths": {
            "/api/partner/login": { "post": {
                "tags": ["Partner"], "operationId": "login_1", "security": [],
                "requestBody": { "required": true, "content": content(object(json!({ "login": string(), "password": string() }), &["login", "password"])) },
                "responses": { "200": { "description": "OK", "content": content(json!({ "anyOf": [named("Tokens"), named("Expired"), named("Locked")] })) } },
            } },
            "/api/partner/transfers": { "post": {
                "tags": ["Transaction"], "operationId": "create_7", "parameters": [sca],
                "requestBody": { "required": true, "content": content(named("Transfer_Partner")) },
                "responses": {
                    "200": { "description": "OK", "content": content(named("Created")) },
                    "409": errors(&["INSUFFICIENT_FUNDS", "LEDGER_CLOSED"]),
                },
            } },
            "/api/partner/ledgers/{ledgerId}": { "get": {
                "tags": ["Ledger"], "operationId": "info_10", "parameters": [path_parameter("ledgerId"), count],
                "responses": { "200": { "description": "OK", "content": { "*/*": { "schema": named("Ledger_Partner") } } } },
            } },
            "/api/partner/consumers/{consumerId}/photo": { "put": {
                "tags": ["Consumer"], "operationId": "update_3", "parameters": [path_parameter("consumerId")],
                "requestBody": { "content": content(json!({ "anyOf": [named("PartnerAddress"), named("Photo")] })) },
                "responses": { "204": { "description": "No Content" } },
            } },
        },
        "components": {
            "schemas": {
                "Tokens": branch("accessToken"), "Expired": branch("changePasswordToken"), "Locked": branch("unlockDate"),
                "Transfer_Partner": object(json!({
                    "amount": amount(), "label": { "type": "string", "maxLength": 140, "pattern": "^[a-z ]+$" },
                    "kind": { "type": "string", "enum": ["SEPA", "INTER_LEDGER"] },
                }), &["amount"]),
                "Created": object(json!({ "id": { "type": "string", "format": "uuid" } }), &["id"]),
                "Ledger_Partner": object(json!({
                    "id": { "type": "string", "format": "uuid" }, "name": { "type": "string", "minLength": 1, "maxLength": 40 },
                    "status": { "type": "string", "enum": ["ACTIVE", "CLOSED"] }, "balance": amount(), "address": named("LedgerAddress"),
                    "shares": { "type": "array", "maxItems": 5, "items": { "type": "number", "minimum": 0, "maximum": 1 } },
                }), &["id", "status"]),
                "LedgerAddress": object(json!({ "city": string(), "zip": string() }), &["city"]),
                "PartnerAddress": object(json!({ "city": string(), "zip": string() }), &["city"]),
                "Photo": object(json!({ "url": string() }), &["url"]),
            },
            "securitySchemes": { "Linkcy-Auth": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
        },
    })
}

/// Every path with something else in front of it.
pub fn prefixed(root: &mut Value, from: &str, to: &str) {
    let paths = std::mem::take(at(root, "/paths"));
    *at(root, "/paths") = paths
        .into_iter()
        .map(|(path, item)| (format!("{to}{}", path.strip_prefix(from).unwrap_or(&path)), item))
        .collect();
}

/// Every text of the document replaced where `replace` says so.
pub fn rewritten(value: &mut Value, replace: &dyn Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = replace(text),
        Value::Array(list) => list.iter_mut().for_each(|inner| rewritten(inner, replace)),
        Value::Object(map) => {
            let members = std::mem::take(map);
            map.extend(members.into_iter().map(|(key, mut inner)| {
                rewritten(&mut inner, replace);
                (replace(&key), inner)
            }));
        }
        _ => {}
    }
}
