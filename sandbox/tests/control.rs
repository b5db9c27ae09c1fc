//! The control interface over HTTP: what tests in other languages use.

mod support;

use jiff::SignedDuration;
use linkcy_sandbox::{Clock, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use support::Api;
use support::receiver::receiver;

async fn post(api: &Api, path: &str, body: Value) -> Value {
    let (status, answer) = api.control(Method::POST, path, body).await;
    assert!(status < 300, "{status} {answer}");
    answer
}

#[tokio::test]
async fn the_clock_is_read_and_moved() {
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    let api = Api::with(Sandbox::builder().clock(clock)).await;
    assert_eq!(post(&api, "/clock", json!({ "advance": "PT90S" })).await["now"], "2026-03-01T10:01:30Z");
    assert_eq!(post(&api, "/clock", json!({ "set": "2027-01-01T00:00:00Z" })).await["now"], "2027-01-01T00:00:00Z");
    assert_eq!(api.look("/clock").await["now"], "2027-01-01T00:00:00Z");
    let (status, refused) = api.control(Method::POST, "/clock", json!({ "advance": "soon" })).await;
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
    assert_eq!(api.look("/faults").await[0]["struck"], 1);
    api.control(Method::DELETE, &format!("/faults/{id}"), Value::Null).await;
    assert_eq!(api.look("/faults").await, json!([]));
    let (status, refused) = api.control(Method::POST, "/faults", json!({ "effect": { "kind": "meteor" } })).await;
    assert_eq!(status, 400);
    assert!(refused["details"][0]["message"].as_str().unwrap().contains("meteor"), "{refused}");
}

#[tokio::test]
async fn tokens_expire_and_the_journal_tells_who_came() {
    let api = Api::start().await;
    post(&api, "/tokens/expire", Value::Null).await;
    api.get("/api/partner/ledgers").await.expect(401);
    let journal = api.look("/journal").await;
    let seen: Vec<_> = journal.as_array().unwrap().iter().map(|one| (&one["path"], &one["status"])).collect();
    assert_eq!(seen, [(&json!("/api/partner/login"), &json!(200)), (&json!("/api/partner/ledgers"), &json!(401))]);
    api.control(Method::DELETE, "/journal", Value::Null).await;
    assert_eq!(api.look("/journal").await, json!([]));
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
    assert_eq!(api.look("/state").await["money"]["held"], 0);
    api.get("/api/partner/ledgers").await.expect(401);
    api.login().await;
    let consumer = api.banked_consumer("612345678").await;
    let ledger = api.ledger(&consumer, 0).await;
    api.card(&ledger, "VIRTUAL").await;
}

#[tokio::test]
async fn every_operation_and_its_fidelity_are_listed() {
    let api = Api::start().await;
    let operations = api.look("/operations").await;
    let examples: Vec<_> = operations.as_array().unwrap().iter().filter(|one| one["fidelity"] == "example").collect();
    assert_eq!((operations.as_array().unwrap().len(), examples.len()), (107, 2));
}

#[tokio::test]
async fn a_push_shows_its_state_and_what_it_approves_and_is_decided_once() {
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    let holder = support::holder::Holder::new(Api::with(support::holder::standing().clock(clock)).await).await;
    let api = &holder.api;
    post(api, "/devices", json!({ "endUserId": holder.consumer })).await;
    let push = [("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION")];
    let pay = |amount: u32| api.send(Method::POST, support::holder::PAY, Some(holder.payment(json!(amount))), &push);
    let state = async |id: &Value| {
        let all = api.look("/sca").await;
        let found = all.as_array().unwrap().iter().find(|one| one["id"] == *id).unwrap().clone();
        found["state"].clone()
    };
    for (amount, word) in [(1, "approve"), (2, "decline"), (3, "expire")] {
        let id = pay(amount).await.expect(202)["scaId"].clone();
        let shown = api.look("/sca").await.as_array().unwrap().last().unwrap().clone();
        assert_eq!((&shown["about"]["amount"], &shown["about"]["payee"]), (&json!(amount), &json!("Bob Durand")));
        assert_eq!(shown["state"], "pending");
        let decide = |word: &str| format!("/sca/{}/{word}", id.as_str().unwrap());
        post(api, &decide(word), Value::Null).await;
        let now = match word {
            "approve" => "approved",
            "decline" => "declined",
            _ => "expired",
        };
        assert_eq!(state(&id).await, now);
        let (status, refused) = api.control(Method::POST, &decide("approve"), Value::Null).await;
        assert!(status == 409 && refused["message"].as_str().unwrap().contains(now), "{refused}");
    }
    // Time does what `expire` does.
    let id = pay(4).await.expect(202)["scaId"].clone();
    api.sandbox.control().advance(SignedDuration::from_mins(5));
    assert_eq!(state(&id).await, "expired");
}

#[tokio::test]
async fn the_control_interface_answers_to_its_own_names_and_pages_only() {
    let api = Api::with(Sandbox::builder().allow_host("bank.test")).await;
    let port = api.sandbox.address().port();
    let evil = "http://evil.example".to_owned();
    for (host, origin, status) in [
        (format!("127.0.0.1:{port}"), None, 200),
        (format!("localhost:{port}"), None, 200),
        (format!("[::1]:{port}"), None, 200),
        ("bank.test".to_owned(), None, 200),
        ("BANK.test:80".to_owned(), Some("http://bank.test"), 200),
        (format!("localhost:{port}"), Some("http://localhost:3000"), 200),
        ("evil.example".to_owned(), None, 403),
        (format!("evil.example:{port}"), None, 403),
        ("127.0.0.1.evil.example".to_owned(), None, 403),
        (format!("localhost:{port}"), Some(evil.as_str()), 403),
        (format!("localhost:{port}"), Some("null"), 403),
    ] {
        let mut request = api.http.get(format!("{}/_sandbox/", api.sandbox.url())).header("host", &host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let answer = request.send().await.unwrap();
        let (answered, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(answered, status, "{host} {origin:?}");
        assert_eq!(text.contains(&api.sandbox.credentials().password), status == 200, "{host} {origin:?}");
    }
}

#[tokio::test]
async fn the_page_of_a_kyc_link_ends_the_kyc_and_the_webhook_tells() {
    let (address, mut arrived) = receiver(&[]).await;
    let api = Api::with(Sandbox::builder().webhooks(&address)).await;
    let consumer = api.consumer("612345678").await;
    api.verify_phone(json!({ "consumerId": consumer })).await;
    let link = json!({ "consumerId": consumer, "kycConfiguration": { "accessType": "LINK" } });
    let kyc = api.post("/api/partner/kyc", link).await.expect(201);
    let url = kyc["url"].as_str().unwrap();
    let page = api.http.get(url).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(page.text().await.unwrap().contains("value=\"VALIDATED\""));
    let done = api.http.post(url).body(r#"{"status":"VALIDATED"}"#).send().await.unwrap();
    assert_eq!(done.status(), 200);
    let mut events = Vec::new();
    while events.last().map(String::as_str) != Some("CONSUMER_KYC_VALIDATED") {
        events.push(arrived.recv().await.unwrap().event());
    }
    let ledger = json!({ "endUserId": consumer, "type": "EUR_FRANCE" });
    api.post("/api/partner/ledgers", ledger).await.expect(201);
}

#[tokio::test]
async fn the_console_sees_people_balances_devices_messages_and_requests() {
    let holder = support::holder::Holder::start().await;
    let api = &holder.api;
    let device = post(api, "/devices", json!({ "endUserId": holder.consumer })).await["scaDeviceId"].clone();
    let people = api.look("/end-users").await;
    assert_eq!((&people[0]["id"], &people[0]["name"]), (&json!(holder.consumer), &json!("Alice Martin")));
    let ledgers = api.look("/ledgers").await;
    assert_eq!((&ledgers[0]["owner"], &ledgers[0]["availableAmount"]), (&json!("Alice Martin"), &json!(100)));
    let devices = api.look("/devices").await;
    assert_eq!((&devices[0]["scaDeviceId"], &devices[0]["active"]), (&device, &json!(true)));
    assert!(!devices.to_string().contains("secret"));
    let outbox = api.look("/outbox").await;
    assert_eq!((&outbox[0]["to"], &outbox[0]["text"]), (&json!("33612345678"), &json!("Your code is 123456")));

    api.get("/api/partner/ledgers/00000000-0000-4000-8000-000000000000").await.expect(404);
    let all = api.look("/journal").await;
    let last = all.as_array().unwrap().last().unwrap();
    assert_eq!(last["errorCode"], "LEDGER_NOT_FOUND");
    assert!(last["durationMillis"].is_u64());
    let order = last["order"].as_u64().unwrap();
    let page = api.look(&format!("/journal?since={}&limit=2", order - 3)).await;
    let orders: Vec<_> = page.as_array().unwrap().iter().map(|one| one["order"].as_u64().unwrap()).collect();
    assert_eq!(orders, [order - 3, order - 2]);
}

#[tokio::test]
async fn a_browser_gets_the_console_and_its_files_and_another_client_what_it_got() {
    let api = Api::start().await;
    let get = |path: &str, accept: &'static str| {
        let request = api.http.get(format!("{}{path}", api.sandbox.url())).header("accept", accept);
        async move { request.send().await.unwrap() }
    };
    let page = get("/", "text/html,application/xhtml+xml").await;
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (200, &"text/html; charset=utf-8".parse().unwrap())
    );
    let page = page.text().await.unwrap();
    let files: Vec<&str> = page.split('"').filter(|part| part.starts_with("/_sandbox/")).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        assert_eq!(get(file, "*/*").await.status(), 200, "{file}");
    }
    // Nothing of it is elsewhere, so it works without a network.
    assert!(!page.contains("https://"));
    assert_eq!(get("/", "application/json").await.status(), 404);
}

#[tokio::test]
async fn every_id_and_address_of_the_consoles_script_is_there() {
    let (script, page) = (include_str!("../src/console/console.js"), include_str!("../src/console/page.html"));
    let quoted = |before: &str| -> Vec<String> {
        let parts = script.split(before).skip(1);
        parts.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
    };
    let ids = [quoted("at(\""), quoted("show(\"")].concat();
    assert!(ids.len() > 10);
    for id in ids {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    let api = Api::start().await;
    let mut looked = 0;
    for path in quoted("ask(\"GET\", \"")
        .into_iter()
        .chain(["/sca", "/devices", "/outbox", "/end-users", "/ledgers", "/transactions"].map(str::to_owned))
    {
        let (status, answer) = api.control(Method::GET, &path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        looked += 1;
    }
    assert!(looked >= 9);
}

#[tokio::test]
async fn whoever_watches_is_told_when_something_changes() {
    use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
    let api = Api::start().await;
    let mut stream = tokio::net::TcpStream::connect(api.sandbox.address()).await.unwrap();
    stream.write_all(b"GET /_sandbox/events HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    let mut next = async |wanted: &str| {
        loop {
            let line = lines.next_line().await.unwrap().unwrap();
            if line.contains(wanted) {
                return line;
            }
        }
    };
    assert!(next("content-type").await.contains("text/event-stream"));
    next(": the sandbox says").await;
    api.get("/api/partner/ledgers").await.expect(200);
    let first = next("data: ").await;
    post(&api, "/tokens/expire", Value::Null).await;
    assert_ne!(next("data: ").await, first);
}

#[tokio::test]
async fn the_journal_is_as_long_as_asked_and_keeps_its_order() {
    let api = Api::with(Sandbox::builder().journal(3)).await;
    for _ in 0..5 {
        api.get("/api/partner/ledgers").await.expect(200);
    }
    let entries = api.sandbox.control().journal();
    let kept: Vec<_> = entries.iter().map(|one| (one.order, one.status)).collect();
    assert_eq!(kept, [(3, Some(200)), (4, Some(200)), (5, Some(200))]);
    let page = api.look("/journal?since=5").await;
    assert_eq!((page.as_array().unwrap().len(), &page[0]["order"]), (1, &json!(5)));
}
