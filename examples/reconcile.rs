//! The books: all transactions of a ledger as CSV, summed and compared with the ledger's balance.
//! `cargo run --example reconcile`

mod support;

use std::io::Write as _;
use std::pin::pin;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt as _;
use indicatif::ProgressBar;
use linkcy::types::{Amount, BeneficiaryTransactionCreateRequest, Ledger, LedgerId, Transaction, TransactionStatus};
use linkcy_sandbox::Sandbox;
use support::{Alice, client_of};

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let linkcy = client_of(&sandbox)?.build()?;
    let alice = Alice::onboard(&linkcy).await?;
    for number in 1..=60_u32 {
        let amount: Amount = format!("{}.{:02}", number % 3, number).parse()?;
        let payment = BeneficiaryTransactionCreateRequest::new(amount, alice.bob, alice.ledger);
        linkcy.transactions().create_to_beneficiary(payment.reference(format!("invoice {number}"))).await?;
    }

    // `start_date` and `end_date` narrow a period; here it is everything. The stream asks for page after page.
    let list = || linkcy.transactions().list().ledger_id(alice.ledger);
    let total = list().page_size(1).await?.total_elements;
    let bar = ProgressBar::new(total.try_into()?);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("transactions.csv");
    let mut csv = std::io::BufWriter::new(std::fs::File::create(&path)?);
    writeln!(csv, "id,created,amount,status")?;
    let (mut sum, mut unreadable) = (Amount::ZERO, 0);
    let mut rows = pin!(list().page_size(20).stream());
    while let Some(row) = rows.next().await {
        bar.inc(1);
        // A row that this version of the crate cannot read is an error in its place; the others follow.
        let Ok(transaction) = row else {
            unreadable += 1;
            continue;
        };
        let Some((amount, status)) = booked(&transaction, alice.ledger)? else { continue };
        writeln!(csv, "{},{},{amount},{status}", transaction.id(), transaction.creation_date())?;
        sum = sum.checked_add(&amount).context("the sum is too large")?;
    }
    csv.flush()?;
    bar.finish();

    let Ledger::Classic(ledger) = linkcy.ledgers().get(alice.ledger).await? else {
        anyhow::bail!("a ledger of its own was opened");
    };
    println!("{total} transactions, {unreadable} unreadable, in {}", path.display());
    println!("sum of the transactions  {sum:>10}");
    println!("balance of the ledger    {:>10}", ledger.total_amount);
    ensure!(sum == ledger.total_amount, "the books do not agree");
    println!("the books agree");
    Ok(())
}

/// What a transaction did to the ledger's balance, if it did something.
fn booked(transaction: &Transaction, ledger: LedgerId) -> Result<Option<(Amount, String)>> {
    let (amount, status, sender) = match transaction {
        Transaction::Sepa(sepa) => {
            (&sepa.amount, &sepa.status, sepa.sender.as_ref().and_then(|sender| sender.ledger_id))
        }
        Transaction::InterLedger(inter) => {
            (&inter.amount, &inter.status, inter.sender.as_ref().and_then(|sender| sender.ledger_id))
        }
        other => anyhow::bail!("a transaction of a kind that this ledger does not have: {other:?}"),
    };
    if *status == TransactionStatus::Declined {
        return Ok(None);
    }
    let signed = if sender == Some(ledger) { Amount::ZERO.checked_sub(amount) } else { Some(amount.clone()) };
    Ok(signed.map(|amount| (amount, status.to_string())))
}
