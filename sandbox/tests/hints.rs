//! A client that speaks another version of the API, or writes a header otherwise, is told so in the answer.

mod support;

use reqwest::Method;
use serde_json::json;
use support::Api;

#[tokio::test]
async fn an_authorization_header_that_is_no_bearers_is_explained() {
    let api = Api::start().await;
    let token = api.token.clone().unwrap();
    for (sent, says) in [
        (String::new(), "a bearer is needed"),
        (token.clone(), "no scheme"),
        ("Bearer".to_owned(), "no token after"),
        (format!("Token {token}"), "not Bearer"),
        ("Basic YTpi".to_owned(), "Basic authentication"),
    ] {
        let answer = api.send(Method::GET, "/api/partner/ledgers", None, &[("authorization", &sent)]).await;
        let refused = answer.expect(401);
        assert!(refused["message"].as_str().unwrap().contains(says), "{sent:?}: {refused}");
    }
    for scheme in ["bearer", "BEARER", "Bearer"] {
        let sent = format!("{scheme} {token}");
        api.send(Method::GET, "/api/partner/ledgers", None, &[("authorization", &sent)]).await.expect(200);
    }
}

#[tokio::test]
async fn headers_of_the_other_generation_are_named_in_the_answer() {
    let (newer, older) = (Api::start().await, Api::v1_78().await);
    for (api, names, foreign) in [
        (&newer, true, "Linkcy-SCA-Id"),
        (&newer, true, "Linkcy-SCA-Factor"),
        (&older, true, "Linkcy-SCA-Signature"),
        (&newer, false, "Linkcy-SCA-Signature"),
        (&older, false, "Linkcy-SCA-Factor"),
    ] {
        let value = if foreign.ends_with("Id") { "7d0cbd68-9b9e-4f0c-9c0c-0c0ffee00000" } else { "PIN" };
        // A payment without a body is refused; the hint is in the message.
        let answer = api.send(Method::POST, "/api/partner/transactions", Some(json!({})), &[(foreign, value)]).await;
        let said = answer.headers.get("sandbox-hint").map(|hint| hint.to_str().unwrap().to_owned());
        assert_eq!(said.is_some(), names, "{foreign}: {said:?}");
        let message = answer.expect(400)["message"].as_str().unwrap_or_default().to_owned();
        assert_eq!(message.contains(foreign), names, "{foreign}: {message}");
    }
    let consumer = newer.consumer("612345678").await;
    let path = format!("/api/partner/consumers/{consumer}");
    let change = json!({ "firstName": "Zoe" });
    let done = newer.send(Method::PATCH, &path, Some(change), &[("Linkcy-SCA-Factor", "PIN")]).await;
    assert!(done.headers["sandbox-hint"].to_str().unwrap().starts_with("Linkcy-SCA-Factor is not read"));
    done.expect(200);
}
