//! The control interface refuses what it does not know: members, parameters and ids.

mod support;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use support::Api;
use uuid::Uuid;

const SOURCE: &str = include_str!("../src/control/http.rs");
const README: &str = include_str!("../README.md");

type Endpoints = BTreeSet<(&'static str, String)>;

/// Every endpoint as the source matches it, `ID` for what is not a literal.
fn endpoints() -> Endpoints {
    let mut found = Endpoints::new();
    let mut method = None;
    for line in SOURCE.lines().map(str::trim) {
        for (start, of) in [("fn show(", "GET"), ("fn act(", "POST"), ("fn clear(", "DELETE")] {
            if line.starts_with(start) {
                method = Some(of);
            }
        }
        let pattern = line.split_once("] =>").and_then(|(pattern, _)| pattern.strip_prefix('['));
        if let (Some(pattern), Some(method)) = (pattern, method) {
            let parts = pattern.split(", ").filter(|part| !part.is_empty());
            let part = |part: &str| part.strip_prefix('"').map_or("ID", |rest| rest.trim_end_matches('"')).to_owned();
            found.insert((method, format!("/{}", parts.map(part).collect::<Vec<_>>().join("/"))));
        }
    }
    found
}

/// Every endpoint that the README's table of the control interface lists.
fn documented() -> Endpoints {
    let (_, section) = README.split_once("\n## Control\n").unwrap();
    let (table, _) = section.split_once("\nA fault is").unwrap();
    let mut found = Endpoints::new();
    let mut last = ("GET", String::new());
    let cells = table.lines().filter(|line| line.starts_with("| `")).map(|line| line.split(" | ").next().unwrap());
    for span in cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        let method = ["GET", "POST", "DELETE"].into_iter().find(|method| span.starts_with(&format!("{method} ")));
        let path = span.split(' ').nth(usize::from(method.is_some())).unwrap();
        let path = path.split('?').next().unwrap();
        let path = match (method, span.strip_prefix(".../")) {
            (Some(_), _) => path.to_owned(),
            (None, Some(_)) => last.1.rsplit_once('/').unwrap().0.to_owned() + &path[3..],
            (None, None) => continue,
        };
        last = (method.unwrap_or(last.0), path);
        if let Some((before, _)) = last.1.split_once("[/ID]") {
            found.insert((last.0, before.to_owned()));
            last.1 = format!("{before}/ID");
        }
        found.insert(last.clone());
    }
    found
}

/// A body that the endpoint takes; an endpoint that is not here takes none.
fn body(method: &str, path: &str) -> Value {
    let nobody = Uuid::nil();
    match (method, path) {
        ("POST", "/clock") => json!({ "advance": "PT5M" }),
        ("POST", "/passwords/require" | "/addresses/verify" | "/devices") => json!({ "endUserId": nobody }),
        ("POST", "/emails/verify") => json!({ "personId": nobody }),
        ("POST", "/terms") => json!({ "version": "2" }),
        ("POST", "/end-users/ID/status") => json!({ "linkcy": "PENDING", "banking": null }),
        ("POST", "/kyc/ID") => json!({ "status": "VALIDATED" }),
        ("POST", "/faults") => json!({ "effect": { "kind": "drop" } }),
        ("POST", "/devices/ID/sign") => json!({ "method": "GET", "path": "/" }),
        ("POST", "/webhooks/send") => json!({ "type": "X" }),
        ("POST", "/cards/refund") => json!({ "transactionId": nobody, "amount": 1 }),
        _ => json!({}),
    }
}

#[test]
fn the_readme_lists_every_endpoint_and_no_other() {
    let mut listed = documented();
    // The server answers this one itself, for as long as the watcher stays.
    assert!(listed.remove(&("GET", "/events".to_owned())));
    assert_eq!(listed, endpoints());
    assert!(listed.len() > 40, "{}", listed.len());
}

#[tokio::test]
async fn every_endpoint_refuses_a_parameter_and_a_member_that_it_does_not_know() {
    let api = Api::start().await;
    for (method, template) in endpoints() {
        let path = template.replace("ID", &Uuid::nil().to_string());
        let mut sent = body(method, &template);
        let verb: Method = method.parse().unwrap();
        let asked = api.control(verb.clone(), &format!("{path}?oddd=1"), sent.clone()).await;
        assert_eq!(
            (asked.0, &asked.1["details"][0]["field"]),
            (400, &json!("oddd")),
            "{method} {path}?oddd: {asked:?}"
        );
        sent["oddd"] = json!(1);
        if method != "GET" {
            let (status, refused) = api.control(verb, &path, sent).await;
            assert_eq!((status, &refused["details"][0]["field"]), (400, &json!("oddd")), "{method} {path}: {refused}");
        }
    }
    let state = (api.look("/faults").await, api.look("/state").await["counts"]["devices"].clone());
    assert_eq!(state, (json!([]), json!(0)), "a refused request did something");
}

#[tokio::test]
async fn every_endpoint_refuses_an_id_of_nothing() {
    let api = Api::start().await;
    for (method, template) in endpoints().into_iter().filter(|(_, template)| template.contains("ID")) {
        for id in [Uuid::nil().to_string(), "not-an-id".into(), "%00".into(), "9".repeat(400)] {
            let (status, refused) =
                api.control(method.parse().unwrap(), &template.replace("ID", &id), body(method, &template)).await;
            assert!([400, 404].contains(&status), "{method} {template} {id}: {status} {refused}");
        }
    }
}

#[tokio::test]
async fn what_is_not_known_is_refused_by_its_name() {
    let api = Api::start().await;
    let nobody = Uuid::nil();
    for (method, path, body, field) in [
        (Method::POST, "/clock".to_owned(), json!({ "advnace": "PT5M" }), "advnace"),
        (Method::POST, "/clock".into(), json!({}), "advance"),
        (Method::POST, "/clock".into(), json!({ "advance": "PT5M", "set": "2026-01-01T00:00:00Z" }), "set"),
        (Method::POST, "/faults".into(), json!({ "pathh": "/x", "effect": { "kind": "drop" } }), "pathh"),
        (Method::POST, "/faults".into(), json!({ "effect": { "kind": "status", "status": 42 } }), "effect.status"),
        (Method::POST, "/passwords/require".into(), json!({ "endUserid": nobody }), "endUserId"),
        (Method::POST, "/terms".into(), json!({ "version": "" }), "version"),
        (Method::POST, format!("/end-users/{nobody}/status"), json!({ "linkcyy": "PENDING" }), "linkcyy"),
        (Method::POST, format!("/end-users/{nobody}/status"), json!({}), "linkcy"),
        (Method::POST, "/sca/not-a-uuid/approve".into(), Value::Null, "id"),
        (Method::GET, "/journal?sinc=3".into(), Value::Null, "sinc"),
        (Method::GET, "/journal?limit=many".into(), Value::Null, "limit"),
        (Method::GET, "/state?since=3".into(), Value::Null, "since"),
    ] {
        let (status, refused) = api.control(method.clone(), &path, body.clone()).await;
        assert_eq!(
            (status, &refused["details"][0]["field"]),
            (400, &json!(field)),
            "{method} {path} {body}: {refused}"
        );
    }
    for (path, body) in [
        ("/passwords/require", json!({ "endUserId": nobody })),
        ("/emails/verify", json!({ "personId": nobody })),
        ("/addresses/verify", json!({ "endUserId": nobody })),
        ("/devices", json!({ "endUserId": nobody })),
        (&format!("/devices/{nobody}/activate"), Value::Null),
        (&format!("/devices/{nobody}/sign"), json!({ "method": "GET", "path": "/" })),
        (&format!("/end-users/{nobody}/status"), json!({ "linkcy": "PENDING" })),
        (&format!("/cards/{nobody}/lock-pin"), Value::Null),
        (&format!("/kyc/{nobody}"), json!({ "status": "VALIDATED" })),
        (&format!("/sca/{nobody}/approve"), Value::Null),
        ("/faults/7/release", Value::Null),
        (&format!("/webhooks/msg_{}/resend", nobody.simple()), Value::Null),
    ] {
        let (status, refused) = api.control(Method::POST, path, body).await;
        let message = refused["message"].as_str().unwrap();
        assert!(status == 404 && message.starts_with("there is no "), "{path}: {refused}");
    }
    // None of it did anything.
    assert_eq!(
        (api.look("/faults").await, api.look("/state").await["counts"]["devices"].clone()),
        (json!([]), json!(0))
    );
}
