//! Starting and joining refreshes: one at a time, however many callers wait.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::plan::RefreshReason;
use super::single_flight::{RunOutcome, SingleFlight, Work};
use super::state::{Control, Core, Refreshed};
use super::throttle::{Admission, LONGEST_AWAITED_PAUSE};
use crate::auth::error::SessionError;

impl Core {
    /// Joins the refresh under way, or starts one, and waits for its outcome.
    pub async fn refresh(self: &Arc<Self>, reason: RefreshReason) -> Refreshed {
        let (outcome, is_joined) = self.join_or_start(self.control(), reason)?;
        let refreshed = self.outcome(outcome).await;
        let is_answer = match &refreshed {
            // Tokens are in use before their refresh ends: they may be those that this caller saw rejected or expire.
            Ok(current) => current.suffice(reason, self.now()),
            // A failed refresh may have been started in the background, for a weaker reason; if not, the throttle has its
            // error.
            Err(error) => matches!(error, SessionError::Interrupted),
        };
        if is_answer || !is_joined {
            return refreshed;
        }
        let (outcome, _) = self.join_or_start(self.control(), reason)?;
        self.outcome(outcome).await
    }

    /// Starts a refresh that nobody waits for. Never blocks: if the lock is taken, another caller decides.
    pub fn refresh_in_background(self: &Arc<Self>) {
        if let Ok(control) = self.control.try_lock()
            && let Err(error) = self.join_or_start(control, RefreshReason::Ageing)
        {
            debug!(%error, "the token nears its end and is not refreshed now");
        }
    }

    /// The outcome of a refresh, and whether another caller started it.
    fn join_or_start(
        self: &Arc<Self>,
        mut control: MutexGuard<'_, Control>,
        reason: RefreshReason,
    ) -> Result<(RunOutcome<Refreshed>, bool), SessionError> {
        control.login.as_ref().map_err(SessionError::clone)?;
        // Checked again under the lock: a refresh may have ended since the first check.
        if let Some(current) = self.sufficient(reason) {
            return Ok((SingleFlight::done(Ok(current)), false));
        }
        let runtime = Handle::try_current().map_err(|_| SessionError::NoRuntime)?;
        if let Some(outcome) = control.refresh.join() {
            return Ok((outcome, true));
        }
        let admission = control.throttle.admit(reason, self.now())?;
        let work: Work<Refreshed> = Box::pin(Arc::clone(self).run(reason, admission));
        Ok((control.refresh.start(&runtime, work), false))
    }

    async fn outcome(&self, outcome: RunOutcome<Refreshed>) -> Refreshed {
        // Every step of a refresh is bounded; this bound only ends the wait for one whose runtime no longer runs.
        let longest = self.timing.lease().saturating_mul(8);
        timeout(longest, outcome).await.ok().flatten().unwrap_or(Err(SessionError::Interrupted))
    }

    /// The work of a refresh: attempts, as long as a caller waits and the next may follow shortly. While LinkCy is not to be
    /// asked, only if the store has a newer pair.
    async fn run(self: Arc<Self>, reason: RefreshReason, admission: Admission) -> Refreshed {
        let mut pause = match admission {
            Admission::Ask(pause) => pause,
            Admission::Look(error) => {
                let is_newer = self.look(reason).await;
                let mut control = self.control();
                if !is_newer {
                    control.refresh.finish();
                    return Err(error);
                }
                // It was another pair that failed.
                control.throttle.clear_failure();
                Duration::ZERO
            }
        };
        loop {
            // Even an empty sleep waits for the timer's next tick.
            if !pause.is_zero() {
                sleep(pause).await;
            }
            let refreshed = self.renew(reason).await;
            let mut control = self.control();
            match &refreshed {
                Ok(_) => control.throttle.succeeded(reason, self.now()),
                Err(error) => {
                    pause = control.throttle.failed(reason, error, self.now());
                    if reason.is_urgent() && may_pass(error) && pause <= LONGEST_AWAITED_PAUSE {
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
    use crate::auth::token::Issued;
    use crate::types::secret::Secret;

    /// Issues tokens that are valid for a quarter of an hour.
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

    /// Tokens are in use a moment before their refresh ends. A caller that joins it in that moment may have seen them
    /// fail.
    #[tokio::test(start_paused = true)]
    async fn who_joins_a_refresh_that_brought_what_they_saw_fail_gets_newer_tokens() -> Result<(), SessionError> {
        for reason in [RefreshReason::Missing, RefreshReason::Rejected(1), RefreshReason::Demanded(1)] {
            let session = Session::builder(login(), Arc::new(Server)).build();
            let seen = session.authorization().await?;
            if reason == RefreshReason::Missing {
                advance(Duration::from_secs(900)).await;
            }
            let (core, go_on) = (Arc::clone(&session.0), Arc::new(Notify::new()));
            let ending: Work<Refreshed> = {
                let (core, go_on) = (Arc::clone(&core), Arc::clone(&go_on));
                Box::pin(async move {
                    go_on.notified().await;
                    let current = core.current.load().as_ref().map(Arc::clone);
                    core.control().refresh.finish();
                    current.ok_or(SessionError::Interrupted)
                })
            };
            drop(core.control().refresh.start(&Handle::current(), ending));
            let joining = async {
                match reason {
                    RefreshReason::Rejected(_) => session.rejected(seen.generation()).await,
                    RefreshReason::Demanded(_) => session.refresh_now().await,
                    _ => session.authorization().await,
                }
            };
            let (got, ()) = tokio::join!(biased; joining, async { go_on.notify_one() });
            assert!(got?.generation() > seen.generation(), "{reason:?}: the tokens that failed were given again");
        }
        Ok(())
    }
}
