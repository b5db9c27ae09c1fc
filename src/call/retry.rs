//! When a call is made again, and after what pause.

use std::time::Duration;

/// How many retries a repeatable call gets, and the pauses between them: `RetryPolicy::default().max_retries(5)`.
///
/// The pause before retry `n` is drawn from 0 to `base_pause * 2^(n-1)`, capped at `max_pause` (exponential back-off with
/// full jitter); a server's `Retry-After` is a lower bound for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Retries after the first attempt; 3 by default, 0 switches them off.
    pub max_retries: u32,
    /// Upper bound of the first pause; 200 ms by default.
    pub base_pause: Duration,
    /// Upper bound of any pause; 5 s by default.
    pub max_pause: Duration,
    /// The longest `Retry-After` that is waited for; 20 s by default. A call that is asked to wait longer fails
    /// instead.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 3,
            base_pause: Duration::from_millis(200),
            max_pause: Duration::from_secs(5),
            max_retry_after: Duration::from_secs(20),
        }
    }
}

impl RetryPolicy {
    /// No retries.
    pub fn never() -> Self {
        Self { max_retries: 0, ..Self::default() }
    }

    /// Sets how often a call is retried at most, after its first attempt.
    #[must_use]
    pub fn max_retries(mut self, max_retries: u32) -> Self {
        self.max_retries = max_retries;
        self
    }

    /// Sets the upper bound of the first pause.
    #[must_use]
    pub fn base_pause(mut self, base_pause: Duration) -> Self {
        self.base_pause = base_pause;
        self
    }

    /// Sets the upper bound of any pause.
    #[must_use]
    pub fn max_pause(mut self, max_pause: Duration) -> Self {
        self.max_pause = max_pause;
        self
    }

    /// Sets how long a wait that the server asks for may be; a call that is asked to wait longer fails instead.
    #[must_use]
    pub fn max_retry_after(mut self, max_retry_after: Duration) -> Self {
        self.max_retry_after = max_retry_after;
        self
    }

    /// The pause before retry `number` (from 1), or `None` if there is none.
    pub(super) fn pause(&self, number: u32, asked: Option<Duration>) -> Option<Duration> {
        if number > self.max_retries || asked.is_some_and(|asked| asked > self.max_retry_after) {
            return None;
        }
        let bound = self.base_pause.saturating_mul(1 << number.saturating_sub(1).min(16)).min(self.max_pause);
        let drawn = bound.mul_f64(fastrand::f64());
        Some(asked.map_or(drawn, |asked| asked.saturating_add(drawn / 4)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_counts() {
        let seconds = Duration::from_secs;
        let policy = RetryPolicy::default()
            .max_retries(1)
            .base_pause(seconds(9))
            .max_pause(seconds(3))
            .max_retry_after(seconds(4));
        assert_eq!((policy.pause(1, Some(seconds(5))), policy.pause(2, None)), (None, None));
        assert!((0..200).all(|_| policy.pause(1, None).unwrap() <= seconds(3)));
        assert_eq!(RetryPolicy::never().pause(1, None), None);
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let policy = RetryPolicy::default();
        for number in 1..=3 {
            let bound = policy.base_pause * 2u32.pow(number - 1);
            assert!((0..200).all(|_| policy.pause(number, None).unwrap() <= bound));
        }
        assert_eq!(policy.pause(4, None), None);
        let asked = Duration::from_secs(3);
        assert!(policy.pause(1, Some(asked)).unwrap() >= asked);
        assert_eq!(policy.pause(1, Some(Duration::from_secs(60))), None);
    }
}
