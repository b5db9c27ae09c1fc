//! What the examples begin with: a local sandbox, a client of it, and Alice, who may bank. quickstart.rs has the same step by step.
#![allow(dead_code, reason = "each example uses the part it needs")]

use std::env;

use anyhow::{Context, Result};
use linkcy::types::{
    BeneficiaryCreateRequest, BeneficiaryCreateRequestRequired, BeneficiaryId, ClassicLedgerCreateRequest,
    ClassicLedgerType, ConsumerCreateRequest, ConsumerId, ConsumerPhoneVerificationSendRequest,
    ConsumerPhoneVerifyRequest, KycSimulateConsumerRequest, KycStatus, Language, LedgerCreditRequest, LedgerId,
    PartyType, PhoneRequest, PhoneRequestRequired, SepaBankingDetails, UserType,
};
use linkcy::{Client, ClientBuilder, Environment, Login, ScaPolicy};
use linkcy_sandbox::Sandbox;

/// The LinkCy that the environment names, and who logs in there; or a local one, which runs as long as the sandbox that is given here.
pub async fn target() -> Result<(Environment, Login, Option<Sandbox>)> {
    let Ok(url) = env::var("LINKCY_BASE_URL") else {
        let sandbox = Sandbox::start().await?;
        return Ok((Environment::at(sandbox.url())?, login(&sandbox), Some(sandbox)));
    };
    let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not set, and LINKCY_BASE_URL is"));
    let login = Login::Partner {
        partner_name: variable("LINKCY_PARTNER_NAME")?,
        username: variable("LINKCY_USERNAME")?,
        password: variable("LINKCY_PASSWORD")?.into(),
    };
    Ok((Environment::at(&url)?, login, None))
}

/// A client of a local sandbox, to be built: logged in as its partner, without SCA.
pub fn client_of(sandbox: &Sandbox) -> Result<ClientBuilder> {
    let environment = Environment::at(sandbox.url())?;
    Ok(Client::builder(environment).credentials(login(sandbox)).sca(ScaPolicy::ByPass))
}

/// The login of a local sandbox's partner.
pub fn login(sandbox: &Sandbox) -> Login {
    let known = sandbox.credentials();
    Login::Partner {
        partner_name: known.partner_name.clone(),
        username: known.username.clone(),
        password: known.password.as_str().into(),
    }
}

/// A consumer who has passed KYC, with a ledger of 250 EUR and somebody to pay.
pub struct Alice {
    pub id: ConsumerId,
    pub ledger: LedgerId,
    pub bob: BeneficiaryId,
}

/// A consumer whose phone is verified.
pub async fn consumer(linkcy: &Client) -> Result<ConsumerId> {
    let terms = linkcy.terms().get(Language::En, UserType::Consumer).await?;
    let phone = PhoneRequestRequired { country_code: "33".into(), number: "612345678".into() };
    let alice = ConsumerCreateRequest::new(PhoneRequest::new(phone))
        .first_name("Alice")
        .last_name("Martin")
        .email_address("alice@example.com")
        .last_terms_accepted(terms.version);
    let id = linkcy.consumers().create(alice).await?.id;
    let send = ConsumerPhoneVerificationSendRequest::new().consumer_id(id);
    linkcy.verifications().send_phone_code(send).await?;
    let verify = ConsumerPhoneVerifyRequest::new("123456").consumer_id(id);
    linkcy.verifications().verify_phone(verify).await?;
    Ok(id)
}

impl Alice {
    pub async fn onboard(linkcy: &Client) -> Result<Self> {
        let id = consumer(linkcy).await?;
        let kyc = KycSimulateConsumerRequest::new(KycStatus::Validated).consumer_id(id);
        linkcy.sandbox().simulate_kyc(kyc).await?;

        let ledger = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).end_user_id(id.into());
        let ledger = linkcy.ledgers().create(ledger.auto_upgrade(true)).await?.id;
        linkcy.sandbox().credit_ledger(LedgerCreditRequest::new("250.00".parse()?, ledger)).await?;

        let bob = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
            banking_details: SepaBankingDetails::new("BNPAFRPP".parse()?, "FR7630006000011234567890189".parse()?)
                .into(),
            name: "Bob Durand".into(),
            type_: PartyType::Person,
        });
        let bob = linkcy.beneficiaries().create(bob.end_user_id(id.into())).await?.id;
        linkcy.sandbox().validate_beneficiary(bob).await?;
        Ok(Self { id, ledger, bob })
    }
}
