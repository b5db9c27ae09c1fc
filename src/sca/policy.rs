//! [`ScaPolicy`]: how a client requests strong authentication. plan.rs applies it to a call.

use super::refusal::ScaRefusal;
use super::signer::{ScaSigner, SigningDevice};
use crate::environment::Environment;

/// How strong authentication is requested. Without a policy no header is sent, and the server's default applies.
///
/// It can be set on a client ([`ClientBuilder::sca`](crate::ClientBuilder::sca)), on an end-user's client
/// ([`Client::with_sca`](crate::Client::with_sca)) and on a call ([`Call::sca`](crate::Call::sca)); the nearest wins. The
/// description says which strategies an operation takes. Any other is refused before anything is sent
/// ([`ScaRefusal::Strategy`]).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ScaPolicy {
    /// The end-user approves in the app, by a push notification: the call ends in [`Error::Pending`](crate::Error).
    PushNotification,
    /// The end-user's device signs the call.
    DataSigning(SigningDevice),
    /// No authentication: the vendor's sandbox and loopback only.
    ByPass,
}

impl ScaPolicy {
    /// Every call is signed by this signer, which stands for one registered device. To use the device with several
    /// clients, make one [`SigningDevice`] and clone that: its clones sign one at a time.
    pub fn data_signing(signer: impl ScaSigner) -> Self {
        Self::DataSigning(SigningDevice::new(signer))
    }

    /// The value of `Linkcy-SCA-Strategy`.
    pub(super) fn strategy(&self) -> &'static str {
        match self {
            Self::PushNotification => "PUSH_NOTIFICATION",
            Self::DataSigning(_) => DATA_SIGNING,
            Self::ByPass => BY_PASS,
        }
    }

    /// Refuses BY_PASS where it must not go.
    pub(crate) fn check(&self, environment: &Environment) -> Result<(), ScaRefusal> {
        allow(self.strategy(), environment)
    }
}

pub(super) const BY_PASS: &str = "BY_PASS";
pub(super) const DATA_SIGNING: &str = "DATA_SIGNING";

/// Refuses BY_PASS where it must not go.
pub(super) fn allow(strategy: &str, environment: &Environment) -> Result<(), ScaRefusal> {
    match strategy {
        BY_PASS if !environment.allows_bypass() => Err(ScaRefusal::ByPass { origin: environment.origin().to_owned() }),
        _ => Ok(()),
    }
}
