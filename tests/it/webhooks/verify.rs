//! What a verifier takes, and what it says about the rest.

use std::time::Duration;

use linkcy::types::jiff::Timestamp;
use linkcy::webhooks::{EventKind, SecretError, Verifier, WebhookError, WebhookSecret};

use super::{BODY, ID, NOW, OTHER, SECRET, headers, secret, signed, signed_with, verifier};

/// Vectors of Svix's documentation and of its libraries' tests: secret, id, timestamp, body, signature.
const VECTORS: [(&str, &str, i64, &str, &str); 2] = [
    (
        "whsec_plJ3nmyCDGBKInavdOK15jsl",
        "msg_loFOjxBNrRLzqYUf",
        1_731_705_121,
        r#"{"event_type":"ping","data":{"success":true}}"#,
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    ),
    (
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        r#"{"test": 2432232314}"#,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
];

#[test]
fn svixs_own_vectors_are_verified_and_signed_alike() {
    for (text, id, timestamp, body, signature) in VECTORS {
        let secret = secret(text);
        assert_eq!(secret.sign(id, timestamp, body.as_bytes()), signature);
        let verifier = Verifier::new(secret).clock(move || Timestamp::from_second(timestamp).unwrap());
        let headers = [("svix-id", id), ("svix-timestamp", &timestamp.to_string()), ("svix-signature", signature)];
        let event = verifier.verify(&headers[..], body).unwrap();
        assert_eq!((event.id.as_str(), event.timestamp.as_second()), (id, timestamp));
        assert_eq!(&event.payload.bytes()[..], body.as_bytes());
    }
}

#[test]
fn the_headers_of_either_family_are_taken_and_never_of_both() {
    let good = secret(SECRET).sign(ID, NOW, BODY);
    let now = NOW.to_string();
    let missing = |name| Err(WebhookError::MissingHeader { name });
    let names = |id, timestamp, signature| [(id, ID), (timestamp, now.as_str()), (signature, good.as_str())].to_vec();
    let bad = |id, timestamp, signature| [(id, "msg_x"), (timestamp, now.as_str()), (signature, "v1,x")].to_vec();
    let svix = names("svix-id", "svix-timestamp", "svix-signature");
    let standard = names("webhook-id", "webhook-timestamp", "webhook-signature");
    let bad_standard = bad("webhook-id", "webhook-timestamp", "webhook-signature");
    let bad_svix = bad("svix-id", "svix-timestamp", "svix-signature");
    for (sent, outcome) in [
        (svix.clone(), Ok(())),
        (standard.clone(), Ok(())),
        (names("Svix-Id", "SVIX-TIMESTAMP", "Svix-Signature"), Ok(())),
        (names("Webhook-Id", "WEBHOOK-TIMESTAMP", "Webhook-Signature"), Ok(())),
        // Svix's own come first; a family that is not whole does not hide one that is.
        ([svix.clone(), bad_standard].concat(), Ok(())),
        ([standard.clone(), bad_svix].concat(), Err(WebhookError::NoSignatureFits)),
        ([standard.clone(), svix[..1].to_vec()].concat(), Ok(())),
        // Headers of two families are no webhook.
        (names("svix-id", "svix-timestamp", "webhook-signature"), missing("svix-signature")),
        (names("webhook-id", "svix-timestamp", "webhook-signature"), missing("webhook-timestamp")),
        (names("webhook-id", "x-timestamp", "webhook-signature"), missing("webhook-timestamp")),
        (names("x-id", "x-timestamp", "x-signature"), missing("svix-id")),
        (svix[1..].to_vec(), missing("svix-id")),
        (standard[..2].to_vec(), missing("webhook-signature")),
        (Vec::new(), missing("svix-id")),
    ] {
        let in_map = headers(&sent.iter().map(|(name, value)| (*name, *value)).collect::<Vec<_>>());
        assert_eq!(verifier().verify(&in_map, BODY).map(drop), outcome, "{sent:?}");
        assert_eq!(verifier().verify(&sent[..], BODY).map(drop), outcome, "as a slice: {sent:?}");
    }
}

#[test]
fn one_signature_among_several_has_to_fit_and_other_versions_are_passed_over() {
    let good = secret(SECRET).sign(ID, NOW, BODY);
    let other = secret(OTHER).sign(ID, NOW, BODY);
    let bare = good.strip_prefix("v1,").unwrap();
    let none = Err(WebhookError::NoSignatureFits);
    for (signatures, outcome) in [
        (good.clone(), Ok(())),
        (format!("{other} {good}"), Ok(())),
        (format!("{good} {other}"), Ok(())),
        (format!("v1a,{bare} v2,{bare} {good}"), Ok(())),
        (format!("  v1,!! {good}  "), Ok(())),
        (format!("v1,{}", "A".repeat(43)), none.clone()),
        (other.clone(), none.clone()),
        (format!("v1a,{bare}"), none.clone()),
        (format!("v2,{bare}"), none.clone()),
        (format!("V1,{bare}"), none.clone()),
        (format!("v1{bare}"), none.clone()),
        (format!("v1, {bare}"), none.clone()),
        (format!("v1,{good}"), none.clone()),
        (format!("{good},{other}"), none.clone()),
        (bare.to_owned(), none.clone()),
        ("v1,".to_owned(), none.clone()),
        (String::new(), none.clone()),
    ] {
        assert_eq!(verifier().verify(&signed_with(&signatures), BODY).map(drop), outcome, "{signatures:?}");
    }
    // Several headers are as good as one with several signatures.
    let now = NOW.to_string();
    let pairs = [("svix-id", ID), ("svix-timestamp", &now), ("svix-signature", &other), ("svix-signature", &good)];
    assert!(verifier().verify(&headers(&pairs), BODY).is_ok());
}

#[test]
fn any_of_the_secrets_may_fit_while_one_is_rotated() {
    let rotating = verifier().or(secret(OTHER));
    for text in [SECRET, OTHER] {
        assert!(rotating.verify(&signed_with(&secret(text).sign(ID, NOW, BODY)), BODY).is_ok(), "{text}");
    }
    let third = secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").sign(ID, NOW, BODY);
    assert_eq!(rotating.verify(&signed_with(&third), BODY).map(drop), Err(WebhookError::NoSignatureFits));
}

#[test]
fn the_time_may_be_off_by_the_tolerance_and_no_second_more() {
    let second = Duration::from_secs;
    let old = |age, tolerance| Err(WebhookError::TooOld { age: second(age), tolerance: second(tolerance) });
    let ahead =
        |ahead, tolerance| Err(WebhookError::TooFarAhead { ahead: second(ahead), tolerance: second(tolerance) });
    for (tolerance, passed, outcome) in [
        (300, 0, Ok(())),
        (300, 300, Ok(())),
        (300, 301, old(301, 300)),
        (300, -300, Ok(())),
        (300, -301, ahead(301, 300)),
        (0, 0, Ok(())),
        (0, 1, old(1, 0)),
        (0, -1, ahead(1, 0)),
        (86_400, 86_400, Ok(())),
        (u64::MAX, 10_000_000_000, Ok(())),
    ] {
        let now = Timestamp::from_second(NOW + passed).unwrap();
        let verifier = verifier().tolerance(second(tolerance)).clock(move || now);
        assert_eq!(verifier.verify(&signed(BODY), BODY).map(drop), outcome, "{tolerance} s, {passed} s later");
    }
}

#[test]
fn the_tolerance_is_five_minutes_and_the_clock_the_machines_unless_set() {
    let now = Timestamp::now().as_second();
    let at = |sent: i64| {
        let signature = secret(SECRET).sign(ID, sent, BODY);
        let sent = sent.to_string();
        let pairs = [("svix-id", ID), ("svix-timestamp", sent.as_str()), ("svix-signature", signature.as_str())];
        Verifier::new(secret(SECRET)).verify(&pairs[..], BODY).map(drop)
    };
    // A minute of leeway for a machine that is slow.
    assert_eq!(at(now - 240), Ok(()));
    assert!(matches!(at(now - 301), Err(WebhookError::TooOld { .. })));
    assert!(matches!(at(now + 360), Err(WebhookError::TooFarAhead { .. })));
}

#[test]
fn a_signature_is_judged_before_its_age() {
    let verifier = verifier().clock(|| Timestamp::from_second(NOW + 10_000).unwrap());
    let forged = signed_with(&secret(OTHER).sign(ID, NOW, BODY));
    assert_eq!(verifier.verify(&forged, BODY).map(drop), Err(WebhookError::NoSignatureFits));
}

#[test]
fn every_error_has_its_status_and_names_the_remedy_and_nothing_of_the_request() {
    let good = secret(SECRET).sign(ID, NOW, BODY);
    let now = NOW.to_string();
    let secret_text = "msg.sensitive";
    let twice = [("svix-id", ID), ("svix-id", ID), ("svix-timestamp", &now), ("svix-signature", &good)];
    let one = |id: &'static str, timestamp: &'static str| {
        headers(&[("svix-id", id), ("svix-timestamp", timestamp), ("svix-signature", "v1,sensitive")])
    };
    for (sent, status, said) in [
        (headers(&[]), 400, "the header svix-id is missing"),
        (headers(&twice), 400, "the header svix-id has to come once"),
        (one("", "1614265330"), 400, "the header svix-id has to be visible ASCII characters without a dot"),
        (one(secret_text, "1614265330"), 400, "the header svix-id has to be visible ASCII"),
        (one("msg sensitive", "1614265330"), 400, "the header svix-id has to be visible ASCII"),
        (one("msg_é", "1614265330"), 400, "the header svix-id has to be visible ASCII"),
        (one(ID, ""), 400, "the header svix-timestamp has to be seconds since the Unix epoch in digits"),
        (one(ID, "sensitive"), 400, "the header svix-timestamp has to be seconds"),
        (one(ID, "1614265330.0"), 400, "the header svix-timestamp has to be seconds"),
        (one(ID, "+1614265330"), 400, "the header svix-timestamp has to be seconds"),
        (one(ID, "-1"), 400, "the header svix-timestamp has to be seconds"),
        (one(ID, "99999999999999999999"), 400, "the header svix-timestamp has to be seconds"),
        (one(ID, "1614265330"), 401, "no signature fits"),
    ] {
        let error = verifier().verify(&sent, &b"sensitive"[..]).unwrap_err();
        assert_eq!(error.status(), status, "{error}");
        assert!(error.to_string().starts_with(said), "{error}");
        assert!(!format!("{error} {error:?}").contains("sensitive"), "{error:?}");
    }
    let late = verifier().clock(|| Timestamp::from_second(NOW + 301).unwrap()).verify(&signed(BODY), BODY).unwrap_err();
    assert_eq!(
        late.to_string(),
        "it was signed 301 s ago and 300 s are allowed: it is replayed, or this machine's clock is wrong"
    );
    let early =
        verifier().clock(|| Timestamp::from_second(NOW - 301).unwrap()).verify(&signed(BODY), BODY).unwrap_err();
    assert_eq!((late.status(), early.status()), (401, 401));
}

/// A timestamp is signed as it is written: another way to write the same number is another text.
#[test]
fn a_timestamp_is_signed_as_its_text() {
    let good = secret(SECRET).sign(ID, NOW, BODY);
    let padded = format!("0{NOW}");
    let pairs = [("svix-id", ID), ("svix-timestamp", padded.as_str()), ("svix-signature", good.as_str())];
    assert_eq!(verifier().verify(&pairs[..], BODY).map(drop), Err(WebhookError::NoSignatureFits));
}

#[test]
fn a_time_that_cannot_be_written_is_too_far_ahead_even_where_it_is_tolerated() {
    let good = secret(SECRET).sign(ID, i64::MAX, BODY);
    let sent = i64::MAX.to_string();
    let pairs = [("svix-id", ID), ("svix-timestamp", sent.as_str()), ("svix-signature", good.as_str())];
    let outcome = verifier().tolerance(Duration::MAX).verify(&pairs[..], BODY).map(drop);
    assert!(matches!(outcome, Err(WebhookError::TooFarAhead { .. })), "{outcome:?}");
}

#[test]
fn a_body_is_verified_whatever_its_bytes() {
    for body in [&b"\xff\xfe\x00"[..], b"", b"{", b"not json", &[0; 100_000]] {
        let event = verifier().verify(&signed(body), body).unwrap();
        assert_eq!((&event.payload.bytes()[..], event.kind), (body, None));
    }
}

#[test]
fn the_kind_is_what_stands_at_the_pointer_and_an_unknown_one_is_kept() {
    let kind = |pointer: &str, body: &'static [u8]| {
        verifier().kind_at(pointer).unwrap().verify(&signed(body), body).unwrap().kind
    };
    assert_eq!(kind("/type", BODY), Some(EventKind::CardClosed));
    for known in EventKind::KNOWN {
        let body: &'static [u8] = format!(r#"{{"event":[{{"name":"{known}"}}]}}"#).leak().as_bytes();
        assert_eq!(kind("/event/0/name", body).as_ref(), Some(known));
    }
    assert_eq!(EventKind::KNOWN.len(), 10);
    let unknown = kind("/type", br#"{"type":"LEDGER_OPENED"}"#).unwrap();
    assert_eq!((unknown.as_str(), unknown.known()), ("LEDGER_OPENED", false));
    assert_eq!(kind("", br#""CARD_CREATED""#), Some(EventKind::CardCreated));
    for body in [&br#"{"kind":"CARD_CLOSED"}"#[..], br#"{"type":null}"#, br#"{"type":7}"#, br#"[]"#] {
        assert_eq!(kind("/type", body), None);
    }
    let error = verifier().kind_at("type").unwrap_err();
    assert!(error.to_string().starts_with("\"type\" is not a JSON pointer"), "{error}");
}

#[test]
fn a_secret_is_read_as_the_portal_shows_it_and_never_shown() {
    for text in [SECRET, &SECRET[6..], &format!(" {SECRET}\n")] {
        assert!(verifier().verify(&signed_with(&secret(text).sign(ID, NOW, BODY)), BODY).is_ok(), "{text}");
    }
    // 25 bytes, with padding and without.
    for text in ["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert!(text.parse::<WebhookSecret>().is_ok(), "{text}");
    }
    for (text, error) in [
        ("", SecretError::Empty),
        (" \n", SecretError::Empty),
        ("whsec_", SecretError::Empty),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La!aSw", SecretError::NotBase64),
        ("whsec_whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::NotBase64),
        ("whsec_MfKQ9r8GKYqrTwjUPD8I", SecretError::TooShort { bytes: 15 }),
        ("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", SecretError::Asymmetric),
    ] {
        let refused = text.parse::<WebhookSecret>().unwrap_err();
        assert_eq!(refused, error, "{text}");
        assert!(!refused.to_string().contains("MfKQ9r8G"), "{refused}");
    }
    let shown = format!("{:?} {:?}", secret(SECRET), verifier().or(secret(OTHER)));
    assert!(!shown.contains("MfKQ") && !shown.contains("plJ3"), "{shown}");
    assert!(!format!("{:?}", verifier().verify(&signed(BODY), BODY)).contains("cardId"));
}
