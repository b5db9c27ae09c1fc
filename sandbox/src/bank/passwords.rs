//! First passwords, resets and changes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::Row;
use super::authentication::WRONG;
use super::desk::Desk;
use super::operations::{Modelled, open, partner_only};
use crate::auth::Caller;
use crate::auth::password::Password;
use crate::server::{Answer, Refusal};

pub(super) const OPERATIONS: &[Modelled] = &[
    open("POST", "/api/partner/passwords/reset", reset),
    partner_only("POST", "/api/partner/passwords/reset/sandbox", reset_openly),
    open("POST", "/api/partner/passwords/change", change),
];

/// How long a secret for a new password is good. The sandbox's own choice.
const SECRET_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// A secret that lets its holder set a password, once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PasswordSecret {
    /// Whose password it is for: one secret each.
    id: Uuid,
    secret: Password,
    caller: Caller,
    expires: Timestamp,
}

impl Row for PasswordSecret {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Desk<'_> {
    /// A new secret, which takes the place of an earlier one.
    pub(super) fn password_secret(&mut self, caller: Caller) -> String {
        let id = match &caller {
            Caller::Partner { account } => *account,
            Caller::EndUser { id } => *id,
            Caller::Anonymous => Uuid::nil(),
        };
        let secret = format!("{}.{}", id.simple(), self.seed.secret(32));
        let expires = self.after(SECRET_LIFE);
        self.tables.password_secrets.put(PasswordSecret { id, secret: Password::new(id, &secret), caller, expires });
        secret
    }

    fn spend(&mut self, secret: &str) -> Option<Caller> {
        let id: Uuid = secret.split_once('.')?.0.parse().ok()?;
        let kept = self.tables.password_secrets.get(id)?;
        let caller = (kept.secret.is(id, secret) && self.now < kept.expires).then(|| kept.caller.clone())?;
        self.tables.password_secrets.remove(id);
        Some(caller)
    }

    fn set_password(&mut self, caller: &Caller, new: &str) {
        match caller {
            Caller::Partner { account } => {
                let password = Password::new(*account, new);
                self.tables.accounts.change(*account, |account| {
                    account.password = password;
                    account.must_change_password = false;
                });
            }
            Caller::EndUser { id } => {
                let password = Some(Password::new(*id, new));
                self.tables.consumers.change(*id, |consumer| {
                    consumer.password = password.clone();
                    consumer.must_change_password = false;
                });
                self.tables.corporates.change(*id, |corporate| {
                    corporate.password = password;
                    corporate.must_change_password = false;
                });
            }
            Caller::Anonymous => {}
        }
        // Who knew the old password is out.
        let ended = caller.clone();
        self.tables.families.change_where(|family| family.caller == ended && !family.dead, |family| family.dead = true);
    }
}

fn reset(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    // Whether the phone is known is not told: the answer is the same.
    if let Some(id) = desk.end_user_logging_in() {
        desk.password_secret(Caller::EndUser { id });
    }
    Ok(Answer::empty())
}

fn reset_openly(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let secret = match desk.end_user_logging_in() {
        Some(id) => desk.password_secret(Caller::EndUser { id }),
        // The answer has to have a secret; this one is good for nothing.
        None => desk.seed.secret(32),
    };
    Ok(Answer::json(json!({ "passwordChangeSecret": secret })))
}

fn change(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let new = desk.text("newPassword").unwrap_or_default();
    let caller = match desk.text("passwordChangeSecret") {
        Some(secret) => desk.spend(secret),
        None => desk
            .end_user_logging_in()
            .filter(|id| desk.password_is(*id, desk.text("currentPassword").unwrap_or_default()))
            .map(|id| Caller::EndUser { id }),
    };
    let caller = caller.ok_or(WRONG)?;
    desk.set_password(&caller, new);
    desk.start_session(caller)
}
