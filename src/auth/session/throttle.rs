//! When a session may ask LinkCy for new tokens: the pace after failures, and the cooldown after an answer that asking again
//! would not change.

use std::time::Duration;

use tokio::time::Instant;

use super::plan::RefreshReason;
use crate::auth::error::SessionError;

/// Pauses after the first, second, ... event in a row, in seconds; the last one repeats. They allow six attempts in the
/// first minute and two in each later one.
const PAUSES: [f64; 5] = [0.25, 1.0, 5.0, 15.0, 30.0];
/// The count starts again this long after a pause is over.
const FORGIVEN_AFTER: Duration = Duration::from_secs(60);
/// A pause up to this length is waited for; a longer one is an error.
pub(super) const LONGEST_AWAITED_PAUSE: Duration = Duration::from_millis(1500);
/// No cooldown is longer.
const EVER: Duration = Duration::from_secs(10 * 365 * 86_400);
/// How often the store is looked at during a cooldown.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Decides whether a refresh may start, and remembers how the last one ended.
#[derive(Default)]
pub(super) struct Throttle {
    /// Events in a row, and when the next may follow.
    events: usize,
    not_before: Option<Instant>,
    /// The version of the stored pair that the last attempt was to replace.
    pub asked: u64,
    /// In a box, as failures are rare and sessions many.
    failed: Option<Box<LastFailure>>,
}

struct LastFailure {
    error: SessionError,
    /// [`Throttle::asked`] at that time.
    asked: u64,
    /// No caller waited for it.
    in_background: bool,
    /// Until then LinkCy is not asked. The store is checked: another process may have got tokens.
    cooldown_until: Option<Instant>,
    next_look: Instant,
}

impl LastFailure {
    fn is_cooling_down(&self, now: Instant) -> bool {
        self.cooldown_until.is_some_and(|until| now < until)
    }
}

/// What a refresh may do.
pub(super) enum Admission {
    /// Ask LinkCy, after this pause.
    Ask(Duration),
    /// Look into the store; this is the error if it has no newer pair.
    Look(SessionError),
}

impl Throttle {
    /// # Errors
    /// The last failure while its pause or cooldown lasts; [`SessionError::TooOften`] for demands.
    pub fn admit(&mut self, reason: RefreshReason, now: Instant) -> Result<Admission, SessionError> {
        let pause = self.pause(now);
        let Some(failed) = &mut self.failed else {
            return match reason.is_demand() {
                true if pause > LONGEST_AWAITED_PAUSE => Err(SessionError::TooOften { retry_in: pause }),
                true => Ok(Admission::Ask(pause)),
                false => Ok(Admission::Ask(Duration::ZERO)),
            };
        };
        if failed.is_cooling_down(now) && !matches!(reason, RefreshReason::Demanded(_)) {
            if now < failed.next_look {
                return Err(failed.error.clone());
            }
            failed.next_look = now + LOOK_EVERY;
            return Ok(Admission::Look(failed.error.clone()));
        }
        // The pauses after failures in the background do not delay the first caller that waits.
        if failed.in_background && reason.is_urgent() {
            self.events = 0;
            return Ok(Admission::Ask(Duration::ZERO));
        }
        if pause.is_zero() { Ok(Admission::Ask(pause)) } else { Err(failed.error.clone()) }
    }

    /// Records new tokens. A demand counts as an event: only the pace keeps callers whose every token is rejected from
    /// asking without end.
    pub fn succeeded(&mut self, reason: RefreshReason, now: Instant) {
        self.failed = None;
        if reason.is_demand() { self.record(now) } else { *self = Self::default() }
    }

    /// Records a failure; returns the pause before the next attempt.
    pub fn failed(&mut self, reason: RefreshReason, error: &SessionError, now: Instant) -> Duration {
        self.record(now);
        let cooldown_until = cooldown(error).map(|time| now + time.min(EVER));
        // A demand that gets no answer in a cooldown does not end it.
        if cooldown_until.is_some() || !self.failed.as_ref().is_some_and(|failed| failed.is_cooling_down(now)) {
            let (error, in_background) = (error.clone(), !reason.is_urgent());
            let (asked, next_look) = (self.asked, now + LOOK_EVERY);
            self.failed = Some(Box::new(LastFailure { error, asked, in_background, cooldown_until, next_look }));
        }
        self.pause(now)
    }

    /// The version of the stored pair that the failed attempt was to replace.
    pub fn failed_version(&self) -> u64 {
        self.failed.as_ref().map_or(0, |failed| failed.asked)
    }

    /// Lets LinkCy be asked again, at the pace of before.
    pub fn clear_failure(&mut self) {
        self.failed = None;
    }

    /// How long to wait before the next event.
    fn pause(&self, now: Instant) -> Duration {
        self.not_before.map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }

    fn record(&mut self, now: Instant) {
        if self.not_before.is_some_and(|at| now.saturating_duration_since(at) > FORGIVEN_AFTER) {
            self.events = 0;
        }
        let nominal = PAUSES.get(self.events).or(PAUSES.last()).copied().unwrap_or_default();
        self.events = self.events.saturating_add(1);
        // Drawn from 80 to 120 %, so that the processes of a fleet do not retry in step.
        self.not_before = Some(now + Duration::from_secs_f64(nominal * (0.8 + 0.4 * fastrand::f64())));
    }

    /// Why the last refresh failed, if it did; during a cooldown, what began it.
    pub fn last_error(&self) -> Option<&SessionError> {
        self.failed.as_ref().map(|failed| &failed.error)
    }
}

/// How long LinkCy is not asked after an error that asking again would not change, or would make worse: a wrong password
/// sent often locks a user, each login that needs SCA notifies a person.
fn cooldown(error: &SessionError) -> Option<Duration> {
    const MINUTE: Duration = Duration::from_secs(60);
    match error {
        SessionError::LoginRefused(_) | SessionError::RefreshRefused(_) => Some(5 * MINUTE),
        SessionError::ScaPending(pending) => Some(pending.ttl.unwrap_or(5 * MINUTE)),
        SessionError::PasswordChangeRequired(_) => Some(15 * MINUTE),
        SessionError::SessionExpired { .. } => Some(EVER),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::issuer::{PendingSca, Refusal};

    const MINUTE: Duration = Duration::from_secs(60);

    fn refused() -> SessionError {
        SessionError::LoginRefused(Refusal { status: 401, error_code: None, message: None })
    }

    fn asks(admitted: &Result<Admission, SessionError>) -> bool {
        matches!(admitted, Ok(Admission::Ask(_)))
    }

    #[test]
    fn a_minute_of_failures_holds_a_handful_of_attempts() {
        let start = Instant::now();
        let (mut throttle, mut now, mut attempts) = (Throttle::default(), start, 0);
        while now - start < MINUTE {
            attempts += 1;
            now += throttle.failed(RefreshReason::Missing, &SessionError::InDoubt, now);
        }
        assert!((5..=7).contains(&attempts), "{attempts} attempts");
    }

    #[test]
    fn a_quiet_minute_forgives() {
        let start = Instant::now();
        let mut throttle = Throttle::default();
        for _ in 0..9 {
            throttle.failed(RefreshReason::Missing, &SessionError::InDoubt, start);
        }
        let pause = throttle.failed(RefreshReason::Missing, &SessionError::InDoubt, start + 2 * MINUTE);
        assert!(pause <= Duration::from_millis(300), "{pause:?}");
    }

    #[test]
    fn who_waits_does_not_pay_for_failures_in_the_background() {
        let now = Instant::now();
        let mut throttle = Throttle::default();
        for _ in 0..9 {
            throttle.failed(RefreshReason::Ageing, &SessionError::InDoubt, now);
        }
        assert!(throttle.admit(RefreshReason::Ageing, now).is_err());
        assert!(asks(&throttle.admit(RefreshReason::Missing, now)));
        let pause = throttle.failed(RefreshReason::Missing, &SessionError::InDoubt, now);
        assert!(pause <= LONGEST_AWAITED_PAUSE && throttle.admit(RefreshReason::Missing, now).is_err());
    }

    #[test]
    fn in_a_cooldown_the_store_is_looked_at_and_only_a_demand_asks() {
        let start = Instant::now();
        let mut throttle = Throttle::default();
        throttle.failed(RefreshReason::Missing, &refused(), start);
        let (mut looks, mut now) = (0, start + MINUTE);
        while now < start + 4 * MINUTE {
            now += Duration::from_secs(1);
            match throttle.admit(RefreshReason::Missing, now) {
                Ok(Admission::Look(SessionError::LoginRefused(_))) => looks += 1,
                Err(SessionError::LoginRefused(_)) => {}
                _ => panic!("LinkCy would be asked"),
            }
        }
        assert!((30..=37).contains(&looks), "{looks} looks in three minutes");
        assert!(asks(&throttle.admit(RefreshReason::Demanded(1), now)));
        assert!(asks(&throttle.admit(RefreshReason::Missing, start + 5 * MINUTE)));
    }

    #[test]
    fn a_question_that_never_runs_out_is_not_put_again() {
        let now = Instant::now();
        let mut throttle = Throttle::default();
        let pending = SessionError::ScaPending(PendingSca::new((), Some(Duration::MAX)));
        throttle.failed(RefreshReason::Missing, &pending, now);
        assert!(!asks(&throttle.admit(RefreshReason::Missing, now + 60 * MINUTE)));
    }

    #[test]
    fn a_demand_that_gets_no_answer_ends_no_cooldown() {
        let start = Instant::now();
        let mut throttle = Throttle::default();
        throttle.failed(RefreshReason::Missing, &refused(), start);
        throttle.failed(RefreshReason::Demanded(1), &SessionError::InDoubt, start + MINUTE);
        let admitted = throttle.admit(RefreshReason::Missing, start + 2 * MINUTE);
        assert!(matches!(admitted, Ok(Admission::Look(SessionError::LoginRefused(_)))));
        assert!(asks(&throttle.admit(RefreshReason::Missing, start + 5 * MINUTE)));
    }

    #[test]
    fn demands_are_paced_and_what_is_needed_is_not() {
        let now = Instant::now();
        let mut throttle = Throttle::default();
        for _ in 0..4 {
            throttle.succeeded(RefreshReason::Demanded(1), now);
        }
        assert!(matches!(throttle.admit(RefreshReason::Demanded(1), now), Err(SessionError::TooOften { .. })));
        assert!(matches!(throttle.admit(RefreshReason::Rejected(1), now), Err(SessionError::TooOften { .. })));
        assert!(matches!(throttle.admit(RefreshReason::Missing, now), Ok(Admission::Ask(Duration::ZERO))));
    }
}
