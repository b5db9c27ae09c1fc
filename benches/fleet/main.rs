//! A fleet on virtual time: 100,000 sessions that log in in the same minute and are then used for hours. How many refreshes
//! reach the server in each ten seconds, as a multiple of the mean.
//!
//! `cargo bench --bench fleet`; with `--features redis` also what a server of Redis takes.

#[cfg(feature = "redis")]
mod redis;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linkcy::Login;
use linkcy::auth::{Clock, Issued, Issuer, Session, TokenAnswer};
use linkcy::types::Secret;
use tokio::time::Instant;

const SESSIONS: usize = 100_000;
/// Each session is used this often on average.
const BETWEEN_CALLS: Duration = Duration::from_secs(60);
/// The first calls, and with them the logins, fall into this time.
const START: Duration = Duration::from_secs(60);
const BUCKET: Duration = Duration::from_secs(10);
/// In lives of a token.
const LENGTH: u32 = 12;

fn main() -> anyhow::Result<()> {
    println!(
        "{SESSIONS} sessions, all logged in within {} s, each used every {} s on average\n",
        START.as_secs(),
        BETWEEN_CALLS.as_secs()
    );
    println!(
        "| life of a token | refreshes | each life, of the sessions | mean in {} s | peak | peak / mean |",
        BUCKET.as_secs()
    );
    println!("|---|---|---|---|---|---|");
    for minutes in [5, 15, 60] {
        let life = Duration::from_secs(minutes * 60);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let run = runtime?.block_on(simulate(life));
        println!("{}", run.row(minutes));
    }
    #[cfg(feature = "redis")]
    redis::report()?;
    Ok(())
}

/// Virtual time as the date, so that a token's claims follow it.
#[derive(Clone, Copy)]
struct Simulated {
    start: Instant,
}

const EPOCH: Duration = Duration::from_secs(1_800_000_000);

impl Clock for Simulated {
    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + EPOCH + self.start.elapsed()
    }
}

/// A server that issues tokens of one life and notes when.
struct Server {
    clock: Simulated,
    life: Duration,
    logins: AtomicU64,
    refreshes: Mutex<HashMap<u64, u64>>,
}

impl Server {
    fn issue(&self) -> TokenAnswer {
        let now = (EPOCH + self.clock.start.elapsed()).as_secs();
        let claims = format!(r#"{{"iat":{now},"exp":{}}}"#, now + self.life.as_secs());
        let access = Secret::from(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)));
        TokenAnswer::Tokens(Issued {
            access,
            refresh: Some(Secret::from("refresh")),
            end_user_id: None,
            server_date: Some(self.clock.wall()),
        })
    }
}

#[async_trait]
impl Issuer for Server {
    fn origin(&self) -> &str {
        "https://api.example.com"
    }

    async fn login(&self, _: &Login) -> TokenAnswer {
        self.logins.fetch_add(1, Ordering::Relaxed);
        self.issue()
    }

    async fn refresh(&self, _: &Secret) -> TokenAnswer {
        let bucket = self.clock.start.elapsed().as_secs() / BUCKET.as_secs();
        *self.refreshes.lock().unwrap_or_else(PoisonError::into_inner).entry(bucket).or_default() += 1;
        self.issue()
    }
}

struct Run {
    life: Duration,
    /// From the first bucket that can have a refresh in steady use.
    buckets: Vec<u64>,
}

impl Run {
    fn row(&self, minutes: u64) -> String {
        let total: u64 = self.buckets.iter().sum();
        let mean = total as f64 / self.buckets.len() as f64;
        let peak = self.buckets.iter().max().copied().unwrap_or_default();
        let lives = self.buckets.len() as f64 * BUCKET.as_secs_f64() / self.life.as_secs_f64();
        format!(
            "| {minutes} min | {total} | {:.2} | {mean:.0} | {peak} | {:.2} |",
            total as f64 / lives / SESSIONS as f64,
            peak as f64 / mean
        )
    }
}

async fn simulate(life: Duration) -> Run {
    let clock = Simulated { start: Instant::now() };
    let server = Arc::new(Server { clock, life, logins: AtomicU64::new(0), refreshes: Mutex::default() });
    let sessions: Vec<Session> = (0..SESSIONS).map(|number| session(number, &server)).collect();

    let mut random = fastrand::Rng::with_seed(7);
    let end = life * LENGTH;
    // One second after the other: in each, the calls that fall into it, as a Poisson process gives them.
    for second in 0..end.as_secs() {
        if second < START.as_secs() {
            let share = SESSIONS / START.as_secs() as usize;
            let first = second as usize * share;
            let last = if second + 1 == START.as_secs() { SESSIONS } else { first + share };
            for session in sessions.get(first..last).unwrap_or_default() {
                session.authorization().await.expect("a login");
            }
        } else {
            for _ in 0..SESSIONS / BETWEEN_CALLS.as_secs() as usize {
                let session = &sessions[random.usize(..SESSIONS)];
                session.authorization().await.expect("a session never lapses");
            }
        }
        // Virtual time goes on once every task that was started has come to its end.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(server.logins.load(Ordering::Relaxed), SESSIONS as u64, "no session had to log in twice");

    let refreshes = server.refreshes.lock().unwrap_or_else(PoisonError::into_inner);
    let first = refreshes.keys().min().copied().unwrap_or_default();
    let buckets =
        (first..end.as_secs() / BUCKET.as_secs()).map(|bucket| refreshes.get(&bucket).copied().unwrap_or_default());
    Run { life, buckets: buckets.collect() }
}

fn session(number: usize, server: &Arc<Server>) -> Session {
    let login = Login::Partner {
        partner_name: "acme".into(),
        username: format!("user-{number}"),
        password: "a password".into(),
    };
    Session::builder(login, Arc::clone(server) as Arc<dyn Issuer>).clock(server.clock).build()
}
