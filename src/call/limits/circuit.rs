//! A pause after repeated failures: callers fail at once for a moment instead of piling up before a server that is down.
//!
//! ```text
//!            failures in a row                rest is over
//!   Closed ---------------------> Open ------------------> HalfOpen: one call goes through, the others fail at once
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
    /// How many failures in a row open the circuit; at least 1.
    pub failures: u32,
    /// How long nothing is sent then; 5 s unless set.
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
    HalfOpen,
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
    pub(super) fn enter(&self) -> Result<Probe<'_>, Duration> {
        let mut state = self.state();
        match *state {
            State::Closed { .. } => Ok(Probe { circuit: self, is_probe: false, recorded: false }),
            State::Open { until } if Instant::now() < until => Err(until - Instant::now()),
            State::Open { .. } => {
                *state = State::HalfOpen;
                Ok(Probe { circuit: self, is_probe: true, recorded: false })
            }
            State::HalfOpen => Err(Duration::ZERO),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> State {
        State::Open { until: Instant::now() + self.policy.rest }
    }
}

/// One attempt behind the breaker. Dropped unrecorded, it leaves the decision to the next.
#[derive(Debug)]
pub(super) struct Probe<'c> {
    circuit: &'c Circuit,
    is_probe: bool,
    recorded: bool,
}

impl Probe<'_> {
    /// Records how the attempt went.
    pub(super) fn record(mut self, went_well: bool) {
        self.recorded = true;
        let circuit = self.circuit;
        let mut state = circuit.state();
        let next = match (&*state, went_well) {
            (State::Closed { .. }, true) => State::Closed { failures: 0 },
            (State::Closed { failures }, false) if failures + 1 >= circuit.policy.failures => circuit.open(),
            (State::Closed { failures }, false) => State::Closed { failures: failures + 1 },
            _ if !self.is_probe => return,
            (_, true) => State::Closed { failures: 0 },
            (_, false) => circuit.open(),
        };
        *state = next;
    }
}

impl Drop for Probe<'_> {
    fn drop(&mut self) {
        if self.is_probe && !self.recorded {
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
        circuit.enter().unwrap().record(false);
        circuit.enter().unwrap().record(true);
        circuit.enter().unwrap().record(false);
        circuit.enter().unwrap().record(false);
        assert_eq!(circuit.enter().unwrap_err(), Duration::from_secs(5));
        tokio::time::advance(Duration::from_secs(5)).await;
        let probe = circuit.enter().unwrap();
        assert!(circuit.enter().is_err(), "one at a time");
        probe.record(true);
        assert!(circuit.enter().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_probe_leaves_the_decision_to_the_next() {
        let circuit = Circuit::new(CircuitBreaker::after(1));
        circuit.enter().unwrap().record(false);
        tokio::time::advance(Duration::from_secs(5)).await;
        drop(circuit.enter().unwrap());
        circuit.enter().unwrap().record(false);
        assert!(circuit.enter().is_err(), "a failed probe opens it again");
    }
}
