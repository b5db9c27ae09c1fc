//! What can be read of a payload whose shape nobody documents.

use linkcy::types::{Amount, CardId, LedgerId, WebhookPortal};
use linkcy::webhooks::{Payload, PayloadError};
use serde_json::{Value, json};

use super::{signed, verifier};

fn payload(body: &'static [u8]) -> Payload {
    verifier().verify(&signed(body), body).unwrap().payload
}

const ONE: &str = "11111111-1111-1111-1111-111111111111";
const TWO: &str = "22222222-2222-2222-2222-222222222222";

fn found(body: &str) -> Result<Option<String>, PayloadError> {
    let body = body.replace("ONE", ONE).replace("TWO", TWO);
    payload(body.leak().as_bytes()).find::<LedgerId>("ledgerId").map(|id| id.map(|id| id.to_string()))
}

#[test]
fn a_member_is_found_wherever_it_stands() {
    for body in [
        r#"{"ledgerId":"ONE"}"#,
        r#"{"data":{"ledger":{"ledgerId":"ONE"}}}"#,
        r#"[{"a":[1,2,{"b":null}]},[[{"ledgerId":"ONE"}]]]"#,
        r#"{"a":"ledgerId","ledgerId":"ONE"}"#,
        r#"{"ledgerId":"ONE","again":{"ledgerId":"ONE"}}"#,
        r#"{"ledgerId":null,"data":{"ledgerId":"ONE"}}"#,
        r#"{"l\u0065dgerId":"ONE"}"#,
        r#"{"ledgerId":"ONE","x":{"ledgerId":"\u0031\u0031111111-1111-1111-1111-111111111111"}}"#,
        "\u{feff}{\"ledgerId\":\"ONE\"}",
        r#"{"odd":"\ud83d","huge":1e999,"ledgerId":"ONE"}"#,
    ] {
        assert_eq!(found(body), Ok(Some(ONE.to_owned())), "{body}");
    }
    for body in [r#"{}"#, r#"{"LedgerId":"ONE"}"#, r#"{"ledgerId":null}"#, r#"["ledgerId"]"#, r#""ledgerId""#] {
        assert_eq!(found(body), Ok(None), "{body}");
    }
}

#[test]
fn several_values_are_never_guessed_among() {
    let ambiguous = Err(PayloadError::Ambiguous { name: "ledgerId".to_owned() });
    for body in [
        r#"{"from":{"ledgerId":"ONE"},"to":{"ledgerId":"TWO"}}"#,
        r#"[{"ledgerId":"ONE"},{"ledgerId":"TWO"}]"#,
        r#"{"ledgerId":"ONE","ledgerId":"TWO"}"#,
        r#"{"ledgerId":{"ledgerId":"TWO"}}"#,
        r#"{"ledgerId":7,"a":{"ledgerId":"7"}}"#,
    ] {
        assert_eq!(found(body), ambiguous, "{body}");
    }
}

#[test]
fn what_is_no_json_or_of_another_type_is_an_error_without_a_value() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let nested = |levels: usize| format!("{}1{}", r#"{"ledgerId":"#.repeat(levels), "}".repeat(levels));
    for body in
        ["", "{", r#"{"ledgerId":"ONE"} x"#, "sensitive", &deep(129), &deep(100_000), &nested(129), &nested(20_000)]
    {
        match found(body) {
            Err(PayloadError::Unreadable { reason }) => assert!(!reason.contains("sensitive"), "{reason}"),
            other => panic!("{}: {other:?}", body.get(..40).unwrap_or(body)),
        }
    }
    assert_eq!(found(&deep(127)), Ok(None));
    let error = payload(br#"{"ledgerId":["sensitive"]}"#).find::<u32>("ledgerId").unwrap_err();
    assert!(!error.to_string().contains("sensitive"), "{error}");
    let error = payload(br#"{"a":"sensitive"}"#).parse::<Vec<u8>>().unwrap_err();
    assert!(matches!(error, PayloadError::Unreadable { .. }) && !error.to_string().contains("sensitive"), "{error}");
    let error = payload(b"\xff\xfe").parse::<Value>().unwrap_err();
    assert!(matches!(error, PayloadError::Unreadable { .. }), "{error}");
}

#[test]
fn a_payload_is_read_as_any_type_and_amounts_to_the_last_digit() {
    let payload = payload(br#"{"url":"https://portal.example","data":{"amount":1234567890123456.78,"cardId":"x"}}"#);
    assert_eq!(payload.parse::<WebhookPortal>().unwrap().url.expose(), "https://portal.example");
    assert_eq!(payload.parse::<Value>().unwrap()["data"]["cardId"], json!("x"));
    let amount: Amount = payload.find("amount").unwrap().unwrap();
    assert_eq!(amount.to_string(), "1234567890123456.78");
    // An id that is no UUID is kept, as in an answer.
    assert_eq!(payload.find::<CardId>("cardId").unwrap().unwrap().raw(), "x");
}
