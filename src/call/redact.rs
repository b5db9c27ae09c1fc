//! What was sent, fit to be logged: the shape of the JSON with its numbers and ids, every other text blotted out.

use serde_json::Value;

/// None where the body is no JSON.
pub(super) fn json(body: &[u8]) -> Option<String> {
    let mut value: Value = crate::json::read(body).ok()?;
    blot(&mut value);
    Some(value.to_string())
}

fn blot(value: &mut Value) {
    match value {
        Value::String(text) if uuid::Uuid::try_parse(text).is_err() => "…".clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(blot),
        Value::Object(fields) => fields.values_mut().for_each(blot),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn keeps_ids_and_amounts_and_nothing_else() {
        let sent =
            br#"{"amount":12.50,"ledgerFromId":"6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa","reference":"Rent of Alice"}"#;
        assert_eq!(
            super::json(sent).unwrap(),
            r#"{"amount":12.5,"ledgerFromId":"6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa","reference":"…"}"#
        );
    }
}
