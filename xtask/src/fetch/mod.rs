//! Getting a description: from a file, an address, or a page that shows it. Nothing here trusts what it gets.

mod http;
mod page;

use std::path::Path;

use crate::document::sha256;

pub use http::{FetchError, LIMIT};

/// How the description was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The file itself.
    Raw,
    /// Behind the download link of a page.
    Linked,
    /// In the state a page carries with it.
    Embedded,
}

impl Form {
    pub fn word(self) -> &'static str {
        match self {
            Self::Raw => "file",
            Self::Linked => "page, download link",
            Self::Embedded => "page, embedded",
        }
    }
}

/// What was fetched: the bytes of a description in JSON or YAML, not yet read.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub bytes: Vec<u8>,
    pub form: Form,
    /// The address or file asked for.
    pub from: String,
}

impl Fetched {
    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }
}

pub fn is_address(from: &str) -> bool {
    from.starts_with("https://") || from.starts_with("http://")
}

/// Reads a file or asks an address, and if a page comes, finds the description in it.
///
/// # Errors
/// If it cannot be had, or the page shows no description; the message says which, and what to do.
pub fn fetch(from: &str) -> Result<Fetched, FetchError> {
    let bytes = if is_address(from) { http::get(from)? } else { read(from)? };
    if !page::is_page(&bytes) {
        return Ok(Fetched { bytes, form: Form::Raw, from: from.to_owned() });
    }
    let html = String::from_utf8_lossy(&bytes);
    let found = page::find(&html);
    if let Some(link) = &found.link {
        let address = http::join(from, link)?;
        let bytes = http::get(&address)?;
        if page::is_page(&bytes) {
            return Err(FetchError::LinkToPage { link: address });
        }
        return Ok(Fetched { bytes, form: Form::Linked, from: from.to_owned() });
    }
    match found.embedded {
        Some(json) => Ok(Fetched { bytes: json.into_bytes(), form: Form::Embedded, from: from.to_owned() }),
        None => Err(FetchError::NothingInPage { from: from.to_owned() }),
    }
}

fn read(path: &str) -> Result<Vec<u8>, FetchError> {
    let error = |source| FetchError::File { path: path.to_owned(), source };
    let length = std::fs::metadata(Path::new(path)).map_err(error)?.len();
    if length > LIMIT {
        return Err(FetchError::TooLarge { from: path.to_owned() });
    }
    std::fs::read(path).map_err(error)
}
