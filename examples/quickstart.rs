//! From a login to a payment in the ledger's list.
//!
//! `cargo run --example quickstart` starts a local LinkCy and uses that. To go to LinkCy's own sandbox, set LINKCY_BASE_URL,
//! LINKCY_PARTNER_NAME, LINKCY_USERNAME and LINKCY_PASSWORD.

mod support;

use anyhow::Result;
use linkcy::types::{
    BeneficiaryCreateRequest, BeneficiaryCreateRequestRequired, BeneficiaryTransactionCreateRequest,
    ClassicLedgerCreateRequest, ClassicLedgerType, ConsumerCreateRequest, ConsumerPhoneVerificationSendRequest,
    ConsumerPhoneVerifyRequest, KycSimulateConsumerRequest, KycStatus, Language, LedgerCreditRequest, PartyType,
    PhoneRequest, PhoneRequestRequired, SepaBankingDetails, UserType,
};
use linkcy::{Client, ScaPolicy};

#[tokio::main]
async fn main() -> Result<()> {
    // A local LinkCy runs as long as the last binding lives.
    let (environment, login, _sandbox) = support::target().await?;
    // BY_PASS skips SCA; it is refused anywhere but in LinkCy's sandbox and on loopback.
    let linkcy = Client::builder(environment).credentials(login).sca(ScaPolicy::ByPass).build()?;
    // Nothing is sent until a call is awaited; the first one that needs a session logs in.
    println!("logged in    as a user of {}", linkcy.partner().get().await?.name);

    // Required fields are arguments, or named where they could be swapped; optional ones are set by name.
    let terms = linkcy.terms().get(Language::En, UserType::Consumer).await?;
    let number = format!("6{:08}", fastrand::u32(..100_000_000));
    let phone = PhoneRequest::new(PhoneRequestRequired { country_code: "33".into(), number });
    let alice = ConsumerCreateRequest::new(phone)
        .first_name("Alice")
        .last_name("Martin")
        .email_address("alice@example.com")
        .last_terms_accepted(terms.version);
    let alice = linkcy.consumers().create(alice).await?.id;

    // A code goes out by SMS; in a sandbox it is always 123456 and nothing is sent.
    let send = ConsumerPhoneVerificationSendRequest::new().consumer_id(alice);
    linkcy.verifications().send_phone_code(send).await?;
    let verify = ConsumerPhoneVerifyRequest::new("123456").consumer_id(alice);
    linkcy.verifications().verify_phone(verify).await?;

    // In production Alice goes through KYC in the browser (`linkcy.kyc().create(..)`); a sandbox decides its end at once.
    let kyc = KycSimulateConsumerRequest::new(KycStatus::Validated).consumer_id(alice);
    linkcy.sandbox().simulate_kyc(kyc).await?;
    println!("consumer     {alice}");

    // A consumer's id becomes an end-user's by `into()`: ids of different things do not mix.
    let ledger = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).end_user_id(alice.into());
    let ledger = linkcy.ledgers().create(ledger.auto_upgrade(true)).await?.id;
    linkcy.sandbox().credit_ledger(LedgerCreditRequest::new("250.00".parse()?, ledger)).await?;
    println!("ledger       {ledger}");

    let bob = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
        banking_details: SepaBankingDetails::new("BNPAFRPP".parse()?, "FR7630006000011234567890189".parse()?).into(),
        name: "Bob Durand".into(),
        type_: PartyType::Person,
    });
    let bob = linkcy.beneficiaries().create(bob.end_user_id(alice.into())).await?.id;
    linkcy.sandbox().validate_beneficiary(bob).await?;
    println!("beneficiary  {bob}");

    // Amounts are exact decimals, never floats.
    let payment = BeneficiaryTransactionCreateRequest::new("42.50".parse()?, bob, ledger).reference("Lunch");
    println!("payment      {}", linkcy.transactions().create_to_beneficiary(payment).await?.id);

    // One page here; `.stream()` gives the rows of all pages.
    for transaction in linkcy.transactions().list().ledger_id(ledger).await?.content {
        // The fields that all kinds of transactions share can be read of each, a kind of a later API version too.
        let amount = transaction.amount().map(ToString::to_string).unwrap_or_default();
        println!("transaction  {}  {amount:>8} EUR", transaction.creation_date());
    }
    Ok(())
}
