//! The session's clock: wall time to read a token's `exp`, monotonic time to wait by. Injected, so that tests can set
//! the first and pause the second.

use std::time::SystemTime;

use tokio::time::Instant;

/// Tells the time.
///
/// A session measures how long a token lives with the monotonic clock; wall time is only compared with what the
/// server says, and a wrong one is detected (see [`Session`](super::Session)).
pub trait Clock: Send + Sync + 'static {
    /// The machine's wall time, which may be wrong.
    fn wall(&self) -> SystemTime;

    /// Monotonic time. Tokio's, so that `tokio::time::pause` drives it.
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Both clocks read at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    /// Seconds since the Unix epoch.
    pub wall: f64,
    pub now: Instant,
}

impl Reading {
    pub fn of(clock: &dyn Clock) -> Self {
        Self { wall: unix_seconds(clock.wall()), now: clock.now() }
    }
}

/// Seconds since the Unix epoch; 0 before it.
pub(crate) fn unix_seconds(time: SystemTime) -> f64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
