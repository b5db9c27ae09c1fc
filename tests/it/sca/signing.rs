//! Data signing: who is asked when, for what bytes, and how often it leaves.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use linkcy::sca::{InvalidSignature, ScaRefusal, ScaSigner, Signature, SignerError, SigningDevice, SigningInput};
use linkcy::{Client, Credentials, Error, ScaPolicy};
use linkcy_sandbox::Control;
use linkcy_sandbox::faults::{Effect, Fault};

use super::world::{Held, LOGIN, PAY, Phone, REFRESH, World};

async fn pay(client: &Client, world: &World) -> Result<(), Error> {
    client.transactions().create_to_beneficiary(world.payment()).await.map(drop)
}

fn signing(world: &World) -> (Arc<Phone>, SigningDevice) {
    let phone = Arc::new(world.phone());
    let device = SigningDevice::new(Held(Arc::clone(&phone)));
    (phone, device)
}

#[tokio::test]
async fn the_device_signs_exactly_the_bytes_that_are_sent() {
    let world = World::new().await;
    let (phone, device) = signing(&world);
    let client = world.partner.with_sca(ScaPolicy::DataSigning(device)).unwrap();
    pay(&client, &world).await.unwrap();
    let inputs = phone.signed.lock().unwrap();
    let [input] = inputs.as_slice() else { panic!("{inputs:?}") };
    assert_eq!((input.operation, input.method), ("transactions.create_to_beneficiary", "POST"));
    assert_eq!((input.path_template, input.path.as_str(), input.query.as_str()), (PAY, PAY, ""));
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&input.body).unwrap()["beneficiaryId"],
        world.beneficiary.to_string()
    );
    // The sandbox verified the signature over what arrived, or the payment would not be booked.
    assert_eq!(world.control().payments(), 1);
}

#[tokio::test]
async fn a_hundred_concurrent_calls_of_one_device_never_overlap_in_its_signer() {
    let world = World::new().await;
    let (phone, device) = signing(&world);
    let client = world.partner.with_sca(ScaPolicy::DataSigning(device)).unwrap();
    let calls = (0..100).map(|_| {
        let (client, payment) = (client.clone(), world.payment());
        tokio::spawn(async move { client.transactions().create_to_beneficiary(&payment).await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(phone.at_once.load(Ordering::SeqCst), 1);
    assert_eq!((phone.times(), world.control().payments()), (100, 100));
}

#[tokio::test]
async fn a_cancelled_call_gives_the_device_free() {
    struct Never;
    #[async_trait]
    impl ScaSigner for Never {
        async fn sign(&self, _: &SigningInput) -> Result<Signature, SignerError> {
            std::future::pending().await
        }
    }
    let world = World::new().await;
    let client = world.partner.with_sca(ScaPolicy::data_signing(Never)).unwrap();
    for _ in 0..2 {
        // The second one gets as far as the first: to the signer, past the turn.
        let (payment, deadline) = (world.payment(), Duration::from_millis(50));
        let call = client.transactions().create_to_beneficiary(&payment);
        let error = call.deadline(deadline).await.unwrap_err();
        assert!(matches!(error, Error::Transport(_)), "{error:?}");
    }
    assert_eq!(world.arrived(PAY), 0);
}

#[tokio::test]
async fn a_signed_call_that_is_dropped_on_its_way_gives_the_device_free() {
    let world = World::new().await;
    let (phone, device) = signing(&world);
    let client = world.partner.with_sca(ScaPolicy::DataSigning(device)).unwrap();
    let held = world.control().inject(Fault::new(Effect::Hold).on("POST", PAY).once());
    tokio::select! {
        _ = pay(&client, &world) => panic!("it is held"),
        () = held.wait_until_struck(1) => {}
    }
    pay(&client, &world).await.unwrap();
    assert_eq!((phone.times(), world.arrived(PAY)), (2, 2));
}

/// A token of 1970: `{"exp":1}`.
const EXPIRED: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln";

/// Notes what had arrived at the sandbox when it was asked to sign.
struct Witness {
    phone: Phone,
    control: Control,
    seen: Arc<Mutex<Vec<Vec<String>>>>,
}

#[async_trait]
impl ScaSigner for Witness {
    async fn sign(&self, input: &SigningInput) -> Result<Signature, SignerError> {
        let seen = self.control.journal().into_iter().filter_map(|entry| entry.template).collect();
        self.seen.lock().unwrap().push(seen);
        Ok(Signature::new(self.phone.signature(input))?)
    }
}

#[tokio::test]
async fn a_refresh_between_policy_and_sending_does_not_age_the_signature() {
    let world = World::new().await;
    let seen = Arc::default();
    let witness = Witness { phone: world.phone(), control: world.control(), seen: Arc::clone(&seen) };
    // Alice's access token has expired long ago, so the call has to refresh first.
    let alice = world.client(Credentials::tokens(EXPIRED, Some(world.refresh_token.as_str().into()))).build().unwrap();
    let payment = world.payment();
    let call = alice.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::data_signing(witness));
    call.await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(*seen, [[REFRESH.to_owned()]], "signed once, after the refresh");
    assert_eq!(world.control().payments(), 1);
}

#[tokio::test]
async fn a_login_that_is_signed_by_the_same_device_does_not_wait_for_itself() {
    let world = World::new().await;
    let (phone, device) = signing(&world);
    let alice = world.client(world.alices_credentials()).sca(ScaPolicy::DataSigning(device)).build().unwrap();
    pay(&alice, &world).await.unwrap();
    assert_eq!(phone.times(), 2, "the login, then the payment");
    // Expired at the server only: the call's own 401 refreshes, and the refresh has to be signed too.
    world.control().expire_access_tokens();
    let error = pay(&alice, &world).await.unwrap_err();
    assert_eq!(error.status(), Some(401), "{error:?}");
    assert_eq!(world.headers(REFRESH, "linkcy-sca-strategy"), [Some("DATA_SIGNING".to_owned())]);
    pay(&alice, &world).await.unwrap();
    assert_eq!(world.control().payments(), 2);
}

#[tokio::test]
async fn a_signed_call_whose_connection_drops_is_not_sent_again() {
    for fault in [Fault::new(Effect::Drop), Fault::new(Effect::Drop).after_processing()] {
        let world = World::new().await;
        let (phone, device) = signing(&world);
        let client = world.partner.with_sca(ScaPolicy::DataSigning(device)).unwrap();
        world.control().inject(fault.on("POST", PAY).once());
        let error = pay(&client, &world).await.unwrap_err();
        assert!(error.is_outcome_unknown(), "{error:?}");
        assert_eq!((phone.times(), world.arrived(PAY)), (1, 1));
    }
}

#[tokio::test]
async fn a_signed_read_is_not_sent_again_either() {
    for status in [429, 503] {
        let world = World::new().await;
        let (phone, device) = signing(&world);
        let fault = Fault::new(Effect::Status { status, body: None });
        let pin = "/api/partner/cards/{cardId}/pin";
        world.control().inject(fault.on("GET", pin));
        let call = world.partner.cards().get_pin(world.card.into()).sca(ScaPolicy::DataSigning(device));
        assert!(call.await.is_err());
        assert_eq!((phone.times(), world.arrived(pin)), (1, 1), "{status}");
    }
}

/// Gives signatures of this age, one after the other.
struct Aged {
    phone: Phone,
    ages: Vec<u64>,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl ScaSigner for Aged {
    async fn sign(&self, input: &SigningInput) -> Result<Signature, SignerError> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let age = self.ages.get(number).or(self.ages.last()).copied().unwrap_or_default();
        Ok(Signature::new(self.phone.signature(input))?.aged(Duration::from_secs(age)))
    }
}

async fn pay_with_signatures_aged(ages: &[u64]) -> (Result<(), Error>, usize, usize) {
    let world = World::new().await;
    let asked = Arc::default();
    let signer = Aged { phone: world.phone(), ages: ages.to_vec(), asked: Arc::clone(&asked) };
    let client = world.partner.with_sca(ScaPolicy::data_signing(signer)).unwrap();
    let outcome = pay(&client, &world).await;
    (outcome, asked.load(Ordering::Relaxed), world.arrived(PAY))
}

#[tokio::test]
async fn a_signature_that_is_too_old_when_it_would_leave_is_made_anew() {
    let (outcome, asked, arrived) = pay_with_signatures_aged(&[30, 0]).await;
    outcome.unwrap();
    assert_eq!((asked, arrived), (2, 1));
}

#[tokio::test]
async fn a_signer_that_has_old_signatures_only_is_refused_before_sending() {
    let (outcome, asked, arrived) = pay_with_signatures_aged(&[31]).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::ScaPolicy(ScaRefusal::SignatureTooOld { .. })), "{error:?}");
    assert_eq!((asked, arrived), (3, 0));
}

#[tokio::test]
async fn a_signer_that_fails_is_told_with_its_reason_and_nothing_is_sent() {
    struct Broken(&'static str);
    #[async_trait]
    impl ScaSigner for Broken {
        async fn sign(&self, _: &SigningInput) -> Result<Signature, SignerError> {
            Ok(Signature::new(self.0)?)
        }
    }
    let world = World::new().await;
    for (bad, why) in [("", "empty"), (" ", "empty"), ("a\nb", "invalid in a header"), ("é", "invalid in a header")] {
        let client = world.partner.with_sca(ScaPolicy::data_signing(Broken(bad))).unwrap();
        let error = pay(&client, &world).await.unwrap_err();
        assert!(matches!(error, Error::ScaPolicy(ScaRefusal::Signer { .. })), "{error:?}");
        assert!(error.to_string().contains(why), "{error}");
    }
    assert_eq!((world.arrived(PAY), world.arrived(LOGIN)), (0, 0));
}

#[test]
fn a_signature_is_never_shown() {
    let signature = Signature::new("PowerAuth pa_signature=\"c2VjcmV0\"").unwrap();
    assert_eq!(format!("{signature:?}"), "Signature(***)");
    assert_eq!(Signature::new("").unwrap_err(), InvalidSignature::Empty);
    assert_eq!(Signature::new("a\u{7f}b").unwrap_err(), InvalidSignature::NotAHeaderValue);
}
