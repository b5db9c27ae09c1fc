//! Where references lead: what stands in the document is followed, however it is named; anything else is free JSON, with a finding.

use linkcy_spec::{Inputs, Prepared, Remedy, prepare};
use serde_json::{Value, json};

/// A description that answers with `A`, whose property `p` is this schema.
fn prepared(property: Value) -> Prepared {
    let text = json!({ "type": "string", "maxLength": 9 });
    let description = json!({
        "openapi": "3.1.0", "info": { "version": "1" },
        "paths": { "/a": { "get": {
            "parameters": [{ "$ref": "#/components/parameters/Size" }],
            "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/A" } } } } },
        } } },
        "components": {
            "parameters": { "Size": { "name": "size", "in": "query", "schema": { "type": "integer" } } },
            "responses": { "Gone": { "description": "no schema" } },
            "schemas": {
                "A": {
                    "type": "object", "properties": { "p": property, "own": { "$ref": "#/$defs/Own" } },
                    "$defs": { "Own": { "type": "boolean" } },
                },
                "Named": { "$anchor": "named", "type": "string", "enum": ["X", "Y"] },
                "Identified": {
                    "$id": "https://example.com/schemas/identified.json", "type": "object",
                    "properties": { "size": { "type": "integer" }, "inner": { "$ref": "#/$defs/Inner" }, "text": text },
                    "$defs": { "Inner": { "$anchor": "inner", "type": "object", "properties": {
                        "next": { "$ref": "#inner" }, "flag": { "type": "boolean" },
                    } } },
                },
                "Chain": { "$ref": "#/components/schemas/Link" },
                "Link": { "$ref": "#/components/schemas/Named" },
                "Through": { "type": "object", "properties": { "to": { "$ref": "#/components/schemas/Identified" } } },
                "Loop": { "$ref": "#/components/schemas/Pool" },
                "Pool": { "$ref": "#/components/schemas/Loop" },
            },
        },
    });
    prepare(&Inputs::alone(&description.to_string())).unwrap()
}

fn type_of_p(prepared: &Prepared) -> String {
    let arrived = prepared.arrivals().into_iter().find(|arrival| arrival.owner == "A" && arrival.name == "p");
    arrived.map(|arrival| arrival.ty).unwrap_or_default()
}

#[test]
fn a_reference_into_the_document_is_followed() {
    let cases = [
        ("#/components/schemas/Named", "Named"),
        ("#named", "Named"),
        ("#/components/schemas/Chain", "Named"),
        ("https://example.com/schemas/identified.json", "Identified"),
        ("identified.json", "Identified"),
        ("./identified.json#/properties/size", "i64"),
        ("schemas/identified.json#inner", "Inner"),
        ("#/components/schemas/Identified/properties/size", "i64"),
        ("#/components/schemas/Through/properties/to/properties/text", "String"),
        ("#/components/parameters/Size", "i64"),
        ("#/components/parameters/Size/schema", "i64"),
        ("#/$defs/Own", "bool"),
    ];
    let mut faults = String::new();
    for keyword in ["$ref", "$dynamicRef"] {
        for (reference, expected) in cases {
            let prepared = prepared(json!({ keyword: reference }));
            let ty = type_of_p(&prepared);
            let told: Vec<String> = prepared
                .findings()
                .iter()
                .filter(|finding| finding.kind != "endless-reference")
                .map(ToString::to_string)
                .collect();
            if !ty.contains(expected) || !told.is_empty() {
                faults.push_str(&format!("{keyword} {reference}: {ty}, {told:?}\n"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn a_reference_that_leads_out_or_to_no_schema_is_free_json_with_a_remedy() {
    let cases = [
        "#unknown",
        "#",
        "",
        "schemas/x.json",
        "other.yaml#/X",
        "http://example.com/x",
        "https://example.com/other.json#/X",
        "#/components/responses/Gone",
        "#/info/version",
        "#/paths/~1a/get",
        "#/components/schemas",
        "#/components/schemas/Loop",
        "#/components/schemas/A/properties/p",
        "#/$defs/Unknown",
    ];
    let mut faults = String::new();
    for reference in cases {
        let prepared = prepared(json!({ "$ref": reference }));
        let ty = type_of_p(&prepared);
        let has_remedy = prepared.findings().iter().any(|finding| {
            ["dangling-reference", "endless-reference"].contains(&finding.kind)
                && !finding.pointer.as_str().is_empty()
                && finding.remedy != Remedy::Nothing
        });
        if !ty.contains("Json") || !has_remedy {
            faults.push_str(&format!("{reference}: {ty}, {:?}\n", prepared.findings()));
        }
    }
    assert!(faults.is_empty(), "{faults}");
}
