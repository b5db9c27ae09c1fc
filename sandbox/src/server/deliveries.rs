//! Delivers webhooks: each by its own task, which waits for its time and tries until it arrives or is given up.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;
use uuid::Uuid;

use crate::shared::{Send, Shared};
use crate::webhooks::{Endpoint, PAUSES};

/// Delivers what is queued until the sandbox stops. Deliveries don't wait for each other's retries.
pub(super) async fn deliver(shared: Arc<Shared>, mut queue: UnboundedReceiver<Send>) {
    let Some(endpoint) = shared.endpoint.clone() else {
        return;
    };
    while let Some(send) = queue.recv().await {
        let (shared, endpoint) = (Arc::clone(&shared), endpoint.clone());
        tokio::spawn(async move {
            match send {
                Send::UntilArrived(id) => while wait_and_try(&shared, &endpoint, id).await {},
                Send::Once(id) => attempt(&shared, &endpoint, id).await,
            }
        });
    }
}

/// Waits until a webhook is due and tries it; false when it needs no further attempt.
async fn wait_and_try(shared: &Shared, endpoint: &Endpoint, id: Uuid) -> bool {
    let due = |shared: &Shared| shared.bank().tables.deliveries.get(id)?.next_attempt;
    let Some(at) = due(shared) else {
        return false;
    };
    let left = at.duration_since(shared.clock.now());
    shared.clock.sleep(Duration::try_from(left).unwrap_or_default()).await;
    // A reset, or a resend that arrived, may have come in the meantime.
    if due(shared).is_some() {
        attempt(shared, endpoint, id).await;
    }
    due(shared).is_some()
}

async fn attempt(shared: &Shared, endpoint: &Endpoint, id: Uuid) {
    let found = shared.bank().tables.deliveries.get(id).map(|one| (one.svix_id(), one.body.clone()));
    let Some((svix_id, body)) = found else {
        return;
    };
    let outcome = endpoint.send(&svix_id, body).await;
    let now = shared.clock.now();
    shared.change(|bank| {
        bank.tables.deliveries.change(id, |one| {
            let pause = PAUSES.get(one.attempts).and_then(|pause| SignedDuration::try_from(*pause).ok());
            one.attempts += 1;
            one.delivered |= matches!(outcome, Ok(200..300));
            one.next_attempt =
                pause.filter(|_| !one.delivered).map(|pause| now.saturating_add(pause).unwrap_or(Timestamp::MAX));
            (one.last_status, one.last_error) = match outcome {
                Ok(status) => (Some(status), None),
                Err(error) => (None, Some(error)),
            };
        })
    });
}
