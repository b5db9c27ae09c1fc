//! What there is to be told: a consumer's KYC, a card's life, a payment's.

use std::time::Duration;

use anyhow::{Context, Result};
use linkcy::Client;
use linkcy::types::{
    AccessType, BeneficiaryCreateRequest, BeneficiaryCreateRequestRequired, BeneficiaryTransactionCreateRequest,
    CardActivateRequest, CardCloseReason, CardCloseRequest, CardCloseRequestRequired, CardSuspendRequest, CardType,
    ClassicLedgerCreateRequest, ClassicLedgerType, ConsumerId, ConsumerKycCreateRequest, DefaultKycConfiguration,
    KycSimulateConsumerRequest, KycStatus, LedgerCreditRequest, LedgerId, LedgerType, Operator, PartyType,
    SepaBankingDetails, UserType, VirtualCardCreateRequest,
};
use linkcy_sandbox::Sandbox;

use super::support::{client_of, consumer};

/// How long a transfer is pending.
pub const SETTLEMENT: Duration = Duration::from_secs(60);

/// Lives through all of it, in a sandbox where transfers are pending for [`SETTLEMENT`].
pub async fn live(sandbox: &Sandbox) -> Result<()> {
    let linkcy = client_of(sandbox)?.build()?;
    let alice = kyc(&linkcy).await?;
    let ledger =
        ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).end_user_id(alice.into()).auto_upgrade(true);
    let ledger = linkcy.ledgers().create(ledger).await?.id;
    card(&linkcy, ledger).await?;
    payment(&linkcy, sandbox, alice, ledger).await
}

async fn kyc(linkcy: &Client) -> Result<ConsumerId> {
    let alice = consumer(linkcy).await?;
    let link = DefaultKycConfiguration::new(AccessType::Link);
    linkcy.kyc().create(ConsumerKycCreateRequest::new(link).consumer_id(alice)).await?;
    for status in [KycStatus::Processing, KycStatus::Validated] {
        linkcy.sandbox().simulate_kyc(KycSimulateConsumerRequest::new(status).consumer_id(alice)).await?;
    }
    Ok(alice)
}

async fn card(linkcy: &Client, ledger: LedgerId) -> Result<()> {
    let profiles = linkcy
        .card_profiles()
        .list()
        .card_types([CardType::Virtual])
        .ledger_types([LedgerType::EurFrance])
        .user_types([UserType::Consumer])
        .await?;
    let profile = profiles.content.first().context("the partner has no card profile")?.id;
    let card = linkcy.cards().create(VirtualCardCreateRequest::new(ledger, profile)).await?.id;
    linkcy.cards().suspend(card, CardSuspendRequest::new(Operator::Partner)).await?;
    linkcy.cards().activate(card, CardActivateRequest::new()).await?;
    let lost = CardCloseRequestRequired { operator: Operator::Partner, reason: CardCloseReason::Lost };
    linkcy.cards().close(card, CardCloseRequest::new(lost)).await?;
    Ok(())
}

async fn payment(linkcy: &Client, sandbox: &Sandbox, alice: ConsumerId, ledger: LedgerId) -> Result<()> {
    linkcy.sandbox().credit_ledger(LedgerCreditRequest::new("250.00".parse()?, ledger)).await?;
    let bob = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
        banking_details: SepaBankingDetails::new("BNPAFRPP".parse()?, "FR7630006000011234567890189".parse()?).into(),
        name: "Bob Durand".into(),
        type_: PartyType::Person,
    });
    let bob = linkcy.beneficiaries().create(bob.end_user_id(alice.into())).await?.id;
    let payment = BeneficiaryTransactionCreateRequest::new("42.50".parse()?, bob, ledger);
    let paid = linkcy.transactions().create_to_beneficiary(payment).await?.id;
    sandbox.control().advance(SETTLEMENT.try_into()?);
    linkcy.transactions().get(paid).await?;
    Ok(())
}
