//! The journal: what arrived, in order, so that tests can see what a client sent and how often. Secrets are left out.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use hyper::http::request::Parts;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde::Serialize;
use sha2::Sha256;

use crate::auth::Caller;
use crate::description::Operation;
use crate::lock::lock;
use crate::redaction::shown;
use sha2::Digest as _;

/// One request that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its place in the order of arrival, from 0.
    pub order: usize,
    /// When, by the sandbox's clock.
    pub at: Timestamp,
    /// Its method.
    pub method: String,
    /// Its raw path.
    pub path: String,
    /// Its raw query.
    pub query: Option<String>,
    /// The path template of the operation it was for, if for any.
    pub template: Option<String>,
    /// Who called: `partner`, or an end-user's id; none without a bearer that is good.
    pub caller: Option<Cow<'static, str>>,
    /// Its headers in the order sent, names in lower case, values that are secrets redacted.
    pub headers: Vec<(String, String)>,
    /// The size of its body in bytes.
    pub body_size: usize,
    /// The SHA-256 of its body, in hex.
    pub body_sha256: String,
    /// The status it was answered with; none while it is not answered, or when the connection was dropped.
    pub status: Option<u16>,
    /// The errorCode of the answer, if it had one.
    pub error_code: Option<String>,
    /// How long the answer took, in milliseconds of the machine's time; none while it is not answered.
    pub duration_millis: Option<u64>,
    /// The request's body with its secrets redacted, where bodies are kept: for the latest thousand requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_body: Option<String>,
    /// The answer's body, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_body: Option<String>,
}

impl Entry {
    /// A header's value; `[redacted]` for a secret.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// How many entries keep their bodies.
const WITH_BODIES: usize = 1_000;

/// What an answer tells the journal.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) error_code: Option<String>,
    pub(crate) body: Bytes,
}

/// The SHA-256 of nothing.
const NO_BODY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Headers whose values are secrets.
const SECRET: &[&str] = &["authorization", "linkcy-sca-signature", "cookie", "proxy-authorization"];

/// A sandbox that runs for days forgets the oldest entries beyond this many, unless told otherwise.
pub(crate) const LONGEST: usize = 200_000;

#[derive(Debug)]
pub(crate) struct Journal {
    entries: Mutex<VecDeque<Entry>>,
    longest: usize,
    bodies: bool,
    connections: AtomicUsize,
    /// Entries before this one were forgotten; keeps late answers from marking the wrong entry.
    forgotten: AtomicUsize,
}

impl Journal {
    /// A journal that keeps that many entries, with bodies or without.
    pub(crate) fn new(longest: usize, bodies: bool) -> Self {
        Self {
            entries: Mutex::default(),
            longest,
            bodies,
            connections: AtomicUsize::new(0),
            forgotten: AtomicUsize::new(0),
        }
    }

    /// Whether it keeps bodies.
    pub(crate) fn keeps_bodies(&self) -> bool {
        self.bodies
    }

    /// Notes a request whose head arrived; gives its place in the order.
    pub(crate) fn arrived(
        &self,
        method: &Method,
        parts: &Parts,
        operation: Option<&Operation>,
        at: Timestamp,
    ) -> usize {
        let headers = parts.headers.iter().map(|(name, value)| {
            let secret = SECRET.contains(&name.as_str());
            let value =
                if secret { "[redacted]".into() } else { String::from_utf8_lossy(value.as_bytes()).into_owned() };
            (name.as_str().to_owned(), value)
        });
        let headers = headers.collect();
        let mut entries = lock(&self.entries);
        let order = self.forgotten.load(Ordering::Relaxed) + entries.len();
        entries.push_back(Entry {
            order,
            at,
            method: method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
            template: operation.map(|operation| operation.path.clone()),
            caller: None,
            headers,
            body_size: 0,
            body_sha256: NO_BODY.to_owned(),
            status: None,
            error_code: None,
            duration_millis: None,
            request_body: None,
            answer_body: None,
        });
        if self.bodies
            && let Some(old) = entries.len().checked_sub(WITH_BODIES + 1).and_then(|at| entries.get_mut(at))
        {
            (old.request_body, old.answer_body) = (None, None);
        }
        while entries.len() > self.longest {
            entries.pop_front();
            self.forgotten.fetch_add(1, Ordering::Relaxed);
        }
        order
    }

    /// Notes what arrived of a request's body.
    pub(crate) fn body(&self, order: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let sha256 = hex(&Sha256::digest(bytes));
        let shown = if self.bodies { shown(bytes) } else { None };
        self.change(order, |entry| {
            entry.request_body = shown;
            entry.body_size = bytes.len();
            entry.body_sha256 = sha256;
        });
    }

    /// Notes how a request was answered; without status when its connection was dropped.
    pub(crate) fn answered(
        &self,
        order: usize,
        status: Option<u16>,
        told: Option<&Told>,
        caller: Option<&Caller>,
        took: Duration,
    ) {
        let caller = caller.and_then(|caller| match caller {
            Caller::Anonymous => None,
            Caller::Partner { .. } => Some("partner".into()),
            Caller::EndUser { id } => Some(id.to_string().into()),
        });
        let (error_code, body) = told.map_or((None, None), |told| (told.error_code.clone(), Some(&told.body)));
        let shown = body.filter(|_| self.bodies).and_then(|body| shown(body));
        self.change(order, |entry| {
            entry.answer_body = shown;
            entry.caller = caller;
            entry.status = status;
            entry.error_code = error_code;
            entry.duration_millis = Some(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        });
    }

    fn change(&self, order: usize, change: impl FnOnce(&mut Entry)) {
        let mut entries = lock(&self.entries);
        let at = order.checked_sub(self.forgotten.load(Ordering::Relaxed));
        if let Some(entry) = at.and_then(|at| entries.get_mut(at)) {
            change(entry);
        }
    }

    /// The entries from that place in the order on, that many at most.
    pub(crate) fn entries_from(&self, since: usize, limit: usize) -> Vec<Entry> {
        let entries = lock(&self.entries);
        let skip = since.saturating_sub(self.forgotten.load(Ordering::Relaxed));
        entries.iter().skip(skip).take(limit).cloned().collect()
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        lock(&self.entries).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let mut entries = lock(&self.entries);
        self.forgotten.fetch_add(entries.len(), Ordering::Relaxed);
        entries.clear();
    }

    pub(crate) fn count_connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
