//! The control interface over HTTP, the program, and webhooks: what tests in other languages use.

mod support;

use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use jiff::SignedDuration;
use linkcy_sandbox::{Clock, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use support::Api;
use tokio::sync::mpsc;

async fn control(api: &Api, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = api.http.request(method, format!("{}/_sandbox{path}", api.sandbox.url())).json(&body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn get(api: &Api, path: &str) -> Value {
    control(api, Method::GET, path, Value::Null).await.1
}

async fn post(api: &Api, path: &str, body: Value) -> Value {
    let (status, answer) = control(api, Method::POST, path, body).await;
    assert!(status < 300, "{status} {answer}");
    answer
}

#[tokio::test]
async fn the_clock_is_read_and_moved() {
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    let api = Api::with(Sandbox::builder().clock(clock)).await;
    assert_eq!(post(&api, "/clock", json!({ "advance": "PT90S" })).await["now"], "2026-03-01T10:01:30Z");
    assert_eq!(post(&api, "/clock", json!({ "set": "2027-01-01T00:00:00Z" })).await["now"], "2027-01-01T00:00:00Z");
    assert_eq!(get(&api, "/clock").await["now"], "2027-01-01T00:00:00Z");
    let (status, refused) = control(&api, Method::POST, "/clock", json!({ "advance": "soon" })).await;
    assert_eq!((status, &refused["details"][0]["field"]), (400, &json!("advance")));
}

#[tokio::test]
async fn faults_are_injected_listed_and_taken_away() {
    let api = Api::start().await;
    let fault = json!({
        "method": "GET", "path": "/api/partner/ledgers", "times": 1,
        "effect": { "kind": "tooManyRequests", "retryAfter": { "seconds": 3 } },
    });
    let id = post(&api, "/faults", fault).await["id"].clone();
    assert_eq!(api.get("/api/partner/ledgers").await.headers["retry-after"], "3");
    assert_eq!(get(&api, "/faults").await[0]["struck"], 1);
    control(&api, Method::DELETE, &format!("/faults/{id}"), Value::Null).await;
    assert_eq!(get(&api, "/faults").await, json!([]));
    let (status, refused) = control(&api, Method::POST, "/faults", json!({ "effect": { "kind": "meteor" } })).await;
    assert_eq!(status, 400);
    assert!(refused["details"][0]["message"].as_str().unwrap().contains("meteor"), "{refused}");
}

#[tokio::test]
async fn tokens_expire_and_the_journal_tells_who_came() {
    let api = Api::start().await;
    post(&api, "/tokens/expire", Value::Null).await;
    api.get("/api/partner/ledgers").await.expect(401);
    let journal = get(&api, "/journal").await;
    let seen: Vec<_> = journal.as_array().unwrap().iter().map(|one| (&one["path"], &one["status"])).collect();
    assert_eq!(seen, [(&json!("/api/partner/login"), &json!(200)), (&json!("/api/partner/ledgers"), &json!(401))]);
    control(&api, Method::DELETE, "/journal", Value::Null).await;
    assert_eq!(get(&api, "/journal").await, json!([]));
}

#[tokio::test]
async fn a_phone_in_another_language_confirms_and_signs() {
    let api = Api::start().await;
    let consumer = api.banked_consumer("612345678").await;
    let path = format!("/api/partner/consumers/{consumer}");
    let device = post(&api, "/devices", json!({ "endUserId": consumer })).await["scaDeviceId"].clone();
    let patch = json!({ "occupation": "ENGINEER" });
    let push = [("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION")];
    let update = || api.send(Method::PATCH, &path, Some(patch.clone()), &push);
    let waiting = update().await.expect(202);
    let approve = format!("/sca/{}/approve", waiting["scaId"].as_str().unwrap());
    post(&api, &approve, Value::Null).await;
    update().await.expect(200);
    assert_eq!(control(&api, Method::POST, &approve, Value::Null).await.0, 404);

    let request = json!({ "method": "PATCH", "path": path, "body": patch.to_string() });
    let sign = format!("/devices/{}/sign", device.as_str().unwrap());
    let signature = post(&api, &sign, request).await["signature"].as_str().unwrap().to_owned();
    let signed = [("Linkcy-SCA-Strategy", "DATA_SIGNING"), ("Linkcy-SCA-Signature", signature.as_str())];
    api.send(Method::PATCH, &path, Some(patch.clone()), &signed).await.expect(200);
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_partner() {
    let mut api = Api::start().await;
    let consumer = api.banked_consumer("612345678").await;
    api.ledger(&consumer, 100).await;
    post(&api, "/reset", Value::Null).await;
    assert_eq!(get(&api, "/state").await["money"]["held"], 0);
    api.get("/api/partner/ledgers").await.expect(401);
    api.login().await;
    let consumer = api.banked_consumer("612345678").await;
    let ledger = api.ledger(&consumer, 0).await;
    api.card(&ledger, "VIRTUAL").await;
}

#[tokio::test]
async fn every_operation_and_its_fidelity_are_listed() {
    let api = Api::start().await;
    let operations = get(&api, "/operations").await;
    let examples: Vec<_> = operations.as_array().unwrap().iter().filter(|one| one["fidelity"] == "example").collect();
    assert_eq!((operations.as_array().unwrap().len(), examples.len()), (107, 2));
}

#[test]
fn the_program_explains_itself_and_what_is_wrong() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_linkcy-sandbox")).args(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    let (good, help) = run(&["--help"]);
    assert!(good && help.contains("--state FILE"));
    let (good, said) = run(&["--token-life", "long"]);
    assert!(!good && said.contains("--token-life: \"long\" is no duration; write 5m or PT5M"), "{said}");
    let (good, said) = run(&["--description", "/nowhere.json"]);
    assert!(!good && said.contains("/nowhere.json: the description can't be read"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _holder = std::net::TcpListener::bind(taken).unwrap();
    let (good, said) = run(&["--port", &taken.port().to_string()]);
    let choose = format!("the sandbox can't listen on {taken}; choose another port");
    assert!(!good && said.matches(&choose).count() == 1, "{said}");
    let (good, said) = run(&["--frobnicate"]);
    assert!(!good && said.contains("--frobnicate"), "{said}");
}

/// One webhook that arrived: its headers by name, and its body.
struct Arrived {
    headers: hyper::HeaderMap,
    body: Bytes,
}

/// A receiver that answers with these statuses in turn, and then with 204.
async fn receiver(statuses: &'static [u16]) -> (String, mpsc::UnboundedReceiver<Arrived>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/hooks", listener.local_addr().unwrap());
    let (sender, arrived) = mpsc::unbounded_channel();
    let turn = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (sender, turn) = (sender.clone(), Arc::clone(&turn));
            tokio::spawn(async move {
                let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
                    let (sender, turn) = (sender.clone(), Arc::clone(&turn));
                    async move {
                        let (parts, body) = request.into_parts();
                        let body = body.collect().await.unwrap().to_bytes();
                        let turn = turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        sender.send(Arrived { headers: parts.headers, body }).unwrap();
                        let status = statuses.get(turn).copied().unwrap_or(204);
                        hyper::Response::builder().status(status).body(Full::<Bytes>::default())
                    }
                });
                let io = hyper_util::rt::TokioIo::new(stream);
                let _ = hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
            });
        }
    });
    (address, arrived)
}

#[tokio::test]
async fn a_webhook_is_signed_the_svix_way() {
    let (address, mut arrived) = receiver(&[]).await;
    let api = Api::with(Sandbox::builder().webhooks(&address)).await;
    let consumer = api.consumer("612345678").await;
    let one = arrived.recv().await.unwrap();
    let header = |name: &str| one.headers[name].to_str().unwrap();

    let secret = api.sandbox.control().webhook_secret().unwrap();
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.", header("svix-id"), header("svix-timestamp")).as_bytes());
    mac.update(&one.body);
    assert_eq!(header("svix-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));

    let body: Value = serde_json::from_slice(&one.body).unwrap();
    assert_eq!((&body["type"], &body["data"]["consumerId"]), (&json!("CONSUMER_CREATED"), &json!(consumer)));
}

#[tokio::test]
async fn a_webhook_that_is_refused_is_tried_again_by_the_clock() {
    let (address, mut arrived) = receiver(&[500, 503]).await;
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    let api = Api::with(Sandbox::builder().clock(clock).webhooks(&address)).await;
    api.consumer("612345678").await;
    let first = arrived.recv().await.unwrap();
    let mut ids = vec![first.headers["svix-id"].clone()];
    for _ in 0..2 {
        let again = loop {
            tokio::select! {
                again = arrived.recv() => break again.unwrap(),
                () = tokio::task::yield_now() => api.sandbox.control().advance(SignedDuration::from_secs(30)),
            }
        };
        ids.push(again.headers["svix-id"].clone());
    }
    assert!(ids.iter().all(|id| *id == ids[0]));
}

#[tokio::test]
async fn an_address_that_is_not_http_is_refused() {
    let error = Sandbox::builder().webhooks("https://example.com").start().await.unwrap_err();
    assert_eq!(error.to_string(), "\"https://example.com\": webhooks go to http:// addresses only");
}
