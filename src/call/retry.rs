//! When a call is made again, and after what pause.

use std::time::Duration;

/// How many retries a repeatable call gets, and the pauses between them: `RetryPolicy::default().times(5)`.
///
/// The pause before retry `n` is drawn from 0 to `base * 2^(n-1)`, capped at `longest` (exponential back-off with
/// full jitter); a server's `Retry-After` is a lower bound for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Retries after the first attempt; 3 by default, 0 switches them off.
    pub times: u32,
    /// Upper bound of the first pause; 200 ms by default.
    pub base: Duration,
    /// Upper bound of any pause; 5 s by default.
    pub longest: Duration,
    /// The longest `Retry-After` that is waited for; 20 s by default. A call that is asked to wait longer fails
    /// instead.
    pub longest_asked: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            times: 3,
            base: Duration::from_millis(200),
            longest: Duration::from_secs(5),
            longest_asked: Duration::from_secs(20),
        }
    }
}

impl RetryPolicy {
    /// No retries.
    pub fn never() -> Self {
        Self { times: 0, ..Self::default() }
    }

    /// Sets how often a call is retried at most, after its first attempt.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Sets the upper bound of the first pause.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets the upper bound of any pause.
    #[must_use]
    pub fn longest(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// Sets how long a wait that the server asks for may be; a call that is asked to wait longer fails instead.
    #[must_use]
    pub fn longest_asked(mut self, longest: Duration) -> Self {
        self.longest_asked = longest;
        self
    }

    /// The pause before retry `number` (from 1), or `None` if there is none.
    pub(super) fn pause(&self, number: u32, asked: Option<Duration>) -> Option<Duration> {
        if number > self.times || asked.is_some_and(|asked| asked > self.longest_asked) {
            return None;
        }
        let bound = self.base.saturating_mul(1 << number.saturating_sub(1).min(16)).min(self.longest);
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
        let policy = RetryPolicy::default().times(1).base(seconds(9)).longest(seconds(3)).longest_asked(seconds(4));
        assert_eq!((policy.pause(1, Some(seconds(5))), policy.pause(2, None)), (None, None));
        assert!((0..200).all(|_| policy.pause(1, None).unwrap() <= seconds(3)));
        assert_eq!(RetryPolicy::never().pause(1, None), None);
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let policy = RetryPolicy::default();
        for number in 1..=3 {
            let bound = policy.base * 2u32.pow(number - 1);
            assert!((0..200).all(|_| policy.pause(number, None).unwrap() <= bound));
        }
        assert_eq!(policy.pause(4, None), None);
        let asked = Duration::from_secs(3);
        assert!(policy.pause(1, Some(asked)).unwrap() >= asked);
        assert_eq!(policy.pause(1, Some(Duration::from_secs(60))), None);
    }
}
