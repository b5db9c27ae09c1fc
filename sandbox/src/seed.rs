//! What is random in the sandbox, out of one seed: the same seed and the same requests give the same ids.

use fastrand::Rng;
use uuid::{Builder, Uuid};

/// A seeded source of ids, digits and keys.
#[derive(Debug, Clone)]
pub struct Seed(Rng);

impl Seed {
    /// A source that starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// A source that starts from a text: the same for the same text, on every machine.
    pub fn of_text(text: &str) -> Self {
        // FNV-1a: small, and stable across versions, unlike the standard library's hasher.
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Self::new(hash)
    }

    /// An id as LinkCy's: a UUID of version 4.
    pub fn uuid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.0.u128(..).to_be_bytes()).into_uuid()
    }

    /// That many decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.0.digit(10)).collect()
    }

    /// That many letters and digits, as for a secret.
    pub fn secret(&mut self, count: usize) -> String {
        (0..count).map(|_| self.0.alphanumeric()).collect()
    }

    /// A key's worth of bytes.
    pub fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.fill(&mut bytes);
        bytes
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.0.f64() < probability
    }
}
