//! What every store of handled webhooks promises: each function is one promise.

use std::error::Error;
use std::time::{Duration, Instant};

use linkcy::webhooks::{Claim, SeenWebhooks, WebhookLease};

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(20);

/// Claims an id that is free.
async fn granted(
    store: &dyn SeenWebhooks,
    id: &str,
    lease: Duration,
) -> Result<WebhookLease, Box<dyn Error + Send + Sync>> {
    match store.claim(id, lease).await? {
        Claim::Granted(lease) => Ok(lease),
        other => Err(format!("{id} is {other:?}").into()),
    }
}

/// Claims an id as soon as the lease on it runs out.
async fn next(store: &dyn SeenWebhooks, id: &str) -> Result<WebhookLease, Box<dyn Error + Send + Sync>> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match store.claim(id, LONG).await? {
            Claim::Granted(lease) => return Ok(lease),
            Claim::Held if Instant::now() < deadline => tokio::task::yield_now().await,
            other => return Err(format!("{id} is {other:?}").into()),
        }
    }
}

pub async fn an_id_is_granted_once_and_then_done(store: &dyn SeenWebhooks) -> Outcome {
    let lease = granted(store, "msg_a", LONG).await?;
    assert_eq!(store.claim("msg_a", LONG).await?, Claim::Held);
    assert!(store.done(&lease).await?);
    assert!(store.done(&lease).await?, "twice does no harm");
    assert_eq!(store.claim("msg_a", LONG).await?, Claim::Done);
    granted(store, "msg_b", LONG).await?;
    Ok(())
}

pub async fn what_is_released_is_granted_to_the_next_with_a_greater_fence(store: &dyn SeenWebhooks) -> Outcome {
    let first = granted(store, "msg_a", LONG).await?;
    store.release(&first).await?;
    let second = granted(store, "msg_a", LONG).await?;
    assert!(second.fence > first.fence);
    store.release(&first).await?;
    assert_eq!(store.claim("msg_a", LONG).await?, Claim::Held, "a lease that is over releases nothing");
    Ok(())
}

pub async fn a_lease_that_runs_out_is_granted_to_the_next(store: &dyn SeenWebhooks) -> Outcome {
    let dead = granted(store, "msg_a", SHORT).await?;
    let next = next(store, "msg_a").await?;
    assert!(next.fence > dead.fence);
    store.release(&dead).await?;
    assert_eq!(store.claim("msg_a", LONG).await?, Claim::Held, "a lease that ran out releases nothing");
    assert!(store.done(&next).await?);
    assert_eq!(store.claim("msg_a", LONG).await?, Claim::Done);
    Ok(())
}

pub async fn what_is_done_late_is_done_and_said_to_be_late(store: &dyn SeenWebhooks) -> Outcome {
    let slow = granted(store, "msg_a", SHORT).await?;
    let next = next(store, "msg_a").await?;
    assert!(!store.done(&slow).await?);
    assert_eq!(store.claim("msg_a", LONG).await?, Claim::Done);
    store.release(&next).await?;
    assert_eq!(store.claim("msg_a", LONG).await?, Claim::Done, "what is done stays done");
    Ok(())
}

pub async fn a_lease_that_ran_out_unclaimed_is_not_late(store: &dyn SeenWebhooks) -> Outcome {
    let slow = granted(store, "msg_a", SHORT).await?;
    let deadline = Instant::now() + SHORT * 2;
    while Instant::now() < deadline {
        tokio::task::yield_now().await;
    }
    assert!(store.done(&slow).await?);
    assert_eq!(store.claim("msg_a", LONG).await?, Claim::Done);
    Ok(())
}

pub async fn of_many_claims_at_once_one_is_granted(store: &dyn SeenWebhooks) -> Outcome {
    for round in 0..20 {
        let id = format!("msg_{round}");
        let claim = || store.claim(&id, LONG);
        let claims = futures_util::future::try_join_all((0..16).map(|_| claim())).await?;
        assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Granted(_))).count(), 1, "{claims:?}");
    }
    Ok(())
}

/// Calls a macro with each promise.
#[macro_export]
macro_rules! each_promise_of_seen {
    ($promise:ident) => {
        $promise!(an_id_is_granted_once_and_then_done);
        $promise!(what_is_released_is_granted_to_the_next_with_a_greater_fence);
        $promise!(a_lease_that_runs_out_is_granted_to_the_next);
        $promise!(what_is_done_late_is_done_and_said_to_be_late);
        $promise!(a_lease_that_ran_out_unclaimed_is_not_late);
        $promise!(of_many_claims_at_once_one_is_granted);
    };
}
