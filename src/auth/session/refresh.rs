//! Starting and joining refreshes: one at a time, however many callers wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::held::CurrentTokens;
use super::plan::RefreshReason;
use super::renewal::Renewer;
use super::single_flight::{RunOutcome, SingleFlight, Work};
use super::throttle::{Admission, SHORT, Throttle};
use crate::auth::error::SessionError;
use crate::auth::token::Issued;

type Refreshed = Result<Arc<CurrentTokens>, SessionError>;

/// The state of a [`Session`](super::Session), which its clones share.
pub(super) struct Core {
    pub renewer: Arc<Renewer>,
    control: Mutex<Control>,
}

/// Guarded by a lock that is never held across an await.
#[derive(Default)]
struct Control {
    refresh: SingleFlight<Refreshed>,
    throttle: Throttle,
}

/// How a caller gets its tokens.
enum Joining {
    /// The tokens arrived in the meantime.
    Done(Arc<CurrentTokens>),
    Started(RunOutcome<Refreshed>),
    Joined(RunOutcome<Refreshed>),
}

impl Core {
    pub fn new(renewer: Renewer) -> Self {
        Self { renewer: Arc::new(renewer), control: Mutex::default() }
    }

    /// Joins the refresh under way, or starts one, and waits for its outcome.
    pub async fn refresh(self: &Arc<Self>, reason: RefreshReason) -> Refreshed {
        let mut entry = self.join_or_start(self.control(), reason)?;
        if let Joining::Joined(outcome) = entry {
            entry = match self.outcome(outcome).await {
                Err(SessionError::Interrupted) => return Err(SessionError::Interrupted),
                Ok(current) if reason == RefreshReason::Demanded || self.suffices(&current, reason) => {
                    return Ok(current);
                }
                // Tokens are in use before their refresh ends: they may be those that this caller saw rejected or end.
                // A refresh that failed may have been started for less, in the background; if not, the throttle has its error.
                Ok(_) | Err(_) => self.join_or_start(self.control(), reason)?,
            };
        }
        match entry {
            Joining::Done(current) => Ok(current),
            Joining::Started(outcome) | Joining::Joined(outcome) => self.outcome(outcome).await,
        }
    }

    /// Starts a refresh that nobody waits for. Never blocks: if the lock is taken, another caller decides.
    pub fn refresh_in_background(self: &Arc<Self>) {
        if let Ok(control) = self.control.try_lock()
            && let Err(error) = self.join_or_start(control, RefreshReason::Ageing)
        {
            debug!(%error, "the token nears its end and is not refreshed now");
        }
    }

    /// Puts tokens into use that came another way, and forgets failures of before.
    pub async fn adopt(self: Arc<Self>, tokens: Issued) -> Refreshed {
        self.renewer.adopt(tokens).await.inspect(|_| self.control().throttle = Throttle::default())
    }

    /// Failures may hold a secret too.
    pub async fn forget(self: Arc<Self>) -> Result<(), SessionError> {
        let forgotten = self.renewer.forget().await;
        self.control().throttle = Throttle::default();
        forgotten
    }

    /// Why the last refresh failed, if it did.
    pub fn last_error(&self) -> Option<SessionError> {
        self.control().throttle.last_error().cloned()
    }

    fn join_or_start(
        self: &Arc<Self>,
        mut control: MutexGuard<'_, Control>,
        reason: RefreshReason,
    ) -> Result<Joining, SessionError> {
        self.renewer.standing()?;
        // Checked again under the lock: a refresh may have ended since the first check.
        let current = self.renewer.held.current();
        if let Some(current) = current.as_ref().filter(|current| self.suffices(current, reason)) {
            return Ok(Joining::Done(Arc::clone(current)));
        }
        let runtime = Handle::try_current().map_err(|_| SessionError::NoRuntime)?;
        if let Some(outcome) = control.refresh.join() {
            return Ok(Joining::Joined(outcome));
        }
        let instead_of = current.as_ref().map(|current| current.generation);
        let work: Work<Refreshed> = match control.throttle.admit(reason, self.renewer.held.now())? {
            Admission::Ask(pause) => Box::pin(Arc::clone(self).run(reason, instead_of, pause)),
            Admission::Look(error) => Box::pin(Arc::clone(self).look(reason, instead_of, error)),
        };
        Ok(Joining::Started(control.refresh.start(&runtime, work)))
    }

    /// Whether tokens that are there already are what the caller wants.
    fn suffices(&self, current: &CurrentTokens, reason: RefreshReason) -> bool {
        let now = self.renewer.held.now();
        match reason {
            RefreshReason::Ageing => !current.life.nears_its_end(now),
            RefreshReason::Missing => !current.life.is_over(now),
            RefreshReason::Rejected(generation) => current.generation != generation && !current.life.is_over(now),
            RefreshReason::Demanded => false,
        }
    }

    async fn outcome(&self, outcome: RunOutcome<Refreshed>) -> Refreshed {
        // Every step of a refresh is bounded; this bound only ends the wait for one whose runtime no longer runs.
        let patience = self.renewer.store.timing.lease().saturating_mul(8);
        timeout(patience, outcome).await.ok().flatten().unwrap_or(Err(SessionError::Interrupted))
    }

    /// The work of a refresh: attempts, as long as somebody waits and the next may follow shortly.
    async fn run(self: Arc<Self>, reason: RefreshReason, instead_of: Option<u64>, mut pause: Duration) -> Refreshed {
        loop {
            // Even an empty sleep waits for the timer's next tick.
            if !pause.is_zero() {
                sleep(pause).await;
            }
            let refreshed = self.renewer.run(reason, instead_of).await;
            let mut control = self.control();
            let now = self.renewer.held.now();
            match &refreshed {
                Ok(_) => control.throttle.succeeded(reason, now),
                Err(error) => {
                    pause = control.throttle.failed(reason, error, now);
                    if reason.is_urgent() && may_pass(error) && pause <= SHORT {
                        debug!(%error, ?pause, "trying again for new tokens");
                        continue;
                    }
                    warn!(%error, "no new tokens");
                }
            }
            control.refresh.finish();
            return refreshed;
        }
    }

    /// The work of a refresh while LinkCy is not to be asked.
    async fn look(self: Arc<Self>, reason: RefreshReason, instead_of: Option<u64>, error: SessionError) -> Refreshed {
        let found = self.renewer.look(instead_of).await.ok().flatten();
        let mut control = self.control();
        if found.is_some() {
            control.throttle.succeeded(reason, self.renewer.held.now());
        }
        control.refresh.finish();
        found.ok_or(error)
    }

    /// No code panics while it holds the lock, so what a poisoned one guards is whole.
    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn may_pass(error: &SessionError) -> bool {
    matches!(error, SessionError::Transport { .. } | SessionError::Unavailable { .. } | SessionError::Store { .. })
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use tokio::sync::Notify;
    use tokio::time::advance;

    use super::*;
    use crate::auth::credentials::Login;
    use crate::auth::issuer::{Issuer, TokenAnswer};
    use crate::auth::session::Session;
    use crate::types::secret::Secret;

    /// Issues tokens that live a quarter of an hour.
    struct Server;

    #[async_trait]
    impl Issuer for Server {
        fn origin(&self) -> &str {
            "https://api.example.com"
        }

        async fn login(&self, _: &Login) -> TokenAnswer {
            let claims = URL_SAFE_NO_PAD.encode(r#"{"iat":1800000000,"exp":1800000900}"#);
            let access = Secret::new(format!("e30.{claims}.c2ln"));
            let refresh = Some(Secret::from("refresh"));
            TokenAnswer::Tokens(Issued { access, refresh, end_user_id: None, server_date: None })
        }

        async fn refresh(&self, _: &Secret) -> TokenAnswer {
            self.login(&login()).await
        }
    }

    fn login() -> Login {
        Login::Partner { username: "api".into(), partner_name: "acme".into(), password: "hunter2".into() }
    }

    /// Tokens come into use a moment before their refresh ends. Who joins it in that moment may have seen them fail.
    #[tokio::test(start_paused = true)]
    async fn who_joins_a_refresh_that_brought_what_they_saw_fail_gets_newer_tokens() -> Result<(), SessionError> {
        for is_rejected in [true, false] {
            let session = Session::builder(login(), Arc::new(Server)).build();
            let seen = session.authorization().await?;
            if !is_rejected {
                advance(Duration::from_secs(900)).await;
            }
            let (core, go_on) = (Arc::clone(&session.0), Arc::new(Notify::new()));
            let ending: Work<Refreshed> = {
                let (core, go_on) = (Arc::clone(&core), Arc::clone(&go_on));
                Box::pin(async move {
                    go_on.notified().await;
                    let current = core.renewer.held.current().as_ref().map(Arc::clone);
                    core.control().refresh.finish();
                    current.ok_or(SessionError::Interrupted)
                })
            };
            drop(core.control().refresh.start(&Handle::current(), ending));
            let joining = async {
                match is_rejected {
                    true => session.rejected(seen.generation()).await,
                    false => session.authorization().await,
                }
            };
            let (got, ()) = tokio::join!(biased; joining, async { go_on.notify_one() });
            assert!(got?.generation() > seen.generation(), "the tokens that failed were given again");
        }
        Ok(())
    }
}
