//! Faults: what goes wrong on purpose, for which requests, how often.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::description::Operation;
use crate::http::answer::Answer;
use crate::http::call::Raw;
use crate::lock::lock;
use crate::seed::Seed;

/// A fault: an effect, the requests it strikes, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Only requests of this method; any when none.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests to this path or path template; any when none.
    #[serde(default)]
    pub path: Option<String>,
    /// Only requests with this header, by name and value; any when none.
    #[serde(default)]
    pub header: Option<(String, String)>,
    /// How many times it strikes at most; no bound when none.
    #[serde(default)]
    pub times: Option<u32>,
    /// How probable it is that it strikes a request it fits, from 0 to 1; drawn from the sandbox's seed.
    #[serde(default = "certain")]
    pub probability: f64,
    /// Whether it strikes before the request takes effect or after.
    #[serde(default)]
    pub moment: Moment,
    /// What happens.
    pub effect: Effect,
}

fn certain() -> f64 {
    1.0
}

/// When a fault strikes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Moment {
    /// The request has no effect, unless it goes on afterwards.
    #[default]
    BeforeProcessing,
    /// The request took effect: the transfer that happened and was never confirmed.
    AfterProcessing,
}

/// What a fault does. Those that change a body always let the request take effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum Effect {
    /// Answers with this status instead.
    Status {
        /// The status.
        status: u16,
        /// The JSON body; LinkCy's error shape without code when none.
        #[serde(default)]
        body: Option<Value>,
    },
    /// Waits, by the sandbox's clock, and goes on.
    Delay {
        /// How long.
        millis: u64,
    },
    /// Waits until it is released, by [`Injected::release`], and goes on.
    Hold,
    /// Never answers; the connection stays open.
    Hang,
    /// Closes the connection without an answer.
    Drop,
    /// Answers 429 with a Retry-After header.
    TooManyRequests {
        /// When to come back.
        retry_after: RetryAfter,
    },
    /// Announces the whole body and closes the connection after so many bytes of it, at least one too early.
    CutBody {
        /// How many bytes are sent.
        after: usize,
    },
    /// Replaces the body by one that is no JSON, whatever the content type says.
    NotJson,
    /// Sends the body byte by byte.
    SlowBytes {
        /// The pause after each byte, by the sandbox's clock.
        pause_millis: u64,
    },
    /// Replaces the first enum value in the body by [`UNKNOWN`]; the tags of unions stay.
    UnknownEnum,
    /// Replaces the first tag of a union in the body by [`UNKNOWN`].
    UnknownTag,
    /// Adds a field named [`UNKNOWN`] to every object in the body.
    UnknownField,
    /// Leaves a field out of the body.
    MissingField {
        /// Which: `content[].status`.
        at: String,
    },
    /// Has `null` for a field of the body.
    Null {
        /// Which: `content[].status`.
        at: String,
    },
    /// Has a value of another JSON type for a field of the body.
    OtherType {
        /// Which: `content[].status`.
        at: String,
    },
    /// Has this value for a field of the body, which may be one that is not described.
    Value {
        /// Which: `content[].status`.
        at: String,
        /// The value.
        value: Value,
    },
    /// Answers as the operation does, under another status.
    OtherStatus {
        /// The status.
        status: u16,
    },
    /// Answers as the operation does, as another media type.
    ContentType {
        /// The media type.
        media_type: String,
    },
    /// Refuses with the error code [`UNKNOWN`] instead.
    UnknownCode {
        /// The status.
        status: u16,
    },
}

/// The two forms of Retry-After.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// So many seconds, as a number.
    Seconds(u32),
    /// The date so many seconds from now, by the sandbox's clock.
    DateIn(u32),
}

/// The value, tag, field and error code that no description knows.
pub const UNKNOWN: &str = "SANDBOX_UNKNOWN";

impl Fault {
    /// A fault that strikes every request, before it takes effect.
    pub fn new(effect: Effect) -> Self {
        Self {
            method: None,
            path: None,
            header: None,
            times: None,
            probability: 1.0,
            moment: Moment::BeforeProcessing,
            effect,
        }
    }

    /// Only this operation, by method and path template (or raw path).
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        self.path = Some(path.to_owned());
        self
    }

    /// Only requests with this header.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.header = Some((name.to_owned(), value.to_owned()));
        self
    }

    /// At most so many times.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Once.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// With that probability, from 0 to 1.
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// After the request took effect.
    pub fn after_processing(mut self) -> Self {
        self.moment = Moment::AfterProcessing;
        self
    }

    fn fits(&self, operation: Option<&Operation>, raw: &Raw) -> bool {
        let path = raw.parts.uri.path();
        let bears = |(name, value): &(String, String)| raw.header(name) == Some(value);
        self.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case(raw.parts.method.as_str()))
            && self
                .path
                .as_deref()
                .is_none_or(|wanted| wanted == path || operation.is_some_and(|operation| operation.path == wanted))
            && self.header.as_ref().is_none_or(bears)
    }
}

impl Effect {
    /// The answer this effect gives in place of the operation's.
    pub(crate) fn answer(&self, now: Timestamp) -> Option<Answer> {
        let error = |status: u16, error: &str| json!({ "error": error, "status": status, "timestamp": now.to_string(), "message": "a fault of the sandbox" });
        match self {
            Effect::Status { status, body } => {
                let body = body.clone().unwrap_or_else(|| error(*status, "linkcy.sandbox.fault"));
                Some(Answer::json(body).with_status(*status))
            }
            Effect::UnknownCode { status } => {
                let mut body = error(*status, "linkcy.sandbox.fault");
                body["errorCode"] = json!(UNKNOWN);
                Some(Answer::json(body).with_status(*status))
            }
            Effect::TooManyRequests { retry_after } => {
                let value = match retry_after {
                    RetryAfter::Seconds(seconds) => seconds.to_string(),
                    RetryAfter::DateIn(seconds) => {
                        let then = now.saturating_add(SignedDuration::from_secs(i64::from(*seconds))).unwrap_or(now);
                        rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&then).unwrap_or_default()
                    }
                };
                Some(
                    Answer::json(error(429, "linkcy.too.many.requests"))
                        .with_status(429)
                        .with_header("retry-after", value),
                )
            }
            _ => None,
        }
    }
}

/// A fault that was injected: how often it struck, and the end of its hold.
#[derive(Debug, Clone)]
pub struct Injected {
    id: u64,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    struck: watch::Sender<u32>,
    released: watch::Sender<bool>,
}

impl Injected {
    /// Its number, by which the HTTP interface knows it.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// How many requests it struck so far.
    pub fn struck(&self) -> u32 {
        *self.state.struck.borrow()
    }

    /// Waits until it has struck `times` requests.
    pub async fn wait_until_struck(&self, times: u32) {
        // The sender is in our hands, so the channel can't close.
        let _ = self.state.struck.subscribe().wait_for(|struck| *struck >= times).await;
    }

    /// Lets every request go that it holds, and holds none from now on.
    pub fn release(&self) {
        self.state.released.send_replace(true);
    }
}

/// A fault that strikes a request.
#[derive(Debug)]
pub(crate) struct Strike {
    pub(crate) effect: Effect,
    pub(crate) moment: Moment,
    pub(crate) released: watch::Receiver<bool>,
}

/// Every fault in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    all: Mutex<Vec<(Fault, Injected)>>,
    last: AtomicU64,
}

impl Faults {
    pub(crate) fn inject(&self, fault: Fault) -> Injected {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let state = Arc::new(State { struck: watch::Sender::new(0), released: watch::Sender::new(false) });
        let injected = Injected { id, state };
        lock(&self.all).push((fault, injected.clone()));
        injected
    }

    pub(crate) fn clear(&self) {
        for (_, injected) in lock(&self.all).drain(..) {
            injected.release();
        }
    }

    /// Takes one fault away and lets go what it holds; says whether there was one.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut all = lock(&self.all);
        let before = all.len();
        all.retain(|(_, injected)| {
            if injected.id == id {
                injected.release();
            }
            injected.id != id
        });
        all.len() < before
    }

    pub(crate) fn list(&self) -> Vec<(Fault, Injected)> {
        lock(&self.all).clone()
    }

    /// The first fault that strikes this request.
    pub(crate) fn take(&self, operation: Option<&Operation>, raw: &Raw, seed: &Mutex<Seed>) -> Option<Strike> {
        let all = lock(&self.all);
        let (fault, injected) = all.iter().find(|(fault, injected)| {
            fault.times.is_none_or(|times| injected.struck() < times)
                && fault.fits(operation, raw)
                && (fault.probability >= 1.0 || lock(seed).chance(fault.probability))
        })?;
        injected.state.struck.send_modify(|struck| *struck += 1);
        let released = injected.state.released.subscribe();
        Some(Strike { effect: fault.effect.clone(), moment: fault.moment, released })
    }
}
