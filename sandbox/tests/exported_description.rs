//! The description that other generators read does not contradict itself.

use std::collections::BTreeMap;

use serde_json::Value;

fn description() -> Value {
    serde_json::from_str(include_str!("../openapi/linkcy.json")).unwrap()
}

/// Every answer that has a JSON body: where it is, and its content.
fn answers(description: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
                let content = &answer["content"]["application/json"];
                if !content.is_null() {
                    found.push((format!("{method} {path} {status}"), content));
                }
            }
        }
    }
    found
}

/// What a `$ref` names.
fn resolved<'a>(description: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => resolved(description, description.pointer(reference.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

fn walk<'a>(value: &'a Value, see: &mut impl FnMut(&'a Value)) {
    see(value);
    match value {
        Value::Object(members) => members.values().for_each(|one| walk(one, see)),
        Value::Array(items) => items.iter().for_each(|one| walk(one, see)),
        _ => {}
    }
}

#[test]
fn every_error_code_of_an_answers_examples_is_among_its_values() {
    let description = description();
    let mut compared = 0;
    for (place, content) in answers(&description) {
        let schema = resolved(&description, &content["schema"]);
        let Some(codes) = resolved(&description, &schema["properties"]["errorCode"])["enum"].as_array() else {
            continue;
        };
        for example in content["examples"].as_object().into_iter().flat_map(|all| all.values()) {
            let code = &example["value"]["errorCode"];
            if !code.is_null() {
                compared += 1;
                assert!(codes.contains(code), "{place}: {code} is in an example and not in the list");
            }
        }
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn no_two_schemas_have_one_title() {
    let description = description();
    let mut titles: BTreeMap<&str, usize> = BTreeMap::new();
    walk(&description["components"]["schemas"], &mut |one| {
        if let (Some(title), true) = (one["title"].as_str(), one.get("type").is_some()) {
            *titles.entry(title).or_default() += 1;
        }
    });
    let twice: Vec<_> = titles.iter().filter(|(_, count)| **count > 1).collect();
    assert!(titles.len() > 20 && twice.is_empty(), "{} titles, {twice:?}", titles.len());
}

#[test]
fn every_id_of_a_path_is_a_uuid() {
    let description = description();
    let mut ids = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap_or_default();
                if parameter["in"] == "path" && name.ends_with("Id") {
                    ids += 1;
                    assert_eq!(parameter["schema"]["format"], "uuid", "{method} {path}: {name}");
                }
            }
        }
    }
    assert!(ids > 40, "{ids}");
}

#[test]
fn metadata_is_a_map_of_anything() {
    let description = description();
    let mut maps = 0;
    walk(&description, &mut |one| {
        let metadata = &one["properties"]["metadata"];
        if metadata.is_object() {
            maps += 1;
            let values = &resolved(&description, metadata)["additionalProperties"];
            assert!(
                matches!(values, Value::Null | Value::Bool(true)) || *values == serde_json::json!({}),
                "{metadata}"
            );
        }
    });
    assert!(maps > 3, "{maps}");
}
