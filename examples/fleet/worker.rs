//! One process of the fleet, seen from both sides: what starts it and talks to it, and what it does.

use std::env;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use linkcy::auth::store::RedisStore;
use linkcy::{Client, Environment, Login};
use linkcy_sandbox::Sandbox;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// The argument that makes a process a worker.
pub const ROLE: &str = "worker";

/// Makes as many calls at once as each line of its input says, until the input ends.
pub async fn work() -> Result<()> {
    let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not set"));
    let login = Login::Partner {
        partner_name: variable("LINKCY_PARTNER_NAME")?,
        username: variable("LINKCY_USERNAME")?,
        password: variable("LINKCY_PASSWORD")?.into(),
    };
    // Every process with this login and this Redis has the same session. One of them refreshes, and the others wait for its tokens.
    let store = RedisStore::new(variable("LINKCY_REDIS")?)?;
    let environment = Environment::at(&variable("LINKCY_BASE_URL")?)?;
    let linkcy = Client::builder(environment).credentials(login).store(store).build()?;

    let next_order = || tokio::task::spawn_blocking(|| std::io::stdin().lines().next().transpose());
    while let Some(order) = next_order().await?? {
        let calls: usize = order.parse()?;
        try_join_all((0..calls).map(|_| async { linkcy.ledgers().list().await })).await?;
        println!("{calls} calls answered");
    }
    Ok(())
}

/// A worker's process, and its input and output.
pub struct Worker {
    pub id: u32,
    process: Child,
    orders: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts this program again as a worker.
    pub fn start(sandbox: &Sandbox, redis: &str) -> Result<Self> {
        let known = sandbox.credentials();
        let mut process = Command::new(env::current_exe()?)
            .arg(ROLE)
            .env("LINKCY_BASE_URL", sandbox.url())
            .env("LINKCY_PARTNER_NAME", &known.partner_name)
            .env("LINKCY_USERNAME", &known.username)
            .env("LINKCY_PASSWORD", &known.password)
            .env("LINKCY_REDIS", redis)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let id = process.id().context("the worker has ended")?;
        let orders = process.stdin.take().context("the worker has no input")?;
        let reports = BufReader::new(process.stdout.take().context("the worker has no output")?).lines();
        Ok(Self { id, process, orders, reports })
    }

    pub async fn order(&mut self, calls: usize) -> Result<()> {
        Ok(self.orders.write_all(format!("{calls}\n").as_bytes()).await?)
    }

    pub async fn report(&mut self) -> Result<String> {
        self.reports.next_line().await?.with_context(|| format!("worker {} ended early", self.id))
    }

    /// Closes its input, which ends it.
    pub async fn end(self) -> Result<()> {
        let Self { id, mut process, orders, .. } = self;
        drop(orders);
        let status = process.wait().await?;
        ensure!(status.success(), "worker {id}: {status}");
        Ok(())
    }
}
