//! A description in OpenAPI 3.1 is obeyed as the same one in 3.0 is.

mod support;

use linkcy_sandbox::{Description, Sandbox};
use serde_json::{Map, Value, json};
use support::Api;

const CURRENT: &str = include_str!("../openapi/linkcy.json");

/// The description as 3.1 writes it, with parameters, bodies, answers, examples and path items shared.
fn in_3_1() -> Description {
    let mut document: Value = serde_json::from_str(CURRENT).unwrap();
    document["openapi"] = json!("3.1.0");
    modern(&mut document["components"]["schemas"]);
    modern(&mut document["paths"]);
    let mut shared = json!({ "parameters": {}, "requestBodies": {}, "responses": {}, "examples": {}, "pathItems": {} });
    let mut count = 0;
    let mut share = |kind: &str, part: &mut Value| {
        count += 1;
        let name = format!("Shared{count}");
        shared[kind][&name] = part.take();
        *part = json!({ "$ref": format!("#/components/{kind}/{name}") });
    };
    for item in document["paths"].as_object_mut().unwrap().values_mut() {
        let mut of_all = Vec::new();
        for operation in item.as_object_mut().unwrap().values_mut() {
            for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
                share("parameters", parameter);
            }
            if operation.get("requestBody").is_some() {
                share("requestBodies", &mut operation["requestBody"]);
            }
            for answer in operation["responses"].as_object_mut().unwrap().values_mut() {
                let contents = answer.get_mut("content").and_then(Value::as_object_mut);
                for media in contents.into_iter().flatten().map(|(_, media)| media) {
                    let examples = media.get_mut("examples").and_then(Value::as_object_mut);
                    examples.into_iter().flatten().for_each(|(_, example)| share("examples", example));
                }
                share("responses", answer);
            }
            of_all = operation["parameters"].take().as_array().cloned().unwrap_or_default();
            operation.as_object_mut().unwrap().remove("parameters");
            if !of_all.is_empty() {
                operation["parameters"] = Value::Array(of_all.clone());
            }
        }
        // The only operation of a path says what it takes in the path item.
        if item.as_object().unwrap().len() == 1 && !of_all.is_empty() {
            item.as_object_mut()
                .unwrap()
                .values_mut()
                .for_each(|one| drop(one.as_object_mut().unwrap().remove("parameters")));
            item["parameters"] = Value::Array(of_all);
        }
        share("pathItems", item);
    }
    for (kind, parts) in shared.as_object_mut().unwrap() {
        document["components"][kind.as_str()] = parts.take();
    }
    Description::parse(&document.to_string()).unwrap()
}

/// Null among the types, constants, numbers as exclusive bounds, lists of examples.
fn modern(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(modern),
        Value::Object(map) => {
            map.values_mut().for_each(modern);
            if map.get("enum").and_then(Value::as_array).is_some_and(|all| all.len() == 1) {
                let only = map.remove("enum").unwrap()[0].take();
                map.insert("const".into(), only);
            }
            for (bound, flag) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
                if map.get(flag) == Some(&json!(true)) {
                    let limit = map.remove(bound).unwrap();
                    map.insert(flag.into(), limit);
                } else if map.get(flag) == Some(&json!(false)) {
                    map.remove(flag);
                }
            }
            let is_schema = map.get("type").is_some_and(Value::is_string);
            if is_schema && let Some(example) = map.remove("example") {
                map.insert("examples".into(), json!([example]));
            }
            if map.get("nullable") == Some(&json!(true)) {
                map.remove("nullable");
                match map.get("type").cloned() {
                    Some(kind @ Value::String(_)) => drop(map.insert("type".into(), json!([kind, "null"]))),
                    _ => {
                        let inner: Map<String, Value> = std::mem::take(map);
                        map.insert("anyOf".into(), json!([inner, { "type": "null" }]));
                    }
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_same_operations_are_read() {
    let (old, new) = (Description::current(), in_3_1());
    assert_eq!(new.operations().len(), old.operations().len());
    for before in old.operations() {
        let after = new.operation(&before.method, &before.path).unwrap();
        assert_eq!(after.codes(), before.codes(), "{} {}", before.method, before.path);
        assert_eq!((after.sca, after.bearer), (before.sca, before.bearer), "{} {}", before.method, before.path);
        assert_eq!(after.body.is_some(), before.body.is_some(), "{} {}", before.method, before.path);
        let names = |one: &linkcy_sandbox::description::Operation| {
            let mut names: Vec<_> = one.parameters.iter().map(|one| (one.name.clone(), one.required)).collect();
            names.sort();
            names
        };
        assert_eq!(names(after), names(before), "{} {}", before.method, before.path);
    }
}

#[test]
fn the_same_values_are_refused_and_taken() {
    let (old, new) = (Description::current(), in_3_1());
    let values = [json!({}), json!(null), json!([1]), json!({ "amount": "x", "type": 7, "phone": null, "name": "" })];
    for before in old.operations() {
        let after = new.operation(&before.method, &before.path).unwrap();
        let Some((before, after)) = before.body.as_ref().zip(after.body.as_ref()) else { continue };
        for value in &values {
            let fields = |body: &linkcy_sandbox::description::Body| -> Vec<String> {
                let mut fields: Vec<_> = body.schema.body_violations(value).into_iter().map(|one| one.field).collect();
                fields.sort();
                fields.dedup();
                fields
            };
            assert_eq!(fields(after), fields(before), "{value} against {:?}", before.schema);
        }
    }
}

#[tokio::test]
async fn a_payment_is_made_under_it() {
    let api = Api::with(Sandbox::builder().description(in_3_1())).await;
    let consumer = api.banked_consumer("612345678").await;
    let ledger = api.ledger(&consumer, 100).await;
    let beneficiary = api.beneficiary(&consumer).await;
    let payment = json!({ "ledgerFromId": ledger, "beneficiaryId": beneficiary, "amount": 15.21, "reference": "rent" });
    api.post("/api/partner/transactions", payment).await.expect(201);
    let list = api.get(&format!("/api/partner/transactions?ledgerId={ledger}&pageSize=1")).await.expect(200);
    assert_eq!((&list["pageSize"], &list["totalElements"]), (&json!(1), &json!(2)));
    assert_eq!(
        api.get("/api/partner/ledgers?pageSize=101&status=MELTED").await.wrong_fields(),
        ["status[0]", "pageSize"]
    );
}
