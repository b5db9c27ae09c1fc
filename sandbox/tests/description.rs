//! The description is the law: what does not conform is refused by name.

mod support;

use reqwest::Method;
use serde_json::json;
use support::Api;

#[tokio::test]
async fn an_unknown_path_is_404_and_a_wrong_method_405() {
    let api = Api::start().await;
    api.get("/api/partner/nothing").await.expect(404);
    let wrong = api.ask(Method::DELETE, "/api/partner/ledgers").await;
    assert_eq!(wrong.headers["allow"], "GET, POST");
    wrong.expect(405);
}

#[tokio::test]
async fn every_wrong_field_of_a_body_is_named() {
    let api = Api::start().await;
    let body = json!({ "phone": { "countryCode": "33", "number": "x" }, "sourceOfFunds": "LUCK", "firstName": 3 });
    let fields = api.post("/api/partner/consumers", body).await.wrong_fields();
    assert_eq!(fields, ["firstName", "phone.number", "sourceOfFunds"]);
}

#[tokio::test]
async fn every_wrong_parameter_is_named() {
    let api = Api::start().await;
    let fields =
        api.get("/api/partner/ledgers?pageSize=101&status=ACTIVE&status=MELTED&endUserId=7").await.wrong_fields();
    assert_eq!(fields, ["endUserId", "status[1]", "pageSize"]);
    assert_eq!(api.get("/api/partner/ledgers/not-a-uuid").await.wrong_fields(), ["ledgerId"]);
}

#[tokio::test]
async fn a_body_that_is_no_json_or_missing_is_refused() {
    let api = Api::start().await;
    let post = |body: &'static str, content_type: &'static str| {
        let request = api.http.post(format!("{}/api/partner/login", api.sandbox.url()));
        request.header("content-type", content_type).body(body).send()
    };
    assert_eq!(post("{", "application/json").await.unwrap().status(), 400);
    assert_eq!(post("", "application/json").await.unwrap().status(), 400);
    assert_eq!(post("a=b", "application/x-www-form-urlencoded").await.unwrap().status(), 415);
}

#[tokio::test]
async fn an_amount_is_positive_and_has_two_decimals_at_most() {
    let api = Api::start().await;
    let consumer = api.banked_consumer("612345678").await;
    let ledger = api.ledger(&consumer, 0).await;
    for amount in [json!(0), json!(-5), json!(0.001), json!(1e30), json!(1000.01)] {
        let credit = json!({ "ledgerId": ledger, "amount": amount });
        assert_eq!(api.post("/api/partner/ledgers/credit", credit).await.wrong_fields(), ["amount"]);
    }
}

#[tokio::test]
async fn pages_follow_each_other_in_the_order_asked_for() {
    let api = Api::start().await;
    let mut made = Vec::new();
    for number in 0..5 {
        made.push(api.consumer(&format!("60000000{number}")).await);
    }
    let ids = async |query: &str| -> Vec<String> {
        let list = api.get(&format!("/api/partner/consumers?{query}")).await.expect(200);
        assert_eq!(list["totalElements"], 5);
        list["content"].as_array().unwrap().iter().map(support::id).collect()
    };
    let ascending =
        [ids("pageSize=3&sortDirection=ASC").await, ids("pageSize=3&page=1&sortDirection=ASC").await].concat();
    assert_eq!(ascending, made);
    assert_eq!(ids("pageSize=1").await, [made[4].clone()]);
    assert_eq!(ids("page=9").await, Vec::<String>::new());
}

#[tokio::test]
async fn an_operation_says_whether_it_is_modelled() {
    let api = Api::start().await;
    assert_eq!(api.get("/api/partner/ledgers").await.headers["sandbox-fidelity"], "modelled");
    let example = api.get("/api/partner/crypto/transactions").await;
    assert_eq!(example.headers["sandbox-fidelity"], "example");
    assert_eq!(example.body, api.get("/api/partner/crypto/transactions").await.body);
}

#[tokio::test]
async fn an_empty_call_of_any_operation_of_either_version_is_answered_and_never_by_5xx() {
    for api in [Api::start().await, Api::v1_78().await] {
        let nobody = "7d0cbd68-9b9e-4f0c-9c0c-0c0ffee00000";
        for operation in api.description().operations() {
            let mut path = operation.path.clone();
            while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
                path.replace_range(from..=to, nobody);
            }
            let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
            let body = operation.body.as_ref().map(|_| json!({}));
            let answer = api.send(method, &path, body, &[]).await;
            assert!(answer.status < 500, "{} {path}: {}", operation.method, answer.body);
        }
    }
}
