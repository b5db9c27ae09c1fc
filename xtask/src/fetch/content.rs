//! What an answer is, told by its bytes: a portal sends an HTML page with status 200 for whatever it does not have.

use crate::document::Document;

const MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes as UTF-8 without a byte order mark. UTF-16 is recognized by its mark; invalid UTF-16 is left as it is.
pub fn unmarked(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    let unit = match bytes.get(..2) {
        Some([0xff, 0xfe]) => u16::from_le_bytes,
        Some([0xfe, 0xff]) => u16::from_be_bytes,
        _ => return bytes,
    };
    let pairs = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    match char::decode_utf16(pairs).collect::<Result<String, _>>() {
        Ok(text) if bytes.len().is_multiple_of(2) => text.into_bytes(),
        _ => bytes,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_with_a_mark_is_read() {
        let text = "title: \u{e9} \u{1f600}";
        let with_mark = format!("\u{feff}{text}");
        let units = || with_mark.encode_utf16();
        let encodings = [
            text.as_bytes().to_vec(),
            with_mark.as_bytes().to_vec(),
            units().flat_map(u16::to_le_bytes).collect(),
            units().flat_map(u16::to_be_bytes).collect(),
        ];
        for bytes in encodings {
            assert_eq!(unmarked(bytes), text.as_bytes());
        }
        for broken in [b"\xff\xfea".to_vec(), b"\xff\xfe\x00\xd8".to_vec(), Vec::new()] {
            assert_eq!(unmarked(broken.clone()), broken);
        }
    }
}
