//! A virtual card's life: from its profile to its end, with a limit on what it spends. `cargo run --example cards`

mod support;

use anyhow::{Context, Result};
use linkcy::types::{
    CardActivateRequest, CardCloseReason, CardCloseRequest, CardCloseRequestRequired, CardRuleSetRequest,
    CardSuspendRequest, CardType, LedgerType, Operator, RuleType, UserType, VirtualCardCreateRequest,
};
use linkcy_sandbox::Sandbox;
use support::{Alice, client_of};

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let linkcy = client_of(&sandbox)?.build()?;
    let alice = Alice::onboard(&linkcy).await?;

    // A profile says what kind of card it is and for whom; its rules hold for all of its cards.
    let profiles = linkcy.card_profiles().list().active(true);
    let profiles =
        profiles.card_types([CardType::Virtual]).ledger_types([LedgerType::EurFrance]).user_types([UserType::Consumer]);
    let profile = profiles.await?.content.into_iter().next().context("the sandbox has a profile for virtual cards")?;
    println!("profile      {} ({})", profile.name, profile.scheme);

    let card = VirtualCardCreateRequest::new(alice.ledger, profile.id).friendly_name("Travel");
    let card = linkcy.cards().create(card).await?.id;
    println!("card         {card}, {}", linkcy.cards().get(card).await?.status.value);

    // In whole units of the ledger's currency.
    let limit = CardRuleSetRequest::new(300).creator_type(Operator::Partner);
    linkcy.cards().set_rule(card, RuleType::MonthlyMaxSpend, limit).await?;
    for rule in linkcy.cards().get(card).await?.rules {
        println!("rule         {:?}", rule);
    }

    linkcy.cards().suspend(card, CardSuspendRequest::new(Operator::Partner)).await?;
    println!("suspended    {}", linkcy.cards().get(card).await?.status.value);
    linkcy.cards().activate(card, CardActivateRequest::new()).await?;
    println!("activated    {}", linkcy.cards().get(card).await?.status.value);
    let close =
        CardCloseRequest::new(CardCloseRequestRequired { operator: Operator::Partner, reason: CardCloseReason::Lost });
    linkcy.cards().close(card, close).await?;
    println!("closed       {}", linkcy.cards().get(card).await?.status.value);
    Ok(())
}
