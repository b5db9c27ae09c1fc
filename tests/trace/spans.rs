//! What a call tells of itself: one span with OpenTelemetry's names, and one end for the layers, of every kind of call.

use std::sync::{Arc, Mutex};

use linkcy::call::layer::{CallEnd, Layer, Outcome};
use linkcy::sca::{Completion, Signature};
use linkcy::types::{
    BeneficiaryTransactionCreateRequest, BeneficiaryTransactionCreateResponse, InterLedgerTransactionCreateRequest,
    InterLedgerTransactionCreateRequestRequired, LedgerId,
};
use linkcy::{ClientBuilder, ScaPolicy};
use linkcy_sandbox::Sandbox;
use linkcy_sandbox::faults::{Effect, Fault};
use serde_json::json;
use tracing::subscriber::DefaultGuard;

use crate::support::log::Log;
use crate::support::world::World;
use crate::support::{amount, hasty, logged_in};

const LEDGERS: &str = "/api/partner/ledgers";

/// Logs what this thread does from now on: the first line of every test.
fn logging() -> (Log, DefaultGuard) {
    let log = Log::default();
    let guard = log.on_this_thread();
    (log, guard)
}

/// The fields of each span of a call, as they stood when it was closed.
fn spans(log: &Log) -> Vec<String> {
    let text = log.text();
    let closed = text.lines().filter(|line| line.contains("linkcy::call: close"));
    closed.map(|line| line.split_once("linkcy.call{").unwrap().1.to_owned()).collect()
}

#[track_caller]
fn shows(span: &str, fields: &[&str]) {
    for field in fields {
        assert!(span.contains(field), "{field} is not in {span}");
    }
}

/// Which operation ended, how, and with which status.
type End = (&'static str, Outcome, Option<u16>);

/// Keeps how each call ended.
#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<End>>>);

impl Ends {
    fn taken(&self) -> Vec<End> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Layer for Ends {
    fn call_ended(&self, call: &CallEnd<'_>) {
        self.0.lock().unwrap().push((call.operation.name, call.outcome, call.status));
    }
}

#[tokio::test]
async fn a_call_has_one_span_with_the_names_of_opentelemetry() {
    let (log, _guard) = logging();
    let (sandbox, client) = logged_in(|builder| builder).await;
    log.clear();
    sandbox.control().inject(Fault::new(Effect::Drop).on("GET", LEDGERS).once());
    let reply = client.ledgers().list().send().await.unwrap();
    let spans = spans(&log);
    let [span] = spans.as_slice() else { panic!("{spans:#?}") };
    let port = format!("server.port={}", sandbox.address().port());
    let id = format!("linkcy.request_id={}", reply.request_id);
    shows(
        span,
        &[
            "otel.name=GET /api/partner/ledgers",
            "otel.kind=\"client\"",
            "http.request.method=\"GET\"",
            "url.template=\"/api/partner/ledgers\"",
            "server.address=\"127.0.0.1\"",
            &port,
            "http.request.resend_count=1",
            "http.response.status_code=200",
            "linkcy.operation=\"ledgers.list\"",
            &id,
            "linkcy.session=\"partner\"",
            "linkcy.outcome=\"done\"",
            "linkcy.attempts=2",
            "linkcy.duration_ms=",
        ],
    );
    assert!(!span.contains("error.type"), "{span}");
}

#[tokio::test]
async fn a_filled_path_is_never_told() {
    let (log, _guard) = logging();
    let (_sandbox, client) = logged_in(|builder| builder).await;
    log.clear();
    let id = uuid::Uuid::from_u128(0x00c0_ffee);
    assert!(client.ledgers().get(id.into()).await.unwrap_err().is_not_found());
    shows(&spans(&log)[0], &["url.template=\"/api/partner/ledgers/{ledgerId}\""]);
    assert!(!log.text().contains(&id.to_string()));
}

#[tokio::test]
async fn refusals_and_unknown_outcomes_say_so() {
    let (log, _guard) = logging();
    let (sandbox, client) = logged_in(|builder| builder).await;
    log.clear();
    let inter_ledger = "/api/partner/transactions/inter-ledger";
    let refused = json!({ "status": 409, "error": "linkcy.conflict", "errorCode": "LEDGER_CLOSED", "message": "no" });
    sandbox
        .control()
        .inject(Fault::new(Effect::Status { status: 409, body: Some(refused) }).on("POST", inter_ledger).once());
    assert!(client.transactions().create_inter_ledger(payment()).await.is_err());
    sandbox.control().inject(Fault::new(Effect::Status { status: 502, body: None }).on("POST", inter_ledger).once());
    assert!(client.transactions().create_inter_ledger(payment()).await.is_err());
    let spans = spans(&log);
    shows(
        &spans[0],
        &["http.response.status_code=409", "linkcy.error_code=\"LEDGER_CLOSED\"", "error.type=\"refused\""],
    );
    shows(
        &spans[1],
        &["http.response.status_code=502", "linkcy.outcome=\"outcome_unknown\"", "error.type=\"outcome_unknown\""],
    );
}

#[tokio::test]
async fn a_dropped_call_ends_too() {
    let (_log, _guard) = logging();
    let ends = Ends::default();
    let (sandbox, client) = logged_in(|builder| builder.layer(ends.clone())).await;
    ends.taken();
    let held = sandbox.control().inject(Fault::new(Effect::Hold).on("GET", LEDGERS).once());
    tokio::select! {
        _ = client.ledgers().list().send() => panic!("it is held"),
        () = held.wait_until_struck(1) => {}
    }
    assert_eq!(ends.taken(), [("ledgers.list", Outcome::Dropped, None)]);
}

fn payment() -> InterLedgerTransactionCreateRequest {
    let nowhere = LedgerId::from(uuid::Uuid::from_u128(7));
    InterLedgerTransactionCreateRequest::new(InterLedgerTransactionCreateRequestRequired {
        amount: amount("1"),
        ledger_from_id: nowhere,
        ledger_to_id: nowhere,
    })
}

async fn with_alice(
    configured: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> (World, BeneficiaryTransactionCreateRequest) {
    let completed = |client: ClientBuilder| client.retry(hasty()).sca_completion(Completion::RepeatIdentical);
    let world = World::with(Sandbox::builder(), |client| configured(completed(client))).await;
    let payment = BeneficiaryTransactionCreateRequest::new(amount("1.10"), world.beneficiary, world.from);
    (world, payment)
}

const PAYMENT: &str = "transactions.create_to_beneficiary";

#[tokio::test]
async fn a_prepared_call_has_one_span_and_one_end_when_it_is_sent() {
    let (log, _guard) = logging();
    let ends = Ends::default();
    let (world, payment) = with_alice(|client| client.layer(ends.clone())).await;
    ends.taken();
    log.clear();
    let prepared = world.client.transactions().create_to_beneficiary(&payment).prepare().await.unwrap();
    assert!(spans(&log).is_empty() && ends.taken().is_empty(), "nothing was sent yet");
    let signature = Signature::new(world.phone().signature(&prepared.signing_input())).unwrap();
    world.client.send_prepared::<BeneficiaryTransactionCreateResponse>(prepared, signature).await.unwrap();
    let spans = spans(&log);
    let [span] = spans.as_slice() else { panic!("{spans:#?}") };
    shows(
        span,
        &[
            "linkcy.operation=\"transactions.create_to_beneficiary\"",
            "linkcy.sca_strategy=\"DATA_SIGNING\"",
            "linkcy.outcome=\"done\"",
        ],
    );
    assert_eq!(ends.taken(), [(PAYMENT, Outcome::Done, Some(201))]);
}

#[tokio::test]
async fn every_request_of_a_pending_call_has_its_span_and_its_end() {
    let (log, _guard) = logging();
    let ends = Ends::default();
    let (world, payment) = with_alice(|client| client.layer(ends.clone())).await;
    world.phone();
    ends.taken();
    log.clear();
    let call = world.client.transactions().create_to_beneficiary(&payment).sca(ScaPolicy::PushNotification);
    let pending = call.await.unwrap_err().into_pending().unwrap();
    assert!(pending.resume::<BeneficiaryTransactionCreateResponse>(&world.client).await.unwrap().is_none());
    world.control().approve_all();
    pending.wait::<BeneficiaryTransactionCreateResponse>(&world.client).await.unwrap();
    let outcomes: Vec<_> = ends.taken().into_iter().map(|(name, outcome, _)| (name, outcome)).collect();
    assert_eq!(outcomes, [(PAYMENT, Outcome::Pending), (PAYMENT, Outcome::Pending), (PAYMENT, Outcome::Done)]);
    let spans = spans(&log);
    assert_eq!(spans.len(), 3, "{spans:#?}");
    for (span, outcome) in spans.iter().zip(["pending", "pending", "done"]) {
        shows(span, &["linkcy.sca_strategy=\"PUSH_NOTIFICATION\"", &format!("linkcy.outcome=\"{outcome}\"")]);
    }
}
