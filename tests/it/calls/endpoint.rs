//! Calls by path: the same loop, and the operation's row where the path is described.

use std::sync::{Arc, Mutex};

use linkcy::sca::{ScaSigner, Signature, SignerError, SigningInput};
use linkcy::{Client, Credentials, Error, Method, ScaPolicy, Upload};
use serde_json::{Value, json};

use crate::support::wire::{Wire, answer};
use crate::support::world::World;
use crate::support::{client_at, hasty};

/// A server that answers everything so, its requests' heads, and a client with a by-pass policy of its own.
async fn server(status: u16, body: &'static str) -> (Wire, Arc<Mutex<Vec<String>>>, Client) {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    let wire = Wire::start(move |request| {
        seen.lock().unwrap().push(request.head.to_ascii_lowercase());
        answer(status, &[("content-type", "application/json")], body.as_bytes())
    })
    .await;
    let client = client_at(wire.url(), Credentials::tokens("opaque", None)).retry(hasty()).sca(ScaPolicy::ByPass);
    (wire, heads, client.build().unwrap())
}

#[tokio::test]
async fn an_answer_is_any_json_a_type_of_the_users_or_bytes() {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Page {
        content: Vec<Value>,
        total_elements: usize,
    }
    let world = World::new().await;
    let client = &world.client;
    let path = "/api/partner/ledgers";
    let value = client.request(Method::GET, path).query("pageSize", 1).await.unwrap();
    assert_eq!(value["content"].as_array().unwrap().len(), 1);
    let page = client.request(Method::GET, path).typed::<Page>().send().await.unwrap();
    assert_eq!((page.status, page.value.content.len()), (200, page.value.total_elements));
    let bytes = client.request(Method::GET, path).bytes().await.unwrap();
    assert_eq!(bytes, page.body);

    let one = client.request(Method::GET, format!("{path}/{}", world.from)).await.unwrap();
    assert_eq!(one["id"], world.from.to_string());
    let refused = client.request(Method::GET, format!("{path}/{}", uuid::Uuid::nil())).await.unwrap_err();
    assert_eq!(refused.status(), Some(404), "{refused}");
}

#[tokio::test]
async fn a_body_is_json_or_a_form() {
    let world = World::new().await;
    let body = json!({ "phone": { "countryCode": "33", "number": "699999999" }, "firstName": "Zoé" });
    let consumer = world.client.request(Method::POST, "/api/partner/consumers").json(&body).await.unwrap();
    let file = Upload::bytes("passport.pdf", &b"%PDF-1.4 a passport"[..]).content_type("application/pdf");
    let upload = world.client.request(Method::POST, "/api/partner/documents");
    let document =
        upload.text_part("endUserId", consumer["id"].as_str().unwrap()).file_part("file", &file).await.unwrap();
    assert!(document["id"].is_string(), "{document}");
}

#[tokio::test]
async fn a_described_path_is_treated_as_its_operation() {
    let (wire, heads, client) = server(502, "<html>").await;
    let error = client.request(Method::GET, "/api/partner/ledgers").await.unwrap_err();
    assert!(wire.arrived() == 4 && error.to_string().starts_with("ledgers.list"), "{error}");
    // It creates something: what became of it is not known.
    let error = client.request(Method::POST, "/api/partner/beneficiaries").json(&json!({})).await.unwrap_err();
    assert!(error.is_outcome_unknown() && wire.arrived() == 5, "{error}");
    let heads = heads.lock().unwrap();
    assert!(heads[0].contains("authorization: bearer opaque") && !heads[0].contains("linkcy-sca"), "{}", heads[0]);
    assert!(heads[4].contains("linkcy-sca-strategy: by_pass"), "the client's policy: {}", heads[4]);
}

#[tokio::test]
async fn what_is_not_described_is_repeated_by_its_method_and_has_sca_headers_only_if_asked_for() {
    let path = "/api/partner/limits/7";
    for (method, repeatable, arrives, is_unknown) in [
        (Method::GET, None, 4, false),
        (Method::DELETE, None, 4, false),
        (Method::PUT, Some(false), 1, true),
        (Method::POST, None, 1, true),
        (Method::PATCH, None, 1, true),
        (Method::POST, Some(true), 4, false),
    ] {
        let (wire, heads, client) = server(502, "<html>").await;
        let mut call = client.request(method.clone(), path).json(&json!({ "amount": 7 }));
        if let Some(repeatable) = repeatable {
            call = call.repeatable(repeatable);
        }
        let error = call.await.unwrap_err();
        assert_eq!((wire.arrived(), error.is_outcome_unknown()), (arrives, is_unknown), "{method}: {error}");
        assert!(!error.to_string().contains("limits"), "a path may hold personal data: {error}");
        assert!(!heads.lock().unwrap()[0].contains("linkcy-sca"), "{method}");
    }
    let (_wire, heads, client) = server(202, r#"{"content":{}}"#).await;
    client.request(Method::POST, path).await.unwrap();
    let waits = client.request(Method::POST, path).sca(ScaPolicy::PushNotification).await.unwrap_err();
    assert!(matches!(waits, Error::Pending(_)), "{waits}");
    assert!(heads.lock().unwrap()[1].contains("linkcy-sca-strategy: push_notification"));
}

#[tokio::test]
async fn a_path_leads_nowhere_but_where_it_says() {
    let (wire, _, client) = server(200, "{}").await;
    for (path, why) in [
        ("", "does not begin with one `/`"),
        ("api/partner/x", "does not begin with one `/`"),
        ("https://example.com/x", "does not begin with one `/`"),
        ("//example.com/x", "does not begin with one `/`"),
        ("/api/partner/x?y=1", "has a `?` or `#`"),
        ("/api/partner/x#y", "has a `?` or `#`"),
        ("/api/partner/{id}", "has braces"),
        ("/api/../x", "empty or a dot segment"),
        ("/api/%2e%2E/x", "empty or a dot segment"),
        ("/api/partner//x", "empty or a dot segment"),
        ("/api/partner/", "empty or a dot segment"),
        ("/api\\..\\x", "backslash"),
        ("/api/x\r\nhost: example.com", "control character"),
    ] {
        let error = client.request(Method::GET, path).await.unwrap_err();
        assert!(matches!(error, Error::Request { .. }) && error.to_string().contains(why), "{path:?}: {error}");
    }
    let error = client.request(Method::POST, "/x").json(&1).text_part("a", 1).await.unwrap_err();
    assert!(error.to_string().contains("leave one out"), "{error}");
    assert_eq!(wire.arrived(), 0);
    client.request(Method::GET, "/api/partner/a b/é").query("q&", "ä&=").await.unwrap();
    assert_eq!(wire.arrived(), 1);
}

#[tokio::test]
async fn a_form_is_not_signed_nor_sent_again_without_its_parts() {
    struct Blind;
    #[async_trait::async_trait]
    impl ScaSigner for Blind {
        async fn sign(&self, input: &SigningInput) -> Result<Signature, SignerError> {
            Ok(Signature::new(format!("over {} bytes", input.body.len()))?)
        }
    }
    let (wire, _, client) = server(202, r#"{"content":{}}"#).await;
    for policy in [ScaPolicy::data_signing(Blind), ScaPolicy::PushNotification] {
        let call = client.request(Method::POST, "/api/partner/limits").text_part("daily", 500).sca(policy);
        let error = call.await.unwrap_err();
        assert!(matches!(error, Error::Request { .. }) && error.to_string().contains("form"), "{error}");
    }
    assert_eq!(wire.arrived(), 0);
    let (wire, _, client) = server(200, "{}").await;
    let call = client.request(Method::POST, "/api/partner/limits").text_part("daily", 500);
    call.sca(ScaPolicy::ByPass).await.unwrap();
    assert_eq!(wire.arrived(), 1);
}
