//! [`Observation`]: what a call reports. One span with OpenTelemetry's names for HTTP clients, and its end, which is reported to layers.
//!
//! Paths are templates, never filled; bodies, headers and addresses with data in them are not shown.

use tokio::time::Instant;
use tracing::Span;
use tracing::field::Empty;

use super::execute::Execution;
use super::layer::{CallEnd, Outcome};
use crate::error::Error;

/// A call's span. Layers get the call's end however it ended: by an answer, an error, or its caller dropping it.
pub(super) struct Observation<'a> {
    execution: &'a Execution<'a>,
    span: Span,
    ended: bool,
}

impl<'a> Observation<'a> {
    pub(super) fn start(execution: &'a Execution<'_>) -> Self {
        execution.started.get_or_init(Instant::now);
        let (operation, client) = (execution.operation, execution.client);
        let span = tracing::info_span!(
            target: "linkcy::call",
            "linkcy.call",
            otel.name = format_args!("{} {}", operation.method, operation.path),
            otel.kind = "client",
            http.request.method = operation.method,
            url.template = operation.path,
            server.address = client.environment().host(),
            server.port = client.environment().port(),
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            error.type = Empty,
            linkcy.operation = operation.name,
            linkcy.request_id = %execution.request_id.as_str(),
            linkcy.session = client.session_kind().as_str(),
            linkcy.sca_strategy = Empty,
            linkcy.error_code = Empty,
            linkcy.outcome = Empty,
            linkcy.attempts = Empty,
            linkcy.duration_ms = Empty,
        );
        Self { execution, span, ended: false }
    }

    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// With the status of a success, or with the error.
    pub(super) fn end(&mut self, reply: Result<u16, &Error>) {
        self.ended = true;
        match reply {
            Ok(status) => self.report(Some(status), None, Outcome::Done),
            Err(error) => self.report(error.status(), Some(error), Outcome::of(error)),
        }
    }

    fn report(&self, status: Option<u16>, error: Option<&Error>, outcome: Outcome) {
        let Execution { client, operation, request_id, started, .. } = self.execution;
        let duration = started.get().map(Instant::elapsed).unwrap_or_default();
        let attempts = self.execution.progress().attempts;
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
        let (session, code, request_id) = (client.session_kind(), code.as_deref(), request_id.as_str());
        let end = CallEnd { operation, session, attempts, status, code, outcome, duration, request_id };
        for layer in &client.settings().layers {
            layer.call_ended(&end);
        }
    }
}

impl Drop for Observation<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.report(None, None, Outcome::Dropped);
        }
    }
}
