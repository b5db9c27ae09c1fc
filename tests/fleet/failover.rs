//! `RedisStore` when another server becomes the one to write to.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use linkcy::RedisConnection;
use linkcy::auth::store::{RedisStore, StoreError};
use linkcy::auth::{Login, Session, Timing, TokenStore};
use linkcy::webhooks::{Claim, RedisSeen, SeenWebhooks};
use redis::aio::ConnectionManager;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::Outcome;
use crate::issuers::contract;
use crate::issuers::realm::{Realm, SkippingClock};
use crate::issuers::scripted::Scripted;
use crate::redis_server::RedisServer;

const LIFE: Duration = Duration::from_secs(900);

/// An address that leads to one server now and to another later, as a name or a virtual address does. Connections stay
/// where they are.
struct Address {
    here: SocketAddr,
    route: Arc<Mutex<Route>>,
    connections: Arc<AtomicUsize>,
}

struct Route {
    port: u16,
    /// What the next connection answers to scripts, in the server's place.
    answer: Option<&'static str>,
    open: JoinSet<()>,
}

impl Address {
    async fn of(server: &RedisServer) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let here = listener.local_addr()?;
        let route = Arc::new(Mutex::new(Route { port: server.port(), answer: None, open: JoinSet::new() }));
        let connections = Arc::new(AtomicUsize::new(0));
        let address = Self { here, route: Arc::clone(&route), connections: Arc::clone(&connections) };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                let mut route = route.lock().unwrap();
                let (port, answer) = (route.port, route.answer.take());
                route.open.spawn(async move {
                    let _ = forward(client, port, answer).await;
                });
            }
        });
        Ok(address)
    }

    fn url(&self) -> String {
        format!("redis://{}", self.here)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn lead_to(&self, server: &RedisServer) {
        self.route.lock().unwrap().port = server.port();
    }

    fn answer_once(&self, answer: &'static str) {
        self.route.lock().unwrap().answer = Some(answer);
    }

    fn cut_connections(&self) {
        self.route.lock().unwrap().open.abort_all();
    }
}

async fn forward(mut client: TcpStream, port: u16, answer: Option<&'static str>) -> std::io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    let Some(answer) = answer else { return copy_bidirectional(&mut client, &mut server).await.map(|_| ()) };
    let (mut from_client, mut from_server) = ([0; 65536], [0; 65536]);
    loop {
        tokio::select! {
            read = client.read(&mut from_client) => match read? {
                0 => return Ok(()),
                read if from_client[..read].windows(7).any(|part| part == b"EVALSHA") => {
                    client.write_all(answer.as_bytes()).await?;
                }
                read => server.write_all(&from_client[..read]).await?,
            },
            read = server.read(&mut from_server) => match read? {
                0 => return Ok(()),
                read => client.write_all(&from_server[..read]).await?,
            },
        }
    }
}

fn session(store: RedisStore) -> (Session, Arc<Scripted>, SkippingClock) {
    let clock = SkippingClock::default();
    let issuer = Arc::new(Scripted::new(Realm::new(LIFE, clock.clone())));
    let session = Session::builder(
        Login::Partner { partner_name: "acme".into(), username: "api".into(), password: "password-secret".into() },
        Arc::clone(&issuer) as _,
    );
    (session.store(store).clock(clock.clone()).build(), issuer, clock)
}

/// The master becomes the replica's replica, and keeps its connections.
async fn swap(master: &RedisServer, replica: &RedisServer) -> Outcome {
    replica.run(&["REPLICAOF", "NO", "ONE"]).await?;
    master.run(&["REPLICAOF", "127.0.0.1", &replica.port().to_string()]).await?;
    master.wait_for_replication("role:slave").await
}

async fn replicated() -> Result<(RedisServer, RedisServer), Box<dyn std::error::Error + Send + Sync>> {
    let (master, replica) = (RedisServer::start().await?, RedisServer::start().await?);
    replica.run(&["REPLICAOF", "127.0.0.1", &master.port().to_string()]).await?;
    replica.wait_for_replication("master_link_status:up").await?;
    Ok((master, replica))
}

/// A session refreshes after the servers swapped roles: in the time one refresh has, and nobody logs in again.
async fn refreshes_after_a_failover(
    store: RedisStore,
    (master, replica): (&RedisServer, &RedisServer),
    lead_to_the_new_master: impl FnOnce(),
) -> Outcome {
    let (session, issuer, clock) = session(store);
    session.authorization().await?;
    master.wait_for_its_replica().await?;
    swap(master, replica).await?;
    lead_to_the_new_master();
    clock.skip(LIFE);
    let start = Instant::now();
    session.authorization().await?;
    assert!(start.elapsed() < Timing::default().store, "after {:?}", start.elapsed());
    let counts = issuer.realm.counts();
    assert_eq!((counts.logins, counts.refreshes, counts.reuses), (1, 1, 0));
    Ok(())
}

pub async fn a_demoted_master_is_left_for_the_new_one() -> Outcome {
    let (master, replica) = replicated().await?;
    let address = Address::of(&master).await?;
    let store = RedisStore::new(address.url())?;
    refreshes_after_a_failover(store, (&master, &replica), || address.lead_to(&replica)).await?;
    assert_eq!(address.connections(), 2, "one to each");
    Ok(())
}

/// As with Sentinel, which tells the client's own code where the master is.
pub async fn a_connection_of_the_users_own_making_is_made_anew_after_a_failover() -> Outcome {
    let (master, replica) = replicated().await?;
    let current = Arc::new(Mutex::new(master.address()));
    let asked = Arc::clone(&current);
    let store = RedisStore::over(RedisConnection::connecting("our sentinels", move || {
        let address = asked.lock().unwrap().clone();
        async move { redis::Client::open(address)?.get_multiplexed_async_connection().await }
    }));
    refreshes_after_a_failover(store, (&master, &replica), || *current.lock().unwrap() = replica.address()).await
}

pub async fn sessions_and_webhooks_can_share_a_connection() -> Outcome {
    let server = RedisServer::start().await?;
    let address = Address::of(&server).await?;
    let connection = RedisConnection::new(address.url())?;
    contract::what_was_put_in_comes_back(&RedisStore::over(connection.clone()), "key").await?;
    let claim = RedisSeen::over(connection).claim("msg_a", LIFE).await?;
    assert!(matches!(claim, Claim::Granted(_)));
    assert_eq!(address.connections(), 1);
    Ok(())
}

pub async fn a_ready_connection_manager_is_taken() -> Outcome {
    let server = RedisServer::start().await?;
    let manager = ConnectionManager::new(redis::Client::open(server.address())?).await?;
    let store = RedisStore::over(RedisConnection::ready("our cache", manager));
    assert_eq!(store.name(), "our cache");
    Ok(contract::what_has_changed_is_not_replaced(&store, "key").await?)
}

pub async fn a_server_that_is_not_the_one_to_ask_is_connected_to_anew() -> Outcome {
    for answer in [
        "-READONLY You can't write against a read only replica.\r\n",
        "-READONLY You can't write against a read only replica. script: 0d1f, on @user_script:5.\r\n",
        "-ERR Error running script (call to f_0d1f): @user_script:5: @user_script: 5: -READONLY You can't write.\r\n",
        "-MOVED 3999 127.0.0.1:1\r\n",
        "-ASK 3999 127.0.0.1:1\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n",
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
        "-CLUSTERDOWN The cluster is down\r\n",
        "-TRYAGAIN Multiple keys request during rehashing of slot\r\n",
    ] {
        let server = RedisServer::start().await?;
        let address = Address::of(&server).await?;
        address.answer_once(answer);
        contract::what_was_put_in_comes_back(&RedisStore::new(address.url())?, "key").await?;
        assert_eq!(address.connections(), 2, "{answer}");
    }
    Ok(())
}

pub async fn an_error_that_a_new_connection_would_not_help_is_told_at_once() -> Outcome {
    let server = RedisServer::start().await?;
    let address = Address::of(&server).await?;
    address.answer_once("-NOPERM this user has no permissions to run the 'evalsha' command\r\n");
    let error = RedisStore::new(address.url())?.load("key").await.map(|_| ()).expect_err("it is not allowed");
    assert!(error.to_string().contains("no permissions to run the 'evalsha' command"), "{error}");
    assert_eq!(address.connections(), 1);
    Ok(())
}

pub async fn a_connection_closed_while_idle_costs_nothing() -> Outcome {
    let server = RedisServer::start().await?;
    let address = Address::of(&server).await?;
    let store = RedisStore::new(address.url())?;
    contract::what_was_put_in_comes_back(&store, "key").await?;
    for connections in 2..5 {
        address.cut_connections();
        assert_eq!(store.load("key").await?.0, contract::session(1));
        assert_eq!(address.connections(), connections);
    }
    Ok(())
}

pub async fn without_a_runtime_the_error_says_so() -> Outcome {
    let store = RedisStore::new("redis://127.0.0.1:1")?;
    let polled = std::thread::spawn(move || {
        let mut load = store.load("key");
        load.as_mut().poll(&mut Context::from_waker(Waker::noop())).map(|loaded| loaded.map(|_| ()))
    });
    let polled = polled.join().map_err(|_| "it panicked")?;
    assert!(matches!(polled, Poll::Ready(Err(StoreError::NoRuntime))), "{polled:?}");
    Ok(())
}
