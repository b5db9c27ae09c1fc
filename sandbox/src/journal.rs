//! The journal: what arrived, in order, so that tests can see what a client sent and how often. Secrets are left out.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde::Serialize;
use sha2::Sha256;

use crate::description::Operation;
use crate::http::call::Raw;
use crate::lock::lock;
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
    /// Its headers in the order sent, names in lower case, values that are secrets redacted.
    pub headers: Vec<(String, String)>,
    /// The size of its body in bytes.
    pub body_size: usize,
    /// The SHA-256 of its body, in hex.
    pub body_sha256: String,
    /// The status it was answered with; none while it is not answered, or when the connection was dropped.
    pub status: Option<u16>,
}

impl Entry {
    /// A header's value; `[redacted]` for a secret.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Headers whose values are secrets.
const SECRET: &[&str] = &["authorization", "linkcy-sca-signature", "cookie", "proxy-authorization"];

/// A sandbox that runs for days forgets the oldest entries beyond this many.
const LONGEST: usize = 200_000;

#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: Mutex<VecDeque<Entry>>,
    connections: AtomicUsize,
    /// Entries before this one were forgotten; keeps late answers from marking the wrong entry.
    forgotten: AtomicUsize,
}

impl Journal {
    pub(crate) fn arrived(&self, raw: &Raw, operation: Option<&Operation>, at: Timestamp) -> usize {
        let headers = raw.parts.headers.iter().map(|(name, value)| {
            let secret = SECRET.contains(&name.as_str());
            let value =
                if secret { "[redacted]".into() } else { String::from_utf8_lossy(value.as_bytes()).into_owned() };
            (name.as_str().to_owned(), value)
        });
        let mut entries = lock(&self.entries);
        if entries.len() >= LONGEST {
            entries.pop_front();
            self.forgotten.fetch_add(1, Ordering::Relaxed);
        }
        let order = self.forgotten.load(Ordering::Relaxed) + entries.len();
        entries.push_back(Entry {
            order,
            at,
            method: raw.parts.method.to_string(),
            path: raw.parts.uri.path().to_owned(),
            query: raw.parts.uri.query().map(str::to_owned),
            template: operation.map(|operation| operation.path.clone()),
            headers: headers.collect(),
            body_size: raw.bytes.len(),
            body_sha256: hex(&Sha256::digest(&raw.bytes)),
            status: None,
        });
        order
    }

    pub(crate) fn answered(&self, order: usize, status: Option<u16>) {
        let mut entries = lock(&self.entries);
        let at = order.checked_sub(self.forgotten.load(Ordering::Relaxed));
        if let Some(entry) = at.and_then(|at| entries.get_mut(at)) {
            entry.status = status;
        }
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
