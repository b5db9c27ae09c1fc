//! `handle_once`: an event is handled once, whatever happens in the middle.

use std::io::{Error, ErrorKind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use linkcy::webhooks::{Claim, HandleError, Handled, MemorySeen, SeenError, SeenWebhooks, WebhookLease, handle_once};

const LEASE: Duration = Duration::from_secs(60);

async fn work(count: &AtomicUsize) -> Result<usize, Error> {
    Ok(count.fetch_add(1, Ordering::Relaxed))
}

#[tokio::test]
async fn an_event_that_comes_again_is_not_handled_again() {
    let (seen, count) = (MemorySeen::new(), AtomicUsize::new(0));
    let first = handle_once(&seen, "msg_a", LEASE, work(&count)).await.unwrap();
    let second = handle_once(&seen, "msg_a", LEASE, work(&count)).await.unwrap();
    assert!(matches!((&first, &second), (Handled::Now(0), Handled::Before)), "{first:?} {second:?}");
    assert_eq!((first.status(), second.status(), count.into_inner()), (204, 204, 1));
}

#[tokio::test]
async fn while_it_is_handled_another_attempt_is_sent_away_and_comes_again() {
    let (seen, count) = (MemorySeen::new(), AtomicUsize::new(0));
    let nested = async {
        let meanwhile = handle_once(&seen, "msg_a", LEASE, work(&count)).await.unwrap();
        assert!(matches!(meanwhile, Handled::Elsewhere) && meanwhile.status() == 503, "{meanwhile:?}");
        work(&count).await
    };
    assert!(matches!(handle_once(&seen, "msg_a", LEASE, nested).await, Ok(Handled::Now(0))));
    assert_eq!(count.into_inner(), 1);
}

#[tokio::test]
async fn what_fails_is_handled_at_the_next_attempt() {
    let (seen, count) = (MemorySeen::new(), AtomicUsize::new(0));
    let fails = async { Err::<usize, _>(Error::new(ErrorKind::TimedOut, "the database is away")) };
    let failed = handle_once(&seen, "msg_a", LEASE, fails).await.unwrap_err();
    assert!(matches!(failed, HandleError::Work(_)) && failed.status() == 503);
    assert!(failed.to_string().contains("the database is away"), "{failed}");
    assert!(matches!(handle_once(&seen, "msg_a", LEASE, work(&count)).await, Ok(Handled::Now(0))));
}

#[tokio::test]
async fn what_is_dropped_in_the_middle_is_handled_when_the_lease_runs_out() {
    let (seen, count) = (MemorySeen::new(), AtomicUsize::new(0));
    let lease = Duration::from_millis(5);
    let never = std::future::pending::<Result<usize, Error>>();
    let begun = Box::pin(handle_once(&seen, "msg_a", lease, never));
    // Polled once, and dropped.
    assert!(tokio::time::timeout(Duration::ZERO, begun).await.is_err());
    loop {
        match handle_once(&seen, "msg_a", lease, work(&count)).await.unwrap() {
            Handled::Elsewhere => tokio::task::yield_now().await,
            handled => break assert!(matches!(handled, Handled::Now(0)), "{handled:?}"),
        }
    }
}

/// A store that answers as set.
struct Scripted {
    claim: fn() -> Result<Claim, SeenError>,
    done: fn() -> Result<bool, SeenError>,
}

fn away<T>() -> Result<T, SeenError> {
    Err(SeenError::Backend("connection refused".into()))
}

fn grant() -> Result<Claim, SeenError> {
    Ok(Claim::Granted(WebhookLease { id: "msg_a".into(), fence: 7 }))
}

#[async_trait]
impl SeenWebhooks for Scripted {
    async fn claim(&self, _: &str, _: Duration) -> Result<Claim, SeenError> {
        (self.claim)()
    }

    async fn done(&self, _: &WebhookLease) -> Result<bool, SeenError> {
        (self.done)()
    }

    async fn release(&self, _: &WebhookLease) -> Result<(), SeenError> {
        away()
    }
}

#[tokio::test]
async fn a_store_that_fails_neither_begins_the_work_nor_undoes_it() {
    let count = AtomicUsize::new(0);
    let unknown = handle_once(&Scripted { claim: away, done: away }, "msg_a", LEASE, work(&count)).await.unwrap_err();
    assert!(matches!(unknown, HandleError::Store(_)) && unknown.status() == 503);
    assert!(unknown.to_string().contains("connection refused"), "{unknown}");
    assert_eq!(count.load(Ordering::Relaxed), 0);

    let unrecorded = handle_once(&Scripted { claim: grant, done: away }, "msg_a", LEASE, work(&count)).await.unwrap();
    assert!(matches!(unrecorded, Handled::Unrecorded(0, _)) && unrecorded.status() == 204, "{unrecorded:?}");

    let late = handle_once(&Scripted { claim: grant, done: || Ok(false) }, "msg_a", LEASE, work(&count)).await.unwrap();
    assert!(matches!(late, Handled::Late(1)) && late.status() == 204, "{late:?}");

    // The work's own error is told where releasing fails too.
    let fails = async { Err::<(), _>(Error::other("no")) };
    let failed = handle_once(&Scripted { claim: grant, done: away }, "msg_a", LEASE, fails).await.unwrap_err();
    assert!(matches!(failed, HandleError::Work(_)));
}
