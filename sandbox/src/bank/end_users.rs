//! What consumers and corporates have in common: phones, addresses, statuses, and the conditions for banking.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Tables;
use super::corporates::KybStatus;
use super::desk::{Desk, word};
use super::kyc::KycStatus;
use crate::server::{Refusal, refuse};

/// A phone, and whether its owner proved to have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Phone {
    country_code: String,
    number: String,
    pub(super) verified: Option<Timestamp>,
}

impl Phone {
    /// The phone in a body, under that field.
    pub(super) fn in_body(body: &Value, field: &str) -> Option<Self> {
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

    /// Whether these are its digits.
    pub(crate) fn has(&self, digits: &str) -> bool {
        digits.strip_prefix(&self.country_code) == Some(&self.number)
    }

    pub(super) fn view(&self) -> Value {
        json!({
            "countryCode": self.country_code,
            "number": self.number,
            "verified": self.verified.is_some(),
            "verificationDate": self.verified,
        })
    }
}

/// An address as it is answered: as it was sent, with the status of its check, which always passes here.
pub(super) fn address_in(body: &Value, field: &str) -> Option<Value> {
    let mut address = body.get(field)?.as_object()?.clone();
    address.remove("bypassVerification");
    address.insert("status".into(), json!("VALID"));
    Some(Value::Object(address))
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
    pub(super) operator: Operator,
    pub(super) date: Timestamp,
    pub(super) reason: Option<String>,
}

impl Intervention {
    pub(super) fn view(&self) -> Value {
        json!({ "operator": self.operator, "date": self.date, "reason": self.reason })
    }
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
    pub(super) banking: Banking,
    pub(super) linkcy: Linkcy,
    pub(super) compliance: Compliance,
    pub(super) suspensions: Vec<Intervention>,
    /// The version of the terms last accepted.
    pub(super) terms: Option<String>,
}

impl Standing {
    /// Where a new end-user stands.
    pub(super) fn new(terms: Option<&str>) -> Self {
        Self {
            banking: Banking::NotCreated,
            linkcy: Linkcy::Pending,
            compliance: Compliance::Pending,
            suspensions: Vec::new(),
            terms: terms.map(str::to_owned),
        }
    }

    /// The bank follows a KYC or KYB at once, where LinkCy takes its time.
    pub(super) fn follow(&mut self, validated: bool) {
        (self.banking, self.linkcy, self.compliance) = if validated {
            (Banking::Validated, Linkcy::Validated, Compliance::Validated)
        } else {
            (Banking::Pending, Linkcy::Pending, Compliance::Pending)
        };
    }

    pub(super) fn suspension(&self) -> &'static str {
        if self.suspensions.is_empty() { "NOT_SUSPENDED" } else { "SUSPENDED" }
    }

    pub(super) fn overall(&self, verified: bool) -> &'static str {
        let good = verified
            && self.banking == Banking::Validated
            && self.linkcy == Linkcy::Validated
            && self.suspensions.is_empty();
        if good { "ACTIVE" } else { "INACTIVE" }
    }

    /// The statuses both kinds of end-user show.
    pub(super) fn view(&self, verified: bool) -> Value {
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

    /// Whether a list's filters let this standing through.
    pub(super) fn wanted(&self, desk: &Desk<'_>, verified: bool) -> bool {
        desk.wanted("bankingStatus", &word(&self.banking))
            && desk.wanted("linkcyStatus", &word(&self.linkcy))
            && desk.wanted("complianceStatus", &word(&self.compliance))
            && desk.wanted("suspensionStatus", self.suspension())
            && desk.wanted("overallStatus", self.overall(verified))
    }
}

/// An end-user of either kind, as far as banking cares.
#[derive(Debug, Clone)]
pub(crate) struct EndUser<'t> {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) standing: &'t Standing,
    /// Whether KYC or KYB is validated, and the code that says it isn't.
    verified: Result<(), &'static str>,
    pub(crate) is_consumer: bool,
}

impl Tables {
    /// The consumer or corporate of that id.
    pub(crate) fn end_user(&self, id: Uuid) -> Option<EndUser<'_>> {
        if let Some(consumer) = self.consumers.get(id) {
            let verified = match consumer.kyc.status {
                KycStatus::Validated => Ok(()),
                _ => Err("CONSUMER_KYC_MUST_BE_VALIDATED"),
            };
            let (name, standing) = (consumer.name(), &consumer.standing);
            return Some(EndUser { id, name, standing, verified, is_consumer: true });
        }
        let corporate = self.corporates.get(id)?;
        let verified = match corporate.kyb {
            KybStatus::Validated => Ok(()),
            _ => Err("CORPORATE_KYB_MUST_BE_VALIDATED"),
        };
        let (name, standing) = (corporate.registered_name.clone(), &corporate.standing);
        Some(EndUser { id, name, standing, verified, is_consumer: false })
    }
}

impl Desk<'_> {
    /// The conditions for anything that concerns money.
    pub(super) fn must_be_banked(&self, id: Uuid) -> Result<(), Refusal> {
        let end_user = self.tables.end_user(id).ok_or(Refusal::code("END_USER_NOT_FOUND"))?;
        end_user.verified.or_else(refuse)?;
        self.must_stand_well(end_user.standing)?;
        // Only asked where the operation documents it.
        if self.call.operation.status_of("TERMS_AND_CONDITIONS_NOT_ACCEPTED").is_some()
            && end_user.standing.terms.as_ref() != Some(&self.tables.the_partner()?.terms)
        {
            return Err(Refusal::Code {
                code: "TERMS_AND_CONDITIONS_NOT_ACCEPTED",
                message: "the end-user has not accepted the terms in force: read their version with GET \
                          /api/partner/docs/terms and send it as lastTermsAccepted"
                    .into(),
            });
        }
        Ok(())
    }

    /// The conditions of standing alone.
    pub(super) fn must_stand_well(&self, standing: &Standing) -> Result<(), Refusal> {
        if !standing.suspensions.is_empty() {
            return refuse("END_USER_MUST_NOT_BE_SUSPENDED");
        }
        if standing.linkcy != Linkcy::Validated {
            return refuse("LINKCY_STATUS_MUST_BE_VALIDATED");
        }
        if standing.banking != Banking::Validated {
            return refuse("BANKING_STATUS_MUST_BE_VALIDATED");
        }
        Ok(())
    }
}
