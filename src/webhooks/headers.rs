//! The three headers of a signed webhook, read from any server's type of headers.

use http::HeaderMap;

use super::error::WebhookError;

/// The headers of a request. A server whose headers are no [`http::HeaderMap`] gives a slice of names and values.
pub trait Headers {
    /// The values of all headers of this name, whatever its case.
    fn values(&self, name: &str) -> Vec<&[u8]>;
}

impl Headers for HeaderMap {
    fn values(&self, name: &str) -> Vec<&[u8]> {
        self.get_all(name).iter().map(|value| value.as_bytes()).collect()
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn values(&self, name: &str) -> Vec<&[u8]> {
        let named = self.iter().filter(|(other, _)| other.as_ref().eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_ref()).collect()
    }
}

/// The names under which id, timestamp and signatures come: Svix's own, and those of the Standard Webhooks
/// specification.
const FAMILIES: [[&str; 3]; 2] =
    [["svix-id", "svix-timestamp", "svix-signature"], ["webhook-id", "webhook-timestamp", "webhook-signature"]];

/// What a sender claims. The form is checked, and nothing is verified.
#[derive(Debug)]
pub(super) struct Signed<'a> {
    pub(super) id: &'a str,
    /// The text as it was signed.
    pub(super) timestamp: &'a str,
    /// Seconds since the Unix epoch.
    pub(super) sent: i64,
    /// The values of the signature headers.
    pub(super) signatures: Vec<&'a str>,
}

impl<'a> Signed<'a> {
    pub(super) fn read(headers: &'a (impl Headers + ?Sized)) -> Result<Self, WebhookError> {
        let read = FAMILIES.map(|names| names.map(|name| (name, headers.values(name))));
        let is_whole = |family: &&[(&str, Vec<&[u8]>); 3]| family.iter().all(|(_, values)| !values.is_empty());
        let is_begun = |family: &&[(&str, Vec<&[u8]>); 3]| family.iter().any(|(_, values)| !values.is_empty());
        // Headers of two families are never mixed: the sender signed one.
        let [svix, _] = &read;
        let family = read.iter().find(is_whole).or_else(|| read.iter().find(is_begun)).unwrap_or(svix);
        let [id, timestamp, signatures] = family;
        let (id, timestamp) = (one(id)?, one(timestamp)?);
        let signatures = all(signatures)?;
        let malformed = |(name, _): &(&'static str, _), problem| WebhookError::MalformedHeader { name, problem };
        // With a dot in it the signed text `id.timestamp.body` could be cut in another place.
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.') {
            return Err(malformed(&family[0], "has to be visible ASCII characters without a dot"));
        }
        let seconds = || malformed(&family[1], "has to be seconds since the Unix epoch in digits");
        if !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(seconds());
        }
        let sent = timestamp.parse().map_err(|_| seconds())?;
        Ok(Self { id, timestamp, sent, signatures })
    }
}

/// The texts of a header that may come several times.
fn all<'a>((name, values): &(&'static str, Vec<&'a [u8]>)) -> Result<Vec<&'a str>, WebhookError> {
    if values.is_empty() {
        return Err(WebhookError::MissingHeader { name });
    }
    let text = |value: &&'a [u8]| std::str::from_utf8(value).ok();
    let texts: Option<Vec<_>> = values.iter().map(text).collect();
    texts.ok_or(WebhookError::MalformedHeader { name, problem: "has to be text" })
}

/// The text of a header that comes once.
fn one<'a>(header: &(&'static str, Vec<&'a [u8]>)) -> Result<&'a str, WebhookError> {
    match all(header)?[..] {
        [text] => Ok(text),
        _ => Err(WebhookError::MalformedHeader { name: header.0, problem: "has to come once" }),
    }
}
