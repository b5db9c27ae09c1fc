//! Single flight: one run of some work at a time, whose outcome is shared by all callers that ask for it meanwhile.
//!
//! The run is a separate task, so it completes even if all callers that wait for it are dropped.

use std::pin::Pin;

use futures_util::FutureExt as _;
use futures_util::future::{Shared, ready};
use tokio::runtime::Handle;

/// A boxed future: Tokio's tasks are compiled again for each type of future that is spawned.
pub(super) type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The outcome of a run; `None` if its task panicked or its runtime was shut down.
pub(super) type RunOutcome<T> = Shared<Work<Option<T>>>;

/// The slot for the run under way.
pub(super) struct SingleFlight<T>(Option<RunOutcome<T>>);

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    /// The outcome of what need not run.
    pub fn done(value: T) -> RunOutcome<T> {
        let outcome: Work<Option<T>> = Box::pin(ready(Some(value)));
        outcome.shared()
    }

    /// The run under way, if there is one. A task that panicked, or lost its runtime, is over.
    pub fn join(&self) -> Option<RunOutcome<T>> {
        self.0.clone().filter(|run| run.clone().now_or_never().is_none())
    }

    /// Starts a run.
    pub fn start(&mut self, runtime: &Handle, work: Work<T>) -> RunOutcome<T> {
        let outcome: Work<Option<T>> = Box::pin(runtime.spawn(work).map(Result::ok));
        self.0.insert(outcome.shared()).clone()
    }

    /// Ends the run: the next caller starts another. The last step of the run, so that its outcome is not stored here.
    pub fn finish(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_run_is_shared_and_completes_without_its_callers() {
        let flight = Arc::new(Mutex::new(SingleFlight::default()));
        let (go, runs) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
        let work = {
            let (flight, go, runs) = (Arc::clone(&flight), Arc::clone(&go), Arc::clone(&runs));
            async move {
                go.notified().await;
                flight.lock().unwrap().finish();
                runs.fetch_add(1, Ordering::SeqCst) + 1
            }
        };
        let started = flight.lock().unwrap().start(&Handle::current(), Box::pin(work));
        let joined = flight.lock().unwrap().join().expect("a run is under way");
        drop(started);
        go.notify_one();
        assert_eq!(joined.await, Some(1));
        assert!(flight.lock().unwrap().join().is_none());
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_run_that_panics_is_over_and_has_no_outcome() {
        let mut flight = SingleFlight::<()>::default();
        let outcome = flight.start(&Handle::current(), Box::pin(async { panic!("for the test") }));
        assert_eq!(outcome.await, None);
        assert!(flight.join().is_none());
    }

    #[test]
    fn a_run_whose_runtime_is_shut_down_is_over_and_has_no_outcome() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut flight = SingleFlight::<()>::default();
        let outcome = flight.start(runtime.handle(), Box::pin(std::future::pending()));
        drop(runtime);
        assert!(flight.join().is_none());
        assert_eq!(outcome.now_or_never(), Some(None));
    }
}
