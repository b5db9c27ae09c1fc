//! One process of a fleet: tasks that call all the time with the shared session.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use linkcy::auth::store::{FileStore, RedisStore};
use linkcy::auth::{Login, Session, Timing, TokenStore};
use linkcy_sandbox::Sandbox;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::ROLE;
use crate::issuers::tcp::{Called, TcpIssuer};

type Error = Box<dyn std::error::Error + Send + Sync>;

const ORIGIN: &str = "LINKCY_FLEET_ORIGIN";
const STORE: &str = "LINKCY_FLEET_STORE";
const PARTNER: &str = "LINKCY_FLEET_PARTNER";
const USER: &str = "LINKCY_FLEET_USER";
const PASSWORD: &str = "LINKCY_FLEET_PASSWORD";
const TASKS: &str = "LINKCY_FLEET_TASKS";
const MILLIS: &str = "LINKCY_FLEET_MILLIS";

/// Short enough for a killed holder to be replaced within a test: the lease is two seconds.
pub const TIMING: Timing = Timing { attempt: Duration::from_millis(1000), store: Duration::from_millis(500) };

/// What a process did, as it says at its end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub calls: usize,
    /// Calls that failed with a token that was good by the session's word.
    pub failures: usize,
    /// Calls that were refused because a busy machine took longer to answer than their token had left; no session can
    /// help them.
    pub outlived: usize,
    pub slowest_ms: u128,
}

pub struct Process(Child);

impl Process {
    pub fn start(sandbox: &Sandbox, store: &str, tasks: usize, time: Duration) -> Result<Self, Error> {
        let known = sandbox.credentials();
        let child = Command::new(std::env::current_exe()?)
            .env(ROLE, "caller")
            .env(ORIGIN, sandbox.url())
            .env(PARTNER, &known.partner_name)
            .env(USER, &known.username)
            .env(PASSWORD, &known.password)
            .env(STORE, store)
            .env(TASKS, tasks.to_string())
            .env(MILLIS, time.as_millis().to_string())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self(child))
    }

    pub fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// SIGKILL: nothing of the process runs any more.
    pub async fn kill(mut self) -> Result<(), Error> {
        Ok(self.0.kill().await?)
    }

    pub async fn tally(self) -> Result<Tally, Error> {
        let output = self.0.wait_with_output().await?;
        if !output.status.success() {
            return Err(format!("a process ended with {}", output.status).into());
        }
        let text = String::from_utf8(output.stdout)?;
        let mut numbers = text.split_whitespace();
        let mut next = || numbers.next().ok_or_else(|| format!("a process said {text:?}"));
        Ok(Tally {
            calls: next()?.parse()?,
            failures: next()?.parse()?,
            outlived: next()?.parse()?,
            slowest_ms: next()?.parse()?,
        })
    }
}

/// The role itself.
pub async fn play() -> Result<(), Error> {
    let variable = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let issuer = Arc::new(TcpIssuer::new(&variable(ORIGIN)?));
    let store = variable(STORE)?;
    let store: Arc<dyn TokenStore> = match store.strip_prefix("redis://") {
        Some(_) => Arc::new(RedisStore::new(store)?),
        None => Arc::new(FileStore::new(Path::new(&store))),
    };
    let session = Session::builder(
        Login::Partner {
            partner_name: variable(PARTNER)?,
            username: variable(USER)?,
            password: variable(PASSWORD)?.into(),
        },
        Arc::clone(&issuer) as _,
    )
    .store(store)
    .timing(TIMING)
    .build();
    let end = Instant::now() + Duration::from_millis(variable(MILLIS)?.parse()?);
    let mut tasks = JoinSet::new();
    for _ in 0..variable(TASKS)?.parse()? {
        let (session, issuer) = (session.clone(), Arc::clone(&issuer));
        tasks.spawn(async move {
            let mut tally = Tally::default();
            while Instant::now() < end {
                let start = Instant::now();
                let outcome = issuer.call(&session).await;
                tally.calls += 1;
                tally.slowest_ms = tally.slowest_ms.max(start.elapsed().as_millis());
                match outcome {
                    Ok(Called { status: 200, .. }) => {}
                    Ok(Called { status: 401, outlived: true }) => tally.outlived += 1,
                    failed => {
                        eprintln!("a call failed: {failed:?}");
                        tally.failures += 1;
                    }
                }
                // Four hundred tasks at this pace leave a sandbox built for debugging time to answer: where an answer
                // takes as long as a token lives, calls fail whatever the session does.
                tokio::time::sleep(Duration::from_millis(600 + fastrand::u64(..600))).await;
            }
            tally
        });
    }
    let total = tasks.join_all().await.into_iter().fold(Tally::default(), |a, b| Tally {
        calls: a.calls + b.calls,
        failures: a.failures + b.failures,
        outlived: a.outlived + b.outlived,
        slowest_ms: a.slowest_ms.max(b.slowest_ms),
    });
    println!("{} {} {} {}", total.calls, total.failures, total.outlived, total.slowest_ms);
    Ok(())
}
