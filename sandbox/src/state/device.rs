//! A device registered for SCA, as the server knows it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::state::rows::Row;

/// What a registered device signs with. Hand it to [`sign`](super::sign).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceKey {
    /// The device's id, scaDeviceId in the API.
    pub device: Uuid,
    pub(crate) secret: [u8; 32],
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.device)
    }
}

impl DeviceKey {
    /// The key's bytes, for a signer in another language.
    pub fn secret(&self) -> [u8; 32] {
        self.secret
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
    pub(crate) key: DeviceKey,
    pub(crate) pin: FactorStatus,
    pub(crate) biometry: FactorStatus,
    /// Blocked by control: its signatures are refused.
    pub(crate) blocked: bool,
    pub(crate) created: Timestamp,
}

impl Row for Device {
    fn id(&self) -> Uuid {
        self.id
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
            key: DeviceKey { device: id, secret },
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
