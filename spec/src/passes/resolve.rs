//! Replaces references to shared parameters, bodies and responses by what they refer to, gives
//! path-level parameters to each operation, and makes sure that every schema reference has a target.

use serde_json::{Value, json};

use crate::Error;
use crate::document::{METHODS, Pointer, target};
use crate::work::Work;

const PASS: &str = "resolve";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let components = work.document.value()["components"].clone();
    path_level(work.document.value_mut())?;
    work.document.try_operations(|endpoint, operation| {
        let pointer = endpoint.pointer();
        if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
            for (index, parameter) in parameters.iter_mut().enumerate() {
                let pointer = pointer.child("parameters").child(index);
                resolve(parameter, "parameters", &components, &pointer)?;
                if !parameter["name"].is_string() || !parameter["in"].is_string() {
                    return Err(Error::new(
                        PASS,
                        &pointer,
                        "a parameter without name or place",
                        "add it in overlay.yaml",
                    ));
                }
            }
        }
        if let Some(body) = operation.get_mut("requestBody") {
            resolve(body, "requestBodies", &components, &pointer.child("requestBody"))?;
        }
        match operation.get_mut("responses") {
            Some(Value::Object(responses)) => {
                for (status, response) in responses {
                    let pointer = pointer.child("responses").child(status);
                    resolve(response, "responses", &components, &pointer)?;
                }
                Ok(())
            }
            _ => Err(Error::new(
                PASS,
                &pointer.child("responses"),
                "no responses",
                "add the success response in overlay.yaml",
            )),
        }
    })?;
    let names: Vec<String> = work.document.schemas().keys().cloned().collect();
    work.document.try_schemas(|site, schema| {
        let Some(Value::String(text)) = schema.get("$ref") else {
            return Ok(());
        };
        match target(schema) {
            Some(name) if names.iter().any(|known| known == name) => Ok(()),
            _ => Err(Error::new(
                PASS,
                &site.pointer,
                format!("`{text}` leads nowhere"),
                "add the missing schema in overlay.yaml, or fetch the description again",
            )),
        }
    })
}

fn path_level(document: &mut Value) -> Result<(), Error> {
    let Some(paths) = document["paths"].as_object_mut() else {
        return Ok(());
    };
    for (path, item) in paths {
        let pointer = Pointer::of(&["paths", path]);
        let Value::Object(item) = item else {
            return Err(Error::new(PASS, &pointer, "a path item that is no object", ""));
        };
        if item.contains_key("$ref") {
            return Err(Error::new(
                PASS,
                &pointer.child("$ref"),
                "a path item kept elsewhere",
                "bundle the description into one file first",
            ));
        }
        let Some(Value::Array(shared)) = item.remove("parameters") else {
            continue;
        };
        for method in METHODS {
            let Some(Value::Object(operation)) = item.get_mut(method) else {
                continue;
            };
            if let Value::Array(own) = operation.entry("parameters").or_insert_with(|| json!([])) {
                let overridden: Vec<_> = own.iter().map(|own| (own["name"].clone(), own["in"].clone())).collect();
                own.extend(
                    shared
                        .iter()
                        .filter(|shared| !overridden.contains(&(shared["name"].clone(), shared["in"].clone())))
                        .cloned(),
                );
            }
        }
    }
    Ok(())
}

fn resolve(value: &mut Value, kind: &str, components: &Value, pointer: &Pointer) -> Result<(), Error> {
    let Some(Value::String(text)) = value.get("$ref") else {
        return Ok(());
    };
    let found = text
        .strip_prefix(&format!("#/components/{kind}/"))
        .and_then(|name| components.get(kind)?.get(name))
        .filter(|found| found.get("$ref").is_none());
    match found {
        Some(found) => {
            *value = found.clone();
            Ok(())
        }
        None => Err(Error::new(
            PASS,
            pointer,
            format!("`{text}` leads nowhere"),
            format!("one of #/components/{kind} is meant: correct it in overlay.yaml"),
        )),
    }
}
