//! [`SeenWebhooks`]: which events were handled, so that each is handled once.

mod memory;
mod once;
#[cfg(feature = "redis")]
mod redis;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use self::memory::MemorySeen;
pub use self::once::{HandleError, Handled, handle_once};
#[cfg(feature = "redis")]
pub use self::redis::RedisSeen;
use crate::reason::reason;

/// How long an id that is done is remembered unless set: Svix's automatic attempts end after some 28 hours.
const KEEP: Duration = Duration::from_secs(72 * 3600);

/// Remembers which webhooks were handled: [`MemorySeen`] in one process, `RedisSeen` (feature `redis`) in a fleet. Where handling
/// an event is a transaction on your database, a table there is best: an event is then handled and recorded in one step, or not
/// at all.
///
/// A sender that gets no answer sends again, and two processes may get the same event at the same time. So an event's id is
/// claimed for a limited time before it is handled, and marked as done afterwards; [`handle_once`] does both.
///
/// ```text
///            claim                     done
///   unknown ------> leased to a fence ------> done, kept for days
///      ^                |
///      | release, or the lease runs out
///      +----------------+
/// ```
///
/// A process that dies in between leaves a lease that runs out, and the sender's next attempt is handled. An event whose
/// handling takes longer than its lease may be handled twice. The [fence](WebhookLease::fence) can prevent that: a database can
/// refuse a write whose fence is smaller than one it has seen.
#[async_trait]
pub trait SeenWebhooks: Send + Sync + 'static {
    /// Asks for the right to handle an event, for `lease` from now.
    async fn claim(&self, id: &str, lease: Duration) -> Result<Claim, SeenError>;

    /// Records that the event is handled, even if the lease is over. `false` when another lease was granted meanwhile: the
    /// event may have been handled twice. It may be called twice.
    async fn done(&self, lease: &WebhookLease) -> Result<bool, SeenError>;

    /// Gives the right back, so that the next attempt is handled. A lease that is over already, or done, is not
    /// changed.
    async fn release(&self, lease: &WebhookLease) -> Result<(), SeenError>;
}

/// A shared store is a store.
#[async_trait]
impl<S: SeenWebhooks + ?Sized> SeenWebhooks for Arc<S> {
    async fn claim(&self, id: &str, lease: Duration) -> Result<Claim, SeenError> {
        (**self).claim(id, lease).await
    }

    async fn done(&self, lease: &WebhookLease) -> Result<bool, SeenError> {
        (**self).done(lease).await
    }

    async fn release(&self, lease: &WebhookLease) -> Result<(), SeenError> {
        (**self).release(lease).await
    }
}

/// The answer to a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Handle it.
    Granted(WebhookLease),
    /// Another process or task handles it. Answer 503, so that it is sent again: that process may crash.
    Held,
    /// It was handled. Answer 2xx.
    Done,
}

/// The right to handle an event, for a limited time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookLease {
    /// The event's id.
    pub id: String,
    /// Greater than that of every earlier lease of this id.
    pub fence: u64,
}

/// Why a store gave no answer. Answer 503, so that the event is sent again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeenError {
    /// Every entry belongs to an event that is being handled.
    #[error(
        "{capacity} webhooks are being handled at once and the store has room for no more: give it a greater capacity"
    )]
    Full {
        /// How many there is room for.
        capacity: usize,
    },
    /// There is no Tokio runtime.
    #[error("the store needs a Tokio runtime, and none is running here: call it from within one")]
    NoRuntime,
    /// The address of a server cannot be used.
    #[error(transparent)]
    Address(Box<dyn Error + Send + Sync>),
    /// Anything else.
    #[error("the store failed ({}): check that its server is running, is reachable and accepts this client", reason(.0.as_ref()))]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}

impl SeenError {
    /// The HTTP status to answer with: 503.
    #[must_use]
    pub const fn status(&self) -> u16 {
        503
    }
}
