//! Processes that share a store, while LinkCy and the store fail at random: no used refresh token is sent again, and the
//! sessions recover.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use linkcy::auth::store::{StoreError, StoredSession, TokenStore};
use linkcy::auth::{Issued, MemoryStore, Session};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{builder, partner, scripted};
use crate::issuers::scripted::Act;

/// One process's way to the store that all share.
struct Faulty {
    memory: Arc<MemoryStore>,
    random: Mutex<fastrand::Rng>,
    fails: Arc<AtomicBool>,
    /// How often everything in it was lost.
    losses: Arc<AtomicUsize>,
}

impl Faulty {
    fn place(&self, key: &str) -> String {
        format!("{key} after {} losses", self.losses.load(Ordering::SeqCst))
    }

    /// Takes its time, and may fail.
    async fn passes(&self) -> Result<(), StoreError> {
        let fails = self.fails.load(Ordering::SeqCst);
        let (time, chance) = {
            let mut random = self.random.lock().unwrap();
            (random.u64(0..40), random.u8(0..100))
        };
        sleep(Duration::from_millis(time)).await;
        match chance {
            0..=2 if fails => {
                sleep(Duration::from_secs(10)).await;
                Ok(())
            }
            3..=15 if fails => Err(StoreError::Backend("connection reset".into())),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl TokenStore for Faulty {
    fn name(&self) -> String {
        "the faulty store".to_owned()
    }

    async fn load(&self, key: &str) -> Result<(StoredSession, Duration), StoreError> {
        self.passes().await?;
        self.memory.load(&self.place(key)).await
    }

    async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
        self.passes().await?;
        let swapped = self.memory.swap(&self.place(key), old, new).await?;
        // Its answer may get lost.
        self.passes().await?;
        Ok(swapped)
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_no_used_token_is_sent_again_and_the_sessions_recover() {
    for seed in 0..20 {
        fastrand::seed(seed);
        let mut random = fastrand::Rng::with_seed(seed);
        let (issuer, clock) = scripted();
        let (memory, fails) = (Arc::new(MemoryStore::new()), Arc::new(AtomicBool::new(true)));
        let losses = Arc::new(AtomicUsize::new(0));
        let open = |random: &mut fastrand::Rng| {
            let random = Mutex::new(random.fork());
            let (memory, fails, losses) = (Arc::clone(&memory), Arc::clone(&fails), Arc::clone(&losses));
            let store = Faulty { memory, random, fails, losses };
            builder(partner(), &issuer, clock).store(store).build()
        };
        let mut processes: Vec<Session> = (0..4).map(|_| open(&mut random)).collect();
        let mut calls = JoinSet::new();
        for step in 0..400 {
            issuer.always(match random.u8(0..20) {
                0 | 1 => Act::LoseAnswer,
                2 => Act::Blocked,
                3 => Act::Unreached,
                4 => Act::Hang,
                5 => Act::Status(500, None),
                6 => Act::Status(429, None),
                _ => Act::Obey,
            });
            losses.fetch_add(usize::from(random.u8(0..50) == 0), Ordering::SeqCst);
            let place = random.usize(..processes.len());
            let (session, action, pair) = (processes[place].clone(), random.u8(0..40), Arc::clone(&issuer));
            if action == 0 {
                processes[place] = open(&mut random);
            }
            calls.spawn(async move {
                match action {
                    0 => drop(session.forget().await),
                    1 => {
                        let pair = pair.realm.log_in();
                        drop(session.adopt(Issued::from(&pair)).await);
                    }
                    2..=6 => drop(session.refresh_now().await),
                    7..=9 => {
                        if let Ok(used) = session.authorization().await {
                            drop(session.rejected(used.generation()).await);
                        }
                    }
                    _ => drop(session.authorization().await),
                }
            });
            let pause = [0, 20, 100, 1_000, 20_000, 200_000][random.usize(..6)];
            sleep(Duration::from_millis(random.u64(0..=pause))).await;
            assert_eq!(issuer.realm.counts().reuses, 0, "seed {seed}, step {step}");
        }
        issuer.always(Act::Obey);
        fails.store(false, Ordering::SeqCst);
        sleep(Duration::from_secs(120)).await;
        for session in &processes {
            let token = match session.access_token(Duration::ZERO).await {
                Ok(token) => token,
                Err(error) => panic!("seed {seed}: {error}"),
            };
            assert!(issuer.realm.accepts(token.expose()), "seed {seed}");
        }
        sleep(Duration::from_secs(2000)).await;
        for session in &processes {
            session.authorization().await.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        }
        assert_eq!(issuer.realm.counts().reuses, 0, "seed {seed}");
    }
}
