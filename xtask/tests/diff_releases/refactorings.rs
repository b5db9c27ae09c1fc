//! The same API described in another way.

use serde_json::json;
use xtask::diff::{Semver, Verdict};

use super::Release;
use super::api::*;

pub const REFACTORINGS: &[Release] = &[
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
        "OpenAPI 3.1 with references by $anchor",
        |d| {
            set(d, "", "openapi", json!("3.1.0"));
            rewritten(d, &|text| text.replace("#/components/schemas/Created", "#created"));
            set(d, &format!("{SCHEMAS}/Created"), "$anchor", json!("created"));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "OpenAPI 3.1 with references by $id",
        |d| {
            set(d, "", "openapi", json!("3.1.0"));
            rewritten(d, &|text| text.replace("#/components/schemas/Created", "https://example.com/created"));
            set(d, &format!("{SCHEMAS}/Created"), "$id", json!("https://example.com/created"));
        },
        Verdict::Compatible,
        Semver::Patch,
    ),
    (
        "OpenAPI 3.1 with a schema moved into $defs",
        |d| {
            set(d, "", "openapi", json!("3.1.0"));
            let created = remove(d, SCHEMAS, "Created");
            set(d, &format!("{SCHEMAS}/Ledger_Partner"), "$defs", json!({ "Created": created }));
            rewritten(d, &|text| text.replace("schemas/Created", "schemas/Ledger_Partner/$defs/Created"));
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
