//! Callers that join a refresh whose tokens are in use already: what it brought may be what they saw fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use linkcy::auth::store::{Lease, LeaseEnd, Leased, Saved, StoreError, Stored, TokenStore};
use linkcy::auth::{Authorization, MemoryStore, Session, SessionError, TokenPair};
use tokio::sync::Notify;

use super::{LIFE, partner};
use crate::issuers::realm::{Realm, SkippingClock};
use crate::issuers::scripted::Scripted;

/// A shared store. Once armed, another session refreshes just before a lease is given, so that the lease brings its
/// tokens and they come into use; ending the lease then waits.
struct Slow {
    memory: Arc<MemoryStore>,
    another: Session,
    armed: AtomicBool,
    in_use: Notify,
    go_on: Notify,
}

#[async_trait]
impl TokenStore for Slow {
    fn name(&self) -> String {
        "the slow store".to_owned()
    }

    async fn load(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        self.memory.load(key).await
    }

    async fn lease(&self, key: &str, ttl: Duration) -> Result<Leased, StoreError> {
        if self.armed.load(Ordering::SeqCst) {
            self.another.refresh_now().await.map_err(|error| StoreError::Backend(Box::new(error)))?;
        }
        self.memory.lease(key, ttl).await
    }

    async fn save(&self, key: &str, lease: &Lease, tokens: &Arc<TokenPair>) -> Result<Saved, StoreError> {
        self.memory.save(key, lease, tokens).await
    }

    async fn release(&self, key: &str, lease: &Lease, end: LeaseEnd) -> Result<(), StoreError> {
        if self.armed.swap(false, Ordering::SeqCst) {
            self.in_use.notify_one();
            self.go_on.notified().await;
        }
        self.memory.release(key, lease, end).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.memory.remove(key).await
    }
}

/// What joins the refresh, given the tokens it brought.
#[derive(Clone, Copy, Debug)]
enum Joins {
    AfterARejection,
    AfterTheirEnd,
}

async fn joined(session: &Session, joins: Joins, seen: &Authorization) -> Result<Authorization, SessionError> {
    match joins {
        Joins::AfterARejection => session.rejected(seen.generation()).await,
        Joins::AfterTheirEnd => session.authorization().await,
    }
}

#[tokio::test(start_paused = true)]
async fn who_joins_a_refresh_that_brought_what_they_saw_fail_gets_newer_tokens() -> Result<(), SessionError> {
    for joins in [Joins::AfterARejection, Joins::AfterTheirEnd] {
        let clock = SkippingClock::default();
        let issuer = Arc::new(Scripted::new(Realm::new(LIFE, clock.clone())));
        let builder = || Session::builder(partner(), Arc::clone(&issuer) as _).clock(clock.clone());
        let memory = Arc::new(MemoryStore::new());
        let slow = Arc::new(Slow {
            another: builder().store(Arc::clone(&memory)).build(),
            memory,
            armed: AtomicBool::default(),
            in_use: Notify::new(),
            go_on: Notify::new(),
        });
        let session = builder().store(Arc::clone(&slow)).build();
        session.authorization().await?;
        clock.skip(LIFE);
        slow.armed.store(true, Ordering::SeqCst);
        let refreshing = tokio::spawn({
            let session = session.clone();
            async move { session.authorization().await }
        });
        slow.in_use.notified().await;
        let seen = session.cached().expect("the other session's tokens are in use");
        match joins {
            Joins::AfterARejection => issuer.realm.reject_access_tokens(),
            Joins::AfterTheirEnd => clock.skip(LIFE),
        }
        let (got, ()) = tokio::join!(biased; joined(&session, joins, &seen), async { slow.go_on.notify_one() });
        assert!(got?.generation() > seen.generation(), "{joins:?}: the tokens that failed were given again");
        assert!(issuer.realm.accepts(session.access_token(Duration::ZERO).await?.expose()), "{joins:?}");
        refreshing.await.expect("no panic")?;
    }
    Ok(())
}
