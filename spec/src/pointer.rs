//! Where something stands: JSON pointers into the description, and operations by method and path.

use std::fmt;

use serde::Serialize;

/// The methods that an OpenAPI path item can hold.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// A JSON pointer into the vendor's description.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Pointer(String);

impl Pointer {
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// A pointer as it is written behind `#`.
    pub fn parse(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn of(segments: &[&str]) -> Self {
        segments.iter().fold(Self::root(), |pointer, segment| pointer.child(segment))
    }

    pub(crate) fn child(&self, segment: impl fmt::Display) -> Self {
        let escaped = segment.to_string().replace('~', "~0").replace('/', "~1");
        Self(format!("{}/{escaped}", self.0))
    }

    /// The unescaped segments.
    pub fn segments(&self) -> impl Iterator<Item = String> {
        self.0.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~"))
    }

    /// The same place as a JSONPath, as an overlay action's target is written.
    pub fn json_path(&self) -> String {
        let mut path = String::from("$");
        for segment in self.segments() {
            let is_name = segment.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && segment.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if is_name {
                path.push('.');
                path.push_str(&segment);
            } else if segment.chars().all(|c| c.is_ascii_digit()) && !path.ends_with("responses") {
                path.push_str(&format!("[{segment}]"));
            } else {
                let escaped = segment.replace('\\', "\\\\").replace('\'', "\\'");
                path.push_str(&format!("['{escaped}']"));
            }
        }
        path
    }

    /// The pointer without its `#`, as `serde_json::Value::pointer` takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` stands at or below this place.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.0.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// An operation's identity: method and path template. The vendor's operationId is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Endpoint {
    /// Path template, as in the description.
    pub path: String,
    /// Method in lower case, as in the description.
    pub method: String,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.to_uppercase(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::jsonpath::Path;

    #[test]
    fn every_pointer_is_an_overlay_target_as_it_stands() {
        let document = serde_json::json!({
            "paths": { "/a/{b}": { "get": {
                "parameters": [{ "name": "x" }],
                "responses": { "200": { "content": { "*/*": { "schema": { "it's": 1, "both \"it's\\": 2 } } } } },
            } } },
            "components": { "schemas": { "A.B-c": { "properties": { "0": 1, "a~b": 2, "plain": 3 } } } },
        });
        let mut open = vec![(Pointer::root(), &document)];
        let mut count = 0;
        while let Some((pointer, value)) = open.pop() {
            assert_eq!(document.pointer(pointer.as_str()), Some(value));
            let path = Path::parse(&pointer.json_path()).unwrap();
            let mut copy = document.clone();
            let found: Vec<_> = path.locate(&document).iter().map(|at| at.find(&mut copy).cloned()).collect();
            assert_eq!(found, [Some(value.clone())], "{}", pointer.json_path());
            count += 1;
            match value {
                serde_json::Value::Object(members) => {
                    open.extend(members.iter().map(|(key, member)| (pointer.child(key), member)));
                }
                serde_json::Value::Array(items) => {
                    open.extend(items.iter().enumerate().map(|(index, item)| (pointer.child(index), item)));
                }
                _ => {}
            }
        }
        assert!(count > 15, "{count}");
    }
}
