//! The first generation of SCA headers, over TCP against a sandbox of 1.78.0. The library is built from a later description,
//! so the operation's row is made by hand here; everything from there on is the library's own way.

use std::time::Duration;

use linkcy_sandbox::{Control, Description, Sandbox};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Pending, Resumed, ScaCode, ScaFactor, ScaPolicy, ScaRefusal, SigningInput};
use crate::call::{Call, Operation, TakesSca, Written};
use crate::generated::raw;
use crate::operation::{Access, OperationInfo, Repeat, ScaHeaders};
use crate::types::{BeneficiaryTransactionCreateRequest, BeneficiaryTransactionCreateResponse as Paid};
use crate::{Client, Credentials, Environment, Error};

/// The row that 1.78.0 gives.
static PAY: OperationInfo = OperationInfo {
    id: "transactions_create_to_beneficiary",
    name: "transactions.create_to_beneficiary",
    method: "POST",
    path: "/api/partner/transactions",
    summary: "",
    area: None,
    access: Access::Bearer,
    deprecated: false,
    repeat: Repeat::Never,
    sca: Some(ScaHeaders {
        strategies: &["PUSH_NOTIFICATION", "JOIN_CODE", "FAIL", "BY_PASS"],
        default_strategy: Some("PUSH_NOTIFICATION"),
        factors: &["BIOMETRY", "PIN"],
        takes_id: true,
        takes_signature: false,
        pending: true,
    }),
    page: None,
    media: None,
    redirects: false,
    errors: &[],
};

struct Pay<'a>(&'a BeneficiaryTransactionCreateRequest);

impl Operation for Pay<'_> {
    type Output = Paid;
    const INFO: &'static OperationInfo = &PAY;

    fn write(&self, raw: &raw::Client) -> Written<Paid> {
        raw.transactions_create_to_beneficiary(self.0)
    }
}

impl TakesSca for Pay<'_> {}

struct World {
    sandbox: Sandbox,
    linkcy: Client,
    alice: Uuid,
    payment: BeneficiaryTransactionCreateRequest,
}

impl World {
    async fn new() -> Self {
        let sandbox = Sandbox::builder().description(Description::v1_78()).start().await.unwrap();
        let known = sandbox.credentials();
        let login = Credentials::partner(known.partner_name.as_str(), known.username.as_str(), known.password.as_str());
        let environment = Environment::at(sandbox.url()).unwrap();
        let linkcy = Client::builder(environment).credentials(login).build().unwrap();
        let token = linkcy.session().access_token(Duration::ZERO).await.unwrap();
        let send = async |request: reqwest::RequestBuilder| -> Value {
            let answer = request.bearer_auth(token.expose()).send().await.unwrap();
            let (status, text) = (answer.status(), answer.text().await.unwrap());
            assert!(status.is_success(), "{status} {text}");
            serde_json::from_str(&text).unwrap_or_default()
        };
        let http = reqwest::Client::new();
        let post =
            async |path: &str, body: Value| send(http.post(format!("{}{path}", sandbox.url())).json(&body)).await;
        let terms = format!("{}/api/partner/docs/terms?type=CONSUMER&language=EN", sandbox.url());
        let terms = send(http.get(terms)).await["version"].take();
        let phone = json!({ "countryCode": "33", "number": "612345678" });
        let alice = post(
            "/api/partner/consumers",
            json!({
                "firstName": "Alice", "lastName": "Martin", "phone": phone, "emailAddress": "alice@example.com",
                "lastTermsAccepted": terms,
            }),
        )
        .await["id"]
            .take();
        post("/api/partner/verifications/phone/send", json!({ "consumerId": alice })).await;
        post("/api/partner/verifications/phone/verify", json!({ "consumerId": alice, "code": "123456" })).await;
        post("/api/partner/kyc/simulate", json!({ "consumerId": alice, "kycStatus": "VALIDATED" })).await;
        let ledger = json!({ "endUserId": alice, "type": "EUR_FRANCE", "autoUpgrade": true });
        let ledger = post("/api/partner/ledgers", ledger).await["id"].take();
        post("/api/partner/ledgers/credit", json!({ "ledgerId": ledger, "amount": 100 })).await;
        let bob = post(
            "/api/partner/beneficiaries",
            json!({
                "endUserId": alice, "type": "PERSON", "name": "Bob",
                "bankingDetails": { "iban": "FR7630006000011234567890189", "bic": "BNPAFRPP" },
            }),
        )
        .await["id"]
            .take();
        let payment = json!({ "ledgerFromId": ledger, "beneficiaryId": bob, "amount": 10 });
        sandbox.control().clear_journal();
        Self {
            linkcy,
            alice: serde_json::from_value(alice).unwrap(),
            payment: serde_json::from_value(payment).unwrap(),
            sandbox,
        }
    }

    async fn with_phone() -> Self {
        let world = Self::new().await;
        world.control().register_device(world.alice);
        world
    }

    fn control(&self) -> Control {
        self.sandbox.control()
    }

    async fn pay(&self, policy: ScaPolicy) -> Result<Paid, Error> {
        Call::new(&self.linkcy, Pay(&self.payment)).sca(policy).await
    }

    async fn pending(&self, policy: ScaPolicy) -> Pending<Paid> {
        self.pay(policy).await.unwrap_err().into_pending().unwrap().interval(Duration::from_millis(1))
    }

    /// Every header of that name that arrived, in order.
    fn headers(&self, name: &str) -> Vec<Option<String>> {
        self.control().journal().iter().map(|entry| entry.header(name).map(str::to_owned)).collect()
    }
}

fn question(pending: &Pending<Paid>) -> Uuid {
    pending.interaction().id.as_deref().unwrap().parse().unwrap()
}

#[track_caller]
fn refused<T>(outcome: Result<T, Error>) -> ScaCode {
    match outcome.err() {
        Some(Error::Sca(error)) => error.code,
        other => panic!("expected an SCA refusal, found {other:?}"),
    }
}

#[tokio::test]
async fn a_push_is_completed_by_the_identical_call_with_its_id() {
    let world = World::with_phone().await;
    let pending = world.pending(ScaPolicy::PushNotification).await;
    let id = question(&pending);
    assert!(matches!(pending.resume().await, Ok(Resumed::NotYet)));
    assert!(world.control().approve(id));
    pending.wait().await.unwrap();
    let id = Some(id.to_string());
    assert_eq!(world.headers("linkcy-sca-id"), [None, id.clone(), id]);
    assert_eq!(world.headers("linkcy-sca-strategy"), vec![Some("PUSH_NOTIFICATION".to_owned()); 3]);
    assert_eq!(world.control().payments(), 1);
}

#[tokio::test]
async fn the_factor_is_sent_with_every_request() {
    let world = World::with_phone().await;
    let pending = world.pending(ScaPolicy::PushNotificationBy(ScaFactor::Pin)).await;
    pending.resume().await.unwrap();
    assert_eq!(world.headers("linkcy-sca-factor"), vec![Some("PIN".to_owned()); 2]);
}

#[tokio::test]
async fn a_join_code_comes_with_the_question() {
    let world = World::with_phone().await;
    assert_eq!(world.pending(ScaPolicy::PushNotification).await.interaction().join_code, None);
    let pending = world.pending(ScaPolicy::JoinCodeBy(ScaFactor::Biometry)).await;
    assert!(pending.interaction().join_code.is_some());
    assert!(pending.interaction().expires_at().is_some());
}

#[tokio::test]
async fn every_refusal_of_the_first_generation_is_told_by_its_code() {
    let world = World::new().await;
    assert_eq!(refused(world.pay(ScaPolicy::PushNotification).await), ScaCode::DeviceNotSet);
    world.control().register_device(world.alice);
    assert_eq!(refused(world.pay(ScaPolicy::Fail).await), ScaCode::Required);

    let declined = world.pending(ScaPolicy::PushNotification).await;
    world.control().decline(question(&declined));
    assert_eq!(refused(declined.wait().await), ScaCode::InteractionDeclined);

    let expired = world.pending(ScaPolicy::PushNotification).await;
    world.control().expire_interaction(question(&expired));
    assert_eq!(refused(expired.wait().await), ScaCode::InteractionDeclined);

    let done = world.pending(ScaPolicy::PushNotification).await;
    world.control().approve(question(&done));
    let mut copy = serde_json::to_value(done.stored()).unwrap();
    let resumed = |copy: &Value| {
        let mut stored: super::StoredPending<Paid> = serde_json::from_value(copy.clone()).unwrap();
        stored.request.operation = &PAY;
        world.linkcy.resume(stored).unwrap()
    };
    done.wait().await.unwrap();
    assert_eq!(refused(resumed(&copy).wait().await), ScaCode::InteractionAlreadyConsumed);

    let other = world.pending(ScaPolicy::PushNotification).await;
    copy["interaction"]["id"] = json!(other.interaction().id);
    copy["request"]["body"] = json!("e30=");
    // An empty object is refused before the interaction is looked at, or does not match it.
    assert!(resumed(&copy).wait().await.is_err());
    copy["interaction"]["id"] = json!(Uuid::nil());
    copy["request"]["body"] = serde_json::to_value(done.stored()).unwrap()["request"]["body"].take();
    assert_eq!(refused(resumed(&copy).wait().await), ScaCode::InteractionNotFound);
    assert_eq!(world.control().payments(), 1);
}

#[tokio::test]
async fn what_1_78_does_not_know_is_refused_before_sending() {
    struct Nobody;
    #[async_trait::async_trait]
    impl super::ScaSigner for Nobody {
        async fn sign(&self, _: &SigningInput) -> Result<super::Signature, super::SignerError> {
            Err("nobody is asked".into())
        }
    }
    let world = World::with_phone().await;
    let error = world.pay(ScaPolicy::data_signing(Nobody)).await.unwrap_err();
    assert!(matches!(error, Error::ScaPolicy(ScaRefusal::Strategy { .. })), "{error:?}");
    let prepared = Call::new(&world.linkcy, Pay(&world.payment)).prepare().await.unwrap();
    let signature = super::Signature::new("PowerAuth").unwrap();
    assert!(world.linkcy.send_prepared(prepared, signature).await.is_err());
    assert_eq!(world.control().journal().len(), 0);
}

/// The values of every `errorCode` in a description.
fn codes(description: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open = vec![description];
    while let Some(value) = open.pop() {
        match value.get("errorCode") {
            // Of a schema, or of an example.
            Some(Value::Object(schema)) => {
                found.extend(
                    schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str),
                );
            }
            Some(Value::String(code)) => found.push(code),
            _ => {}
        }
        match value {
            Value::Object(members) => open.extend(members.values()),
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

/// What the guides name and 1.78.0 does not list by `errorCode`.
const IN_PROSE: [&str; 7] = [
    "SCA_FACTOR_NOT_SET",
    "SCA_INTERACTION_ALREADY_CONSUMED",
    "SCA_INTERACTION_DECLINED",
    "SCA_INTERACTION_DOES_NOT_MATCH",
    "SCA_INTERACTION_NOT_COMPLETED",
    "SCA_INTERACTION_NOT_FOUND",
    "SCA_REQUIRED",
];

#[test]
fn every_documented_code_of_both_generations_is_a_variant() {
    for text in [include_str!("../../openapi/linkcy.json"), include_str!("../../openapi/archive/1.78.0.json")] {
        let description: Value = serde_json::from_str(text).unwrap();
        let listed: Vec<&str> = codes(&description).into_iter().filter(|code| code.contains("SCA_")).collect();
        assert!(!listed.is_empty());
        for code in listed.into_iter().chain(IN_PROSE) {
            let read = ScaCode::of(&code.to_owned().into());
            assert!(matches!(read, Some(ref read) if !matches!(read, ScaCode::Other(_))), "{code}: {read:?}");
        }
    }
}
