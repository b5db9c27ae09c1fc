//! Getting a description: from a file, an address, or a page that shows it. Nothing here trusts what it gets.
//!
//! `http` asks one address; `content` says what an answer is; `page` and `markdown` find what a page offers; `portal` knows
//! the addresses that follow from a page's own; `search` tries them all in order.

mod content;
mod http;
mod markdown;
mod page;
mod portal;
mod search;

use std::path::Path;

use crate::document::sha256;

pub use http::{Failure, Limits};

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{path}")]
    File { path: String, source: std::io::Error },
    #[error("{path}: larger than {} MiB", limit >> 20)]
    TooLarge { path: String, limit: u64 },
    #[error("{from}: {failure}")]
    Http { from: String, failure: Failure },
    #[error("{from}: {what}; give the address of the file itself; tried:{}", tried.iter().map(|line| format!("\n- {line}")).collect::<String>())]
    NotFound {
        from: String,
        /// What came from the address itself.
        what: String,
        /// One line for each address and place that was looked at, with the reason why it is none.
        tried: Vec<String>,
    },
}

/// How the description was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The file itself.
    Raw,
    /// At an address that a page names, or that follows from the page's own.
    Linked,
    /// In the state a page carries with it.
    Embedded,
}

impl Form {
    pub fn word(self) -> &'static str {
        match self {
            Self::Raw => "file",
            Self::Linked => "page, linked file",
            Self::Embedded => "page, embedded",
        }
    }
}

/// What was fetched: the bytes of a description in JSON or YAML, not yet read.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Without a byte order mark.
    pub bytes: Vec<u8>,
    pub form: Form,
    /// The address or file asked for.
    pub from: String,
    /// The address or file that has the description, or the page that embeds it.
    pub found: String,
    sha256: String,
}

impl Fetched {
    fn new(bytes: Vec<u8>, form: Form, from: &str, found: &str) -> Self {
        let sha256 = sha256(&bytes);
        let bytes = content::unmarked(bytes);
        Self { bytes, form, from: from.to_owned(), found: found.to_owned(), sha256 }
    }

    /// Of the bytes as they came.
    pub fn sha256(&self) -> String {
        self.sha256.clone()
    }
}

pub fn is_address(from: &str) -> bool {
    from.starts_with("https://") || from.starts_with("http://")
}

/// Reads a file or asks an address, and if a page comes, finds the description that it shows.
///
/// # Errors
/// If it cannot be had, or the page leads to no description; the message names all that was tried, with the reasons.
pub fn fetch(from: &str) -> Result<Fetched, FetchError> {
    fetch_within(from, &Limits::default())
}

/// The same within other limits.
///
/// # Errors
/// As [`fetch`].
pub fn fetch_within(from: &str, limits: &Limits) -> Result<Fetched, FetchError> {
    if is_address(from) {
        return search::address(from, limits);
    }
    let bytes = read(from, limits)?;
    if content::is_html(&bytes) {
        search::file(from, &bytes, limits)
    } else {
        Ok(Fetched::new(bytes, Form::Raw, from, from))
    }
}

fn read(path: &str, limits: &Limits) -> Result<Vec<u8>, FetchError> {
    let error = |source| FetchError::File { path: path.to_owned(), source };
    let length = std::fs::metadata(Path::new(path)).map_err(error)?.len();
    if length > limits.bytes {
        return Err(FetchError::TooLarge { path: path.to_owned(), limit: limits.bytes });
    }
    std::fs::read(path).map_err(error)
}
