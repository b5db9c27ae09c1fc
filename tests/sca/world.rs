//! A sandbox with Alice in it: a ledger, a card, a beneficiary, and a phone that signs.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use linkcy::sca::{Completion, Pending, ScaSigner, Signature, SignerError, SigningInput};
use linkcy::types::{BeneficiaryTransactionCreateRequest, BeneficiaryTransactionCreateResponse};
use linkcy::{Client, ClientBuilder, Credentials, Environment, Error, ScaPolicy};
use linkcy_sandbox::sca::{DeviceKey, SignedRequest, sign};
use linkcy_sandbox::{Builder, Clock, Control, Sandbox};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

pub const PASSWORD: &str = "s3cret-pw";
pub const PHONE: &str = "33612345678";
pub const LOGIN: &str = "/api/partner/login";
pub const REFRESH: &str = "/api/partner/refresh";
pub const PAY: &str = "/api/partner/transactions";

pub type Paid = BeneficiaryTransactionCreateResponse;

pub struct World {
    pub sandbox: Sandbox,
    /// Logged in as the partner; completes by repeating.
    pub partner: Client,
    pub alice: Uuid,
    pub ledger: Uuid,
    pub other_ledger: Uuid,
    pub card: Uuid,
    pub profile: Uuid,
    pub beneficiary: Uuid,
    /// What she logged in with last.
    pub refresh_token: String,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Sandbox::builder()).await
    }

    pub async fn with(builder: Builder) -> Self {
        let sandbox = builder.start().await.unwrap();
        let partner =
            client_of(&sandbox, partner_of(&sandbox)).sca_completion(Completion::RepeatIdentical).build().unwrap();
        let clock = sandbox.control().clock().clone();
        let api = Api { client: &partner, clock };
        let terms = api.get("/api/partner/docs/terms?type=CONSUMER&language=EN").await;
        let consumer = json!({
            "firstName": "Alice",
            "lastName": "Martin",
            "phone": { "countryCode": "33", "number": "612345678" },
            "emailAddress": "alice@example.com",
            "lastTermsAccepted": terms["version"],
        });
        let alice = api.make("/api/partner/consumers", consumer).await;
        api.post("/api/partner/verifications/phone/send", json!({ "consumerId": alice })).await;
        api.post("/api/partner/verifications/phone/verify", json!({ "consumerId": alice, "code": "123456" })).await;
        api.post("/api/partner/kyc/simulate", json!({ "consumerId": alice, "kycStatus": "VALIDATED" })).await;
        let key = sandbox.control().register_device(alice);
        let mut ledgers = Vec::new();
        for _ in 0..2 {
            let ledger = json!({ "endUserId": alice, "type": "EUR_FRANCE", "autoUpgrade": true });
            ledgers.push(api.make("/api/partner/ledgers", ledger).await);
        }
        let (ledger, other_ledger) = (ledgers[0], ledgers[1]);
        api.post("/api/partner/ledgers/credit", json!({ "ledgerId": ledger, "amount": 1000 })).await;
        let beneficiary = api
            .make_signed(
                &key,
                "/api/partner/beneficiaries",
                json!({
                    "endUserId": alice,
                    "type": "PERSON",
                    "name": "Bob Durand",
                    "bankingDetails": { "iban": "FR7630006000011234567890189", "bic": "BNPAFRPP" },
                }),
            )
            .await;
        let profile = api.card_profile("VIRTUAL").await;
        let plastic = json!({
            "ledgerId": ledger,
            "profileId": api.card_profile("PHYSICAL").await,
            "deliveryMethod": "FRENCH_MAIL",
        });
        let card = api.make_signed(&key, "/api/partner/cards", plastic).await;
        let pan = api.get(&format!("/api/partner/cards/{card}/pan")).await;
        api.post(&format!("/api/partner/cards/{card}/activate"), json!({ "truncatedPan": pan })).await;
        let name = &sandbox.credentials().partner_name;
        let reset = json!({ "consumerPhone": PHONE, "partnerName": name, "phone": "0" });
        let secret = api.post("/api/partner/passwords/reset/sandbox", reset).await;
        let change = json!({ "passwordChangeSecret": secret["passwordChangeSecret"], "newPassword": PASSWORD });
        let tokens = api.post("/api/partner/passwords/change", change).await;
        let refresh_token = tokens["refreshToken"].as_str().unwrap().to_owned();
        sandbox.control().clear_journal();
        Self { partner, alice, ledger, other_ledger, card, profile, beneficiary, refresh_token, sandbox }
    }

    pub fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// Registers a phone for Alice, which signs with its own key.
    pub fn phone(&self) -> Phone {
        let control = self.control();
        Phone::new(control.register_device(self.alice), control.clock().clone())
    }

    /// A client of this sandbox, to be built.
    pub fn client(&self, credentials: Credentials) -> ClientBuilder {
        client_of(&self.sandbox, credentials)
    }

    pub fn alices_credentials(&self) -> Credentials {
        Credentials::consumer(PHONE, self.sandbox.credentials().partner_name.as_str(), PASSWORD)
    }

    pub fn partners_credentials(&self) -> Credentials {
        partner_of(&self.sandbox)
    }

    pub fn payment(&self) -> BeneficiaryTransactionCreateRequest {
        typed(json!({ "ledgerFromId": self.ledger, "beneficiaryId": self.beneficiary, "amount": 10.00 }))
    }

    /// A payment that waits for Alice.
    pub async fn pending_payment(&self) -> Pending<Paid> {
        let payment = self.payment();
        let call = self.partner.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::PushNotification);
        call.await.unwrap_err().into_pending().unwrap().interval(std::time::Duration::from_millis(1))
    }

    /// How many requests to that path template arrived.
    pub fn arrived(&self, path: &str) -> usize {
        self.control().journal().iter().filter(|entry| entry.template.as_deref() == Some(path)).count()
    }

    /// That SCA header of every request to that path template, in order of arrival.
    pub fn headers(&self, path: &str, header: &str) -> Vec<Option<String>> {
        let entries = self.control().journal();
        let fitting = entries.iter().filter(|entry| entry.template.as_deref() == Some(path));
        fitting.map(|entry| entry.header(header).map(str::to_owned)).collect()
    }
}

fn client_of(sandbox: &Sandbox, credentials: Credentials) -> ClientBuilder {
    Client::builder(Environment::at(sandbox.url()).unwrap()).credentials(credentials)
}

fn partner_of(sandbox: &Sandbox) -> Credentials {
    let known = sandbox.credentials();
    Credentials::partner(known.partner_name.as_str(), known.username.as_str(), known.password.as_str())
}

pub fn typed<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// The id by which the sandbox knows what a pending call waits for.
pub fn question<T>(pending: &Pending<T>) -> Uuid {
    pending.interaction().id.as_deref().unwrap().parse().unwrap()
}

/// The SCA code a call was refused with.
#[track_caller]
pub fn refused<T>(outcome: Result<T, Error>) -> String {
    match outcome.err() {
        Some(Error::Sca(error)) => error.code.as_str().to_owned(),
        other => panic!("expected an SCA refusal, found {other:?}"),
    }
}

/// The sandbox without this crate's client, for what the tests take for granted.
struct Api<'c> {
    client: &'c Client,
    clock: Clock,
}

impl Api<'_> {
    async fn send(&self, request: reqwest::RequestBuilder) -> Value {
        let token = self.client.session().access_token(std::time::Duration::ZERO).await.unwrap();
        let answer = request.bearer_auth(token.expose()).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success() && status != 202, "{status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.client.environment().origin())
    }

    async fn get(&self, path: &str) -> Value {
        self.send(reqwest::Client::new().get(self.address(path))).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.send(reqwest::Client::new().post(self.address(path)).json(&body)).await
    }

    async fn card_profile(&self, kind: &str) -> Uuid {
        let query = format!("userTypes=CONSUMER&ledgerTypes=EUR_FRANCE&cardTypes={kind}");
        let profiles = self.get(&format!("/api/partner/card-profiles?{query}")).await;
        profiles["content"][0]["id"].as_str().unwrap().parse().unwrap()
    }

    async fn make(&self, path: &str, body: Value) -> Uuid {
        self.post(path, body).await["id"].as_str().unwrap().parse().unwrap()
    }

    /// Makes what takes SCA, however strict the sandbox is: signed.
    async fn make_signed(&self, key: &DeviceKey, path: &str, body: Value) -> Uuid {
        let body = serde_json::to_vec(&body).unwrap();
        let signed = SignedRequest { method: "POST", path, query: "", body: &body };
        let signature = sign(key, signed, self.clock.now(), nonce());
        let request = reqwest::Client::new()
            .post(self.address(path))
            .header("Content-Type", "application/json")
            .header("Linkcy-SCA-Strategy", "DATA_SIGNING")
            .header("Linkcy-SCA-Signature", signature);
        self.send(request.body(body)).await["id"].as_str().unwrap().parse().unwrap()
    }
}

/// The sandbox takes each nonce once.
fn nonce() -> [u8; 16] {
    fastrand::u128(..).to_be_bytes()
}

/// Alice's phone.
pub struct Phone {
    pub key: DeviceKey,
    clock: Clock,
    made: AtomicUsize,
    signing: AtomicUsize,
    /// The most that were being signed at once.
    pub at_once: AtomicUsize,
    /// The bodies that were signed, in order.
    pub signed: Mutex<Vec<SigningInput>>,
}

impl Phone {
    pub fn new(key: DeviceKey, clock: Clock) -> Self {
        Self {
            key,
            clock,
            made: AtomicUsize::new(0),
            signing: AtomicUsize::new(0),
            at_once: AtomicUsize::new(0),
            signed: Mutex::default(),
        }
    }

    /// The header value for this input.
    pub fn signature(&self, input: &SigningInput) -> String {
        self.made.fetch_add(1, Ordering::Relaxed);
        let request = SignedRequest { method: input.method, path: &input.path, query: &input.query, body: &input.body };
        sign(&self.key, request, self.clock.now(), nonce())
    }

    pub fn times(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }
}

/// A phone that tests keep a hand on.
pub struct Held(pub std::sync::Arc<Phone>);

#[async_trait]
impl ScaSigner for Held {
    async fn sign(&self, input: &SigningInput) -> Result<Signature, SignerError> {
        let phone = &self.0;
        let now = phone.signing.fetch_add(1, Ordering::SeqCst) + 1;
        phone.at_once.fetch_max(now, Ordering::SeqCst);
        // Lets every other task run that could get in between.
        tokio::task::yield_now().await;
        phone.signed.lock().unwrap().push(input.clone());
        let signature = phone.signature(input);
        phone.signing.fetch_sub(1, Ordering::SeqCst);
        Ok(Signature::new(signature)?)
    }
}
