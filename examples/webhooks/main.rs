//! A server that receives webhooks.
//!
//! `cargo run --example webhooks --features webhooks` starts a local LinkCy that sends some, prints what came, and ends. To
//! receive LinkCy's own, set LINKCY_WEBHOOK_SECRET to the signing secret of your endpoint, as Svix's portal shows it (several,
//! while one is rotated, with a space between), and LINKCY_WEBHOOK_ADDRESS to where it is to listen unless 127.0.0.1:8081 is.

mod life;
pub mod receiver;
#[path = "../support/mod.rs"]
mod support;

use std::env;
use std::sync::Arc;

use anyhow::{Context, Result};
use linkcy::types::{BeneficiaryId, CardId, ConsumerId, TransactionId};
use linkcy::webhooks::{MemorySeen, Verifier, WebhookEvent, WebhookSecret};
use linkcy_sandbox::Sandbox;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

#[tokio::main]
async fn main() -> Result<()> {
    match env::var("LINKCY_WEBHOOK_SECRET") {
        Ok(secrets) => receive(&secrets).await,
        Err(_) => receive_locally(|line| println!("{line}")).await,
    }
}

/// Receives LinkCy's webhooks until Ctrl-C.
async fn receive(secrets: &str) -> Result<()> {
    let mut secrets = secrets.split_whitespace().map(str::parse::<WebhookSecret>);
    let first = secrets.next().context("LINKCY_WEBHOOK_SECRET is empty")??;
    let verifier = secrets.try_fold(Verifier::new(first), |verifier, other| other.map(|other| verifier.or(other)))?;
    let address = env::var("LINKCY_WEBHOOK_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8081".to_owned());
    let listener = TcpListener::bind(&address).await.with_context(|| format!("LINKCY_WEBHOOK_ADDRESS {address}"))?;
    println!("listening at http://{}/webhooks; stop with Ctrl-C", listener.local_addr()?);
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    // A restart forgets what is in memory, and two processes do not share it: there, take `RedisSeen` or a table of your own.
    let log = Arc::new(|line| println!("{line}"));
    receiver::serve(listener, verifier, MemorySeen::new(), handle, log, stop).await
}

/// Receives what a local LinkCy sends while somebody passes their KYC, has a card and pays; then one of it once more.
pub async fn receive_locally(print: impl Fn(&str)) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/webhooks", listener.local_addr()?);
    let sandbox = Sandbox::builder().webhooks(&address).settlement(life::SETTLEMENT.try_into()?).start().await?;
    let secret = sandbox.control().webhook_secret().context("the sandbox has an endpoint")?.parse()?;
    let (sender, mut lines) = mpsc::unbounded_channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let log = Arc::new(move |line| _ = sender.send(line));
    let stopped = async { _ = stopped.await };
    let server =
        tokio::spawn(receiver::serve(listener, Verifier::new(secret), MemorySeen::new(), handle, log, stopped));

    life::live(&sandbox).await?;
    let told = sandbox.control().deliveries();
    for _ in &told {
        print(&lines.recv().await.context("the server has ended")?);
    }
    let first = told.first().context("nothing was told")?;
    sandbox.control().resend_webhook(&first.id);
    print(&lines.recv().await.context("the server has ended")?);

    drop(stop);
    server.await?
}

/// The work on an event. Yours writes to a database; the members it looks for are those of the sandbox's payloads.
async fn handle(event: WebhookEvent) -> Result<String> {
    let payload = &event.payload;
    if let Some(id) = payload.find::<TransactionId>("transactionId")? {
        let status: Option<String> = payload.find("status")?;
        return Ok(format!("transaction {id} {}", status.unwrap_or_default()));
    }
    if let Some(id) = payload.find::<CardId>("cardId")? {
        return Ok(format!("card {id}"));
    }
    if let Some(id) = payload.find::<BeneficiaryId>("beneficiaryId")? {
        return Ok(format!("beneficiary {id}"));
    }
    if let Some(id) = payload.find::<ConsumerId>("consumerId")? {
        let status: Option<String> = payload.find("kycStatus")?;
        return Ok(format!("consumer {id} {}", status.unwrap_or_default()).trim_end().to_owned());
    }
    Ok(format!("{} bytes", payload.bytes().len()))
}
