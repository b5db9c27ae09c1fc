//! A device registered for SCA, as the server knows it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::state::index::{Key, Keyed};
use crate::state::rows::Row;

/// What a device signs with: a key for each factor, and the counter that moves with every signature.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keys {
    pub(crate) possession: [u8; 16],
    pub(crate) knowledge: [u8; 16],
    pub(crate) biometry: [u8; 16],
    pub(crate) counter: [u8; 16],
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

impl Keys {
    /// The keys of a device that is registered with this secret.
    fn of(secret: [u8; 32]) -> Self {
        let part = |label: &str| {
            let hash: [u8; 32] = Sha256::new().chain_update(secret).chain_update(label).finalize().into();
            std::array::from_fn(|at| hash[at])
        };
        Self {
            possession: part("possession"),
            knowledge: part("knowledge"),
            biometry: part("biometry"),
            counter: part("counter"),
        }
    }
}

/// A way in which the device's owner proves to be there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Factor {
    #[default]
    Biometry,
    Pin,
}

/// How far a factor was set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum FactorStatus {
    Unset,
    Pending,
    Set,
}

/// A registered device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Device {
    pub(crate) id: Uuid,
    pub(crate) end_user: Uuid,
    pub(crate) endpoint: String,
    pub(crate) keys: Keys,
    /// Signatures that did not fit, in a row.
    pub(crate) failed: u32,
    pub(crate) pin: FactorStatus,
    pub(crate) biometry: FactorStatus,
    /// Blocked by control, or by signatures that did not fit: its signatures are refused.
    pub(crate) blocked: bool,
    pub(crate) created: Timestamp,
}

impl Row for Device {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Device {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        vec![Key::EndUser(self.end_user)]
    }
}

impl Device {
    /// A device with that factor waiting to be validated.
    pub(crate) fn new(
        id: Uuid,
        end_user: Uuid,
        endpoint: String,
        factor: Factor,
        secret: [u8; 32],
        now: Timestamp,
    ) -> Self {
        let mut device = Self {
            id,
            end_user,
            endpoint,
            keys: Keys::of(secret),
            failed: 0,
            pin: FactorStatus::Unset,
            biometry: FactorStatus::Unset,
            blocked: false,
            created: now,
        };
        *device.factor_mut(factor) = FactorStatus::Pending;
        device
    }

    pub(crate) fn factor(&self, factor: Factor) -> FactorStatus {
        match factor {
            Factor::Biometry => self.biometry,
            Factor::Pin => self.pin,
        }
    }

    pub(crate) fn factor_mut(&mut self, factor: Factor) -> &mut FactorStatus {
        match factor {
            Factor::Biometry => &mut self.biometry,
            Factor::Pin => &mut self.pin,
        }
    }

    /// Whether it can confirm anything.
    pub(crate) fn is_active(&self) -> bool {
        !self.blocked && (self.pin == FactorStatus::Set || self.biometry == FactorStatus::Set)
    }

    /// As end-users show it.
    pub(crate) fn view(&self) -> Value {
        json!({
            "id": self.id,
            "endpointId": self.endpoint,
            "creationDate": self.created,
            "pinStatus": self.pin,
            "biometryStatus": self.biometry,
        })
    }
}
