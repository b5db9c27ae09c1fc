//! First passwords, resets and changes.

use crate::state::message::Channel;
use serde_json::json;

use crate::api::context::Context;
use crate::api::route::{Route, open, partner_only};
use crate::api::sessions::WRONG;
use crate::auth::Caller;
use crate::auth::password::Password;
use crate::http::answer::Answer;
use crate::http::refusal::Refusal;

pub(crate) const OPERATIONS: &[Route] = &[
    open("POST", "/api/partner/passwords/reset", reset),
    partner_only("POST", "/api/partner/passwords/reset/sandbox", reset_openly),
    open("POST", "/api/partner/passwords/change", change),
];

impl Context<'_> {
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

fn reset(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    // Whether the phone is known is not told: the answer is the same.
    if let Some(id) = context.end_user_logging_in() {
        let secret = context.password_secret(Caller::EndUser { id });
        let phone = context.text("consumerPhone").or(context.text("accountOwnerPhone")).unwrap_or_default();
        context.message(Channel::Sms, phone.to_owned(), format!("Your secret for a new password is {secret}"));
    }
    Ok(Answer::empty())
}

fn reset_openly(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let secret = match context.end_user_logging_in() {
        Some(id) => context.password_secret(Caller::EndUser { id }),
        // The answer has to have a secret; this one is good for nothing.
        None => context.seed.secret(32),
    };
    Ok(Answer::json(json!({ "passwordChangeSecret": secret })))
}

fn change(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let new = context.text("newPassword").unwrap_or_default();
    let caller = match context.text("passwordChangeSecret") {
        Some(secret) => context.spend(secret),
        None => context
            .end_user_logging_in()
            .filter(|id| context.password_is(*id, context.text("currentPassword").unwrap_or_default()))
            .map(|id| Caller::EndUser { id }),
    };
    let caller = caller.ok_or(WRONG)?;
    context.set_password(&caller, new);
    context.start_session(caller)
}
