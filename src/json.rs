//! Reads the JSON of answers. It is read as text: serde_json has one reader for bytes and one for text, and both would
//! be compiled.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::types::contained;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a JSON text as the client reads an answer, for webhook receivers and queues.
///
/// - A byte order mark is skipped. Bytes that are not UTF-8, and half surrogate pairs (`\ud83d` alone), become U+FFFD.
/// - A number beyond a double's range is read as text, which amounts and texts take.
/// - A row of a [`Page`](crate::types::Page) that cannot be read is in its `unreadable_rows`, and the other rows are read.
/// - A value that cannot be read is absent where the description lets it be missing, or the nearest value around it that may be
///   missing is.
///
/// # Errors
/// serde_json's, when the text is not JSON or not a `T`.
// The bytes are checked for UTF-8 once; serde_json's reader for bytes checks each text separately, which takes a sixth of its
// time.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    read_with_failure(json, &mut None)
}

/// The same; `failure` becomes why the first reading failed, where a second one gave the value. It is no part of what is returned,
/// so that a value, which is large, is not moved.
pub(crate) fn read_with_failure<T: DeserializeOwned>(
    json: &[u8],
    failure: &mut Option<serde_json::Error>,
) -> serde_json::Result<T> {
    let text = text(json);
    let mut read = serde_json::from_str(&text);
    if read.is_err() {
        read = read.or_else(|error| read_contained(&text, error, failure));
    }
    read
}

/// The text of an answer's bytes. An error's line and column are places in this text.
pub(crate) fn text(json: &[u8]) -> Cow<'_, str> {
    let json = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
    // The lossy conversion checks each byte separately; this checks ASCII text in machine words.
    std::str::from_utf8(json).map_or_else(|_| String::from_utf8_lossy(json), Cow::Borrowed)
}

/// The text of bytes, with what serde_json would fail at replaced, as [`read`] reads it.
#[cfg(feature = "webhooks")]
pub(crate) fn repaired(json: &[u8]) -> String {
    with_repairs(&text(json)).into_owned()
}

/// A second reading, of a text that the first one failed at.
#[cold]
fn read_contained<T: DeserializeOwned>(
    text: &str,
    error: serde_json::Error,
    failure: &mut Option<serde_json::Error>,
) -> serde_json::Result<T> {
    let repaired = with_repairs(text);
    if !error.is_data() && matches!(repaired, Cow::Borrowed(_)) {
        return Err(error);
    }
    match contained(|| serde_json::from_str(&repaired)) {
        Ok(value) => {
            *failure = Some(error);
            Ok(value)
        }
        Err(_) => Err(error),
    }
}

/// The text with each escaped half of a surrogate pair replaced by the escape of U+FFFD, and with each number beyond a
/// double's range (`1e400`), which serde_json treats as a syntax error, as a string.
fn with_repairs(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut repaired = String::new();
    let (mut copied, mut at, mut is_string) = (0, 0, false);
    while let Some(byte) = bytes.get(at) {
        let (mut end, mut instead) = (at + 1, None);
        match byte {
            b'"' => is_string = !is_string,
            b'\\' => match (escaped(text, at), escaped(text, at + 6)) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => end = at + 12,
                (Some(0xD800..=0xDFFF), _) => (end, instead) = (at + 6, Some("\\ufffd".to_owned())),
                _ => end = at + 2,
            },
            b'-' | b'0'..=b'9' if !is_string => {
                let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
                end = at + bytes[at..].iter().take_while(|byte| is_part(byte)).count();
                let number = text.get(at..end).unwrap_or_default();
                instead = number.parse::<f64>().is_ok_and(f64::is_infinite).then(|| format!("\"{number}\""));
            }
            _ => {}
        }
        if let Some(instead) = instead {
            repaired.push_str(text.get(copied..at).unwrap_or_default());
            repaired.push_str(&instead);
            copied = end;
        }
        at = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    repaired.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(repaired)
}

/// The unit of UTF-16 that is escaped at a place, if one is.
fn escaped(text: &str, at: usize) -> Option<u16> {
    u16::from_str_radix(text.get(at..at + 6)?.strip_prefix("\\u")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn of(json: &[u8]) -> Result<Value, String> {
        read(json).map_err(|error| error.to_string())
    }

    #[test]
    fn all_of_it_is_read() {
        assert_eq!(of(br#"{"a":[1]}"#), Ok(json!({ "a": [1] })));
        assert_eq!(of(b"[1] 2"), Err("trailing characters at line 1 column 5".into()));
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_what_is_no_text_becomes_the_replacement_character() {
        for (json, read) in [
            (&b"\xef\xbb\xbf{\"a\":1}"[..], json!({ "a": 1 })),
            (b"[1,\"Caf\xe9\"]", json!([1, "Caf\u{fffd}"])),
            (br#"["Lun\ud83d"]"#, json!(["Lun\u{fffd}"])),
            (br#"["Lun\ud83dx", 2]"#, json!(["Lun\u{fffd}x", 2])),
            (br#"["\ud83d\ud83d\ude00"]"#, json!(["\u{fffd}\u{1f600}"])),
            (br#"["\ude00\n"]"#, json!(["\u{fffd}\n"])),
            (br#"{"\udbff":"\\ud83d\"\ud83d"}"#, json!({ "\u{fffd}": "\\ud83d\"\u{fffd}" })),
        ] {
            assert_eq!(of(json), Ok(read), "{}", String::from_utf8_lossy(json));
        }
        assert_eq!(of(b"\xef\xbb\xbf[1] 2"), Err("trailing characters at line 1 column 5".into()));
        assert!(of(b"\xe9").is_err());
        assert!(of(br#"["\ud83"]"#).is_err());
    }

    #[test]
    fn a_number_beyond_a_doubles_range_is_read_as_text() {
        let json = r#"{"a":-1e400,"b":"1e400 \"1e400","c":[1e5, 1e999]}"#;
        assert_eq!(of(json.as_bytes()), Ok(json!({ "a": "-1e400", "b": "1e400 \"1e400", "c": [1e5, "1e999"] })));
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2_000,
            rng_seed: proptest::test_runner::RngSeed::Fixed(0xD83D),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn any_mix_of_escapes_is_read(parts in proptest::collection::vec(
            proptest::sample::select(&["\\ud83d", "\\ude00", "\\n", "\\\\", "\\\"", "x", "é", "\\u0041", "u"][..]), 0..12,
        )) {
            let json = format!("[\"{}\", 7]", parts.concat());
            let read = of(json.as_bytes());
            prop_assert!(read.as_ref().is_ok_and(|read| read[1] == 7), "{}: {:?}", json, read);
        }
    }
}
