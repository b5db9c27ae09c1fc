//! What a call tells of itself: one span with OpenTelemetry's names for HTTP clients, and the end that layers hear of.
//!
//! Paths are templates, never filled; bodies, headers and addresses with data in them are not told at all.

use std::time::Instant;

use tracing::Span;
use tracing::field::Empty;

use super::Attempt;
use super::layer::{CallEnd, Outcome};
use crate::error::Error;

/// A call's span, and the layers' word that it ended, however it did: by an answer, an error, or its caller dropping it.
pub(super) struct Watch<'a> {
    attempt: &'a Attempt<'a>,
    span: Span,
    started: Instant,
    ended: bool,
}

impl<'a> Watch<'a> {
    pub(super) fn start(attempt: &'a Attempt<'_>) -> Self {
        let environment = attempt.client.environment();
        let span = tracing::info_span!(
            "linkcy.call",
            otel.name = format_args!("{} {}", attempt.operation.method, attempt.operation.path),
            otel.kind = "client",
            http.request.method = attempt.operation.method,
            url.template = attempt.operation.path,
            server.address = environment.host(),
            server.port = environment.port(),
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            error.type = Empty,
            linkcy.operation = attempt.operation.name,
            linkcy.request_id = %attempt.request_id,
            linkcy.session = attempt.client.session_kind().as_str(),
            linkcy.sca_strategy = Empty,
            linkcy.error_code = Empty,
            linkcy.outcome = Empty,
            linkcy.attempts = Empty,
            linkcy.duration_ms = Empty,
        );
        Self { attempt, span, started: Instant::now(), ended: false }
    }

    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// With the status of a success, or with the error.
    pub(super) fn end(&mut self, concluded: Result<u16, &Error>) {
        self.ended = true;
        match concluded {
            Ok(status) => self.tell(Some(status), None, Outcome::Done),
            Err(error) => self.tell(error.status(), Some(error), Outcome::of(error)),
        }
    }

    fn tell(&self, status: Option<u16>, error: Option<&Error>, outcome: Outcome) {
        let attempt = self.attempt;
        let duration = self.started.elapsed();
        let attempts = attempt.progress().attempts;
        let code = error.and_then(Error::code).map(|code| code.as_str().to_owned());
        if let Some(status) = status {
            self.span.record("http.response.status_code", status);
        }
        if let Some(code) = &code {
            self.span.record("linkcy.error_code", code.as_str());
        }
        if outcome != Outcome::Done {
            self.span.record("error.type", outcome.as_str());
        }
        if attempts > 1 {
            self.span.record("http.request.resend_count", attempts - 1);
        }
        self.span.record("linkcy.outcome", outcome.as_str());
        self.span.record("linkcy.attempts", attempts);
        self.span.record("linkcy.duration_ms", u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
        let end = CallEnd {
            operation: attempt.operation,
            session: attempt.client.session_kind(),
            attempts,
            status,
            code: code.as_deref(),
            outcome,
            duration,
            request_id: &attempt.request_id,
        };
        for layer in attempt.client.layers() {
            layer.call_ended(&end);
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.tell(None, None, Outcome::Dropped);
        }
    }
}
