//! The same promises over real sockets and in real time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use linkcy::auth::{Credentials, Session, SessionError, Timing};
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::faults::{Effect, Fault};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::LIFE;
use crate::issuers::realm::SkippingClock;
use crate::issuers::tcp::{Counts, LOGIN, REFRESH, TcpIssuer, partner};

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A sandbox, an issuer that asks it, and a session whose attempts may take 300 ms.
async fn open() -> Result<(Sandbox, Arc<TcpIssuer>, Session), linkcy_sandbox::StartError> {
    let sandbox = Sandbox::builder().token_life(SignedDuration::from_mins(15)).start().await?;
    let issuer = Arc::new(TcpIssuer::new(sandbox.url()));
    let session = Session::builder(partner(&sandbox), Arc::clone(&issuer) as _)
        .timing(Timing { attempt: Duration::from_millis(300), ..Timing::default() })
        .build();
    Ok((sandbox, issuer, session))
}

/// A sandbox and a session, and what makes the life of a token pass for both.
async fn skipping() -> Result<(Sandbox, Session, impl Fn()), linkcy_sandbox::StartError> {
    let (sandbox, issuer, _) = open().await?;
    let clock = SkippingClock::default();
    let session = Session::builder(partner(&sandbox), issuer).clock(clock.clone()).build();
    let control = sandbox.control();
    let skip = move || {
        clock.skip(LIFE);
        control.advance(SignedDuration::from_mins(15));
    };
    Ok((sandbox, session, skip))
}

fn callers(session: &Session, number: usize) -> JoinSet<Result<(), SessionError>> {
    (0..number)
        .map(|_| {
            let session = session.clone();
            async move { session.authorization().await.map(|_| ()) }
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_callers_cause_one_login_and_one_refresh() -> Outcome {
    let (sandbox, session, skip) = skipping().await?;
    for (logins, refreshes) in [(1, 0), (1, 1)] {
        for caller in callers(&session, 10_000).join_all().await {
            caller?;
        }
        let counts = Counts::of(&sandbox.control());
        assert_eq!((counts.logins, counts.refreshes), (logins, refreshes));
        skip();
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_refreshes_under_64_cancelled_callers_never_trip_the_family() -> Outcome {
    let (sandbox, session, skip) = skipping().await?;
    let mut random = fastrand::Rng::with_seed(7);
    session.authorization().await?;
    let mut cancelled = 0;
    for _ in 0..1000 {
        skip();
        let mut callers = callers(&session, 64);
        sleep(Duration::from_micros(random.u64(0..2000))).await;
        cancelled += callers.len();
        callers.shutdown().await;
        session.authorization().await?;
    }
    let counts = Counts::of(&sandbox.control());
    assert_eq!((counts.logins, counts.refreshes, counts.refused, counts.revoked), (1, 1000, 0, 0));
    assert!(cancelled > 10_000, "the cancellations met callers: {cancelled}");
    Ok(())
}

#[tokio::test]
async fn a_used_refresh_token_that_comes_back_does_revoke_the_session() -> Outcome {
    // What the other tests rely on never to see.
    let (sandbox, issuer, session) = open().await?;
    let stale = linkcy::auth::Issuer::login(issuer.as_ref(), &login(&sandbox)?).await;
    let linkcy::auth::TokenAnswer::Tokens(stale) = stale else { return Err("no tokens".into()) };
    session.adopt(stale.clone()).await?;
    session.refresh_now().await?;
    session.adopt(stale).await?;
    sleep(Duration::from_millis(300)).await;
    session.refresh_now().await?;
    let counts = Counts::of(&sandbox.control());
    assert_eq!((counts.refused, counts.revoked), (1, 1));
    Ok(())
}

fn login(sandbox: &Sandbox) -> Result<linkcy::auth::Login, &'static str> {
    match partner(sandbox) {
        Credentials::Login(login) => Ok(login),
        _ => Err("no login"),
    }
}

#[tokio::test]
async fn a_server_that_fails_or_keeps_silent_gives_an_error_that_says_so() -> Outcome {
    for (effect, said) in
        [(Effect::Status { status: 500, body: None }, "status 500"), (Effect::Hang, "no usable answer")]
    {
        let (sandbox, _, session) = open().await?;
        sandbox.control().inject(Fault::new(effect).on("POST", LOGIN));
        let start = Instant::now();
        let error = session.authorization().await.map(|_| ()).expect_err("there is no token");
        assert!(error.to_string().contains(said), "{error}");
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    Ok(())
}

#[tokio::test]
async fn a_refresh_that_never_answers_or_fails_after_the_deed_ends_in_a_login() -> Outcome {
    for effect in [Effect::Hang, Effect::Drop, Effect::Status { status: 500, body: None }] {
        let (sandbox, issuer, session) = open().await?;
        assert_eq!(issuer.call(&session).await?.status, 200);
        sandbox.control().expire_access_tokens();
        sandbox.control().inject(Fault::new(effect.clone()).on("POST", REFRESH).after_processing());
        assert_eq!(issuer.call(&session).await?.status, 200, "{effect:?}");
        let counts = Counts::of(&sandbox.control());
        assert_eq!((counts.logins, counts.revoked), (2, 0), "{effect:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_not_there_gives_an_error_that_says_so() -> Outcome {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    let issuer = Arc::new(TcpIssuer::new(&format!("http://{nobody}")));
    let session = Session::builder(super::partner(), issuer).build();
    let error = session.authorization().await.map(|_| ()).expect_err("there is no server");
    let said = error.to_string();
    assert!(said.contains("login got no usable answer") && said.contains("refused"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_call_with_a_token_the_server_rejects_is_repeated_once_with_another() -> Outcome {
    let (sandbox, issuer, session) = open().await?;
    assert_eq!(issuer.call(&session).await?.status, 200);
    for refreshes in [1, 2] {
        sandbox.control().expire_access_tokens();
        let calls = (0..50).map(|_| {
            let (session, issuer) = (session.clone(), Arc::clone(&issuer));
            async move { issuer.call(&session).await }
        });
        for status in calls.collect::<JoinSet<_>>().join_all().await {
            assert_eq!(status?.status, 200);
        }
        assert_eq!(Counts::of(&sandbox.control()).refreshes, refreshes);
    }
    Ok(())
}
