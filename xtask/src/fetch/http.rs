//! GET requests, bounded in size and time: https only (http to this machine), redirects to the same host only.

use std::io::{IsTerminal, Read, Write};
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use reqwest::{Url, redirect};

use super::FetchError;

/// What a search for a description may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one answer.
    pub bytes: u64,
    /// Bytes of all answers.
    pub total_bytes: u64,
    /// Addresses asked.
    pub addresses: usize,
    /// Time to connect.
    pub connect: Duration,
    /// Time for one answer.
    pub answer: Duration,
    /// Time for all answers.
    pub total: Duration,
}

impl Default for Limits {
    /// 64 MiB an answer, some fifty times what a description weighs, and two minutes for it.
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            total_bytes: 256 << 20,
            addresses: 48,
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(120),
            total: Duration::from_secs(240),
        }
    }
}

const REDIRECTS: usize = 5;
const ACCEPTED: &str = "application/json, application/yaml, text/html, text/markdown, */*;q=0.5";

/// Why an address gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("not an address: {0}")]
    Address(String),
    #[error("only https is asked (http on this machine only)")]
    Insecure,
    #[error("{0}")]
    Unreachable(String),
    #[error("no whole answer within {} s", .0.as_secs_f64())]
    Slow(Duration),
    #[error("answers {0}")]
    Status(String),
    #[error("larger than {}", shown(*.0))]
    TooLarge(u64),
    #[error("leads to another host, {0}: give that address itself if you trust it")]
    OtherHost(String),
}

fn shown(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

/// What an address gave.
pub struct Answer {
    pub bytes: Vec<u8>,
    /// Where redirects led.
    pub url: Url,
}

/// Asks addresses within limits that hold for all of them together.
pub struct Http {
    limits: Limits,
    begun: Instant,
    bytes: u64,
    asked: usize,
    /// The client of the last host: its redirects stay there.
    client: Option<(Url, Client)>,
}

impl Http {
    pub fn new(limits: &Limits) -> Self {
        Self { limits: limits.clone(), begun: Instant::now(), bytes: 0, asked: 0, client: None }
    }

    /// Why no further address is asked, if none is.
    pub fn exhausted(&self) -> Option<String> {
        let Limits { addresses, total, total_bytes, .. } = &self.limits;
        if self.asked >= *addresses {
            Some(format!("{addresses} addresses were asked"))
        } else if self.begun.elapsed() >= *total {
            Some(format!("{} s are over", total.as_secs_f64()))
        } else if self.bytes >= *total_bytes {
            Some(format!("{} were read", shown(*total_bytes)))
        } else {
            None
        }
    }

    /// Fetches an address.
    pub fn get(&mut self, from: &str) -> Result<Answer, Failure> {
        let url = checked(from)?;
        self.asked += 1;
        let end = (Instant::now() + self.limits.answer).min(self.begun + self.limits.total);
        let time = end.saturating_duration_since(Instant::now());
        let client = self.client(&url)?;
        let unreachable = |error: reqwest::Error| {
            if error.is_timeout() { Failure::Slow(self.limits.answer) } else { Failure::Unreachable(whole(&error)) }
        };
        let request = client.get(url).header("accept", ACCEPTED).timeout(time);
        let mut answer = request.send().map_err(unreachable)?;
        if answer.status().is_redirection() {
            let to = answer.headers().get("location").map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
            return Err(Failure::OtherHost(to.unwrap_or_default()));
        }
        if !answer.status().is_success() {
            return Err(Failure::Status(answer.status().to_string()));
        }
        let expected = answer.content_length();
        if expected.is_some_and(|length| length > self.limits.bytes) {
            return Err(Failure::TooLarge(self.limits.bytes));
        }
        let url = answer.url().clone();
        Ok(Answer { bytes: self.body(&mut answer, expected, end)?, url })
    }

    fn client(&mut self, url: &Url) -> Result<Client, Failure> {
        if let Some((_, client)) = self.client.as_ref().filter(|(known, _)| is_same_host(known, url)) {
            return Ok(client.clone());
        }
        let client = Client::builder()
            .redirect(same_host(url))
            .connect_timeout(self.limits.connect)
            .user_agent("linkcy-xtask")
            .build()
            .map_err(|error| Failure::Unreachable(whole(&error)))?;
        self.client = Some((url.clone(), client.clone()));
        Ok(client)
    }

    fn body(&mut self, answer: &mut impl Read, expected: Option<u64>, end: Instant) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let mut chunk = vec![0; 64 << 10];
        let mut progress = Progress::new(expected);
        loop {
            let count = match answer.read(&mut chunk) {
                Ok(count) => count,
                Err(error) if is_timeout(&error) => return Err(Failure::Slow(self.limits.answer)),
                Err(error) => return Err(Failure::Unreachable(error.to_string())),
            };
            if count == 0 {
                return Ok(bytes);
            }
            bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
            self.bytes += count as u64;
            for (so_far, limit) in [(bytes.len() as u64, self.limits.bytes), (self.bytes, self.limits.total_bytes)] {
                if so_far > limit {
                    return Err(Failure::TooLarge(limit));
                }
            }
            // The client's own limit is one for each read.
            if Instant::now() >= end {
                return Err(Failure::Slow(self.limits.answer));
            }
            progress.show(bytes.len());
        }
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<reqwest::Error>());
    error.kind() == std::io::ErrorKind::TimedOut || cause.is_some_and(reqwest::Error::is_timeout)
}

fn same_host(url: &Url) -> redirect::Policy {
    let origin = url.clone();
    redirect::Policy::custom(move |attempt| {
        let same = is_same_host(attempt.url(), &origin) && is_secure(attempt.url());
        if attempt.previous().len() > REDIRECTS {
            attempt.error("too many redirects")
        } else if same {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

/// How much has come, on a terminal only.
struct Progress {
    expected: Option<u64>,
    on: bool,
}

impl Progress {
    fn new(expected: Option<u64>) -> Self {
        Self { expected, on: std::io::stderr().is_terminal() }
    }

    fn show(&mut self, so_far: usize) {
        if self.on {
            let of = self.expected.map(|length| format!(" of {} KiB", length >> 10)).unwrap_or_default();
            let _ = write!(std::io::stderr(), "\rfetched {} KiB{of} ", so_far >> 10);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.on {
            let _ = writeln!(std::io::stderr());
        }
    }
}

/// The address that a link on a page stands for. It has to be on the page's host; a page in a file has none, and its link
/// has to be a whole address.
pub fn join(page: &str, link: &str) -> Result<String, Failure> {
    let bad = |why: url::ParseError| Failure::Address(why.to_string());
    let Ok(base) = Url::parse(page) else {
        return Ok(Url::parse(link).map_err(bad)?.to_string());
    };
    let url = base.join(link).map_err(bad)?;
    if !is_same_host(&url, &base) {
        return Err(Failure::OtherHost(url.to_string()));
    }
    Ok(url.to_string())
}

fn is_same_host(one: &Url, other: &Url) -> bool {
    one.host_str() == other.host_str() && one.port_or_known_default() == other.port_or_known_default()
}

/// An address that may be asked.
pub fn checked(from: &str) -> Result<Url, Failure> {
    let url = Url::parse(from).map_err(|why| Failure::Address(why.to_string()))?;
    if is_secure(&url) { Ok(url) } else { Err(Failure::Insecure) }
}

/// https, or http that does not leave this machine.
fn is_secure(url: &Url) -> bool {
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && local)
}

/// An error with all that caused it, in one line.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

impl Failure {
    /// The failure of an address, as an error of the whole search.
    pub fn at(self, from: &str) -> FetchError {
        FetchError::Http { from: from.to_owned(), failure: self }
    }
}
