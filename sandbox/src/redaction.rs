//! Bodies as the journal may show them: JSON without secrets, bounded.

use serde_json::Value;

/// Members whose values are secrets, in lower case.
const SECRET: &[&str] = &[
    "password",
    "currentpassword",
    "newpassword",
    "passwordchangesecret",
    "token",
    "refreshtoken",
    "secret",
    "otp",
    "pin",
    "code",
    "joincode",
];

/// How much of a body is shown, in bytes.
const LONGEST: usize = 16 * 1024;

/// A body for people: none for an empty one; JSON with its secrets redacted; the size of anything else.
pub(crate) fn shown(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return None;
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else {
        // What is not JSON can't be redacted.
        return Some(format!("{} bytes that are not JSON", bytes.len()));
    };
    redact(&mut value);
    let text = value.to_string();
    if text.len() > LONGEST { Some(format!("{} bytes of JSON", bytes.len())) } else { Some(text) }
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if SECRET.contains(&name.to_ascii_lowercase().as_str()) {
                    *member = Value::from("[redacted]");
                } else {
                    redact(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_redacted_at_any_depth_and_what_cannot_be_is_not_shown() {
        let body = br#"{"a":[{"Password":"hunter2","token":{"x":"hunter2"}}],"n":1}"#;
        assert_eq!(shown(body).unwrap(), r#"{"a":[{"Password":"[redacted]","token":"[redacted]"}],"n":1}"#);
        assert_eq!(shown(b"password=hunter2").unwrap(), "16 bytes that are not JSON");
        assert_eq!(shown(&serde_json::to_vec(&vec!["x"; 10_000]).unwrap()).unwrap(), "40001 bytes of JSON");
        assert_eq!(shown(b""), None);
    }
}
