//! JSON of an answer or a store is read here, in one way: serde_json has one reader for bytes and one for text, and both
//! would be compiled.

use serde::de::{Deserialize, Error};

/// Reads a value. The bytes are looked at once whether they are UTF-8; serde_json's reader for bytes looks at each text by
/// itself, which takes a sixth of its time.
pub(crate) fn read<'de, T: Deserialize<'de>>(json: &'de [u8]) -> serde_json::Result<T> {
    match std::str::from_utf8(json) {
        Ok(text) => serde_json::from_str(text),
        Err(error) => Err(Error::custom(format_args!("no UTF-8 from byte {} on", error.valid_up_to()))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn all_of_it_is_read_and_what_is_no_utf8_is_an_error_that_says_where() {
        let of = |json: &'static [u8]| read::<Value>(json).map_err(|error| error.to_string());
        assert_eq!(of(br#"{"a":[1]}"#), Ok(json!({ "a": [1] })));
        assert_eq!(of(b"[1] 2"), Err("trailing characters at line 1 column 5".into()));
        assert_eq!(of(b"[1,\"a\xff\"]"), Err("no UTF-8 from byte 5 on".into()));
    }
}
