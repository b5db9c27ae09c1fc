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

/// A connection, and how to make another.
pub(crate) struct RedisConnection {
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
pub(crate) struct AddressError(#[source] RedisError);

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
        f.write_str(&self.name)
    }
}

impl RedisConnection {
    /// To the server at an address.
    pub(crate) fn to(address: impl IntoConnectionInfo) -> Result<Self, AddressError> {
        let client = Client::open(address).map_err(AddressError)?;
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

    /// A connection that `connect` makes.
    pub(crate) fn connecting<C, F>(name: String, connect: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
        F: Future<Output = RedisResult<C>> + Send + 'static,
    {
        let connect = move || -> Connecting {
            let connecting = connect();
            Box::pin(async move { Ok(Arc::new(connecting.await?) as Arc<dyn Connection>) })
        };
        Self { name, connect: Box::new(connect), connection: Mutex::new(None) }
    }

    /// Its name in errors.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Runs a script on one key; again on a new connection where its answer was lost, or the server was not the one to ask.
    /// Running it twice has to be as good as once.
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
            let mut slot = self.connection.lock().await;
            match slot.as_ref() {
                Some(connection) => Arc::clone(connection),
                None => Arc::clone(slot.insert((self.connect)().await?)),
            }
        };
        let answer = connection.invoke(script).await;
        if let Err(error) = &answer
            && (is_elsewhere(error) || error.is_unrecoverable_error() || error.is_timeout())
        {
            // Unless another call has replaced it already.
            self.connection.lock().await.take_if(|current| Arc::ptr_eq(current, &connection));
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

/// Redis keeps a key for a century at most, so that no time is too late for it.
pub(crate) fn millis(time: Duration) -> u64 {
    const CENTURY: u64 = 100 * 365 * 86_400_000;
    u64::try_from(time.as_millis()).unwrap_or(CENTURY).clamp(1, CENTURY)
}
