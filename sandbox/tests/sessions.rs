//! Sessions that bite: lives, rotation, roles, and whose things one sees.

mod support;

use jiff::SignedDuration;
use linkcy_sandbox::{Clock, Description, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Api, id};

const LEDGERS: &str = "/api/partner/ledgers";

fn standing() -> linkcy_sandbox::Builder {
    Sandbox::builder().clock(Clock::standing("2026-03-01T10:00:00Z".parse().unwrap()))
}

async fn refresh(api: &Api, tokens: &Value) -> support::Answer {
    api.post("/api/partner/refresh", json!({ "refreshToken": tokens["refreshToken"] })).await
}

fn token(tokens: &Value) -> &str {
    tokens["token"].as_str().unwrap()
}

#[tokio::test]
async fn a_token_says_when_it_ends_and_ends_then() {
    let api = Api::with(standing().token_life(SignedDuration::from_secs(90))).await;
    let claims = api.token.as_ref().unwrap().split('.').nth(1).unwrap().to_owned();
    let claims: Value = serde_json::from_slice(
        &base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap(),
    )
    .unwrap();
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 90);

    api.sandbox.control().advance(SignedDuration::from_secs(89));
    api.get(LEDGERS).await.expect(200);
    api.sandbox.control().advance(SignedDuration::from_secs(1));
    api.get(LEDGERS).await.expect(401);
}

#[tokio::test]
async fn the_date_header_is_of_the_sandboxs_clock() {
    let api = Api::with(standing()).await;
    assert_eq!(api.get(LEDGERS).await.headers["date"], "Sun, 01 Mar 2026 10:00:00 GMT");
}

#[tokio::test]
async fn a_used_refresh_token_kills_its_whole_family_and_no_other() {
    let mut api = Api::start().await;
    let (first, other) = (api.login().await, api.login().await);
    let second = refresh(&api, &first).await.expect(200);
    api.as_bearer(token(&second), Method::GET, LEDGERS, None).await.expect(200);

    refresh(&api, &first).await.expect(401);
    refresh(&api, &second).await.expect(401);
    api.as_bearer(token(&second), Method::GET, LEDGERS, None).await.expect(401);
    api.as_bearer(token(&other), Method::GET, LEDGERS, None).await.expect(200);
    assert_eq!(api.sandbox.control().revoked_sessions(), 1);
}

#[tokio::test]
async fn a_refresh_token_has_a_life_of_its_own() {
    let mut api = Api::with(standing().refresh_life(SignedDuration::from_hours(1))).await;
    let tokens = api.login().await;
    api.sandbox.control().advance(SignedDuration::from_hours(1));
    refresh(&api, &tokens).await.expect(401);
}

#[tokio::test]
async fn control_expires_access_tokens_and_leaves_refresh_tokens() {
    let mut api = Api::start().await;
    let tokens = api.login().await;
    api.sandbox.control().expire_access_tokens();
    api.get(LEDGERS).await.expect(401);
    api.token = Some(token(&refresh(&api, &tokens).await.expect(200)).to_owned());
    api.get(LEDGERS).await.expect(200);
    api.sandbox.control().revoke_sessions();
    api.get(LEDGERS).await.expect(401);
}

#[tokio::test]
async fn no_bearer_a_bad_one_and_a_foreign_one_are_all_401() {
    let api = Api::anonymous(Sandbox::builder(), Description::current()).await;
    api.get(LEDGERS).await.expect(401);
    api.as_bearer("nonsense", Method::GET, LEDGERS, None).await.expect(401);
    let elsewhere = Api::with(Sandbox::builder().seed(99)).await;
    api.as_bearer(elsewhere.token.as_ref().unwrap(), Method::GET, LEDGERS, None).await.expect(401);
}

#[tokio::test]
async fn wrong_credentials_are_401_and_say_no_more() {
    let api = Api::start().await;
    for (field, value) in [("password", "wrong"), ("username", "nobody"), ("partnerName", "other")] {
        let login = support::with(api.partner_login(), field, json!(value));
        let refused = api.post("/api/partner/login", login).await.expect(401);
        assert_eq!(refused["message"], "the credentials are wrong");
    }
}

#[tokio::test]
async fn an_end_user_sees_and_moves_its_own_things_only() {
    let api = Api::start().await;
    let (alice, bob) = (api.banked_consumer("611111111").await, api.banked_consumer("622222222").await);
    let (hers, his) = (api.ledger(&alice, 100).await, api.ledger(&bob, 100).await);
    let tokens = api.consumer_tokens("33611111111").await;
    assert_eq!(tokens["endUserId"], alice.as_str());
    let alice = token(&tokens);

    let list = api.as_bearer(alice, Method::GET, LEDGERS, None).await.expect(200);
    assert_eq!((list["totalElements"].as_u64(), id(&list["content"][0])), (Some(1), hers.clone()));
    let his_path = format!("{LEDGERS}/{his}");
    assert_eq!(api.as_bearer(alice, Method::GET, &his_path, None).await.refused(404), "LEDGER_NOT_FOUND");
    let theft = json!({ "ledgerFromId": his, "ledgerToId": hers, "amount": 1 });
    let theft = api.as_bearer(alice, Method::POST, "/api/partner/transactions/inter-ledger", Some(theft)).await;
    assert_eq!(theft.refused(400), "LEDGER_NOT_FOUND");
    let bob = format!("/api/partner/consumers/{bob}");
    assert_eq!(api.as_bearer(alice, Method::GET, &bob, None).await.refused(404), "CONSUMER_NOT_FOUND");
}

#[tokio::test]
async fn an_end_user_may_not_do_what_is_the_partners() {
    let api = Api::start().await;
    let alice = api.banked_consumer("611111111").await;
    let ledger = api.ledger(&alice, 0).await;
    let tokens = api.consumer_tokens("33611111111").await;
    for (method, path, body) in [
        (Method::GET, "/api/partner/consumers", None),
        (Method::GET, "/api/partner", None),
        (Method::POST, "/api/partner/ledgers/credit", Some(json!({ "ledgerId": ledger, "amount": 1 }))),
    ] {
        api.as_bearer(token(&tokens), method, path, body).await.expect(403);
    }
}

#[tokio::test]
async fn a_user_account_may_do_what_its_roles_allow() {
    let api = Api::start().await;
    let account = json!({ "email": "dev@example.com", "roles": ["LEDGER_LIST", "ACCOUNT_CREATE"] });
    let otp = api.post("/api/partner/accounts", account).await.expect(201)["otp"].clone();
    let login = json!({ "partnerName": "sandbox", "username": "dev@example.com", "password": otp });
    let secret = api.post("/api/partner/login", login).await.expect(200)["passwordChangeSecret"].clone();
    let change = json!({ "passwordChangeSecret": secret, "newPassword": "chosen-pw" });
    let tokens = api.post("/api/partner/passwords/change", change.clone()).await.expect(200);

    api.as_bearer(token(&tokens), Method::GET, LEDGERS, None).await.expect(200);
    api.as_bearer(token(&tokens), Method::GET, "/api/partner/consumers", None).await.expect(403);
    let more = json!({ "email": "boss@example.com", "roles": ["CONSUMER_LIST"] });
    let more = api.as_bearer(token(&tokens), Method::POST, "/api/partner/accounts", Some(more)).await;
    assert_eq!(more.refused(403), "ROLE_NOT_ALLOWED");
    // The secret was good once.
    api.post("/api/partner/passwords/change", change).await.expect(401);
}

#[tokio::test]
async fn a_changed_password_ends_the_sessions_of_the_old_one() {
    let api = Api::start().await;
    api.consumer("611111111").await;
    let old = api.consumer_tokens("33611111111").await;
    let change = json!({
        "consumerPhone": "33611111111", "partnerName": "sandbox",
        "currentPassword": "s3cret-pw", "newPassword": "another-pw",
    });
    let new = api.post("/api/partner/passwords/change", change).await.expect(200);
    refresh(&api, &old).await.expect(401);
    refresh(&api, &new).await.expect(200);
}

#[tokio::test]
async fn a_short_password_is_refused_by_field() {
    let api = Api::start().await;
    let change = json!({ "passwordChangeSecret": "x", "newPassword": "12345" });
    assert_eq!(api.post("/api/partner/passwords/change", change).await.wrong_fields(), ["newPassword"]);
}

#[tokio::test]
async fn a_login_can_demand_a_new_password_first() {
    let api = Api::start().await;
    let alice = api.consumer("611111111").await;
    api.consumer_tokens("33611111111").await;
    assert!(api.sandbox.control().require_password_change(alice.parse().unwrap()));
    let login = json!({ "consumerPhone": "33611111111", "partnerName": "sandbox", "password": "s3cret-pw" });
    let answer = api.post("/api/partner/login", login).await.expect(200);
    let change = json!({ "passwordChangeSecret": answer["passwordChangeSecret"], "newPassword": "another-pw" });
    assert_eq!(api.post("/api/partner/passwords/change", change).await.expect(200)["endUserId"], alice.as_str());
}

#[tokio::test]
async fn an_account_owner_logs_in_for_its_corporate() {
    let api = Api::start().await;
    let corporate = api.banked_corporate("633333333").await;
    let tokens = api.end_user_tokens(json!({ "accountOwnerPhone": "33633333333" })).await;
    assert_eq!(tokens["endUserId"], corporate.as_str());
}

#[tokio::test]
async fn the_same_seed_gives_the_same_ids() {
    let (one, two) = (Api::with(standing().seed(7)).await, Api::with(standing().seed(7)).await);
    assert_eq!(one.token, two.token);
    assert_eq!(one.consumer("611111111").await, two.consumer("611111111").await);
}
