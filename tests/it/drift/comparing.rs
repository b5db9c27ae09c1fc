//! `Description::compare`: each kind of difference with its place, and nothing where there is none.

use std::collections::BTreeSet;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use linkcy::drift::{Description, Difference};
use linkcy::{OPERATIONS, OperationInfo};
use serde_json::{Value, json};

use super::operation;
use crate::round_trip::values::{FIELD_OF_TOMORROW, Tomorrow, Values};

const JSON: &str = "application/json;charset=UTF-8";

/// What a row of a table says of a difference: path, kind, value, the end of the schema's pointer.
type Told<'a> = (&'a str, &'a str, Option<&'a str>, &'a str);

fn compare(operation: &'static OperationInfo, status: u16, body: &Value) -> Vec<Difference> {
    Description::built_from().compare(operation, status, &media(JSON), body.to_string().as_bytes())
}

fn media(content_type: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])
}

#[track_caller]
fn tells(found: &[Difference], expected: &[Told<'_>]) {
    let found: Vec<Told<'_>> = found
        .iter()
        .map(|found| (found.path.as_str(), found.kind.as_str(), found.value.as_deref(), found.schema.as_str()))
        .collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((found.0, found.1, found.2), (expected.0, expected.1, expected.2));
        assert!(found.3.ends_with(expected.3), "{found:?} is not at {}", expected.3);
    }
}

/// The operations whose success is JSON, each with the pointer of its schema in the vendor's file.
fn answers(description: &Value) -> impl Iterator<Item = (&'static OperationInfo, u16, String)> {
    OPERATIONS.iter().filter_map(|operation| {
        let responses = format!(
            "/paths/{}/{}/responses",
            operation.path.replace('~', "~0").replace('/', "~1"),
            operation.method.to_ascii_lowercase()
        );
        [200, 201].into_iter().find_map(|status| {
            let schema = format!("{responses}/{status}/content/application~1json/schema");
            description.pointer(&schema).map(|_| (operation, status, schema.clone()))
        })
    })
}

#[test]
fn answers_as_described_differ_nowhere() {
    let description: Value = serde_json::from_str(include_str!("../../../openapi/linkcy.json")).unwrap();
    let mut values = Values::of(&description, 18);
    let (mut operations, mut count) = (0, 0);
    for (operation, status, schema) in answers(&description) {
        operations += 1;
        for value in values.all(&schema) {
            count += 1;
            // The values are made without regard to bounds.
            let found: Vec<Difference> = compare(operation, status, &value)
                .into_iter()
                .filter(|found| found.kind.as_str() != "out-of-bounds")
                .collect();
            assert!(found.is_empty(), "{found:#?} in {value}");
        }
    }
    assert!(operations >= 70 && count > 1_000, "{operations} operations, {count} answers");
}

#[test]
fn a_field_of_tomorrow_is_told_wherever_it_stands_and_nothing_else_is() {
    let description: Value = serde_json::from_str(include_str!("../../../openapi/linkcy.json")).unwrap();
    let mut values = Values::of(&description, 18);
    values.tomorrow = Tomorrow::Fields;
    let mut count = 0;
    for (operation, status, schema) in answers(&description) {
        for value in (0..10).map(|_| values.make(&schema)).collect::<Vec<_>>() {
            for found in compare(operation, status, &value) {
                let is_strange = found.kind.as_str() == "unknown-field" && found.path.ends_with(FIELD_OF_TOMORROW);
                assert!(is_strange || found.kind.as_str() == "out-of-bounds", "{found:#?} in {value}");
                count += 1;
            }
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn each_kind_is_told_with_its_place_and_with_no_value_of_the_answer() {
    let row = || {
        json!({
            "id": "6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa", "type": "INTER_LEDGER", "paymentType": "MONEY_TRANSFER",
            "status": "APPROVED", "creationDate": "2026-01-02T03:04:05Z", "amount": 12.5, "currency": "EUR",
            "information": {
                "clearingDate": "2026-01-02T03:04:05Z", "conversionRate": "1.1", "originalAmount": 12.5, "originalCurrency": "EUR",
            },
        })
    };
    let with = |change: &dyn Fn(&mut Value)| {
        let mut row = row();
        change(&mut row);
        json!({ "content": [row], "page": 0, "pageSize": 100, "totalElements": 1 })
    };
    let set = |name: &'static str, value: Value| with(&move |row| row[name] = value.clone());
    let of_branch = |rest: &str| format!("/components/schemas/InterLedgerTransactionResponseDto_Partner{rest}");
    /// [`Told`], with a pointer that was put together.
    type Expected = (&'static str, &'static str, Option<&'static str>, String);
    let rows: Vec<(Value, Vec<Expected>)> = vec![
        (with(&|_| {}), vec![]),
        (set("colour", json!("red")), vec![("content[].colour", "unknown-field", Some("string"), of_branch(""))]),
        (set("weight", json!(1.5)), vec![("content[].weight", "unknown-field", Some("number"), of_branch(""))]),
        (
            set("status", json!("FROZEN")),
            vec![("content[].status", "unknown-enum-value", Some("FROZEN"), of_branch("/properties/status"))],
        ),
        (
            set("type", json!("TELEPATHY")),
            vec![(
                "content[].type",
                "unknown-tag",
                Some("TELEPATHY"),
                "/components/schemas/TransactionResponseDto_Partner".into(),
            )],
        ),
        (
            with(&|row| drop(row.as_object_mut().unwrap().remove("amount"))),
            vec![("content[].amount", "missing-field", None, of_branch("/properties/amount"))],
        ),
        (set("amount", Value::Null), vec![("content[].amount", "null", None, of_branch("/properties/amount"))]),
        (
            set("amount", json!("12.50")),
            vec![("content[].amount", "other-type", Some("string"), of_branch("/properties/amount"))],
        ),
        (
            set("creationDate", json!("yesterday")),
            vec![("content[].creationDate", "other-format", Some("date-time"), of_branch("/properties/creationDate"))],
        ),
        (
            json!({ "content": [], "page": 0, "pageSize": 100, "totalElements": 1.5 }),
            vec![("totalElements", "other-type", Some("number"), "/properties/totalElements".into())],
        ),
        (
            json!({ "content": [], "page": 5_000_000_000_i64, "pageSize": 100, "totalElements": 1 }),
            vec![("page", "out-of-bounds", Some("format"), "/properties/page".into())],
        ),
    ];
    for (body, expected) in rows {
        let expected: Vec<Told<'_>> =
            expected.iter().map(|(path, kind, value, at)| (*path, *kind, *value, at.as_str())).collect();
        tells(&compare(operation("transactions.list"), 200, &body), &expected);
    }
}

#[test]
fn each_bound_that_is_not_kept_is_told_by_its_keyword() {
    let get = operation("cards.get");
    let half = json!({ "digits": 5, "scale": 1 });
    for (is, bound, limit, kept, broken, keyword) in [
        ("number", "minimum", &half, json!(0.5), json!(0.49), "minimum"),
        ("number", "maximum", &half, json!(0.5), json!(1), "maximum"),
        ("number", "more_than", &half, json!(0.51), json!(0.5), "exclusiveMinimum"),
        ("number", "less_than", &half, json!(-1e-3), json!(0.5), "exclusiveMaximum"),
        ("number", "multiple_of", &half, json!(1.5), json!(0.7), "multipleOf"),
        ("text", "min_length", &json!(2), json!("éé"), json!("é"), "minLength"),
        ("text", "max_length", &json!(2), json!("éé"), json!("ééé"), "maxLength"),
        ("text", "pattern", &json!("^[a-z]+$"), json!("ab"), json!("aB"), "pattern"),
        ("list", "min_items", &json!(1), json!([1]), json!([]), "minItems"),
        ("list", "max_items", &json!(1), json!([1]), json!([1, 2]), "maxItems"),
        ("list", "unique_items", &json!(true), json!([1, 2]), json!([1, 1]), "uniqueItems"),
    ] {
        let of = if is == "list" { json!({ "is": "any" }) } else { json!("") };
        let schema = json!({ "at": "/responses/200", "is": is, "of": of, "bounds": { bound: limit } });
        let answer = json!({ "200": { "media": ["*/*"], "schema": schema } });
        let description = json!({ "version": "1", "operations": { get.id: answer }, "schemas": {} }).to_string();
        let description = Description::parse(&description).unwrap();
        tells(&description.compare(get, 200, &media(JSON), kept.to_string().as_bytes()), &[]);
        let told = description.compare(get, 200, &media(JSON), broken.to_string().as_bytes());
        tells(&told, &[("", "out-of-bounds", Some(keyword), "/responses/200")]);
    }
}

#[test]
fn what_is_no_description_of_answers_is_refused() {
    for text in ["", "[]", "{}", r#"{"version":"1","operations":{},"schemas":[]}"#] {
        assert!(Description::parse(text).is_err(), "{text}");
    }
}

#[test]
fn statuses_codes_and_media_types_are_told_where_they_are_linkcys() {
    let get = operation("cards.get");
    let refused = |code: &str| json!({ "error": "linkcy.not.found", "status": 404, "errorCode": code });
    let all = Description::built_from();
    tells(&compare(get, 404, &refused("CARD_NOT_FOUND")), &[]);
    tells(
        &compare(get, 404, &refused("CARD_EATEN")),
        &[("errorCode", "undocumented-error-code", Some("CARD_EATEN"), "/get/responses/404")],
    );
    tells(&compare(get, 410, &refused("CARD_NOT_FOUND")), &[("", "undocumented-status", None, "/get/responses")]);
    // A proxy's words are none of LinkCy's.
    tells(&all.compare(get, 502, &media("text/html"), b"<html>"), &[]);
    tells(&compare(get, 418, &json!({ "message": "teapot" })), &[]);
    tells(
        &all.compare(get, 200, &media("text/csv"), b"a;b"),
        &[("", "undocumented-content-type", Some("text/csv"), "/get/responses/200")],
    );
}

#[test]
fn what_only_one_of_two_forms_has_is_told_of_that_form() {
    let ledgers = operation("ledgers.get");
    let found = compare(ledgers, 200, &json!({ "nothing": "of both" }));
    let kinds: BTreeSet<&str> = found.iter().map(|found| found.kind.as_str()).collect();
    assert!(kinds.contains("unknown-tag"), "{found:#?}");
    assert!(found.iter().all(|found| !found.path.contains("nothing")), "{found:#?}");
}

/// Every place of every answer holds somebody's data, in values, in keys, and where a value of a list is expected.
#[test]
fn nothing_personal_is_told_whatever_place_it_comes_in() {
    const PLANTED: [&str; 6] = [
        "alice.martin@example.com",
        "FR7630006000011234567890189",
        "5555444433332222",
        "+33612345678",
        "Alice Martin",
        "6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa",
    ];
    fn plant(value: &mut Value, random: &mut fastrand::Rng) {
        let mut person = || PLANTED[random.usize(..PLANTED.len())];
        match value {
            Value::Object(members) => {
                let (key, text) = (person(), person());
                members.insert(key.to_owned(), json!(text));
                members.values_mut().for_each(|member| plant(member, random));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| plant(item, random)),
            other => *other = json!(person()),
        }
    }
    let description: Value = serde_json::from_str(include_str!("../../../openapi/linkcy.json")).unwrap();
    let mut values = Values::of(&description, 18);
    let mut random = fastrand::Rng::with_seed(18);
    let mut count = 0;
    for (operation, status, schema) in answers(&description) {
        for mut value in (0..5).map(|_| values.make(&schema)).collect::<Vec<_>>() {
            plant(&mut value, &mut random);
            for found in compare(operation, status, &value) {
                let shown = format!("{found:?} {found}");
                for planted in PLANTED {
                    assert!(!shown.contains(planted), "{shown}");
                }
                count += 1;
            }
        }
        let refusal = json!({ "errorCode": PLANTED[0], "error": "linkcy.bad.request" });
        for found in compare(operation, 400, &refusal) {
            assert!(!format!("{found:?}").contains(PLANTED[0]));
        }
    }
    assert!(count > 2_000, "{count}");
}

#[test]
fn an_answer_of_something_else_is_not_compared_for_ever() {
    let letters = |number: u32| (0..5).map(move |place| char::from(b'a' + (number / 10_u32.pow(place) % 10) as u8));
    let body: serde_json::Map<String, Value> =
        (0..50_000).map(|number| (letters(number).collect(), Value::Null)).collect();
    let found = compare(operation("partner.get"), 200, &Value::Object(body));
    assert_eq!(found.len(), 1_000);
}
