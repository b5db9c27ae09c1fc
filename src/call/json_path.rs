//! Where in a JSON text a reader stopped, as a path a person can follow: `content[3].amount`.
//!
//! The reader gives a line and a column; the path is found by walking the text up to there. Only failed
//! calls pay for it, and no second copy of every reader is compiled, as a tracking deserializer would be.

/// The path of the value at which `error` arose in `text`.
pub(super) fn of(text: &[u8], error: &serde_json::Error) -> String {
    let end = offset(text, error.line(), error.column());
    // What is missing is missing in the object that ends here, not in its last field.
    let is_missing = error.is_data() && text.get(end) == Some(&b'}');
    at(text, end, is_missing)
}

fn offset(text: &[u8], line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

enum Level {
    Object(Option<String>),
    Array(usize),
}

fn at(text: &[u8], end: usize, is_missing: bool) -> String {
    let mut levels: Vec<Level> = Vec::new();
    let mut position = 0;
    let mut key_follows = false;
    while position < end {
        match text[position] {
            b'{' => {
                levels.push(Level::Object(None));
                key_follows = true;
            }
            b'[' => levels.push(Level::Array(0)),
            b'}' | b']' => {
                // The value just closed is where the reader may have found something missing.
                if position + 1 >= end {
                    break;
                }
                levels.pop();
            }
            b',' => match levels.last_mut() {
                Some(Level::Object(_)) => key_follows = true,
                Some(Level::Array(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let close = string_end(text, position);
                // A key that was cut off is none.
                let is_key = key_follows && close < text.len();
                if let (true, Some(Level::Object(key))) = (is_key, levels.last_mut()) {
                    let name = text.get(position + 1..close).unwrap_or_default();
                    *key = Some(String::from_utf8_lossy(name).into_owned());
                    key_follows = false;
                }
                position = close;
            }
            _ => {}
        }
        position += 1;
    }
    if is_missing && let Some(Level::Object(key)) = levels.last_mut() {
        *key = None;
    }
    let mut path = String::new();
    for level in levels {
        match level {
            Level::Object(Some(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&key);
            }
            Level::Object(None) => {}
            Level::Array(index) => path.push_str(&format!("[{index}]")),
        }
    }
    if path.is_empty() { "the beginning".into() } else { path }
}

/// The closing quote of the string that starts at `start`, or the end of the text.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut position = start + 1;
    while position < text.len() {
        match text[position] {
            b'\\' => position += 1,
            b'"' => return position,
            _ => {}
        }
        position += 1;
    }
    text.len()
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
        of(text.as_bytes(), &serde_json::from_str::<Outer>(text).unwrap_err())
    }

    #[test]
    fn names_the_value_that_cannot_be_read() {
        let text = r#"{"content": [{"amount": 1, "name": "a\"},{"}, {"amount": "x", "name": "b"}]}"#;
        assert_eq!(path(text), "content[1].amount");
        assert_eq!(path("{\n\"content\": [\n{\"amount\": 1, \"name\": 7}]}"), "content[0].name");
        assert_eq!(path(r#"{"content": [{"amount": 1}]}"#), "content[0]");
        assert_eq!(path("<html>"), "the beginning");
        assert_eq!(path(r#"{"content": [{"amount": 1, "na"#), "content[0].amount");
    }
}
