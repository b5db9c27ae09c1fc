//! The three headers of a signed webhook, read from any server's type of headers.

use http::HeaderMap;

use super::error::WebhookError;

/// The headers of a request. A server whose headers are not an [`http::HeaderMap`] passes a slice of names and values.
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

/// The headers of id, timestamp and signatures: those of the Standard Webhooks specification, and Svix's own.
const FAMILIES: [[&str; 3]; 2] =
    [["webhook-id", "webhook-timestamp", "webhook-signature"], ["svix-id", "svix-timestamp", "svix-signature"]];

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
        // Headers of two families are never mixed: the sender signed one. Of two that are equally complete, Svix's is
        // used.
        let there = |family: &[&'static str; 3]| family.iter().filter(|name| !headers.values(name).is_empty()).count();
        let [webhook, svix] = FAMILIES;
        let names = if there(&webhook) > there(&svix) { webhook } else { svix };
        let [id, timestamp, signatures] = names.map(|name| texts(name, headers.values(name)));
        let (id, timestamp, signatures) = (one(names[0], id?)?, one(names[1], timestamp?)?, signatures?);
        // With a dot in it the signed text `id.timestamp.body` could be cut in another place.
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.') {
            return Err(malformed(names[0], "has to be visible ASCII characters without a dot"));
        }
        let seconds = timestamp.parse().ok().filter(|_| timestamp.bytes().all(|byte| byte.is_ascii_digit()));
        let sent = seconds.ok_or(malformed(names[1], "has to be seconds since the Unix epoch in digits"))?;
        Ok(Self { id, timestamp, sent, signatures })
    }
}

fn malformed(name: &'static str, problem: &'static str) -> WebhookError {
    WebhookError::MalformedHeader { name, problem }
}

/// The texts of a header that may occur several times.
fn texts<'a>(name: &'static str, values: Vec<&'a [u8]>) -> Result<Vec<&'a str>, WebhookError> {
    if values.is_empty() {
        return Err(WebhookError::MissingHeader { name });
    }
    let texts: Result<_, _> = values.into_iter().map(std::str::from_utf8).collect();
    texts.map_err(|_| malformed(name, "has to be text"))
}

/// The text of a header that occurs once.
fn one<'a>(name: &'static str, texts: Vec<&'a str>) -> Result<&'a str, WebhookError> {
    let [text] = texts[..] else { return Err(malformed(name, "has to come once")) };
    Ok(text)
}
