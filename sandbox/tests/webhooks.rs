//! Webhooks as a receiver sees them: signed and retried the Svix way, at several addresses, over TLS, and by hand.

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use linkcy_sandbox::{Builder, Clock, Delivery, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use support::holder::{Holder, standing};
use support::receiver::{receiver, tls_receiver};
use support::{Api, id};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;

const START: &str = "2026-03-01T10:00:00Z";

fn standing_clock() -> Builder {
    Sandbox::builder().clock(Clock::standing(START.parse().unwrap()))
}

/// The deliveries, as soon as they are as wanted.
async fn deliveries(api: &Api, wanted: impl Fn(&[Delivery]) -> bool) -> Vec<Delivery> {
    loop {
        let deliveries = api.sandbox.control().deliveries();
        if wanted(&deliveries) {
            return deliveries;
        }
        tokio::task::yield_now().await;
    }
}

fn all_tried(deliveries: &[Delivery]) -> bool {
    deliveries.iter().all(|one| one.attempts > 0)
}

#[tokio::test]
async fn a_webhook_is_signed_the_svix_way() {
    let (address, mut arrived) = receiver(&[]).await;
    let api = Api::with(Sandbox::builder().webhooks(&address)).await;
    let consumer = api.consumer("612345678").await;
    let one = arrived.recv().await.unwrap();
    assert!(one.is_signed_with(&api.sandbox.control().webhook_secret().unwrap()));
    let body = one.json();
    assert_eq!((&body["type"], &body["data"]["consumerId"]), (&json!("CONSUMER_CREATED"), &json!(consumer)));
}

#[tokio::test]
async fn a_webhook_is_stamped_by_the_machines_clock_wherever_the_sandboxs_stands() {
    let (address, mut arrived) = receiver(&[]).await;
    let api = Api::with(standing_clock().webhooks(&address)).await;
    api.consumer("612345678").await;
    let one = arrived.recv().await.unwrap();
    let stamped: i64 = one.header("svix-timestamp").parse().unwrap();
    assert!((Timestamp::now().as_second() - stamped).abs() < 60);
    assert_eq!(one.json()["timestamp"], START);
}

#[tokio::test]
async fn webhooks_show_what_became_of_them_and_are_sent_again_by_hand() {
    let (address, mut arrived) = receiver(&[500]).await;
    let api = Api::with(standing_clock().webhooks(&address)).await;
    let consumer = api.consumer("612345678").await;
    let first = arrived.recv().await.unwrap();
    deliveries(&api, all_tried).await;
    let shown = api.control(Method::GET, "/webhooks", Value::Null).await.1["deliveries"][0].clone();
    assert_eq!((&shown["lastStatus"], &shown["delivered"]), (&json!(500), &json!(false)));
    assert_eq!((&shown["nextAttempt"], &shown["address"]), (&json!("2026-03-01T10:00:05Z"), &json!(address)));
    assert_eq!(shown["payload"]["data"]["consumerId"], json!(consumer));
    let resend = format!("/webhooks/{}/resend", shown["id"].as_str().unwrap());
    assert_eq!(api.control(Method::POST, &resend, Value::Null).await.0, 200);
    let again = arrived.recv().await.unwrap();
    assert_eq!((&again.headers["svix-id"], &again.body), (&first.headers["svix-id"], &first.body));
    api.control(Method::POST, "/reset", Value::Null).await;
    assert_eq!(api.control(Method::GET, "/webhooks", Value::Null).await.1["deliveries"], json!([]));
}

#[tokio::test]
async fn any_event_is_sent_by_hand_in_the_sandboxs_shape_or_in_any_other() {
    let (address, mut arrived) = receiver(&[]).await;
    let api = Api::with(Sandbox::builder().webhooks(&address)).await;
    let send = async |body: Value| api.control(Method::POST, "/webhooks/send", body).await;
    for (body, at, wanted) in [
        (json!({ "type": "BY_HAND", "data": { "k": 1 } }), "/data", json!({ "k": 1 })),
        (json!({ "type": "BY_HAND" }), "/data", Value::Null),
        (json!({ "type": "X", "payload": { "event": ["odd"] } }), "", json!({ "event": ["odd"] })),
        (json!({ "type": "X", "payload": "text" }), "", json!("text")),
    ] {
        let (status, answer) = send(body.clone()).await;
        let one = arrived.recv().await.unwrap();
        assert_eq!((status, one.header("svix-id")), (201, answer["id"].as_str().unwrap()), "{body}");
        assert_eq!(one.json().pointer(at), Some(&wanted), "{body}");
    }
    let (status, refused) = send(json!({ "type": "X", "data": 1, "payload": 2 })).await;
    assert_eq!((status, &refused["details"][0]["field"]), (400, &json!("payload")));
    let (status, refused) = send(json!({ "data": 1 })).await;
    assert_eq!((status, &refused["details"][0]["field"]), (400, &json!("type")));

    let without = Api::start().await;
    let (status, refused) = without.control(Method::POST, "/webhooks/send", json!({ "type": "X" })).await;
    assert_eq!(status, 409);
    assert!(refused["message"].as_str().unwrap().contains("--webhooks"), "{refused}");
}

#[tokio::test]
async fn attempts_follow_svixs_schedule_and_end() {
    let (address, mut arrived) = receiver(&[500, 404, 302, 503, 500, 500, 500, 500]).await;
    let api = Api::with(standing_clock().webhooks(&address)).await;
    api.consumer("612345678").await;
    let mut ids = BTreeSet::new();
    let hour = 3600;
    for (attempts, pause) in (1..).zip([5, 5 * 60, 30 * 60, 2 * hour, 5 * hour, 10 * hour, 10 * hour]) {
        ids.insert(arrived.recv().await.unwrap().header("svix-id").to_owned());
        let now = api.sandbox.control().clock().now();
        let tried = deliveries(&api, |all| all[0].attempts == attempts).await;
        assert_eq!(tried[0].next_attempt, Some(now + SignedDuration::from_secs(pause)), "after {attempts}");
        api.sandbox.control().advance(SignedDuration::from_secs(pause));
    }
    ids.insert(arrived.recv().await.unwrap().header("svix-id").to_owned());
    let given_up = deliveries(&api, |all| all[0].attempts == 8).await;
    assert_eq!((given_up[0].next_attempt, given_up[0].delivered, ids.len()), (None, false, 1));
}

#[tokio::test]
async fn each_address_gets_every_event_under_one_id_with_a_secret_of_its_own() {
    let (good, mut at_good) = receiver(&[]).await;
    let (bad, mut at_bad) = receiver(&[500]).await;
    let api = Api::with(standing_clock().webhooks(&good).webhooks(&bad)).await;
    let endpoints = api.sandbox.control().webhook_endpoints();
    let [first, second] = &endpoints[..] else { panic!("{endpoints:?}") };
    assert_ne!(first.secret, second.secret);
    api.consumer("612345678").await;
    let (one, other) = (at_good.recv().await.unwrap(), at_bad.recv().await.unwrap());
    assert_eq!((one.header("svix-id"), &one.body), (other.header("svix-id"), &other.body));
    assert!(one.is_signed_with(&first.secret) && !one.is_signed_with(&second.secret));
    assert!(other.is_signed_with(&second.secret) && !other.is_signed_with(&first.secret));

    // What one refuses, that one gets again, and the other does not.
    let tried = deliveries(&api, all_tried).await;
    let state: Vec<_> = tried.iter().map(|one| (one.address.as_str(), one.delivered)).collect();
    assert_eq!(state, [(good.as_str(), true), (bad.as_str(), false)]);
    api.sandbox.control().advance(SignedDuration::from_secs(5));
    assert_eq!(at_bad.recv().await.unwrap().header("svix-id"), one.header("svix-id"));
    deliveries(&api, |all| all.iter().all(|one| one.delivered)).await;
    assert!(at_good.try_recv().is_err());

    // Once more by hand is to both.
    assert!(api.sandbox.control().resend_webhook(one.header("svix-id")));
    assert_eq!(at_good.recv().await.unwrap().body, at_bad.recv().await.unwrap().body);
}

#[tokio::test]
async fn the_secret_of_an_address_and_all_ids_do_not_depend_on_the_addresses_after_it() {
    let (one, _arriving) = receiver(&[]).await;
    let (other, _arriving) = receiver(&[]).await;
    let alone = Api::with(Sandbox::builder().webhooks(&one)).await;
    let both = Api::with(Sandbox::builder().webhooks(&one).webhooks(&other)).await;
    let secret = |api: &Api| api.sandbox.control().webhook_secret();
    assert_eq!(secret(&alone), secret(&both));
    for number in ["612345678", "612345679"] {
        assert_eq!(alone.consumer(number).await, both.consumer(number).await);
    }
}

/// A certificate of itself for 127.0.0.1: what a server shows, and its PEM file.
fn certificate(folder: &tempfile::TempDir, name: &str) -> (TlsAcceptor, PathBuf) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let path = folder.path().join(name);
    let encoded = STANDARD.encode(made.cert.der());
    std::fs::write(&path, format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n")).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), path)
}

#[tokio::test]
async fn https_goes_to_servers_whose_certificate_a_given_authority_issued() {
    let folder = tempfile::tempdir().unwrap();
    let (acceptor, known) = certificate(&folder, "known.pem");
    let (_, unknown) = certificate(&folder, "unknown.pem");
    let (address, mut arrived) = tls_receiver(acceptor).await;

    let api = Api::with(standing_clock().webhooks(&address).webhooks_ca(&known)).await;
    api.consumer("612345678").await;
    assert!(arrived.recv().await.unwrap().is_signed_with(&api.sandbox.control().webhook_secret().unwrap()));
    deliveries(&api, |all| all[0].delivered).await;

    let api = Api::with(standing_clock().webhooks(&address).webhooks_ca(&unknown)).await;
    api.consumer("612345678").await;
    let tried = deliveries(&api, all_tried).await;
    let error = tried[0].last_error.as_deref().unwrap();
    assert!(error.contains("certificate") && !tried[0].delivered, "{error}");
    assert!(arrived.try_recv().is_err());
}

#[tokio::test]
async fn an_address_or_a_file_that_cannot_be_used_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name)
    };
    let (_, known) = certificate(&folder, "known.pem");
    let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (builder, says, because) in [
        (
            Sandbox::builder().webhooks("ftp://a"),
            "\"ftp://a\": webhooks go to addresses of the form http://host:port",
            "",
        ),
        (Sandbox::builder().webhooks("https://a.example"), "\"https://a.example\": https needs --webhooks-ca FILE", ""),
        (Sandbox::builder().webhooks("http://a").webhooks("http://a:80/"), "\"http://a:80/\": webhooks go to each", ""),
        (
            Sandbox::builder().webhooks("https://a:0").webhooks_ca(&known),
            "\"https://a:0\": webhooks go to addresses",
            "",
        ),
        (Sandbox::builder().webhooks_ca("/nowhere.pem"), "/nowhere.pem: the certificate authorities", "can't be read"),
        (Sandbox::builder().webhooks_ca(file("empty", "")), "empty: the certificate authorities", "has no certificate"),
        (Sandbox::builder().webhooks_ca(file("text", "certificate")), "text: the cert", "has no certificate"),
        (Sandbox::builder().webhooks_ca(file("cut", &odd[..40])), "cut: the certificate authorities", "is no PEM"),
        (Sandbox::builder().webhooks_ca(file("odd", odd)), "odd: the certificate authorities", "can't be used"),
    ] {
        let error = builder.start().await.unwrap_err();
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(error.to_string().contains(says) && cause.contains(because), "{error} because {cause}");
    }
}

#[tokio::test]
async fn what_was_meant_for_an_address_that_is_no_longer_given_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.redb");
    let (old, _refuses) = receiver(&[500]).await;
    let (new, mut at_new) = receiver(&[]).await;
    let api = Api::with(standing_clock().state(&state).webhooks(&old)).await;
    api.consumer("612345678").await;
    deliveries(&api, all_tried).await;
    drop(api);
    let api = Api::with(standing().state(&state).webhooks(&new)).await;
    api.sandbox.control().advance(SignedDuration::from_hours(1));
    api.consumer("612345679").await;
    assert_eq!(at_new.recv().await.unwrap().event(), "CONSUMER_CREATED");
    let kept = deliveries(&api, |all| all.iter().any(|one| one.delivered)).await;
    let state: Vec<_> = kept.iter().map(|one| (one.address.as_str(), one.delivered)).collect();
    assert_eq!(state, [(old.as_str(), false), (new.as_str(), true)]);
}

#[tokio::test]
async fn the_cards_of_a_ledger_that_closes_are_told_to_close() {
    let (address, mut arrived) = receiver(&[]).await;
    let api = Api::with(standing().webhooks(&address)).await;
    let consumer = api.banked_consumer("612345678").await;
    let ledger = api.ledger(&consumer, 0).await;
    let cards = [api.card(&ledger, "VIRTUAL").await, api.card(&ledger, "VIRTUAL").await];
    api.post(&format!("/api/partner/cards/{}/close", cards[0]), json!({ "operator": "PARTNER", "reason": "LOST" }))
        .await
        .expect(204);
    api.post_close(&format!("/api/partner/ledgers/{ledger}")).await.expect(204);
    let mut closed = Vec::new();
    while closed.len() < 2 {
        let one = arrived.recv().await.unwrap();
        if one.event() == "CARD_CLOSED" {
            closed.push(one.json()["data"]["cardId"].as_str().unwrap().to_owned());
        }
    }
    closed.sort();
    let mut wanted = cards;
    wanted.sort();
    assert_eq!(closed, wanted);
}

#[tokio::test]
async fn what_is_pending_when_its_owner_is_deleted_is_told_to_be_declined() {
    let (address, mut arrived) = receiver(&[]).await;
    let settlement = SignedDuration::from_hours(1);
    let holder = Holder::new(Api::with(standing().settlement(settlement).webhooks(&address)).await).await;
    let paid = id(&holder.api.post(support::holder::PAY, holder.payment(json!(10))).await.expect(201));
    holder.api.delete(&format!("/api/partner/consumers/{}", holder.consumer)).await.expect(200);
    let mut statuses = Vec::new();
    while statuses.len() < 2 {
        let body = arrived.recv().await.unwrap().json();
        if body["data"]["transactionId"] == json!(paid) {
            statuses.push(body["data"]["status"].as_str().unwrap().to_owned());
        }
    }
    statuses.sort();
    assert_eq!(statuses, ["DECLINED", "PENDING"]);
}

#[tokio::test]
async fn the_ten_names_that_are_documented_are_sent_where_they_fit() {
    let (address, mut arrived) = receiver(&[]).await;
    let api = Api::with(standing().webhooks(&address)).await;
    let consumer = api.consumer("612345678").await;
    api.verify_phone(json!({ "consumerId": consumer })).await;
    let link = json!({ "consumerId": consumer, "kycConfiguration": { "accessType": "LINK" } });
    api.post("/api/partner/kyc", link).await.expect(201);
    for status in ["PROCESSING", "VALIDATED"] {
        let simulated = json!({ "consumerId": consumer, "kycStatus": status });
        api.post("/api/partner/kyc/simulate", simulated).await.expect(201);
    }
    let metadata = json!({ "partnerMetadata": {}, "lastTermsAccepted": api.terms().await });
    api.patch(&format!("/api/partner/consumers/{consumer}"), metadata).await.expect(200);
    api.consumer_tokens("33612345678").await;
    let partner = &api.sandbox.credentials().partner_name;
    let login = json!({ "consumerPhone": "33612345678", "partnerName": partner, "password": "s3cret-pw" });
    api.post("/api/partner/login", login).await.expect(200);
    let beneficiary = api.beneficiary(&consumer).await;
    api.patch(&format!("/api/partner/beneficiaries/{beneficiary}/status"), Value::Null).await;
    let ledger = api.ledger(&consumer, 0).await;
    let card = api.card(&ledger, "VIRTUAL").await;
    let why = json!({ "operator": "PARTNER", "reason": "LOST" });
    for change in ["suspend", "close"] {
        api.post(&format!("/api/partner/cards/{card}/{change}"), why.clone()).await.expect(204);
    }
    let documented = [
        "BENEFICIARY_CREATED",
        "BENEFICIARY_UPDATED",
        "CARD_CLOSED",
        "CARD_CREATED",
        "CARD_UPDATED",
        "CONSUMER_CREATED",
        "CONSUMER_KYC_CREATED",
        "CONSUMER_KYC_UPDATED",
        "CONSUMER_LOGGED_IN",
        "CONSUMER_UPDATED",
    ];
    let mut missing = BTreeSet::from(documented.map(str::to_owned));
    let told = api.sandbox.control().deliveries().len();
    for _ in 0..told {
        missing.remove(&arrived.recv().await.unwrap().event());
    }
    assert!(missing.is_empty(), "{missing:?} of {told} events");
}
