//! JSON of an answer or a store is read here, in one way: serde_json has one reader for bytes and one for text, and both
//! would be compiled.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use crate::types::with_rows_apart;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a JSON text as the client reads an answer, for webhook receivers and queues.
///
/// - A byte order mark is skipped. Bytes that are no UTF-8, and half surrogate pairs (`\ud83d` alone), become U+FFFD.
/// - A row of a [`Page`](crate::types::Page) that cannot be read is set apart, and does not cost the others.
///
/// # Errors
/// serde_json's, when the text is no JSON or not a `T`.
// The bytes are looked at once whether they are UTF-8; serde_json's reader for bytes looks at each text by itself, which takes
// a sixth of its time.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let text = text(json);
    serde_json::from_str(&text).or_else(|error| again(&text, error))
}

/// The text of an answer's bytes. An error's line and column are places in this text.
pub(crate) fn text(json: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json))
}

/// A second reading, of text that a first one has failed at.
#[cold]
fn again<T: DeserializeOwned>(text: &str, error: serde_json::Error) -> serde_json::Result<T> {
    let whole = with_whole_surrogates(text);
    let is_worth_it = error.is_data() || matches!(whole, Cow::Owned(_));
    if !is_worth_it {
        return Err(error);
    }
    with_rows_apart(|| serde_json::from_str(&whole)).map_err(|_| error)
}

/// The text with each escaped half of a surrogate pair replaced by the escape of U+FFFD, which is as long.
pub(crate) fn with_whole_surrogates(text: &str) -> Cow<'_, str> {
    let mut whole: Option<String> = None;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        let width = match (surrogate(text, at), surrogate(text, at + 6)) {
            (None, _) => 2,
            (Some(Half::High), Some(Half::Low)) => 12,
            (Some(_), _) => {
                whole.get_or_insert_with(|| text.to_owned()).replace_range(at..at + 6, "\\ufffd");
                6
            }
        };
        at += width;
    }
    whole.map_or(Cow::Borrowed(text), Cow::Owned)
}

enum Half {
    High,
    Low,
}

/// Which half of a pair is escaped at a place, if one is.
fn surrogate(text: &str, at: usize) -> Option<Half> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xD800..=0xDBFF => Some(Half::High),
        0xDC00..=0xDFFF => Some(Half::Low),
        _ => None,
    }
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
