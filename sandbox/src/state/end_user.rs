//! What consumers and corporates have in common: phone, e-mail address, standing, suspensions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An e-mail address, and whether its owner proved to have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Email {
    pub(crate) address: String,
    pub(crate) verified: Option<Timestamp>,
}

impl Email {
    pub(crate) fn view(email: Option<&Self>) -> Value {
        json!({
            "address": email.map(|email| &email.address),
            "verified": email.is_some_and(|email| email.verified.is_some()),
            "verificationDate": email.and_then(|email| email.verified),
        })
    }
}

/// A phone, and whether its owner proved to have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Phone {
    pub(crate) country_code: String,
    pub(crate) number: String,
    pub(crate) verified: Option<Timestamp>,
}

impl Phone {
    /// The phone in a body, under that field.
    pub(crate) fn in_body(body: &Value, field: &str) -> Option<Self> {
        let phone = body.get(field)?;
        Some(Self {
            country_code: phone["countryCode"].as_str()?.trim_start_matches('+').to_owned(),
            number: phone["number"].as_str()?.to_owned(),
            verified: None,
        })
    }

    /// Country code and number as one row of digits, the form a login takes.
    pub(crate) fn digits(&self) -> String {
        format!("{}{}", self.country_code, self.number)
    }

    pub(crate) fn view(&self) -> Value {
        json!({
            "countryCode": self.country_code,
            "number": self.number,
            "verified": self.verified.is_some(),
            "verificationDate": self.verified,
        })
    }
}

/// Who suspended or closes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Operator {
    EndUser,
    Partner,
    Linkcy,
}

/// That something was suspended or closed: by whom, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intervention {
    pub(crate) operator: Operator,
    pub(crate) date: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// Whether an account at the bank behind LinkCy exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the words are LinkCy's")]
pub enum Banking {
    Validated,
    Pending,
    MissingData,
    Blocked,
    NotCreated,
}

/// What LinkCy lets an end-user do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the words are LinkCy's")]
pub enum Linkcy {
    Pending,
    Forbidden,
    MissingData,
    Validated,
    Limited,
    Closing,
    Closed,
}

/// What compliance says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Compliance {
    Pending,
    Declined,
    PendingReview,
    Validated,
}

/// Where an end-user stands, beside KYC or KYB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub(crate) banking: Banking,
    pub(crate) linkcy: Linkcy,
    pub(crate) compliance: Compliance,
    pub(crate) suspensions: Vec<Intervention>,
    /// The version of the terms last accepted.
    pub(crate) terms: Option<String>,
}

impl Standing {
    /// Where a new end-user stands.
    pub(crate) fn new(terms: Option<&str>) -> Self {
        Self {
            banking: Banking::NotCreated,
            linkcy: Linkcy::Pending,
            compliance: Compliance::Pending,
            suspensions: Vec::new(),
            terms: terms.map(str::to_owned),
        }
    }

    /// The bank follows a KYC or KYB at once, where LinkCy takes its time.
    pub(crate) fn follow(&mut self, validated: bool) {
        (self.banking, self.linkcy, self.compliance) = if validated {
            (Banking::Validated, Linkcy::Validated, Compliance::Validated)
        } else {
            (Banking::Pending, Linkcy::Pending, Compliance::Pending)
        };
    }

    pub(crate) fn suspension(&self) -> &'static str {
        if self.suspensions.is_empty() { "NOT_SUSPENDED" } else { "SUSPENDED" }
    }

    pub(crate) fn overall(&self, verified: bool) -> &'static str {
        let good = verified
            && self.banking == Banking::Validated
            && self.linkcy == Linkcy::Validated
            && self.suspensions.is_empty();
        if good { "ACTIVE" } else { "INACTIVE" }
    }

    /// The statuses both kinds of end-user show.
    pub(crate) fn view(&self, verified: bool) -> Value {
        json!({
            "banking": { "value": self.banking },
            "linkcy": { "value": self.linkcy },
            "compliance": { "value": self.compliance },
            "suspension": {
                "value": self.suspension(),
                "reason": self.suspensions.first().and_then(|one| one.reason.clone()),
            },
            "overall": { "value": self.overall(verified) },
        })
    }
}
