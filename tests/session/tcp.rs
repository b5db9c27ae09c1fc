//! The same promises over real sockets and in real time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use linkcy::auth::{Session, SessionError, Timing};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::issuers::http::{HttpIssuer, Mood, Server, call};
use super::issuers::realm::{Realm, SkippingClock};
use super::{LIFE, partner};

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

fn open(issuer: &Arc<HttpIssuer>) -> Session {
    Session::builder(partner(), Arc::clone(issuer) as _)
        .timing(Timing { attempt: Duration::from_millis(300), ..Timing::default() })
        .build()
}

/// A server and a session whose time skips together.
async fn skipping() -> Result<(Server, Session, SkippingClock), std::io::Error> {
    let clock = SkippingClock::default();
    let server = Server::start(Realm::new(LIFE, clock.clone())).await?;
    let session =
        Session::builder(partner(), Arc::new(server.issuer())).clock(Arc::new(clock.clone())).build();
    Ok((server, session, clock))
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
    let (server, session, clock) = skipping().await?;
    for (logins, refreshes) in [(1, 0), (1, 1)] {
        for caller in callers(&session, 10_000).join_all().await {
            caller?;
        }
        let counts = server.realm.counts();
        assert_eq!((counts.logins, counts.refreshes), (logins, refreshes));
        clock.skip(LIFE);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_refreshes_under_64_cancelled_callers_never_trip_the_family() -> Outcome {
    let (server, session, clock) = skipping().await?;
    let mut random = fastrand::Rng::with_seed(7);
    session.authorization().await?;
    let mut cancelled = 0;
    for _ in 0..1000 {
        clock.skip(LIFE);
        let mut callers = callers(&session, 64);
        sleep(Duration::from_micros(random.u64(0..2000))).await;
        cancelled += callers.len();
        callers.shutdown().await;
        session.authorization().await?;
    }
    let counts = server.realm.counts();
    assert_eq!((counts.logins, counts.refreshes, counts.reuses, counts.refused), (1, 1000, 0, 0));
    assert!(cancelled > 10_000, "the cancellations met callers: {cancelled}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_fails_or_keeps_silent_gives_an_error_that_says_so() -> Outcome {
    for (mood, said) in [(Mood::Failing, "status 500"), (Mood::Silent, "no usable answer")] {
        let server = Server::start(Realm::real(Duration::from_secs(900))).await?;
        server.mood.send(mood)?;
        let session = open(&Arc::new(server.issuer()));
        let start = Instant::now();
        let error = session.authorization().await.map(|_| ()).expect_err("there is no token");
        assert!(error.to_string().contains(said), "{error}");
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_not_there_gives_an_error_that_says_so() -> Outcome {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    let session = open(&Arc::new(HttpIssuer::new(&format!("http://{nobody}"))));
    let error = session.authorization().await.map(|_| ()).expect_err("there is no server");
    assert!(error.to_string().contains("login got no usable answer"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_call_with_a_token_the_server_rejects_is_repeated_once_with_another() -> Outcome {
    let server = Server::start(Realm::real(Duration::from_secs(900))).await?;
    let issuer = Arc::new(server.issuer());
    let session = open(&issuer);
    assert_eq!(call(&session, &issuer).await?, 200);
    server.realm.reject_access_tokens();
    assert_eq!(call(&session, &issuer).await?, 200);
    assert_eq!(server.realm.counts().refreshes, 1);
    server.latency_ms.store(20, Ordering::Relaxed);
    server.realm.reject_access_tokens();
    let calls = (0..50).map(|_| {
        let (session, issuer) = (session.clone(), Arc::clone(&issuer));
        async move { call(&session, &issuer).await }
    });
    for status in calls.collect::<JoinSet<_>>().join_all().await {
        assert_eq!(status?, 200);
    }
    assert_eq!(server.realm.counts().refreshes, 2);
    Ok(())
}
