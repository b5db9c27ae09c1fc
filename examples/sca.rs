//! Strong customer authentication end to end: a payment approved on the phone, one signed while the call waits, and one
//! signed later. `cargo run --example sca` starts a local LinkCy, which plays the phone too; nothing else is called.

mod support;

use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use linkcy::sca::{Completion, PreparedCall, ScaSigner, Signature, SignerError, SigningInput};
use linkcy::types::{BeneficiaryTransactionCreateRequest, BeneficiaryTransactionCreateResponse};
use linkcy::{Client, Environment, ScaPolicy};
use linkcy_sandbox::sca::{DeviceKey, SignedRequest, sign};
use linkcy_sandbox::{Control, Sandbox};
use support::{Alice, login};

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let linkcy = Client::builder(Environment::at(sandbox.url())?)
        .credentials(login(&sandbox))
        // How an approved push is completed is not documented for the current API; the local LinkCy wants the identical
        // call again. Without this line nothing would be sent again.
        .sca_completion(Completion::RepeatIdentical)
        .build()?;
    let alice = Alice::onboard(&linkcy).await?;
    let payment =
        BeneficiaryTransactionCreateRequest::new("42.50".parse()?, alice.bob, alice.ledger).reference("Lunch");
    // Her phone, which LinkCy knows from now on.
    let control = sandbox.control();
    let key = control.register_device(alice.id.to_string().parse()?);

    println!("push:             a payment goes out");
    let call = linkcy.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::PushNotification);
    let paid = match call.await {
        Ok(paid) => paid,
        Err(error) => {
            // Anything but a pending call ends here.
            let pending = error.into_pending()?.interval(Duration::from_millis(50));
            let until = pending.interaction().expires_at().map(|end| end.to_string());
            println!("                  waits for Alice until {}", until.as_deref().unwrap_or("she decides"));
            // It serialises: it could be stored and gone on with elsewhere.
            control.approve_all();
            pending.wait(&linkcy).await?
        }
    };
    println!("                  approved: {}", paid.id);

    println!("data signing:     the phone signs while the call waits");
    let phone = Phone { key, control: control.clone() };
    let by_phone = linkcy.with_sca(ScaPolicy::data_signing(phone.clone()))?;
    let paid = by_phone.transactions().create_to_beneficiary(&payment).await?;
    println!("                  signed: {}", paid.id);

    println!("prepare and send: the phone signs when it likes");
    let prepared = linkcy.transactions().create_to_beneficiary(&payment).prepare().await?;
    let signature = phone
        .sign(&prepared.signing_input())
        .await
        .map_err(|error| anyhow::anyhow!("the phone did not sign: {error}"))?;
    // What is kept meanwhile is text; another process may send it.
    let kept = serde_json::to_string(&prepared)?;
    let prepared: PreparedCall = serde_json::from_str(&kept)?;
    let paid: BeneficiaryTransactionCreateResponse = linkcy.send_prepared(prepared, signature).await?;
    println!("                  sent: {}", paid.id);

    println!("\n{} payments booked", control.payments());
    Ok(())
}

/// Stands for the way to the app and back. Here the key is at hand; in truth it never leaves the phone.
#[derive(Clone)]
struct Phone {
    key: DeviceKey,
    control: Control,
}

#[async_trait]
impl ScaSigner for Phone {
    async fn sign(&self, input: &SigningInput) -> Result<Signature, SignerError> {
        let request = SignedRequest { method: input.method, path: &input.path, query: &input.query, body: &input.body };
        let nonce = fastrand::u128(..).to_be_bytes();
        Ok(Signature::new(sign(&self.key, request, self.control.clock().now(), nonce))?)
    }
}
