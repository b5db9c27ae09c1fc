//! [`RedisStore`]: a fleet shares sessions through a Redis server.
//!
//! A session is one hash, read and changed by scripts, which a Redis server runs one at a time: compare-and-set is
//! atomic. Time is the server's (`TIME`), so the fleet's clocks don't matter.

use std::time::Duration;

use async_trait::async_trait;
use redis::{IntoConnectionInfo, ScriptInvocation};
use zeroize::Zeroizing;

use super::{StoreError, StoredSession, TokenStore};
use crate::redis_connection::{RedisConnection, RunError, millis};

/// Stores sessions in a Redis server (6 or newer), one hash per session under `linkcy:session:`. Tokens are stored in
/// clear: use a server that only the fleet can reach, with a password, and TLS where the network is not yours alone.
///
/// While Redis is unavailable, valid tokens are still used; a refresh that is needed fails with an error that names it. Entries are
/// never evicted by this library unless [`expire_after`](Self::expire_after) says so; a server that evicts keys under memory pressure
/// forces a login. A failover that loses the last writes may bring back a used refresh token: prefer a server that waits for its
/// replica.
#[derive(Debug)]
pub struct RedisStore {
    connection: RedisConnection,
    prefix: String,
    expire_after: Option<Duration>,
}

impl RedisStore {
    /// Uses the server at `address`, such as `redis://:password@10.0.0.7:6379/0`, as [`RedisConnection::new`] does.
    ///
    /// # Errors
    /// When the address is invalid, or needs a feature of the `redis` crate that is off.
    pub fn new(address: impl IntoConnectionInfo) -> Result<Self, StoreError> {
        Ok(Self::over(RedisConnection::new(address).map_err(|error| StoreError::Address(Box::new(error)))?))
    }

    /// Uses a connection, which others may use too.
    pub fn over(connection: RedisConnection) -> Self {
        Self { connection, prefix: "linkcy:session:".to_owned(), expire_after: None }
    }

    /// Puts another prefix before the sessions' keys.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Lets Redis drop a session this long after it was last refreshed, or a refresh was tried; by default it is kept for ever.
    #[must_use]
    pub fn expire_after(mut self, time: Duration) -> Self {
        self.expire_after = Some(time);
        self
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

#[async_trait]
impl TokenStore for RedisStore {
    fn name(&self) -> String {
        self.connection.name().to_owned()
    }

    async fn load(&self, key: &str) -> Result<(StoredSession, Duration), StoreError> {
        let (json, now): (Vec<u8>, u64) = self.connection.run(LOAD, self.key(key), |_| {}).await?;
        let json = Zeroizing::new(json);
        let stored = if json.is_empty() { Some(StoredSession::default()) } else { StoredSession::from_json(&json) };
        let stored = stored.ok_or_else(|| StoreError::Corrupt { place: format!("the key {}", self.key(key)) })?;
        Ok((stored, Duration::from_millis(now)))
    }

    async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
        let json = new.to_json()?;
        let expiry = if new.tokens.is_some() { self.expire_after } else { Some(WITHOUT_TOKENS) };
        let arguments = |script: &mut ScriptInvocation<'_>| {
            script.arg(old.revision).arg(new.revision).arg(json.as_slice()).arg(expiry.map_or(0, millis));
        };
        Ok(self.connection.run(SWAP, self.key(key), arguments).await?)
    }
}

/// A first login that did not finish, and a removal, are kept for a day: a process that still has the tokens treats them
/// as outdated.
const WITHOUT_TOKENS: Duration = Duration::from_secs(86_400);

const LOAD: &str = "
    local t = redis.call('TIME')
    return {redis.call('HGET', KEYS[1], 'session') or '', t[1] * 1000 + math.floor(t[2] / 1000)}";

/// If its answer was lost it may be run again: if the new session is stored already, it has succeeded.
const SWAP: &str = "
    local revision = redis.call('HGET', KEYS[1], 'revision') or '0'
    if revision == ARGV[2] then return 1 end
    if revision ~= ARGV[1] then return 0 end
    redis.call('HSET', KEYS[1], 'revision', ARGV[2], 'session', ARGV[3])
    if ARGV[4] == '0' then
        redis.call('PERSIST', KEYS[1])
    else
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
    end
    return 1";

impl From<RunError> for StoreError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::NoRuntime => Self::NoRuntime,
            RunError::Redis(error) => Self::Backend(Box::new(error)),
        }
    }
}
