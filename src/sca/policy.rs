//! [`ScaPolicy`]: how a client wants strong authentication done, and what that means for one call.

use http::HeaderValue;
use reqwest::Request;

use crate::environment::Environment;
use crate::error::Error;
use crate::operation::OperationInfo;

const STRATEGY: &str = "linkcy-sca-strategy";

/// How strong authentication is asked for. Without a policy no header is sent, and the server's default applies.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScaPolicy {
    /// The end-user approves in the app, by a push notification.
    PushNotification,
    /// No authentication: the vendor's sandbox and loopback only.
    ByPass,
}

/// Why a policy cannot be followed; nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
        strategy: &'static str,
        /// What the description lists.
        known: String,
    },
}

impl ScaPolicy {
    fn strategy(&self) -> &'static str {
        match self {
            Self::PushNotification => "PUSH_NOTIFICATION",
            Self::ByPass => "BY_PASS",
        }
    }

    /// Refuses BY_PASS where it must not go.
    pub(crate) fn check(&self, environment: &Environment) -> Result<(), ScaRefusal> {
        match self {
            Self::ByPass if !environment.allows_bypass() => {
                Err(ScaRefusal::ByPass { origin: environment.origin().to_owned() })
            }
            _ => Ok(()),
        }
    }
}

/// What a policy adds to one call.
pub(crate) enum Plan {
    Nothing,
    Strategy(&'static str),
}

impl Plan {
    pub(crate) fn make(
        operation: &'static OperationInfo,
        policy: Option<&ScaPolicy>,
        environment: &Environment,
    ) -> Result<Self, ScaRefusal> {
        let (Some(policy), Some(headers)) = (policy, &operation.sca) else {
            return Ok(Self::Nothing);
        };
        policy.check(environment)?;
        let strategy = policy.strategy();
        if headers.strategies.contains(&strategy) {
            Ok(Self::Strategy(strategy))
        } else {
            let known = headers.strategies.join(", ");
            Err(ScaRefusal::Strategy { operation: operation.name, strategy, known })
        }
    }

    pub(crate) fn is_signed(&self) -> bool {
        false
    }

    #[allow(clippy::unused_async)]
    pub(crate) async fn apply(&self, _: &'static OperationInfo, request: &mut Request) -> Result<(), Error> {
        if let Self::Strategy(strategy) = self {
            request.headers_mut().insert(STRATEGY, HeaderValue::from_static(strategy));
        }
        Ok(())
    }
}
