//! What every token store has to do, as one test per promise; each store runs them all.

use std::time::Duration;

use futures_util::future::join_all;
use linkcy::auth::store::{StoreError, StoredSession, TokenStore};
use serde_json::json;

const BRIEF: Duration = Duration::from_millis(50);

/// A session with the pair `access-1`, `refresh-1` of the user `id-1`.
pub fn session(revision: u64) -> StoredSession {
    session_of(revision, "id-1")
}

fn session_of(revision: u64, end_user_id: &str) -> StoredSession {
    let tokens = json!({ "access": "access-1", "refresh": "refresh-1", "endUserId": end_user_id });
    let session =
        json!({ "revision": revision, "version": revision, "fence": revision, "leasedUntil": 0, "tokens": tokens });
    serde_json::from_value(session).expect("a session")
}

pub async fn what_was_put_in_comes_back(store: &dyn TokenStore, key: &str) -> Result<(), StoreError> {
    let (nothing, _) = store.load(key).await?;
    assert_eq!(nothing, StoredSession::default());
    assert!(store.swap(key, &nothing, &session(1)).await?);
    let (back, _) = store.load(key).await?;
    assert_eq!(back, session(1));
    let tokens = back.tokens().expect("a pair");
    assert_eq!(
        (tokens.access(), tokens.refresh().map(|token| token.expose()), tokens.end_user_id()),
        ("access-1", Some("refresh-1"), Some("id-1"))
    );
    assert_eq!(store.load("another key").await?.0, StoredSession::default());
    Ok(())
}

pub async fn what_has_changed_is_not_replaced(store: &dyn TokenStore, key: &str) -> Result<(), StoreError> {
    let nothing = StoredSession::default();
    assert!(store.swap(key, &nothing, &session(1)).await?);
    assert!(!store.swap(key, &nothing, &session(2)).await?);
    assert!(!store.swap(key, &session(2), &session(3)).await?);
    assert_eq!(store.load(key).await?.0, session(1));
    assert!(store.swap(key, &session(1), &session(4)).await?);
    assert_eq!(store.load(key).await?.0, session(4));
    Ok(())
}

pub async fn what_has_no_tokens_is_kept_too(store: &dyn TokenStore, key: &str) -> Result<(), StoreError> {
    let removed = json!({ "revision": 2, "version": 5, "fence": 5, "leasedUntil": 0 });
    let removed: StoredSession = serde_json::from_value(removed).expect("a session");
    assert!(store.swap(key, &StoredSession::default(), &session(1)).await?);
    assert!(store.swap(key, &session(1), &removed).await?);
    assert_eq!(store.load(key).await?.0, removed);
    Ok(())
}

pub async fn of_many_at_once_none_is_lost(store: &dyn TokenStore, key: &str) -> Result<(), StoreError> {
    let count = |session: &StoredSession| -> u64 {
        session.tokens().and_then(|tokens| tokens.end_user_id()?.parse().ok()).unwrap_or_default()
    };
    let add = |own_revision: u64| async move {
        // Each change has a revision that no other has.
        for attempt in 1.. {
            let (old, _) = store.load(key).await?;
            let new = session_of(attempt * 100 + own_revision, &(count(&old) + 1).to_string());
            if store.swap(key, &old, &new).await? {
                break;
            }
        }
        Ok::<_, StoreError>(())
    };
    for added in join_all((0..20).map(add)).await {
        added?;
    }
    assert_eq!(count(&store.load(key).await?.0), 20);
    Ok(())
}

pub async fn its_clock_goes_on(store: &dyn TokenStore, key: &str) -> Result<(), StoreError> {
    let (_, before) = store.load(key).await?;
    tokio::time::sleep(BRIEF).await;
    let passed = store.load(key).await?.1.saturating_sub(before);
    // Some clocks tell milliseconds.
    assert!(passed + Duration::from_millis(1) >= BRIEF && passed < Duration::from_secs(10), "{passed:?}");
    Ok(())
}

/// Calls `$run` with the name of each promise.
#[macro_export]
macro_rules! each_promise {
    ($run:ident) => {
        $run!(what_was_put_in_comes_back);
        $run!(what_has_changed_is_not_replaced);
        $run!(what_has_no_tokens_is_kept_too);
        $run!(of_many_at_once_none_is_lost);
        $run!(its_clock_goes_on);
    };
}
