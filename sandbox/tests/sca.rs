//! Strong customer authentication, both generations, from both sides.

mod support;

use jiff::SignedDuration;
use linkcy_sandbox::sca::{
    DeviceKey, InteractionState, ScaDemand, SignatureType, SignedRequest, UriIdentifier, sign, sign_with,
};
use linkcy_sandbox::{Clock, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Answer, Api};

const PAY: &str = "/api/partner/transactions";

struct Payer {
    api: Api,
    consumer: String,
    ledger: String,
    payment: Value,
}

impl Payer {
    async fn new(api: Api) -> Self {
        let consumer = api.banked_consumer("612345678").await;
        let ledger = api.ledger(&consumer, 100).await;
        let beneficiary = api.beneficiary(&consumer).await;
        let payment = json!({ "ledgerFromId": ledger, "beneficiaryId": beneficiary, "amount": 10 });
        Self { api, consumer, ledger, payment }
    }

    async fn on_a_standing_clock() -> Self {
        let clock = Clock::standing("2026-03-01T10:00:00Z".parse().unwrap());
        let builder = Sandbox::builder().clock(clock).token_life(SignedDuration::from_hours(24));
        Self::new(Api::with(builder).await).await
    }

    fn device(&self) -> DeviceKey {
        self.api.sandbox.control().register_device(self.consumer.parse().unwrap())
    }

    async fn pay(&self, headers: &[(&str, &str)]) -> Answer {
        self.api.send(Method::POST, PAY, Some(self.payment.clone()), headers).await
    }

    async fn pay_by_push(&self) -> Answer {
        self.pay(&[("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION")]).await
    }

    async fn pay_signed(&self, signature: &str) -> Answer {
        self.pay(&[("Linkcy-SCA-Strategy", "DATA_SIGNING"), ("Linkcy-SCA-Signature", signature)]).await
    }

    fn signature(&self, key: &DeviceKey, path: &str, nonce: u8) -> String {
        let body = serde_json::to_vec(&self.payment).unwrap();
        let request = SignedRequest { method: "POST", path, query: "", body: &body };
        sign(key, request, self.api.sandbox.control().clock().now(), [nonce; 16])
    }

    fn payments(&self) -> usize {
        self.api.sandbox.control().payments()
    }
}

fn sca_id(waiting: &Value) -> uuid::Uuid {
    waiting["scaId"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_push_is_completed_by_the_identical_request_once_approved() {
    let payer = Payer::new(Api::start().await).await;
    payer.device();
    let control = payer.api.sandbox.control();

    let waiting = payer.pay_by_push().await.expect(202);
    assert_eq!(waiting["ttl"]["seconds"], 300);
    assert_eq!(payer.pay_by_push().await.expect(202)["scaId"], waiting["scaId"]);
    assert_eq!(payer.payments(), 0);

    assert!(control.approve(sca_id(&waiting)));
    payer.pay_by_push().await.expect(201);
    assert_eq!(payer.payments(), 1);
    // Consumed: the same request again is a new question.
    assert_ne!(payer.pay_by_push().await.expect(202)["scaId"], waiting["scaId"]);
}

#[tokio::test]
async fn a_declined_push_is_refused_and_an_expired_one_asked_again() {
    let payer = Payer::new(Api::start().await).await;
    payer.device();
    let control = payer.api.sandbox.control();

    let first = payer.pay_by_push().await.expect(202);
    assert!(control.decline(sca_id(&first)));
    assert_eq!(payer.pay_by_push().await.refused(409), "SCA_REQUIRED");

    let second = payer.pay_by_push().await.expect(202);
    assert!(control.expire_interaction(sca_id(&second)));
    assert!(!control.approve(sca_id(&second)));
    let third = payer.pay_by_push().await.expect(202);
    assert_ne!(third["scaId"], second["scaId"]);
    assert_eq!(payer.payments(), 0);
}

#[tokio::test]
async fn an_approval_is_for_one_body_only() {
    let mut payer = Payer::new(Api::start().await).await;
    payer.device();
    payer.pay_by_push().await.expect(202);
    assert_eq!(payer.api.sandbox.control().approve_all(), 1);
    payer.payment["amount"] = json!(99);
    payer.pay_by_push().await.expect(202);
    assert_eq!(payer.payments(), 0);
}

#[tokio::test]
async fn a_push_needs_a_device_that_can_confirm() {
    let payer = Payer::new(Api::start().await).await;
    assert_eq!(payer.pay_by_push().await.refused(404), "NO_ACTIVE_SCA_DEVICE_FOUND");
    let key = payer.device();
    assert!(payer.api.sandbox.control().block_device(key.device));
    assert_eq!(payer.pay_by_push().await.refused(409), "SCA_DEVICE_NOT_VALID");
}

#[tokio::test]
async fn a_data_signature_over_the_exact_request_lets_it_pass_once() {
    let payer = Payer::on_a_standing_clock().await;
    let signature = payer.signature(&payer.device(), PAY, 1);
    payer.pay_signed(&signature).await.expect(201);
    assert_eq!(payer.pay_signed(&signature).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
    assert_eq!(payer.payments(), 1);
}

#[tokio::test]
async fn a_data_signature_is_good_for_thirty_seconds() {
    let payer = Payer::on_a_standing_clock().await;
    let key = payer.device();
    let (first, second) = (payer.signature(&key, PAY, 1), payer.signature(&key, PAY, 2));
    payer.api.sandbox.control().advance(SignedDuration::from_secs(30));
    payer.pay_signed(&first).await.expect(201);
    payer.api.sandbox.control().advance(SignedDuration::from_secs(1));
    assert_eq!(payer.pay_signed(&second).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
}

#[tokio::test]
async fn a_data_signature_over_another_body_or_path_is_refused() {
    let mut payer = Payer::on_a_standing_clock().await;
    let key = payer.device();
    let other_path = payer.signature(&key, "/api/partner/transactions/inter-ledger", 1);
    assert_eq!(payer.pay_signed(&other_path).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
    let other_body = payer.signature(&key, PAY, 2);
    payer.payment["amount"] = json!(11);
    assert_eq!(payer.pay_signed(&other_body).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
    assert_eq!(payer.payments(), 0);
}

#[tokio::test]
async fn a_signature_is_spent_even_when_the_operation_is_refused() {
    let mut payer = Payer::on_a_standing_clock().await;
    payer.payment["amount"] = json!(1000);
    let signature = payer.signature(&payer.device(), PAY, 1);
    assert_eq!(payer.pay_signed(&signature).await.refused(409), "LEDGER_MUST_BE_PROVISIONED");
    assert_eq!(payer.pay_signed(&signature).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
}

#[tokio::test]
async fn a_missing_malformed_or_foreign_signature_is_refused_by_its_own_code() {
    let payer = Payer::on_a_standing_clock().await;
    let signing = ("Linkcy-SCA-Strategy", "DATA_SIGNING");
    assert_eq!(payer.pay(&[signing]).await.refused(409), "SCA_SIGNATURE_MISSING");
    assert_eq!(payer.pay_signed("nonsense").await.refused(409), "SCA_SIGNATURE_FORMAT_INVALID");
    let stranger = payer.api.consumer("611111111").await;
    let foreign = payer.api.sandbox.control().register_device(stranger.parse().unwrap());
    let signature = payer.signature(&foreign, PAY, 1);
    assert_eq!(payer.pay_signed(&signature).await.refused(404), "NO_ACTIVE_SCA_DEVICE_FOUND");
}

#[tokio::test]
async fn by_pass_passes_unless_the_sandbox_is_as_strict_as_production() {
    let by_pass = ("Linkcy-SCA-Strategy", "BY_PASS");
    let lenient = Payer::new(Api::with(Sandbox::builder().sca(ScaDemand::WhenAsked)).await).await;
    lenient.pay(&[by_pass]).await.expect(201);

    let api = Api::with(Sandbox::builder().sca(ScaDemand::Strict)).await;
    let consumer = api.banked_consumer("612345678").await;
    let beneficiary = support::beneficiary(&consumer, "Bob", "FR7630006000011234567890189");
    let add = |strategy: &'static str| {
        let body = Some(beneficiary.clone());
        api.send(
            Method::POST,
            "/api/partner/beneficiaries",
            body,
            if strategy.is_empty() { &[] } else { &[("Linkcy-SCA-Strategy", "BY_PASS")] },
        )
    };
    assert_eq!(add("BY_PASS").await.refused(409), "SCA_REQUIRED");
    assert_eq!(add("").await.refused(404), "NO_ACTIVE_SCA_DEVICE_FOUND");
}

#[tokio::test]
async fn a_login_can_wait_for_a_push() {
    let payer = Payer::new(Api::start().await).await;
    payer.device();
    payer.api.consumer_tokens("33612345678").await;
    let login = json!({ "consumerPhone": "33612345678", "partnerName": "sandbox", "password": "s3cret-pw" });
    let push = [("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION")];
    let log_in = || payer.api.send(Method::POST, "/api/partner/login", Some(login.clone()), &push);
    log_in().await.expect(202);
    payer.api.sandbox.control().approve_all();
    assert_eq!(log_in().await.expect(200)["endUserId"], payer.consumer.as_str());
}

#[tokio::test]
async fn in_1_78_a_push_is_completed_with_its_id() {
    let payer = Payer::new(Api::v1_78().await).await;
    let push = ("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION");
    assert_eq!(payer.pay(&[push]).await.refused(409), "SCA_DEVICE_NOT_SET");
    payer.device();
    let waiting = payer.pay(&[push]).await.expect(202);
    let id = waiting["scaId"].as_str().unwrap();
    let complete = [push, ("Linkcy-SCA-Id", id)];
    assert_eq!(payer.pay(&complete).await.refused(409), "SCA_INTERACTION_NOT_COMPLETED");

    let control = payer.api.sandbox.control();
    assert!(control.approve(sca_id(&waiting)));
    payer.pay(&complete).await.expect(201);
    assert_eq!(payer.pay(&complete).await.refused(409), "SCA_INTERACTION_ALREADY_CONSUMED");
    assert_eq!(payer.payments(), 1);
    assert_eq!(control.interactions()[0].state, InteractionState::Consumed);
}

#[tokio::test]
async fn in_1_78_every_refusal_of_a_push_has_its_code() {
    let mut payer = Payer::new(Api::v1_78().await).await;
    payer.device();
    let control = payer.api.sandbox.control();
    let unknown = "7d0cbd68-9b9e-4f0c-9c0c-0c0ffee00000";
    assert_eq!(payer.pay(&[("Linkcy-SCA-Id", unknown)]).await.refused(404), "SCA_INTERACTION_NOT_FOUND");
    assert_eq!(payer.pay(&[("Linkcy-SCA-Strategy", "FAIL")]).await.refused(409), "SCA_REQUIRED");

    let join = payer.pay(&[("Linkcy-SCA-Strategy", "JOIN_CODE")]).await.expect(202);
    assert!(join["joinCode"].is_string());
    let id = join["scaId"].as_str().unwrap();
    assert!(control.decline(sca_id(&join)));
    assert_eq!(payer.pay(&[("Linkcy-SCA-Id", id)]).await.refused(409), "SCA_INTERACTION_DECLINED");

    payer.payment["amount"] = json!(11);
    assert_eq!(payer.pay(&[("Linkcy-SCA-Id", id)]).await.refused(409), "SCA_INTERACTION_DOES_NOT_MATCH");
    assert_eq!(payer.api.balance(&payer.ledger).await.0, 100);
}

#[tokio::test]
async fn in_1_78_a_factor_has_to_be_set_up_first() {
    let payer = Payer::new(Api::v1_78().await).await;
    let enrol = json!({ "endUserId": payer.consumer, "endpointId": "phone-1", "factor": "PIN" });
    let device = payer.api.post("/api/partner/sca", enrol).await.expect(201);
    let pin = [("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION"), ("Linkcy-SCA-Factor", "PIN")];
    assert_eq!(payer.pay(&pin).await.refused(400), "SCA_FACTOR_NOT_SET");
    assert!(payer.api.sandbox.control().activate_device(device["id"].as_str().unwrap().parse().unwrap()));
    payer.pay(&pin).await.expect(202);
    let again = json!({ "endUserId": payer.consumer, "endpointId": "phone-2" });
    assert_eq!(payer.api.post("/api/partner/sca", again).await.refused(409), "SCA_DEVICE_ALREADY_SET");
    let biometry = [("Linkcy-SCA-Strategy", "PUSH_NOTIFICATION")];
    assert_eq!(payer.pay(&biometry).await.refused(400), "SCA_FACTOR_NOT_SET");
}

impl Payer {
    /// A signature as the PowerAuth SDK makes it, without time.
    fn signed_with(&self, key: &DeviceKey, kind: SignatureType, path: &str) -> String {
        let body = serde_json::to_vec(&self.payment).unwrap();
        let request = SignedRequest { method: "POST", path, query: "", body: &body };
        sign_with(key, kind, request, None, fastrand::u128(..).to_be_bytes())
    }
}

#[tokio::test]
async fn a_device_may_be_nineteen_signatures_ahead_and_no_more() {
    for (skipped, fits) in [(0, true), (19, true), (20, false), (25, false)] {
        let payer = Payer::new(Api::start().await).await;
        let key = payer.device();
        for _ in 0..skipped {
            payer.signed_with(&key, SignatureType::PossessionBiometry, PAY);
        }
        let answer = payer.pay_signed(&payer.signed_with(&key, SignatureType::PossessionBiometry, PAY)).await;
        assert_eq!(answer.status == 201, fits, "{skipped}: {}", answer.body);
        // Where it fitted the server has caught up: the next one fits as well.
        if fits {
            payer.pay_signed(&payer.signed_with(&key, SignatureType::PossessionKnowledge, PAY)).await.expect(201);
        }
    }
}

#[tokio::test]
async fn a_signature_is_good_once_even_with_another_nonce_in_its_header() {
    let payer = Payer::new(Api::start().await).await;
    let key = payer.device();
    let signed = payer.signed_with(&key, SignatureType::PossessionBiometry, PAY);
    payer.pay_signed(&signed).await.expect(201);
    assert_eq!(payer.pay_signed(&signed).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
    let (before, nonce) = signed.split_once("pa_nonce=\"").unwrap();
    let other = format!("{before}pa_nonce=\"{}{}", "AAAAAAAAAAAAAAAAAAAAAA==", &nonce[24..]);
    assert_eq!(payer.pay_signed(&other).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
    assert_eq!(payer.payments(), 1);
}

#[tokio::test]
async fn failed_tries_in_a_row_block_the_device_and_a_success_with_two_factors_forgives_them() {
    let payer = Payer::new(Api::with(Sandbox::builder().failed_signatures(3)).await).await;
    let key = payer.device();
    let wrong = || payer.signed_with(&key, SignatureType::PossessionBiometry, "/somewhere/else");
    let good = |kind| payer.signed_with(&key, kind, PAY);
    for (kind, forgives) in [(SignatureType::PossessionKnowledge, true), (SignatureType::Possession, false)] {
        for _ in 0..2 {
            assert_eq!(payer.pay_signed(&wrong()).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
        }
        payer.pay_signed(&good(kind)).await.expect(201);
        // The third in a row blocks, unless the success in between has set the count back.
        assert_eq!(payer.pay_signed(&wrong()).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
        let after = payer.pay_signed(&good(SignatureType::PossessionBiometry)).await;
        match forgives {
            true => drop(after.expect(201)),
            false => assert_eq!(after.refused(409), "SCA_DEVICE_NOT_VALID"),
        }
    }
}

#[tokio::test]
async fn what_a_signature_names_the_operation_by_is_a_setting() {
    let word = UriIdentifier::Word("/linkcy".into());
    for (setting, fits) in [
        (UriIdentifier::Path, "path"),
        (UriIdentifier::Template, "/api/partner/consumers/{consumerId}"),
        (word, "/linkcy"),
    ] {
        let payer = Payer::new(Api::with(Sandbox::builder().uri_identifier(setting.clone())).await).await;
        let (key, patch) = (payer.device(), json!({ "occupation": "ENGINEER" }));
        let path = format!("/api/partner/consumers/{}", payer.consumer);
        for name in [path.as_str(), "/api/partner/consumers/{consumerId}", "/linkcy"] {
            let body = serde_json::to_vec(&patch).unwrap();
            let request = SignedRequest { method: "PATCH", path: name, query: "", body: &body };
            let nonce = fastrand::u128(..).to_be_bytes();
            let signature = sign_with(&key, SignatureType::PossessionBiometry, request, None, nonce);
            let signed = [("Linkcy-SCA-Strategy", "DATA_SIGNING"), ("Linkcy-SCA-Signature", signature.as_str())];
            let answer = payer.api.send(Method::PATCH, &path, Some(patch.clone()), &signed).await;
            let should = name == fits || fits == "path" && name == path;
            assert_eq!(answer.status == 200, should, "{setting:?} {name}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_saved_device_signs_on_where_it_stopped() {
    let payer = Payer::new(Api::start().await).await;
    let key = payer.device();
    payer.pay_signed(&payer.signed_with(&key, SignatureType::PossessionBiometry, PAY)).await.expect(201);
    let loaded = DeviceKey::load(&key.save()).unwrap();
    payer.pay_signed(&payer.signed_with(&loaded, SignatureType::PossessionKnowledge, PAY)).await.expect(201);
    let mut broken = key.save();
    broken["counter"] = json!("short");
    assert!(DeviceKey::load(&broken).is_none());
}

#[tokio::test]
async fn a_signature_by_a_factor_that_is_not_set_up_does_not_match() {
    let payer = Payer::new(Api::start().await).await;
    let enrol = json!({ "endUserId": payer.consumer, "endpointId": "phone", "factor": "PIN" });
    let device = payer.api.post("/api/partner/sca", enrol).await.expect(201)["id"].as_str().unwrap().parse().unwrap();
    let control = payer.api.sandbox.control();
    let key = control.device_key(device).unwrap();
    let pay = |kind| {
        let signed = payer.signed_with(&key, kind, PAY);
        let payer = &payer;
        async move { payer.pay_signed(&signed).await }
    };
    assert_eq!(pay(SignatureType::PossessionKnowledge).await.refused(409), "SCA_DEVICE_NOT_VALID");
    control.activate_device(device);
    assert_eq!(pay(SignatureType::PossessionBiometry).await.refused(401), "SCA_SIGNATURE_DOES_NOT_MATCH");
    pay(SignatureType::PossessionKnowledge).await.expect(201);
}
