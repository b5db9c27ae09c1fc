//! Policies: the nearest wins, and the by-pass goes to the sandbox and to loopback only.

use linkcy::error::ConfigError;
use linkcy::sca::ScaRefusal;
use linkcy::types::BeneficiaryTransactionCreateRequest;
use linkcy::{Client, Environment, Error, ScaPolicy};
use serde_json::json;

use super::world::{PAY, World, typed};

#[tokio::test]
async fn the_nearest_policy_wins() {
    let world = World::new().await;
    world.phone();
    let client = world.client(world.partners_credentials()).sca(ScaPolicy::PushNotification).build().unwrap();
    let payment = world.payment();
    assert!(client.transactions().create_to_beneficiary(&payment).await.is_err());
    let end_users = client.end_user(world.partners_credentials());
    assert!(end_users.transactions().create_to_beneficiary(&payment).await.is_err());
    let passing = end_users.with_sca(ScaPolicy::ByPass).unwrap();
    passing.transactions().create_to_beneficiary(&payment).await.unwrap();
    let call = passing.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::PushNotification);
    assert!(call.await.is_err());
    world.partner.transactions().create_to_beneficiary(&payment).await.unwrap();
    let sent = world.headers(PAY, "linkcy-sca-strategy");
    let sent: Vec<_> = sent.iter().map(Option::as_deref).collect();
    let push = Some("PUSH_NOTIFICATION");
    assert_eq!(sent, [push, push, Some("BY_PASS"), push, None]);
}

#[tokio::test]
async fn headers_are_added_only_where_the_table_has_them() {
    let world = World::new().await;
    world.phone();
    let client = world.partner.with_sca(ScaPolicy::PushNotification).unwrap();
    client.ledgers().list().await.unwrap();
    client.partner().get().await.unwrap();
    for entry in world.control().journal() {
        assert!(!entry.headers.iter().any(|(name, _)| name.starts_with("linkcy-sca")), "{entry:?}");
    }
}

/// Production as it may be called, and everything that looks like the sandbox without being it.
const NOT_THE_SANDBOX: [&str; 14] = [
    "https://api.linkcy.cloud",
    "https://api.linkcy.io",
    "https://bank.example",
    "https://api.sandbox.linkcy.cloud.example",
    "https://api-sandbox.linkcy.cloud",
    "https://api.sandbox.linkcy.cloud.",
    "https://api.sandbox.linkcy.cloud:8443",
    "https://sandbox.linkcy.cloud",
    "https://api.sandbox.linkcy.clοud",
    "https://xapi.sandbox.linkcy.cloud",
    "https://localhost.example",
    "https://127.0.0.1.example",
    "https://10.0.0.1",
    "https://[2001:db8::1]",
];

#[tokio::test]
async fn by_pass_is_refused_everywhere_but_in_the_sandbox() {
    let payment: BeneficiaryTransactionCreateRequest = typed(json!({
        "ledgerFromId": uuid::Uuid::nil(), "beneficiaryId": uuid::Uuid::nil(), "amount": 1,
    }));
    for address in NOT_THE_SANDBOX {
        let builder = || Client::builder(Environment::at(address).unwrap());
        let at_build = builder().sca(ScaPolicy::ByPass).build().unwrap_err();
        assert!(matches!(at_build, Error::Config(ConfigError::Sca(ScaRefusal::ByPass { .. }))), "{address}");
        let client = builder().build().unwrap();
        assert!(matches!(client.with_sca(ScaPolicy::ByPass), Err(Error::ScaPolicy(ScaRefusal::ByPass { .. }))));
        let at_call = client.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::ByPass).await.unwrap_err();
        assert!(matches!(at_call, Error::ScaPolicy(ScaRefusal::ByPass { .. })), "{address}: {at_call:?}");
    }
    for address in ["https://api.sandbox.linkcy.cloud", "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
        assert!(Client::builder(Environment::at(address).unwrap()).sca(ScaPolicy::ByPass).build().is_ok(), "{address}");
    }
}
