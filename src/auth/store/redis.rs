//! [`RedisStore`]: a fleet shares sessions through a Redis server.
//!
//! A session is one hash, changed by scripts, which a Redis server runs one at a time: compare-and-set and lease are
//! atomic. Time is the server's (`TIME`), so the fleet's clocks don't matter.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::ConnectionLike;
use redis::{FromRedisValue, IntoConnectionInfo, RedisResult, ScriptInvocation};
use zeroize::Zeroizing;

use super::slot::millis;
use super::{Lease, LeaseEnd, Leased, Saved, StoreError, Stored, TokenStore};
use crate::auth::token::{TokenPair, from_json};
use crate::redis_connection::{RedisConnection, RedisScript, RunError};

/// Keeps sessions in a Redis server (6 or newer), one hash per session under `linkcy:session:`. Tokens lie there in
/// clear: use a server that only the fleet can reach, with a password, and TLS where the network is not yours alone.
///
/// It connects at the first use, and again when the connection breaks or the server reports that it cannot serve the
/// request: `READONLY` after a failover, `MOVED`, `LOADING`, `MASTERDOWN` and the like. While Redis is away valid
/// tokens go on being used; a needed refresh fails with an error that names it. Entries are never evicted by this library
/// unless [`expire_after`](Self::expire_after) says so; a server that evicts keys under memory pressure forces a login.
/// A failover that loses the last writes may bring back a used refresh token: prefer a server that waits for its
/// replica.
///
/// The connection belongs to the Tokio runtime of the call that opened it: use one store per runtime.
///
/// # Managed servers, Sentinel, Cluster, TLS
/// `RedisStore::new("rediss://:password@my-cache.example.com:6380")` suffices for a managed Redis with TLS whose name
/// leads to its current master. The `redis` crate needs one of its TLS features for that, such as
/// `redis = { version = "1", features = ["tokio-rustls-comp", "tls-rustls-webpki-roots"] }` in your own `Cargo.toml`.
/// For what an address cannot say, give the connection as your own `redis` client makes it:
/// [`with_connection`](Self::with_connection) for one that reconnects on its own, such as a `ClusterConnection`,
/// [`connecting`](Self::connecting) for one that must be made again after a failover, such as Sentinel's.
pub struct RedisStore {
    connection: RedisConnection,
    prefix: String,
    expire_after: Option<Duration>,
}

impl RedisStore {
    /// Uses the server at `address`, such as `redis://:password@10.0.0.7:6379/0`, or `rediss://` for TLS. Nothing is sent
    /// yet.
    ///
    /// # Errors
    /// When the address is invalid, or needs a feature of the `redis` crate that is off.
    pub fn new(address: impl IntoConnectionInfo) -> Result<Self, StoreError> {
        Ok(Self::on(RedisConnection::to(address).map_err(|error| StoreError::Address(Box::new(error)))?))
    }

    /// Uses an open connection that reconnects on its own: a `ConnectionManager`, a `ClusterConnection`. `name` stands
    /// for it in errors; it holds no password.
    ///
    /// A `ConnectionManager` stays with a master that was demoted until that closes the connection: with failovers use
    /// [`connecting`](Self::connecting).
    pub fn with_connection<C>(name: impl Into<String>, connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self::connecting(name, move || std::future::ready(Ok(connection.clone())))
    }

    /// Uses the connections that `connect` makes: one, and another whenever that one breaks or leads to the wrong server.
    /// `name` stands for them in errors; it holds no password.
    ///
    /// With Sentinel `connect` asks for the current master each time:
    /// `sentinel.lock().await.get_async_connection().await` of a `SentinelClient` in a Tokio mutex.
    pub fn connecting<C, F>(name: impl Into<String>, connect: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
        F: Future<Output = RedisResult<C>> + Send + 'static,
    {
        Self::on(RedisConnection::connecting(name.into(), connect))
    }

    fn on(connection: RedisConnection) -> Self {
        Self { connection, prefix: "linkcy:session:".to_owned(), expire_after: None }
    }

    /// Puts another prefix before the sessions' keys.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Lets Redis drop a session this long after its last refresh; by default it is kept for ever.
    #[must_use]
    pub fn expire_after(mut self, time: Duration) -> Self {
        self.expire_after = Some(time);
        self
    }

    async fn run<T: FromRedisValue>(
        &self,
        key: &str,
        code: &'static str,
        arguments: impl FnOnce(&mut ScriptInvocation<'_>) + Send,
    ) -> Result<T, StoreError> {
        // A lease whose answer was lost stays taken until it expires, so that asking again cannot get it.
        let script = RedisScript { code, is_repeatable: code != LEASE };
        Ok(self.connection.run(script, format!("{}{key}", self.prefix), arguments).await?)
    }

    fn stored(&self, key: &str, version: u64, json: Vec<u8>) -> Result<Option<Stored>, StoreError> {
        let json = Zeroizing::new(json);
        if json.is_empty() {
            return Ok(None);
        }
        let tokens =
            from_json(&json).ok_or_else(|| StoreError::Corrupt { place: format!("the key {}{key}", self.prefix) })?;
        Ok(Some(Stored { version, tokens: Arc::new(tokens) }))
    }
}

#[async_trait]
impl TokenStore for RedisStore {
    fn name(&self) -> String {
        self.connection.name().to_owned()
    }

    async fn load(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let (version, json): (u64, Vec<u8>) = self.run(key, LOAD, |_| {}).await?;
        self.stored(key, version, json)
    }

    async fn lease(&self, key: &str, ttl: Duration) -> Result<Leased, StoreError> {
        let (fence, version, json, doubt): (u64, u64, Vec<u8>, i64) = self
            .run(key, LEASE, |script| {
                script.arg(millis(ttl));
            })
            .await?;
        let current = self.stored(key, version, json)?;
        if fence == 0 {
            return Ok(Leased::Held(current));
        }
        let doubt = u64::try_from(doubt).ok().map(Duration::from_millis);
        Ok(Leased::Granted(Lease { fence, seen: version, current, doubt }))
    }

    async fn save(&self, key: &str, lease: &Lease, tokens: &Arc<TokenPair>) -> Result<Saved, StoreError> {
        let json = serde_json::to_vec(tokens.as_ref()).map_err(|error| StoreError::Backend(Box::new(error)))?;
        let json = Zeroizing::new(json);
        let (done, version, found): (bool, u64, Vec<u8>) = self
            .run(key, SAVE, |script| {
                script.arg(lease.fence).arg(lease.seen).arg(json.as_slice()).arg(self.expire_after.map_or(0, millis));
            })
            .await?;
        if done { Ok(Saved::Done) } else { Ok(Saved::Superseded(self.stored(key, version, found)?)) }
    }

    async fn release(&self, key: &str, lease: &Lease, end: LeaseEnd) -> Result<(), StoreError> {
        // What the doubt becomes: as it was before the lease, or as the lease noted it.
        let doubt = match (end, lease.doubt) {
            (LeaseEnd::NothingSent, Some(doubt)) => millis(doubt).to_string(),
            (LeaseEnd::NothingSent, None) => "none".to_owned(),
            (LeaseEnd::AnswerLost, _) => "keep".to_owned(),
        };
        self.run(key, RELEASE, |script| {
            script.arg(lease.fence).arg(lease.seen).arg(doubt);
        })
        .await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.run(key, REMOVE, |_| {}).await
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("name", &self.connection.name())
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

// The transitions of [`StoreSlot`](super::slot::StoreSlot), as Redis runs them.

const LOAD: &str = "
    local h = redis.call('HMGET', KEYS[1], 'version', 'tokens')
    return {tonumber(h[1]) or 0, h[2] or ''}";

/// An entry without tokens belongs to a first login that did not finish: it expires.
const LEASE: &str = "
    local t = redis.call('TIME')
    local now = t[1] * 1000 + math.floor(t[2] / 1000)
    local h = redis.call('HMGET', KEYS[1], 'version', 'tokens', 'fence', 'until', 'sent')
    local version, tokens = tonumber(h[1]) or 0, h[2] or ''
    if (tonumber(h[4]) or 0) > now then return {0, version, tokens, -1} end
    local fence = math.max(now, (tonumber(h[3]) or 0) + 1)
    local text = function(n) return string.format('%.0f', n) end
    redis.call('HSET', KEYS[1], 'fence', text(fence), 'until', text(now + ARGV[1]))
    local doubt = -1
    if tokens ~= '' then
        if h[5] then doubt = math.max(0, now - h[5]) end
        redis.call('HSET', KEYS[1], 'sent', text(now))
    else
        redis.call('PEXPIRE', KEYS[1], text(ARGV[1] + 3600000))
    end
    return {fence, version, tokens, doubt}";

const SAVE: &str = "
    local h = redis.call('HMGET', KEYS[1], 'version', 'tokens', 'fence')
    local version = tonumber(h[1]) or 0
    local fence, seen = tonumber(ARGV[1]), tonumber(ARGV[2])
    if version ~= fence then
        if version ~= seen then return {0, version, h[2] or ''} end
        redis.call('HSET', KEYS[1], 'version', ARGV[1], 'tokens', ARGV[3])
        redis.call('HDEL', KEYS[1], 'sent')
        if tonumber(ARGV[4]) > 0 then
            redis.call('PEXPIRE', KEYS[1], ARGV[4])
        else
            redis.call('PERSIST', KEYS[1])
        end
    end
    if (tonumber(h[3]) or 0) <= fence then
        redis.call('HSET', KEYS[1], 'fence', ARGV[1])
        redis.call('HDEL', KEYS[1], 'until')
    end
    return {1, fence, ''}";

const RELEASE: &str = "
    local h = redis.call('HMGET', KEYS[1], 'version', 'fence')
    if (tonumber(h[2]) or 0) ~= tonumber(ARGV[1]) then return end
    if (tonumber(h[1]) or 0) ~= tonumber(ARGV[2]) then return end
    redis.call('HDEL', KEYS[1], 'until')
    if ARGV[3] == 'none' then
        redis.call('HDEL', KEYS[1], 'sent')
    elseif ARGV[3] ~= 'keep' then
        local t = redis.call('TIME')
        local sent = t[1] * 1000 + math.floor(t[2] / 1000) - ARGV[3]
        redis.call('HSET', KEYS[1], 'sent', string.format('%.0f', sent))
    end";

/// The version stays for a day, so that a process that still has the tokens treats them as outdated.
const REMOVE: &str = "
    local t = redis.call('TIME')
    local now = t[1] * 1000 + math.floor(t[2] / 1000)
    local fence = tonumber(redis.call('HGET', KEYS[1], 'fence')) or 0
    local version = string.format('%.0f', math.max(now, fence + 1))
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'version', version, 'fence', version)
    redis.call('PEXPIRE', KEYS[1], 86400000)";

impl From<RunError> for StoreError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::NoRuntime => Self::NoRuntime,
            RunError::Redis(error) => Self::Backend(Box::new(error)),
        }
    }
}
