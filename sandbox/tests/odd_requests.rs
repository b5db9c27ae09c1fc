//! Requests as HTTP allows them and clients seldom write them: each has an answer that says what is wrong, or is understood.

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use support::Api;

/// The answer to these bytes on a connection that the request asks to close.
fn raw(api: &Api, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(api.sandbox.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(sent).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request with the partner's bearer.
fn request(api: &Api, line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let token = api.token.as_deref().unwrap();
    let head = format!(
        "{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n{headers}\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let api = Api::start().await;
    for path in ["/api/partner/ledgers", "/_sandbox/state"] {
        let got = raw(&api, &request(&api, &format!("GET {path}"), "", b""));
        let head = raw(&api, &request(&api, &format!("HEAD {path}"), "", b""));
        let length = |answer: &str| {
            let line = answer.lines().find(|line| line.starts_with("content-length")).map(str::to_owned);
            (answer.lines().next().map(str::to_owned), line)
        };
        assert_eq!(length(&got).0, length(&head).0, "{path}");
        assert!(length(&got).1.is_some() && head.ends_with("\r\n\r\n"), "{path}: {head}");
    }
    let methods: Vec<String> = api.sandbox.control().journal().into_iter().map(|entry| entry.method).collect();
    assert_eq!(methods.last().map(String::as_str), Some("HEAD"));
}

#[tokio::test]
async fn a_path_says_which_methods_it_takes() {
    let api = Api::start().await;
    for (method, path, status, allow) in [
        ("OPTIONS", "/api/partner/ledgers", 204, Some("GET, POST")),
        ("PUT", "/api/partner/ledgers", 405, Some("GET, POST")),
        ("OPTIONS", "/api/partner/nothing", 404, None),
        ("GET", "/_sandbox/reset", 405, Some("POST")),
        ("PUT", "/_sandbox/clock", 405, Some("GET, POST")),
        ("POST", "/_sandbox/events", 405, Some("GET")),
        ("DELETE", "/_sandbox/state", 405, Some("GET")),
        ("PUT", "/_sandbox/nothing", 404, None),
        ("POST", "/_sandbox/nothing", 404, None),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let address = format!("{}{path}", api.sandbox.url());
        let answer = api.http.request(method.clone(), address).send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {path}");
        assert_eq!(answer.headers().get("allow").map(|allow| allow.to_str().unwrap()), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn what_counts_once_is_refused_when_it_is_sent_twice() {
    let api = Api::start().await;
    let twice = raw(&api, &request(&api, "GET /api/partner/ledgers", "authorization: Bearer other\r\n", b""));
    assert!(twice.starts_with("HTTP/1.1 401") && twice.contains("more than once"), "{twice}");
    let fields = api.get("/api/partner/ledgers?page=0&page=1").await.wrong_fields();
    assert_eq!(fields, ["page"]);
    // A list may be sent in pieces.
    api.get("/api/partner/ledgers?status=ACTIVE&status=CLOSED").await.expect(200);
    let strategies = "linkcy-sca-strategy: BY_PASS\r\nlinkcy-sca-strategy: PUSH_NOTIFICATION\r\ncontent-type: application/json\r\ncontent-length: 2\r\n";
    let twice = raw(&api, &request(&api, "POST /api/partner/transactions", strategies, b"{}"));
    assert!(twice.starts_with("HTTP/1.1 400") && twice.contains("Linkcy-SCA-Strategy"), "{twice}");
    let types = "content-type: application/json\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n";
    let twice = raw(&api, &request(&api, "POST /api/partner/transactions", types, b"{}"));
    assert!(twice.starts_with("HTTP/1.1 415"), "{twice}");
}

#[tokio::test]
async fn a_body_is_json_in_utf_8_as_it_is() {
    let api = Api::start().await;
    let login = api.partner_login().to_string().into_bytes();
    let with_mark = [b"\xEF\xBB\xBF".as_slice(), &login].concat();
    for (content_type, coding, body, status, says) in [
        ("application/json", "", &login, 200, ""),
        ("application/json", "", &with_mark, 200, ""),
        ("Application/JSON; Charset=\"UTF-8\"", "", &login, 200, ""),
        ("application/json", "identity", &login, 200, ""),
        ("application/json; charset=utf-16", "", &login, 415, "utf-16"),
        ("application/json;charset=ISO-8859-1", "", &login, 415, "ISO-8859-1"),
        ("application/json", "gzip", &login, 415, "gzip"),
        ("text/plain", "", &login, 415, "application/json"),
        ("application/x-www-form-urlencoded", "", &login, 415, "application/json"),
    ] {
        let mut request = api.http.post(format!("{}/api/partner/login", api.sandbox.url()));
        request = request.header("content-type", content_type).body(body.clone());
        if !coding.is_empty() {
            request = request.header("content-encoding", coding);
        }
        let answer = request.send().await.unwrap();
        let (found, text) = (answer.status(), answer.text().await.unwrap());
        assert!(found == status && text.contains(says), "{content_type} {coding}: {found} {text}");
    }
    let advance = [b"\xEF\xBB\xBF".as_slice(), br#"{"advance":"PT1S"}"#].concat();
    let answer = api.http.post(format!("{}/_sandbox/clock", api.sandbox.url())).body(advance).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn what_is_percent_encoded_is_the_same_path() {
    let api = Api::start().await;
    api.ledger(&api.banked_consumer("612345678").await, 0).await;
    let answer = raw(&api, &request(&api, "GET /%61pi/partner/led%67ers", "", b""));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let answer = raw(&api, &request(&api, "GET /_sandbox/%73tate", "", b""));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for path in ["/api/partner/ledgers/%zz", "/api/partner/ledgers/%ff%fe", "/api/partner/ledgers/..%2f..%2f"] {
        let answer = raw(&api, &request(&api, &format!("GET {path}"), "", b""));
        assert!(answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_client_that_sends_far_too_much_sees_why_it_is_refused() {
    let api = Api::start().await;
    let large = vec![b' '; 12 << 20];
    let kind = "content-type: application/json\r\n";
    let announced = format!("{kind}content-length: {}\r\n", large.len());
    let answer = raw(&api, &request(&api, "POST /api/partner/consumers", &announced, &large));
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let chunk = [format!("{:x}\r\n", large.len()).as_bytes(), &large, b"\r\n0\r\n\r\n"].concat();
    let chunked = format!("{kind}transfer-encoding: chunked\r\n");
    for path in ["/api/partner/consumers", "/_sandbox/clock"] {
        let answer = raw(&api, &request(&api, &format!("POST {path}"), &chunked, &chunk));
        assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn an_amount_that_is_none_is_refused_wherever_it_stands() {
    let api = Api::start().await;
    let ledger = api.ledger(&api.banked_consumer("612345678").await, 100).await;
    let path = format!("/api/partner/ledgers/{ledger}");
    for limit in [json!(-1), json!(0.001), json!(1e300)] {
        let body = json!({ "limits": { "transactionLimit": limit } });
        assert_eq!(api.patch(&path, body).await.wrong_fields(), ["limits.transactionLimit"], "{limit}");
    }
    for (amount, field) in
        [(json!(-5), "amount"), (json!(0), "amount"), (json!(1.005), "amount"), (json!("5"), "amount")]
    {
        let body = json!({ "ledgerId": ledger, "amount": amount });
        assert_eq!(api.post("/api/partner/ledgers/credit", body).await.wrong_fields(), [field], "{amount}");
    }
    assert_eq!(api.get(&path).await.expect(200)["totalAmount"], 100);
}

#[tokio::test]
async fn a_clock_that_is_moved_anywhere_leaves_a_sandbox_that_answers() {
    let api = Api::start().await;
    let control = async |body: Value| api.control(Method::POST, "/clock", body).await;
    for to in ["2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "8999-12-30T21:00:00Z", "2026-06-01T00:00:00Z"] {
        assert_eq!(control(json!({ "set": to })).await.0, 200, "{to}");
        let login = api.post("/api/partner/login", api.partner_login()).await;
        assert_eq!(login.status, 200, "{to}: {}", login.body);
        assert!(login.headers.contains_key("date"), "{to}");
    }
    for (body, field) in [
        (json!({ "set": "9999-12-30T00:00:00Z" }), "set"),
        (json!({ "set": "-000001-01-01T00:00:00Z" }), "set"),
        (json!({ "advance": "PT2562047788015215H" }), "advance"),
        (json!({ "advance": "-PT9999999H" }), "advance"),
        (json!({ "advance": 5 }), "advance"),
        (json!({ "advance": "P1Y" }), "advance"),
        (json!({ "set": 1_700_000_000 }), "set"),
        (json!({ "set": "2026-03-01" }), "set"),
        (json!([]), ""),
        (json!("PT5M"), ""),
    ] {
        let (status, answer) = control(body.clone()).await;
        assert_eq!((status, answer["details"][0]["field"].as_str()), (400, Some(field)), "{body}: {answer}");
        assert!(!answer.to_string().contains("struct"), "{answer}");
    }
    api.post("/api/partner/login", api.partner_login()).await.expect(200);
}

#[tokio::test]
async fn a_date_with_a_plain_plus_is_told_what_became_of_it() {
    let api = Api::start().await;
    let path = "/api/partner/transactions?startDate=2026-01-01T00:00:00";
    api.get(&format!("{path}%2B02:00")).await.expect(200);
    let answer = api.get(&format!("{path}+02:00")).await.expect(400);
    assert!(answer["details"][0]["message"].as_str().unwrap().contains("%2B"), "{answer}");
    // A moment after the last one there is.
    let path = "/api/partner/transactions?startDate=9999-12-31T23:59:59";
    assert_eq!(api.get(path).await.expect(200)["totalElements"], 0);
}

#[tokio::test]
async fn a_request_to_control_that_names_two_hosts_or_origins_is_refused() {
    let api = Api::start().await;
    for headers in ["host: evil.example\r\n", "origin: http://localhost\r\norigin: http://evil.example\r\n"] {
        let answer = raw(&api, &request(&api, "GET /_sandbox/", headers, b""));
        assert!(answer.starts_with("HTTP/1.1 403") && !answer.contains("credentials"), "{answer}");
    }
}

#[tokio::test]
async fn what_control_cannot_do_is_not_said_to_be_done() {
    let api = Api::start().await;
    let end_user = api.banked_consumer("612345678").await;
    let device = api.control(Method::POST, "/devices", json!({ "endUserId": end_user })).await.1;
    let device = device["scaDeviceId"].as_str().unwrap_or_default().to_owned();
    for (path, body, status) in [
        (format!("/devices/{device}/block"), json!({}), 200),
        (format!("/devices/{device}/activate"), json!({}), 409),
        ("/terms".to_owned(), json!({ "version": " " }), 400),
        ("/webhooks/send".to_owned(), json!({ "type": "" }), 400),
        (format!("/end-users/{end_user}/status"), json!({ "linkcy": "NOPE" }), 400),
    ] {
        let (found, answer) = api.control(Method::POST, &path, body).await;
        assert_eq!(found, status, "{path}: {answer}");
        assert!(status != 400 || answer["details"][0]["field"] != "", "{path}: {answer}");
    }
    assert_eq!(api.control(Method::GET, "/journal?limit=1&limit=2", Value::Null).await.0, 400);
}
