//! One odd row costs at most itself: pages of real answers, with rows that cannot be read.

use linkcy::read_answer;
use linkcy::types::{LedgerSummary, Page, Transaction};
use serde_json::{Value, json};

use crate::answers;

const ODD_ROWS: [&str; 6] =
    ["null", "7", "[]", "{}", r#"{"isUpgraded":"perhaps"}"#, r#""FR7630006000011234567890189""#];

fn ledgers() -> Value {
    serde_json::from_str(&answers::ledgers()).unwrap()
}

/// A page with rows of the list at some places.
fn with(odd: &[(usize, &str)]) -> Value {
    let mut page = ledgers();
    for (index, row) in odd {
        page["content"][*index] = serde_json::from_str(row).unwrap();
    }
    page
}

#[test]
fn the_other_rows_are_read_and_the_odd_ones_are_told_with_their_place_and_json() {
    for places in [&[0][..], &[99], &[3, 4, 5], &[0, 50, 99]] {
        let odd: Vec<(usize, &str)> = places.iter().copied().zip(ODD_ROWS).collect();
        let json = with(&odd);
        let page: Page<LedgerSummary> = read_answer(json.to_string().as_bytes()).unwrap();
        assert_eq!((page.content.len(), page.row_count(), page.total_elements), (100 - odd.len(), 100, 25_000));
        let told: Vec<(usize, String)> =
            page.unreadable_rows.iter().map(|row| (row.index(), row.json().to_string())).collect();
        assert_eq!(told, odd.iter().map(|(index, row)| (*index, (*row).to_owned())).collect::<Vec<_>>());
        for row in &page.unreadable_rows {
            assert!(!row.reason().is_empty() && !format!("{row} {row:?} {page:?}").contains("FR7630006"), "{row}");
        }
        assert_eq!(serde_json::to_value(&page).unwrap(), json, "written back with every row at its place");
        let rows: Vec<bool> = page.into_rows().map(|row| row.is_ok()).collect();
        assert_eq!(rows, (0..100).map(|index| !places.contains(&index)).collect::<Vec<_>>());
    }
}

#[test]
fn a_page_of_odd_rows_alone_and_one_without_rows_are_pages() {
    let odd: Page<LedgerSummary> =
        read_answer(br#"{"content":[1,{}],"totalElements":2,"page":0,"pageSize":100}"#).unwrap();
    assert_eq!((odd.content.len(), odd.unreadable_rows.len()), (0, 2));
    let none: Page<LedgerSummary> =
        read_answer(br#"{"content":[],"totalElements":0,"page":0,"pageSize":100}"#).unwrap();
    assert_eq!(none.row_count(), 0);
}

#[test]
fn what_is_no_page_is_an_error_of_its_own() {
    for json in ["{}", r#"{"content":7,"totalElements":2,"page":0,"pageSize":100}"#, "[", r#"{"content":[{}]}"#] {
        assert!(read_answer::<Page<LedgerSummary>>(json.as_bytes()).is_err(), "{json}");
    }
}

/// In one place of each row, one odd value; everything else is read as before.
#[test]
fn one_odd_value_leaves_all_else_of_a_page_as_it_was() {
    let page: Value = serde_json::from_str(&answers::transactions()).unwrap();
    let usual: Page<Transaction> = serde_json::from_value(page.clone()).unwrap();
    let usual = serde_json::to_value(&usual).unwrap();
    let odd = [
        json!("12.34"),
        json!("TR-0001"),
        json!(4711),
        json!(1_711_461_547_123_i64),
        json!([2024, 3, 26, 13, 59, 7]),
        json!(true),
        json!({ "a": [null] }),
        json!(""),
    ];
    let places = [
        "/id",
        "/amount",
        "/creationDate",
        "/status",
        "/currency",
        "/paymentType",
        "/information/originalAmount",
        "/information/clearingDate",
        "/information/reference",
        "/sender/ledgerId",
        "/sender/name",
        "/receiver/beneficiaryId",
        "/receiver/iban",
        "/sender/iban",
    ];
    let mut changed = 0;
    for (at, place) in places.iter().enumerate() {
        for (turn, odd) in odd.iter().enumerate() {
            let mut page = page.clone();
            let index = (at * 10 + turn) % answers::ROWS;
            let Some(value) = page["content"][index].pointer_mut(place) else { continue };
            *value = odd.clone();
            changed += 1;
            let read: Page<Transaction> = read_answer(page.to_string().as_bytes()).unwrap();
            assert_eq!(read.unreadable_rows, [], "{place} = {odd}");
            let (mut read, mut expected) = (serde_json::to_value(&read).unwrap(), usual.clone());
            for page in [&mut read, &mut expected] {
                let parent = place.rsplit_once('/').unwrap();
                let object = page["content"][index].pointer_mut(parent.0).and_then(Value::as_object_mut).unwrap();
                object.remove(parent.1);
            }
            assert_eq!(read, expected, "{place} = {odd}");
        }
    }
    assert!(changed > 50, "{changed}");
}

#[test]
fn bytes_that_are_no_text_and_a_byte_order_mark_cost_nothing_else() {
    let json = answers::transactions();
    let usual: Page<Transaction> = serde_json::from_str(&json).unwrap();
    let read = |bytes: &[u8]| read_answer::<Page<Transaction>>(bytes).unwrap();
    assert_eq!(read(&[b"\xef\xbb\xbf", json.as_bytes()].concat()), usual);
    for odd in [&b"Lun\\ud83d"[..], b"Lun\xe9", b"\\ude00Lun"] {
        let at = json.find("Invoice 000003").unwrap();
        let bytes = [&json.as_bytes()[..at], odd, &json.as_bytes()[at + "Invoice 000003".len()..]].concat();
        let page = read(&bytes);
        assert_eq!((page.content.len(), page.unreadable_rows.len()), (100, 0));
        let (mut one, mut other) = (serde_json::to_value(&page).unwrap(), serde_json::to_value(&usual).unwrap());
        let reference = one["content"][3]["information"]["reference"].take();
        assert!(
            reference.as_str().is_some_and(|text| text.contains('\u{fffd}') && text.contains("Lun")),
            "{reference}"
        );
        other["content"][3]["information"]["reference"].take();
        assert_eq!(one, other);
    }
}
