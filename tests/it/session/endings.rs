//! The ends of a login and of a refresh that are no tokens.

use std::sync::Arc;
use std::time::Duration;

use linkcy::auth::{Credentials, Issued, Login, MemoryStore, SessionError, SessionState};
use tokio::time::{Instant, advance, sleep};

use super::{builder, partner, scripted, session, session_without_password};
use crate::issuers::scripted::Act;

const AFTER_ITS_END: Duration = Duration::from_secs(901);
const AGEING: Duration = Duration::from_secs(780);

#[tokio::test(start_paused = true)]
async fn an_empty_password_is_told_before_anything_is_sent() {
    let (issuer, clock) = scripted();
    let login = Login::Partner { partner_name: "acme".into(), username: "api".into(), password: "".into() };
    let session = builder(login.into(), &issuer, clock).build();
    let error = session.authorization().await.map(|_| ()).expect_err("the password is missing");
    assert!(error.to_string().contains("password is empty"), "{error}");
    assert_eq!(issuer.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_anonymous_session_says_what_it_lacks() {
    let (issuer, clock) = scripted();
    let session = builder(Credentials::Anonymous, &issuer, clock).build();
    let error = session.authorization().await.map(|_| ());
    assert!(matches!(error, Err(SessionError::Anonymous)), "{error:?}");
    assert_eq!(session.state(), SessionState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_is_not_repeated_by_the_next_callers() {
    let (session, issuer, _) = session();
    issuer.always(Act::Status(401, None));
    for _ in 0..1000 {
        let error = session.authorization().await.map(|_| ());
        assert!(matches!(error, Err(SessionError::LoginRefused(_))), "{error:?}");
        sleep(Duration::from_millis(250)).await;
    }
    assert_eq!(issuer.asked(), 1, "in four minutes");
    issuer.always(Act::Obey);
    assert!(session.refresh_now().await.is_ok(), "whoever demands it gets another attempt");
}

#[tokio::test(start_paused = true)]
async fn a_required_password_change_carries_its_secret_and_ends_with_adopted_tokens() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    issuer.always(Act::PasswordChange);
    for _ in 0..3 {
        match session.authorization().await {
            Err(SessionError::PasswordChangeRequired(secret)) => assert_eq!(secret.expose(), "change-secret"),
            other => panic!("{other:?}"),
        }
        sleep(Duration::from_secs(40)).await;
    }
    assert_eq!(issuer.asked(), 1);
    let pair = issuer.realm.log_in();
    session.adopt(Issued::from(&pair)).await?;
    session.authorization().await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_login_that_waits_for_sca_is_asked_for_once_until_its_time_is_over() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    issuer.next([Act::Sca(Some(Duration::from_secs(120)))]);
    for _ in 0..10 {
        match session.authorization().await {
            Err(SessionError::ScaPending(pending)) => {
                assert_eq!(pending.downcast::<String>().as_deref().map(String::as_str), Some("sca-payload"));
            }
            other => panic!("{other:?}"),
        }
        sleep(Duration::from_secs(10)).await;
    }
    assert_eq!(issuer.asked(), 1);
    sleep(Duration::from_secs(60)).await;
    session.authorization().await?;
    assert_eq!(issuer.asked(), 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_refused_refresh_logs_in_again() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    issuer.realm.revoke_everything();
    session.authorization().await?;
    assert_eq!((issuer.realm.counts().logins, issuer.realm.counts().refused), (2, 1));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_refused_refresh_without_a_password_is_the_end_and_is_not_repeated() {
    let (session, issuer) = session_without_password();
    advance(AFTER_ITS_END).await;
    issuer.realm.revoke_everything();
    for _ in 0..100 {
        let error = session.authorization().await.map(|_| ());
        assert!(matches!(error, Err(SessionError::SessionExpired { refusal: Some(_) })), "{error:?}");
        sleep(Duration::from_secs(7)).await;
    }
    let demanded = session.refresh_now().await.map(|_| ());
    assert!(matches!(demanded, Err(SessionError::SessionExpired { .. })), "{demanded:?}");
    assert_eq!(issuer.asked(), 1, "a refused token is not sent twice");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_refused_early_leaves_the_token_to_its_end() -> Result<(), SessionError> {
    let (session, issuer) = session_without_password();
    let generation = session.authorization().await?.generation();
    advance(AGEING).await;
    issuer.next([Act::Status(401, None)]);
    for _ in 0..60 {
        assert_eq!(session.authorization().await?.generation(), generation);
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(issuer.asked(), 1);
    advance(Duration::from_secs(60)).await;
    assert!(matches!(session.authorization().await, Err(SessionError::SessionExpired { .. })));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_refused_refresh_looks_for_what_another_process_rotated() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(MemoryStore::new());
    let pair = issuer.realm.log_in();
    let credentials = || Credentials::tokens(pair.access.clone(), Some(pair.refresh.clone().into()));
    let open = || builder(credentials(), &issuer, clock).store(Arc::clone(&store)).name("alice").build();
    let (one, two) = (open(), open());
    one.authorization().await?;
    advance(AFTER_ITS_END).await;
    one.authorization().await?;
    two.authorization().await?;
    // The rotated token both began with came back to nobody.
    assert_eq!((issuer.realm.counts().refreshes, issuer.realm.counts().reuses), (1, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_sca_condition_on_a_refresh_does_not_spend_the_token() -> Result<(), SessionError> {
    let (session, issuer) = session_without_password();
    advance(AFTER_ITS_END).await;
    issuer.next([Act::Status(409, Some("SCA_REQUIRED"))]);
    let error = session.authorization().await.map(|_| ());
    assert!(matches!(error, Err(SessionError::RefreshRefused(_))), "{error:?}");
    sleep(Duration::from_secs(301)).await;
    session.authorization().await?;
    assert_eq!(issuer.realm.counts().refreshes, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_followed_by_a_login_not_by_the_same_token() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    issuer.next([Act::LoseAnswer]);
    session.authorization().await?;
    assert_eq!((issuer.realm.counts().logins, issuer.realm.counts().reuses), (2, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_while_the_token_lives_is_left_alone_and_no_call_fails() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(AGEING).await;
    issuer.next([Act::LoseAnswer]);
    for _ in 0..60 {
        session.authorization().await?;
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(issuer.asked(), 2, "the login and the lost refresh");
    // On past the token's end.
    for _ in 0..120 {
        session.authorization().await?;
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!((issuer.realm.counts().logins, issuer.realm.counts().reuses), (2, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_server_that_comes_back_as_the_token_ends_is_asked_at_once() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(Duration::from_secs(600)).await;
    issuer.always(Act::Unreached);
    while session.expires_in() > Some(Duration::ZERO) {
        session.authorization().await?;
        sleep(Duration::from_secs(1)).await;
    }
    assert!(issuer.asked() > 3, "it was tried in the background");
    issuer.always(Act::Obey);
    session.authorization().await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn without_a_password_a_lost_answer_is_risked_again_after_a_while() -> Result<(), SessionError> {
    // A server that failed before it rotated, and a firewall that let nothing through.
    for act in [Act::Status(502, None), Act::Blocked] {
        let (session, issuer) = session_without_password();
        advance(AFTER_ITS_END).await;
        issuer.next([act]);
        let error = session.authorization().await.map(|_| ());
        assert!(matches!(error, Err(SessionError::Unavailable { .. } | SessionError::InDoubt)), "{error:?}");
        assert_eq!(issuer.asked(), 1);
        sleep(Duration::from_secs(20)).await;
        session.authorization().await?;
        assert_eq!((issuer.asked(), issuer.realm.counts().reuses), (2, 0));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn with_a_password_that_is_refused_a_lost_answer_is_risked_again() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(AGEING).await;
    issuer.next([Act::Blocked, Act::Status(401, None)]);
    session.authorization().await?;
    sleep(Duration::from_secs(120)).await;
    session.authorization().await?;
    let counts = issuer.realm.counts();
    assert_eq!((issuer.asked(), counts.logins, counts.refreshes, counts.reuses), (4, 1, 1, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_refused_is_sent_once_whatever_becomes_of_the_token_in_doubt() -> Result<(), SessionError> {
    for act in [Act::LoseAnswer, Act::Unreached, Act::Status(401, None), Act::Status(409, Some("SCA_REQUIRED"))] {
        let (session, issuer, _) = session();
        session.authorization().await?;
        advance(AGEING).await;
        issuer.next([Act::Blocked, Act::Status(401, None), act]);
        session.authorization().await?;
        sleep(Duration::from_secs(120)).await;
        for _ in 0..100 {
            let error = session.authorization().await.map(|_| ());
            assert!(matches!(error, Err(SessionError::LoginRefused(_))), "{error:?}");
            sleep(Duration::from_secs(2)).await;
        }
        assert_eq!(issuer.asked(), 4);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_firewalls_page_at_login_costs_seconds_not_minutes() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    issuer.always(Act::Blocked);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(90) {
        assert!(matches!(session.authorization().await, Err(SessionError::Transport { .. })));
        sleep(Duration::from_secs(1)).await;
    }
    assert!((5..=9).contains(&issuer.asked()), "{} attempts", issuer.asked());
    issuer.always(Act::Obey);
    let start = Instant::now();
    while session.authorization().await.is_err() {
        sleep(Duration::from_secs(1)).await;
    }
    assert!(start.elapsed() < Duration::from_secs(40), "after {:?}", start.elapsed());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn another_processs_tokens_end_a_hold_early() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(MemoryStore::new());
    let open = || builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
    let (refused, other) = (open(), open());
    issuer.next([Act::Status(401, None)]);
    assert!(matches!(refused.authorization().await, Err(SessionError::LoginRefused(_))));
    other.authorization().await?;
    sleep(Duration::from_secs(6)).await;
    refused.authorization().await?;
    assert_eq!(issuer.asked(), 2, "the refused login and the other's");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn another_processs_pair_ends_a_hold_though_its_access_token_has_ended() -> Result<(), SessionError> {
    for is_demanded_in_vain in [false, true] {
        let (issuer, clock) = scripted();
        let store = Arc::new(MemoryStore::new());
        let open = |credentials| builder(credentials, &issuer, clock).store(Arc::clone(&store)).name("alice").build();
        let pair = issuer.realm.log_in();
        let session = open(Credentials::tokens(pair.access, Some(pair.refresh.into())));
        advance(AFTER_ITS_END).await;
        issuer.realm.revoke_everything();
        assert!(matches!(session.authorization().await, Err(SessionError::SessionExpired { .. })));
        // The end-user logs in by another process, which ends, and nobody calls for a while.
        let pair = issuer.realm.log_in();
        open(Credentials::Anonymous).adopt(Issued::from(&pair)).await?;
        advance(AFTER_ITS_END).await;
        if is_demanded_in_vain {
            issuer.next([Act::Unreached, Act::Unreached, Act::Unreached]);
            assert!(matches!(session.refresh_now().await, Err(SessionError::Transport { .. })));
            sleep(Duration::from_secs(60)).await;
        }
        session.authorization().await?;
        assert_eq!((issuer.realm.counts().refreshes, issuer.realm.counts().reuses), (1, 0));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_unreached_server_is_tried_again_with_the_same_token() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    issuer.next([Act::Unreached, Act::Unreached]);
    session.authorization().await?;
    assert_eq!((issuer.asked(), issuer.realm.counts().refreshes, issuer.realm.counts().logins), (4, 1, 1));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_session_holds_nothing_until_tokens_are_adopted() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(MemoryStore::new());
    let open = || builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
    let session = open();
    session.authorization().await?;
    session.forget().await?;
    assert_eq!(session.state(), SessionState::Closed);
    assert!(matches!(session.authorization().await, Err(SessionError::Forgotten)));
    assert!(matches!(session.refresh_now().await, Err(SessionError::Forgotten)));
    // Nothing is left in the store either: another session of the same login has to log in.
    open().authorization().await?;
    assert_eq!(issuer.realm.counts().logins, 2);
    Ok(())
}
