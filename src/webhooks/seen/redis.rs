//! [`RedisSeen`]: what a fleet has handled.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use redis::{FromRedisValue, IntoConnectionInfo};

use super::{Claim, KEEP, SeenError, SeenWebhooks, WebhookLease};
use crate::redis_connection::{RedisConnection, RunError, millis};

/// Remembers in a Redis server (6 or newer), one hash for each id under `linkcy:webhook:`, which Redis drops three days after it
/// was last touched. Leases go by the server's clock. Prefer a server that does not evict keys and that waits for its replica: an
/// id that is lost is handled again.
pub struct RedisSeen {
    connection: RedisConnection,
    prefix: String,
    keep: Duration,
}

impl RedisSeen {
    /// Uses the server at `address`, such as `redis://:password@10.0.0.7:6379/0`, as [`RedisConnection::new`] does.
    ///
    /// # Errors
    /// When the address is invalid, or needs a feature of the `redis` crate that is off.
    pub fn new(address: impl IntoConnectionInfo) -> Result<Self, SeenError> {
        Ok(Self::over(RedisConnection::new(address).map_err(|error| SeenError::Address(Box::new(error)))?))
    }

    /// Uses a connection, which others may use too.
    pub fn over(connection: RedisConnection) -> Self {
        Self { connection, prefix: "linkcy:webhook:".to_owned(), keep: KEEP }
    }

    /// Puts another prefix before the ids.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long an id is remembered after it was last touched.
    #[must_use]
    pub fn keep(mut self, time: Duration) -> Self {
        self.keep = time;
        self
    }

    async fn run<T: FromRedisValue>(&self, script: &str, id: &str, arguments: &[u64]) -> Result<T, SeenError> {
        let key = format!("{}{id}", self.prefix);
        let ran = self.connection.run(script, key, |script| {
            script.arg(arguments);
        });
        Ok(ran.await?)
    }
}

#[async_trait]
impl SeenWebhooks for RedisSeen {
    async fn claim(&self, id: &str, lease: Duration) -> Result<Claim, SeenError> {
        let arguments = [millis(lease), millis(self.keep.max(lease)), fastrand::u64(..)];
        let (is_done, fence): (bool, u64) = self.run(CLAIM, id, &arguments).await?;
        Ok(match (is_done, fence) {
            (true, _) => Claim::Done,
            (false, 0) => Claim::Held,
            (false, fence) => Claim::Granted(WebhookLease { id: id.to_owned(), fence }),
        })
    }

    async fn done(&self, lease: &WebhookLease) -> Result<bool, SeenError> {
        self.run(DONE, &lease.id, &[lease.fence, millis(self.keep)]).await
    }

    async fn release(&self, lease: &WebhookLease) -> Result<(), SeenError> {
        self.run(RELEASE, &lease.id, &[lease.fence]).await
    }
}

impl fmt::Debug for RedisSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSeen")
            .field("name", &self.connection.name())
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl From<RunError> for SeenError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::NoRuntime => Self::NoRuntime,
            RunError::Redis(error) => Self::Backend(Box::new(error)),
        }
    }
}

/// A claim whose answer was lost is known by its number when it is run again.
const CLAIM: &str = "
    local t = redis.call('TIME')
    local now = t[1] * 1000 + math.floor(t[2] / 1000)
    local h = redis.call('HMGET', KEYS[1], 'fence', 'until', 'done', 'claim')
    if h[3] then return {1, 0} end
    if (tonumber(h[2]) or 0) > now then return {0, h[4] == ARGV[3] and tonumber(h[1]) or 0} end
    local fence = math.max(now, (tonumber(h[1]) or 0) + 1)
    local text = function(n) return string.format('%.0f', n) end
    redis.call('HSET', KEYS[1], 'fence', text(fence), 'until', text(now + ARGV[1]), 'claim', ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return {0, fence}";

const DONE: &str = "
    local fence = tonumber(redis.call('HGET', KEYS[1], 'fence')) or tonumber(ARGV[1])
    redis.call('HSET', KEYS[1], 'fence', string.format('%.0f', fence), 'done', '1')
    redis.call('HDEL', KEYS[1], 'until')
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return fence == tonumber(ARGV[1]) and 1 or 0";

const RELEASE: &str = "
    if tonumber(redis.call('HGET', KEYS[1], 'fence')) == tonumber(ARGV[1]) then
        redis.call('HDEL', KEYS[1], 'until')
    end";
