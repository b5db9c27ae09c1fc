//! When a call is made again, and after what pause.

use std::time::Duration;

use crate::error::Error;

/// How many retries a repeatable call gets, and the pauses between them.
///
/// The pause before repetition `n` is drawn from 0 to `base * 2^(n-1)`, capped at `longest` (exponential back-off with
/// full jitter); a server's `Retry-After` is a lower bound for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Repetitions after the first attempt; 3 by default, 0 switches them off.
    pub times: u32,
    /// Upper bound of the first pause; 200 ms by default.
    pub base: Duration,
    /// Upper bound of any pause; 5 s by default.
    pub longest: Duration,
    /// The longest `Retry-After` that is followed; 20 s by default.
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
    /// No repetitions.
    pub fn never() -> Self {
        Self { times: 0, ..Self::default() }
    }

    /// Sets how often a call is repeated at most, after its first attempt.
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

    /// The pause before repetition `number` (from 1), or `None` if there is none.
    pub(super) fn pause(&self, number: u32, asked: Option<Duration>) -> Option<Duration> {
        if number > self.times || asked.is_some_and(|asked| asked > self.longest_asked) {
            return None;
        }
        let bound = self.base.saturating_mul(1 << number.saturating_sub(1).min(16)).min(self.longest);
        let drawn = bound.mul_f64(fastrand::f64());
        Some(asked.map_or(drawn, |asked| asked.saturating_add(drawn / 4)))
    }
}

/// What follows an attempt that did not succeed.
pub(super) enum NextStep {
    Fail(Error),
    /// Once more, with a newer token than that of this generation.
    Reauthenticate(Error, u64),
    /// Once more after a pause, if the policy still has one; else this error.
    Retry(Error, Option<Duration>),
}

/// What became of a call's attempts so far.
#[derive(Default)]
pub(super) struct RetryState {
    pub(super) retries: u32,
    pub(super) reauthenticated: bool,
    /// One of them may have taken effect.
    pub(super) in_doubt: bool,
}

/// Whether an attempt that is repeated may have taken effect: unless it never left, or was put off by a 429.
pub(super) fn may_have_taken_effect(error: &Error) -> bool {
    match error {
        Error::Transport(error) => !error.cause.is_unsent(),
        other => other.status() != Some(429),
    }
}

/// The error with what the client has to say about it, where it is LinkCy's answer.
pub(super) fn remarked(error: Error, remark: &'static str) -> Error {
    match error {
        Error::Api(mut error) => {
            error.remark = Some(remark);
            Error::Api(error)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_a_setter() {
        let seconds = Duration::from_secs;
        let set = RetryPolicy::default().times(1).base(seconds(2)).longest(seconds(3)).longest_asked(seconds(4));
        assert_eq!(set, RetryPolicy { times: 1, base: seconds(2), longest: seconds(3), longest_asked: seconds(4) });
        assert_eq!(set.pause(1, Some(seconds(5))), None);
        assert!((0..200).all(|_| set.pause(1, None).unwrap() <= seconds(2)));
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
