//! What to do for new tokens, and what an answer without tokens means: the decision tables of a renewal.
//!
//! They exist because the answer to a refresh token can be lost. LinkCy's refresh rotates (it returns a new refresh
//! token); what happens to a used one that is sent again is not documented, and a careful server revokes the whole
//! family. So a token in doubt is sent again only when there is no other way.

use std::time::Duration;

use crate::auth::credentials::Login;
use crate::auth::error::SessionError;
use crate::auth::issuer::{Refusal, TokenAnswer};
use crate::auth::store::{Lease, LeaseEnd};
use crate::auth::token::Issued;
use crate::types::secret::Secret;

/// Why new tokens are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefreshReason {
    /// Those in use near their end; no caller waits.
    Ageing,
    /// None can be used.
    Missing,
    /// The server rejected this generation.
    Rejected(u64),
    /// The caller demands others than this generation.
    Demanded(u64),
}

impl RefreshReason {
    /// Whether a caller waits.
    pub fn is_urgent(self) -> bool {
        self != Self::Ageing
    }

    /// Whether the token in use has life left by its `exp`, so that only the pace limits how often this happens.
    pub fn is_demand(self) -> bool {
        matches!(self, Self::Rejected(_) | Self::Demanded(_))
    }
}

/// The call to make.
#[derive(Clone, Copy)]
pub(super) enum Exchange<'a> {
    Login(&'a Login),
    Refresh(&'a Secret),
}

impl Exchange<'_> {
    pub fn name(self) -> &'static str {
        match self {
            Self::Login(_) => "login",
            Self::Refresh(_) => "refresh",
        }
    }
}

/// For this long after its answer was lost, a token is not sent even when nothing else is left: the process that sent
/// it may have the new pair and be about to store it.
const GRACE: Duration = Duration::from_secs(10);

/// What to send for new tokens, if anything. `refusal`: the answer to this refresh token, if it was refused. `urgent`: there
/// is no usable access token, or a new one is demanded.
pub(super) fn next<'a>(
    lease: &'a Lease,
    refusal: Option<Refusal>,
    login: Option<&'a Login>,
    urgent: bool,
) -> Result<Exchange<'a>, SessionError> {
    let token = lease.tokens.as_ref().and_then(|tokens| tokens.refresh()).filter(|_| refusal.is_none());
    match (token, lease.doubt, login) {
        (Some(token), None, _) => Ok(Exchange::Refresh(token)),
        (Some(_), Some(_), _) if !urgent => Err(SessionError::InDoubt),
        (Some(_), Some(age), None) if age < GRACE => Err(SessionError::InDoubt),
        (Some(token), Some(_), None) => Ok(Exchange::Refresh(token)),
        (_, _, Some(login)) => Ok(Exchange::Login(login)),
        (None, _, None) => Err(SessionError::SessionExpired { refusal }),
    }
}

/// The tokens of an answer. Without tokens: the end of the lease, and what follows, which is an error, or another plan
/// without the refresh token that was refused.
pub(super) fn outcome(
    exchange: Exchange<'_>,
    answer: TokenAnswer,
    password: bool,
) -> Result<Issued, (LeaseEnd, Result<Refusal, SessionError>)> {
    use LeaseEnd::{AnswerLost, NothingSent};
    let call = exchange.name();
    let is_login = matches!(exchange, Exchange::Login(_));
    let lost = if is_login { NothingSent } else { AnswerLost };
    Err(match answer {
        TokenAnswer::Tokens(issued) => return Ok(issued),
        TokenAnswer::PasswordChangeRequired(secret) => (NothingSent, Err(SessionError::PasswordChangeRequired(secret))),
        TokenAnswer::ScaPending(pending) => (NothingSent, Err(SessionError::ScaPending(pending))),
        TokenAnswer::Unreached(source) => (NothingSent, Err(SessionError::Transport { call, source })),
        TokenAnswer::Lost(source) => (lost, Err(SessionError::Transport { call, source })),
        TokenAnswer::Refused(refusal) => match refusal.status {
            408 | 429 => (NothingSent, Err(SessionError::Unavailable { call, refusal })),
            // The server failed midway.
            500..=599 => (lost, Err(SessionError::Unavailable { call, refusal })),
            _ if is_login => (NothingSent, Err(SessionError::LoginRefused(refusal))),
            _ if password || is_about_the_token(&refusal) => (AnswerLost, Ok(refusal)),
            _ => (NothingSent, Err(SessionError::RefreshRefused(refusal))),
        },
    })
}

/// A 401 or 403 that is about SCA, and any other status, leaves the refresh token as it is.
fn is_about_the_token(refusal: &Refusal) -> bool {
    let is_about_sca = refusal.error_code.as_deref().is_some_and(|code| code.contains("SCA_"));
    matches!(refusal.status, 400 | 401 | 403) && !is_about_sca
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::auth::token::TokenPair;

    fn lease(refresh: Option<Secret>, doubt: Option<Duration>) -> Lease {
        let tokens = TokenPair::new("access", refresh, None).unwrap();
        Lease { fence: 2, seen: 1, tokens: Some(Arc::new(tokens)), doubt }
    }

    fn login() -> Login {
        Login::Partner { username: "api".into(), partner_name: "acme".into(), password: "hunter2".into() }
    }

    #[test]
    fn a_token_in_doubt_is_sent_only_when_nothing_else_is_left() {
        let doubt = |seconds| lease(Some("token".into()), Some(Duration::from_secs(seconds)));
        let (young, old, login) = (doubt(1), doubt(60), login());
        for login in [Some(&login), None] {
            for lease in [&young, &old] {
                assert!(matches!(next(lease, None, login, false), Err(SessionError::InDoubt)));
            }
        }
        assert!(matches!(next(&young, None, Some(&login), true), Ok(Exchange::Login(_))));
        assert!(matches!(next(&old, None, Some(&login), true), Ok(Exchange::Login(_))));
        assert!(matches!(next(&young, None, None, true), Err(SessionError::InDoubt)));
        assert!(matches!(next(&old, None, None, true), Ok(Exchange::Refresh(_))));
    }

    #[test]
    fn without_a_token_that_may_be_sent_the_password_is_and_then_nothing() {
        let refusal = || Some(Refusal { status: 401, error_code: None, message: None });
        let (unused, absent, login) = (lease(Some("token".into()), None), lease(None, None), login());
        assert!(matches!(next(&unused, None, Some(&login), false), Ok(Exchange::Refresh(_))));
        for urgent in [true, false] {
            for (lease, refusal) in [(&unused, refusal()), (&absent, None)] {
                assert!(matches!(next(lease, refusal.clone(), Some(&login), urgent), Ok(Exchange::Login(_))));
                assert!(matches!(next(lease, refusal, None, urgent), Err(SessionError::SessionExpired { .. })));
            }
        }
    }

    #[test]
    fn an_sca_refusal_leaves_the_refresh_token_alive() {
        let after = |status, code: Option<&str>, password| {
            let refusal = Refusal { status, error_code: code.map(str::to_owned), message: None };
            outcome(Exchange::Refresh(&Secret::default()), TokenAnswer::Refused(refusal), password)
        };
        for (status, code) in
            [(401, "SCA_SIGNATURE_DOES_NOT_MATCH"), (404, "NO_ACTIVE_SCA_DEVICE_FOUND"), (409, "SCA_REQUIRED")]
        {
            let ended = after(status, Some(code), false);
            assert!(
                matches!(ended, Err((LeaseEnd::NothingSent, Err(SessionError::RefreshRefused(_))))),
                "{code}: {ended:?}"
            );
            // With a password the session logs in instead.
            assert!(matches!(after(status, Some(code), true), Err((LeaseEnd::AnswerLost, Ok(_)))), "{code}");
        }
        for (status, code) in [(401, None), (403, Some("END_USER_FORBIDDEN"))] {
            assert!(matches!(after(status, code, false), Err((LeaseEnd::AnswerLost, Ok(_)))), "{status}");
        }
    }
}
