//! When a call is made again, and after what pause.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// How often and how patiently calls that may be repeated are repeated.
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
    /// A server that asks to wait longer is not waited for; 20 s by default.
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
        Some(asked.map_or(drawn, |asked| asked + drawn / 4))
    }
}

/// `Retry-After` in both its forms, seconds and a date.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let date = httpdate::parse_http_date(value).ok()?;
            Some(date.duration_since(now).unwrap_or_default())
        }
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

    #[test]
    fn reads_both_forms_of_retry_after() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let read = |value: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, http::HeaderValue::from_static(value))]);
            retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:47 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:27 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }
}
