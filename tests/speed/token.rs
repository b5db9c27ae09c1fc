//! A fresh token is at hand without a lock: whoever holds one, for a refresh or for anything else, keeps nobody waiting.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::SystemTime;

use linkcy::Credentials;
use linkcy::auth::{Clock, Session};
use tokio::time::Instant;

use super::bank::Bank;
use super::nobody::Nobody;
use super::{answers, builder, ledger};

#[tokio::test]
async fn calls_go_on_while_a_refresh_is_under_way() {
    let bank = Bank::open().await;
    let client = builder(&bank.origin()).build().unwrap();
    let session = client.session().clone();
    let refresh = tokio::spawn(async move { session.refresh_now().await.map(|fresh| fresh.generation()) });
    bank.refresh_arrives().await;
    for _ in 0..100 {
        client.ledgers().get(ledger()).await.unwrap();
    }
    assert!(!refresh.is_finished());
    bank.answer_refresh();
    refresh.await.unwrap().unwrap();
}

/// Whoever looks at this clock in the named thread stays there until told to go on: with the session's lock in hand, if it
/// had it.
struct Sluggish {
    arrived: Mutex<Sender<()>>,
    go_on: Mutex<Receiver<()>>,
}

const SLUGGARD: &str = "sluggard";

impl Clock for Sluggish {
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn now(&self) -> Instant {
        if thread::current().name() == Some(SLUGGARD) {
            self.arrived.lock().unwrap().send(()).unwrap();
            // Told, or the test is over.
            let _ = self.go_on.lock().unwrap().recv();
        }
        Instant::now()
    }
}

#[test]
fn ten_thousand_calls_get_their_token_while_another_holds_the_lock() {
    let (arrived, sluggard_arrived) = channel();
    let (go, go_on) = channel();
    let clock = Sluggish { arrived: Mutex::new(arrived), go_on: Mutex::new(go_on) };
    let credentials = Credentials::tokens(answers::token(), Some("refresh".into()));
    let session = Session::builder(credentials, Arc::new(Nobody)).clock(clock).build();

    // A demanded refresh decides under the session's lock whether it is needed, and asks the clock for that.
    let sluggard = {
        let session = session.clone();
        thread::Builder::new().name(SLUGGARD.to_owned()).spawn(move || poll_once(session.refresh_now())).unwrap()
    };
    sluggard_arrived.recv().unwrap();
    // The lock is indeed held: who needs it does not come back.
    let (back, needs_the_lock) = channel();
    let needy = {
        let session = session.clone();
        thread::spawn(move || {
            let last_error = session.last_error();
            back.send(()).unwrap();
            last_error.is_some()
        })
    };
    let (done, all_done) = channel();
    let callers = {
        let session = session.clone();
        thread::spawn(move || {
            let served = (0..10_000).filter(|_| poll_once(session.authorization()).is_some()).count();
            done.send(served).unwrap();
        })
    };
    let served = all_done.recv_timeout(std::time::Duration::from_secs(30));
    let lock_was_held = needs_the_lock.try_recv().is_err();
    drop(go);
    assert_eq!(served, Ok(10_000), "a call waits for the session's lock");
    assert!(lock_was_held, "the test is void: nobody held the session's lock");
    callers.join().unwrap();
    assert!(!needy.join().unwrap());
    assert!(sluggard.join().unwrap().is_none(), "there is no runtime to refresh on");
}

/// The value, if it is there at once.
fn poll_once<T, E>(work: impl Future<Output = Result<T, E>>) -> Option<T> {
    match std::pin::pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => Some(value),
        _ => None,
    }
}
