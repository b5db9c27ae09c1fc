//! A real `redis-server` on an ephemeral port, without persistence, gone with the value.

use std::error::Error;
use std::net::TcpListener;
use std::process::Stdio;

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
        if let Some(password) = password {
            command.args(["--requirepass", password]);
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("no output")?).lines();
        while let Some(line) = lines.next_line().await? {
            if line.contains("Ready to accept connections") {
                // Read on, or the server blocks when the pipe is full.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Self { process, port, password });
            }
        }
        Err(format!("redis-server did not start on port {port}").into())
    }

    pub fn address(&self) -> String {
        let password = self.password.map(|password| format!(":{password}@")).unwrap_or_default();
        format!("redis://{password}127.0.0.1:{}", self.port)
    }

    /// Kills it; the port is free to start another on.
    pub async fn stop(mut self) -> Result<u16, Box<dyn Error + Send + Sync>> {
        self.process.kill().await?;
        Ok(self.port)
    }
}
