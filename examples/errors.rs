//! The errors that come up most, and what to do about each. examples/sca.rs has those of strong authentication. `cargo run --example errors`

mod support;

use std::time::Duration;

use anyhow::Result;
use linkcy::types::{BeneficiaryTransactionCreateRequest, LedgerId};
use linkcy::{Client, Environment, Error, Login, TransferSearch};
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::faults::{Effect, Fault};
use support::{Alice, client_of, login};

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let linkcy = client_of(&sandbox)?.build()?;
    let alice = Alice::onboard(&linkcy).await?;
    let control = sandbox.control();
    let payment = BeneficiaryTransactionCreateRequest::new("10".parse()?, alice.bob, alice.ledger);
    let too_much = BeneficiaryTransactionCreateRequest::new("100000".parse()?, alice.bob, alice.ledger);
    let nowhere = LedgerId::from(uuid::Uuid::nil());

    show("not found", linkcy.ledgers().get(nowhere).await)?;
    show("refused with a code", linkcy.transactions().create_to_beneficiary(&too_much).await)?;
    show("an argument out of bounds", linkcy.ledgers().list().page_size(100_000).await)?;

    let fault = Fault::new(Effect::TooManyRequests { retry_after: linkcy_sandbox::faults::RetryAfter::Seconds(60) });
    control.inject(fault.on("GET", "/api/partner/ledgers").once());
    show("too many requests", linkcy.ledgers().list().await)?;

    // The payment is made, and its answer lost. Whoever pays again pays twice: look first.
    let fault = Fault::new(Effect::Drop).after_processing();
    control.inject(fault.on("POST", "/api/partner/transactions").once());
    match linkcy.transactions().create_to_beneficiary(&payment).await {
        Err(Error::OutcomeUnknown(unknown)) => {
            println!("outcome unknown\n    {unknown}");
            let advice = match linkcy.find_transfer(&payment, unknown.sent_at, &[]).await? {
                TransferSearch::Found(transaction) => format!("it was made: {}", transaction.id()),
                TransferSearch::NotFound => "it is not listed, or not yet: look again".to_owned(),
                _ => "several fit: somebody has to look".to_owned(),
            };
            println!("    -> {advice}\n");
        }
        other => show("outcome unknown", other)?,
    }

    let fault = Fault::new(Effect::Hold);
    let held = control.inject(fault.on("GET", "/api/partner/ledgers").once());
    show("no answer in time", linkcy.ledgers().list().timeout(Duration::from_millis(200)).once().await)?;
    held.release();

    let nobody = Client::builder(Environment::at("http://127.0.0.1:9")?).credentials(login(&sandbox)).build()?;
    show("nobody listens", nobody.ledgers().list().once().await)?;

    let Login::Partner { partner_name, username, .. } = login(&sandbox) else { return Ok(()) };
    let wrong = Login::Partner { partner_name, username, password: "wrong".into() };
    let stranger = Client::builder(Environment::at(sandbox.url())?).credentials(wrong).build()?;
    show("a wrong password", stranger.ledgers().list().await)?;
    Ok(())
}

/// An error's text, and what to do about it.
fn show<T>(kind: &str, outcome: Result<T, Error>) -> Result<()> {
    let Err(error) = outcome else { anyhow::bail!("{kind}: no error") };
    println!("{kind}\n    {error}");
    let advice = if matches!(error, Error::Pending(_)) {
        "the end-user is asked: wait for them with `into_pending`"
    } else if error.may_have_happened() {
        "find out what happened before it is sent again"
    } else if error.is_rate_limited() {
        "wait as long as `retry_after` says"
    } else if error.is_retryable() {
        "the same call may succeed later"
    } else {
        "the same call fails again: change what the text names"
    };
    println!("    -> {advice}\n");
    Ok(())
}
