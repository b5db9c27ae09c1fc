//! What every token store has to do, as one test per promise; each store runs them all.

use std::sync::Arc;
use std::time::Duration;

use linkcy::auth::TokenPair;
use linkcy::auth::store::{Lease, LeaseEnd, Leased, Saved, StoreError, TokenStore};

const LONG: Duration = Duration::from_secs(30);
const BRIEF: Duration = Duration::from_millis(50);

fn pair(name: &str) -> Arc<TokenPair> {
    let tokens = TokenPair::new(&format!("access-{name}").into(), Some(format!("refresh-{name}").into()), None);
    Arc::new(tokens.expect("a plain token"))
}

async fn granted(store: &dyn TokenStore, key: &str, ttl: Duration) -> Result<Lease, StoreError> {
    match store.lease(key, ttl).await? {
        Leased::Granted(lease) => Ok(lease),
        Leased::Held(_) => panic!("the lease is held"),
    }
}

async fn held(store: &dyn TokenStore, key: &str) -> Result<bool, StoreError> {
    Ok(matches!(store.lease(key, LONG).await?, Leased::Held(_)))
}

async fn at_hand(store: &dyn TokenStore, key: &str) -> Result<Option<String>, StoreError> {
    Ok(store.load(key).await?.map(|stored| stored.tokens.access().to_owned()))
}

pub async fn a_pair_comes_back_as_it_was_saved(store: &dyn TokenStore, key: &str) -> Result<(), StoreError> {
    assert!(store.load(key).await?.is_none());
    let lease = granted(store, key, LONG).await?;
    let tokens = TokenPair::new(&"a".into(), Some("r".into()), Some("id-1".to_owned())).expect("a plain token");
    assert!(matches!(store.save(key, &lease, &Arc::new(tokens)).await?, Saved::Done));
    let back = store.load(key).await?.expect("a pair");
    assert_eq!(back.version, lease.fence);
    assert_eq!(back.tokens.access(), "a");
    assert_eq!(back.tokens.refresh().map(|token| token.expose()), Some("r"));
    assert_eq!(back.tokens.end_user_id(), Some("id-1"));
    assert!(at_hand(store, "another key").await?.is_none());
    Ok(())
}

pub async fn one_holder_has_the_lease_until_it_ends(store: &dyn TokenStore, key: &str) -> Result<(), StoreError> {
    let first = granted(store, key, LONG).await?;
    assert!(held(store, key).await?);
    store.release(key, &first, LeaseEnd::NothingSent).await?;
    let second = granted(store, key, LONG).await?;
    assert!(second.fence > first.fence);
    // Letting go of a lease that is over does not end somebody else's.
    store.release(key, &first, LeaseEnd::NothingSent).await?;
    assert!(held(store, key).await?);
    store.save(key, &second, &pair("1")).await?;
    assert!(!held(store, key).await?);
    Ok(())
}

pub async fn a_lease_runs_out_and_leaves_its_pair_in_doubt(
    store: &dyn TokenStore,
    key: &str,
) -> Result<(), StoreError> {
    let lease = granted(store, key, LONG).await?;
    store.save(key, &lease, &pair("1")).await?;
    let lapsed = granted(store, key, BRIEF).await?;
    assert_eq!(lapsed.doubt, None);
    tokio::time::sleep(BRIEF * 3).await;
    let next = granted(store, key, LONG).await?;
    assert!(next.doubt.is_some_and(|doubt| doubt >= BRIEF && doubt < LONG), "{:?}", next.doubt);
    assert_eq!(next.seen, lease.fence);
    Ok(())
}

pub async fn a_holder_past_its_lease_cannot_overwrite_a_newer_pair(
    store: &dyn TokenStore,
    key: &str,
) -> Result<(), StoreError> {
    let lease = granted(store, key, LONG).await?;
    store.save(key, &lease, &pair("1")).await?;
    let stalled = granted(store, key, BRIEF).await?;
    tokio::time::sleep(BRIEF * 3).await;
    let quick = granted(store, key, LONG).await?;
    assert!(matches!(store.save(key, &quick, &pair("newer")).await?, Saved::Done));
    match store.save(key, &stalled, &pair("stalled")).await? {
        Saved::Superseded(Some(found)) => assert_eq!(found.tokens.access(), "access-newer"),
        other => panic!("{other:?}"),
    }
    assert_eq!(at_hand(store, key).await?.as_deref(), Some("access-newer"));
    // Nor does it end the lease of whoever came after.
    let _third = granted(store, key, LONG).await?;
    store.release(key, &stalled, LeaseEnd::NothingSent).await?;
    store.save(key, &stalled, &pair("stalled")).await?;
    assert!(held(store, key).await?);
    Ok(())
}

pub async fn a_save_may_be_repeated(store: &dyn TokenStore, key: &str) -> Result<(), StoreError> {
    let lease = granted(store, key, LONG).await?;
    for _ in 0..2 {
        assert!(matches!(store.save(key, &lease, &pair("1")).await?, Saved::Done));
    }
    assert_eq!(store.load(key).await?.map(|stored| stored.version), Some(lease.fence));
    Ok(())
}

pub async fn doubt_is_as_the_release_says(store: &dyn TokenStore, key: &str) -> Result<(), StoreError> {
    let lease = granted(store, key, LONG).await?;
    store.save(key, &lease, &pair("1")).await?;
    let unsent = granted(store, key, LONG).await?;
    store.release(key, &unsent, LeaseEnd::NothingSent).await?;
    let lost = granted(store, key, LONG).await?;
    assert_eq!(lost.doubt, None, "nothing had been sent");
    store.release(key, &lost, LeaseEnd::AnswerLost).await?;
    tokio::time::sleep(BRIEF).await;
    let looked = granted(store, key, LONG).await?;
    assert!(looked.doubt.is_some_and(|doubt| doubt >= BRIEF));
    store.release(key, &looked, LeaseEnd::NothingSent).await?;
    tokio::time::sleep(BRIEF).await;
    let again = granted(store, key, LONG).await?;
    assert!(again.doubt.is_some_and(|doubt| doubt >= BRIEF * 2), "looking did not make the doubt younger");
    store.save(key, &again, &pair("2")).await?;
    assert_eq!(granted(store, key, LONG).await?.doubt, None, "a new pair is beyond doubt");
    Ok(())
}

pub async fn a_removed_pair_is_gone_and_not_to_be_brought_back(
    store: &dyn TokenStore,
    key: &str,
) -> Result<(), StoreError> {
    let lease = granted(store, key, LONG).await?;
    store.save(key, &lease, &pair("1")).await?;
    let stalled = granted(store, key, LONG).await?;
    store.remove(key).await?;
    assert!(store.load(key).await?.is_none());
    assert!(matches!(store.save(key, &stalled, &pair("2")).await?, Saved::Superseded(None)));
    assert!(store.load(key).await?.is_none());
    let next = granted(store, key, LONG).await?;
    assert!(next.seen > stalled.fence && next.current.is_none() && next.doubt.is_none());
    Ok(())
}

/// Calls `$run` with the name of each promise.
#[macro_export]
macro_rules! each_promise {
    ($run:ident) => {
        $run!(a_pair_comes_back_as_it_was_saved);
        $run!(one_holder_has_the_lease_until_it_ends);
        $run!(a_lease_runs_out_and_leaves_its_pair_in_doubt);
        $run!(a_holder_past_its_lease_cannot_overwrite_a_newer_pair);
        $run!(a_save_may_be_repeated);
        $run!(doubt_is_as_the_release_says);
        $run!(a_removed_pair_is_gone_and_not_to_be_brought_back);
    };
}
