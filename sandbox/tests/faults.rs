//! What goes wrong on purpose: for the requests it is meant for, as often as it is meant to, and with the effect on the
//! bank that it says.

mod support;

use std::time::Duration;

use jiff::SignedDuration;
use linkcy_sandbox::faults::{Effect, Fault, RetryAfter, UNKNOWN};
use linkcy_sandbox::{Clock, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Answer, Api};

const PAY: &str = "/api/partner/transactions";
const LEDGERS: &str = "/api/partner/ledgers";

struct Payer {
    api: Api,
    payment: Value,
}

impl Payer {
    async fn new() -> Self {
        Self::with(Sandbox::builder()).await
    }

    async fn with(builder: linkcy_sandbox::Builder) -> Self {
        let api = Api::with(builder).await;
        let consumer = api.banked_consumer("612345678").await;
        let ledger = api.ledger(&consumer, 100).await;
        let beneficiary = api.beneficiary(&consumer).await;
        api.sandbox.control().clear_journal();
        Self { api, payment: json!({ "ledgerFromId": ledger, "beneficiaryId": beneficiary, "amount": 10 }) }
    }

    async fn pay(&self) -> Result<Answer, reqwest::Error> {
        self.api.try_send(Method::POST, PAY, Some(self.payment.clone()), &[]).await
    }

    fn payments(&self) -> usize {
        self.api.sandbox.control().payments()
    }
}

fn on_pay(effect: Effect) -> Fault {
    Fault::new(effect).on("POST", PAY)
}

#[tokio::test]
async fn a_connection_dropped_before_processing_leaves_no_payment() {
    let payer = Payer::new().await;
    let fault = payer.api.sandbox.control().inject(on_pay(Effect::Drop).once());
    assert!(payer.pay().await.is_err());
    assert_eq!((payer.payments(), fault.struck()), (0, 1));
    payer.pay().await.unwrap().expect(201);
}

#[tokio::test]
async fn a_connection_dropped_after_processing_leaves_the_payment_nobody_confirmed() {
    let payer = Payer::new().await;
    payer.api.sandbox.control().inject(on_pay(Effect::Drop).once().after_processing());
    assert!(payer.pay().await.is_err());
    assert_eq!(payer.payments(), 1);
    let journal = payer.api.sandbox.control().journal();
    assert_eq!((journal.len(), journal[0].status), (1, None));
}

#[tokio::test]
async fn a_status_replaces_the_answer_before_or_after_the_payment() {
    let payer = Payer::new().await;
    let control = payer.api.sandbox.control();
    let gateway = || Effect::Status { status: 502, body: Some(json!({ "from": "gateway" })) };
    control.inject(on_pay(gateway()).once());
    assert_eq!(payer.pay().await.unwrap().expect(502), json!({ "from": "gateway" }));
    assert_eq!(payer.payments(), 0);
    control.inject(on_pay(gateway()).once().after_processing());
    payer.pay().await.unwrap().expect(502);
    assert_eq!(payer.payments(), 1);
}

#[tokio::test]
async fn too_many_requests_come_with_retry_after_in_either_form() {
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    let payer = Payer::with(Sandbox::builder().clock(clock)).await;
    for (retry_after, header) in
        [(RetryAfter::Seconds(7), "7"), (RetryAfter::DateIn(90), "Sun, 01 Mar 2026 10:01:30 GMT")]
    {
        payer.api.sandbox.control().inject(on_pay(Effect::TooManyRequests { retry_after }).once());
        let answer = payer.pay().await.unwrap();
        assert_eq!((answer.status, answer.headers["retry-after"].to_str().unwrap()), (429, header));
    }
    assert_eq!(payer.payments(), 0);
}

#[tokio::test]
async fn a_body_is_cut_off_before_its_announced_end() {
    let payer = Payer::new().await;
    payer.api.sandbox.control().inject(on_pay(Effect::CutBody { after: 5 }).once());
    let error = payer.pay().await.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(payer.payments(), 1);
}

#[tokio::test]
async fn a_fault_is_for_requests_with_its_header_alone() {
    let payer = Payer::new().await;
    let refused = Effect::Status { status: 503, body: None };
    let fault = payer.api.sandbox.control().inject(on_pay(refused).with_header("x-payment", "7"));
    let pay = async |number| {
        let header = [("X-Payment", number)];
        payer.api.try_send(Method::POST, PAY, Some(payer.payment.clone()), &header).await
    };
    pay("70").await.unwrap().expect(201);
    payer.pay().await.unwrap().expect(201);
    assert_eq!(fault.struck(), 0);
    pay("7").await.unwrap().expect(503);
}

#[tokio::test]
async fn a_body_that_is_no_json_still_calls_itself_so() {
    let payer = Payer::new().await;
    payer.api.sandbox.control().inject(on_pay(Effect::NotJson).once());
    let sent = payer
        .api
        .http
        .post(format!("{}{PAY}", payer.api.sandbox.url()))
        .bearer_auth(payer.api.token.as_ref().unwrap())
        .json(&payer.payment)
        .send()
        .await
        .unwrap();
    assert_eq!((sent.status().as_u16(), sent.headers()["content-type"].to_str().unwrap()), (201, "application/json"));
    assert!(sent.json::<Value>().await.is_err());
}

#[tokio::test]
async fn slow_bytes_arrive_as_the_clock_moves() {
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    let payer = Payer::with(Sandbox::builder().clock(clock).token_life(SignedDuration::from_hours(9))).await;
    let fault = payer.api.sandbox.control().inject(on_pay(Effect::SlowBytes { pause_millis: 1000 }).once());
    let mut paying = Box::pin(payer.pay());
    tokio::select! {
        _ = &mut paying => panic!("the body arrived although time stood still"),
        () = fault.wait_until_struck(1) => {}
    }
    let answer = loop {
        tokio::select! {
            answer = &mut paying => break answer.unwrap(),
            () = tokio::task::yield_now() => payer.api.sandbox.control().advance(SignedDuration::from_secs(1)),
        }
    };
    answer.expect(201);
}

#[tokio::test]
async fn a_delay_goes_by_the_sandboxs_clock() {
    let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
    let payer = Payer::with(Sandbox::builder().clock(clock).token_life(SignedDuration::from_hours(9))).await;
    let fault = payer.api.sandbox.control().inject(on_pay(Effect::Delay { millis: 60_000 }).once());
    let mut paying = Box::pin(payer.pay());
    tokio::select! {
        _ = &mut paying => panic!("answered before its time"),
        () = fault.wait_until_struck(1) => {}
    }
    let answer = loop {
        tokio::select! {
            answer = &mut paying => break answer.unwrap(),
            () = tokio::task::yield_now() => payer.api.sandbox.control().advance(SignedDuration::from_secs(1)),
        }
    };
    answer.expect(201);
}

#[tokio::test]
async fn what_is_held_goes_on_when_it_is_released() {
    let payer = Payer::new().await;
    let fault = payer.api.sandbox.control().inject(on_pay(Effect::Hold));
    let mut paying = Box::pin(payer.pay());
    tokio::select! {
        _ = &mut paying => panic!("answered while it was held"),
        () = fault.wait_until_struck(1) => assert_eq!(payer.payments(), 0),
    }
    fault.release();
    paying.await.unwrap().expect(201);
}

#[tokio::test]
async fn what_hangs_never_answers() {
    let payer = Payer::new().await;
    payer.api.sandbox.control().inject(Fault::new(Effect::Hang).on("POST", PAY).after_processing());
    assert!(tokio::time::timeout(Duration::from_millis(200), payer.pay()).await.is_err());
    assert_eq!(payer.payments(), 1);
}

#[tokio::test]
async fn an_unknown_enum_value_tag_and_field_appear_in_an_answer() {
    let payer = Payer::new().await;
    payer.pay().await.unwrap().expect(201);
    let list = |effect: Effect| {
        let control = payer.api.sandbox.control();
        control.inject(Fault::new(effect).on("GET", PAY).once());
        let (url, token) = (payer.api.sandbox.url().to_owned(), payer.api.token.clone().unwrap());
        let http = payer.api.http.clone();
        async move {
            let sent = http.get(format!("{url}{PAY}")).bearer_auth(token).send().await.unwrap();
            sent.json::<Value>().await.unwrap()["content"][0].clone()
        }
    };
    let with_enum = list(Effect::UnknownEnum).await;
    assert!(with_enum.to_string().contains(UNKNOWN));
    assert_eq!(with_enum["type"], "SEPA_CREDIT_TRANSFER");
    assert_eq!(list(Effect::UnknownTag).await["type"], UNKNOWN);
    let with_field = list(Effect::UnknownField).await;
    assert!(with_field[UNKNOWN].is_object());
    assert!(with_field["information"][UNKNOWN].is_object());
}

#[tokio::test]
async fn an_answer_can_be_that_of_a_vendor_who_has_moved_on() {
    let api = Api::start().await;
    let template = "/api/partner/consumers/{consumerId}";
    let consumer = api.consumer("611111111").await;
    let url = format!("{}/api/partner/consumers/{consumer}", api.sandbox.url());
    let with = |effect: Effect| {
        api.sandbox.control().inject(Fault::new(effect).on("GET", template).once());
        let asked = api.http.get(&url).bearer_auth(api.token.as_deref().unwrap_or_default());
        async move {
            let answer = asked.send().await.unwrap();
            let media = answer.headers()["content-type"].to_str().unwrap().to_owned();
            (answer.status().as_u16(), media, answer.json::<Value>().await.unwrap())
        }
    };
    let usual = api.get(&format!("/api/partner/consumers/{consumer}")).await.expect(200);
    assert!(usual["phone"]["number"].is_string());
    let at = || "phone.number".to_owned();
    assert!(with(Effect::MissingField { at: at() }).await.2["phone"].get("number").is_none());
    assert_eq!(with(Effect::Null { at: at() }).await.2["phone"].get("number"), Some(&Value::Null));
    assert!(with(Effect::OtherType { at: at() }).await.2["phone"]["number"].is_number());
    assert_eq!(with(Effect::Value { at: at(), value: json!("new") }).await.2["phone"]["number"], "new");
    assert_eq!(with(Effect::OtherStatus { status: 206 }).await, (206, "application/json".into(), usual.clone()));
    let media = "application/hal+json".to_owned();
    assert_eq!(with(Effect::ContentType { media_type: media.clone() }).await, (200, media, usual));
    let (status, _, refusal) = with(Effect::UnknownCode { status: 409 }).await;
    assert_eq!((status, &refusal["errorCode"]), (409, &json!(UNKNOWN)));
}

#[tokio::test]
async fn a_fault_strikes_its_operation_and_count_only() {
    let api = Api::start().await;
    let template = "/api/partner/consumers/{consumerId}";
    let consumer = format!("/api/partner/consumers/{}", api.consumer("611111111").await);
    let refusal = Effect::Status { status: 503, body: None };
    api.sandbox.control().inject(Fault::new(refusal).on("GET", template).times(2));
    api.get(LEDGERS).await.expect(200);
    api.get(&consumer).await.expect(503);
    api.get(&consumer).await.expect(503);
    api.get(&consumer).await.expect(200);
}

#[tokio::test]
async fn a_probable_fault_is_the_same_for_the_same_seed() {
    async fn struck(seed: u64) -> Vec<u16> {
        let api = Api::with(Sandbox::builder().seed(seed)).await;
        let sometimes = Fault::new(Effect::Status { status: 503, body: None }).on("GET", LEDGERS).probability(0.5);
        api.sandbox.control().inject(sometimes);
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(api.get(LEDGERS).await.status);
        }
        statuses
    }
    let first = struck(3).await;
    assert!(first.contains(&200) && first.contains(&503));
    assert_eq!(first, struck(3).await);
}

#[tokio::test]
async fn the_journal_tells_what_arrived_and_keeps_secrets_out() {
    let payer = Payer::new().await;
    payer.pay().await.unwrap().expect(201);
    let entry = payer.api.sandbox.control().journal().remove(0);
    assert_eq!((entry.method.as_str(), entry.status), ("POST", Some(201)));
    assert_eq!(entry.template.as_deref(), Some(PAY));
    assert_eq!(entry.body_size, serde_json::to_vec(&payer.payment).unwrap().len());
    assert_eq!(entry.header("authorization"), Some("[redacted]"));
    assert!(!format!("{entry:?}").contains(payer.api.token.as_ref().unwrap()));
}

#[tokio::test]
async fn works_under_paused_time() {
    tokio::time::pause();
    let payer = Payer::new().await;
    payer.pay().await.unwrap().expect(201);
}
