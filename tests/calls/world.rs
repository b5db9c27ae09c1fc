//! A sandbox with somebody in it who can pay, and a client of it.

#![allow(dead_code)]

use std::sync::atomic::{AtomicU32, Ordering};

use linkcy::types::*;
use linkcy::{Client, Credentials, Environment, Error, RetryPolicy, ScaPolicy};
use linkcy_sandbox::Sandbox;

pub struct World {
    pub sandbox: Sandbox,
    pub client: Client,
    pub alice: ConsumerId,
    pub from: LedgerId,
    pub to: LedgerId,
    pub beneficiary: BeneficiaryId,
}

/// Pauses too short to wait for.
pub fn hasty() -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.base = std::time::Duration::from_millis(1);
    policy
}

pub fn credentials(sandbox: &Sandbox) -> Credentials {
    let known = sandbox.credentials();
    Credentials::partner(known.partner_name.as_str(), known.username.as_str(), known.password.as_str())
}

pub fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

pub async fn world() -> World {
    let sandbox = Sandbox::start().await.unwrap();
    let environment = Environment::at(sandbox.url()).unwrap();
    let client = Client::builder(environment)
        .credentials(credentials(&sandbox))
        .sca(ScaPolicy::ByPass)
        .retry(hasty())
        .build()
        .unwrap();
    settle(sandbox, client).await.unwrap()
}

async fn settle(sandbox: Sandbox, linkcy: Client) -> Result<World, Error> {
    let terms = linkcy.terms().get(Language::En, UserType::Consumer).await?;
    let alice = ConsumerCreateRequest::new(PhoneRequest::new("33", "611111111"))
        .first_name("Alice")
        .last_name("Martin")
        .email_address("alice@example.com")
        .last_terms_accepted(terms.version);
    let alice = linkcy.consumers().create(&alice).await?.id;
    let send = ConsumerPhoneVerificationSendRequest::new().consumer_id(alice);
    linkcy.verifications().send_phone_code(&PhoneVerificationSendRequest::Consumer(send)).await?;
    let verify = ConsumerPhoneVerifyRequest::new("123456").consumer_id(alice);
    linkcy.verifications().verify_phone(&PhoneVerifyRequest::Consumer(verify)).await?;
    let kyc = KycSimulateConsumerRequest::new(KycStatus::Validated).consumer_id(alice);
    linkcy.sandbox().simulate_kyc(&KycSimulateRequest::Consumer(kyc)).await?;
    let from = ledger(&linkcy, alice).await?;
    let to = ledger(&linkcy, alice).await?;
    let account = SepaBankingDetails::new("BNPAFRPP", "FR7630006000011234567890189");
    let bob = BeneficiaryCreateRequest::new(BankingDetails::Sepa(account), "Bob Durand", PartyType::Person)
        .end_user_id(alice.into());
    let beneficiary = linkcy.beneficiaries().create(&bob).await?.id;
    linkcy.sandbox().validate_beneficiary(beneficiary).await?;
    Ok(World { sandbox, client: linkcy, alice, from, to, beneficiary })
}

/// A ledger with 1000 EUR on it.
pub async fn ledger(linkcy: &Client, owner: ConsumerId) -> Result<LedgerId, Error> {
    static NAMES: AtomicU32 = AtomicU32::new(0);
    let ledger = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance)
        .end_user_id(owner.into())
        .friendly_name(format!("Everyday {}", NAMES.fetch_add(1, Ordering::Relaxed)))
        .auto_upgrade(true);
    let ledger = linkcy.ledgers().create(&LedgerCreateRequest::Classic(ledger)).await?.id;
    linkcy.sandbox().credit_ledger(&LedgerCreditRequest::new(amount("1000"), ledger)).await?;
    Ok(ledger)
}
