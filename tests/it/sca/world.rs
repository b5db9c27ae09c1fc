//! Alice with what SCA is about: a card, a password, and a session of her own.

use std::sync::Arc;

use linkcy::sca::{Completion, PendingCall};
use linkcy::types::{
    BeneficiaryTransactionCreateRequest, BeneficiaryTransactionCreateResponse, CardActivateRequest, CardCreateRequest,
    PasswordChangeRequest, PasswordResetRequest,
};
use linkcy::{Client, ClientBuilder, Credentials, Error, Login, ScaPolicy};
use linkcy_sandbox::{Builder, Control, Sandbox};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

pub use crate::support::phone::{Held, Phone};
pub use crate::support::world::PHONE;
use crate::support::{self, world};

pub const PASSWORD: &str = "s3cret-pw";
pub const LOGIN: &str = "/api/partner/login";
pub const REFRESH: &str = "/api/partner/refresh";
pub const PAY: &str = "/api/partner/transactions";

pub type Paid = BeneficiaryTransactionCreateResponse;

pub struct World {
    pub sandbox: Sandbox,
    /// Logged in as the partner; completes by repeating.
    pub partner: Client,
    pub alice: Uuid,
    pub ledger: Uuid,
    pub other_ledger: Uuid,
    pub card: Uuid,
    pub profile: Uuid,
    pub beneficiary: Uuid,
    /// What she logged in with last.
    pub refresh_token: String,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Sandbox::builder()).await
    }

    pub async fn with(builder: Builder) -> Self {
        let settled = world::World::with(builder, |client| client.sca_completion(Completion::RepeatIdentical)).await;
        let signed = settled.client.with_sca(ScaPolicy::data_signing(Held(Arc::new(settled.phone())))).unwrap();
        let (profile, plastic) = (card_profile(&signed, "VIRTUAL").await, card_profile(&signed, "PHYSICAL").await);
        let order = json!({ "ledgerId": settled.from, "profileId": plastic, "deliveryMethod": "FRENCH_MAIL" });
        let card = signed.cards().create(typed::<CardCreateRequest>(order)).await.unwrap().id;
        let pan = signed.sandbox().get_truncated_pan(card).await.unwrap();
        signed.cards().activate(card, typed::<CardActivateRequest>(json!({ "truncatedPan": pan }))).await.unwrap();
        let name = &settled.sandbox.credentials().partner_name;
        let reset = json!({ "consumerPhone": PHONE, "partnerName": name, "phone": "0" });
        let secret =
            signed.sandbox().reset_password(typed::<PasswordResetRequest>(reset)).await.unwrap().password_change_secret;
        let change = json!({ "passwordChangeSecret": secret.expose(), "newPassword": PASSWORD });
        let tokens = signed.auth().change_password(typed::<PasswordChangeRequest>(change)).await.unwrap();
        settled.control().clear_journal();
        Self {
            partner: settled.client,
            alice: settled.alice.value().unwrap(),
            ledger: settled.from.value().unwrap(),
            other_ledger: settled.to.value().unwrap(),
            card: card.value().unwrap(),
            profile,
            beneficiary: settled.beneficiary.value().unwrap(),
            refresh_token: tokens.refresh_token.expose().to_owned(),
            sandbox: settled.sandbox,
        }
    }

    pub fn control(&self) -> Control {
        self.sandbox.control()
    }

    /// Registers a phone for Alice, which signs with its own key.
    pub fn phone(&self) -> Phone {
        Phone::of(self.alice, &self.control())
    }

    /// A client of this sandbox, to be built.
    pub fn client(&self, credentials: Credentials) -> ClientBuilder {
        support::client(&self.sandbox, credentials)
    }

    pub fn alices_credentials(&self) -> Credentials {
        let partner_name = self.sandbox.credentials().partner_name.clone();
        Login::Consumer { phone: PHONE.parse().unwrap(), partner_name, password: PASSWORD.into() }.into()
    }

    pub fn partners_credentials(&self) -> Credentials {
        support::partner(&self.sandbox)
    }

    pub fn payment(&self) -> BeneficiaryTransactionCreateRequest {
        typed(json!({ "ledgerFromId": self.ledger, "beneficiaryId": self.beneficiary, "amount": 10.00 }))
    }

    /// A payment that waits for Alice.
    pub async fn pending_payment(&self) -> PendingCall {
        let payment = self.payment();
        let call = self.partner.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::PushNotification);
        call.await.unwrap_err().into_pending().unwrap().interval(std::time::Duration::from_millis(1))
    }

    /// How many requests to that path template arrived.
    pub fn arrived(&self, path: &str) -> usize {
        support::arrived(&self.sandbox, path)
    }

    /// That SCA header of every request to that path template, in order of arrival.
    pub fn headers(&self, path: &str, header: &str) -> Vec<Option<String>> {
        let entries = self.control().journal();
        let fitting = entries.iter().filter(|entry| entry.template.as_deref() == Some(path));
        fitting.map(|entry| entry.header(header).map(str::to_owned)).collect()
    }
}

async fn card_profile(client: &Client, kind: &str) -> Uuid {
    let profiles = client.card_profiles().list().card_types(typed::<Vec<_>>(json!([kind])));
    let profiles =
        profiles.user_types(typed::<Vec<_>>(json!(["CONSUMER"]))).ledger_types(typed::<Vec<_>>(json!(["EUR_FRANCE"])));
    profiles.await.unwrap().content[0].id.value().unwrap()
}

pub fn typed<T: DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// The id by which the sandbox knows what a pending call waits for.
pub fn question(pending: &PendingCall) -> Uuid {
    pending.interaction().id.as_deref().unwrap().parse().unwrap()
}

/// The SCA code a call was refused with.
#[track_caller]
pub fn refused<T>(outcome: Result<T, Error>) -> String {
    match outcome.err() {
        Some(Error::Sca(error)) => error.code.as_ref().unwrap().as_str().to_owned(),
        other => panic!("expected an SCA refusal, found {other:?}"),
    }
}
