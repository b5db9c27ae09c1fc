//! [`ScaPolicy`]: how a client wants strong authentication done. What it means for one call is in plan.rs.

use super::refusal::ScaRefusal;
use super::signer::{ScaSigner, SigningDevice};
use crate::environment::Environment;

/// How strong authentication is asked for. Without a policy no header is sent, and the server's default applies.
///
/// It can be set on a client ([`ClientBuilder::sca`](crate::ClientBuilder::sca)), on an end-user's client
/// ([`Client::with_sca`](crate::Client::with_sca)) and on a call ([`Call::sca`](crate::Call::sca)); the nearest wins. Which
/// strategies an operation takes is the description's business: one that it does not list is refused before anything is
/// sent ([`ScaRefusal::Strategy`]).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScaPolicy {
    /// The end-user approves in the app, by a push notification: the call ends in [`Error::Pending`](crate::Error).
    PushNotification,
    /// The same, approved by this factor rather than by the default one (first generation).
    PushNotificationBy(ScaFactor),
    /// The end-user's device signs the call.
    DataSigning(SigningDevice),
    /// The end-user's app joins the authentication by a code that comes with the answer (first generation).
    JoinCode,
    /// The same, approved by this factor rather than by the default one (first generation).
    JoinCodeBy(ScaFactor),
    /// LinkCy refuses with `SCA_REQUIRED` where authentication would be needed, and asks nobody (first generation).
    Fail,
    /// No authentication: the vendor's sandbox and loopback only.
    ByPass,
}

/// What the end-user approves with: `Linkcy-SCA-Factor` of the first generation (\[178\] in the guide's notation).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScaFactor {
    /// Finger or face.
    Biometry,
    /// The PIN of the app, which is not the password of the login.
    Pin,
}

impl ScaFactor {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Biometry => "BIOMETRY",
            Self::Pin => "PIN",
        }
    }
}

impl ScaPolicy {
    /// Every call is signed by this signer, which stands for one registered device. To use the device with several
    /// clients, make one [`SigningDevice`] and clone that: its clones sign one at a time.
    pub fn data_signing(signer: impl ScaSigner) -> Self {
        Self::DataSigning(SigningDevice::new(signer))
    }

    /// What the headers say of it.
    pub(super) fn headers(&self) -> (&'static str, Option<ScaFactor>) {
        match self {
            Self::PushNotification => ("PUSH_NOTIFICATION", None),
            Self::PushNotificationBy(factor) => ("PUSH_NOTIFICATION", Some(*factor)),
            Self::DataSigning(_) => (DATA_SIGNING, None),
            Self::JoinCode => ("JOIN_CODE", None),
            Self::JoinCodeBy(factor) => ("JOIN_CODE", Some(*factor)),
            Self::Fail => ("FAIL", None),
            Self::ByPass => (BY_PASS, None),
        }
    }

    /// Refuses BY_PASS where it must not go.
    pub(crate) fn check(&self, environment: &Environment) -> Result<(), ScaRefusal> {
        allow(self.headers().0, environment)
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
