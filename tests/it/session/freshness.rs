//! Fresh, ageing, expired: when a session refreshes, how often, and who waits.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use linkcy::auth::{Credentials, Issued, SessionError, SessionState};
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};

use super::{LIFE, builder, scripted, session, session_without_password};
use crate::issuers::scripted::Act;

const AFTER_ITS_END: Duration = Duration::from_secs(901);
/// No token of a refresh is refreshed before this, and every token is ageing after [`AGEING`].
const STILL_FRESH: Duration = Duration::from_secs(600);
const AGEING: Duration = Duration::from_secs(780);

#[tokio::test(start_paused = true)]
async fn refreshes_once_for_ten_thousand_callers() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    let mut callers = JoinSet::new();
    for _ in 0..10_000 {
        let session = session.clone();
        callers.spawn(async move { session.authorization().await });
    }
    let mut generations = std::collections::BTreeSet::new();
    while let Some(authorization) = callers.join_next().await {
        generations.insert(authorization.expect("no caller panics")?.generation());
    }
    assert_eq!(generations.len(), 1);
    assert_eq!((issuer.realm.counts().logins, issuer.realm.counts().refreshes), (1, 1));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_refresh_completes_when_every_caller_goes_away() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    let first = session.authorization().await?.generation();
    advance(AFTER_ITS_END).await;
    let mut callers = JoinSet::new();
    for _ in 0..64 {
        let session = session.clone();
        callers.spawn(async move { session.authorization().await });
    }
    // The request is under way for 50 ms; the callers go while it is.
    sleep(Duration::from_millis(30)).await;
    callers.shutdown().await;
    assert_eq!(issuer.asked(), 2, "the refresh had begun");
    sleep(Duration::from_millis(100)).await;
    assert!(session.cached().is_some_and(|authorization| authorization.generation() > first));
    assert_eq!(issuer.realm.counts().refreshes, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_is_given_without_asking() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    assert_eq!(session.state(), SessionState::Empty);
    session.refresh_now().await?;
    session.refresh_now().await?;
    advance(STILL_FRESH).await;
    for _ in 0..1000 {
        session.authorization().await?;
    }
    assert_eq!(session.state(), SessionState::Fresh);
    assert_eq!(issuer.asked(), 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn callers_go_on_with_an_ageing_token_while_one_refresh_runs() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    let first = session.authorization().await?.generation();
    advance(AGEING).await;
    assert_eq!(session.state(), SessionState::Ageing);
    let start = Instant::now();
    for _ in 0..1000 {
        assert_eq!(session.authorization().await?.generation(), first);
    }
    assert_eq!(start.elapsed(), Duration::ZERO, "nobody waited");
    sleep(Duration::from_millis(100)).await;
    assert!(session.authorization().await?.generation() > first);
    assert_eq!(issuer.realm.counts().refreshes, 1);
    assert_eq!(session.state(), SessionState::Fresh);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn ten_sessions_started_together_do_not_refresh_together() -> Result<(), SessionError> {
    let mut ends = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let (session, _, _) = session();
        session.authorization().await?;
        let start = Instant::now();
        while session.state() == SessionState::Fresh {
            advance(Duration::from_millis(500)).await;
        }
        ends.insert(start.elapsed());
    }
    assert!(ends.len() > 5, "they refresh after {ends:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_refreshed_once_however_many_calls_used_it() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    let used = session.authorization().await?.generation();
    issuer.realm.reject_access_tokens();
    let mut calls = JoinSet::new();
    for _ in 0..500 {
        let session = session.clone();
        calls.spawn(async move { session.rejected(used).await });
    }
    while let Some(authorization) = calls.join_next().await {
        assert!(authorization.expect("no call panics")?.generation() > used);
    }
    // A straggler whose 401 comes late gets the new token and starts nothing.
    session.rejected(used).await?;
    assert_eq!(issuer.realm.counts().refreshes, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_opaque_token_lives_until_it_is_rejected() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    issuer.next([Act::Token("opaque")]);
    let opaque = session.authorization().await?.generation();
    assert_eq!(session.expires_in(), None);
    advance(Duration::from_secs(30 * 86_400)).await;
    assert_eq!(session.authorization().await?.generation(), opaque);
    assert_eq!(issuer.asked(), 1);
    assert!(session.rejected(opaque).await?.generation() > opaque);
    assert_eq!(issuer.realm.counts().refreshes, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_access_token_is_good_for_as_long_as_was_asked() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(STILL_FRESH).await;
    session.access_token(Duration::from_secs(60)).await?;
    assert_eq!(issuer.asked(), 1, "what was left sufficed");
    session.access_token(Duration::from_secs(600)).await?;
    assert_eq!(issuer.realm.counts().refreshes, 1);
    assert!(session.expires_in().is_some_and(|left| left >= Duration::from_secs(600)));
    for too_long in [2 * LIFE, LIFE - Duration::from_secs(5)] {
        let error = session.access_token(too_long).await.map(|_| ());
        assert!(matches!(error, Err(SessionError::LifeTooShort { .. })), "{error:?}");
        assert_eq!(issuer.asked(), 2, "a refresh could not have helped");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_a_found_token_is_not_taken_for_the_life_of_a_fresh_one() -> Result<(), SessionError> {
    // exp, five minutes ahead, and no iat.
    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE4MDAwMDAzMDB9.c2lnbmF0dXJl";
    let (issuer, clock) = scripted();
    let refresh = issuer.realm.log_in().refresh;
    let session = builder(Credentials::tokens(TOKEN, Some(refresh.into())), &issuer, clock).build();
    session.access_token(Duration::from_secs(240)).await?;
    assert_eq!(issuer.asked(), 0);
    session.access_token(Duration::from_secs(600)).await?;
    assert_eq!(issuer.realm.counts().refreshes, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn given_tokens_are_used_and_refreshed() -> Result<(), SessionError> {
    let (session, issuer) = session_without_password();
    session.authorization().await?;
    assert_eq!(issuer.asked(), 0);
    advance(AFTER_ITS_END).await;
    session.authorization().await?;
    assert_eq!((issuer.realm.counts().logins, issuer.realm.counts().refreshes), (1, 1), "the login is the test's own");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn adopted_tokens_take_the_place_of_the_old_ones() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    let pair = issuer.realm.log_in();
    session.adopt(Issued { end_user_id: Some("7d5f".to_owned()), ..Issued::from(&pair) }).await?;
    assert_eq!(session.access_token(Duration::ZERO).await?.expose(), pair.access);
    assert_eq!(session.end_user_id().as_deref(), Some("7d5f"));
    advance(AFTER_ITS_END).await;
    session.authorization().await?;
    assert_eq!(issuer.realm.counts().refreshes, 1, "with the adopted refresh token");
    assert_eq!(session.end_user_id().as_deref(), Some("7d5f"), "a refresh does not say it again");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_thousand_refreshes_with_callers_coming_and_going_never_reuse_a_token() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    let mut random = fastrand::Rng::with_seed(1);
    session.authorization().await?;
    while issuer.realm.counts().refreshes < 1000 {
        advance(AFTER_ITS_END).await;
        let mut callers = JoinSet::new();
        for _ in 0..64 {
            let session = session.clone();
            callers.spawn(async move { session.authorization().await });
        }
        sleep(Duration::from_millis(random.u64(0..120))).await;
        callers.shutdown().await;
        // A refresh under way ends in time; what happens when it does not is another test.
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(issuer.realm.counts().reuses, 0);
    assert_eq!(issuer.realm.counts().logins, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn who_joins_a_refresh_in_the_background_does_not_share_its_failure() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    let first = session.authorization().await?.generation();
    advance(AGEING).await;
    issuer.next([Act::Unreached]);
    assert!(session.cached().is_some());
    sleep(Duration::from_millis(30)).await;
    assert_eq!(issuer.asked(), 2, "the refresh in the background has begun");
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let session = session.clone();
        callers.spawn(async move { session.rejected(first).await });
    }
    for fresh in callers.join_all().await {
        assert!(fresh?.generation() > first);
    }
    assert_eq!((issuer.asked(), issuer.realm.counts().refreshes), (3, 1));
    Ok(())
}

/// Polls once where there is no runtime.
fn poll<T>(work: impl Future<Output = T>) -> Poll<T> {
    pin!(work).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn without_a_runtime_the_error_says_so() {
    let (issuer, clock) = scripted();
    let session = builder(super::partner(), &issuer, clock).build();
    let adopted = || Issued { access: "a".into(), refresh: None, end_user_id: None, server_date: None };
    let polled = [
        poll(session.authorization()).map_ok(|_| ()),
        poll(session.refresh_now()).map_ok(|_| ()),
        poll(session.rejected(1)).map_ok(|_| ()),
        poll(session.access_token(LIFE)).map_ok(|_| ()),
        poll(session.adopt(adopted())).map_ok(|_| ()),
        poll(session.forget()),
    ];
    for polled in polled {
        assert!(matches!(polled, Poll::Ready(Err(SessionError::NoRuntime))), "{polled:?}");
    }
}

#[test]
fn without_a_runtime_a_refresh_on_another_one_is_not_waited_for_and_a_fresh_token_is_had() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let (session, issuer) = runtime
        .block_on(async {
            let (session, issuer, _) = session();
            session.authorization().await.map(|_| (session, issuer))
        })
        .unwrap();
    let joined = {
        let _inside = runtime.enter();
        poll(session.refresh_now())
    };
    assert!(joined.is_pending(), "a refresh is under way");
    assert!(matches!(poll(session.refresh_now()), Poll::Ready(Err(SessionError::NoRuntime))));
    assert!(matches!(poll(session.authorization()), Poll::Ready(Ok(_))));
    runtime.block_on(session.refresh_now()).unwrap();
    assert_eq!(issuer.realm.counts().refreshes, 1, "the second joined the first");
}

#[test]
fn a_runtime_that_ends_under_a_refresh_leaves_a_session_that_recovers() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let first = runtime()?;
    let (session, issuer) = first.block_on(async {
        let (session, issuer, _) = session();
        session.authorization().await.map(|_| (session, issuer))
    })?;
    first.block_on(async {
        let session = session.clone();
        tokio::spawn(async move { session.refresh_now().await });
        sleep(Duration::from_millis(30)).await;
    });
    assert_eq!(issuer.realm.counts().refreshes, 1, "the server rotated the token");
    drop(first);
    // The old token is good still; a new one is demanded, and the lost refresh token is not sent again.
    runtime()?.block_on(async {
        sleep(Duration::from_secs(60)).await;
        session.refresh_now().await
    })?;
    assert_eq!((issuer.realm.counts().logins, issuer.realm.counts().reuses), (2, 0));
    Ok(())
}
