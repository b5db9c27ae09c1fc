//! Sessions: bearers, tokens, passwords and the secrets that set them.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::api::context::Context;
use crate::api::route::{END_USER_ROLES, PARTNER_ROLES};
use crate::auth::password::Password;
use crate::auth::token::{Claims, ReadTokens, RefreshClaims};
use crate::auth::{Bearer, Caller};
use crate::http::answer::Answer;
use crate::http::refusal::Refusal;
use crate::state::family::Family;
use crate::state::index::Key;
use crate::state::password_secret::PasswordSecret;
use crate::state::tables::Tables;

/// Reads a bearer: signed here, alive, of a session that is.
pub(crate) fn bearer(tables: &Tables, known: &ReadTokens, token: &str, now: Timestamp) -> Result<Bearer, Refusal> {
    let partner = tables.the_partner()?;
    let claims =
        known.read(&partner.key, token).ok_or(Refusal::Unauthorized("the bearer is no token of this sandbox"))?;
    if now.as_second() >= claims.exp || claims.jti <= partner.expired_up_to {
        return Err(Refusal::Unauthorized("the access token has expired; refresh it or log in again"));
    }
    match tables.families.get(claims.sid) {
        Some(family) if !family.dead => Ok(Bearer::of(claims)),
        _ => Err(Refusal::Unauthorized("the session was revoked; log in again")),
    }
}

impl Context<'_> {
    /// Starts a session and answers with its tokens.
    pub(crate) fn start_session(&mut self, caller: Caller) -> Result<Answer, Refusal> {
        let id = self.seed.uuid();
        let expires = self.after(self.settings.refresh_life);
        self.tables.families.put(Family { id, caller, turn: 1, expires, dead: false });
        self.tokens(id)
    }

    pub(crate) fn tokens(&mut self, family: Uuid) -> Result<Answer, Refusal> {
        let partner = self.tables.the_partner()?;
        let (partner_id, number, key) = (partner.id, partner.tokens + 1, partner.key.clone());
        let Some(family) = self.tables.families.get(family) else {
            return Err(Refusal::Unauthorized("the session was revoked; log in again"));
        };
        let (sub, roles) = match &family.caller {
            Caller::Partner { account } => (*account, self.roles_of(*account)),
            Caller::EndUser { id } => (*id, owned(END_USER_ROLES)),
            Caller::Anonymous => return Err(Refusal::Unauthorized("nobody can't have a session")),
        };
        let claims = Claims {
            sub,
            iat: self.now.as_second(),
            exp: self.after(self.settings.token_life).as_second(),
            jti: number,
            sid: family.id,
            roles,
            caller: family.caller.clone(),
        };
        let mut answer = json!({
            "token": key.access_token(&claims),
            "refreshToken": key.refresh_token(RefreshClaims { family: family.id, turn: family.turn }),
        });
        if let Some(end_user) = family.caller.end_user() {
            answer["endUserId"] = json!(end_user);
        }
        self.tables.partner.change(partner_id, |partner| partner.tokens = number);
        Ok(Answer::json(answer))
    }
}

pub(crate) fn owned(roles: &[&str]) -> Vec<String> {
    roles.iter().map(|role| (*role).to_owned()).collect()
}

impl Context<'_> {
    /// A user account's roles; the first one, the partner's own, has them all.
    pub(crate) fn roles_of(&self, account: Uuid) -> Vec<String> {
        match self.tables.accounts.get(account) {
            Some(account) => account.roles.clone(),
            None => [owned(END_USER_ROLES), owned(PARTNER_ROLES)].concat(),
        }
    }

    /// The end-user whose phone a body names, for the partner it names.
    pub(crate) fn end_user_logging_in(&self) -> Option<Uuid> {
        let partner = self.tables.the_partner().ok()?;
        if self.text("partnerName") != Some(&partner.name) {
            return None;
        }
        if let Some(phone) = self.text("consumerPhone") {
            return self.tables.consumers.with(Key::Phone(phone.to_owned())).next().map(|consumer| consumer.id);
        }
        let phone = self.text("accountOwnerPhone")?;
        let mut found = self.tables.related.with(Key::Phone(phone.to_owned()));
        found.find(|one| one.is_account_owner).map(|one| one.corporate)
    }

    /// The end-user whose session a refresh token in the body is of.
    pub(crate) fn end_user_refreshing(&self) -> Option<Uuid> {
        let claims = self.tables.the_partner().ok()?.key.read_refresh(self.text("refreshToken")?)?;
        self.tables.families.get(claims.family)?.caller.end_user()
    }

    /// Whether that is an end-user's password.
    pub(crate) fn password_is(&self, id: Uuid, password: &str) -> bool {
        let consumer = self.tables.consumers.get(id).and_then(|one| one.password.as_ref());
        let corporate = self.tables.corporates.get(id).and_then(|one| one.password.as_ref());
        consumer.or(corporate).is_some_and(|kept| kept.is(id, password))
    }
}

pub(crate) const WRONG: Refusal = Refusal::Unauthorized("the credentials are wrong");

/// How long a secret for a new password is good. The sandbox's own choice.
pub(crate) const SECRET_LIFE: SignedDuration = SignedDuration::from_mins(15);

impl Context<'_> {
    /// A new secret, which takes the place of an earlier one.
    pub(crate) fn password_secret(&mut self, caller: Caller) -> String {
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

    pub(crate) fn spend(&mut self, secret: &str) -> Option<Caller> {
        let id: Uuid = secret.split_once('.')?.0.parse().ok()?;
        let kept = self.tables.password_secrets.get(id)?;
        let caller = (kept.secret.is(id, secret) && self.now < kept.expires).then(|| kept.caller.clone())?;
        self.tables.password_secrets.remove(id);
        Some(caller)
    }
}
