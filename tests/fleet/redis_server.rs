//! A real `redis-server` on an ephemeral port, without persistence, gone with the value.

use std::error::Error;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

pub fn is_installed() -> bool {
    std::process::Command::new("redis-server")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

pub struct RedisServer {
    process: Child,
    port: u16,
    password: Option<&'static str>,
    _directory: tempfile::TempDir,
}

impl RedisServer {
    pub async fn start() -> Result<Self, Box<dyn Error + Send + Sync>> {
        // Redis can't say which port it picked, so one is picked for it; somebody else may be quicker.
        let mut last = None;
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            match Self::start_on(port, None).await {
                Ok(server) => return Ok(server),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| "no port".into()))
    }

    pub async fn start_on(port: u16, password: Option<&'static str>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"]);
        // What a replica receives goes into a file first.
        let directory = tempfile::tempdir()?;
        command.arg("--dir").arg(directory.path()).args(["--repl-diskless-sync-delay", "0"]);
        if let Some(password) = password {
            command.args(["--requirepass", password]);
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("no output")?).lines();
        while let Some(line) = lines.next_line().await? {
            if line.contains("Ready to accept connections") {
                // Read on, or the server blocks when the pipe is full.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Self { process, port, password, _directory: directory });
            }
        }
        Err(format!("redis-server did not start on port {port}").into())
    }

    pub fn address(&self) -> String {
        let password = self.password.map(|password| format!(":{password}@")).unwrap_or_default();
        format!("redis://{password}127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs a command on a connection of its own.
    pub async fn run(&self, command: &[&str]) -> redis::RedisResult<redis::Value> {
        let mut connection = redis::Client::open(self.address())?.get_multiplexed_async_connection().await?;
        let (name, arguments) = command.split_first().unwrap_or((&"PING", &[]));
        redis::cmd(name).arg(arguments).query_async(&mut connection).await
    }

    /// Asks until its replication says this.
    pub async fn wait_for_replication(&self, wanted: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
        for _ in 0..200 {
            let told: String = redis::from_redis_value(self.run(&["INFO", "replication"]).await?)?;
            if told.contains(wanted) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{wanted} did not come").into())
    }

    /// Waits until its replica has all that was written. `WAIT` covers what its own connection wrote, and what was
    /// written before that. A replica acknowledges once a second.
    pub async fn wait_for_its_replica(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let patient = redis::AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(10)));
        let client = redis::Client::open(self.address())?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&patient).await?;
        let _: () = redis::cmd("SET").arg("written-last").arg("1").query_async(&mut connection).await?;
        match redis::cmd("WAIT").arg(1).arg(5000).query_async(&mut connection).await? {
            1 => Ok(()),
            replicas => Err(format!("{replicas} replicas have it").into()),
        }
    }

    /// Kills it; the port is free to start another on.
    pub async fn stop(mut self) -> Result<u16, Box<dyn Error + Send + Sync>> {
        self.process.kill().await?;
        Ok(self.port)
    }
}
