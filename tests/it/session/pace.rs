//! A server that is down or faulty is asked rarely, whatever the callers do.

use std::time::Duration;

use linkcy::auth::{Session, SessionError};
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};

use super::{session, session_without_password};
use crate::issuers::scripted::Act;

const AFTER_ITS_END: Duration = Duration::from_secs(901);

/// Eight callers that call every 50 ms for a minute, each call as `call` makes it.
async fn a_minute_of_calls<F>(session: &Session, call: fn(Session) -> F)
where
    F: Future<Output = bool> + Send + 'static,
{
    let end = Instant::now() + Duration::from_secs(60);
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let session = session.clone();
        callers.spawn(async move {
            while Instant::now() < end {
                call(session.clone()).await;
                sleep(Duration::from_millis(50)).await;
            }
        });
    }
    callers.join_all().await;
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_server_is_asked_a_handful_of_times_a_minute() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    issuer.always(Act::Unreached);
    a_minute_of_calls(&session, |session| async move { session.authorization().await.is_ok() }).await;
    let in_the_first = issuer.asked() - 1;
    assert!((3..=7).contains(&in_the_first), "{in_the_first} attempts in the first minute");
    a_minute_of_calls(&session, |session| async move { session.refresh_now().await.is_ok() }).await;
    let in_the_second = issuer.asked() - 1 - in_the_first;
    assert!(in_the_second <= 4, "{in_the_second} attempts in the second minute");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_500_is_asked_a_handful_of_times_a_minute() -> Result<(), SessionError> {
    for (session, issuer) in [session_without_password(), {
        let (s, i, _) = session();
        (s, i)
    }] {
        session.authorization().await?;
        advance(AFTER_ITS_END).await;
        let before = issuer.asked();
        issuer.always(Act::Status(500, None));
        a_minute_of_calls(&session, |session| async move { session.authorization().await.is_ok() }).await;
        let attempts = issuer.asked() - before;
        assert!((2..=7).contains(&attempts), "{attempts} attempts");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_server_that_rejects_every_token_is_asked_a_handful_of_times_a_minute() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    // Each call finds its token rejected, and the one it gets for the second try too.
    a_minute_of_calls(&session, |session| async move {
        let Ok(first) = session.authorization().await else { return false };
        session.rejected(first.generation()).await.is_ok()
    })
    .await;
    assert!((3..=8).contains(&issuer.asked()), "{} attempts", issuer.asked());
    let last = session.refresh_now().await.map(|_| ());
    assert!(matches!(last, Err(SessionError::TooOften { .. })), "{last:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_server_that_issues_expired_tokens_is_not_asked_again_and_again() -> Result<(), SessionError> {
    // exp and iat of 1970.
    const OLD: &str = "eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjEwMCwiZXhwIjoxMDAwfQ.c2lnbmF0dXJl";
    let (session, issuer, _) = session();
    issuer.always(Act::Token(OLD));
    a_minute_of_calls(&session, |session| async move { session.authorization().await.is_ok() }).await;
    assert_eq!(issuer.asked(), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_gives_all_waiters_the_same_error_in_bounded_time() -> Result<(), SessionError> {
    let (session, issuer, _) = session();
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    issuer.always(Act::Hang);
    let start = Instant::now();
    let mut waiters = JoinSet::new();
    for _ in 0..100 {
        let session = session.clone();
        waiters.spawn(async move { session.authorization().await.map(|_| ()) });
    }
    let mut errors = std::collections::BTreeSet::new();
    while let Some(error) = waiters.join_next().await {
        errors.insert(format!("{:?}", error.expect("no waiter panics")));
    }
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors.iter().all(|error| error.contains("Transport")), "{errors:?}");
    assert!(start.elapsed() < Duration::from_secs(40), "after {:?}", start.elapsed());
    Ok(())
}
