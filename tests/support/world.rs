//! A sandbox with somebody in it who can pay, and a client of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use linkcy::types::*;
use linkcy::{Client, ClientBuilder, Error, ScaPolicy};
use linkcy_sandbox::{Builder, Control, Sandbox};

use super::phone::{Held, Phone};
use super::{amount, client, hasty, partner};

/// Alice's, as a login takes it.
pub const PHONE: &str = "33612345678";

pub struct World {
    pub sandbox: Sandbox,
    /// Logged in as the partner.
    pub client: Client,
    pub alice: ConsumerId,
    /// Alice's, with 1000 EUR on it.
    pub from: LedgerId,
    /// Alice's other one.
    pub to: LedgerId,
    pub beneficiary: BeneficiaryId,
}

impl World {
    /// One in which nobody is asked for SCA, and pauses are too short to wait for.
    pub async fn new() -> Self {
        Self::with(Sandbox::builder(), |client| client.sca(ScaPolicy::ByPass).retry(hasty())).await
    }

    /// A sandbox and a client as they are wanted. However strict that sandbox is: what takes SCA here is signed.
    pub async fn with(sandbox: Builder, configured: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        let sandbox = sandbox.start().await.unwrap();
        let client = configured(client(&sandbox, partner(&sandbox))).build().unwrap();
        let world = settle(sandbox, client).await.unwrap();
        world.control().clear_journal();
        world
    }

    pub fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// Registers a phone for Alice, which signs with its own key.
    pub fn phone(&self) -> Phone {
        Phone::of(self.alice.value().unwrap(), &self.control())
    }

    /// Another ledger of Alice's with 1000 EUR on it.
    pub async fn ledger(&self) -> LedgerId {
        ledger(&self.client, self.alice).await.unwrap()
    }
}

async fn settle(sandbox: Sandbox, client: Client) -> Result<World, Error> {
    let terms = client.terms().get(Language::En, UserType::Consumer).await?;
    let alice = ConsumerCreateRequest::new(PhoneRequest::new(PhoneRequestRequired {
        country_code: "33".into(),
        number: "612345678".into(),
    }))
    .first_name("Alice")
    .last_name("Martin")
    .email_address("alice@example.com")
    .last_terms_accepted(terms.version);
    let alice = client.consumers().create(&alice).await?.id;
    let send = ConsumerPhoneVerificationSendRequest::new().consumer_id(alice);
    client.verifications().send_phone_code(PhoneVerificationSendRequest::Consumer(send)).await?;
    let verify = ConsumerPhoneVerifyRequest::new("123456").consumer_id(alice);
    client.verifications().verify_phone(PhoneVerifyRequest::Consumer(verify)).await?;
    let kyc = KycSimulateConsumerRequest::new(KycStatus::Validated).consumer_id(alice);
    client.sandbox().simulate_kyc(KycSimulateRequest::Consumer(kyc)).await?;
    let from = ledger(&client, alice).await?;
    let to = ledger(&client, alice).await?;
    let phone = Phone::of(alice.value().unwrap(), &sandbox.control());
    let signed = client.with_sca(ScaPolicy::data_signing(Held(Arc::new(phone))))?;
    let account = SepaBankingDetails::new("BNPAFRPP".parse()?, "FR7630006000011234567890189".parse()?);
    let bob = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
        banking_details: account.into(),
        name: "Bob Durand".into(),
        type_: PartyType::Person,
    })
    .end_user_id(alice.into());
    let beneficiary = signed.beneficiaries().create(&bob).await?.id;
    client.sandbox().validate_beneficiary(beneficiary).await?;
    Ok(World { sandbox, client, alice, from, to, beneficiary })
}

async fn ledger(client: &Client, owner: ConsumerId) -> Result<LedgerId, Error> {
    static NAMES: AtomicU32 = AtomicU32::new(0);
    let ledger = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance)
        .end_user_id(owner.into())
        .friendly_name(format!("Everyday {}", NAMES.fetch_add(1, Ordering::Relaxed)))
        .auto_upgrade(true);
    let ledger = client.ledgers().create(LedgerCreateRequest::Classic(ledger)).await?.id;
    client.sandbox().credit_ledger(LedgerCreditRequest::new(amount("1000"), ledger)).await?;
    Ok(ledger)
}
