//! How long a token lives, and the two windows a session works with: when to refresh it and when to stop using it.
//!
//! A token's `exp` is a moment on the server's clock. It is converted to local time by what the server says of its own
//! time (the `Date` header of the answer, the token's `iat`); the local clock only refines that within the second to
//! which the server's times are exact, or is used where the server says nothing. A local clock that is days off
//! therefore changes nothing for a token just issued, and costs one early refresh, or one 401, for a token found in a
//! store by a process that has had no answer from the server yet.

use std::ops::Range;
use std::time::Duration;

use tokio::time::Instant;

use crate::auth::clock::Reading;
use crate::auth::token::Claims;

/// The part of its life that is left when a token is refreshed in the background. Drawn for each token, so that the
/// sessions of a fleet do not refresh in step.
pub(super) const AFTER_REFRESH: Range<f64> = 0.15..0.30;
/// The same for the first token of a login: sessions that log in together refresh at different times from the start. The range
/// is nearly the whole life of a token, up to where the second refreshes begin (`cargo bench --bench fleet`).
pub(super) const AFTER_LOGIN: Range<f64> = 0.25..0.95;
/// A token is not used in the last part of its life, at most ten seconds, because a call takes time to arrive.
const UNUSED: f64 = 0.10;
const UNUSED_AT_MOST: f64 = 10.0;
/// A token just issued is valid for at least a second: whatever the clocks say, refreshing it at once would not help.
const FRESH_AT_LEAST: f64 = 1.0;
/// Longer times are cut to this, which keeps the arithmetic within the range of an `Instant`.
const LONGEST: f64 = 366.0 * 86_400.0;
/// `Date` and `iat` are whole seconds: the server's clock reads up to one more.
const WHOLE_SECOND: f64 = 1.0;

/// A token's life on the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Life {
    /// Opaque, or without a credible end: it is used until a 401.
    UntilRejected,
    /// It expires at a known time.
    Ends {
        /// From here on it is refreshed in the background.
        refresh_at: Instant,
        /// From here on it is not used.
        expires_at: Instant,
        /// For how long a token like it can be used after its issue, if known.
        usable: Option<Duration>,
    },
}

impl Life {
    pub fn is_over(self, now: Instant) -> bool {
        matches!(self, Self::Ends { expires_at, .. } if now >= expires_at)
    }

    pub fn nears_its_end(self, now: Instant) -> bool {
        matches!(self, Self::Ends { refresh_at, .. } if now >= refresh_at)
    }

    /// `None` for a token that is used until a 401.
    pub fn left(self, now: Instant) -> Option<Duration> {
        match self {
            Self::UntilRejected => None,
            Self::Ends { expires_at, .. } => Some(expires_at.saturating_duration_since(now)),
        }
    }

    /// The life of a token that has just arrived, and how far the server's clock is ahead of the local one, if the
    /// server said. `window`: when it is refreshed. `sent` is when it was asked for, `date` the server's `Date` in Unix seconds.
    pub fn issued(
        claims: Claims,
        window: Range<f64>,
        date: Option<f64>,
        sent: Reading,
        received: Reading,
    ) -> (Self, Option<f64>) {
        let underway = received.now.saturating_duration_since(sent.now).as_secs_f64();
        let server_now = |stated: f64| {
            let latest = stated + WHOLE_SECOND + underway;
            if (stated..=latest).contains(&received.wall) { received.wall } else { latest }
        };
        let mut stated = [date, claims.iat].into_iter().flatten().map(server_now);
        let skew_of = |now: f64| now - received.wall;
        let Some(exp) = claims.exp else { return (Self::UntilRejected, stated.map(skew_of).next()) };
        let whole = claims.iat.map_or(LONGEST, |iat| exp - iat);
        let credible = |now: &f64| exp - now > -WHOLE_SECOND && exp - now <= whole + WHOLE_SECOND;
        // The first that gives a credible life: a proxy's Date, or an iat copied from the login, may not.
        let stated = stated.find(credible);
        let Some(now) = stated.or(Some(received.wall).filter(credible)) else { return (Self::UntilRejected, None) };
        let life = (exp - now).clamp(FRESH_AT_LEAST, LONGEST);
        (Self::of(life, Some(life), window, received.now), stated.map(skew_of))
    }

    /// The life of a token found in a store or handed in, `skew` being how far the server's clock is ahead, if known.
    pub fn found(claims: Claims, skew: Option<f64>, at: Reading) -> Self {
        let Some(exp) = claims.exp else { return Self::UntilRejected };
        let whole = claims.iat.map(|iat| exp - iat).filter(|whole| *whole > 0.0 && *whole < LONGEST);
        let left = (exp - at.wall - skew.unwrap_or(0.0)).clamp(0.0, whole.unwrap_or(LONGEST));
        Self::of(left, whole, AFTER_REFRESH, at.now)
    }

    /// `window` is the range that the part of `whole`, or of `left` where that is not known, is drawn from which is left at the
    /// refresh.
    fn of(left: f64, whole: Option<f64>, window: Range<f64>, now: Instant) -> Self {
        let total = whole.unwrap_or(left);
        let ahead = total * (window.start + fastrand::f64() * (window.end - window.start));
        let unused = (total * UNUSED).min(UNUSED_AT_MOST);
        let time = |seconds: f64| Duration::from_secs_f64(seconds.clamp(0.0, LONGEST));
        Self::Ends {
            refresh_at: now + time(left - ahead),
            expires_at: now + time(left - unused),
            usable: whole.map(|whole| time(whole - unused)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUED: f64 = 1_800_000_000.0;
    const DAY: f64 = 86_400.0;

    fn reading(wall: f64) -> Reading {
        Reading { wall, now: Instant::now() }
    }

    fn quarter_of_an_hour() -> Claims {
        Claims { exp: Some(ISSUED + 900.0), iat: Some(ISSUED) }
    }

    /// Seconds until the token is refreshed and until it is no longer used.
    fn windows(life: Life, now: Instant) -> Option<(f64, f64)> {
        match life {
            Life::UntilRejected => None,
            Life::Ends { refresh_at, expires_at, .. } => {
                Some(((refresh_at - now).as_secs_f64(), (expires_at - now).as_secs_f64()))
            }
        }
    }

    #[test]
    fn a_wrong_local_clock_changes_nothing_for_a_token_just_issued() {
        for wall in [ISSUED, ISSUED + 2.0 * DAY, ISSUED - 2.0 * DAY] {
            for date in [None, Some(ISSUED)] {
                let at = reading(wall);
                let (life, skew) = Life::issued(quarter_of_an_hour(), AFTER_REFRESH, date, at, at);
                let (refresh, expiry) = windows(life, at.now).unwrap_or_default();
                assert!((620.0..=770.0).contains(&refresh), "refreshed after {refresh} s");
                assert!((885.0..=895.0).contains(&expiry), "used for {expiry} s");
                assert!(skew.is_some_and(|skew| (skew - (ISSUED - wall)).abs() <= 1.0));
            }
        }
    }

    #[test]
    fn a_right_local_clock_tells_the_fraction_of_the_second() {
        let at = reading(ISSUED + 0.75);
        let claims = Claims { exp: Some(ISSUED + 2.0), iat: Some(ISSUED) };
        let (life, _) = Life::issued(claims, AFTER_REFRESH, Some(ISSUED), at, at);
        assert!(windows(life, at.now).is_some_and(|(_, expiry)| (expiry - 1.25 * 0.9).abs() < 1e-6));
    }

    #[test]
    fn a_fresh_token_that_looks_expired_is_used_until_rejected() {
        let at = reading(ISSUED);
        for claims in [
            Claims { exp: Some(ISSUED - DAY), iat: None },
            Claims { exp: Some(ISSUED - DAY), iat: Some(ISSUED) },
            Claims { exp: Some(0.0), iat: None },
        ] {
            let (life, _) = Life::issued(claims, AFTER_REFRESH, None, at, at);
            assert_eq!(life, Life::UntilRejected, "{claims:?}");
        }
    }

    #[test]
    fn a_proxys_wrong_date_yields_to_the_tokens_own_word() {
        let at = reading(ISSUED);
        for date in [ISSUED + DAY, ISSUED - DAY] {
            let (life, _) = Life::issued(quarter_of_an_hour(), AFTER_REFRESH, Some(date), at, at);
            assert!(windows(life, at.now).is_some_and(|(_, expiry)| (880.0..=900.0).contains(&expiry)));
        }
    }

    #[test]
    fn a_found_token_is_read_with_the_skew_the_server_taught() {
        let at = reading(ISSUED + 2.0 * DAY);
        assert!(Life::found(quarter_of_an_hour(), None, at).is_over(at.now));
        let known = Life::found(quarter_of_an_hour(), Some(-2.0 * DAY), at);
        assert!(known.left(at.now).is_some_and(|left| left.as_secs() > 800));
    }

    #[test]
    fn a_found_token_never_outlives_its_own_whole_life() {
        let at = reading(ISSUED - 2.0 * DAY);
        let left = Life::found(quarter_of_an_hour(), None, at).left(at.now);
        assert!(left.is_some_and(|left| left <= Duration::from_secs(900)));
    }

    #[test]
    fn any_numbers_in_a_token_are_survived_and_a_fresh_one_is_usable() {
        let mut random = fastrand::Rng::with_seed(4);
        let mut number = || match random.u8(..6) {
            0 => None,
            1 => Some(0.0),
            2 => Some(f64::MAX),
            3 => Some(ISSUED * 1000.0),
            _ => Some(ISSUED + random.f64() * 4000.0 - 2000.0),
        };
        for _ in 0..20_000 {
            let claims = Claims { exp: number(), iat: number() };
            let at = reading(number().unwrap_or(-ISSUED));
            let (life, _) = Life::issued(claims, AFTER_REFRESH, number(), at, at);
            assert!(!life.is_over(at.now), "{claims:?}");
            let _ = Life::found(claims, number(), at);
        }
    }

    #[test]
    fn sessions_that_log_in_together_refresh_evenly_from_the_start() {
        const SESSIONS: u32 = 20_000;
        const LIVES: f64 = 8.0;
        const BUCKETS: usize = 160;
        fastrand::seed(7);
        let start = reading(ISSUED);
        let refreshed_after = |seconds: f64, window| {
            let at = Reading { wall: ISSUED + seconds, now: start.now + Duration::from_secs_f64(seconds) };
            let claims = Claims { exp: Some(at.wall + 900.0), iat: Some(at.wall) };
            let (life, _) = Life::issued(claims, window, None, at, at);
            windows(life, start.now).map_or(f64::MAX, |(refresh, _)| refresh)
        };
        let mut counts = vec![0_u32; BUCKETS];
        for _ in 0..SESSIONS {
            let mut at = refreshed_after(0.0, AFTER_LOGIN);
            while at < LIVES * 900.0 {
                if let Some(count) = counts.get_mut((at / (LIVES * 900.0) * BUCKETS as f64) as usize) {
                    *count += 1;
                }
                at = refreshed_after(at, AFTER_REFRESH);
            }
        }
        let mean = f64::from(counts.iter().sum::<u32>()) / BUCKETS as f64;
        let peak = f64::from(counts.iter().max().copied().unwrap_or_default());
        assert!(peak < 1.5 * mean, "peak {peak}, mean {mean}");
    }
}
