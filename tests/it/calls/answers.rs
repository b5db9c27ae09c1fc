//! Every status with every kind of body, as the answer to a call that may be repeated and to a payment: what is settled, and
//! what leaves the outcome unknown. `session/answers.rs` has the same for logins and refreshes.

use std::sync::{Arc, Mutex};

use linkcy::error::TransportCause;
use linkcy::{Credentials, Error};

use crate::support::wire::{Wire, announcing, answer};
use crate::support::{amount, client_at};

/// Of a body: its name, its text, and who can have written it.
const BODIES: [(&str, &str, Author); 9] = [
    ("LinkCy's, with a code", r#"{"error":"linkcy.error","errorCode":"LEDGER_NOT_FOUND","status":0}"#, Author::Coded),
    ("LinkCy's, without a code", r#"{"error":"linkcy.error","status":0,"message":"no"}"#, Author::LinkCy),
    ("a server framework's", r#"{"error":"Not Found","status":0,"path":"/api"}"#, Author::Framework),
    ("a gateway's JSON", r#"{"message":"Forbidden","requestId":"c2f1"}"#, Author::Foreign),
    ("a list", "[]", Author::Foreign),
    ("a text of JSON", r#""error""#, Author::Foreign),
    ("a page", "<html><body>errorCode: blocked</body></html>", Author::Foreign),
    ("nothing", "", Author::Foreign),
    ("LinkCy's, cut off", r#"{"error":"linkcy.error","errorCode":"LEDGER_NOT_FOUND","stat"#, Author::Cut),
];

#[derive(Clone, Copy, PartialEq)]
enum Author {
    Coded,
    LinkCy,
    Framework,
    Foreign,
    Cut,
}

/// Whether this answer proves that a payment was not made.
fn settles(status: u16, author: Author) -> bool {
    // A 304 has no body, whatever is sent.
    let author = if status == 304 { Author::Foreign } else { author };
    match (author, status) {
        (Author::Cut, _) => false,
        // Whoever says these did not let the call in.
        (_, 401 | 429) => true,
        (Author::Coded, _) => true,
        (Author::LinkCy | Author::Framework, 408 | 500..) => false,
        (Author::LinkCy | Author::Framework, _) => true,
        (Author::Foreign, _) => false,
    }
}

/// Whether a program is told that LinkCy itself refused it.
fn judges(error: &Error) -> bool {
    error.is_not_found() || error.is_conflict() || error.is_forbidden() || error.is_invalid_request()
}

#[tokio::test]
async fn a_page_with_202_is_no_question_to_the_end_user() {
    let page = answer(202, &[("content-type", "text/html")], b"<html>Accepted</html>");
    let wire = Wire::start(move |_| page.clone()).await;
    let client = client_at(wire.url(), Credentials::tokens("opaque", None)).build().unwrap();
    let (some, other) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    let payment = linkcy::types::BeneficiaryTransactionCreateRequest::new(amount("15.21"), some.into(), other.into());
    let paid = client.transactions().create_to_beneficiary(&payment).await.unwrap_err();
    assert!(paid.is_outcome_unknown(), "{paid}");
    let pin = client.cards().reset_pin_attempts(some.into()).await.unwrap_err();
    assert!(pin.is_outcome_unknown(), "{pin}");
    let read = client.cards().get_pin(some.into()).await.unwrap_err();
    assert!(matches!(read, Error::Decode(_)), "{read}");
}

#[tokio::test]
async fn a_status_settles_a_payment_only_if_the_answer_is_linkcys_own() {
    let next = Arc::new(Mutex::new(Vec::new()));
    let answers = Arc::clone(&next);
    let wire = Wire::start(move |_| answers.lock().unwrap().clone()).await;
    let client = client_at(wire.url(), Credentials::tokens("opaque", None)).build().unwrap();
    let payment = linkcy::types::InterLedgerTransactionCreateRequest::new(
        linkcy::types::InterLedgerTransactionCreateRequestRequired {
            amount: amount("15.21"),
            ledger_from_id: uuid::Uuid::from_u128(1).into(),
            ledger_to_id: uuid::Uuid::from_u128(2).into(),
        },
    );
    let mut calls = 0;
    for status in 300..=599 {
        for (name, text, author) in BODIES {
            let length = if author == Author::Cut { text.len() + 10 } else { text.len() };
            *next.lock().unwrap() = announcing(status, &[], length, text.as_bytes());
            let case = format!("{status} with {name}");

            let read = client.ledgers().list().once().await.unwrap_err();
            match (&read, author) {
                (Error::Transport(lost), Author::Cut) if status != 304 => {
                    assert!(matches!(lost.cause, TransportCause::Broken(_)), "{case}: {read}");
                }
                (Error::Api(api), _) => assert_eq!(api.status, status, "{case}"),
                _ => panic!("{case}: {read}"),
            }
            let is_foreign_text = author == Author::Foreign && !text.is_empty() && status != 304;
            assert!(!(is_foreign_text && judges(&read)), "{case}: {read}");

            let paid = client.transactions().create_inter_ledger(&payment).once().await.unwrap_err();
            assert_eq!(paid.is_outcome_unknown(), !settles(status, author), "{case}: {paid}");
            assert!(!(paid.is_outcome_unknown() && judges(&paid)), "{case}: {paid}");
            if let Error::OutcomeUnknown(unknown) = &paid {
                let is_gateway =
                    matches!(&unknown.cause, TransportCause::Gateway { status: seen, .. } if *seen == status);
                assert!(is_gateway || author == Author::Cut, "{case}: {paid}");
            }
            calls += 2;
        }
    }
    assert_eq!(wire.arrived(), calls, "each was sent once");
}
