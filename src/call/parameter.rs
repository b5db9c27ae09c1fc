//! How values are written into paths, and into queries, headers and forms where progenitor cannot write them.

use std::fmt::{self, Write};

use serde::Serialize;
use serde_json::Value;

/// How a list or an object is written as one parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `key=a&key=b`; the members of an object each by its own name.
    Repeated,
    /// `a,b`.
    Commas,
    /// `a b`.
    Spaces,
    /// `a|b`.
    Pipes,
    /// `key[member]=a`.
    Deep,
    /// As JSON text.
    Json,
}

/// A path: each value, percent-encoded, after the text before it, and the text after the last one.
// Unused where no area of the API is switched on.
#[allow(dead_code)]
pub(crate) fn filled(values: &[(&str, &dyn fmt::Display)], end: &str) -> String {
    let mut path = String::with_capacity(ROOM);
    for (before, value) in values {
        path.push_str(before);
        let start = path.len();
        if write!(PathValue(&mut path), "{value}").is_err() {
            // Without it, so that `check_path` refuses the path.
            path.truncate(start);
        }
    }
    path.push_str(end);
    path
}

/// Most paths are shorter.
const ROOM: usize = 96;

/// Writes a value into a path.
struct PathValue<'p>(&'p mut String);

impl fmt::Write for PathValue<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Without an early end, so that the compiler compares many bytes at once.
        let is_plain = text.bytes().fold(true, |all, c| all & (c.is_ascii_alphanumeric() | (c == b'-') | (c == b'_')));
        match is_plain {
            true => self.0.push_str(text),
            false => self.0.push_str(&progenitor_client::encode_path(text)),
        }
        Ok(())
    }
}

/// A value as text: a list is its items with commas, an object its names and values; any other value that is not text is its JSON.
pub(crate) fn text(value: &impl Serialize) -> String {
    flat(&json(value), ",")
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn flat(value: &Value, between: &str) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(|item| flat(item, between)).collect::<Vec<_>>().join(between),
        Value::Object(members) if between == "," => {
            members.iter().map(|(name, member)| format!("{name},{}", flat(member, ","))).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

/// The pairs that a parameter is in a query.
pub(crate) fn pairs(name: &str, style: Style, value: &impl Serialize) -> Vec<(String, String)> {
    let value = json(value);
    let one = |text: String| vec![(name.to_owned(), text)];
    match (style, &value) {
        (_, Value::Null) => Vec::new(),
        (Style::Json, Value::Array(items)) if items.iter().all(Value::is_object) && !items.is_empty() => {
            items.iter().map(|item| (name.to_owned(), item.to_string())).collect()
        }
        (Style::Json, value) => one(value.to_string()),
        (Style::Deep, Value::Object(members)) => members
            .iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(member, value)| (format!("{name}[{member}]"), flat(value, ",")))
            .collect(),
        (Style::Repeated, Value::Object(members)) => members
            .iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(member, value)| (member.clone(), flat(value, ",")))
            .collect(),
        (Style::Repeated | Style::Deep, Value::Array(items)) => {
            items.iter().map(|item| (name.to_owned(), flat(item, ","))).collect()
        }
        (Style::Spaces, value) => one(flat(value, " ")),
        (Style::Pipes, value) => one(flat(value, "|")),
        (_, value) => one(flat(value, ",")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct BreaksOff;

    impl fmt::Display for BreaksOff {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("12").and(Err(fmt::Error))
        }
    }

    #[test]
    fn values_are_encoded_between_the_parts_of_a_path() {
        let (id, text, number) = ("0f3c-9A_z", "a/b é%20.?#", -7);
        assert_eq!(
            filled(&[("/cards/", &id), ("/", &text), ("/x", &number)], "/pin"),
            "/cards/0f3c-9A_z/a%2Fb%20%C3%A9%2520.%3F%23/x-7/pin"
        );
        assert_eq!(filled(&[("/cards/", &"")], ""), "/cards/");
        assert_eq!(filled(&[("/cards/", &BreaksOff)], "/pin"), "/cards//pin");
    }

    #[test]
    fn every_style_is_written_as_openapi_has_it() {
        let list = json!(["a b", 2, true]);
        let object = json!({ "from": 1, "to": null, "with": ["x", "y"] });
        let write = |style, value: &Value| {
            let pairs = pairs("k", style, value);
            pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
        };
        for (style, of_list, of_object) in [
            (Style::Repeated, "k=a b&k=2&k=true", "from=1&with=x,y"),
            (Style::Commas, "k=a b,2,true", "k=from,1,to,,with,x,y"),
            (Style::Spaces, "k=a b 2 true", r#"k={"from":1,"to":null,"with":["x","y"]}"#),
            (Style::Pipes, "k=a b|2|true", r#"k={"from":1,"to":null,"with":["x","y"]}"#),
            (Style::Deep, "k=a b&k=2&k=true", "k[from]=1&k[with]=x,y"),
            (Style::Json, r#"k=["a b",2,true]"#, r#"k={"from":1,"to":null,"with":["x","y"]}"#),
        ] {
            assert_eq!(write(style, &list), of_list, "{style:?}");
            assert_eq!(write(style, &object), of_object, "{style:?}");
            assert_eq!(write(style, &json!("plain")), if style == Style::Json { "k=\"plain\"" } else { "k=plain" });
            assert_eq!(write(style, &Value::Null), "");
        }
    }
}
