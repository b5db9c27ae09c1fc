//! Where tokens are stored between calls and between processes: [`TokenStore`] and its three implementations.
//!
//! | store | shared by | what is stored in clear |
//! |---|---|---|
//! | [`MemoryStore`] | the sessions of one process it is given to | nothing outside the process; wiped when dropped |
//! | `FileStore` (feature `file-store`) | processes of one machine | both tokens, the `endUserId`, the session's key; mode 0600 protects them |
//! | `RedisStore` (feature `redis`) | a fleet | both tokens, the `endUserId`, the session's key; anyone who reads that Redis can act as the user |
//!
//! A session that is given no store keeps its tokens in memory by itself.
//!
//! No password ever reaches a store. A session's key is made of the environment's origin, the kind of login, the
//! partner's name and the user's name or phone number, unless a name was given; a phone number is personal data.
//!
//! # What a store promises
//! It has one [`StoredSession`] for each key, and changes it in one way: [`swap`](TokenStore::swap) replaces it if it is
//! still the one that was loaded. It also gives the time, by one clock for all processes that share it. The protocol
//! between the processes of a session is in the stored data, and is the same for every store:
//! - A pair has a *version*. The holder of a lease can replace only the pair it saw. Versions only grow.
//! - A *lease* is the right to get a new pair, for a limited time. Its *fence* is greater than every version and every
//!   fence before it and becomes the new pair's version. A holder that stalls past its lease can therefore not
//!   overwrite a newer pair: the version it saw is no longer there.
//! - A lease that ended without a new pair, and without a note that nothing was sent, leaves the pair *in doubt*: its refresh
//!   token may have been sent and rotated. The next lease says so, and for how long.
//!
//! ```text
//!             lease                        new pair (version = fence)
//!   resting ---------> leased to a fence ------------------------> resting, newer pair
//!      ^                 |          |
//!      | nothing sent    |          | answer lost, or the time runs out
//!      +-----------------+          v
//!                                resting, pair in doubt
//! ```

#[cfg(all(feature = "file-store", unix))]
mod file;
mod memory;
mod record;
#[cfg(feature = "redis")]
mod redis;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

#[cfg(all(feature = "file-store", unix))]
pub use self::file::FileStore;
pub use self::memory::MemoryStore;
pub(crate) use self::memory::OwnStore;
pub use self::record::StoredSession;
pub(crate) use self::record::{Lease, LeaseEnd};
#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
use crate::reason::reason;

/// Stores the tokens of sessions. See the [module](self) for what it promises.
///
/// `key` names a session; it contains no secret. A session bounds every call with [`Timing::store`](super::Timing),
/// so an implementation need not.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// The store's name in errors and events, without a password: `redis at 10.0.0.7:6379`.
    fn name(&self) -> String;

    /// What is stored under `key`, [`StoredSession::default`] if nothing is, and the time since a moment that is the same for
    /// all processes that share the store.
    async fn load(&self, key: &str) -> Result<(StoredSession, Duration), StoreError>;

    /// Replaces `old` with `new` if what is stored still has the [revision](StoredSession::revision) of `old`; otherwise
    /// returns `false` and changes nothing. A store whose answers can be lost may repeat the swap: the result is then also
    /// `true` if `new` is stored already.
    async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError>;
}

/// A shared store is a store.
#[async_trait]
impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn name(&self) -> String {
        (**self).name()
    }

    async fn load(&self, key: &str) -> Result<(StoredSession, Duration), StoreError> {
        (**self).load(key).await
    }

    async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
        (**self).swap(key, old, new).await
    }
}

/// Why a store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Others can read the file, or write to the directory.
    #[error(
        "{} has mode {mode:03o} and others could get at the tokens: make it {wanted:03o} with chmod, or use a new \
         directory, which the store creates for itself",
        path.display()
    )]
    Insecure {
        /// The file or directory.
        path: PathBuf,
        /// Its mode.
        mode: u32,
        /// The mode it should have.
        wanted: u32,
    },
    /// What is stored can't be read. It is not overwritten.
    #[error("the content of {place} is not a session of this library: inspect it, and remove it to log in again")]
    Corrupt {
        /// The file or key.
        place: String,
    },
    /// It did not answer in time.
    #[error("no answer within {0:?}: check that it is reachable")]
    TimedOut(Duration),
    /// A file could not be read or written.
    #[error("{} could not be used ({source}): see its permissions and the disk", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no Tokio runtime.
    #[error("the store needs a Tokio runtime, and none is running here: call it from within one")]
    NoRuntime,
    /// The address of a server cannot be used.
    #[error(transparent)]
    Address(Box<dyn Error + Send + Sync>),
    /// Anything else.
    #[error("{}: check that its server is running, is reachable and accepts this client", reason(.0.as_ref()))]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}
