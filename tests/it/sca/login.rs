//! Logins and refreshes that wait for the end-user: the session goes on once they are done.

use std::time::Duration;

use linkcy::auth::SessionError;
use linkcy::sca::{Completion, PendingCall, ScaRefusal};
use linkcy::types::Tokens;
use linkcy::{Client, Error, ScaPolicy};
use linkcy_sandbox::faults::{Effect, Fault};
use serde_json::json;

use super::world::{LOGIN, PASSWORD, REFRESH, World, question};

fn alice(world: &World) -> Client {
    let client = world.client(world.alices_credentials()).sca(ScaPolicy::PushNotification);
    client.sca_completion(Completion::RepeatIdentical).build().unwrap()
}

async fn pending_login(client: &Client) -> PendingCall {
    let error = client.ledgers().list().await.unwrap_err();
    let waits = matches!(&error, Error::Session(error) if matches!(**error, SessionError::ScaPending(_)));
    assert!(waits, "{error:?}");
    error.into_pending().unwrap().interval(Duration::from_millis(1))
}

/// After a login that was approved.
async fn pending_refresh(world: &World, client: &Client) -> PendingCall {
    let login = pending_login(client).await;
    world.control().approve(question(&login));
    login.wait::<Tokens>(client).await.unwrap();
    Error::from(client.session().refresh_now().await.unwrap_err()).into_pending().unwrap()
}

#[tokio::test]
async fn a_login_that_waits_is_completed_and_the_session_goes_on() {
    let world = World::new().await;
    world.phone();
    let alice = alice(&world);
    let pending = pending_login(&alice).await;
    world.control().approve(question(&pending));
    let tokens: Tokens = pending.wait(&alice).await.unwrap();
    assert_eq!(tokens.end_user_id.unwrap().to_string(), world.alice.to_string());
    assert_eq!(alice.ledgers().list().await.unwrap().content.len(), 2);
    assert_eq!(world.arrived(LOGIN), 2, "asked, and completed; the session does not log in again");
}

#[tokio::test]
async fn a_refresh_that_waits_is_completed_and_the_session_goes_on() {
    let world = World::new().await;
    world.phone();
    let alice = alice(&world);
    let refresh = pending_refresh(&world, &alice).await;
    world.control().approve(question(&refresh));
    refresh.wait::<Tokens>(&alice).await.unwrap();
    world.control().expire_access_tokens();
    assert_eq!(world.arrived(REFRESH), 2);
    // The token in use is the refreshed one, which has its own refresh token: that one is asked for now.
    let again = alice.ledgers().list().await.unwrap_err();
    assert!(again.into_pending().is_ok());
    assert_eq!(world.control().revoked_sessions(), 0, "no refresh token was sent twice");
}

#[tokio::test]
async fn a_refresh_whose_tokens_cannot_be_used_is_not_completed_again() {
    let world = World::new().await;
    world.phone();
    let alice = alice(&world);
    let refresh = pending_refresh(&world, &alice).await;
    let tokens = json!({ "token": "", "refreshToken": "next" });
    world.control().inject(Fault::new(Effect::Status { status: 200, body: Some(tokens) }).on("POST", REFRESH));
    let error = refresh.resume::<Tokens>(&alice).await.unwrap_err();
    assert!(matches!(error, Error::Session(_)), "{error:?}");
    let error = refresh.resume::<Tokens>(&alice).await.unwrap_err();
    assert!(matches!(error, Error::ScaPolicy(ScaRefusal::AnswerLost(_))), "{error:?}");
    assert_eq!(world.arrived(REFRESH), 2, "asked, and completed");
}

#[tokio::test]
async fn ten_callers_of_a_session_that_waits_ring_one_telephone() {
    let world = World::new().await;
    world.phone();
    let alice = alice(&world);
    for _ in 0..10 {
        pending_login(&alice).await;
    }
    assert_eq!((world.arrived(LOGIN), world.control().interactions().len()), (1, 1));
}

#[tokio::test]
async fn a_pending_login_is_stored_only_when_the_caller_knows_that_it_holds_a_password() {
    let world = World::new().await;
    world.phone();
    let pending = pending_login(&alice(&world)).await;
    let refused = serde_json::to_string(&pending).unwrap_err();
    assert!(refused.to_string().contains("with_credentials()"), "{refused}");
    assert!(!format!("{pending:?}").contains(PASSWORD));

    world.control().approve(question(&pending));
    let stored = serde_json::to_string(&pending.with_credentials()).unwrap();
    let elsewhere = alice(&world);
    let stored: PendingCall = serde_json::from_str(&stored).unwrap();
    stored.wait::<Tokens>(&elsewhere).await.unwrap();
    elsewhere.ledgers().list().await.unwrap();
    assert_eq!(world.arrived(LOGIN), 2);
}
