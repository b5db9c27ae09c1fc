//! PowerAuth 3.1 online signatures, as Wultra documents them: what is signed, by which keys, and the header that carries it.
//! The same rules make a signature and check one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac as _;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::auth::token::mac;
use crate::state::device::Keys;

/// The application key and secret of the partner's app, 16 bytes each in Base64. A sandbox has no secrets.
pub const APPLICATION_KEY: &str = "c2FuZGJveC1hcHAta2V5IQ==";
/// See [`APPLICATION_KEY`].
pub const APPLICATION_SECRET: &str = "c2FuZGJveC1zZWNyZXQhIQ==";

/// The versions whose signatures are made so.
const VERSIONS: &[&str] = &["3.1", "3.2"];

/// Which factors a signature is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureType {
    /// The device alone.
    Possession,
    /// The device and a PIN.
    PossessionKnowledge,
    /// The device and its owner's finger or face.
    PossessionBiometry,
    /// All of them.
    PossessionKnowledgeBiometry,
}

const TYPES: &[(&str, SignatureType)] = &[
    ("possession", SignatureType::Possession),
    ("possession_knowledge", SignatureType::PossessionKnowledge),
    ("possession_biometry", SignatureType::PossessionBiometry),
    ("possession_knowledge_biometry", SignatureType::PossessionKnowledgeBiometry),
];

impl SignatureType {
    /// The word for it in the header.
    pub(crate) fn word(self) -> &'static str {
        TYPES.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// How many factors it is.
    pub(crate) fn factors(self) -> usize {
        self.word().split('_').count()
    }

    fn keys(self, keys: &Keys) -> Vec<[u8; 16]> {
        match self {
            SignatureType::Possession => vec![keys.possession],
            SignatureType::PossessionKnowledge => vec![keys.possession, keys.knowledge],
            SignatureType::PossessionBiometry => vec![keys.possession, keys.biometry],
            SignatureType::PossessionKnowledgeBiometry => vec![keys.possession, keys.knowledge, keys.biometry],
        }
    }
}

/// The request a signature is for.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// `POST`, `GET`, ...
    pub method: &'a str,
    /// The name of what is called: the raw path, `/api/partner/transactions`, unless the sandbox was told otherwise.
    pub path: &'a str,
    /// The raw query without question mark; empty for none.
    pub query: &'a str,
    /// The body's exact bytes.
    pub body: &'a [u8],
}

/// The bytes that are signed. Without body the query stands in its place, its pairs sorted by key, then value.
fn signed_bytes(request: SignedRequest<'_>, nonce: &str, secret: &str) -> Vec<u8> {
    let body = if request.body.is_empty() {
        let pairs = request.query.split('&').filter(|pair| !pair.is_empty());
        let mut pairs: Vec<_> = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
        pairs.sort_unstable();
        let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        STANDARD.encode(pairs.join("&"))
    } else {
        STANDARD.encode(request.body)
    };
    format!("{}&{}&{nonce}&{body}&{secret}", request.method, STANDARD.encode(request.path)).into_bytes()
}

/// The signature: a component of 16 bytes for each factor, in Base64.
pub(crate) fn signature(
    keys: &Keys,
    kind: SignatureType,
    counter: &[u8; 16],
    request: SignedRequest<'_>,
    nonce: &str,
    secret: &str,
) -> String {
    let data = signed_bytes(request, nonce, secret);
    let keys = kind.keys(keys);
    let mut components = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let mut derived = digest(key, counter);
        for key in keys.iter().take(index + 1).skip(1) {
            derived = digest(&digest(key, counter), &derived);
        }
        components.extend_from_slice(&digest(&derived, &data)[16..]);
    }
    STANDARD.encode(components)
}

/// The counter after this one.
pub(crate) fn next(counter: &[u8; 16]) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(counter).into();
    std::array::from_fn(|at| hash[at] ^ hash[at + 16])
}

fn digest(key: &[u8], message: &[u8]) -> [u8; 32] {
    mac(key, message).finalize().into_bytes().into()
}

/// A signature header taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The registration: scaDeviceId in the API.
    pub(crate) device: Uuid,
    pub(crate) application_key: String,
    /// 16 bytes in Base64, as sent: so it is signed.
    pub(crate) nonce: String,
    pub(crate) kind: SignatureType,
    pub(crate) signature: String,
    /// When it was made, in milliseconds since 1970. The sandbox's own member: PowerAuth 3.1 has none.
    pub(crate) timestamp: Option<i64>,
}

impl Header {
    /// Takes a header apart; none when it has not the form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let fields = text.strip_prefix("PowerAuth ")?;
        let field = |wanted: &str| {
            fields.split(',').find_map(|field| {
                let (name, value) = field.trim().split_once('=')?;
                (name == wanted).then(|| value.strip_prefix('"')?.strip_suffix('"')).flatten()
            })
        };
        if !VERSIONS.contains(&field("pa_version")?) {
            return None;
        }
        let (nonce, signature) = (field("pa_nonce")?, field("pa_signature")?);
        let kind = TYPES.iter().find(|(word, _)| Some(*word) == field("pa_signature_type")).map(|(_, kind)| *kind)?;
        let length = |text: &str| STANDARD.decode(text).map(|bytes| bytes.len()).ok();
        if length(nonce)? != 16 || length(signature)? != 16 * kind.factors() {
            return None;
        }
        let timestamp = match field("pa_timestamp") {
            Some(timestamp) => Some(timestamp.parse().ok()?),
            None => None,
        };
        Some(Self {
            device: field("pa_activation_id")?.parse().ok()?,
            application_key: field("pa_application_key")?.to_owned(),
            nonce: nonce.to_owned(),
            kind,
            signature: signature.to_owned(),
            timestamp,
        })
    }

    /// The nonce, as an id.
    pub(crate) fn nonce_id(&self) -> Uuid {
        let bytes = STANDARD.decode(&self.nonce).ok().and_then(|bytes| bytes.try_into().ok());
        Uuid::from_bytes(bytes.unwrap_or_default())
    }
}

impl std::fmt::Display for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { device, application_key, nonce, signature, .. } = self;
        let kind = self.kind.word();
        write!(
            f,
            "PowerAuth pa_activation_id=\"{device}\", pa_application_key=\"{application_key}\", pa_nonce=\"{nonce}\", \
             pa_signature_type=\"{kind}\", pa_signature=\"{signature}\", pa_version=\"3.1\""
        )?;
        match self.timestamp {
            Some(timestamp) => write!(f, ", pa_timestamp=\"{timestamp}\""),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn signatures_are_those_of_a_second_implementation() {
        let vectors: Vec<Value> = serde_json::from_str(include_str!("../../tests/powerauth_vectors.json")).unwrap();
        assert_eq!(vectors.len(), 16);
        for vector in vectors {
            let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
            let key = |name: &str| bytes(&vector["keys"][name]).try_into().unwrap();
            let counter = bytes(&vector["counter"]).try_into().unwrap();
            let keys =
                Keys { possession: key("possession"), knowledge: key("knowledge"), biometry: key("biometry"), counter };
            let (_, kind) = TYPES.iter().find(|(word, _)| vector["type"] == *word).unwrap();
            let text = |name: &str| vector[name].as_str().unwrap();
            let body = bytes(&vector["body"]);
            let request = SignedRequest {
                method: text("method"),
                path: text("uriIdentifier"),
                query: text("query"),
                body: &body,
            };
            let made = signature(&keys, *kind, &counter, request, text("nonce"), text("applicationSecret"));
            assert_eq!(made, text("signature"), "{vector}");
            assert_eq!(next(&counter).as_slice(), bytes(&vector["nextCounter"]));
        }
    }

    #[test]
    fn a_header_is_read_as_it_is_written_and_in_any_order() {
        let header = Header {
            device: Uuid::from_u128(7),
            application_key: APPLICATION_KEY.into(),
            nonce: STANDARD.encode([1; 16]),
            kind: SignatureType::PossessionKnowledge,
            signature: STANDARD.encode([2; 32]),
            timestamp: None,
        };
        let written = header.to_string();
        let mut fields: Vec<&str> = written.strip_prefix("PowerAuth ").unwrap().split(", ").collect();
        fields.reverse();
        let turned = format!("PowerAuth {}", fields.join(",  "));
        for text in [&written, &turned, &written.replace("\"3.1\"", "\"3.2\"")] {
            assert_eq!(Header::parse(text).as_ref(), Some(&header), "{text}");
        }
        for (from, to) in [
            ("PowerAuth ", "Bearer "),
            ("\"3.1\"", "\"2.1\""),
            ("possession_knowledge", "knowledge"),
            ("possession_knowledge", "possession"),
            ("pa_nonce", "nonce"),
            ("pa_application_key", "key"),
            ("AQEB", "!!!!"),
            ("00000000-0000", "device"),
        ] {
            assert!(written.contains(from), "{from}");
            assert_eq!(Header::parse(&written.replace(from, to)), None, "{from} as {to}");
        }
        assert_eq!(Header::parse(""), None);
    }
}
