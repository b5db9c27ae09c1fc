//! The rehearsal itself: calls of the client with the drift observer on, and notes of what comes back.

mod life_cycles;
mod reads;
mod report;
mod tokens;

use std::collections::BTreeMap;
use std::future::Future;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use anyhow::Result;
use linkcy::drift::{Description, DriftLog, Sampling};
use linkcy::types::Secret;
use linkcy::{Client, Credentials, Environment, Error, Login, Reply, ScaPolicy};
use linkcy_sandbox::Sandbox;

use self::report::Report;

/// Rows of a list that are looked at one by one.
const ROWS: usize = 3;

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
        progress: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::against(Description::built_from(), environment, login, progress)
    }

    /// One that compares with another description than the crate's.
    pub fn against(
        description: std::sync::Arc<Description>,
        environment: Environment,
        login: PartnerLogin,
        progress: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self> {
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
        Ok(Self { client: builder.build()?, login, drift, report, progress: Box::new(progress) })
    }

    /// Reads; with `write`, goes through the life cycles and reads what they left.
    pub async fn run(&self, write: bool) {
        self.tokens().await;
        self.reads().await;
        if write {
            if let Err(error) = self.life_cycles().await {
                self.report().note(format!("the life cycles ended early: {error:#}"));
            }
            self.reads().await;
        }
    }

    pub fn interrupted(&self) {
        self.report().note("interrupted: what follows is what was seen until then".into());
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

/// The ids of the first rows of a list.
fn ids<I: FromStr, T>(reply: Option<&Reply<T>>) -> Vec<I> {
    let body = reply.and_then(|reply| serde_json::from_slice::<BTreeMap<String, serde_json::Value>>(&reply.body).ok());
    let rows = body.as_ref().and_then(|body| body.get("content")?.as_array()).map(Vec::as_slice).unwrap_or_default();
    let ids = rows.iter().filter_map(|row| row.get("id")?.as_str()?.parse().ok());
    ids.take(ROWS).collect()
}
