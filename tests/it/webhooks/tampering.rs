//! What was changed on the way is not taken: every bit of every part.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use linkcy::webhooks::Headers;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{BODY, ID, NOW, OTHER, SECRET, secret, signed_with, verifier};

/// The parts of a request, as bytes.
#[derive(Clone)]
struct Request {
    id: Vec<u8>,
    timestamp: Vec<u8>,
    signature: Vec<u8>,
    body: Vec<u8>,
}

impl Request {
    fn good() -> Self {
        Self {
            id: ID.into(),
            timestamp: NOW.to_string().into(),
            signature: secret(SECRET).sign(ID, NOW, BODY).into(),
            body: BODY.into(),
        }
    }

    fn is_taken(&self) -> bool {
        let headers = [("svix-id", &self.id), ("svix-timestamp", &self.timestamp), ("svix-signature", &self.signature)];
        verifier().verify(&headers[..], self.body.clone()).is_ok()
    }
}

type Part = fn(&mut Request) -> &mut Vec<u8>;

const PARTS: [(&str, Part); 4] = [
    ("id", |request| &mut request.id),
    ("timestamp", |request| &mut request.timestamp),
    ("signature", |request| &mut request.signature),
    ("body", |request| &mut request.body),
];

#[test]
fn nothing_that_was_changed_by_a_bit_or_a_byte_is_taken() {
    assert!(Request::good().is_taken());
    let mut tried = BTreeMap::new();
    for (name, part) in PARTS {
        let length = part(&mut Request::good()).len();
        let mut changed = Vec::new();
        for at in 0..length {
            for bit in 0..8 {
                changed.push(edit(part, |bytes| bytes[at] ^= 1 << bit));
            }
            changed.push(edit(part, |bytes| _ = bytes.remove(at)));
            changed.push(edit(part, |bytes| bytes.insert(at, b'A')));
            changed.push(edit(part, |bytes| bytes.truncate(at)));
            if at > 0 {
                changed.push(edit(part, |bytes| bytes.swap(at - 1, at)));
            }
        }
        let good = part(&mut Request::good()).clone();
        // Two equal neighbours that change places are no change. A space beside a signature means nothing.
        changed.retain(|request| {
            let mut request = request.clone();
            part(&mut request).trim_ascii() != good.trim_ascii() || name == "body" && *part(&mut request) != good
        });
        tried.insert(name, changed.len());
        let taken = changed.iter().filter(|request| request.is_taken()).count();
        assert_eq!(taken, 0, "{name}");
    }
    assert!(tried.values().all(|tried| *tried > 100), "{tried:?}");
}

fn edit(part: Part, change: impl FnOnce(&mut Vec<u8>)) -> Request {
    let mut request = Request::good();
    change(part(&mut request));
    request
}

#[test]
fn parts_of_several_good_requests_do_not_make_another() {
    let sign = |text, id, at, body: &[u8]| secret(text).sign(id, at, body);
    let elsewhere = [
        sign(OTHER, ID, NOW, BODY),
        sign(SECRET, "msg_other", NOW, BODY),
        sign(SECRET, ID, NOW + 1, BODY),
        sign(SECRET, ID, NOW, b"{}"),
        sign(SECRET, ID, NOW, b""),
    ];
    let mut orders = vec![elsewhere.to_vec(), elsewhere.iter().rev().cloned().collect()];
    orders.extend(elsewhere.iter().map(|one| vec![one.clone()]));
    for signatures in orders {
        assert!(verifier().verify(&signed_with(&signatures.join(" ")), BODY).is_err(), "{signatures:?}");
    }
}

/// Dots separate what is signed, so a dot that changes sides leaves the signed text as it was.
#[test]
fn a_request_cannot_be_cut_in_another_place() {
    let dotted = secret(SECRET).sign("msg_a", NOW, format!("{NOW}.{{}}").as_bytes());
    let id = format!("msg_a.{NOW}");
    let headers = [("svix-id", id), ("svix-timestamp", NOW.to_string()), ("svix-signature", dotted)];
    assert!(verifier().verify(&headers[..], &b"{}"[..]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        rng_seed: proptest::test_runner::RngSeed::Fixed(0x5715),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_headers_are_refused_without_a_panic(
        pairs in vec((select(NAMES), value()), 0..8),
        body in vec(any::<u8>(), 0..64),
    ) {
        let mut map = HeaderMap::new();
        for (name, value) in &pairs {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                map.append(HeaderName::from_static(name), value);
            }
        }
        let taken = |headers: &dyn Headers| verifier().verify(headers, body.clone()).map(drop);
        for refused in [taken(&map), verifier().verify(&pairs[..], body.clone()).map(drop)] {
            prop_assert!(refused.as_ref().is_err_and(|error| matches!(error.status(), 400 | 401)), "{:?}", refused);
        }
    }
}

const NAMES: &[&str] = &[
    "svix-id",
    "svix-timestamp",
    "svix-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "content-type",
];

/// What is nearly right, and any bytes.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let pieces = ["v1,", "v1a,", " ", ",", ".", "=", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "AAAA", "é", "\t"];
    prop_oneof![
        vec(select(pieces.to_vec()), 0..6).prop_map(|pieces| pieces.concat().into_bytes()),
        vec(any::<u8>(), 0..80),
    ]
}
