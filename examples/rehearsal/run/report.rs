//! What was seen, and what it means, as Markdown. No value of an answer is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::{Duration, SystemTime};

use linkcy::drift::DriftLog;
use linkcy::{API_VERSION, Error, OPERATIONS};

/// Clocks further apart than this are worth setting.
const SKEW: i64 = 5;

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Report {
    origin: String,
    /// Of each operation, what came of its calls and how often.
    operations: BTreeMap<&'static str, BTreeMap<String, u32>>,
    /// Headers that tell of limits, with what they said last.
    limits: BTreeMap<String, String>,
    idle: BTreeSet<String>,
    /// By how many seconds LinkCy's clock is ahead: least and most.
    skew: Option<(i64, i64)>,
    pub token_life: Option<Duration>,
    pub refresh_token_dies: Option<bool>,
    notes: Vec<String>,
}

impl Report {
    pub fn of(origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..Self::default() }
    }

    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub fn reached(&mut self, operation: &'static str, status: u16, headers: &http::HeaderMap, now: SystemTime) {
        self.count(operation, status.to_string());
        for (name, value) in headers {
            let (name, value) = (name.as_str(), value.to_str().unwrap_or_default());
            match name {
                "date" => self.clock(value, now),
                "keep-alive" => drop(self.idle.insert(value.to_owned())),
                "retry-after" => drop(self.limits.insert(name.to_owned(), value.to_owned())),
                name if name.contains("ratelimit") || name.contains("rate-limit") => {
                    self.limits.insert(name.to_owned(), value.to_owned());
                }
                _ => {}
            }
        }
    }

    pub fn failed(&mut self, operation: &'static str, error: &Error) {
        let what = match (error, error.status()) {
            (Error::Api(refusal), Some(status)) => match &refusal.code {
                Some(code) => format!("{status} {code}"),
                None => status.to_string(),
            },
            (_, Some(status)) => format!("{status}, unread"),
            (_, None) => "no answer".to_owned(),
        };
        self.count(operation, what);
    }

    fn count(&mut self, operation: &'static str, what: String) {
        *self.operations.entry(operation).or_default().entry(what).or_default() += 1;
    }

    fn clock(&mut self, date: &str, now: SystemTime) {
        let Ok(date) = jiff::fmt::rfc2822::parse(date) else { return };
        let Ok(now) = jiff::Timestamp::try_from(now) else { return };
        let ahead = date.timestamp().as_second() - now.as_second();
        let (least, most) = self.skew.unwrap_or((ahead, ahead));
        self.skew = Some((least.min(ahead), most.max(ahead)));
    }

    pub fn markdown(&self, drift: &DriftLog) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "# Rehearsal at {}\n\nCompared with {API_VERSION}.\n", self.origin);
        for note in &self.notes {
            let _ = writeln!(out, "- {note}");
        }
        let _ = writeln!(out, "\n## Reached\n\n{} of {} operations.\n", self.operations.len(), OPERATIONS.len());
        let reads = OPERATIONS.iter().filter(|row| row.method == "GET" && !self.operations.contains_key(row.name));
        let left: Vec<String> = reads.map(|row| format!("`{}`", row.name)).collect();
        if !left.is_empty() {
            let _ = writeln!(
                out,
                "Not read, since nothing in a list led there or they show what is secret: {}.\n",
                left.join(", ")
            );
        }
        let _ = writeln!(out, "| operation | answers |\n|---|---|");
        for (operation, outcomes) in &self.operations {
            let shown: Vec<String> = outcomes.iter().map(|(what, count)| format!("{what} ({count})")).collect();
            let _ = writeln!(out, "| `{operation}` | {} |", shown.join(", "));
        }
        let entries = drift.entries();
        let _ =
            writeln!(out, "\n## Different\n\n{} answers compared, {} differences.\n", drift.compared(), entries.len());
        if !entries.is_empty() {
            let _ = writeln!(
                out,
                "| operation | status | place | difference | value | answers |\n|---|---|---|---|---|---|"
            );
        }
        for seen in &entries {
            let (found, count) = (&seen.difference, seen.count);
            let value = found.value.as_deref().unwrap_or_default();
            let (place, kind) = (&found.path, &found.kind);
            let _ =
                writeln!(out, "| `{}` | {} | `{place}` | {kind} | {value} | {count} |", found.operation, found.status);
        }
        let _ = writeln!(out, "\n## Around the answers\n");
        let unknown = || "not seen".to_owned();
        let life = self.token_life.map_or_else(unknown, |life| format!("{} s", life.as_secs()));
        let dies = match self.refresh_token_dies {
            Some(true) => "it is refused",
            Some(false) => "it works again",
            None => "not seen",
        };
        let skew = self.skew.map_or_else(unknown, |(least, most)| format!("{least} to {most} s"));
        let list = |set: Vec<String>| if set.is_empty() { "none announced".into() } else { set.join(", ") };
        let limits = list(self.limits.iter().map(|(name, value)| format!("`{name}: {value}`")).collect());
        let idle = list(self.idle.iter().map(|value| format!("`Keep-Alive: {value}`")).collect());
        let _ = writeln!(out, "- an access token lives: {life}");
        let _ = writeln!(out, "- a refresh token that was used: {dies}");
        let _ = writeln!(out, "- LinkCy's clock is ahead by: {skew}");
        let _ = writeln!(out, "- limits in headers: {limits}");
        let _ = writeln!(out, "- idle time of connections: {idle}");
        let _ = writeln!(out, "\n## What to do\n");
        for line in self.advice(entries.len()) {
            let _ = writeln!(out, "- {line}");
        }
        out
    }

    fn advice(&self, differences: usize) -> Vec<String> {
        let mut advice = Vec::new();
        if differences > 0 {
            advice.push("`cargo xtask drift` with the drift log makes corrections for openapi/overlay.yaml".to_owned());
        }
        if self.refresh_token_dies == Some(true) {
            advice.push("processes that share a session need a token store: a refresh token works once".to_owned());
        }
        if self.skew.is_some_and(|(least, most)| least.abs().max(most.abs()) > SKEW) {
            advice
                .push("set this machine's clock, or LinkCy's is wrong: tokens and signatures depend on it".to_owned());
        }
        if !self.limits.is_empty() {
            advice.push("set `max_per_second` or `max_in_flight` of the client below the announced limits".to_owned());
        }
        if !self.idle.is_empty() {
            advice.push("keep pooled connections for less than the announced idle time".to_owned());
        }
        if advice.is_empty() {
            advice.push("nothing".to_owned());
        }
        advice
    }
}
