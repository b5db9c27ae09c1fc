//! What a call tells of itself: one span with OpenTelemetry's names for HTTP clients, and the end that layers hear of.
//!
//! Paths are templates, never filled; bodies, headers and addresses with data in them are not told at all.

use std::time::Instant;

use tracing::Instrument;
use tracing::field::Empty;

use super::layer::{CallEnd, Outcome};
use super::{Attempt, Reply};
use crate::error::Error;

/// Takes a call to its end in a span of its own, and tells the layers of that end, however it comes: an answer, an error,
/// or its caller dropping it.
pub(super) async fn watched<T>(
    attempt: &Attempt,
    life: impl Future<Output = Result<Reply<T>, Error>>,
) -> Result<Reply<T>, Error> {
    let mut watch = Watch::start(attempt);
    let concluded = life.instrument(watch.span.clone()).await;
    match &concluded {
        Ok(reply) => watch.end(Some(reply.status), None),
        Err(error) => watch.end(error.status(), Some(error)),
    }
    concluded
}

struct Watch {
    attempt: Attempt,
    span: tracing::Span,
    started: Instant,
    ended: bool,
}

impl Watch {
    fn start(attempt: &Attempt) -> Self {
        let state = &attempt.0;
        let environment = state.client.environment();
        let span = tracing::info_span!(
            "linkcy.call",
            otel.name = format_args!("{} {}", state.operation.method, state.operation.path),
            otel.kind = "client",
            http.request.method = state.operation.method,
            url.template = state.operation.path,
            server.address = environment.host(),
            server.port = environment.port(),
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            error.type = Empty,
            linkcy.operation = state.operation.name,
            linkcy.request_id = %state.request_id,
            linkcy.session = state.client.session_kind().as_str(),
            linkcy.sca_strategy = Empty,
            linkcy.error_code = Empty,
            linkcy.outcome = Empty,
            linkcy.attempts = Empty,
            linkcy.duration_ms = Empty,
        );
        Self { attempt: attempt.clone(), span, started: Instant::now(), ended: false }
    }

    fn end(&mut self, status: Option<u16>, error: Option<&Error>) {
        self.ended = true;
        self.tell(status, error, error.map_or(Outcome::Done, Outcome::of));
    }

    fn tell(&self, status: Option<u16>, error: Option<&Error>, outcome: Outcome) {
        let state = &self.attempt.0;
        let duration = self.started.elapsed();
        let attempts = state.progress().attempts;
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
            operation: state.operation,
            session: state.client.session_kind(),
            attempts,
            status,
            code: code.as_deref(),
            outcome,
            duration,
            request_id: &state.request_id,
        };
        for layer in state.client.layers() {
            layer.call_ended(&end);
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.ended {
            self.tell(None, None, Outcome::Dropped);
        }
    }
}
