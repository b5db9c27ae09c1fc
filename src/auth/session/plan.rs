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
    /// Those in use near their end; nobody waits.
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

    /// Whether the token in use has life left by its own word, so that only the pace bounds how often this comes.
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

/// What is known of the refresh token at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshToken {
    /// Never sent, or proven not to have arrived.
    Unused,
    /// Sent this long ago, by this process or another, and no answer came: it may be rotated.
    InDoubt(Duration),
    /// Refused by the server.
    Refused,
    /// There is none.
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

/// `password`: one is held. `urgent`: no usable access token is there, or a new one is demanded.
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

impl Exchange {
    fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Refresh => "refresh",
        }
    }
}

/// What follows an answer that brought no tokens.
#[derive(Debug)]
pub(super) enum Next {
    /// The refresh token is worth nothing any more: plan again without it.
    Without(Refusal),
    Fail(SessionError),
}

/// What an answer leaves of the refresh token, and what follows it. Tokens are no subject here: they give `None`.
pub(super) fn without_tokens(exchange: Exchange, answer: TokenAnswer, password: bool) -> Option<(LeaseEnd, Next)> {
    let call = exchange.name();
    let (end, error) = match answer {
        TokenAnswer::Tokens(_) => return None,
        TokenAnswer::Refused(refusal) => match (meaning(&refusal), exchange) {
            (Meaning::NotNow, _) | (Meaning::FailedMidway, Exchange::Login) => {
                (LeaseEnd::NothingSent, SessionError::Unavailable { call, refusal })
            }
            (Meaning::FailedMidway, Exchange::Refresh) => {
                (LeaseEnd::AnswerLost, SessionError::Unavailable { call, refusal })
            }
            (_, Exchange::Login) => (LeaseEnd::NothingSent, SessionError::LoginRefused(refusal)),
            (Meaning::OnCondition, Exchange::Refresh) if !password => {
                (LeaseEnd::NothingSent, SessionError::RefreshRefused(refusal))
            }
            (Meaning::OnCondition | Meaning::ForGood, Exchange::Refresh) => {
                return Some((LeaseEnd::AnswerLost, Next::Without(refusal)));
            }
        },
        TokenAnswer::Failed(Failure { reached, source }) => {
            let is_lost = exchange == Exchange::Refresh && reached == Reached::Perhaps;
            let end = if is_lost { LeaseEnd::AnswerLost } else { LeaseEnd::NothingSent };
            (end, SessionError::Transport { call, source })
        }
        TokenAnswer::PasswordChangeRequired(secret) => {
            (LeaseEnd::NothingSent, SessionError::PasswordChangeRequired(PasswordChange { secret }))
        }
        TokenAnswer::ScaPending(pending) => (LeaseEnd::NothingSent, SessionError::ScaPending(pending)),
    };
    Some((end, Next::Fail(error)))
}

/// What a refusal means for the token or the password that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// It is not accepted.
    ForGood,
    /// Something else is missing (SCA, a locked user): it is what it was.
    OnCondition,
    /// The server did nothing and may be asked again later.
    NotNow,
    /// The server failed midway.
    FailedMidway,
}

/// A 401 or 403 that speaks of SCA is about SCA, not about the token.
fn meaning(refusal: &Refusal) -> Meaning {
    let is_about_sca = refusal.error_code.as_deref().is_some_and(|code| code.contains("SCA_"));
    match refusal.status {
        400 | 401 | 403 if !is_about_sca => Meaning::ForGood,
        408 | 429 => Meaning::NotNow,
        500..=599 => Meaning::FailedMidway,
        _ => Meaning::OnCondition,
    }
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
        let meaning = |status, code: Option<&str>| {
            super::meaning(&Refusal { status, error_code: code.map(str::to_owned), message: None })
        };
        for (status, code) in
            [(401, "SCA_SIGNATURE_DOES_NOT_MATCH"), (404, "NO_ACTIVE_SCA_DEVICE_FOUND"), (409, "SCA_REQUIRED")]
        {
            assert_eq!(meaning(status, Some(code)), Meaning::OnCondition, "{code}");
        }
        assert_eq!(meaning(401, None), Meaning::ForGood);
        assert_eq!(meaning(403, Some("END_USER_FORBIDDEN")), Meaning::ForGood);
    }
}
