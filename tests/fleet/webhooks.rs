//! `RedisSeen` against a real server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use linkcy::RedisConnection;
use linkcy::webhooks::{Claim, RedisSeen, SeenWebhooks};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{Arg, Client, Cmd, Pipeline, RedisFuture, Value, from_redis_value};

use crate::redis_server::RedisServer;
use crate::seen_contract as contract;
use crate::{Outcome, trial};

const LEASE: Duration = Duration::from_secs(60);

pub fn trials() -> Vec<Trial> {
    let mut trials = vec![
        trial("webhooks_two_processes_handle_one_event_once", two_connections_handle_one_event_once),
        trial("webhooks_what_is_done_expires", what_is_done_expires),
        trial("webhooks_redis_away_is_named_without_its_password", redis_away_is_named_without_its_password),
        trial("webhooks_a_connection_that_was_cut_is_made_anew", a_connection_that_was_cut_is_made_anew),
        trial(
            "webhooks_a_claim_whose_answer_is_lost_is_granted_all_the_same",
            a_claim_whose_answer_is_lost_is_granted_all_the_same,
        ),
    ];
    macro_rules! promise {
        ($name:ident) => {{
            async fn on_redis() -> Outcome {
                let server = RedisServer::start().await?;
                contract::$name(&RedisSeen::new(server.address())?).await
            }
            trials.push(trial(concat!("webhooks_", stringify!($name)), on_redis));
        }};
    }
    crate::each_promise_of_seen!(promise);
    trials
}

async fn two_connections_handle_one_event_once() -> Outcome {
    let server = RedisServer::start().await?;
    let (one, two) = (RedisSeen::new(server.address())?, RedisSeen::new(server.address())?);
    for round in 0..100 {
        let id = format!("msg_{round}");
        let (one, two) = tokio::try_join!(one.claim(&id, LEASE), two.claim(&id, LEASE))?;
        let granted = [&one, &two].iter().filter(|claim| matches!(claim, Claim::Granted(_))).count();
        assert_eq!(granted, 1, "{one:?} {two:?}");
    }
    Ok(())
}

async fn what_is_done_expires() -> Outcome {
    let server = RedisServer::start().await?;
    let store = RedisSeen::new(server.address())?.prefix("other:").keep(Duration::from_secs(3600));
    let Claim::Granted(lease) = store.claim("msg_a", LEASE).await? else { return Err("not granted".into()) };
    let left = |value: Value| -> Result<i64, redis::ParsingError> { from_redis_value(value) };
    assert!((3_590_000..=3_600_000).contains(&left(server.run(&["PTTL", "other:msg_a"]).await?)?));
    store.done(&lease).await?;
    assert!((3_590_000..=3_600_000).contains(&left(server.run(&["PTTL", "other:msg_a"]).await?)?));
    server.run(&["PEXPIRE", "other:msg_a", "1"]).await?;
    let deadline = Instant::now() + Duration::from_secs(5);
    while store.claim("msg_a", LEASE).await? == Claim::Done {
        assert!(Instant::now() < deadline, "it is still there");
    }
    // A lease that is longer than the time to keep is kept as long as it lasts.
    store.claim("msg_b", Duration::from_secs(7200)).await?;
    assert!(left(server.run(&["PTTL", "other:msg_b"]).await?)? > 7_100_000);
    // Times beyond what Redis can hold are taken.
    let store = store.keep(Duration::MAX);
    let Claim::Granted(lease) = store.claim("msg_c", Duration::MAX).await? else { return Err("not granted".into()) };
    assert!(store.done(&lease).await?);
    Ok(())
}

async fn redis_away_is_named_without_its_password() -> Outcome {
    let port = RedisServer::start().await?.stop().await?;
    let store = RedisSeen::new(format!("redis://:redis-secret@127.0.0.1:{port}"))?;
    let error = store.claim("msg_a", LEASE).await.expect_err("nobody is there");
    let shown = format!("{error} {error:?} {store:?}");
    assert!(error.to_string().starts_with("the store failed (") && error.status() == 503, "{error}");
    assert!(!shown.contains("redis-secret"), "{shown}");
    Ok(())
}

async fn a_connection_that_was_cut_is_made_anew() -> Outcome {
    let server = RedisServer::start().await?;
    let store = RedisSeen::new(server.address())?;
    let cut = ["CLIENT", "KILL", "TYPE", "normal"];
    store.claim("msg_a", LEASE).await?;
    server.run(&cut).await?;
    let Claim::Granted(lease) = store.claim("msg_b", LEASE).await? else { return Err("not granted".into()) };
    server.run(&cut).await?;
    assert!(store.done(&lease).await?);
    assert_eq!(store.claim("msg_b", LEASE).await?, Claim::Done);
    Ok(())
}

/// A connection that breaks before the answer to its first script, which was run.
#[derive(Clone)]
struct Breaking(MultiplexedConnection, Arc<AtomicBool>);

impl ConnectionLike for Breaking {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move {
            let answer = self.0.req_packed_command(command).await?;
            let is_script = matches!(command.args_iter().next(), Some(Arg::Simple(name)) if name == b"EVALSHA");
            if is_script && !self.1.swap(true, Ordering::SeqCst) {
                return Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe).into());
            }
            Ok(answer)
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.0.req_packed_commands(commands, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.0.get_db()
    }
}

async fn a_claim_whose_answer_is_lost_is_granted_all_the_same() -> Outcome {
    let server = RedisServer::start().await?;
    let (address, is_broken) = (server.address(), Arc::new(AtomicBool::new(false)));
    let broken = Arc::clone(&is_broken);
    let store = RedisSeen::over(RedisConnection::connecting("a redis", move || {
        let (address, broken) = (address.clone(), Arc::clone(&broken));
        async move { Ok(Breaking(Client::open(address)?.get_multiplexed_async_connection().await?, broken)) }
    }));
    let Claim::Granted(lease) = store.claim("msg_a", LEASE).await? else { return Err("not granted".into()) };
    assert!(is_broken.load(Ordering::SeqCst));
    assert_eq!(store.claim("msg_a", LEASE).await?, Claim::Held, "another claim");
    assert!(store.done(&lease).await?);
    Ok(())
}
