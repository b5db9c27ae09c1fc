//! Requests as clients send them: odd, slow, too large or broken off.

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use linkcy_sandbox::Sandbox;
use linkcy_sandbox::description::Description;
use reqwest::Method;
use serde_json::json;
use support::Api;

/// Sends bytes and reads what is answered until the connection closes, or until half a second passes without a byte.
fn raw(api: &Api, sent: &str) -> String {
    let mut stream = TcpStream::connect(api.sandbox.address()).unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn the_scheme_of_a_bearer_has_no_case() {
    let api = Api::start().await;
    let token = api.token.clone().unwrap();
    for (authorization, status) in [
        (format!("Bearer {token}"), 200),
        (format!("bearer {token}"), 200),
        (format!("BEARER  {token}"), 200),
        (format!("Basic {token}"), 401),
        (token.clone(), 401),
    ] {
        let answer = api.send(Method::GET, "/api/partner/ledgers", None, &[("authorization", &authorization)]).await;
        answer.expect(status);
    }
}

#[tokio::test]
async fn an_empty_value_of_a_list_of_words_is_refused_everywhere() {
    let api = Api::start().await;
    let mut tried = 0;
    for operation in Description::current().operations() {
        if operation.method != "GET" || operation.path.contains('{') {
            continue;
        }
        for parameter in &operation.parameters {
            let schema = parameter.schema.resolved();
            let words = schema.get("enum").is_some() || schema["items"].get("enum").is_some();
            if !words || !matches!(parameter.location, linkcy_sandbox::description::Location::Query) {
                continue;
            }
            let answer = api.get(&format!("{}?{}=", operation.path, parameter.name)).await;
            assert_eq!(answer.status, 400, "{} {}", operation.path, parameter.name);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

#[tokio::test]
async fn a_body_too_large_is_refused_before_it_is_asked_for_and_stands_in_the_journal() {
    let api = Api::start().await;
    let head = "POST /api/partner/consumers HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 1073741824\r\n\r\n";
    let answer = raw(&api, head);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let entry = api.sandbox.control().journal().pop().unwrap();
    assert_eq!((entry.path.as_str(), entry.status, entry.body_size), ("/api/partner/consumers", Some(413), 0));
}

#[tokio::test]
async fn a_body_that_does_not_end_is_given_up_and_stands_in_the_journal_with_what_arrived() {
    let api = Api::with(Sandbox::builder().patience(Duration::from_millis(200))).await;
    let half = "POST /api/partner/consumers HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{\"half\":";
    let answer = raw(&api, half);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let entry = api.sandbox.control().journal().pop().unwrap();
    assert_eq!((entry.status, entry.body_size), (Some(408), 8));
}

#[tokio::test]
async fn a_body_that_breaks_off_stands_in_the_journal() {
    let api = Api::start().await;
    let mut stream = TcpStream::connect(api.sandbox.address()).unwrap();
    stream.write_all(b"POST /api/partner/sms HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nabc").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    // The server closes once it has seen the end.
    let _ = stream.read_to_end(&mut Vec::new());
    let entry = api.sandbox.control().journal().pop().unwrap();
    assert_eq!((entry.path.as_str(), entry.status, entry.body_size), ("/api/partner/sms", None, 3));
}

#[tokio::test]
async fn a_page_of_another_origin_may_call_only_where_cors_is_on() {
    let open = Api::with(Sandbox::builder().cors(true)).await;
    let ask = |api: &Api| {
        let request = api.http.request(Method::OPTIONS, format!("{}/api/partner/ledgers", api.sandbox.url()));
        request.header("origin", "http://shop.example").header("access-control-request-headers", "authorization").send()
    };
    let preflight = ask(&open).await.unwrap();
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.headers()["access-control-allow-origin"], "*");
    assert_eq!(preflight.headers()["access-control-allow-headers"], "authorization");
    let answer = open.get("/api/partner/ledgers").await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");

    let closed = Api::start().await;
    assert_eq!(ask(&closed).await.unwrap().status(), 405);
    assert!(!closed.get("/api/partner/ledgers").await.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn an_answer_without_sca_says_what_linkcy_would_have_asked_for() {
    use linkcy_sandbox::sca::ScaDemand;
    for (demand, status) in [(ScaDemand::WhenAsked, 200), (ScaDemand::Always, 404), (ScaDemand::Strict, 404)] {
        let api = Api::with(Sandbox::builder().sca(demand)).await;
        let consumer = api.consumer("612345678").await;
        let path = format!("/api/partner/consumers/{consumer}");
        let answer = api.patch(&path, json!({ "occupation": "ENGINEER" })).await;
        let told = answer.headers.get("sandbox-sca").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(answer.status, status, "{demand:?}: {}", answer.body);
        match demand {
            ScaDemand::WhenAsked => assert!(told.unwrap().contains("PUSH_NOTIFICATION")),
            _ => {
                assert_eq!(told, None);
                assert_eq!(answer.body["errorCode"], "NO_ACTIVE_SCA_DEVICE_FOUND");
                assert!(answer.body["message"].as_str().unwrap().contains("POST /_sandbox/devices"));
            }
        }
    }
}

#[tokio::test]
async fn bodies_stand_in_the_journal_where_asked_for_and_never_with_a_secret() {
    for kept in [true, false] {
        let mut api = Api::with(Sandbox::builder().bodies(kept)).await;
        api.login().await;
        api.post(
            "/api/partner/consumers",
            json!({ "phone": { "countryCode": "33", "number": "6" }, "firstName": "Zoë" }),
        )
        .await;
        let journal = api.sandbox.control().journal();
        let text = serde_json::to_string(&journal).unwrap();
        assert_eq!(text.contains("Zoë"), kept);
        assert_eq!(text.contains("answerBody"), kept);
        let token = api.token.clone().unwrap();
        for secret in [&api.sandbox.credentials().password, &token] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
