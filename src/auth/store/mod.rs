//! Where tokens are kept between calls and between processes: [`TokenStore`] and its three implementations.
//!
//! | store | shared by | what lies there in clear |
//! |---|---|---|
//! | [`MemoryStore`] | the sessions of one process it is given to; by default one session alone | nothing outside the process; wiped when dropped |
//! | `FileStore` (feature `file-store`) | processes of one machine | both tokens, the `endUserId`, the session's key; mode 0600 protects them |
//! | `RedisStore` (feature `redis`) | a fleet | both tokens, the `endUserId`, the session's key; anyone who reads that Redis can act as the user |
//!
//! No password ever reaches a store. A session's key is made of the environment's origin, the kind of login, the
//! partner's name and the user's name or phone number, unless a name was given; a phone number is personal data.
//!
//! # What a store promises
//! - A pair has a *version*. [`save`](TokenStore::save) replaces the pair its [`Lease`] saw and no other: compare and
//!   set. Versions only grow.
//! - A [`Lease`] is the right to get a new pair, for a limited time. Its *fence* is greater than every version and every
//!   fence before it and becomes the new pair's version. A holder that stalls past its lease can therefore not
//!   overwrite a newer pair: the version it saw is no longer there.
//! - A lease that ended without [`save`](TokenStore::save) or [`LeaseEnd::NothingSent`] leaves the pair *in doubt*: its refresh
//!   token may have been sent and rotated. The next [`Lease`] says so, and for how long.
//!
//! ```text
//!             lease                        save (version = fence)
//!   resting ---------> leased to a fence ------------------------> resting, newer pair
//!      ^                 |          |
//!      | NothingSent     |          | AnswerLost, or the time runs out
//!      +-----------------+          v
//!                                resting, pair in doubt
//! ```

#[cfg(all(feature = "file-store", unix))]
mod file;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod slot;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

#[cfg(all(feature = "file-store", unix))]
pub use self::file::FileStore;
pub use self::memory::MemoryStore;
#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
use super::token::TokenPair;
use crate::reason::reason;

/// Keeps the tokens of sessions. See the [module](self) for what it promises.
///
/// `key` names a session; it holds no secret. A session bounds every call with
/// [`Timing::store`](super::Timing), so an implementation need not.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// The store's name in errors and events, without a password: `redis at 10.0.0.7:6379`.
    fn name(&self) -> String;

    /// The current pair, if there is one.
    async fn load(&self, key: &str) -> Result<Option<Stored>, StoreError>;

    /// Asks for the right to get a new pair, for `ttl` from now.
    async fn lease(&self, key: &str, ttl: Duration) -> Result<Leased, StoreError>;

    /// Stores a new pair if the one `lease` saw is still there, and ends the lease. Doing it twice does no harm.
    async fn save(&self, key: &str, lease: &Lease, tokens: &Arc<TokenPair>) -> Result<Saved, StoreError>;

    /// Ends a lease without a new pair. A lease that is over already is left alone.
    async fn release(&self, key: &str, lease: &Lease, end: LeaseEnd) -> Result<(), StoreError>;

    /// Wipes the tokens kept under `key`. The version stays a while, and grows: a process that still holds the tokens
    /// sees that they were removed, not lost.
    async fn remove(&self, key: &str) -> Result<(), StoreError>;
}

/// A shared store is a store.
#[async_trait]
impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn name(&self) -> String {
        (**self).name()
    }

    async fn load(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        (**self).load(key).await
    }

    async fn lease(&self, key: &str, ttl: Duration) -> Result<Leased, StoreError> {
        (**self).lease(key, ttl).await
    }

    async fn save(&self, key: &str, lease: &Lease, tokens: &Arc<TokenPair>) -> Result<Saved, StoreError> {
        (**self).save(key, lease, tokens).await
    }

    async fn release(&self, key: &str, lease: &Lease, end: LeaseEnd) -> Result<(), StoreError> {
        (**self).release(key, lease, end).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        (**self).remove(key).await
    }
}

/// A pair and its version.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Greater than that of every pair before it.
    pub version: u64,
    /// The pair.
    pub tokens: Arc<TokenPair>,
}

/// The answer to a request for a lease.
#[derive(Clone, Debug)]
pub enum Leased {
    /// It is granted.
    Granted(Lease),
    /// Another session or process has the lease; this is the current pair.
    Held(Option<Stored>),
}

/// The right to get a new pair.
#[derive(Clone, Debug)]
pub struct Lease {
    /// Greater than every fence and version before it.
    pub fence: u64,
    /// The version it saw; zero where there never was a pair. With no pair it is that of the removal.
    pub seen: u64,
    /// The pair it saw.
    pub current: Option<Stored>,
    /// How long ago that pair's refresh token was perhaps sent, if it is in doubt.
    pub doubt: Option<Duration>,
}

/// The answer to a save.
#[derive(Clone, Debug)]
pub enum Saved {
    /// Stored under the lease's fence.
    Done,
    /// The pair the lease saw is gone; this one is there.
    Superseded(Option<Stored>),
}

/// How a lease without a new pair ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseEnd {
    /// The refresh token was not sent, or proven not to have arrived: the pair is as it was.
    NothingSent,
    /// The refresh token was sent and its fate is unknown, or it was refused: the pair is in doubt.
    AnswerLost,
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
    #[error("the content of {place} is not a session of this library: look at it, and remove it to log in anew")]
    Corrupt {
        /// The file or key.
        place: String,
    },
    /// It did not answer in time.
    #[error("no answer within {0:?}: see whether it is reachable")]
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
    #[error("the store works on a Tokio runtime and there is none here: call it from within one")]
    NoRuntime,
    /// The address of a server cannot be used.
    #[error(transparent)]
    Address(Box<dyn Error + Send + Sync>),
    /// Anything else.
    #[error("{}: see that its server runs, is reachable and accepts this client", reason(.0.as_ref()))]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}
