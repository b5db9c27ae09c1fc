//! [`RedisStore`]: a fleet shares sessions through a Redis server.
//!
//! A session is one hash, changed by scripts, which a Redis server runs one at a time: compare-and-set and lease are
//! atomic. Time is the server's (`TIME`), so the fleet's clocks don't matter.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, IntoConnectionInfo, RedisError, Script, ScriptInvocation};
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use super::{End, Lease, Leased, Saved, StoreError, Stored, TokenStore};
use crate::auth::token::Tokens;

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Keeps sessions in a Redis server (6 or newer), one hash per session under `linkcy:session:`. Tokens lie there in clear: use a
/// server that only the fleet can reach, with a password, and TLS where the network is not yours alone.
///
/// It connects at the first use and again when the connection breaks. While Redis is away valid tokens go on being
/// used; a needed refresh fails with an error that names it. Entries are never evicted by this library unless
/// [`expire_after`](Self::expire_after) says so; a server that evicts keys under memory pressure costs a login.
/// A failover that loses the last writes may bring back a used refresh token: prefer a server that waits for its
/// replica.
///
/// The connection belongs to the Tokio runtime of the first call: use one store per runtime.
pub struct RedisStore {
    client: Client,
    name: String,
    prefix: String,
    expire_after: Option<Duration>,
    connection: OnceCell<ConnectionManager>,
    scripts: Scripts,
}

impl RedisStore {
    /// Uses the server at `address`, such as `redis://:password@10.0.0.7:6379/0`. Nothing is sent yet. For
    /// `rediss://` (TLS) turn on one of the `redis` crate's TLS features in your own `Cargo.toml`.
    ///
    /// # Errors
    /// When the address is not one, or needs a feature that is off.
    pub fn new(address: impl IntoConnectionInfo) -> Result<Self, StoreError> {
        let client = Client::open(address).map_err(failed)?;
        let name = format!("redis at {}", client.get_connection_info().addr());
        Ok(Self {
            client,
            name,
            prefix: "linkcy:session:".to_owned(),
            expire_after: None,
            connection: OnceCell::new(),
            scripts: Scripts::new(),
        })
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

    async fn run<T: redis::FromRedisValue>(
        &self,
        key: &str,
        script: &Script,
        arguments: impl FnOnce(&mut ScriptInvocation<'_>),
    ) -> Result<T, StoreError> {
        let mut connection = self.connection.get_or_try_init(|| self.connect()).await.map_err(failed)?.clone();
        let mut invocation = script.prepare_invoke();
        invocation.key(format!("{}{key}", self.prefix));
        arguments(&mut invocation);
        invocation.invoke_async(&mut connection).await.map_err(failed)
    }

    async fn connect(&self) -> Result<ConnectionManager, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN))
            // The session does the retrying, and knows its pace.
            .set_number_of_retries(0);
        ConnectionManager::new_lazy_with_config(self.client.clone(), config)
    }

    fn stored(&self, key: &str, version: u64, json: Vec<u8>) -> Result<Option<Stored>, StoreError> {
        let json = Zeroizing::new(json);
        if json.is_empty() {
            return Ok(None);
        }
        let tokens = crate::json::read(&json)
            .map_err(|_| StoreError::Corrupt { place: format!("the key {}{key}", self.prefix) })?;
        Ok(Some(Stored { version, tokens: Arc::new(tokens) }))
    }
}

#[async_trait]
impl TokenStore for RedisStore {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn load(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let (version, json): (u64, Vec<u8>) = self.run(key, &self.scripts.load, |_| {}).await?;
        self.stored(key, version, json)
    }

    async fn lease(&self, key: &str, ttl: Duration) -> Result<Leased, StoreError> {
        let (fence, version, json, doubt): (u64, u64, Vec<u8>, i64) = self
            .run(key, &self.scripts.lease, |script| {
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

    async fn save(&self, key: &str, lease: &Lease, tokens: &Arc<Tokens>) -> Result<Saved, StoreError> {
        let json = serde_json::to_vec(tokens.as_ref()).map_err(|error| StoreError::Backend(Box::new(error)))?;
        let json = Zeroizing::new(json);
        let (done, version, found): (bool, u64, Vec<u8>) = self
            .run(key, &self.scripts.save, |script| {
                script.arg(lease.fence).arg(lease.seen).arg(json.as_slice()).arg(self.expire_after.map_or(0, millis));
            })
            .await?;
        if done { Ok(Saved::Done) } else { Ok(Saved::Superseded(self.stored(key, version, found)?)) }
    }

    async fn release(&self, key: &str, lease: &Lease, end: End) -> Result<(), StoreError> {
        // What the doubt becomes: as it was before the lease, or as the lease noted it.
        let doubt = match (end, lease.doubt) {
            (End::NothingSent, Some(doubt)) => millis(doubt).to_string(),
            (End::NothingSent, None) => "none".to_owned(),
            (End::AnswerLost, _) => "keep".to_owned(),
        };
        self.run(key, &self.scripts.release, |script| {
            script.arg(lease.fence).arg(lease.seen).arg(doubt);
        })
        .await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.run(key, &self.scripts.remove, |_| {}).await
    }
}

/// Shows the address without its password.
impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("name", &self.name).field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// The transitions of [`Slot`](super::slot::Slot), as Redis runs them.
struct Scripts {
    load: Script,
    lease: Script,
    save: Script,
    release: Script,
    remove: Script,
}

impl Scripts {
    fn new() -> Self {
        Self {
            load: Script::new(
                "local h = redis.call('HMGET', KEYS[1], 'version', 'tokens')
                 return {tonumber(h[1]) or 0, h[2] or ''}",
            ),
            // An entry without tokens is one whose first login never came to an end: it goes by itself.
            lease: Script::new(
                "local t = redis.call('TIME')
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
                 return {fence, version, tokens, doubt}",
            ),
            save: Script::new(
                "local h = redis.call('HMGET', KEYS[1], 'version', 'tokens', 'fence')
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
                 return {1, fence, ''}",
            ),
            release: Script::new(
                "local h = redis.call('HMGET', KEYS[1], 'version', 'fence')
                 if (tonumber(h[2]) or 0) ~= tonumber(ARGV[1]) then return end
                 if (tonumber(h[1]) or 0) ~= tonumber(ARGV[2]) then return end
                 redis.call('HDEL', KEYS[1], 'until')
                 if ARGV[3] == 'none' then
                     redis.call('HDEL', KEYS[1], 'sent')
                 elseif ARGV[3] ~= 'keep' then
                     local t = redis.call('TIME')
                     local sent = t[1] * 1000 + math.floor(t[2] / 1000) - ARGV[3]
                     redis.call('HSET', KEYS[1], 'sent', string.format('%.0f', sent))
                 end",
            ),
            // The version stays for a day, so that a process that still has the tokens knows them for old.
            remove: Script::new(
                "local t = redis.call('TIME')
                 local now = t[1] * 1000 + math.floor(t[2] / 1000)
                 local fence = tonumber(redis.call('HGET', KEYS[1], 'fence')) or 0
                 local version = string.format('%.0f', math.max(now, fence + 1))
                 redis.call('DEL', KEYS[1])
                 redis.call('HSET', KEYS[1], 'version', version, 'fence', version)
                 redis.call('PEXPIRE', KEYS[1], 86400000)",
            ),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn failed(error: RedisError) -> StoreError {
    StoreError::Backend(Box::new(error))
}
