//! What errors and logs may show of what was sent and received: one redactor for the whole crate.

use serde_json::Value;

/// How much of a foreign body an error shows, in characters.
const EXCERPT: usize = 200;

pub(crate) use crate::types::without_values as serde_message;

/// The shape of a JSON body with its numbers and ids; every other text is replaced by `…`. `None` where the body is not
/// JSON.
pub(crate) fn json_body(body: &[u8]) -> Option<String> {
    let mut value: Value = crate::json::read(body).ok()?;
    redact(&mut value);
    Some(value.to_string())
}

fn redact(value: &mut Value) {
    match value {
        Value::String(text) if uuid::Uuid::try_parse(text).is_err() => "…".clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(fields) => fields.values_mut().for_each(redact),
        _ => {}
    }
}

/// The beginning of a body that is not LinkCy's, printable, without anything that looks like a secret: tokens, IBANs and
/// card numbers are long runs of letters and digits; prose is not.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * EXCERPT)]);
    let words = text.split_whitespace().map(|word| {
        let longest_run = word.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max();
        if longest_run.unwrap_or_default() > 15 || word.chars().filter(char::is_ascii_digit).count() > 6 {
            "…"
        } else {
            word
        }
    });
    let plain = words.collect::<Vec<_>>().join(" ");
    plain.chars().filter(|c| !c.is_control()).take(EXCERPT).collect()
}

/// The same, without the values in the query of the address that was asked: object stores repeat them.
pub(crate) fn excerpt_without_query(body: &[u8], query: &str) -> String {
    let mut text = String::from_utf8_lossy(body).into_owned();
    for (_, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.len() > 3 {
            text = text.replace(&*value, "…");
        }
    }
    excerpt(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_keeps_ids_and_amounts_and_nothing_else() {
        let sent =
            br#"{"amount":12.50,"ledgerFromId":"6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa","reference":"Rent of Alice"}"#;
        assert_eq!(
            json_body(sent).unwrap(),
            r#"{"amount":12.5,"ledgerFromId":"6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa","reference":"…"}"#
        );
    }

    #[test]
    fn an_excerpt_shows_no_token_and_no_value_of_the_query() {
        let body = b"<Error>denied to eyJhbGciOiJIUzI1NiIsInR5cCI6 by policy-7, key\x07 abc/d</Error>";
        assert_eq!(excerpt(body), "<Error>denied to … by policy-7, key abc/d</Error>");
        assert_eq!(
            excerpt_without_query(body, "X-Policy=policy-7&sig=abc%2Fd&e=1"),
            "<Error>denied to … by …, key …</Error>"
        );
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Id {
        #[allow(dead_code, reason = "read by nobody, missed by serde")]
        id: u8,
    }

    #[test]
    fn a_message_of_serde_quotes_no_value_of_an_answer() {
        let error = serde_json::from_str::<u8>(r#""FR7630006000011234567890189""#).unwrap_err();
        assert_eq!(serde_message(&error), "invalid type: string \"…\", expected u8 at line 1 column 29");
        let error = serde_json::from_str::<Id>("{}").unwrap_err();
        assert_eq!(serde_message(&error), "missing field `id` at line 1 column 2");
        let error = serde_json::from_str::<Id>(r#"{"FR7630006000011234567890189":1}"#).unwrap_err();
        assert!(!serde_message(&error).contains("FR76"), "{error}");
        // Quotation marks in a value do not end the quotation.
        let marked = |mark| [format!("a{mark}FR76{mark}b"), format!("a{mark}b{mark}FR76"), format!("{mark}FR76")];
        for marked in ["\"", "`", "\\", "\\\"", "\\\\\""].map(marked).concat() {
            let json = serde_json::to_string(&marked).unwrap();
            let error = serde_json::from_str::<u8>(&json).unwrap_err();
            assert!(!serde_message(&error).contains("FR76"), "{}", serde_message(&error));
            let error = serde_json::from_str::<Id>(&format!("{{{json}:1}}")).unwrap_err();
            assert!(!serde_message(&error).contains("FR76"), "{}", serde_message(&error));
        }
        let error = serde_json::from_str::<bool>("33612345678").unwrap_err();
        assert!(!serde_message(&error).contains("336"), "{error}");
        let error = serde_json::from_str::<String>("{").unwrap_err();
        assert!(serde_message(&error).contains("line 1"));
    }
}
