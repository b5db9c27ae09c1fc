//! What an answer is, told by its bytes: a portal sends an HTML page with status 200 for whatever it does not have.

use crate::document::Document;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes without a byte order mark.
pub fn unmarked(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    bytes
}

/// No description begins with `<`.
pub fn is_html(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// Whether the bytes are an OpenAPI 3 description, in JSON or YAML, with an operation in it.
///
/// # Errors
/// Why they are not.
pub fn description(bytes: &[u8]) -> Result<(), String> {
    if is_html(bytes) {
        return Err("an HTML page, no description".to_owned());
    }
    let document = Document::parse(bytes).map_err(|error| {
        let error = anyhow::Error::new(error);
        format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
    })?;
    if document.operation_count() == 0 {
        return Err("an OpenAPI description without an operation".to_owned());
    }
    Ok(())
}
