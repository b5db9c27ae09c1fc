//! A KYC application, and the person it is about.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::state::rows::Row;

/// How far a KYC has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum KycStatus {
    /// Nothing was asked.
    #[default]
    NotStarted,
    /// A link or token was asked.
    Created,
    /// Done by the person, under check.
    Processing,
    Aborted,
    PendingReview,
    Validated,
    Declined,
}

/// A person's KYC as the person shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KycState {
    pub(crate) status: KycStatus,
    pub(crate) application: Option<Uuid>,
    pub(crate) reason: Option<String>,
    pub(crate) updated: Option<Timestamp>,
}

impl KycState {
    pub(crate) fn view(&self) -> Value {
        json!({
            "kycApplicationId": self.application,
            "status": self.status,
            "statusReason": self.reason,
            "type": "FULL_KYC",
            "updateDate": self.updated,
        })
    }
}

/// A KYC application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kyc {
    pub(crate) id: Uuid,
    pub(crate) person: Person,
    pub(crate) status: KycStatus,
    pub(crate) access: KycAccess,
    pub(crate) given: Map<String, Value>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// How the person gets at the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum KycAccess {
    Link,
    Sdk,
}

impl Row for Kyc {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// Somebody whose identity is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Person {
    Consumer(Uuid),
    Related(Uuid),
}

impl Person {
    pub(crate) fn id(self) -> Uuid {
        match self {
            Person::Consumer(id) | Person::Related(id) => id,
        }
    }

    /// The word the API has for this kind of person.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Person::Consumer(_) => "CONSUMER",
            Person::Related(_) => "CORPORATE_RELATED_PHYSICAL_PERSON",
        }
    }
}
