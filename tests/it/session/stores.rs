//! Stores: the contract each keeps, and what a session does when its store fails.

use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use linkcy::auth::store::{StoreError, StoredSession, TokenStore};
use linkcy::auth::{Credentials, Issued, MemoryStore, Session, SessionError};
use tokio::time::{advance, sleep};

use super::{LIFE, builder, partner, scripted};
use crate::issuers::realm::{Realm, SkippingClock};
use crate::issuers::scripted::Scripted;

const AFTER_ITS_END: Duration = Duration::from_secs(901);

mod memory {
    use linkcy::auth::MemoryStore;

    use crate::issuers::contract;

    macro_rules! promise {
        ($name:ident) => {
            #[tokio::test(start_paused = true)]
            async fn $name() -> Result<(), Box<dyn std::error::Error>> {
                Ok(contract::$name(&MemoryStore::new(), "key").await?)
            }
        };
    }
    crate::each_promise!(promise);
}

#[cfg(all(feature = "file-store", unix))]
mod file {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::task::{Context, Poll, Waker};

    use linkcy::auth::store::{FileStore, StoreError, StoredSession, TokenStore};

    use crate::issuers::contract;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    macro_rules! promise {
        ($name:ident) => {
            #[tokio::test]
            async fn $name() -> Outcome {
                let directory = tempfile::tempdir()?;
                Ok(contract::$name(&FileStore::new(directory.path().join("sessions")), "https://x:consumer:a:336")
                    .await?)
            }
        };
    }
    crate::each_promise!(promise);

    async fn a_saved_pair(store: &FileStore) -> Outcome {
        assert!(store.swap("key", &StoredSession::default(), &contract::session(1)).await?);
        Ok(())
    }

    #[tokio::test]
    async fn files_are_for_their_owner_only() -> Outcome {
        let parent = tempfile::tempdir()?;
        let directory = parent.path().join("sessions");
        a_saved_pair(&FileStore::new(&directory)).await?;
        assert_eq!(std::fs::metadata(&directory)?.permissions().mode() & 0o777, 0o700);
        for entry in std::fs::read_dir(&directory)? {
            assert_eq!(entry?.metadata()?.permissions().mode() & 0o777, 0o600);
        }
        Ok(())
    }

    fn mode(path: &Path) -> std::io::Result<u32> {
        Ok(std::fs::metadata(path)?.permissions().mode() & 0o7777)
    }

    fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
        std::fs::set_permissions(path, Permissions::from_mode(mode))
    }

    /// What a session says whose tokens lie in `directory`, if it says anything.
    async fn said_by_a_session_in(directory: &Path) -> Option<String> {
        let (issuer, clock) = crate::session::scripted();
        let session = crate::session::builder(crate::session::partner(), &issuer, clock)
            .store(FileStore::new(directory))
            .name("x");
        session.build().authorization().await.err().map(|error| error.to_string())
    }

    /// As Kubernetes' `fsGroup` does to a volume whenever it is mounted.
    #[tokio::test]
    async fn what_a_mount_lets_the_group_do_is_taken_back() -> Outcome {
        for (file_mode, directory_mode) in [(0o640, 0o2770), (0o660, 0o770), (0o670, 0o2775), (0o620, 0o720)] {
            let parent = tempfile::tempdir()?;
            let directory = parent.path().join("sessions");
            let store = FileStore::new(&directory);
            a_saved_pair(&store).await?;
            set_mode(&directory.join("key.json"), file_mode)?;
            set_mode(&directory, directory_mode)?;
            assert_eq!(store.load("key").await?.0, contract::session(1));
            assert!(store.swap("key", &contract::session(1), &contract::session(2)).await?);
            assert_eq!(mode(&directory.join("key.json"))?, 0o600, "{file_mode:o}");
            assert_eq!(mode(&directory)?, 0o700, "{directory_mode:o}");
            assert_eq!(said_by_a_session_in(&directory).await, None);
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_file_that_everybody_can_use_is_refused_with_the_remedy() -> Outcome {
        for wrong in [0o644, 0o604, 0o666, 0o602] {
            let parent = tempfile::tempdir()?;
            let directory = parent.path().join("sessions");
            let store = FileStore::new(&directory);
            a_saved_pair(&store).await?;
            let path = directory.join("key.json");
            set_mode(&path, wrong)?;
            let said = store.load("key").await.map(|_| ()).expect_err("it must be refused").to_string();
            assert!(said.contains(&format!("mode {wrong:o}")) && said.contains("600 with chmod"), "{said}");
            assert!(said.contains(&path.display().to_string()), "{said}");
            assert_eq!(mode(&path)?, wrong, "it is left for a person to look at");
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_directory_that_others_use_is_refused_and_the_session_says_why() -> Outcome {
        // One that everybody can write to; one that only the group can, which holds other things.
        for (wrong, holds) in [(0o777, None), (0o702, None), (0o770, Some("photo.jpg")), (0o2775, Some("other"))] {
            let parent = tempfile::tempdir()?;
            let directory = parent.path().join("sessions");
            std::fs::create_dir(&directory)?;
            if let Some(holds) = holds {
                std::fs::write(directory.join(holds), "")?;
            }
            set_mode(&directory, wrong)?;
            let said = said_by_a_session_in(&directory).await.ok_or("it must be refused")?;
            assert!(said.contains(&format!("mode {:03o}", wrong & 0o777)) && said.contains("700 with chmod"), "{said}");
            assert!(said.contains(&directory.display().to_string()), "{said}");
            assert_eq!(mode(&directory)?, wrong);
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_link_does_not_lead_to_another_files_mode() -> Outcome {
        let parent = tempfile::tempdir()?;
        let directory = parent.path().join("sessions");
        let store = FileStore::new(&directory);
        a_saved_pair(&store).await?;
        let (elsewhere, path) = (parent.path().join("elsewhere"), directory.join("key.json"));
        std::fs::rename(&path, &elsewhere)?;
        std::os::unix::fs::symlink(&elsewhere, &path)?;
        set_mode(&elsewhere, 0o640)?;
        assert!(matches!(store.load("key").await, Err(StoreError::Insecure { .. })));
        assert_eq!(mode(&elsewhere)?, 0o640);
        Ok(())
    }

    #[test]
    fn without_a_runtime_the_error_says_so() {
        let store = FileStore::new("/nowhere");
        let mut load = store.load("key");
        let polled = load.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Err(StoreError::NoRuntime))), "{polled:?}");
    }

    #[tokio::test]
    async fn a_disk_that_fails_is_named_with_its_reason() -> Outcome {
        let parent = tempfile::tempdir()?;
        let not_a_directory = parent.path().join("file");
        std::fs::write(&not_a_directory, "")?;
        let said = said_by_a_session_in(&not_a_directory).await.ok_or("it must fail")?;
        assert!(said.contains(&not_a_directory.display().to_string()) && said.contains("os error"), "{said}");
        Ok(())
    }

    #[tokio::test]
    async fn what_is_no_session_is_named_and_kept() -> Outcome {
        let parent = tempfile::tempdir()?;
        let directory = parent.path().join("sessions");
        let store = FileStore::new(&directory);
        a_saved_pair(&store).await?;
        let whole = std::fs::read(directory.join("key.json"))?;
        // Cut off, and with a byte in a token that is no UTF-8: it would be another token if it were repaired.
        let cut = whole[..whole.len() - 2].to_vec();
        let place = whole.windows(9).position(|part| part == b"refresh-1").ok_or("the token is there")?;
        let mut bad_byte = whole.clone();
        bad_byte[place] = 0xe9;
        for wrong in [cut, bad_byte, br#"{"tokens":"refresh-1"#.to_vec()] {
            std::fs::write(directory.join("key.json"), &wrong)?;
            let error = store.load("key").await.map(|_| ()).expect_err("it must be refused");
            assert!(matches!(error, StoreError::Corrupt { .. }) && !format!("{error:?}").contains("refresh-1"));
            assert_eq!(std::fs::read(directory.join("key.json"))?, wrong);
        }
        Ok(())
    }
}

/// A memory store that can be away.
#[derive(Default)]
struct Flaky {
    memory: MemoryStore,
    away: AtomicBool,
    saves_fail: AtomicBool,
    saves_lose_their_answer: AtomicBool,
    /// How often everything in it was lost.
    losses: AtomicUsize,
}

impl Flaky {
    fn place(&self, key: &str) -> String {
        format!("{key} after {} losses", self.losses.load(Ordering::SeqCst))
    }

    fn check(&self, also: &AtomicBool) -> Result<(), StoreError> {
        if self.away.load(Ordering::SeqCst) || also.load(Ordering::SeqCst) {
            return Err(StoreError::Backend("connection refused".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl TokenStore for Flaky {
    fn name(&self) -> String {
        "the flaky store".to_owned()
    }

    async fn load(&self, key: &str) -> Result<(StoredSession, Duration), StoreError> {
        self.check(&AtomicBool::new(false))?;
        self.memory.load(&self.place(key)).await
    }

    async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
        let brings_tokens = new.tokens() != old.tokens();
        if brings_tokens {
            self.check(&self.saves_fail)?;
        }
        self.check(&AtomicBool::new(false))?;
        let swapped = self.memory.swap(&self.place(key), old, new).await?;
        if brings_tokens {
            self.check(&self.saves_lose_their_answer)?;
        }
        Ok(swapped)
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_costs_nothing_until_a_refresh_is_needed() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(Flaky::default());
    let session = builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
    session.authorization().await?;
    store.away.store(true, Ordering::SeqCst);
    advance(Duration::from_secs(780)).await;
    session.authorization().await?;
    advance(Duration::from_secs(121)).await;
    match session.authorization().await {
        Err(error @ SessionError::Store { .. }) => assert!(error.to_string().contains("the flaky store"), "{error}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(issuer.asked(), 1, "no refresh without the lease");
    store.away.store(false, Ordering::SeqCst);
    sleep(Duration::from_secs(40)).await;
    session.authorization().await?;
    assert_eq!(issuer.realm.counts().refreshes, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_could_not_be_stored_is_used_and_stored_later() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(Flaky::default());
    let open = || builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
    let session = open();
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    store.saves_fail.store(true, Ordering::SeqCst);
    let kept = session.authorization().await?;
    let kept_token = session.access_token(Duration::ZERO).await?;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(session.authorization().await?.generation(), kept.generation());
    store.saves_fail.store(false, Ordering::SeqCst);
    sleep(Duration::from_secs(60)).await;
    // Another process finds it there, and asks LinkCy for nothing.
    let found = open().access_token(Duration::ZERO).await?;
    assert_eq!(found.expose(), kept_token.expose());
    assert_eq!((issuer.realm.counts().refreshes, issuer.realm.counts().reuses), (1, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_pair_still_unstored_when_it_ages_is_stored_before_it_is_refreshed() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(Flaky::default());
    let session = builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    store.saves_fail.store(true, Ordering::SeqCst);
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    assert!(matches!(session.authorization().await, Err(SessionError::Store { .. })));
    store.saves_fail.store(false, Ordering::SeqCst);
    sleep(Duration::from_secs(60)).await;
    session.authorization().await?;
    assert_eq!(issuer.realm.counts().refreshes, 2);
    assert_eq!((issuer.realm.counts().logins, issuer.realm.counts().reuses), (1, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_save_that_only_seemed_to_fail_is_not_repeated_over_another_processs_refresh() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(Flaky::default());
    let session = builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
    store.saves_lose_their_answer.store(true, Ordering::SeqCst);
    session.authorization().await?;
    store.saves_lose_their_answer.store(false, Ordering::SeqCst);
    // The other process finds the pair, and is refreshing it when this one comes to store it, and then to refresh.
    let mut slow = Scripted::new(Realm::new(LIFE, clock));
    slow.realm = Arc::clone(&issuer.realm);
    slow.latency = Duration::from_secs(4);
    let other = builder(partner(), &Arc::new(slow), clock).store(Arc::clone(&store)).build();
    other.authorization().await?;
    let refreshing = tokio::spawn(async move { other.refresh_now().await });
    sleep(Duration::from_secs(3)).await;
    session.refresh_now().await?;
    refreshing.await.expect("no panic")?;
    assert!(issuer.realm.accepts(session.access_token(Duration::ZERO).await?.expose()));
    assert_eq!((issuer.realm.counts().refreshes, issuer.realm.counts().reuses, issuer.asked()), (1, 0, 1));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn adopted_tokens_take_the_place_of_what_another_processs_refresh_brings() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(MemoryStore::new());
    let open = || builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
    let (refreshing, adopting) = (open(), open());
    refreshing.authorization().await?;
    let under_way = tokio::spawn({
        let refreshing = refreshing.clone();
        async move { refreshing.refresh_now().await }
    });
    sleep(Duration::from_millis(30)).await;
    assert_eq!(issuer.asked(), 2, "the refresh is under way");
    let pair = issuer.realm.log_in();
    adopting.adopt(Issued::from(&pair)).await?;
    under_way.await.expect("no panic")?;
    for session in [refreshing, adopting] {
        assert_eq!(session.access_token(Duration::ZERO).await?.expose(), pair.access);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_was_used_meanwhile_is_not_sent_when_the_store_lost_the_newer_one() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(Flaky::default());
    let open = || builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
    let (quick, slow) = (open(), open());
    quick.authorization().await?;
    slow.authorization().await?;
    quick.refresh_now().await?;
    store.losses.fetch_add(1, Ordering::SeqCst);
    advance(AFTER_ITS_END).await;
    slow.authorization().await?;
    assert_eq!((issuer.realm.counts().logins, issuer.realm.counts().reuses), (2, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_the_store_lost_is_in_doubt_though_it_only_seemed_unstored() -> Result<(), SessionError> {
    for is_adopted in [false, true] {
        let (issuer, clock) = scripted();
        let store = Arc::new(Flaky::default());
        let open = || builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
        let (session, other) = (open(), open());
        let logins = if is_adopted {
            other.authorization().await?;
            store.saves_lose_their_answer.store(true, Ordering::SeqCst);
            session.adopt(Issued::from(&issuer.realm.log_in())).await?;
            3
        } else {
            store.saves_lose_their_answer.store(true, Ordering::SeqCst);
            session.authorization().await?;
            2
        };
        store.saves_lose_their_answer.store(false, Ordering::SeqCst);
        other.refresh_now().await?;
        other.refresh_now().await?;
        store.losses.fetch_add(1, Ordering::SeqCst);
        sleep(Duration::from_secs(60)).await;
        advance(AFTER_ITS_END).await;
        session.authorization().await?;
        let counts = issuer.realm.counts();
        assert_eq!((counts.logins, counts.refreshes, counts.reuses), (logins, 1, 0), "{is_adopted}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_adopted_pair_is_stored_later_whatever_the_store_keeps() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(Flaky::default());
    let open = || builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
    open().authorization().await?;
    advance(AFTER_ITS_END).await;
    let pair = issuer.realm.log_in();
    store.saves_fail.store(true, Ordering::SeqCst);
    open().adopt(Issued::from(&pair)).await?;
    store.saves_fail.store(false, Ordering::SeqCst);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(open().access_token(Duration::ZERO).await?.expose(), pair.access);
    assert_eq!(issuer.asked(), 1, "the other process asks LinkCy for nothing");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_adopted_pair_that_only_seemed_unstored_is_not_put_over_its_successor() -> Result<(), Box<dyn Error>> {
    // The store loses its answer at the adoption, or when the pair is stored later.
    for away_at_first in [false, true] {
        let (issuer, clock) = scripted();
        let store = Arc::new(Flaky::default());
        let open = || builder(partner(), &issuer, clock).store(Arc::clone(&store)).build();
        let (session, other) = (open(), open());
        let pair = issuer.realm.log_in();
        store.away.store(away_at_first, Ordering::SeqCst);
        store.saves_lose_their_answer.store(true, Ordering::SeqCst);
        session.adopt(Issued::from(&pair)).await?;
        store.away.store(false, Ordering::SeqCst);
        while store.load("https://linkcy.test:partner:acme:api-user").await?.0.tokens().is_none() {
            sleep(Duration::from_millis(10)).await;
        }
        store.saves_lose_their_answer.store(false, Ordering::SeqCst);
        // The other process refreshes it before this one tries again to store it.
        other.authorization().await?;
        other.refresh_now().await?;
        sleep(Duration::from_secs(60)).await;
        advance(AFTER_ITS_END).await;
        session.authorization().await?;
        other.authorization().await?;
        let counts = issuer.realm.counts();
        assert_eq!((counts.logins, counts.refreshes, counts.reuses), (1, 2, 0), "{away_at_first}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_rejected_pair_is_not_taken_for_a_newer_one_because_the_store_has_it_too() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(MemoryStore::new());
    let open = |credentials| builder(credentials, &issuer, clock).store(Arc::clone(&store)).name("alice").build();
    let pair = issuer.realm.log_in();
    open(partner()).adopt(Issued::from(&pair)).await?;
    let session = open(Credentials::tokens(pair.access.as_str(), Some(pair.refresh.as_str().into())));
    let rejected = session.authorization().await?;
    issuer.realm.reject_access_tokens();
    let next = session.rejected(rejected.generation()).await?;
    assert_ne!(next.header(), rejected.header());
    assert_eq!(issuer.realm.counts().refreshes, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn tokens_without_a_name_do_not_get_mixed_up_in_a_shared_store() {
    let (issuer, clock) = scripted();
    let store = Arc::new(MemoryStore::new());
    let session = builder(Credentials::tokens("opaque", None), &issuer, clock).store(store).build();
    let error = session.authorization().await.map(|_| ());
    assert!(matches!(error, Err(SessionError::Unnamed { .. })), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn newer_given_tokens_replace_an_older_stored_pair() -> Result<(), SessionError> {
    let (issuer, clock) = scripted();
    let store = Arc::new(MemoryStore::new());
    let open = |credentials| builder(credentials, &issuer, clock).store(Arc::clone(&store)).name("alice").build();
    open(partner()).authorization().await?;
    advance(Duration::from_secs(300)).await;
    issuer.realm.revoke_everything();
    let newest = issuer.realm.log_in();
    let session = open(Credentials::tokens(newest.access, Some(newest.refresh.into())));
    session.authorization().await?;
    advance(AFTER_ITS_END).await;
    session.authorization().await?;
    assert_eq!((issuer.realm.counts().refreshes, issuer.realm.counts().refused), (1, 0));
    Ok(())
}

/// A store after whose first change the process stands still for a minute.
struct Stalling {
    memory: MemoryStore,
    clock: SkippingClock,
    issuer: Arc<Scripted>,
    /// How often LinkCy had been asked before each change.
    asked: Mutex<Vec<usize>>,
}

#[async_trait]
impl TokenStore for Stalling {
    fn name(&self) -> String {
        "the stalling store".to_owned()
    }

    async fn load(&self, key: &str) -> Result<(StoredSession, Duration), StoreError> {
        self.memory.load(key).await
    }

    async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
        let changes = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(self.issuer.asked());
            asked.len()
        };
        let swapped = self.memory.swap(key, old, new).await;
        if changes == 1 {
            self.clock.skip(Duration::from_secs(60));
        }
        swapped
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_with_a_lease_that_a_stalled_process_may_have_outlived() -> Result<(), SessionError> {
    let (issuer, _) = scripted();
    let clock = SkippingClock::default();
    let (memory, asked) = (MemoryStore::new(), Mutex::default());
    let store = Arc::new(Stalling { memory, clock: clock.clone(), issuer: Arc::clone(&issuer), asked });
    let session = Session::builder(partner(), Arc::clone(&issuer) as _).store(Arc::clone(&store)).clock(clock).build();
    session.authorization().await?;
    // The lease that came late, its release, the next lease, and the pair.
    assert_eq!(*store.asked.lock().unwrap(), [0, 0, 0, 1]);
    Ok(())
}
