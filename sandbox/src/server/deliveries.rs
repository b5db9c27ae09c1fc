//! Delivers webhooks: each by its own task, which waits for its time and tries until it arrives or is given up.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;
use uuid::Uuid;

use crate::shared::{Send, Shared};
use crate::state::delivery::{KeptDelivery, svix_id};
use crate::webhooks::PAUSES;

/// Delivers what is queued until the sandbox stops. Deliveries don't wait for each other's retries.
pub(super) async fn deliver(shared: Arc<Shared>, mut queue: UnboundedReceiver<Send>) {
    while let Some(send) = queue.recv().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            match send {
                Send::UntilArrived(id) => while wait_and_try(&shared, id).await {},
                Send::Once(id) => attempt(&shared, id).await,
            }
        });
    }
}

/// Waits until a webhook is due and tries it; false when it needs no further attempt.
async fn wait_and_try(shared: &Shared, id: Uuid) -> bool {
    // One that was kept for an address that is no longer given stays as it is.
    let goes_somewhere = |one: &&KeptDelivery| shared.endpoint(&one.address).is_some();
    let due = || shared.bank().tables.deliveries.get(id).filter(goes_somewhere)?.next_attempt;
    let Some(at) = due() else {
        return false;
    };
    let left = at.duration_since(shared.clock.now());
    shared.clock.sleep(Duration::try_from(left).unwrap_or_default()).await;
    // A reset, or a resend that arrived, may have come in the meantime.
    if due().is_some() {
        attempt(shared, id).await;
    }
    due().is_some()
}

async fn attempt(shared: &Shared, id: Uuid) {
    let Some(delivery) = shared.bank().tables.deliveries.get(id).cloned() else {
        return;
    };
    let Some(endpoint) = shared.endpoint(&delivery.address) else {
        return;
    };
    let outcome = endpoint.send(&svix_id(delivery.message), delivery.body).await;
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
