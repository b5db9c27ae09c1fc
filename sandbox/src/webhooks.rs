//! Webhooks: what the bank tells, signed the Svix way and delivered to the address given at start. Which events there are
//! is in the guide; what their payload looks like is not documented, so it is the sandbox's own and says so.

use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::Mac as _;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::auth::token::mac;
use crate::clock::Clock;
use crate::lock::lock;
use crate::seed::Seed;

/// When an attempt follows the one before, by the sandbox's clock: Svix's schedule.
const PAUSES: &[Duration] = &[
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(10 * 3600),
];

/// An answer later than this is none, by Svix.
const PATIENCE: Duration = Duration::from_secs(15);

/// Something the webhooks tell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    /// The event's name, as the guide lists it.
    pub(crate) kind: &'static str,
    /// What it is about.
    pub(crate) about: Value,
}

/// A webhook on its way, or arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its svix-id, the same at every attempt.
    pub id: String,
    /// The event's name.
    pub event: &'static str,
    /// How often it was tried.
    pub attempts: usize,
    /// Whether the receiver answered 2xx.
    pub delivered: bool,
}

/// The webhooks of a sandbox: none unless an address was given.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    endpoint: Option<Endpoint>,
    deliveries: Mutex<Vec<Delivery>>,
    queue: Option<mpsc::UnboundedSender<(usize, Event)>>,
    waiting: Mutex<Option<mpsc::UnboundedReceiver<(usize, Event)>>>,
}

/// Where webhooks go, and what they are signed with.
#[derive(Debug, Clone)]
struct Endpoint {
    /// `host:port`.
    authority: String,
    path: String,
    key: [u8; 32],
}

impl Webhooks {
    /// Webhooks to an `http://host:port/path`; none when the address is not of that form.
    pub(crate) fn to(address: &str, seed: &mut Seed) -> Option<Self> {
        let (authority, path) = match address.strip_prefix("http://")?.split_once('/') {
            Some((authority, path)) => (authority, format!("/{path}")),
            None => (address.strip_prefix("http://")?, "/".to_owned()),
        };
        let authority = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
        let endpoint = Endpoint { authority, path, key: seed.bytes() };
        let (queue, waiting) = mpsc::unbounded_channel();
        Some(Self {
            endpoint: Some(endpoint),
            deliveries: Mutex::default(),
            queue: Some(queue),
            waiting: Mutex::new(Some(waiting)),
        })
    }

    /// The secret a receiver checks signatures with, in Svix's form.
    pub(crate) fn secret(&self) -> Option<String> {
        Some(format!("whsec_{}", STANDARD.encode(self.endpoint.as_ref()?.key)))
    }

    /// What was told so far.
    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        lock(&self.deliveries).clone()
    }

    /// Tells an event, in the order of calls; does nothing where no address was given.
    pub(crate) fn tell(&self, event: Event, seed: &mut Seed) {
        let Some(queue) = &self.queue else { return };
        let mut deliveries = lock(&self.deliveries);
        let id = format!("msg_{}", Uuid::simple(seed.uuid()));
        deliveries.push(Delivery { id, event: event.kind, attempts: 0, delivered: false });
        // The receiver is gone only when the sandbox stops.
        let _ = queue.send((deliveries.len() - 1, event));
    }

    /// Delivers until the sandbox stops. Deliveries don't wait for each other's retries.
    pub(crate) async fn deliver(self: std::sync::Arc<Self>, clock: Clock) {
        let waiting = lock(&self.waiting).take();
        let (Some(endpoint), Some(mut queue)) = (self.endpoint.clone(), waiting) else {
            return;
        };
        while let Some((index, event)) = queue.recv().await {
            let (webhooks, clock, endpoint) = (std::sync::Arc::clone(&self), clock.clone(), endpoint.clone());
            tokio::spawn(async move {
                let at = clock.now();
                let body = json!({
                    "type": event.kind,
                    "timestamp": at.to_string(),
                    "data": event.about,
                    "note": "payload shape is the sandbox's own; LinkCy's is not documented",
                });
                let body = Bytes::from(body.to_string());
                for pause in PAUSES {
                    clock.sleep(*pause).await;
                    let id = webhooks.attempt(index);
                    let sent = tokio::time::timeout(PATIENCE, endpoint.send(&id, &clock, body.clone())).await;
                    if matches!(sent, Ok(Some(status)) if (200..300).contains(&status)) {
                        webhooks.arrived(index);
                        return;
                    }
                }
            });
        }
    }

    fn attempt(&self, index: usize) -> String {
        let mut deliveries = lock(&self.deliveries);
        let Some(delivery) = deliveries.get_mut(index) else {
            return String::new();
        };
        delivery.attempts += 1;
        delivery.id.clone()
    }

    fn arrived(&self, index: usize) {
        if let Some(delivery) = lock(&self.deliveries).get_mut(index) {
            delivery.delivered = true;
        }
    }
}

impl Endpoint {
    /// Sends one attempt; the status of its answer, if there was one.
    async fn send(&self, id: &str, clock: &Clock, body: Bytes) -> Option<u16> {
        let timestamp = clock.now().as_second();
        let signed = [format!("{id}.{timestamp}.").as_bytes(), &body].concat();
        let signature = STANDARD.encode(mac(&self.key, &signed).finalize().into_bytes());
        let request = Request::post(self.path.as_str())
            .header("host", self.authority.as_str())
            .header("content-type", "application/json")
            .header("svix-id", id)
            .header("svix-timestamp", timestamp)
            .header("svix-signature", format!("v1,{signature}"))
            .body(Full::new(body))
            .ok()?;
        let stream = TcpStream::connect(&self.authority).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        let connection = tokio::spawn(connection);
        let status = sender.send_request(request).await.ok()?.status().as_u16();
        connection.abort();
        Some(status)
    }
}
