//! Releases the vendor could make of a small description in their style: what each means on the wire, and the step of
//! the crate that follows from it.

use serde_json::{Map, Value, json};
use xtask::diff::{Report, Semver, Verdict, diff};
use xtask::document::{Document, Notation};

const TRANSFER: &str = "/paths/~1api~1partner~1transfers/post";
const LEDGER: &str = "/paths/~1api~1partner~1ledgers~1{ledgerId}/get";
const PHOTO: &str = "/paths/~1api~1partner~1consumers~1{consumerId}~1photo/put";
const LOGIN: &str = "/paths/~1api~1partner~1login/post";
const SCHEMAS: &str = "/components/schemas";

fn content(schema: Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

fn string() -> Value {
    json!({ "type": "string" })
}

fn amount() -> Value {
    object(
        json!({ "value": { "type": "number" }, "currency": { "type": "string", "enum": ["EUR", "USD"] } }),
        &["value"],
    )
}

fn errors(codes: &[&str]) -> Value {
    let body = object(json!({ "errorCode": { "type": "string", "enum": codes }, "message": string() }), &["errorCode"]);
    json!({ "description": "Refused", "content": content(body) })
}

fn path_parameter(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "format": "uuid" } })
}

/// A description as the vendor writes it: numbered operationIds, inline enums, equal structs under two names, a union of
/// logins, an optional SCA header, one answer of `*/*`.
fn api() -> Value {
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

fn report(old: &Value, new: &Value) -> Report {
    let document = |value: &Value| Document::from_value(value.clone(), Notation::Json).expect("a description");
    diff(&document(old), &document(new))
}

fn at<'v>(root: &'v mut Value, pointer: &str) -> &'v mut Map<String, Value> {
    let found = root.pointer_mut(pointer).and_then(Value::as_object_mut);
    found.unwrap_or_else(|| panic!("no object at {pointer}"))
}

fn set(root: &mut Value, parent: &str, key: &str, value: Value) {
    at(root, parent).insert(key.to_owned(), value);
}

fn remove(root: &mut Value, parent: &str, key: &str) -> Value {
    at(root, parent).remove(key).unwrap_or_else(|| panic!("no {key} in {parent}"))
}

fn rename(root: &mut Value, parent: &str, from: &str, to: &str) {
    let value = remove(root, parent, from);
    set(root, parent, to, value);
}

fn list<'v>(root: &'v mut Value, pointer: &str) -> &'v mut Vec<Value> {
    root.pointer_mut(pointer).and_then(Value::as_array_mut).unwrap_or_else(|| panic!("no list at {pointer}"))
}

/// Every path with something else in front of it.
fn prefixed(root: &mut Value, from: &str, to: &str) {
    let paths = std::mem::take(at(root, "/paths"));
    *at(root, "/paths") = paths
        .into_iter()
        .map(|(path, item)| (format!("{to}{}", path.strip_prefix(from).unwrap_or(&path)), item))
        .collect();
}

/// Every text of the document replaced where `replace` says so.
fn rewritten(value: &mut Value, replace: &dyn Fn(&str) -> String) {
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

type Release = (&'static str, fn(&mut Value), Verdict, Semver);

const ADDITIONS: &[Release] = &[
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

const SUCCESSES: &[Release] = &[
    (
        "200 becomes 201",
        |d| rename(d, &format!("{TRANSFER}/responses"), "200", "201"),
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "200 becomes 201 beside a default",
        |d| {
            let error = errors(&["OTHER"]);
            set(d, &format!("{TRANSFER}/responses"), "default", error);
            rename(d, &format!("{TRANSFER}/responses"), "200", "201");
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "200 becomes 2XX",
        |d| rename(d, &format!("{TRANSFER}/responses"), "200", "2XX"),
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "204 becomes 200 without a body",
        |d| rename(d, &format!("{PHOTO}/responses"), "204", "200"),
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "200 without a body beside 204",
        |d| set(d, &format!("{PHOTO}/responses"), "200", json!({ "description": "OK" })),
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "201 of the same body beside 200",
        |d| {
            let same = d.pointer(&format!("{TRANSFER}/responses/200")).cloned().expect("an answer");
            set(d, &format!("{TRANSFER}/responses"), "201", same);
        },
        Verdict::Compatible,
        Semver::Minor,
    ),
    (
        "204 beside a 200 with a body",
        |d| set(d, &format!("{TRANSFER}/responses"), "204", json!({ "description": "" })),
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "201 of another body beside 200",
        |d| {
            set(
                d,
                &format!("{TRANSFER}/responses"),
                "201",
                json!({ "description": "", "content": content(json!({ "type": "array", "items": string() })) }),
            );
        },
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "202 beside 200",
        |d| set(d, &format!("{TRANSFER}/responses"), "202", json!({ "description": "Waiting SCA" })),
        Verdict::Risky,
        Semver::Minor,
    ),
    (
        "200 becomes 202",
        |d| rename(d, &format!("{TRANSFER}/responses"), "200", "202"),
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "200 becomes 204",
        |d| {
            remove(d, &format!("{TRANSFER}/responses"), "200");
            set(d, &format!("{TRANSFER}/responses"), "204", json!({ "description": "" }));
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "200 becomes 201 of another body",
        |d| {
            rename(d, &format!("{TRANSFER}/responses"), "200", "201");
            set(d, &format!("{SCHEMAS}/Created/properties"), "id", json!({ "type": "integer" }));
        },
        Verdict::Breaking,
        Semver::Major,
    ),
    (
        "no success any more",
        |d| {
            remove(d, &format!("{TRANSFER}/responses"), "200");
        },
        Verdict::Breaking,
        Semver::Major,
    ),
];

const REFACTORINGS: &[Release] = &[
    ("version", |d| set(d, "/info", "version", json!("1.115.0")), Verdict::Compatible, Semver::Patch),
    ("title", |d| set(d, "/info", "title", json!("LinkCy API")), Verdict::Compatible, Semver::Patch),
    (
        "operationIds renumbered",
        |d| {
            set(d, TRANSFER, "operationId", json!("create_8"));
            set(d, LEDGER, "operationId", json!("info_11"));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a tag renamed",
        |d| {
            set(d, TRANSFER, "tags", json!(["Payment"]));
            d["tags"] = json!([{ "name": "Payment" }]);
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "_Partner dropped from all names",
        |d| rewritten(d, &|text| text.replace("_Partner", "")),
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "OpenAPI 3.1 with type arrays",
        |d| {
            set(d, "", "openapi", json!("3.1.0"));
            set(d, &format!("{SCHEMAS}/Created/properties/id"), "type", json!(["string"]));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a property moved into allOf",
        |d| {
            let name = remove(d, &format!("{SCHEMAS}/Ledger_Partner/properties"), "name");
            set(d, SCHEMAS, "Named", object(json!({ "name": name }), &[]));
            let rest = remove(d, SCHEMAS, "Ledger_Partner");
            set(d, SCHEMAS, "Ledger_Partner", json!({ "allOf": [named("Named"), rest] }));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "an inline schema got a name",
        |d| {
            set(d, SCHEMAS, "Amount", amount());
            set(d, &format!("{SCHEMAS}/Transfer_Partner/properties"), "amount", named("Amount"));
            set(d, &format!("{SCHEMAS}/Ledger_Partner/properties"), "balance", named("Amount"));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a named schema was put in place",
        |d| {
            set(
                d,
                &format!("{TRANSFER}/responses/200"),
                "content",
                content(object(json!({ "id": { "type": "string", "format": "uuid" } }), &["id"])),
            )
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a pattern in a path",
        |d| rename(d, "/paths", "/api/partner/ledgers/{ledgerId}", "/api/partner/ledgers/{ledgerId:[a-f0-9-]{36}}"),
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "*/* became JSON",
        |d| rename(d, &format!("{LEDGER}/responses/200/content"), "*/*", "application/json"),
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "JSON became */* in an answer",
        |d| rename(d, &format!("{TRANSFER}/responses/200/content"), "application/json", "*/*"),
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a charset",
        |d| {
            rename(
                d,
                &format!("{TRANSFER}/responses/200/content"),
                "application/json",
                "application/json;charset=UTF-8",
            )
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a parameter moved to the path",
        |d| {
            let parameters = remove(d, LEDGER, "parameters");
            set(d, "/paths/~1api~1partner~1ledgers~1{ledgerId}", "parameters", parameters);
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a parameter became a component",
        |d| {
            let sca = list(d, &format!("{TRANSFER}/parameters")).remove(0);
            set(d, "/components", "parameters", json!({ "Sca": sca }));
            list(d, &format!("{TRANSFER}/parameters")).push(json!({ "$ref": "#/components/parameters/Sca" }));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a path parameter renamed",
        |d| rewritten(d, &|text| text.replace("ledgerId", "id")),
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "an answer became a component",
        |d| {
            let answer = remove(d, &format!("{TRANSFER}/responses"), "200");
            set(d, "/components", "responses", json!({ "Created": answer }));
            set(d, &format!("{TRANSFER}/responses"), "200", json!({ "$ref": "#/components/responses/Created" }));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a body became a component",
        |d| {
            let body = remove(d, TRANSFER, "requestBody");
            set(d, "/components", "requestBodies", json!({ "Transfer": body }));
            set(d, TRANSFER, "requestBody", json!({ "$ref": "#/components/requestBodies/Transfer" }));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "security moved from the document to its operations",
        |d| {
            let security = remove(d, "", "security");
            for operation in [TRANSFER, LEDGER, PHOTO] {
                set(d, operation, "security", security.clone());
            }
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "the scheme renamed",
        |d| rewritten(d, &|text| text.replace("Linkcy-Auth", "bearerAuth")),
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "the format of the bearer",
        |d| {
            remove(d, "/components/securitySchemes/Linkcy-Auth", "bearerFormat");
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "servers moved to the paths",
        |d| {
            let servers = remove(d, "", "servers");
            for item in at(d, "/paths").values_mut() {
                item["servers"] = servers.clone();
            }
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "a variable in the server",
        |d| {
            d["servers"] = json!([{ "url": "https://api.{stage}.linkcy.cloud/", "variables": { "stage": { "default": "sandbox" } } }])
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "explode said of a single value",
        |d| {
            list(d, &format!("{LEDGER}/parameters"))[1]["explode"] = json!(false);
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "the defaults said",
        |d| {
            let sca = &mut list(d, &format!("{TRANSFER}/parameters"))[0];
            (sca["required"], sca["style"], sca["deprecated"]) = (json!(false), json!("simple"), json!(false));
            set(d, &format!("{SCHEMAS}/Created"), "additionalProperties", json!(true));
            set(d, &format!("{SCHEMAS}/Created/properties/id"), "nullable", json!(false));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "values listed as extensible",
        |d| rename(d, &format!("{SCHEMAS}/Ledger_Partner/properties/status"), "enum", "x-extensible-enum"),
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "values in another order",
        |d| list(d, &format!("{SCHEMAS}/Ledger_Partner/properties/status/enum")).reverse(),
        Verdict::Compatible,
        Semver::Patch,
    ),
    ("a component nobody uses", |d| set(d, SCHEMAS, "Old", string()), Verdict::Compatible, Semver::Patch),
    (
        "other words",
        |d| rewritten(d, &|text| if text == "OK" { "Done".to_owned() } else { text.to_owned() }),
        Verdict::Compatible,
        Semver::Patch,
    ),
];

const RESTRICTIONS: &[Release] = &[
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
const LOOSENED: &[Release] = &[
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

fn judged(old: &Value, releases: &[Release]) {
    let mut wrong = Vec::new();
    for (name, change, verdict, semver) in releases {
        let mut new = old.clone();
        change(&mut new);
        let report = report(old, &new);
        if (report.verdict, report.semver) != (*verdict, *semver) {
            let seen: Vec<_> = report.changes.iter().map(|c| (c.id.as_str(), c.message.as_str())).collect();
            wrong.push(format!("{name}: {:?}, {:?}: {seen:?}", report.verdict, report.semver));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn additions_are_minor() {
    judged(&api(), ADDITIONS);
}

#[test]
fn a_success_among_successes_is_compatible() {
    judged(&api(), SUCCESSES);
}

#[test]
fn restrictions_are_judged_by_what_a_client_sends_and_reads() {
    judged(&api(), RESTRICTIONS);
}

#[test]
fn bounds_that_answers_loosen_are_risky() {
    judged(&api(), LOOSENED);
}

#[test]
fn refactorings_break_nothing_in_either_direction() {
    judged(&api(), REFACTORINGS);
    for (name, change, ..) in REFACTORINGS {
        let mut new = api();
        change(&mut new);
        assert_eq!(report(&new, &api()).verdict, Verdict::Compatible, "{name}, backwards");
    }
}

#[test]
fn a_base_path_may_stand_in_the_server_or_in_the_paths() {
    let old = |base: &str| {
        let mut old = api();
        old["servers"][0]["url"] = json!(format!("https://api.sandbox.linkcy.cloud{base}"));
        old
    };
    for (base, other, prefix) in [("/v1", "", "/v1"), ("/v1/x", "/v1", "/x")] {
        let (before, mut after) = (old(base), old(other));
        prefixed(&mut after, "", prefix);
        for (old, new) in [(&before, &after), (&after, &before)] {
            let report = report(old, new);
            assert_eq!(report.verdict, Verdict::Compatible, "{base} to {other}: {:#?}", report.changes);
            assert_eq!(
                report.changes.iter().map(|change| change.id.as_str()).collect::<Vec<_>>(),
                ["server-rewritten"]
            );
        }
    }
    // What changed besides is found all the same.
    let (before, mut after) = (old("/v1"), old(""));
    prefixed(&mut after, "", "/v1");
    remove(&mut after, "/paths", "/v1/api/partner/login");
    assert_eq!(report(&before, &after).verdict, Verdict::Breaking);
    // With another host it is another server.
    let (before, mut after) = (old("/v1"), api());
    after["servers"][0]["url"] = json!("https://api.linkcy.example");
    prefixed(&mut after, "", "/v1");
    assert_eq!(report(&before, &after).verdict, Verdict::Risky);
}
