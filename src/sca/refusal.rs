//! [`ScaRefusal`]: what the client refuses about strong authentication, before anything is sent.

use std::sync::Arc;
use std::time::Duration;

use crate::operation::OperationInfo;

/// How long a signature is valid ([R/card] in the guide's notation).
pub(super) const SIGNATURE_LIFE: Duration = Duration::from_secs(30);

/// Why strong authentication cannot be done as requested; nothing was sent.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScaRefusal {
    /// BY_PASS outside the sandbox.
    #[error("BY_PASS is for the sandbox and for loopback, and {origin} is neither: choose another SCA policy")]
    ByPass {
        /// Where it would have gone.
        origin: String,
    },
    /// The description lists no such strategy.
    #[error("{operation} does not take the SCA strategy {strategy}: it takes {known}")]
    Strategy {
        /// The operation's name.
        operation: &'static str,
        /// What was asked for.
        strategy: String,
        /// What the description lists.
        known: String,
    },
    /// The signer failed.
    #[error("{operation} was not sent: its signer failed: {source}")]
    Signer {
        /// The operation.
        operation: &'static OperationInfo,
        /// What the signer said.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The signer gives only old signatures.
    #[error(
        "{0} was not sent: its signer gives signatures older than {SIGNATURE_LIFE:?}: have it sign when it is asked"
    )]
    SignatureTooOld(&'static OperationInfo),
    /// How a pending call is completed is not in the description.
    #[error(
        "{0}: LinkCy's description does not say how a pending call is completed: \
         find out, then say so with ClientBuilder::sca_completion"
    )]
    CompletionUnknown(&'static OperationInfo),
    /// A signed call was answered 202.
    #[error(
        "{0}: a signed call is never sent twice, so it cannot be resumed: make the call again if it did not happen"
    )]
    Signed(&'static OperationInfo),
    /// The end-user's time is over.
    #[error("{0}: the end-user did not decide in time: make the call anew if it is still wanted")]
    Expired(&'static OperationInfo),
    /// The answer to the approved call was lost: it may have been executed.
    #[error(
        "{0}: the answer to the approved call was lost, and it may have been executed: look whether it was, and make the call \
         anew only if it was not"
    )]
    AnswerLost(&'static OperationInfo),
    /// A pending or prepared call is read as another type than its operation gives.
    #[error("{operation} gives {gives}, not {asked}: ask for that type")]
    Output {
        /// The operation.
        operation: &'static OperationInfo,
        /// The type its value has.
        gives: String,
        /// The type that was asked for.
        asked: String,
    },
    /// A stored call is for another environment.
    #[error("the stored call of {operation} is for {stored}, and this client calls {client}")]
    OtherEnvironment {
        /// The operation.
        operation: &'static OperationInfo,
        /// Where it was to go.
        stored: String,
        /// Where this client's calls go.
        client: String,
    },
    /// A stored call does not fit this version.
    #[error("the stored call of {operation} cannot be sent: {what}; make the call anew")]
    Stored {
        /// The operation's id, as stored.
        operation: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// A text that cannot be a signature; it is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSignature {
    /// It is empty.
    #[error("the signature is empty: send the header value exactly as the device's SDK gives it")]
    Empty,
    /// It contains characters that are invalid in a header value.
    #[error(
        "the signature contains characters that are invalid in a header value: send it exactly as the device's SDK gives it"
    )]
    NotAHeaderValue,
}
