//! Compressed answers that were not asked for, as some proxies send them.

use std::io::Read;

use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use crate::error::TransportCause;

/// How a body is compressed, if it is. reqwest removes the header of what it decodes itself.
pub(crate) fn of(headers: &HeaderMap) -> Option<&str> {
    let encoding = headers.get(CONTENT_ENCODING)?.to_str().unwrap_or("unreadable").trim();
    Some(encoding).filter(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity"))
}

/// A body without its compression.
///
/// # Errors
/// When it is compressed in a way that is not read here, is damaged, or is longer than `longest`.
pub(super) fn decoded(headers: &HeaderMap, body: Bytes, longest: usize) -> Result<Bytes, TransportCause> {
    match of(headers).filter(|_| !body.is_empty()) {
        Some(encoding) => decompressed(encoding, &body, longest),
        None => Ok(body),
    }
}

#[cold]
fn decompressed(encoding: &str, body: &[u8], longest: usize) -> Result<Bytes, TransportCause> {
    let inflated = match &*encoding.to_ascii_lowercase() {
        "gzip" | "x-gzip" => inflate(MultiGzDecoder::new(body), longest),
        // Zlib's form by the standard; some servers send bare deflate.
        "deflate" => inflate(ZlibDecoder::new(body), longest).or_else(|_| inflate(DeflateDecoder::new(body), longest)),
        _ => Err(()),
    };
    match inflated {
        Ok(inflated) if inflated.len() > longest => Err(TransportCause::TooLong(longest)),
        Ok(inflated) => Ok(inflated.into()),
        Err(()) => Err(TransportCause::Encoding(encoding.to_owned())),
    }
}

/// Reads no more than a piece beyond `longest`. `Read::read_to_end` would be compiled for each decoder.
fn inflate(mut decoder: impl Read, longest: usize) -> Result<Vec<u8>, ()> {
    let (mut inflated, mut piece) = (Vec::new(), [0; 4_096]);
    while inflated.len() <= longest {
        match decoder.read(&mut piece).map_err(|_| ())? {
            0 => break,
            length => inflated.extend_from_slice(piece.get(..length).unwrap_or_default()),
        }
    }
    Ok(inflated)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use http::HeaderValue;

    use super::*;

    const JSON: &[u8] = br#"{"id":"6f1d3c1e-8a52-4c0b-9f6e-2b7a90d4c3aa"}"#;

    fn read(encoding: &'static str, body: Vec<u8>, longest: usize) -> Result<Bytes, String> {
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(encoding))]);
        decoded(&headers, body.into(), longest).map_err(|cause| cause.to_string())
    }

    fn gzip() -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(JSON).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_and_both_forms_of_deflate_are_decoded() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(JSON).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        bare.write_all(JSON).unwrap();
        let (zlib, bare) = (zlib.finish().unwrap(), bare.finish().unwrap());
        for (encoding, body) in [
            ("gzip", gzip()),
            ("GZIP", gzip()),
            ("x-gzip", gzip()),
            ("deflate", zlib),
            ("deflate", bare),
            ("identity", JSON.to_vec()),
            ("", JSON.to_vec()),
        ] {
            assert_eq!(read(encoding, body, 1_000).as_deref(), Ok(JSON), "{encoding}");
        }
        assert_eq!(read("br", Vec::new(), 1_000).as_deref(), Ok(&b""[..]));
    }

    #[test]
    fn what_is_not_decoded_is_refused_by_name() {
        for (encoding, body) in [("br", JSON.to_vec()), ("gzip, br", gzip()), ("gzip", JSON.to_vec())] {
            let refused = read(encoding, body, 1_000).unwrap_err();
            assert!(refused.contains(&format!("`{encoding}`")), "{refused}");
        }
        let cut = gzip()[..30].to_vec();
        assert!(read("gzip", cut, 1_000).unwrap_err().contains("gzip"));
        assert!(read("gzip", gzip(), 10).unwrap_err().contains("longer than 10 bytes"));
    }
}
