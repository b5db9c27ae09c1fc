//! `MemorySeen`: what every store promises, and its bounds.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use linkcy::webhooks::{Claim, MemorySeen, SeenError, SeenWebhooks, WebhookLease};

use crate::seen_contract as contract;

const LEASE: Duration = Duration::from_secs(60);

macro_rules! promise {
    ($name:ident) => {
        #[tokio::test]
        async fn $name() {
            contract::$name(&MemorySeen::new()).await.unwrap();
        }
    };
}
crate::each_promise_of_seen!(promise);

/// A clock that a test moves.
#[derive(Clone)]
struct Hand(Arc<Mutex<Instant>>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    fn moves(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    fn store(&self) -> MemorySeen {
        let hand = Arc::clone(&self.0);
        MemorySeen::new().clock(move || *hand.lock().unwrap())
    }
}

async fn granted(store: &MemorySeen, id: &str) -> WebhookLease {
    match store.claim(id, LEASE).await.unwrap() {
        Claim::Granted(lease) => lease,
        other => panic!("{id} is {other:?}"),
    }
}

#[tokio::test]
async fn a_lease_ends_to_the_moment_and_what_is_done_is_kept_as_long_as_set() {
    let hand = Hand::new();
    let store = hand.store().keep(Duration::from_secs(3600));
    granted(&store, "msg_a").await;
    hand.moves(LEASE - Duration::from_nanos(1));
    assert_eq!(store.claim("msg_a", LEASE).await.unwrap(), Claim::Held);
    hand.moves(Duration::from_nanos(1));
    let lease = granted(&store, "msg_a").await;
    store.done(&lease).await.unwrap();
    hand.moves(Duration::from_secs(3599));
    assert_eq!(store.claim("msg_a", LEASE).await.unwrap(), Claim::Done);
    hand.moves(Duration::from_secs(1));
    granted(&store, "msg_a").await;
}

#[tokio::test]
async fn a_restart_goes_on_with_greater_fences() {
    let last = granted(&MemorySeen::new(), "msg_a").await;
    // They come from the time in microseconds.
    let (start, microsecond) = (Instant::now(), Duration::from_micros(1));
    while start.elapsed() <= microsecond {}
    assert!(granted(&MemorySeen::new(), "msg_a").await.fence > last.fence);
}

#[tokio::test]
async fn it_is_kept_longer_than_svix_tries_unless_set() {
    let hand = Hand::new();
    let store = hand.store();
    let lease = granted(&store, "msg_a").await;
    store.done(&lease).await.unwrap();
    // 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h.
    hand.moves(Duration::from_secs(5 + 35 * 60 + 27 * 3600));
    assert_eq!(store.claim("msg_a", LEASE).await.unwrap(), Claim::Done);
}

#[tokio::test]
async fn when_it_is_full_the_oldest_is_forgotten_and_never_one_that_is_being_handled() {
    let hand = Hand::new();
    let store = hand.store().capacity(3);
    let busy = granted(&store, "msg_busy").await;
    for id in ["msg_a", "msg_b", "msg_c"] {
        hand.moves(Duration::from_secs(1));
        let lease = granted(&store, id).await;
        store.done(&lease).await.unwrap();
    }
    assert_eq!(store.claim("msg_busy", LEASE).await.unwrap(), Claim::Held);
    assert_eq!(store.claim("msg_b", LEASE).await.unwrap(), Claim::Done);
    assert_eq!(store.claim("msg_c", LEASE).await.unwrap(), Claim::Done);
    // msg_a was forgotten; to claim it costs msg_b.
    granted(&store, "msg_a").await;
    granted(&store, "msg_d").await;
    let full = store.claim("msg_e", LEASE).await.unwrap_err();
    assert!(matches!(full, SeenError::Full { capacity: 3 }) && full.status() == 503, "{full}");
    // What is being handled can be noted as done, and makes room then.
    assert!(store.done(&busy).await.unwrap());
    granted(&store, "msg_e").await;
}

#[tokio::test]
async fn a_lease_or_a_time_to_keep_without_end_is_taken() {
    let hand = Hand::new();
    let store = hand.store().keep(Duration::MAX);
    let Claim::Granted(lease) = store.claim("msg_a", Duration::MAX).await.unwrap() else { panic!("not granted") };
    hand.moves(Duration::from_secs(86_400 * 365));
    assert_eq!(store.claim("msg_a", LEASE).await.unwrap(), Claim::Held);
    store.done(&lease).await.unwrap();
    assert_eq!(store.claim("msg_a", LEASE).await.unwrap(), Claim::Done);
}

/// Threads, not tasks: what is shared by a server's workers.
#[test]
fn of_many_threads_one_handles_an_event() {
    let store = MemorySeen::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for round in 0..200 {
        let id = format!("msg_{round}");
        let granted = std::thread::scope(|scope| {
            let claim = || matches!(runtime.handle().block_on(store.claim(&id, LEASE)), Ok(Claim::Granted(_)));
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(claim)).collect();
            threads.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum::<usize>()
        });
        assert_eq!(granted, 1, "{id}");
    }
}
