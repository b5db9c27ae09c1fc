//! What one attempt came to: an answer's meaning, and what it means that none came.

use std::time::Duration;

use http::StatusCode;
use reqwest::Request;

use super::answer::Answer;
use super::attempt::{Answered, Attempt};
use super::redact;
use crate::auth::Authorization;
use crate::error::{Error, Lost, OutcomeUnknown, ScaError, TransportError};
use crate::operation::Repeat;
use crate::sca;

/// Why one attempt gave no success.
pub(super) enum Miss {
    Failed(Error),
    /// Once more, with another token.
    Rejected(Error, u64),
    /// Once more after a pause, if the policy still has one; else this error.
    Again(Error, Option<Duration>),
}

impl Attempt<'_> {
    pub(super) fn classify(
        &self,
        answer: Answer,
        outgoing: &Request,
        authorization: Option<&Authorization>,
    ) -> Result<Answered, Miss> {
        let status = answer.status;
        let waits = self.operation.sca.is_some_and(|headers| headers.pending);
        if status == StatusCode::ACCEPTED && waits {
            let pending =
                sca::PendingCall::new(self.client, self.operation, &self.options, &self.plan, outgoing, &answer.body);
            return Err(Miss::Failed(Error::Pending(Box::new(pending))));
        }
        if status.is_success() || (self.operation.redirects && status.is_redirection()) {
            let Answer { status, headers, body } = answer;
            return Ok(Answered { status, headers, body, streamed: None });
        }
        let error = answer.error(self.operation, &self.request_id);
        if let Some(code) = error.code.clone().filter(|code| sca::remedy(code).is_some()) {
            return Err(Miss::Failed(Error::Sca(Box::new(ScaError { code, answer: error }))));
        }
        let asked = answer.retry_after();
        let repeat = self.operation.repeat;
        let is_doubtful = status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT;
        Err(match (status, authorization) {
            (StatusCode::UNAUTHORIZED, Some(authorization)) => {
                Miss::Rejected(Error::Api(Box::new(error)), authorization.generation())
            }
            (StatusCode::TOO_MANY_REQUESTS, _) => Miss::Again(Error::Api(Box::new(error)), asked),
            _ if repeat != Repeat::Never && is_passing(status) => Miss::Again(Error::Api(Box::new(error)), asked),
            // LinkCy's own word that it did not do it counts. A gateway does not know, nor does a framework that
            // answers for code that stopped midway.
            _ if repeat == Repeat::Never && is_doubtful && !error.is_linkcys_word => {
                let cause = Lost::Gateway { status: status.as_u16(), excerpt: answer.excerpt() };
                self.no_answer(cause, outgoing)
            }
            _ => Miss::Failed(Error::Api(Box::new(error))),
        })
    }

    pub(super) fn no_answer(&self, cause: Lost, outgoing: &Request) -> Miss {
        let lost = self.lost(cause, outgoing);
        match self.operation.repeat {
            Repeat::Never => Miss::Failed(lost),
            Repeat::Safe | Repeat::Idempotent => Miss::Again(lost, None),
        }
    }

    /// An answer that is not there: unknown for what creates or moves, a mere disturbance for the rest.
    pub(super) fn lost(&self, cause: Lost, outgoing: &Request) -> Error {
        let operation = self.operation;
        let request_id = self.request_id.clone();
        let progress = *self.progress();
        match (operation.repeat, progress.in_doubt_since) {
            (Repeat::Never, Some(sent_at)) if !cause.is_unsent() => {
                let sent = outgoing.body().and_then(reqwest::Body::as_bytes).and_then(redact::json);
                Error::OutcomeUnknown(Box::new(OutcomeUnknown { operation, sent_at, sent, request_id, cause }))
            }
            _ => {
                let attempts = progress.attempts;
                Error::Transport(Box::new(TransportError { operation, attempts, request_id, cause }))
            }
        }
    }
}

/// Statuses of a passing trouble.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 502..=504)
}
