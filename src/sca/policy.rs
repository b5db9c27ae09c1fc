//! [`ScaPolicy`]: how a client requests strong authentication; and [`Plan`], what that is for one call.

use http::{HeaderMap, HeaderValue};

use super::refusal::ScaRefusal;
use super::signer::{DeviceGuard, SIGNATURE, ScaSigner, Signature, SigningDevice};
use crate::environment::Environment;
use crate::operation::OperationInfo;

const STRATEGY: &str = "linkcy-sca-strategy";
const BY_PASS: &str = "BY_PASS";
const DATA_SIGNING: &str = "DATA_SIGNING";

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
    /// Every call is signed by this signer, which represents one registered device. To use the device with several
    /// clients, make one [`SigningDevice`] and clone that: its clones sign one at a time.
    pub fn data_signing(signer: impl ScaSigner) -> Self {
        Self::DataSigning(SigningDevice::new(signer))
    }

    /// The value of `Linkcy-SCA-Strategy`.
    fn strategy(&self) -> &'static str {
        match self {
            Self::PushNotification => "PUSH_NOTIFICATION",
            Self::DataSigning(_) => DATA_SIGNING,
            Self::ByPass => BY_PASS,
        }
    }

    /// Refuses BY_PASS where it is not allowed.
    pub(crate) fn check(&self, environment: &Environment) -> Result<(), ScaRefusal> {
        allow(self.strategy(), environment)
    }
}

fn allow(strategy: &str, environment: &Environment) -> Result<(), ScaRefusal> {
    match strategy {
        BY_PASS if !environment.allows_bypass() => Err(ScaRefusal::ByPass { origin: environment.origin().to_owned() }),
        _ => Ok(()),
    }
}

/// What is added to one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// A strategy that the description lists for the operation; `None` lets the server choose.
    strategy: Option<&'static str>,
    /// The device that signs when everything else is done.
    device: Option<SigningDevice>,
    /// The signature of a prepared call.
    signature: Option<Signature>,
}

impl Plan {
    /// # Errors
    /// When the description or the environment does not allow the policy.
    pub(crate) fn make(
        operation: &'static OperationInfo,
        policy: Option<&ScaPolicy>,
        environment: &Environment,
    ) -> Result<Self, ScaRefusal> {
        let policy = policy.filter(|_| operation.sca.is_some());
        let plan = Self::of(operation, policy.map(ScaPolicy::strategy), environment)?;
        let device = match policy {
            Some(ScaPolicy::DataSigning(device)) => Some(device.clone()),
            _ => None,
        };
        Ok(Self { device, ..plan })
    }

    /// A prepared call with its signature.
    pub(super) fn signed(
        operation: &'static OperationInfo,
        signature: Signature,
        environment: &Environment,
    ) -> Result<Self, ScaRefusal> {
        let plan = Self::of(operation, Some(DATA_SIGNING), environment)?;
        Ok(Self { signature: Some(signature), ..plan })
    }

    /// A strategy that the description does not list for the operation is not sent, nor is a signature that it has no header
    /// for.
    pub(super) fn of(
        operation: &'static OperationInfo,
        strategy: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, ScaRefusal> {
        let Some(strategy) = strategy else { return Ok(Self::default()) };
        allow(strategy, environment)?;
        let takes_signature = operation.sca.as_ref().is_some_and(|headers| headers.takes_signature);
        let listed = operation.sca.as_ref().map_or(&[][..], |headers| headers.strategies);
        let known: Vec<&str> =
            listed.iter().copied().filter(|known| *known != DATA_SIGNING || takes_signature).collect();
        let Some(strategy) = known.iter().find(|known| **known == strategy) else {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(ScaRefusal::Strategy { operation: operation.name, strategy: strategy.to_owned(), known });
        };
        Ok(Self { strategy: Some(strategy), ..Self::default() })
    }

    /// The strategy that is asked for, for the call's span.
    pub(crate) fn strategy(&self) -> Option<&'static str> {
        self.strategy
    }

    /// Whether the call carries a data signature, and so is sent once.
    pub(crate) fn is_signed(&self) -> bool {
        self.strategy == Some(DATA_SIGNING)
    }

    /// Whether nobody is to be asked.
    pub(crate) fn is_bypass(&self) -> bool {
        self.strategy == Some(BY_PASS)
    }

    /// The device that signs, if one does.
    pub(crate) fn device(&self) -> Option<&SigningDevice> {
        self.device.as_ref()
    }

    /// Waits until the device, if one signs, has no other call under way; that lasts until the guard is dropped.
    pub(crate) async fn lock_device(&self) -> Option<DeviceGuard> {
        match &self.device {
            Some(device) => Some(device.lock().await),
            None => None,
        }
    }

    /// Adds the headers that need no device.
    pub(crate) fn add_headers(&self, headers: &mut HeaderMap) {
        if let Some(strategy) = self.strategy {
            headers.insert(STRATEGY, HeaderValue::from_static(strategy));
        }
        if let Some(signature) = &self.signature {
            headers.insert(SIGNATURE, signature.header().clone());
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::ScaHeaders;
    use crate::sca::{SignerError, SigningInput};

    const PUSH_ONLY: ScaHeaders = ScaHeaders {
        strategies: &["PUSH_NOTIFICATION"],
        default_strategy: None,
        takes_signature: false,
        pending: true,
    };

    struct Nobody;

    #[async_trait::async_trait]
    impl ScaSigner for Nobody {
        async fn sign(&self, _: &SigningInput) -> Result<Signature, SignerError> {
            Err("nobody signs".into())
        }
    }

    #[test]
    fn only_what_the_row_lists_is_asked_for() {
        let loopback = Environment::at("http://127.0.0.1:1").unwrap();
        let plan = |row: ScaHeaders, policy: &ScaPolicy| {
            let operation = Box::leak(Box::new(OperationInfo { sca: Some(row), ..crate::OPERATIONS[0] }));
            Plan::make(operation, Some(policy), &loopback).map(|plan| plan.strategy)
        };
        let signing = ScaPolicy::data_signing(Nobody);
        assert_eq!(plan(PUSH_ONLY, &ScaPolicy::PushNotification).unwrap(), Some("PUSH_NOTIFICATION"));
        for policy in [&ScaPolicy::ByPass, &signing] {
            let refused = plan(PUSH_ONLY, policy).unwrap_err();
            assert!(
                matches!(&refused, ScaRefusal::Strategy { known, .. } if known == "PUSH_NOTIFICATION"),
                "{refused}"
            );
        }
        let without_header = ScaHeaders { strategies: &["DATA_SIGNING"], ..PUSH_ONLY };
        let refused = plan(without_header, &signing).unwrap_err();
        assert!(matches!(&refused, ScaRefusal::Strategy { known, .. } if known == "none"), "{refused}");
    }
}
