//! Turns an object given as a query parameter into its fields, the way the server's framework reads it,
//! and refuses the places of parameters that the client has no use for.

use serde_json::{Value, json};

use crate::Error;
use crate::document::{Endpoint, target};
use crate::work::Work;

const PASS: &str = "parameters";

pub(super) fn run(work: &mut Work) -> Result<(), Error> {
    let schemas = Value::Object(work.document.schemas().clone());
    work.document.try_operations(|endpoint, operation| {
        let Some(Value::Array(parameters)) = operation.get_mut("parameters") else {
            return Ok(());
        };
        let mut flat = Vec::new();
        for parameter in std::mem::take(parameters) {
            match parameter["in"].as_str() {
                Some("path") => flat.push(parameter),
                Some("query") => flat.extend(fields(endpoint, parameter, &schemas)?),
                place => {
                    return Err(Error::new(
                        PASS,
                        &endpoint.pointer().child("parameters"),
                        format!("`{}` in {}", parameter["name"].as_str().unwrap_or_default(), place.unwrap_or_default()),
                        "only path and query parameters and the SCA headers are known: remove it in overlay.yaml or teach the parameters pass",
                    ));
                }
            }
        }
        for parameter in &mut flat {
            if parameter["in"] == "path" {
                parameter["required"] = json!(true);
            }
        }
        *parameters = flat;
        Ok(())
    })
}

fn fields(endpoint: &Endpoint, parameter: Value, schemas: &Value) -> Result<Vec<Value>, Error> {
    let schema = match target(&parameter["schema"]) {
        Some(name) => &schemas[name],
        None => &parameter["schema"],
    };
    let Some(properties) = schema["properties"].as_object() else {
        return Ok(vec![parameter]);
    };
    let required = |name: &str| {
        parameter["required"] == json!(true)
            && schema["required"].as_array().is_some_and(|list| list.iter().any(|item| item == name))
    };
    properties
        .iter()
        .map(|(name, property)| {
            if property["properties"].is_object() {
                return Err(Error::new(
                    PASS,
                    &endpoint.pointer().child("parameters"),
                    format!("`{name}` is an object inside an object query parameter"),
                    "no framework reads that alike: describe it flat in overlay.yaml",
                ));
            }
            Ok(json!({
                "name": name,
                "in": "query",
                "required": required(name),
                "description": property["description"].as_str().unwrap_or_default(),
                "schema": property,
            }))
        })
        .collect()
}
