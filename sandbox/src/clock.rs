//! The sandbox's time: everything that has a date, a life or a delay asks this clock, and tests may move it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A clock that runs with the machine's or stands still until it is moved. Clones share one time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<watch::Sender<Time>>);

#[derive(Debug, Clone, Copy)]
enum Time {
    Running { ahead: SignedDuration },
    Standing { at: Timestamp },
}

impl Time {
    fn now(self) -> Timestamp {
        match self {
            Time::Running { ahead } => Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX),
            Time::Standing { at } => at,
        }
    }
}

impl Clock {
    /// A clock that runs with the machine's.
    pub fn running() -> Self {
        Self::new(Time::Running { ahead: SignedDuration::ZERO })
    }

    /// A clock that stands at `at` until it is moved.
    pub fn standing(at: Timestamp) -> Self {
        Self::new(Time::Standing { at })
    }

    fn new(time: Time) -> Self {
        Self(Arc::new(watch::Sender::new(time)))
    }

    /// What time it is here.
    pub fn now(&self) -> Timestamp {
        self.0.borrow().now()
    }

    /// Moves the clock forward, or back for a negative duration; who waits for the new time wakes up.
    pub fn advance(&self, by: SignedDuration) {
        self.0.send_modify(|time| match time {
            Time::Running { ahead } => *ahead = ahead.saturating_add(by),
            Time::Standing { at } => *at = at.saturating_add(by).unwrap_or(Timestamp::MAX),
        });
    }

    /// Sets the clock to `to`; a running clock runs on from there.
    pub fn set(&self, to: Timestamp) {
        self.0.send_modify(|time| match time {
            Time::Running { ahead } => *ahead = to.duration_since(Timestamp::now()),
            Time::Standing { at } => *at = to,
        });
    }

    /// Waits until this clock has moved on by `by`: real time where it runs, [`Clock::advance`] where it stands.
    pub async fn sleep(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        let until = self.now().saturating_add(by).unwrap_or(Timestamp::MAX);
        let mut moved = self.0.subscribe();
        loop {
            let time = *moved.borrow_and_update();
            let left = until.duration_since(time.now());
            let Ok(left) = Duration::try_from(left) else {
                return;
            };
            if left.is_zero() {
                return;
            }
            match time {
                Time::Running { .. } => {
                    tokio::select! {
                        () = tokio::time::sleep(left) => {}
                        _ = moved.changed() => {}
                    }
                }
                Time::Standing { .. } => {
                    if moved.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::running()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_standing_clock_wakes_its_sleepers_when_it_is_moved_far_enough() {
        let clock = Clock::standing(Timestamp::UNIX_EPOCH);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep(Duration::from_secs(60)).await;
                clock.now()
            }
        });
        tokio::task::yield_now().await;
        clock.advance(SignedDuration::from_secs(59));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!(sleeper.await.unwrap(), Timestamp::UNIX_EPOCH + SignedDuration::from_secs(60));
    }
}
