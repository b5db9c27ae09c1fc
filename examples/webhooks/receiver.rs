//! A server for webhooks: it verifies, hands the work to a task, answers when that is done, and handles each event once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use linkcy::webhooks::{Handled, SeenWebhooks, Verifier, WebhookEvent, handle_once};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// Svix waits for 15 s. What takes longer than this goes on, and the next attempt finds that it is done.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Longer than the work on one event takes.
const LEASE: Duration = Duration::from_secs(5 * 60);

/// How many events may wait for the worker; with more, the sender has to come again.
const WAITING: usize = 100;

/// An event, and who waits for the status to answer with.
struct Job {
    event: WebhookEvent,
    answer: oneshot::Sender<u16>,
}

#[derive(Clone)]
struct Entrance {
    verifier: Verifier,
    jobs: mpsc::Sender<Job>,
    log: Log,
}

/// Takes the lines that the server writes.
pub type Log = Arc<dyn Fn(String) + Send + Sync>;

/// Serves `POST /webhooks` until `stop`; then it takes no more connections, finishes the events it has, and ends.
/// `handle` does the work on an event, and says in a word or two what it did.
pub async fn serve<F>(
    listener: TcpListener,
    verifier: Verifier,
    seen: impl SeenWebhooks,
    handle: impl Fn(WebhookEvent) -> F + Send + 'static,
    log: Log,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()>
where
    F: Future<Output = Result<String>> + Send + 'static,
{
    let (jobs, queue) = mpsc::channel(WAITING);
    let worker = tokio::spawn(work(queue, seen, handle, Arc::clone(&log)));
    let app = Router::new().route("/webhooks", post(receive)).with_state(Entrance { verifier, jobs, log });
    axum::serve(listener, app).with_graceful_shutdown(stop).await?;
    // The queue's last sender has gone with the app, so the worker ends once the queue is empty.
    worker.await?;
    Ok(())
}

async fn receive(State(entrance): State<Entrance>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let event = match entrance.verifier.verify(&headers, body) {
        Ok(event) => event,
        Err(error) => {
            // For the log alone: the sender learns the status.
            (entrance.log)(format!("refused: {error}"));
            return status(error.status());
        }
    };
    let (answer, answered) = oneshot::channel();
    if entrance.jobs.try_send(Job { event, answer }).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match timeout(ANSWER_WITHIN, answered).await {
        Ok(Ok(done)) => status(done),
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Works on one event after the other, whether or not the sender still waits.
async fn work<F>(mut queue: mpsc::Receiver<Job>, seen: impl SeenWebhooks, handle: impl Fn(WebhookEvent) -> F, log: Log)
where
    F: Future<Output = Result<String>> + Send + 'static,
{
    while let Some(Job { event, answer }) = queue.recv().await {
        let (id, kind) = (event.id.clone(), event.kind.clone());
        let name = kind.as_ref().map_or("an event without a name", |kind| kind.as_str());
        let work = handle(event);
        // In a task of its own, a panic costs one event and not the worker.
        let work = async { tokio::spawn(work).await? };
        let (said, status) = match handle_once(&seen, &id, LEASE, work).await {
            Ok(handled) => (describe(&handled), handled.status()),
            Err(error) => (error.to_string(), error.status()),
        };
        log(format!("{name}: {said}"));
        // A sender that waits no longer comes again.
        let _ = answer.send(status);
    }
}

fn describe(handled: &Handled<String>) -> String {
    match handled {
        Handled::Now(done) => done.clone(),
        Handled::Late(done) => format!("{done}; it took longer than its lease and may be handled twice"),
        Handled::Unrecorded(done, error) => format!("{done}; it may be handled again: {error}"),
        Handled::Before => "came again, and was handled before".to_owned(),
        Handled::Elsewhere => "is being handled by somebody else".to_owned(),
    }
}

fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
