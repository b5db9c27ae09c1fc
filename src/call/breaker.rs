//! A pause after repeated failures: callers fail at once for a moment instead of piling up before a server that is down.
//!
//! ```text
//!            failures in a row                rest is over
//!   Closed ---------------------> Open -------------------> Trying: one call goes through, the others fail at once
//!     ^                             ^                          |
//!     |                             '------- it failed --------|
//!     '------------------------------------- it went well -----'
//! ```

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// When callers fail fast; off unless set.
///
/// What counts as a failure: no connection, no answer, and any 5xx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CircuitBreaker {
    /// So many failures in a row open the circuit; at least 1.
    pub failures: u32,
    /// For so long nothing is sent then; 5 s unless set.
    pub rest: Duration,
}

impl CircuitBreaker {
    /// Opens after so many failures in a row.
    pub fn after(failures: u32) -> Self {
        Self { failures: failures.max(1), rest: Duration::from_secs(5) }
    }

    /// Sets for how long nothing is sent.
    #[must_use]
    pub fn rest(mut self, rest: Duration) -> Self {
        self.rest = rest;
        self
    }
}

#[derive(Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Trying,
}

/// The breaker's state, shared by all clients of a pool.
#[derive(Debug)]
pub(super) struct Circuit {
    policy: CircuitBreaker,
    state: Mutex<State>,
}

impl Circuit {
    pub(super) fn new(policy: CircuitBreaker) -> Self {
        Self { policy, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// Lets an attempt through, or says how long the circuit stays open.
    pub(super) fn enter(&self) -> Result<Trial<'_>, Duration> {
        let mut state = self.state();
        match *state {
            State::Closed { .. } => Ok(Trial { circuit: self, decides: false, told: false }),
            State::Open { until } if Instant::now() < until => Err(until - Instant::now()),
            State::Open { .. } => {
                *state = State::Trying;
                Ok(Trial { circuit: self, decides: true, told: false })
            }
            State::Trying => Err(Duration::ZERO),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> State {
        State::Open { until: Instant::now() + self.policy.rest }
    }
}

/// One attempt behind the breaker. Dropped without a word, it leaves the decision to the next.
#[derive(Debug)]
pub(super) struct Trial<'c> {
    circuit: &'c Circuit,
    decides: bool,
    told: bool,
}

impl Trial<'_> {
    /// Says how the attempt went.
    pub(super) fn tell(mut self, went_well: bool) {
        self.told = true;
        let circuit = self.circuit;
        let mut state = circuit.state();
        let next = match (&*state, went_well) {
            (State::Closed { .. }, true) => State::Closed { failures: 0 },
            (State::Closed { failures }, false) if failures + 1 >= circuit.policy.failures => circuit.open(),
            (State::Closed { failures }, false) => State::Closed { failures: failures + 1 },
            _ if !self.decides => return,
            (_, true) => State::Closed { failures: 0 },
            (_, false) => circuit.open(),
        };
        *state = next;
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if self.decides && !self.told {
            *self.circuit.state() = State::Open { until: Instant::now() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn opens_after_failures_in_a_row_and_closes_after_one_success() {
        let circuit = Circuit::new(CircuitBreaker::after(2));
        circuit.enter().unwrap().tell(false);
        circuit.enter().unwrap().tell(true);
        circuit.enter().unwrap().tell(false);
        circuit.enter().unwrap().tell(false);
        assert_eq!(circuit.enter().unwrap_err(), Duration::from_secs(5));
        tokio::time::advance(Duration::from_secs(5)).await;
        let trial = circuit.enter().unwrap();
        assert!(circuit.enter().is_err(), "one at a time");
        trial.tell(true);
        assert!(circuit.enter().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_trial_leaves_the_decision_to_the_next() {
        let circuit = Circuit::new(CircuitBreaker::after(1));
        circuit.enter().unwrap().tell(false);
        tokio::time::advance(Duration::from_secs(5)).await;
        drop(circuit.enter().unwrap());
        circuit.enter().unwrap().tell(false);
        assert!(circuit.enter().is_err(), "a failed trial opens it again");
    }
}
