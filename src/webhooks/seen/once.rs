//! [`handle_once`]: claim, work, done.

use std::time::Duration;

use super::{Claim, SeenError, SeenWebhooks};

/// Handles an event unless it was handled: claims its id for `lease`, awaits `work`, and records that it is done; or gives the
/// id back where the work fails, so that the next attempt is handled. The future `work` is not polled where there is nothing to
/// do.
///
/// `lease` has to be longer than the work takes. When this future is dropped in the middle, or the process dies, the lease runs
/// out and the sender's next attempt is handled.
///
/// ```
/// # async fn example(event: linkcy::webhooks::WebhookEvent) -> Result<u16, Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use linkcy::webhooks::{MemorySeen, handle_once};
///
/// let seen = MemorySeen::new();
/// let work = async {
///     println!("{:?}", event.kind);
///     Ok::<_, std::io::Error>(())
/// };
/// let handled = handle_once(&seen, &event.id, Duration::from_secs(60), work).await?;
/// let status = handled.status();
/// # Ok(status)
/// # }
/// ```
///
/// # Errors
/// [`HandleError::Work`] with the work's own error, [`HandleError::Store`] when the store failed and the work was not begun.
/// Answer 503 to both.
pub async fn handle_once<T, E>(
    seen: &(impl SeenWebhooks + ?Sized),
    id: &str,
    lease: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<Handled<T>, HandleError<E>> {
    let lease = match seen.claim(id, lease).await.map_err(HandleError::Store)? {
        Claim::Granted(lease) => lease,
        Claim::Held => return Ok(Handled::Elsewhere),
        Claim::Done => return Ok(Handled::Before),
    };
    match work.await {
        Ok(value) => Ok(match seen.done(&lease).await {
            Ok(true) => Handled::Now(value),
            Ok(false) => Handled::Late(value),
            Err(error) => Handled::Unrecorded(value, error),
        }),
        Err(error) => {
            // Where this fails the lease runs out by itself.
            let _ = seen.release(&lease).await;
            Err(HandleError::Work(error))
        }
    }
}

/// The result for an event.
#[derive(Debug)]
pub enum Handled<T> {
    /// It was handled now, and that is recorded.
    Now(T),
    /// It was handled now, and took longer than the lease: it may have been handled elsewhere too.
    Late(T),
    /// It was handled now, and the store failed to record it: another attempt, if there is one, is handled again.
    Unrecorded(T, SeenError),
    /// It was handled before.
    Before,
    /// Another process or task is handling it.
    Elsewhere,
}

impl<T> Handled<T> {
    /// The HTTP status to answer with: 204, or 503 where another process or task handles it, because that one may
    /// crash.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Now(_) | Self::Late(_) | Self::Unrecorded(..) | Self::Before => 204,
            Self::Elsewhere => 503,
        }
    }
}

/// Why an event was not handled.
#[derive(Debug, thiserror::Error)]
pub enum HandleError<E> {
    /// The work failed. The id was given back.
    #[error("the webhook could not be handled ({0}), and its next attempt will be")]
    Work(#[source] E),
    /// The store failed, so it is unknown whether it was handled. The work was not begun.
    #[error("the webhook was not handled: {0}")]
    Store(#[source] SeenError),
}

impl<E> HandleError<E> {
    /// The HTTP status to answer with: 503.
    #[must_use]
    pub const fn status(&self) -> u16 {
        503
    }
}
