//! Limits of what a client sends: attempts in flight, attempts per second, and the circuit breaker; shared by all clients of a
//! pool, first come first served. Logins and refreshes of sessions need no permit: the session paces them itself.
//!
//! A tower layer cannot do this: a permit has to be taken inside the call's deadline and after the wait for a token, and its
//! lack has to be told apart from a lost answer.

mod circuit;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

pub use self::circuit::CircuitBreaker;
use self::circuit::{Circuit, Probe};

/// The limits; none unless set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) in_flight: Option<usize>,
    pub(crate) per_second: Option<u32>,
    pub(crate) breaker: Option<CircuitBreaker>,
}

/// Grants permits within the limits.
#[derive(Debug)]
pub(crate) struct Limiter {
    in_flight: Option<Semaphore>,
    rate: Option<Rate>,
    circuit: Option<Circuit>,
}

/// The right to send one attempt; given back when dropped.
#[derive(Debug, Default)]
pub(super) struct Permit<'g> {
    _permit: Option<SemaphorePermit<'g>>,
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
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            in_flight: limits.in_flight.map(|most| Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS))),
            rate: limits.per_second.map(Rate::new),
            circuit: limits.breaker.map(Circuit::new),
        }
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
        let permit = match &self.in_flight {
            // It is never closed.
            Some(in_flight) => in_flight.acquire().await.ok(),
            None => None,
        };
        if let Some(rate) = &self.rate {
            rate.wait().await;
        }
        let probe = self.circuit.as_ref().map(Circuit::enter).transpose()?;
        Ok(Permit { _permit: permit, probe })
    }
}

/// Evenly spaced turns: in no second are there more than asked for.
#[derive(Debug)]
struct Rate {
    step: Duration,
    next: Mutex<Option<Instant>>,
}

impl Rate {
    fn new(per_second: u32) -> Self {
        Self { step: Duration::from_secs(1) / per_second.max(1), next: Mutex::new(None) }
    }

    async fn wait(&self) {
        let now = Instant::now();
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.step);
            turn
        };
        if turn > now {
            sleep_until(turn).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_rate_spaces_the_calls_of_all() {
        let limiter = Arc::new(Limiter::new(Limits { per_second: Some(10), ..Limits::default() }));
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
        let limiter = Arc::new(Limiter::new(Limits { in_flight: Some(2), ..Limits::default() }));
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
        let limiter = Limiter::new(Limits { in_flight: Some(1), ..Limits::default() });
        let held = limiter.permit().await.unwrap();
        assert!(tokio::time::timeout(Duration::from_secs(1), limiter.permit()).await.is_err());
        drop(held);
        assert!(limiter.permit().await.is_ok());
    }
}
