//! Spans in a log, and metrics by a layer. `cargo run --example tracing`

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use http::{HeaderMap, HeaderValue};
use linkcy::Layer;
use linkcy::call::layer::{AttemptInfo, CallEnd};
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::faults::{Effect, Fault};
use support::{Alice, client_of};
use tracing_subscriber::fmt::format::FmtSpan;

/// Counts calls and the time they took, and adds a header to every attempt.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<BTreeMap<&'static str, Totals>>>);

/// Of one operation: calls, attempts, time.
type Totals = (u32, u32, Duration);

impl Layer for Metrics {
    fn attempt_starts(&self, _: &AttemptInfo<'_>, headers: &mut HeaderMap) {
        headers.insert("x-service", HeaderValue::from_static("billing"));
    }

    fn call_ended(&self, call: &CallEnd<'_>) {
        let mut metrics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (calls, attempts, time) = metrics.entry(call.operation.name).or_default();
        *calls += 1;
        *attempts += call.attempts;
        *time += call.duration;
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    // Any subscriber of `tracing` works, OpenTelemetry's too: a span has its names for HTTP clients. Neither secrets nor personal data
    // are in spans and events.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .init();

    let sandbox = Sandbox::start().await?;
    let metrics = Metrics::default();
    let linkcy = client_of(&sandbox)?.layer(metrics.clone()).build()?;
    let alice = Alice::onboard(&linkcy).await?;

    // A gateway fails once: the call is sent again, which its span says (`http.request.resend_count`).
    let fault = Fault::new(Effect::Status { status: 503, body: None });
    sandbox.control().inject(fault.on("GET", "/api/partner/ledgers/{ledgerId}").once());
    linkcy.ledgers().get(alice.ledger).await?;

    println!("\n{:<32} {:>6} {:>9} {:>10}", "operation", "calls", "attempts", "time");
    for (operation, (calls, attempts, time)) in metrics.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        println!("{operation:<32} {calls:>6} {attempts:>9} {:>7} µs", time.as_micros());
    }
    Ok(())
}
