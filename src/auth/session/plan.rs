//! What to do for a new pair: the decision table of a refresh.
//!
//! The question behind it is the refresh token whose answer was lost. LinkCy's refresh rotates (it returns a new
//! refresh token); what happens to a used one that comes back is not documented, and a careful server revokes the
//! whole family. So a token in doubt is sent again only when nothing else is left.

use std::time::Duration;

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
pub(super) enum Step {
    /// Send the refresh token.
    Refresh,
    /// Send the password.
    LogIn,
    /// Do nothing for now.
    Leave,
    /// Nothing is left to do.
    GiveUp,
}

/// For this long after its answer was lost, a token is left alone even when nothing else is left: the process that
/// sent it may hold the new pair and be about to store it.
const GRACE: Duration = Duration::from_secs(10);

/// `password`: one is held. `urgent`: no usable access token is there, or a new one is demanded.
pub(super) fn next(refresh_token: RefreshToken, password: bool, urgent: bool) -> Step {
    use RefreshToken::{Absent, InDoubt, Refused, Unused};
    match (refresh_token, password, urgent) {
        (Unused, _, _) => Step::Refresh,
        (InDoubt(_), _, false) => Step::Leave,
        (InDoubt(_), true, true) => Step::LogIn,
        (InDoubt(age), false, true) if age < GRACE => Step::Leave,
        (InDoubt(_), false, true) => Step::Refresh,
        (Refused | Absent, true, _) => Step::LogIn,
        (Refused | Absent, false, _) => Step::GiveUp,
    }
}

/// What an error status means for the call that got it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The refresh token or the password is not accepted.
    ForGood,
    /// Something else is missing (SCA, a locked user): the refresh token is still what it was.
    OnCondition,
    /// The server did nothing and may be asked again later.
    NotNow,
    /// The server failed midway.
    InDoubt,
}

/// Reads a status and an `errorCode`. A 401 or 403 that speaks of SCA is about SCA, not about the token.
pub(super) fn refused(status: u16, error_code: Option<&str>) -> Refused {
    let about_sca = error_code.is_some_and(|code| code.contains("SCA_"));
    match status {
        400 | 401 | 403 if !about_sca => Refused::ForGood,
        408 | 429 => Refused::NotNow,
        500..=599 => Refused::InDoubt,
        _ => Refused::OnCondition,
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
            assert_eq!(next(young, password, false), Step::Leave);
            assert_eq!(next(old, password, false), Step::Leave);
        }
        assert_eq!(next(old, true, true), Step::LogIn);
        assert_eq!(next(young, false, true), Step::Leave);
        assert_eq!(next(old, false, true), Step::Refresh);
    }

    #[test]
    fn an_sca_refusal_leaves_the_refresh_token_alive() {
        for (status, code) in
            [(401, "SCA_SIGNATURE_DOES_NOT_MATCH"), (404, "NO_ACTIVE_SCA_DEVICE_FOUND"), (409, "SCA_REQUIRED")]
        {
            assert_eq!(refused(status, Some(code)), Refused::OnCondition, "{code}");
        }
        assert_eq!(refused(401, None), Refused::ForGood);
        assert_eq!(refused(403, Some("END_USER_FORBIDDEN")), Refused::ForGood);
    }
}
