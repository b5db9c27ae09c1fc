//! Limits of what a client sends: attempts in flight, attempts per second, and the circuit breaker; shared by all clients of a
//! pool, first come first served. Logins and refreshes of sessions need no permit: the session paces them itself.
//!
//! A tower layer cannot do this: a permit has to be taken inside the call's deadline and after the wait for a token, and a
//! missing permit has to be distinguished from a lost answer.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// When calls fail at once for a while, instead of queueing for a server that is down; off unless set.
///
/// What counts as a failure: no connection, no answer, and any 5xx. After that time one call goes through, and its result
/// decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitBreaker {
    /// How many failures in a row open the circuit; 0 counts as 1.
    pub failures: u32,
    /// How long nothing is sent then.
    pub open_for: Duration,
}

impl CircuitBreaker {
    /// Opens after `failures` failures in a row, for 5 s.
    pub fn after(failures: u32) -> Self {
        Self { failures, open_for: Duration::from_secs(5) }
    }

    /// Sets for how long nothing is sent.
    #[must_use]
    pub fn open_for(mut self, open_for: Duration) -> Self {
        self.open_for = open_for;
        self
    }
}

/// Grants permits within the limits; none are set at first.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    in_flight: Option<Semaphore>,
    rate: Option<Rate>,
    circuit: Option<Circuit>,
}

/// The right to send one attempt; given back when dropped.
#[derive(Debug, Default)]
pub(super) struct Permit<'g> {
    _in_flight: Option<SemaphorePermit<'g>>,
    probe: Option<Probe<'g>>,
}

impl Permit<'_> {
    /// Records how the attempt went.
    pub(super) fn record(&mut self, went_well: bool) {
        if let Some(probe) = self.probe.take() {
            probe.record(went_well);
        }
    }
}

impl Limiter {
    pub(crate) fn set_in_flight(&mut self, most: usize) {
        self.in_flight = Some(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
    }

    pub(crate) fn set_per_second(&mut self, most: u32) {
        self.rate = Some(Rate { step: Duration::from_secs(1) / most.max(1), moments: Mutex::default() });
    }

    pub(crate) fn set_breaker(&mut self, policy: CircuitBreaker) {
        self.circuit = Some(Circuit { policy, state: Mutex::new(State::Closed { failures: 0 }) });
    }

    /// Whether a permit may have to be waited for.
    pub(crate) fn delays(&self) -> bool {
        self.in_flight.is_some() || self.rate.is_some()
    }

    /// Whether there is no limit.
    pub(super) fn grants_all(&self) -> bool {
        !self.delays() && self.circuit.is_none()
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// At once when the circuit is open: for how long it stays so.
    pub(super) async fn permit(&self) -> Result<Permit<'_>, Duration> {
        // The circuit is checked twice: before queueing, so that a caller fails at once, and after it.
        drop(self.circuit.as_ref().map(Circuit::enter).transpose()?);
        let _in_flight = match &self.in_flight {
            // It is never closed.
            Some(in_flight) => in_flight.acquire().await.ok(),
            None => None,
        };
        if let Some(rate) = &self.rate {
            Box::pin(rate.wait()).await;
        }
        Ok(Permit { _in_flight, probe: self.circuit.as_ref().map(Circuit::enter).transpose()? })
    }
}

/// Evenly spaced attempts: in no second are there more than asked for.
#[derive(Debug)]
struct Rate {
    step: Duration,
    moments: Mutex<Moments>,
}

#[derive(Debug, Default)]
struct Moments {
    /// The first behind all that were given out.
    next: Option<Instant>,
    /// Those that were given back.
    free: BTreeSet<Instant>,
}

/// The moment at which an attempt may leave. Dropped before, it is given back.
struct Moment<'r> {
    rate: &'r Rate,
    at: Instant,
}

impl Rate {
    /// Waits until the next attempt may leave.
    async fn wait(&self) {
        let moment = self.moment();
        if moment.at > Instant::now() {
            sleep_until(moment.at).await;
        }
    }

    fn moment(&self) -> Moment<'_> {
        let (mut moments, now) = (self.moments(), Instant::now());
        moments.free = moments.free.split_off(&now);
        let at = moments.free.pop_first().unwrap_or_else(|| {
            let at = moments.next.map_or(now, |next| next.max(now));
            moments.next = Some(at + self.step);
            at
        });
        Moment { rate: self, at }
    }

    fn moments(&self) -> MutexGuard<'_, Moments> {
        self.moments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Moment<'_> {
    fn drop(&mut self) {
        if self.at > Instant::now() {
            self.rate.moments().free.insert(self.at);
        }
    }
}

/// ```text
///            failures in a row                open_for is over
///   Closed ---------------------> Open ------------------> HalfOpen: one call goes through, the others fail at once
///     ^                             ^                          |
///     |                             '------- it failed --------|
///     '------------------------------------- it went well -----'
/// ```
#[derive(Debug)]
struct Circuit {
    policy: CircuitBreaker,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Closed {
        failures: u32,
    },
    /// `None` where that time is longer than a clock counts.
    Open {
        until: Option<Instant>,
    },
    HalfOpen,
}

/// One attempt that the circuit let through.
#[derive(Debug)]
struct Probe<'c> {
    circuit: &'c Circuit,
    /// It is the one on which the half-open circuit waits. Dropped before its end is known, it leaves the decision to the next.
    decides: bool,
}

impl Circuit {
    /// Lets an attempt through, or says how long the circuit stays open.
    fn enter(&self) -> Result<Probe<'_>, Duration> {
        let mut state = self.state();
        let decides = match *state {
            State::Closed { .. } => false,
            State::Open { until: None } => return Err(Duration::MAX),
            State::Open { until: Some(until) } if Instant::now() < until => return Err(until - Instant::now()),
            State::Open { .. } => true,
            State::HalfOpen => return Err(Duration::ZERO),
        };
        if decides {
            *state = State::HalfOpen;
        }
        Ok(Probe { circuit: self, decides })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Probe<'_> {
    /// Records how the attempt went.
    fn record(mut self, went_well: bool) {
        let CircuitBreaker { failures: most, open_for } = self.circuit.policy;
        let mut state = self.circuit.state();
        let failures = match *state {
            State::Closed { failures } => failures + 1,
            _ if self.decides => most,
            // It left before the circuit opened.
            _ => return,
        };
        *state = match went_well {
            true => State::Closed { failures: 0 },
            false if failures >= most => State::Open { until: Instant::now().checked_add(open_for) },
            false => State::Closed { failures },
        };
        self.decides = false;
    }
}

impl Drop for Probe<'_> {
    fn drop(&mut self) {
        if self.decides {
            *self.circuit.state() = State::Open { until: Some(Instant::now()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn limiter(set: impl FnOnce(&mut Limiter)) -> Limiter {
        let mut limiter = Limiter::default();
        set(&mut limiter);
        limiter
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_spaces_the_calls_of_all() {
        let limiter = Arc::new(limiter(|limiter| limiter.set_per_second(10)));
        let start = Instant::now();
        let calls: Vec<_> = (0..21)
            .map(|_| {
                let limiter = Arc::clone(&limiter);
                tokio::spawn(async move { drop(limiter.permit().await) })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
        assert_eq!(start.elapsed().as_millis(), 2_000);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_in_flight_are_bounded_and_served_in_order() {
        let limiter = Arc::new(limiter(|limiter| limiter.set_in_flight(2)));
        let order = Arc::new(Mutex::new(Vec::new()));
        let calls: Vec<_> = (0..6)
            .map(|number| {
                let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
                tokio::spawn(async move {
                    let _permit = limiter.permit().await;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    order.lock().unwrap().push(number);
                })
            })
            .collect();
        let start = Instant::now();
        for call in calls {
            call.await.unwrap();
        }
        assert_eq!(start.elapsed().as_secs(), 3);
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4, 5]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_wait_gives_its_place_back() {
        let limiter = limiter(|limiter| limiter.set_in_flight(1));
        let permit = limiter.permit().await.unwrap();
        assert!(tokio::time::timeout(Duration::from_secs(1), limiter.permit()).await.is_err());
        drop(permit);
        assert!(limiter.permit().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_before_its_moment_does_not_delay_those_who_come_later() {
        let limiter = limiter(|limiter| limiter.set_per_second(1));
        let one_second = || tokio::time::timeout(Duration::from_millis(999), limiter.permit());
        assert!(one_second().await.is_ok());
        let calls: Vec<_> = (0..100).map(|_| one_second()).collect();
        assert!(futures_util::future::join_all(calls).await.iter().all(Result::is_err));
        let start = Instant::now();
        for _ in 0..3 {
            drop(limiter.permit().await);
        }
        assert_eq!(start.elapsed().as_millis(), 2_001, "each second has its one");
    }

    #[tokio::test(start_paused = true)]
    async fn opens_after_failures_in_a_row_and_closes_after_one_success() {
        let limiter = limiter(|limiter| limiter.set_breaker(CircuitBreaker::after(2)));
        let circuit = limiter.circuit.unwrap();
        circuit.enter().unwrap().record(false);
        circuit.enter().unwrap().record(true);
        circuit.enter().unwrap().record(false);
        let late = circuit.enter().unwrap();
        circuit.enter().unwrap().record(false);
        assert_eq!(circuit.enter().unwrap_err(), Duration::from_secs(5));
        late.record(true);
        assert!(circuit.enter().is_err(), "what left before does not close it");
        tokio::time::advance(Duration::from_secs(5)).await;
        let probe = circuit.enter().unwrap();
        assert!(circuit.enter().is_err(), "one at a time");
        probe.record(true);
        assert!(circuit.enter().is_ok());
    }

    #[tokio::test]
    async fn an_open_circuit_may_stay_open_for_ever() {
        let limiter = limiter(|limiter| limiter.set_breaker(CircuitBreaker::after(1).open_for(Duration::MAX)));
        let circuit = limiter.circuit.unwrap();
        circuit.enter().unwrap().record(false);
        assert_eq!(circuit.enter().unwrap_err(), Duration::MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_probe_leaves_the_decision_to_the_next() {
        let limiter = limiter(|limiter| limiter.set_breaker(CircuitBreaker::after(1)));
        let circuit = limiter.circuit.unwrap();
        circuit.enter().unwrap().record(false);
        tokio::time::advance(Duration::from_secs(5)).await;
        drop(circuit.enter().unwrap());
        circuit.enter().unwrap().record(false);
        assert!(circuit.enter().is_err(), "a failed probe opens it again");
    }
}
