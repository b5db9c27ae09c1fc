//! Where in a JSON text a reader stopped, as a path a person can follow: `content[3].amount`.
//!
//! The reader gives a line and a column; the path is found by walking the text up to there. Only failed calls have
//! this cost; a tracking deserializer would compile a second copy of every reader.

use crate::json;

enum Level {
    /// With the last key.
    Object(Option<String>),
    /// With the index.
    Array(usize),
}

/// The path of the value at which `error` arose, which counts in the text that was read of the bytes.
pub(crate) fn json_path(json: &[u8], error: &serde_json::Error) -> String {
    let text = json::text(json);
    let text = text.as_bytes();
    let lines = text.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1));
    let before: usize = lines.map(<[u8]>::len).sum();
    let end = (before + error.column().saturating_sub(1)).min(text.len());
    let mut levels = levels_at(text, end);
    // What is missing is missing in the object that ends here, not in its last field.
    if error.is_data()
        && text.get(end) == Some(&b'}')
        && let Some(Level::Object(key)) = levels.last_mut()
    {
        *key = None;
    }
    let path = levels.iter().map(|level| match level {
        Level::Object(key) => key.iter().map(|key| format!(".{key}")).collect(),
        Level::Array(index) => format!("[{index}]"),
    });
    let path: String = path.collect();
    if path.is_empty() { "the beginning".into() } else { path.trim_start_matches('.').to_owned() }
}

/// The objects and lists that are open at a place, from the outermost.
fn levels_at(text: &[u8], end: usize) -> Vec<Level> {
    let mut levels = Vec::new();
    let (mut at, mut key_follows) = (0, false);
    while at < end {
        match text[at] {
            b'{' => {
                levels.push(Level::Object(None));
                key_follows = true;
            }
            b'[' => levels.push(Level::Array(0)),
            // A value that ends just here may be the one in which the reader found something missing.
            b'}' | b']' if at + 1 < end => drop(levels.pop()),
            b',' => match levels.last_mut() {
                Some(Level::Array(index)) => *index += 1,
                _ => key_follows = true,
            },
            b'"' => {
                let close = string_end(text, at);
                // A key that was cut off does not count.
                if key_follows
                    && close < text.len()
                    && let Some(Level::Object(key)) = levels.last_mut()
                {
                    *key = Some(String::from_utf8_lossy(&text[at + 1..close]).into_owned());
                    key_follows = false;
                }
                at = close;
            }
            _ => {}
        }
        at += 1;
    }
    levels
}

/// The closing quote of the string that starts at `start`, or the end of the text.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut is_escaped = false;
    let closes = |byte: &u8| {
        let closes = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        closes
    };
    text[start + 1..].iter().position(closes).map_or(text.len(), |length| start + 1 + length)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Outer {
        content: Vec<Inner>,
    }

    #[derive(Deserialize, Debug)]
    #[allow(dead_code)]
    struct Inner {
        amount: u32,
        name: String,
    }

    fn path(text: &str) -> String {
        json_path(text.as_bytes(), &serde_json::from_str::<Outer>(text).unwrap_err())
    }

    #[test]
    fn names_the_value_that_cannot_be_read() {
        let text = r#"{"content": [{"amount": 1, "name": "a\"},{"}, {"amount": "x", "name": "b"}]}"#;
        assert_eq!(path(text), "content[1].amount");
        assert_eq!(path("{\n\"content\": [\n{\"amount\": 1, \"name\": 7}]}"), "content[0].name");
        assert_eq!(path(r#"{"content": [{"amount": 1}]}"#), "content[0]");
        let marked = ["\u{feff}", r#"{"content": [], "content": 1}"#].concat();
        let error = crate::json::read::<Outer>(marked.as_bytes()).unwrap_err();
        assert_eq!(json_path(marked.as_bytes(), &error), "content");
        let latin = b"{\"a\": \"\xe9\xe9\xe9\xe9\xe9\xe9\", \"content\": 1, \"name\": 2}";
        let error = crate::json::read::<Outer>(latin).unwrap_err();
        assert_eq!(json_path(latin, &error), "content");
        assert_eq!(path("<html>"), "the beginning");
        assert_eq!(path(r#"{"content": [{"amount": 1, "na"#), "content[0].amount");
    }
}
