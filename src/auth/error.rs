//! [`SessionError`]: why a session has no token to give.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use super::credentials::CredentialsError;
use super::issuer::{PendingSca, Refusal};
use super::store::StoreError;
use super::token::MalformedToken;
use crate::reason::reason;
use crate::types::secret::Secret;

/// Why a session has no token to give. Cheap to clone: every caller that waited gets the same one.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The client was built without a login.
    #[error("the operation needs a login and this client is anonymous: build it with ClientBuilder::credentials")]
    Anonymous,
    /// [`Session::forget`](super::Session::forget) was called.
    #[error("the session was forgotten and has no tokens or password: build a new client, or adopt new tokens")]
    Forgotten,
    /// The credentials are invalid.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// Tokens without a name were given together with a store that others share.
    #[error("tokens obtained elsewhere don't say whose they are: name the session to keep it in {store}")]
    Unnamed {
        /// The store's name.
        store: String,
    },
    /// The session has no way left to get a token.
    #[error("the session has expired and has no password to log in again: obtain new tokens and adopt them")]
    SessionExpired {
        /// What LinkCy answered to the refresh token, if it was sent.
        refusal: Option<Refusal>,
    },
    /// LinkCy refused the login.
    #[error("LinkCy refused the login ({0}): check the credentials and the environment they belong to")]
    LoginRefused(Refusal),
    /// LinkCy refused the refresh for a reason that leaves the refresh token as it is, such as an SCA condition.
    #[error("LinkCy refused to refresh the session ({0}): see its code for what is missing")]
    RefreshRefused(Refusal),
    /// The password has to be changed before a login succeeds; this is the secret for `POST /api/partner/passwords/change`
    /// (its `passwordChangeSecret`).
    #[error("LinkCy requires a new password: change it with the secret this error holds, then adopt the tokens")]
    PasswordChangeRequired(Secret),
    /// A strong authentication has to be completed before the login succeeds.
    #[error("the login waits for a strong authentication: complete it with Error::into_pending, or adopt tokens")]
    ScaPending(PendingSca),
    /// The token store failed.
    #[error("the session needs a new token and its store, {name}, failed: {}", reason(.source.as_ref()))]
    Store {
        /// The store's name.
        name: String,
        /// Why.
        source: Arc<StoreError>,
    },
    /// Another process holds the store's lease and stored no new tokens in time.
    #[error("another process holds the refresh lease in {store} and stored no new token in time: try again")]
    Busy {
        /// The store's name.
        store: String,
    },
    /// LinkCy was not reached, or something else answered in its place.
    #[error("the {call} got no usable answer from LinkCy: {}; the next call tries again", reason(.source.as_ref()))]
    Transport {
        /// `login` or `refresh`.
        call: &'static str,
        /// Why.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// LinkCy answered with a status that says it cannot answer now.
    #[error("LinkCy could not answer the {call} ({refusal}): try again later")]
    Unavailable {
        /// `login` or `refresh`.
        call: &'static str,
        /// The answer.
        refusal: Refusal,
    },
    /// The answer to a refresh was lost and the access token has not expired: the refresh token is not sent again yet.
    #[error("the answer to an earlier refresh was lost and its token is not sent again yet: the session tries later")]
    InDoubt,
    /// New tokens were demanded too often.
    #[error("new tokens were demanded too often: the next attempt may be made in {retry_in:?}")]
    TooOften {
        /// How long to wait.
        retry_in: Duration,
    },
    /// LinkCy issued an access token that can't be sent.
    #[error(transparent)]
    MalformedToken(#[from] MalformedToken),
    /// A token was asked for that lives longer than LinkCy issues them.
    #[error("a token good for {asked:?} was asked for and LinkCy's tokens live {life:?}: ask for less")]
    LifeTooShort {
        /// What was asked for.
        asked: Duration,
        /// How long a fresh token lives.
        life: Duration,
    },
    /// There is no Tokio runtime.
    #[error("a session refreshes on a Tokio runtime, and none is running here: call it from within one")]
    NoRuntime,
    /// The runtime of the refresh was shut down, or does not run.
    #[error("the refresh was interrupted because its runtime stopped: try again")]
    Interrupted,
}
