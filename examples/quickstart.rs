//! From a login to a payment in the ledger's list.
//!
//! `cargo run --example quickstart` starts a local LinkCy and uses that. To go to a real one, set LINKCY_BASE_URL,
//! LINKCY_PARTNER, LINKCY_USERNAME and LINKCY_PASSWORD; its sandbox only, since money is simulated along the way.

use std::env;

use anyhow::{Context, Result};
use linkcy::types::{
    Amount, BeneficiaryCreateRequest, BeneficiaryCreateRequestRequired, BeneficiaryTransactionCreateRequest,
    ClassicLedgerCreateRequest, ClassicLedgerType, ConsumerCreateRequest, ConsumerPhoneVerificationSendRequest,
    ConsumerPhoneVerifyRequest, KycSimulateConsumerRequest, KycSimulateRequest, KycStatus, Language,
    LedgerCreateRequest, LedgerCreditRequest, PartyType, PhoneRequest, PhoneRequestRequired,
    PhoneVerificationSendRequest, PhoneVerifyRequest, SepaBankingDetails, UserType,
};
use linkcy::{Client, Credentials, Environment, ScaPolicy};
use linkcy_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<()> {
    // The sandbox lives as long as this binding.
    let (linkcy, _sandbox) = connect().await?;

    // Nothing is sent until a call is awaited; the first one that needs a session logs in.
    let partner = linkcy.partner().get().await?;
    println!("logged in         as a user of {}", partner.name);

    // Whoever is to bank accepts the current terms.
    let terms = linkcy.terms().get(Language::En, UserType::Consumer).await?;

    // What is required is an argument, what is optional is set by name.
    let phone = PhoneRequest::new(PhoneRequestRequired {
        country_code: "33".into(),
        number: format!("6{:08}", fastrand::u32(..100_000_000)),
    });
    let alice = ConsumerCreateRequest::new(phone)
        .first_name("Alice")
        .last_name("Martin")
        .email_address("alice@example.com")
        .last_terms_accepted(terms.version);
    let alice = linkcy.consumers().create(&alice).await?.id;
    println!("consumer          {alice}");

    // A code goes out by SMS; in the sandbox it is always 123456 and nothing is sent.
    let send = ConsumerPhoneVerificationSendRequest::new().consumer_id(alice);
    linkcy.verifications().send_phone_code(PhoneVerificationSendRequest::Consumer(send)).await?;
    let verify = ConsumerPhoneVerifyRequest::new("123456").consumer_id(alice);
    linkcy.verifications().verify_phone(PhoneVerifyRequest::Consumer(verify)).await?;
    println!("phone             verified");

    // In production Alice goes through KYC in the browser (`linkcy.kyc().create()`); here its end is decided.
    let kyc = KycSimulateConsumerRequest::new(KycStatus::Validated).consumer_id(alice);
    linkcy.sandbox().simulate_kyc(KycSimulateRequest::Consumer(kyc)).await?;
    println!("KYC               validated");

    // A consumer's id is an end-user's id too, but says so explicitly: ids of different things don't mix.
    let ledger = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance)
        .end_user_id(alice.into())
        .friendly_name("Everyday")
        .auto_upgrade(true);
    let ledger = linkcy.ledgers().create(LedgerCreateRequest::Classic(ledger)).await?.id;
    println!("ledger            {ledger}");

    // Amounts are exact decimals, never floats.
    let credit = LedgerCreditRequest::new("250.00".parse::<Amount>()?, ledger);
    linkcy.sandbox().credit_ledger(&credit).await?;
    println!("credited          {}", credit.amount);

    let account = SepaBankingDetails::new("BNPAFRPP".parse()?, "FR7630006000011234567890189".parse()?);
    let bob = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
        banking_details: account.into(),
        name: "Bob Durand".into(),
        type_: PartyType::Person,
    })
    .end_user_id(alice.into());
    let bob = linkcy.beneficiaries().create(&bob).await?.id;
    // A bank checks a new beneficiary; in the sandbox we say that it did.
    linkcy.sandbox().validate_beneficiary(bob).await?;
    println!("beneficiary       {bob}");

    let payment =
        BeneficiaryTransactionCreateRequest::new("42.50".parse()?, bob, ledger).reference("Lunch, and thanks");
    let payment = linkcy.transactions().create_to_beneficiary(&payment).await?.id;
    println!("payment           {payment}");

    // One page here; `.stream()` gives the rows of all pages.
    println!("\nthe ledger's transactions:");
    for transaction in linkcy.transactions().list().ledger_id(ledger).await?.content {
        // Whatever kind it is, the fields all kinds share can be read, those of later API versions included.
        let amount = transaction.amount().map(ToString::to_string).unwrap_or_default();
        let status = transaction.status().map(ToString::to_string).unwrap_or_default();
        println!("  {}  {amount:>8} EUR  {status:<10} {}", transaction.id(), transaction.creation_date());
    }
    Ok(())
}

/// A client of the LinkCy named by the environment, or of one started for the occasion.
async fn connect() -> Result<(Client, Option<Sandbox>)> {
    let (environment, credentials, sandbox) = match env::var("LINKCY_BASE_URL") {
        Ok(url) => {
            let variable =
                |name: &str| env::var(name).with_context(|| format!("{name} is not set, and LINKCY_BASE_URL is"));
            let credentials = Credentials::partner(
                variable("LINKCY_PARTNER")?,
                variable("LINKCY_USERNAME")?,
                variable("LINKCY_PASSWORD")?,
            );
            (Environment::at(&url)?, credentials, None)
        }
        Err(_) => {
            let sandbox = Sandbox::start().await?;
            let known = sandbox.credentials();
            let credentials =
                Credentials::partner(known.partner_name.as_str(), known.username.as_str(), known.password.as_str());
            (Environment::at(sandbox.url())?, credentials, Some(sandbox))
        }
    };
    println!("LinkCy            {environment}");
    // BY_PASS is refused anywhere but in the vendor's sandbox and on loopback.
    let linkcy = Client::builder(environment).credentials(credentials).sca(ScaPolicy::ByPass).build()?;
    Ok((linkcy, sandbox))
}
