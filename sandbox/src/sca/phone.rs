//! A device in software: it signs as the phone of an end-user does, with keys and a counter of its own.

use std::fmt;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::powerauth::{APPLICATION_KEY, APPLICATION_SECRET, Header, SignatureType, SignedRequest, next, signature};
use crate::lock::lock;
use crate::state::device::Keys;

/// A device in software. Its clones share one counter, as they are one phone; hand it to [`sign`].
#[derive(Clone)]
pub struct DeviceKey {
    /// The device's id, scaDeviceId in the API.
    pub device: Uuid,
    keys: Arc<Mutex<Keys>>,
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.device)
    }
}

impl DeviceKey {
    pub(crate) fn new(device: Uuid, keys: Keys) -> Self {
        Self { device, keys: Arc::new(Mutex::new(keys)) }
    }

    /// What a signer in another language needs, and [`DeviceKey::load`] reads: keys and counter, 16 bytes each in Base64.
    pub fn save(&self) -> Value {
        let keys = lock(&self.keys);
        let text = |bytes: &[u8; 16]| STANDARD.encode(bytes);
        json!({
            "scaDeviceId": self.device,
            "possessionKey": text(&keys.possession),
            "knowledgeKey": text(&keys.knowledge),
            "biometryKey": text(&keys.biometry),
            "counter": text(&keys.counter),
            "applicationKey": APPLICATION_KEY,
            "applicationSecret": APPLICATION_SECRET,
        })
    }

    /// A device that was saved; none when a member is missing or is not 16 bytes in Base64.
    pub fn load(saved: &Value) -> Option<Self> {
        let bytes = |name: &str| STANDARD.decode(saved[name].as_str()?).ok()?.try_into().ok();
        let keys = Keys {
            possession: bytes("possessionKey")?,
            knowledge: bytes("knowledgeKey")?,
            biometry: bytes("biometryKey")?,
            counter: bytes("counter")?,
        };
        Some(Self::new(saved["scaDeviceId"].as_str()?.parse().ok()?, keys))
    }
}

impl Serialize for DeviceKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.save().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DeviceKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Value::deserialize(deserializer)?;
        Self::load(&saved)
            .ok_or_else(|| D::Error::custom("a device has its id, three keys and a counter, 16 bytes each in Base64"))
    }
}

/// The value of the Linkcy-SCA-Signature header for a request, signed by device and biometry at `at`. Each one moves the
/// device's counter; the sandbox takes each nonce once.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use linkcy_sandbox::sca::{SignedRequest, sign};
/// # use linkcy_sandbox::Sandbox;
/// # let sandbox = Sandbox::start().await.unwrap();
/// # let end_user = uuid::Uuid::nil();
/// let key = sandbox.control().register_device(end_user);
/// let request =
///     SignedRequest { method: "POST", path: "/api/partner/transactions", query: "", body: br#"{"amount":1}"# };
/// let header = sign(&key, request, sandbox.control().clock().now(), [7; 16]);
/// assert!(header.starts_with("PowerAuth pa_activation_id="));
/// # });
/// ```
pub fn sign(key: &DeviceKey, request: SignedRequest<'_>, at: Timestamp, nonce: [u8; 16]) -> String {
    sign_with(key, SignatureType::PossessionBiometry, request, Some(at), nonce)
}

/// The same with other factors. Without time it is as PowerAuth's SDK makes it, and its life is bounded by the counter alone.
pub fn sign_with(
    key: &DeviceKey,
    kind: SignatureType,
    request: SignedRequest<'_>,
    at: Option<Timestamp>,
    nonce: [u8; 16],
) -> String {
    let nonce = STANDARD.encode(nonce);
    let mut keys = lock(&key.keys);
    let signature = signature(&keys, kind, &keys.counter, request, &nonce, APPLICATION_SECRET);
    keys.counter = next(&keys.counter);
    let header = Header {
        device: key.device,
        application_key: APPLICATION_KEY.to_owned(),
        nonce,
        kind,
        signature,
        timestamp: at.map(Timestamp::as_millisecond),
    };
    header.to_string()
}
