//! One refresh at a time: a *flight* runs detached from its callers, who board the one under way or start one.
//!
//! A flight is a task of its own. Callers that are cancelled leave it to its end, because what it brings back, a rotated
//! refresh token, exists nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, warn};

use super::core::{Control, Core, LastFailure, Live};
use super::pace::Pace;
use super::{Detached, refresh};
use crate::auth::error::SessionError;

/// A demand, or a retry, that has to wait no longer than this is made to wait; a longer wait is an error.
pub(super) const SHORT: Duration = Duration::from_millis(1500);

/// Why a caller wants new tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// They near their end; nobody waits.
    Ageing,
    /// None is usable.
    Missing,
    /// The server rejected this generation.
    Rejected(u64),
    /// The caller says so.
    Demanded,
}

impl Why {
    fn is_urgent(self) -> bool {
        self != Self::Ageing
    }

    /// Whether the token in use is good by its own word, so that only the pace keeps this from going on for ever.
    fn is_demand(self) -> bool {
        matches!(self, Self::Rejected(_) | Self::Demanded)
    }
}

/// What a flight brought.
type Landing = Result<Arc<Live>, SessionError>;

/// A flight under way.
pub(super) struct Flight {
    urgent: Arc<AtomicBool>,
    landed: watch::Receiver<Option<Landing>>,
}

impl Flight {
    /// A flight whose runtime stopped, or whose issuer panicked, is over without having landed.
    fn is_over(&self) -> bool {
        self.landed.has_changed().is_err() || self.landed.borrow().is_some()
    }
}

/// What a flight is to do.
pub(super) struct Orders {
    /// Somebody waits, or the server rejected the token. Raised when such a caller boards on the way.
    pub urgent: Arc<AtomicBool>,
    /// The generation that is not good enough.
    pub instead_of: Option<u64>,
    /// LinkCy is not to be asked, only the store; this is the error if that has nothing new.
    pub store_only: Option<SessionError>,
    /// To wait before the start.
    delay: Duration,
}

impl Orders {
    pub fn is_urgent(&self) -> bool {
        self.urgent.load(Ordering::Relaxed)
    }
}

enum Boarding {
    /// The tokens came in between.
    Landed(Arc<Live>),
    Waiting(watch::Receiver<Option<Landing>>),
}

impl Core {
    /// Boards the flight under way, or starts one, and waits for it to land.
    pub async fn fly(self: &Arc<Self>, why: Why) -> Landing {
        match self.fly_once(why).await {
            // A flight that began in the background may have made up its mind before it could know that somebody waits.
            Err(SessionError::InDoubt) => self.fly_once(why).await,
            landing => landing,
        }
    }

    async fn fly_once(self: &Arc<Self>, why: Why) -> Landing {
        let mut landed = match self.board(self.control(), why)? {
            Boarding::Landed(live) => return Ok(live),
            Boarding::Waiting(landed) => landed,
        };
        // Every step of a flight is bounded; this bound only ends the wait for one whose runtime no longer runs.
        let patience = self.timing.lease().saturating_mul(8);
        match timeout(patience, landed.wait_for(Option::is_some)).await {
            Ok(Ok(landing)) => landing.clone().unwrap_or(Err(SessionError::Interrupted)),
            Ok(Err(_)) | Err(_) => Err(SessionError::Interrupted),
        }
    }

    /// Starts a flight that nobody waits for. Never blocks: if the lock is taken, somebody else is seeing to it.
    pub fn fly_in_background(self: &Arc<Self>) {
        if let Ok(control) = self.control.try_lock()
            && let Err(error) = self.board(control, Why::Ageing)
        {
            debug!(%error, "the token nears its end and is not refreshed now");
        }
    }

    fn board(
        self: &Arc<Self>,
        mut control: std::sync::MutexGuard<'_, Control>,
        why: Why,
    ) -> Result<Boarding, SessionError> {
        control.standing.clone()?;
        let live = self.live.load_full();
        // Looked at again under the lock: a flight may have landed since the caller looked.
        let instead_of = live.as_ref().map(|live| live.generation);
        let now = self.now();
        let good_enough = |live: &&Arc<Live>| match why {
            Why::Ageing => !live.life.nears_its_end(now),
            Why::Missing => !live.life.is_over(now),
            Why::Rejected(generation) => live.generation != generation && !live.life.is_over(now),
            Why::Demanded => false,
        };
        if let Some(live) = live.as_ref().filter(good_enough) {
            return Ok(Boarding::Landed(Arc::clone(live)));
        }
        if let Some(flight) = control.flight.as_ref().filter(|flight| !flight.is_over()) {
            if why.is_urgent() {
                flight.urgent.store(true, Ordering::Relaxed);
            }
            return Ok(Boarding::Waiting(flight.landed.clone()));
        }
        let (store_only, delay) = control.clear(why, now)?;
        let runtime = Handle::try_current().map_err(|_| SessionError::NoRuntime)?;
        let urgent = Arc::new(AtomicBool::new(why.is_urgent()));
        let (land, landed) = watch::channel(None);
        control.flight = Some(Flight { urgent: Arc::clone(&urgent), landed: landed.clone() });
        drop(control);
        let orders = Orders { urgent, instead_of, store_only, delay };
        let flight: Detached = Box::pin(Arc::clone(self).take_off(orders, land));
        runtime.spawn(flight);
        Ok(Boarding::Waiting(landed))
    }

    async fn take_off(self: Arc<Self>, orders: Orders, land: watch::Sender<Option<Landing>>) {
        // Even an empty sleep waits for the timer's next tick.
        if !orders.delay.is_zero() {
            sleep(orders.delay).await;
        }
        let landing = refresh::run(&self, &orders).await;
        let mut control = self.control();
        control.flight = None;
        match &landing {
            Ok(_) => control.recovered(),
            Err(error) => {
                // A look into the store in vain is no news, and does not make the hold longer.
                if orders.store_only.is_none() {
                    warn!(%error, "no new tokens");
                    let held_until = hold(error).and_then(|time| self.now().checked_add(time));
                    control.last = Some(LastFailure { error: error.clone(), held_until });
                    control.looks.reset();
                }
            }
        }
        drop(control);
        let _ = land.send(Some(landing));
    }
}

impl Control {
    /// Forgets every failure: there are new tokens.
    pub fn recovered(&mut self) {
        self.failures.reset();
        self.background.reset();
        self.last = None;
    }

    /// Failures are counted apart for those who wait and for the background.
    pub fn pace(&mut self, urgent: bool) -> &mut Pace {
        if urgent { &mut self.failures } else { &mut self.background }
    }

    /// Whether a flight may start now: after what delay, and whether it may ask LinkCy.
    fn clear(&mut self, why: Why, now: Instant) -> Result<(Option<SessionError>, Duration), SessionError> {
        let pause = self.pace(why.is_urgent()).wait(now);
        if let Some(last) = &self.last {
            if !pause.is_zero() {
                return Err(last.error.clone());
            }
            if why != Why::Demanded && last.held_until.is_some_and(|until| now < until) {
                let error = last.error.clone();
                if !self.looks.wait(now).is_zero() {
                    return Err(error);
                }
                self.looks.note(now);
                return Ok((Some(error), Duration::ZERO));
            }
        }
        if !why.is_demand() {
            return Ok((None, Duration::ZERO));
        }
        let delay = self.demands.wait(now);
        if delay > SHORT {
            return Err(SessionError::TooOften { retry_in: delay });
        }
        self.demands.note(now + delay);
        Ok((None, delay))
    }
}

/// How long LinkCy is left alone after an error that asking again would not mend, or would make worse: a wrong
/// password tried often locks a user, a login that needs SCA rings a telephone.
fn hold(error: &SessionError) -> Option<Duration> {
    const MINUTE: Duration = Duration::from_secs(60);
    const EVER: Duration = Duration::from_secs(10 * 365 * 86_400);
    match error {
        SessionError::LoginRefused(_) | SessionError::RefreshRefused(_) => Some(5 * MINUTE),
        SessionError::ScaPending(pending) => Some(pending.ttl().unwrap_or(5 * MINUTE)),
        SessionError::PasswordChangeRequired(_) => Some(15 * MINUTE),
        SessionError::SessionExpired { .. } => Some(EVER),
        _ => None,
    }
}
