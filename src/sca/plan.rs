//! [`Plan`]: what a policy means for one call, which headers it gets and where its signature comes from.

use http::{HeaderMap, HeaderValue};
use reqwest::Request;

use super::exact;
use super::policy::{DATA_SIGNING, ScaPolicy, allow};
use super::refusal::ScaRefusal;
use super::signer::{Signature, SigningDevice, SigningInput, Turn};
use crate::environment::Environment;
use crate::operation::OperationInfo;

const STRATEGY: &str = "linkcy-sca-strategy";
const SIGNATURE: &str = "linkcy-sca-signature";

/// What is added to one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// A strategy of the operation's row; none lets the server choose.
    pub(super) strategy: Option<&'static str>,
    pub(super) proof: Proof,
}

/// Where the signature comes from.
#[derive(Clone, Debug, Default)]
pub(super) enum Proof {
    #[default]
    None,
    /// Made when everything else is done.
    Device(SigningDevice),
    /// Made for the prepared call.
    Made(Signature),
}

impl Plan {
    /// # Errors
    /// When the operation's row or the environment does not allow the policy.
    pub(crate) fn make(
        operation: &'static OperationInfo,
        policy: Option<&ScaPolicy>,
        environment: &Environment,
    ) -> Result<Self, ScaRefusal> {
        let Some(policy) = policy.filter(|_| operation.sca.is_some()) else { return Ok(Self::default()) };
        let mut plan = Self::of(operation, Some(policy.strategy()), environment)?;
        if let ScaPolicy::DataSigning(device) = policy {
            plan.proof = Proof::Device(device.clone());
        }
        Ok(plan)
    }

    /// A prepared call with its signature.
    pub(super) fn signed(
        operation: &'static OperationInfo,
        signature: Signature,
        environment: &Environment,
    ) -> Result<Self, ScaRefusal> {
        let plan = Self::of(operation, Some(DATA_SIGNING), environment)?;
        Ok(Self { proof: Proof::Made(signature), ..plan })
    }

    /// The operation's row decides: a strategy that it does not list is not sent.
    pub(super) fn of(
        operation: &'static OperationInfo,
        strategy: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, ScaRefusal> {
        let Some(strategy) = strategy else { return Ok(Self::default()) };
        allow(strategy, environment)?;
        let row = operation.sca.as_ref();
        let strategies = row.map_or(&[][..], |headers| headers.strategies);
        let Some(listed) = strategies.iter().find(|listed| **listed == strategy) else {
            let known = if strategies.is_empty() { "none".to_owned() } else { strategies.join(", ") };
            return Err(ScaRefusal::Strategy { operation: operation.name, strategy: strategy.to_owned(), known });
        };
        if strategy == DATA_SIGNING && !row.is_some_and(|headers| headers.takes_signature) {
            return Err(ScaRefusal::NoSignatureHeader { operation });
        }
        Ok(Self { strategy: Some(listed), proof: Proof::None })
    }

    /// The strategy that is asked for, for the call's span.
    pub(crate) fn strategy(&self) -> Option<&'static str> {
        self.strategy
    }

    /// Whether the call carries a data signature, and so is sent once.
    pub(crate) fn is_signed(&self) -> bool {
        !matches!(self.proof, Proof::None)
    }

    /// Waits for the device's turn, where a device signs. It lasts until it is dropped.
    pub(crate) async fn turn(&self) -> Option<Turn> {
        match self.device() {
            Some(device) => Some(device.turn().await),
            None => None,
        }
    }

    /// Adds the headers that need no device.
    pub(crate) fn add_headers(&self, headers: &mut HeaderMap) {
        if let Some(strategy) = self.strategy {
            headers.insert(STRATEGY, HeaderValue::from_static(strategy));
        }
        if let Proof::Made(signature) = &self.proof {
            headers.insert(SIGNATURE, signature.header().clone());
        }
    }

    /// The device that signs, if one does.
    pub(crate) fn device(&self) -> Option<&SigningDevice> {
        match &self.proof {
            Proof::Device(device) => Some(device),
            Proof::None | Proof::Made(_) => None,
        }
    }
}

/// Signs a request that is complete but for its signature.
///
/// # Errors
/// When the device does not sign.
pub(crate) async fn signed(
    operation: &'static OperationInfo,
    device: &SigningDevice,
    mut request: Request,
) -> Result<Request, ScaRefusal> {
    let input = SigningInput::new(operation, request.url(), exact::body(&request));
    let signature = device.sign(operation, &input).await?;
    request.headers_mut().insert(SIGNATURE, signature.header().clone());
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::ScaHeaders;
    use crate::sca::{ScaSigner, SignerError};

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
        assert!(matches!(plan(without_header, &signing), Err(ScaRefusal::NoSignatureHeader { .. })));
    }
}
