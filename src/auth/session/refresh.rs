//! What a flight does: look into the store, take the lease, ask LinkCy, store the new pair, put it into use.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, warn};

use super::Detached;
use super::core::{Core, Live, Place};
use super::flight::{Orders, SHORT};
use super::life::Life;
use super::plan::{self, RefreshToken, Refused, Step};
use crate::auth::clock::{Reading, unix_seconds};
use crate::auth::error::{PasswordChange, SessionError};
use crate::auth::issuer::{Answer, Failure, Reached};
use crate::auth::store::{End, Lease, Leased, Saved};
use crate::auth::token::{Claims, Issued, Tokens};

/// A flight goes round at most this often: each round either ends it or learns something that changes the next.
const ROUNDS: usize = 8;
/// How often the store is asked while another process holds the lease: from the first to the second, growing.
const POLL: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(200));
/// How often a save that failed is tried again: from the first to the second, growing, this many times.
const SAVE_AGAIN: (Duration, Duration, usize) = (Duration::from_millis(500), Duration::from_secs(30), 40);

/// The end of a round.
enum Round {
    Landed(Arc<Live>),
    /// Something was learned: go round again.
    Again,
}

/// Flies, and tries again after a short pause where that may help.
pub(super) async fn run(core: &Arc<Core>, orders: &Orders) -> Result<Arc<Live>, SessionError> {
    let _gate = core.gate.lock().await;
    core.control().standing.clone()?;
    if let Some(live) = core.usable().filter(|live| Some(live.generation) != orders.instead_of) {
        return Ok(live);
    }
    for _ in 0..ROUNDS {
        let error = match round(core, orders).await {
            Ok(Round::Landed(live)) => return Ok(live),
            Ok(Round::Again) => continue,
            Err(error) if orders.store_only.is_some() => return Err(error),
            Err(error) => error,
        };
        let urgent = core.is_urgent(orders);
        let pause = {
            let mut control = core.control();
            let pace = control.pace(urgent);
            pace.note(core.now());
            pace.wait(core.now())
        };
        // In the background the next attempt is another flight.
        if !urgent || !may_pass(&error) || pause > SHORT {
            return Err(error);
        }
        debug!(%error, ?pause, "trying again for new tokens");
        sleep(pause).await;
    }
    Err(SessionError::Busy { store: core.store.name() })
}

impl Core {
    /// Whether somebody waits for the flight with these orders, or will from now on.
    fn is_urgent(&self, orders: &Orders) -> bool {
        orders.is_urgent() || self.usable().is_none()
    }
}

fn may_pass(error: &SessionError) -> bool {
    matches!(error, SessionError::Transport { .. } | SessionError::Unavailable { .. } | SessionError::Store { .. })
}

async fn round(core: &Arc<Core>, orders: &Orders) -> Result<Round, SessionError> {
    // A pair that another process got needs no lease.
    if let Some(live) = core.pick_up(core.load().await?) {
        return Ok(Round::Landed(live));
    }
    if let Some(error) = &orders.store_only {
        return Err(error.clone());
    }
    let (lease, asked) = match take_lease(core).await? {
        Turn::PickedUp(live) => return Ok(Round::Landed(live)),
        Turn::Lease(lease, asked) => (lease, asked),
    };
    if let Some(live) = core.missing_from(&lease) {
        return match core.save(&lease, &live.tokens).await? {
            Saved::Done => {
                core.note_stored(&live, lease.fence);
                Ok(Round::Again)
            }
            Saved::Superseded(_) => Ok(Round::Again),
        };
    }
    let (refresh_token, login, refusal) = {
        let control = core.control();
        let refused = control.refused.as_ref().filter(|(version, _)| *version == lease.seen);
        (refresh_token(&lease, refused.is_some()), control.login.clone(), refused.map(|(_, refusal)| refusal.clone()))
    };
    let urgent = core.is_urgent(orders);
    let step = plan::next(refresh_token, login.is_some(), urgent);
    debug!(?refresh_token, ?step, urgent, "deciding how to get new tokens");
    // A process that was stopped meanwhile may have outlived its lease: nothing is sent unless there is time for the
    // answer and for storing it.
    if core.now().saturating_duration_since(asked) > core.timing.store {
        core.release(&lease, End::NothingSent).await;
        return Ok(Round::Again);
    }
    let sent = core.reading();
    let old = lease.current.as_ref().map(|stored| Arc::clone(&stored.tokens));
    let (call, answer) = match (step, old.as_ref().and_then(|old| old.refresh()), &login) {
        (Step::Refresh, Some(refresh_token), _) => {
            (Call::Refresh, timeout(core.timing.attempt, core.issuer.refresh(refresh_token)).await)
        }
        (Step::LogIn, _, Some(login)) => (Call::Login, timeout(core.timing.attempt, core.issuer.login(login)).await),
        (Step::Leave, ..) => {
            core.release(&lease, End::NothingSent).await;
            return Err(SessionError::InDoubt);
        }
        _ => {
            core.release(&lease, End::NothingSent).await;
            return Err(SessionError::SessionExpired { refusal });
        }
    };
    let answer = answer.unwrap_or_else(|_| {
        let source = Arc::new(NoAnswer(core.timing.attempt));
        Answer::Failed(Failure { reached: Reached::Perhaps, source })
    });
    match answer {
        Answer::Tokens(issued) => {
            let old = old.filter(|_| call == Call::Refresh);
            settle(core, &lease, issued, old.as_deref(), sent).await.map(Round::Landed)
        }
        other => not_issued(core, &lease, call, other, login.is_some()).await,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Login,
    Refresh,
}

impl Call {
    fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Refresh => "refresh",
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no answer within {0:?}")]
struct NoAnswer(Duration);

fn refresh_token(lease: &Lease, refused: bool) -> RefreshToken {
    let held = lease.current.as_ref().is_some_and(|stored| stored.tokens.refresh().is_some());
    match (held, refused, lease.doubt) {
        (false, ..) => RefreshToken::Absent,
        (true, true, _) => RefreshToken::Refused,
        (true, false, Some(age)) => RefreshToken::InDoubt(age),
        (true, false, None) => RefreshToken::Unused,
    }
}

enum Turn {
    PickedUp(Arc<Live>),
    /// The lease, and when it was asked for.
    Lease(Lease, Instant),
}

/// Takes the lease, or takes over what the process that has it brings.
async fn take_lease(core: &Core) -> Result<Turn, SessionError> {
    let start = core.now();
    let patience = core.timing.lease().saturating_mul(2);
    let mut pause = POLL.0;
    loop {
        let asked = core.now();
        match core.lease().await? {
            Leased::Granted(lease) => {
                let Some(live) = core.pick_up(lease.current.clone()) else { return Ok(Turn::Lease(lease, asked)) };
                core.release(&lease, End::NothingSent).await;
                return Ok(Turn::PickedUp(live));
            }
            Leased::Held(found) => {
                if let Some(live) = core.pick_up(found) {
                    return Ok(Turn::PickedUp(live));
                }
            }
        }
        if core.now().saturating_duration_since(start) > patience {
            return Err(SessionError::Busy { store: core.store.name() });
        }
        sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        pause = pause.mul_f64(1.5).min(POLL.1);
    }
}

/// Ends a round that brought no tokens.
async fn not_issued(
    core: &Core,
    lease: &Lease,
    call: Call,
    answer: Answer,
    password_held: bool,
) -> Result<Round, SessionError> {
    let name = call.name();
    // What the answer leaves of the refresh token, and what the flight does next.
    let (end, next) = match answer {
        Answer::Refused(refusal) => match (plan::refused(refusal.status, refusal.error_code.as_deref()), call) {
            (Refused::NotNow, _) => (End::NothingSent, Err(SessionError::Unavailable { call: name, refusal })),
            (Refused::InDoubt, Call::Refresh) => {
                (End::AnswerLost, Err(SessionError::Unavailable { call: name, refusal }))
            }
            (Refused::InDoubt, Call::Login) => {
                (End::NothingSent, Err(SessionError::Unavailable { call: name, refusal }))
            }
            (_, Call::Login) => (End::NothingSent, Err(SessionError::LoginRefused(refusal))),
            (Refused::OnCondition, Call::Refresh) if !password_held => {
                (End::NothingSent, Err(SessionError::RefreshRefused(refusal)))
            }
            (Refused::OnCondition | Refused::ForGood, Call::Refresh) => {
                core.control().refused = Some((lease.seen, refusal));
                (End::AnswerLost, Ok(Round::Again))
            }
        },
        Answer::Failed(Failure { reached, source }) => {
            let lost = call == Call::Refresh && reached == Reached::Perhaps;
            let end = if lost { End::AnswerLost } else { End::NothingSent };
            (end, Err(SessionError::Transport { call: name, source }))
        }
        Answer::PasswordChangeRequired(secret) => {
            (End::NothingSent, Err(SessionError::PasswordChangeRequired(PasswordChange { secret })))
        }
        Answer::ScaPending(pending) => (End::NothingSent, Err(SessionError::ScaPending(pending))),
        Answer::Tokens(_) => return Ok(Round::Again),
    };
    core.release(lease, end).await;
    next
}

/// Stores a new pair, then puts it into use. It is never dropped: if the store fails, it is used and stored later.
async fn settle(
    core: &Arc<Core>,
    lease: &Lease,
    issued: Issued,
    old: Option<&Tokens>,
    sent: Reading,
) -> Result<Arc<Live>, SessionError> {
    let (tokens, life) = read(core, issued, old, Some(sent))?;
    match core.save(lease, &tokens).await {
        Ok(Saved::Done) => Ok(core.put(tokens, life, Place::Stored(lease.fence))),
        Ok(Saved::Superseded(found)) => match core.pick_up(found) {
            Some(live) => Ok(live),
            None => Ok(core.put(tokens, life, Place::Unsaved { after: lease.fence })),
        },
        Err(error) => Ok(put_unsaved(core, tokens, life, lease.fence, &error)),
    }
}

/// Reads an answer. `sent` is when it was asked for, if this session did.
fn read(
    core: &Core,
    issued: Issued,
    old: Option<&Tokens>,
    sent: Option<Reading>,
) -> Result<(Arc<Tokens>, Life), SessionError> {
    let received = core.reading();
    // An answer without a refresh token leaves the old one in force.
    let refresh = issued.refresh.or_else(|| old.and_then(Tokens::refresh).cloned());
    let end_user_id = issued.end_user_id.or_else(|| old.and_then(Tokens::end_user_id).map(str::to_owned));
    let tokens = Tokens::new(&issued.access, refresh, end_user_id)?;
    let claims = Claims::of(tokens.access());
    let life = match (sent, issued.server_date.map(unix_seconds)) {
        // Nothing says how long ago these were issued.
        (None, None) => Life::found(claims, core.control().skew, received),
        (sent, date) => {
            let (life, skew) = Life::issued(claims, date, sent.unwrap_or(received), received);
            if skew.is_some() {
                core.control().skew = skew;
            }
            life
        }
    };
    Ok((Arc::new(tokens), life))
}

fn put_unsaved(core: &Arc<Core>, tokens: Arc<Tokens>, life: Life, after: u64, error: &SessionError) -> Arc<Live> {
    warn!(
        store = core.store.name(),
        error = error as &dyn std::error::Error,
        "new tokens could not be stored: they are used and will be stored when the store is back"
    );
    let live = core.put(tokens, life, Place::Unsaved { after });
    let later: Detached = Box::pin(save_again(Arc::clone(core), live.generation));
    tokio::spawn(later);
    live
}

/// Tries to store the tokens of `generation` until they are stored, or no longer the ones in use.
async fn save_again(core: Arc<Core>, generation: u64) {
    let (mut pause, longest, times) = SAVE_AGAIN;
    for _ in 0..times {
        sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        pause = (pause * 2).min(longest);
        let _gate = core.gate.lock().await;
        let unsaved = core
            .live
            .load_full()
            .filter(|live| live.generation == generation && matches!(live.place, Place::Unsaved { .. }));
        let Some(live) = unsaved else { return };
        let Ok(Leased::Granted(lease)) = core.lease().await else { continue };
        if core.missing_from(&lease).is_none() {
            core.release(&lease, End::NothingSent).await;
            return;
        }
        if let Ok(Saved::Done) = core.save(&lease, &live.tokens).await {
            core.note_stored(&live, lease.fence);
            debug!(generation, "the tokens are stored now");
            return;
        }
    }
}

/// Puts tokens into use that came another way: a password change, a login completed with SCA.
pub(super) async fn adopt(core: Arc<Core>, issued: Issued) -> Result<Arc<Live>, SessionError> {
    let _gate = core.gate.lock().await;
    let (tokens, life) = read(&core, issued, None, None)?;
    let live = match store_adopted(&core, &tokens).await {
        Ok(version) => core.put(tokens, life, Place::Stored(version)),
        Err(error) => {
            let after = match core.live.load().as_ref().map(|live| live.place) {
                Some(Place::Stored(version) | Place::Unsaved { after: version }) => version,
                Some(Place::Given) | None => 0,
            };
            put_unsaved(&core, tokens, life, after, &error)
        }
    };
    let mut control = core.control();
    control.standing = Ok(());
    control.recovered();
    control.refused = None;
    Ok(live)
}

/// Stores what replaces whatever is there, and returns its version.
async fn store_adopted(core: &Core, tokens: &Arc<Tokens>) -> Result<u64, SessionError> {
    let start = core.now();
    let patience = core.timing.lease().saturating_mul(2);
    while core.now().saturating_duration_since(start) < patience {
        if let Leased::Granted(lease) = core.lease().await?
            && let Saved::Done = core.save(&lease, tokens).await?
        {
            return Ok(lease.fence);
        }
        sleep(POLL.1).await;
    }
    Err(SessionError::Busy { store: core.store.name() })
}

/// Wipes the tokens from memory and store, and the password from memory.
pub(super) async fn forget(core: Arc<Core>) -> Result<(), SessionError> {
    let _gate = core.gate.lock().await;
    {
        let mut control = core.control();
        control.standing = Err(SessionError::Forgotten);
        control.login = None;
        control.last = None;
        control.refused = None;
    }
    core.live.store(None);
    core.remove().await
}
