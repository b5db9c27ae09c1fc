//! What a client does for its session: password changes, and names in a shared store. Over TCP against the sandbox.

use linkcy::auth::{MemoryStore, SessionError, SessionState};
use linkcy::types::{
    ConsumerCreateRequest, ConsumerPasswordResetRequest, PasswordChangeWithSecretRequest,
    PasswordChangeWithSecretRequestRequired, Phone, PhoneRequest, PhoneRequestRequired,
};
use linkcy::{Client, ClientBuilder, Credentials, Environment, Error, Login};
use linkcy_sandbox::Sandbox;

use crate::issuers::tcp::partner;

const PASSWORD: &str = "a new password";

fn client(sandbox: &Sandbox, credentials: Credentials) -> ClientBuilder {
    Client::builder(Environment::at(sandbox.url()).unwrap()).credentials(credentials)
}

#[tokio::test]
async fn a_changed_password_starts_the_session_without_a_login() {
    let sandbox = Sandbox::start().await.unwrap();
    let partner_name = sandbox.credentials().partner_name.clone();
    let partner = client(&sandbox, partner(&sandbox)).build().unwrap();
    let phone = PhoneRequestRequired { country_code: "33".into(), number: "612345678".into() };
    partner.consumers().create(ConsumerCreateRequest::new(PhoneRequest::new(phone))).await.unwrap();

    let phone: Phone = "33612345678".parse().unwrap();
    let reset = ConsumerPasswordResetRequest::new(phone.clone(), partner_name.as_str());
    let reset = partner.sandbox().reset_password(reset).await.unwrap();

    let alice = partner.end_user(Login::Consumer { phone, partner_name, password: PASSWORD.into() });
    assert_eq!(alice.session().state(), SessionState::Empty);
    let change = PasswordChangeWithSecretRequestRequired {
        new_password: PASSWORD.into(),
        password_change_secret: reset.password_change_secret,
    };
    alice.change_password(&PasswordChangeWithSecretRequest::new(change).into()).await.unwrap();
    assert_eq!(alice.session().state(), SessionState::Fresh);

    sandbox.control().clear_journal();
    assert_eq!(alice.ledgers().list().await.unwrap().total_elements, 0);
    let asked: Vec<_> = sandbox.control().journal().into_iter().map(|entry| entry.path).collect();
    assert_eq!(asked, ["/api/partner/ledgers"]);
}

#[tokio::test]
async fn no_password_is_changed_where_its_tokens_could_not_be_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox, Credentials::Anonymous).store(MemoryStore::new()).build().unwrap();
    let change = PasswordChangeWithSecretRequestRequired {
        new_password: PASSWORD.into(),
        password_change_secret: "a secret".into(),
    };
    let change = PasswordChangeWithSecretRequest::new(change).into();
    let error = client.change_password(&change).await.unwrap_err();
    assert!(matches!(&error, Error::Session(error) if matches!(**error, SessionError::Unnamed { .. })), "{error}");
    assert!(sandbox.control().journal().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn tokens_from_elsewhere_need_a_name_in_a_shared_store() {
    let sandbox = Sandbox::start().await.unwrap();
    let elsewhere = client(&sandbox, partner(&sandbox)).build().unwrap();
    let token = elsewhere.session().access_token(std::time::Duration::from_secs(1)).await.unwrap();

    let client = client(&sandbox, Credentials::Anonymous).store(MemoryStore::new()).build().unwrap();
    let nameless = client.end_user(Credentials::tokens(token.clone(), None));
    let error = nameless.partner().get().await.unwrap_err();
    assert!(matches!(&error, Error::Session(error) if matches!(**error, SessionError::Unnamed { .. })), "{error}");

    let named = client.end_user_named(Credentials::tokens(token, None), "back office");
    assert!(named.partner().get().await.is_ok());
}
