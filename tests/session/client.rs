//! What a client does for its session: password changes, and names in a shared store. Over TCP against the sandbox.

#[path = "../support/mod.rs"]
mod support;

use linkcy::auth::{MemoryStore, SessionError, SessionState};
use linkcy::types::{
    ConsumerCreateRequest, ConsumerPasswordResetRequest, ConsumerPasswordResetRequestRequired, PasswordChangeRequest,
    PasswordChangeWithSecretRequest, PasswordChangeWithSecretRequestRequired, PasswordResetRequest, PhoneRequest,
    PhoneRequestRequired,
};
use linkcy::{Credentials, Error};
use linkcy_sandbox::Sandbox;

const PASSWORD: &str = "a new password";

#[tokio::test]
async fn a_changed_password_starts_the_session_without_a_login() {
    let sandbox = Sandbox::start().await.unwrap();
    let known = sandbox.credentials();
    let partner = support::client(&sandbox, support::partner(&sandbox)).build().unwrap();
    partner
        .consumers()
        .create(&ConsumerCreateRequest::new(PhoneRequest::new(PhoneRequestRequired {
            country_code: "33".into(),
            number: "612345678".into(),
        })))
        .await
        .unwrap();

    let reset = ConsumerPasswordResetRequest::new(ConsumerPasswordResetRequestRequired {
        consumer_phone: "33612345678".into(),
        partner_name: known.partner_name.clone(),
    });
    let reset = partner.sandbox().reset_password(&PasswordResetRequest::Consumer(reset)).await.unwrap();

    let alice = partner.end_user(Credentials::consumer("33612345678", known.partner_name.as_str(), PASSWORD));
    assert_eq!(alice.session().state(), SessionState::Empty);
    let change = PasswordChangeWithSecretRequest::new(PasswordChangeWithSecretRequestRequired {
        new_password: PASSWORD.into(),
        password_change_secret: reset.password_change_secret,
    });
    alice.change_password(&PasswordChangeRequest::WithSecret(change)).await.unwrap();
    assert_eq!(alice.session().state(), SessionState::Fresh);

    sandbox.control().clear_journal();
    assert_eq!(alice.ledgers().list().await.unwrap().total_elements, 0);
    let asked: Vec<_> = sandbox.control().journal().into_iter().map(|entry| entry.path).collect();
    assert_eq!(asked, ["/api/partner/ledgers"]);
}

#[tokio::test]
async fn tokens_from_elsewhere_need_a_name_in_a_shared_store() {
    let sandbox = Sandbox::start().await.unwrap();
    let elsewhere = support::client(&sandbox, support::partner(&sandbox)).build().unwrap();
    let token = elsewhere.session().access_token(std::time::Duration::from_secs(1)).await.unwrap();

    let client = support::client(&sandbox, Credentials::anonymous());
    let client = client.store(MemoryStore::new()).build().unwrap();
    let nameless = client.end_user(Credentials::tokens(token.clone(), None));
    let error = nameless.partner().get().await.unwrap_err();
    assert!(matches!(&error, Error::Session(error) if matches!(**error, SessionError::Unnamed { .. })), "{error}");

    let named = client.end_user_named(Credentials::tokens(token, None), "back office");
    assert!(named.partner().get().await.is_ok());
}
