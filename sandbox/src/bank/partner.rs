//! The partner: one per sandbox, with the credentials a client starts from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::desk::{Desk, compact, merged, pick};
use super::operations::{Modelled, role};
use super::{Row, Tables};
use crate::auth::password::Password;
use crate::auth::token::TokenKey;
use crate::seed::Seed;
use crate::server::{Answer, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] =
    &[role("GET", "/api/partner", "PARTNER_INFO", read), role("PATCH", "/api/partner", "PARTNER_UPDATE", update)];

/// What a client logs in with as the partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// The partner's name.
    pub partner_name: String,
    /// The user account's name.
    pub username: String,
    /// Its password.
    pub password: String,
}

/// The partner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Partner {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) username: String,
    /// Shown at start, so kept as it is: a sandbox's partner has no secrets.
    pub(crate) open_password: String,
    pub(crate) password: Password,
    pub(crate) key: TokenKey,
    /// The number of access tokens issued; each has its own.
    pub(crate) tokens: u64,
    /// Tokens up to this number were expired by control.
    pub(crate) expired_up_to: u64,
    /// How often the state was opened again.
    pub(crate) openings: u64,
    /// The version of the terms and conditions in force.
    pub(crate) terms: String,
    given: Map<String, Value>,
    created: Timestamp,
    updated: Timestamp,
}

impl Row for Partner {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Partner {
    pub(super) fn new(seed: &mut Seed, now: Timestamp) -> Self {
        let id = seed.uuid();
        let open_password = seed.secret(16);
        Self {
            id,
            name: "sandbox".into(),
            username: "api-user".into(),
            password: Password::new(id, &open_password),
            open_password,
            key: TokenKey(seed.bytes()),
            tokens: 0,
            expired_up_to: 0,
            openings: 0,
            terms: "1.0".into(),
            given: Map::new(),
            created: now,
            updated: now,
        }
    }

    /// What a client logs in with.
    pub(crate) fn credentials(&self) -> Credentials {
        Credentials {
            partner_name: self.name.clone(),
            username: self.username.clone(),
            password: self.open_password.clone(),
        }
    }
}

impl Tables {
    /// The one partner.
    pub(super) fn the_partner(&self) -> Result<&Partner, Refusal> {
        self.partner.iter().next().ok_or(Refusal::Store("the sandbox has lost its partner; reset it".into()))
    }
}

fn read(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let partner = desk.tables.the_partner()?;
    let limits = super::ledgers::Limits::default();
    Ok(Answer::json(compact(merged(
        json!({
            "name": partner.name,
            "contactInformation": {},
            "limits": { "ledger": limits.view() },
            "creationDate": partner.created,
            "updateDate": partner.updated,
        }),
        &partner.given,
    ))))
}

fn update(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    for field in ["consumerOtpMessage", "corporateOtpMessage"] {
        if desk.text(field).is_some_and(|message| !message.contains("$otp")) {
            return refuse("INVALID_OTP_MESSAGE");
        }
    }
    let mut given = pick(&desk.call.body, &["consumerOtpMessage", "corporateOtpMessage", "displayName", "logoUrl"]);
    if let Some(contacts) = desk.call.body.get("contactInformation") {
        given.insert("contactInformation".into(), contacts.clone());
    }
    if let Some(address) = super::end_users::address_in(&desk.call.body, "address") {
        given.insert("address".into(), address);
    }
    let id = desk.tables.the_partner()?.id;
    let now = desk.now;
    desk.tables.partner.change(id, |partner| {
        partner.given.extend(given);
        partner.updated = now;
    });
    Ok(Answer::json(json!({ "id": id, "updateDate": now })))
}
