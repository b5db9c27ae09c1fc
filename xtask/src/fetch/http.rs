//! One GET, bounded in size and time: https only (http to this machine), redirects to the same host only.

use std::io::{IsTerminal, Read, Write};
use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::{Url, redirect};

/// The most a description may weigh: 64 MiB, some fifty times what it does.
pub const LIMIT: u64 = 64 << 20;
const CONNECT: Duration = Duration::from_secs(10);
/// For the whole answer.
const TOTAL: Duration = Duration::from_secs(120);
const REDIRECTS: usize = 5;

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{path}")]
    File { path: String, source: std::io::Error },
    #[error("{from} is not an address: {why}")]
    Address { from: String, why: String },
    #[error("{from}: only https (http to this machine only)")]
    Insecure { from: String },
    #[error("{from}: {why}")]
    Unreachable { from: String, why: String },
    #[error("{from} answers {status}")]
    Status { from: String, status: String },
    #[error("{from}: larger than {} MiB", LIMIT >> 20)]
    TooLarge { from: String },
    #[error("{from} leads to another host, {to}: give that address with --from if you trust it")]
    OtherHost { from: String, to: String },
    #[error(
        "{from} is a page without a description: no download link and no embedded state; give the address of the file itself with --from"
    )]
    NothingInPage { from: String },
    #[error("the page's download link, {link}, leads to another page: give the address of the file itself with --from")]
    LinkToPage { link: String },
}

/// Fetches an address.
pub fn get(from: &str) -> Result<Vec<u8>, FetchError> {
    let url = checked(from)?;
    let host = url.host_str().map(str::to_owned);
    let policy = redirect::Policy::custom(move |attempt| {
        let same = attempt.url().host_str().map(str::to_owned) == host && is_secure(attempt.url());
        if attempt.previous().len() > REDIRECTS {
            attempt.error("too many redirects")
        } else if same {
            attempt.follow()
        } else {
            attempt.stop()
        }
    });
    let unreachable = |error: reqwest::Error| FetchError::Unreachable { from: from.to_owned(), why: whole(&error) };
    let client = Client::builder()
        .redirect(policy)
        .connect_timeout(CONNECT)
        .timeout(TOTAL)
        .user_agent("linkcy-xtask")
        .build()
        .map_err(unreachable)?;
    let answer = client.get(url).header("accept", "application/json, application/yaml, text/html").send();
    let mut answer = answer.map_err(unreachable)?;
    if answer.status().is_redirection() {
        let to = answer.headers().get("location").map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
        return Err(FetchError::OtherHost { from: from.to_owned(), to: to.unwrap_or_default() });
    }
    if !answer.status().is_success() {
        return Err(FetchError::Status { from: from.to_owned(), status: answer.status().to_string() });
    }
    let expected = answer.content_length();
    if expected.is_some_and(|length| length > LIMIT) {
        return Err(FetchError::TooLarge { from: from.to_owned() });
    }
    body(&mut answer, from, expected)
}

fn body(answer: &mut impl Read, from: &str, expected: Option<u64>) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    let mut progress = Progress::new(expected);
    loop {
        let error = |error: std::io::Error| FetchError::Unreachable { from: from.to_owned(), why: error.to_string() };
        let count = answer.read(&mut chunk).map_err(error)?;
        if count == 0 {
            return Ok(bytes);
        }
        bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
        if u64::try_from(bytes.len()).is_ok_and(|length| length > LIMIT) {
            return Err(FetchError::TooLarge { from: from.to_owned() });
        }
        progress.show(bytes.len());
    }
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

/// The address a link on a page stands for, which has to be on the page's host.
pub fn join(page: &str, link: &str) -> Result<String, FetchError> {
    let bad =
        |from: &str, why: &dyn std::fmt::Display| FetchError::Address { from: from.to_owned(), why: why.to_string() };
    let Ok(base) = Url::parse(page) else {
        // A page in a file has no host; its link has to be whole.
        let url = Url::parse(link).map_err(|why| bad(link, &why))?;
        return Ok(url.to_string());
    };
    let url = base.join(link).map_err(|why| bad(link, &why))?;
    if url.host_str() != base.host_str() {
        return Err(FetchError::OtherHost { from: page.to_owned(), to: url.to_string() });
    }
    Ok(url.to_string())
}

fn checked(from: &str) -> Result<Url, FetchError> {
    let url = Url::parse(from).map_err(|why| FetchError::Address { from: from.to_owned(), why: why.to_string() })?;
    if is_secure(&url) { Ok(url) } else { Err(FetchError::Insecure { from: from.to_owned() }) }
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
