//! The rehearsal itself: calls of the client with the drift observer on, and notes of what comes back.

mod life_cycles;
mod reads;
mod report;
mod tokens;

use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use anyhow::{Result, ensure};
use linkcy::drift::{Description, DriftLog, Sampling};
use linkcy::types::Secret;
use linkcy::{Client, Credentials, Environment, Error, Login, Reply, ScaPolicy};
use linkcy_sandbox::Sandbox;

use self::report::Report;

/// How far a rehearsal goes, and where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It reads, in a sandbox.
    #[default]
    Read,
    /// It reads, anywhere.
    ReadOnly,
    /// It goes through the life cycles as well, in a sandbox.
    Write,
}

/// Who logs in.
#[derive(Clone)]
pub struct PartnerLogin {
    pub partner: String,
    pub username: String,
    pub password: Secret,
}

/// A run and what is known so far.
pub struct Rehearsal {
    client: Client,
    login: PartnerLogin,
    mode: Mode,
    drift: DriftLog,
    report: Mutex<Report>,
    progress: Box<dyn Fn(&str) + Send + Sync>,
}

impl PartnerLogin {
    /// The partner's of a local sandbox.
    pub fn of(sandbox: &Sandbox) -> Self {
        let known = sandbox.credentials();
        Self {
            partner: known.partner_name.clone(),
            username: known.username.clone(),
            password: Secret::from(known.password.as_str()),
        }
    }
}

impl From<&PartnerLogin> for Credentials {
    fn from(login: &PartnerLogin) -> Self {
        let PartnerLogin { partner: partner_name, username, password } = login.clone();
        Login::Partner { partner_name, username, password }.into()
    }
}

impl Rehearsal {
    pub fn new(
        environment: Environment,
        login: PartnerLogin,
        mode: Mode,
        progress: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::against(Description::built_from(), environment, login, mode, progress)
    }

    /// One that compares with another description than the crate's.
    pub fn against(
        description: Arc<Description>,
        environment: Environment,
        login: PartnerLogin,
        mode: Mode,
        progress: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self> {
        ensure!(
            environment.allows_bypass() || mode == Mode::ReadOnly,
            "{environment} is not a sandbox: give --read-only to read there, which changes nothing but opens a session"
        );
        let drift = DriftLog::new();
        let mut builder = Client::builder(environment.clone()).credentials(Credentials::from(&login)).drift_against(
            description,
            Sampling::All,
            drift.clone(),
        );
        if environment.allows_bypass() {
            builder = builder.sca(ScaPolicy::ByPass);
        }
        let report = Mutex::new(Report::of(environment.origin()));
        Ok(Self { client: builder.build()?, login, mode, drift, report, progress: Box::new(progress) })
    }

    /// Reads; where it writes, goes through the life cycles and reads what they left.
    pub async fn run(&self) {
        self.tokens().await;
        self.reads().await;
        if self.mode == Mode::Write {
            if let Err(error) = self.life_cycles().await {
                self.report().note(format!("the life cycles ended early: {error:#}"));
            }
            self.reads().await;
        }
    }

    /// The same, until it is told to stop. The report has then what was seen so far.
    ///
    /// # Errors
    /// The signal's own.
    pub async fn run_until(&self, stop: impl Future<Output = io::Result<()>>) -> io::Result<()> {
        tokio::select! {
            () = self.run() => Ok(()),
            stopped = stop => {
                self.report().note("interrupted: what follows is what was seen until then".into());
                stopped
            }
        }
    }

    pub fn drift(&self) -> &DriftLog {
        &self.drift
    }

    pub fn markdown(&self) -> String {
        self.report().markdown(&self.drift)
    }

    /// Makes a call, and notes what came of it.
    async fn ask<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<Reply<T>, Error>>,
    ) -> Option<Reply<T>> {
        (self.progress)(&format!("{operation}  {} differences so far", self.drift.entries().len()));
        let result = call.await;
        let mut report = self.report();
        match result {
            Ok(reply) => {
                report.reached(operation, reply.status, &reply.headers, SystemTime::now());
                Some(reply)
            }
            Err(error) => {
                report.failed(operation, &error);
                None
            }
        }
    }

    fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
