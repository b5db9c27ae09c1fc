//! A connection to a Redis server that runs scripts. It is opened at the first use, and again when it breaks or its server turns out
//! not to accept writes.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::ConnectionLike;
use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, IntoConnectionInfo, RedisError, RedisResult, Script,
    ScriptInvocation, Value, from_redis_value,
};
use tokio::sync::Mutex;
use tokio::time::sleep;
use tracing::debug;

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// The pauses before a call is repeated on a new connection, in milliseconds: a failover takes a moment to be visible
/// everywhere. The caller's time limit bounds them.
const PAUSES: [u64; 6] = [0, 50, 100, 200, 400, 800];

/// A connection to a Redis server (6 or newer), for [`RedisStore`](crate::auth::store::RedisStore) and for `RedisSeen` of webhooks. Clones share it.
///
/// It is opened at the first use, and again when it breaks or the server reports that it cannot serve the request: `READONLY` after a
/// failover, `MOVED`, `LOADING`, `MASTERDOWN` and the like. It belongs to the Tokio runtime of the call that opened it: use one per
/// runtime.
///
/// # Managed servers, Sentinel, Cluster, TLS
/// `RedisConnection::new("rediss://:password@my-cache.example.com:6380")` suffices for a managed Redis with TLS whose name
/// resolves to its current master. The `redis` crate needs one of its TLS features for that, such as
/// `redis = { version = "1", features = ["tokio-rustls-comp", "tls-rustls-webpki-roots"] }` in your own `Cargo.toml`.
/// For what an address cannot express, pass the connection of your own `redis` client: [`ready`](Self::ready) for one that reconnects
/// on its own, such as a `ClusterConnection`, [`connecting`](Self::connecting) for one that must be made again after a failover, such
/// as Sentinel's.
#[derive(Clone)]
pub struct RedisConnection(Arc<Inner>);

struct Inner {
    name: String,
    connect: Box<dyn Fn() -> Connecting + Send + Sync>,
    connection: Mutex<Option<Arc<dyn Connection>>>,
}

/// Why an address cannot be used. The address may hold a password and is not shown.
#[derive(Debug, thiserror::Error)]
#[error(
    "the address of the Redis server cannot be used ({0}): write redis://:password@host:6379, or rediss:// for TLS, which needs a TLS \
     feature of the `redis` crate"
)]
pub struct RedisAddressError(#[source] RedisError);

/// Why a script has no result.
pub(crate) enum RunError {
    NoRuntime,
    Redis(RedisError),
}

type Connecting = Pin<Box<dyn Future<Output = RedisResult<Arc<dyn Connection>>> + Send>>;

/// A connection of any type.
#[async_trait]
trait Connection: Send + Sync {
    async fn invoke(&self, script: &ScriptInvocation<'_>) -> RedisResult<Value>;
}

#[async_trait]
impl<C: ConnectionLike + Clone + Send + Sync> Connection for C {
    async fn invoke(&self, script: &ScriptInvocation<'_>) -> RedisResult<Value> {
        script.invoke_async(&mut self.clone()).await
    }
}

/// Its name has no password.
impl fmt::Debug for RedisConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}

impl RedisConnection {
    /// Uses the server at `address`, such as `redis://:password@10.0.0.7:6379/0`, or `rediss://` for TLS. Nothing is sent
    /// yet.
    ///
    /// # Errors
    /// When the address is invalid, or needs a feature of the `redis` crate that is off.
    pub fn new(address: impl IntoConnectionInfo) -> Result<Self, RedisAddressError> {
        let client = Client::open(address).map_err(RedisAddressError)?;
        let name = format!("redis at {}", client.get_connection_info().addr());
        Ok(Self::connecting(name, move || {
            let client = client.clone();
            async move {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(CONNECT_WITHIN))
                    .set_response_timeout(Some(ANSWER_WITHIN));
                client.get_multiplexed_async_connection_with_config(&config).await
            }
        }))
    }

    /// Uses an open connection that reconnects on its own: a `ConnectionManager`, a `ClusterConnection`. `name` is
    /// shown in errors and must not contain a password.
    ///
    /// A `ConnectionManager` stays with a master that was demoted until that closes the connection: with failovers use
    /// [`connecting`](Self::connecting).
    pub fn ready<C>(name: impl Into<String>, connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self::connecting(name, move || std::future::ready(Ok(connection.clone())))
    }

    /// Uses the connections that `connect` makes: one, and another whenever that one breaks or is connected to the wrong
    /// server. `name` is shown in errors and must not contain a password.
    ///
    /// With Sentinel `connect` asks for the current master each time:
    /// `sentinel.lock().await.get_async_connection().await` of a `SentinelClient` in a Tokio mutex.
    pub fn connecting<C, F>(name: impl Into<String>, connect: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
        F: Future<Output = RedisResult<C>> + Send + 'static,
    {
        let connect = move || -> Connecting {
            let connecting = connect();
            Box::pin(async move { Ok(Arc::new(connecting.await?) as Arc<dyn Connection>) })
        };
        Self(Arc::new(Inner { name: name.into(), connect: Box::new(connect), connection: Mutex::new(None) }))
    }

    /// Its name in errors.
    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    /// Runs a script on one key; again on a new connection where its answer was lost, or the server was not the one to ask.
    /// It must be safe to run twice.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &str,
        key: String,
        arguments: impl FnOnce(&mut ScriptInvocation<'_>) + Send,
    ) -> Result<T, RunError> {
        tokio::runtime::Handle::try_current().map_err(|_| RunError::NoRuntime)?;
        let prepared = Script::new(script);
        let mut invocation = prepared.prepare_invoke();
        invocation.key(key);
        arguments(&mut invocation);
        let mut pauses = PAUSES.into_iter();
        loop {
            let error = match self.invoke(&invocation).await {
                Ok(value) => return from_redis_value(value).map_err(|error| RunError::Redis(error.into())),
                Err(error) => error,
            };
            match pauses.next() {
                Some(pause) if is_elsewhere(&error) || error.is_connection_dropped() => {
                    debug!(%error, "the script is run again on a new connection");
                    sleep(Duration::from_millis(pause)).await;
                }
                _ => return Err(RunError::Redis(error)),
            }
        }
    }

    async fn invoke(&self, script: &ScriptInvocation<'_>) -> RedisResult<Value> {
        let connection = {
            let mut slot = self.0.connection.lock().await;
            match slot.as_ref() {
                Some(connection) => Arc::clone(connection),
                None => Arc::clone(slot.insert((self.0.connect)().await?)),
            }
        };
        let answer = connection.invoke(script).await;
        if let Err(error) = &answer
            && (is_elsewhere(error) || error.is_unrecoverable_error() || error.is_timeout())
        {
            // Unless another call has replaced it already.
            self.0.connection.lock().await.take_if(|current| Arc::ptr_eq(current, &connection));
        }
        answer
    }
}

/// The server did nothing, because it is not the master, or not ready yet.
fn is_elsewhere(error: &RedisError) -> bool {
    const CODES: [&str; 7] = ["READONLY", "MOVED", "ASK", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN"];
    let code = error.code().unwrap_or_default();
    // Redis 6 wraps the error of a script: `ERR Error running script (...): @user_script: 6: -READONLY ...`.
    let wrapped = |found: &&str| error.detail().is_some_and(|detail| detail.contains(&format!("-{found} ")));
    CODES.contains(&code) || CODES.iter().any(wrapped)
}

/// Redis keeps a key for a century at most, so that no time is out of its range.
pub(crate) fn millis(time: Duration) -> u64 {
    const CENTURY: u64 = 100 * 365 * 86_400_000;
    u64::try_from(time.as_millis()).unwrap_or(CENTURY).clamp(1, CENTURY)
}
