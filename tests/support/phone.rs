//! A phone that signs: the sandbox's device key behind the client's signer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use linkcy::sca::{ScaSigner, Signature, SignerError, SigningInput};
use linkcy_sandbox::sca::{DeviceKey, SignedRequest, sign};
use linkcy_sandbox::{Clock, Control};
use uuid::Uuid;

/// Somebody's phone.
pub struct Phone {
    pub key: DeviceKey,
    clock: Clock,
    made: AtomicUsize,
    signing: AtomicUsize,
    /// The most that were being signed at once.
    pub at_once: AtomicUsize,
    /// The bodies that were signed, in order.
    pub signed: Mutex<Vec<SigningInput>>,
}

impl Phone {
    /// Registered anew for an end-user, with its own key.
    pub fn of(end_user: Uuid, control: &Control) -> Self {
        Self::new(control.register_device(end_user), control.clock().clone())
    }

    pub fn new(key: DeviceKey, clock: Clock) -> Self {
        Self {
            key,
            clock,
            made: AtomicUsize::new(0),
            signing: AtomicUsize::new(0),
            at_once: AtomicUsize::new(0),
            signed: Mutex::default(),
        }
    }

    /// The header value for this input.
    pub fn signature(&self, input: &SigningInput) -> String {
        self.made.fetch_add(1, Ordering::Relaxed);
        let request = SignedRequest { method: input.method, path: &input.path, query: &input.query, body: &input.body };
        sign(&self.key, request, self.clock.now(), nonce())
    }

    pub fn times(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }
}

/// A phone that tests keep a hand on.
pub struct Held(pub Arc<Phone>);

#[async_trait]
impl ScaSigner for Held {
    async fn sign(&self, input: &SigningInput) -> Result<Signature, SignerError> {
        let phone = &self.0;
        let now = phone.signing.fetch_add(1, Ordering::SeqCst) + 1;
        phone.at_once.fetch_max(now, Ordering::SeqCst);
        // Lets every other task run that could get in between.
        tokio::task::yield_now().await;
        phone.signed.lock().unwrap().push(input.clone());
        let signature = phone.signature(input);
        phone.signing.fetch_sub(1, Ordering::SeqCst);
        Ok(Signature::new(signature)?)
    }
}

/// The sandbox takes each nonce once.
fn nonce() -> [u8; 16] {
    fastrand::u128(..).to_be_bytes()
}
