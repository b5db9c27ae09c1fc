//! How often a session may try: after each failure a longer pause, whatever the callers do.

use std::time::Duration;

use tokio::time::Instant;

/// Pauses after the first, second, ... failure in a row, in seconds; the last one repeats. They allow six attempts in
/// the first minute and two in each later one.
const PAUSES: [f64; 5] = [0.25, 1.0, 5.0, 15.0, 30.0];
/// Each pause is drawn from this range around its nominal length, so that a fleet does not come back in step.
const JITTER: std::ops::Range<f64> = 0.8..1.2;
/// This long after the pause is over, nothing is held against the session any more.
const FORGIVEN_AFTER: Duration = Duration::from_secs(60);

/// Counts failures (or other costly events) and says when the next attempt may be made.
#[derive(Debug, Default)]
pub(super) struct Pace {
    failures: usize,
    not_before: Option<Instant>,
}

impl Pace {
    /// How long the next attempt has to wait; zero if it may be made now.
    pub fn wait(&self, now: Instant) -> Duration {
        self.not_before.map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    /// Notes one more failure.
    pub fn note(&mut self, now: Instant) {
        if self.not_before.is_some_and(|at| now.saturating_duration_since(at) > FORGIVEN_AFTER) {
            self.failures = 0;
        }
        let nominal = PAUSES.get(self.failures).or(PAUSES.last()).copied().unwrap_or_default();
        let jitter = JITTER.start + fastrand::f64() * (JITTER.end - JITTER.start);
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(now + Duration::from_secs_f64(nominal * jitter));
    }

    /// Forgets every failure.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_of_failures_holds_a_handful_of_attempts() {
        let start = Instant::now();
        let mut pace = Pace::default();
        let mut now = start;
        let mut attempts = 0;
        while now - start < Duration::from_secs(60) {
            attempts += 1;
            pace.note(now);
            now += pace.wait(now);
        }
        assert!((5..=7).contains(&attempts), "{attempts} attempts");
    }

    #[test]
    fn a_quiet_minute_forgives() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for _ in 0..9 {
            pace.note(start);
        }
        let later = start + Duration::from_secs(120);
        pace.note(later);
        assert!(pace.wait(later) <= Duration::from_millis(300));
    }
}
