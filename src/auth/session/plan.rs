//! What to do for new tokens, and what an answer without tokens means: the decision tables of a renewal.
//!
//! The question behind them is the refresh token whose answer was lost. LinkCy's refresh rotates (it returns a new
//! refresh token); what happens to a used one that comes back is not documented, and a careful server revokes the
//! whole family. So a token in doubt is sent again only when nothing else is left.

use std::time::Duration;

use crate::auth::error::{PasswordChange, SessionError};
use crate::auth::issuer::{Failure, Reached, Refusal, TokenAnswer};
use crate::auth::store::LeaseEnd;

/// Why new tokens are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshReason {
    /// Those in use near their end; no caller waits.
    Ageing,
    /// None can be used.
    Missing,
    /// The server rejected this generation.
    Rejected(u64),
    /// The caller demands them.
    Demanded,
}

impl RefreshReason {
    /// Whether a caller waits.
    pub fn is_urgent(self) -> bool {
        self != Self::Ageing
    }

    /// Whether it comes while the token in use has life left by its `exp`, so that only the pace bounds how often.
    pub fn is_demand(self) -> bool {
        matches!(self, Self::Rejected(_) | Self::Demanded)
    }
}

/// What a refresh is to achieve.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefreshRequest {
    pub reason: RefreshReason,
    /// The generation to replace.
    pub instead_of: Option<u64>,
}

/// What is known of the current refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshToken {
    /// Never sent, or proven not to have arrived.
    Unused,
    /// Sent this long ago, by this process or another, and no answer came: it may be rotated.
    InDoubt(Duration),
    /// Refused by the server.
    Refused,
    /// The session has no refresh token.
    Absent,
}

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshPlan {
    /// Send the refresh token.
    Refresh,
    /// Send the password.
    LogIn,
    /// Send nothing for now.
    Wait,
    /// Nothing is left to send.
    GiveUp,
}

/// For this long after its answer was lost, a token is not sent even when nothing else is left: the process that sent
/// it may hold the new pair and be about to store it.
const GRACE: Duration = Duration::from_secs(10);

/// `password`: the session has one. `urgent`: there is no usable access token, or a new one is demanded.
pub(super) fn next(refresh_token: RefreshToken, password: bool, urgent: bool) -> RefreshPlan {
    use RefreshToken::{Absent, InDoubt, Refused, Unused};
    match (refresh_token, password, urgent) {
        (Unused, _, _) => RefreshPlan::Refresh,
        (InDoubt(_), _, false) => RefreshPlan::Wait,
        (InDoubt(_), true, true) => RefreshPlan::LogIn,
        (InDoubt(age), false, true) if age < GRACE => RefreshPlan::Wait,
        (InDoubt(_), false, true) => RefreshPlan::Refresh,
        (Refused | Absent, true, _) => RefreshPlan::LogIn,
        (Refused | Absent, false, _) => RefreshPlan::GiveUp,
    }
}

/// Which of the two calls was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exchange {
    Login,
    Refresh,
}

/// What an answer leaves of the refresh token, and what follows: an error, or another plan without the refused refresh
/// token. Tokens are no subject here: they give `None`.
pub(super) fn without_tokens(
    exchange: Exchange,
    answer: TokenAnswer,
    password: bool,
) -> Option<(LeaseEnd, Result<Refusal, SessionError>)> {
    use LeaseEnd::{AnswerLost, NothingSent};
    let (call, lost) = match exchange {
        Exchange::Login => ("login", NothingSent),
        Exchange::Refresh => ("refresh", AnswerLost),
    };
    Some(match answer {
        TokenAnswer::Tokens(_) => return None,
        TokenAnswer::PasswordChangeRequired(secret) => {
            (NothingSent, Err(SessionError::PasswordChangeRequired(PasswordChange { secret })))
        }
        TokenAnswer::ScaPending(pending) => (NothingSent, Err(SessionError::ScaPending(pending))),
        TokenAnswer::Failed(Failure { reached, source }) => {
            let end = if reached == Reached::Perhaps { lost } else { NothingSent };
            (end, Err(SessionError::Transport { call, source }))
        }
        TokenAnswer::Refused(refusal) => match refusal.status {
            408 | 429 => (NothingSent, Err(SessionError::Unavailable { call, refusal })),
            // It failed midway.
            500..=599 => (lost, Err(SessionError::Unavailable { call, refusal })),
            _ if exchange == Exchange::Login => (NothingSent, Err(SessionError::LoginRefused(refusal))),
            _ if password || is_about_the_token(&refusal) => (AnswerLost, Ok(refusal)),
            _ => (NothingSent, Err(SessionError::RefreshRefused(refusal))),
        },
    })
}

/// A 401 or 403 that speaks of SCA, and any other status, leaves the refresh token as it is.
fn is_about_the_token(refusal: &Refusal) -> bool {
    let is_about_sca = refusal.error_code.as_deref().is_some_and(|code| code.contains("SCA_"));
    matches!(refusal.status, 400 | 401 | 403) && !is_about_sca
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_doubt_is_sent_only_when_nothing_else_is_left() {
        let young = RefreshToken::InDoubt(Duration::from_secs(1));
        let old = RefreshToken::InDoubt(Duration::from_secs(60));
        for password in [true, false] {
            assert_eq!(next(young, password, false), RefreshPlan::Wait);
            assert_eq!(next(old, password, false), RefreshPlan::Wait);
        }
        assert_eq!(next(old, true, true), RefreshPlan::LogIn);
        assert_eq!(next(young, false, true), RefreshPlan::Wait);
        assert_eq!(next(old, false, true), RefreshPlan::Refresh);
    }

    #[test]
    fn an_sca_refusal_leaves_the_refresh_token_alive() {
        let after = |status, code: Option<&str>, password| {
            let refusal = Refusal { status, error_code: code.map(str::to_owned), message: None };
            without_tokens(Exchange::Refresh, TokenAnswer::Refused(refusal), password)
        };
        for (status, code) in
            [(401, "SCA_SIGNATURE_DOES_NOT_MATCH"), (404, "NO_ACTIVE_SCA_DEVICE_FOUND"), (409, "SCA_REQUIRED")]
        {
            let kept = after(status, Some(code), false);
            assert!(
                matches!(kept, Some((LeaseEnd::NothingSent, Err(SessionError::RefreshRefused(_))))),
                "{code}: {kept:?}"
            );
            // A password makes up for it.
            assert!(matches!(after(status, Some(code), true), Some((LeaseEnd::AnswerLost, Ok(_)))), "{code}");
        }
        for (status, code) in [(401, None), (403, Some("END_USER_FORBIDDEN"))] {
            assert!(matches!(after(status, code, false), Some((LeaseEnd::AnswerLost, Ok(_)))), "{status}");
        }
    }
}
