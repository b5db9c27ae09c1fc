//! Strong customer authentication end to end: a payment approved on the phone, one signed while the call waits, and one
//! signed later. `cargo run --example sca` starts a local LinkCy, which plays the phone too; nothing else is called.

use std::time::Duration;

use anyhow::Result;
use async_trait::async_trait;
use linkcy::sca::{Completion, PreparedCall, ScaSigner, Signature, SignerError, SigningInput};
use linkcy::types::{
    BeneficiaryCreateRequest, BeneficiaryCreateRequestRequired, BeneficiaryTransactionCreateRequest,
    BeneficiaryTransactionCreateResponse, ClassicLedgerCreateRequest, ClassicLedgerType, ConsumerCreateRequest,
    ConsumerPhoneVerificationSendRequest, ConsumerPhoneVerifyRequest, EndUserId, KycSimulateConsumerRequest,
    KycSimulateRequest, KycStatus, Language, LedgerCreateRequest, LedgerCreditRequest, PartyType, PhoneRequest,
    PhoneRequestRequired, PhoneVerificationSendRequest, PhoneVerifyRequest, SepaBankingDetails, UserType,
};
use linkcy::{Client, Environment, Login, ScaPolicy};
use linkcy_sandbox::sca::{DeviceKey, SignedRequest, sign};
use linkcy_sandbox::{Control, Sandbox};

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let known = sandbox.credentials();
    let login = Login::Partner {
        partner_name: known.partner_name.clone(),
        username: known.username.clone(),
        password: known.password.as_str().into(),
    };
    let linkcy = Client::builder(Environment::at(sandbox.url())?)
        .credentials(login)
        // How an approved push is completed is not documented for the current API; the local LinkCy wants the identical
        // call again. Without this line nothing would be sent again.
        .sca_completion(Completion::RepeatIdentical)
        .build()?;
    let (alice, payment) = a_payment(&linkcy).await?;
    // Her phone, which LinkCy knows from now on.
    let control = sandbox.control();
    let key = control.register_device(alice.to_string().parse()?);

    println!("push:             a payment goes out");
    let call = linkcy.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::PushNotification);
    let paid = match call.await {
        Ok(paid) => paid,
        Err(error) => {
            // Anything but a pending call ends here.
            let pending = error.into_pending()?.interval(Duration::from_millis(50));
            let until = pending.interaction().expires_at().map(|end| end.to_string());
            println!("                  waits for Alice until {}", until.as_deref().unwrap_or("she decides"));
            // It could be stored (`pending.stored()`) and gone on with elsewhere (`client.resume(..)`).
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
    let prepared: PreparedCall<BeneficiaryTransactionCreateResponse> = serde_json::from_str(&kept)?;
    let paid = linkcy.send_prepared(prepared, signature).await?;
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

/// Alice, who may bank, and what she wants to pay.
async fn a_payment(linkcy: &Client) -> Result<(EndUserId, BeneficiaryTransactionCreateRequest)> {
    let terms = linkcy.terms().get(Language::En, UserType::Consumer).await?;
    let alice = ConsumerCreateRequest::new(PhoneRequest::new(PhoneRequestRequired {
        country_code: "33".into(),
        number: "612345678".into(),
    }))
    .first_name("Alice")
    .last_name("Martin")
    .email_address("alice@example.com")
    .last_terms_accepted(terms.version);
    let alice = linkcy.consumers().create(&alice).await?.id;
    let send = ConsumerPhoneVerificationSendRequest::new().consumer_id(alice);
    linkcy.verifications().send_phone_code(PhoneVerificationSendRequest::Consumer(send)).await?;
    let verify = ConsumerPhoneVerifyRequest::new("123456").consumer_id(alice);
    linkcy.verifications().verify_phone(PhoneVerifyRequest::Consumer(verify)).await?;
    let kyc = KycSimulateConsumerRequest::new(KycStatus::Validated).consumer_id(alice);
    linkcy.sandbox().simulate_kyc(KycSimulateRequest::Consumer(kyc)).await?;
    let ledger =
        ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).end_user_id(alice.into()).auto_upgrade(true);
    let ledger = linkcy.ledgers().create(LedgerCreateRequest::Classic(ledger)).await?.id;
    linkcy.sandbox().credit_ledger(LedgerCreditRequest::new("250.00".parse()?, ledger)).await?;
    let account = SepaBankingDetails::new("BNPAFRPP".parse()?, "FR7630006000011234567890189".parse()?);
    let bob = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
        banking_details: account.into(),
        name: "Bob Durand".into(),
        type_: PartyType::Person,
    })
    .end_user_id(alice.into());
    let bob = linkcy.beneficiaries().create(&bob).await?.id;
    linkcy.sandbox().validate_beneficiary(bob).await?;
    let payment = BeneficiaryTransactionCreateRequest::new("42.50".parse()?, bob, ledger).reference("Lunch");
    Ok((alice.into(), payment))
}
