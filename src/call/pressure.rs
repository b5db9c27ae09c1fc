//! How hard a client presses on LinkCy: attempts in flight, attempts per second, and the breaker; shared by all clients
//! of a pool, first come first served. Logins and refreshes of sessions pass by: the session paces them itself.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use super::breaker::{Circuit, CircuitBreaker, Trial};

/// The limits; none unless set.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) in_flight: Option<usize>,
    pub(crate) per_second: Option<u32>,
    pub(crate) breaker: Option<CircuitBreaker>,
}

/// The limits at work.
#[derive(Debug)]
pub(crate) struct Gate {
    in_flight: Option<Semaphore>,
    rate: Option<Rate>,
    circuit: Option<Circuit>,
}

/// The right to send one attempt; given back when dropped.
#[derive(Debug, Default)]
pub(super) struct Passage<'g> {
    _permit: Option<SemaphorePermit<'g>>,
    trial: Option<Trial<'g>>,
}

impl Passage<'_> {
    /// Says how the attempt went.
    pub(super) fn tell(&mut self, went_well: bool) {
        if let Some(trial) = self.trial.take() {
            trial.tell(went_well);
        }
    }
}

impl Gate {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            in_flight: limits.in_flight.map(|most| Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS))),
            rate: limits.per_second.map(Rate::new),
            circuit: limits.breaker.map(Circuit::new),
        }
    }

    /// Whether it ever does.
    pub(crate) fn makes_wait(&self) -> bool {
        self.in_flight.is_some() || self.rate.is_some()
    }

    /// Waits for its turn.
    ///
    /// # Errors
    /// At once when the circuit is open: for how long it stays so.
    pub(super) async fn enter(&self) -> Result<Passage<'_>, Duration> {
        // Asked twice: those who queue while the server goes down need not wait for their turn to hear of it.
        drop(self.circuit.as_ref().map(Circuit::enter).transpose()?);
        let permit = match &self.in_flight {
            // It is never closed.
            Some(in_flight) => in_flight.acquire().await.ok(),
            None => None,
        };
        if let Some(rate) = &self.rate {
            rate.wait().await;
        }
        let trial = self.circuit.as_ref().map(Circuit::enter).transpose()?;
        Ok(Passage { _permit: permit, trial })
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
        let gate = Arc::new(Gate::new(Limits { per_second: Some(10), ..Limits::default() }));
        let start = Instant::now();
        let calls: Vec<_> = (0..21)
            .map(|_| {
                let gate = Arc::clone(&gate);
                tokio::spawn(async move { drop(gate.enter().await) })
            })
            .collect();
        for call in calls {
            call.await.unwrap();
        }
        assert_eq!(start.elapsed().as_millis(), 2_000);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_in_flight_are_bounded_and_served_in_order() {
        let gate = Arc::new(Gate::new(Limits { in_flight: Some(2), ..Limits::default() }));
        let order = Arc::new(Mutex::new(Vec::new()));
        let calls: Vec<_> = (0..6)
            .map(|number| {
                let (gate, order) = (Arc::clone(&gate), Arc::clone(&order));
                tokio::spawn(async move {
                    let _passage = gate.enter().await;
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
        let gate = Gate::new(Limits { in_flight: Some(1), ..Limits::default() });
        let held = gate.enter().await.unwrap();
        assert!(tokio::time::timeout(Duration::from_secs(1), gate.enter()).await.is_err());
        drop(held);
        assert!(gate.enter().await.is_ok());
    }
}
