//! Login and refresh. A session is a family of refresh tokens: each refresh hands out the next one, and an old one that
//! comes back kills the whole family, access tokens included.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::desk::Desk;
use super::end_users::Linkcy;
use super::operations::{END_USER_ROLES, Modelled, PARTNER_ROLES, open};
use super::{Row, Tables};
use crate::auth::Caller;
use crate::auth::token::{Claims, RefreshClaims};
use crate::server::{Answer, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] =
    &[open("POST", "/api/partner/login", login), open("POST", "/api/partner/refresh", refresh)];

/// A family of refresh tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Family {
    id: Uuid,
    pub(crate) caller: Caller,
    /// The turn whose refresh token is good.
    turn: u64,
    /// Until when it is good.
    expires: Timestamp,
    pub(crate) dead: bool,
}

impl Row for Family {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// What a bearer turned out to be: who calls, and what it may do.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    pub(crate) caller: Caller,
    pub(crate) roles: Vec<String>,
}

impl Bearer {
    /// Nobody's: none was sent and none was needed.
    pub(crate) fn none() -> Self {
        Self { caller: Caller::Anonymous, roles: Vec::new() }
    }
}

/// Reads a bearer: signed here, alive, of a session that is.
pub(crate) fn bearer(tables: &Tables, token: &str, now: Timestamp) -> Result<Bearer, Refusal> {
    let partner = tables.the_partner()?;
    let claims = partner.key.read(token).ok_or(Refusal::Unauthorized("the bearer is no token of this sandbox"))?;
    if now.as_second() >= claims.exp || claims.jti <= partner.expired_up_to {
        return Err(Refusal::Unauthorized("the access token has expired; refresh it or log in again"));
    }
    match tables.families.get(claims.sid) {
        Some(family) if !family.dead => Ok(Bearer { caller: claims.caller, roles: claims.roles }),
        _ => Err(Refusal::Unauthorized("the session was revoked; log in again")),
    }
}

impl Desk<'_> {
    /// Starts a session and answers with its tokens.
    pub(super) fn start_session(&mut self, caller: Caller) -> Result<Answer, Refusal> {
        let id = self.seed.uuid();
        let expires = self.after(self.settings.refresh_life);
        self.tables.families.put(Family { id, caller, turn: 1, expires, dead: false });
        self.tokens(id)
    }

    /// The moment that long from now.
    pub(super) fn after(&self, life: SignedDuration) -> Timestamp {
        self.now.saturating_add(life).unwrap_or(Timestamp::MAX)
    }

    fn tokens(&mut self, family: Uuid) -> Result<Answer, Refusal> {
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

fn owned(roles: &[&str]) -> Vec<String> {
    roles.iter().map(|role| (*role).to_owned()).collect()
}

impl Desk<'_> {
    /// A user account's roles; the first one, the partner's own, has them all.
    fn roles_of(&self, account: Uuid) -> Vec<String> {
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
            let found = self.tables.consumers.iter().find(|consumer| consumer.phone.has(phone));
            return found.map(|consumer| consumer.id);
        }
        let phone = self.text("accountOwnerPhone")?;
        let mut owners = self.tables.related.iter().filter(|one| one.is_account_owner);
        let found = owners.find(|one| one.phone.as_ref().is_some_and(|owned| owned.has(phone)));
        found.map(|one| one.corporate)
    }

    /// The end-user whose session a refresh token in the body is of.
    pub(crate) fn end_user_refreshing(&self) -> Option<Uuid> {
        let claims = self.tables.the_partner().ok()?.key.read_refresh(self.text("refreshToken")?)?;
        self.tables.families.get(claims.family)?.caller.end_user()
    }

    /// Whether that is an end-user's password.
    pub(super) fn password_is(&self, id: Uuid, password: &str) -> bool {
        let consumer = self.tables.consumers.get(id).and_then(|one| one.password.as_ref());
        let corporate = self.tables.corporates.get(id).and_then(|one| one.password.as_ref());
        consumer.or(corporate).is_some_and(|kept| kept.is(id, password))
    }

    /// Tokens, or the secret for a new password where one is due.
    fn let_in(&mut self, caller: Caller, must_change_password: bool) -> Result<Answer, Refusal> {
        if must_change_password {
            let secret = self.password_secret(caller);
            return Ok(Answer::json(json!({ "passwordChangeSecret": secret })));
        }
        self.start_session(caller)
    }
}

pub(super) const WRONG: Refusal = Refusal::Unauthorized("the credentials are wrong");

fn login(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let partner = desk.tables.the_partner()?;
    let password = desk.text("password").unwrap_or_default();
    if desk.text("partnerName") != Some(&partner.name) {
        return Err(WRONG);
    }
    if let Some(username) = desk.text("username") {
        if username == partner.username && partner.password.is(partner.id, password) {
            let account = partner.id;
            return desk.start_session(Caller::Partner { account });
        }
        let account = desk.tables.accounts.iter().find(|one| one.email == username);
        let account = account.filter(|one| one.password.is(one.id, password)).ok_or(WRONG)?;
        let (caller, must_change) = (Caller::Partner { account: account.id }, account.must_change_password);
        return desk.let_in(caller, must_change);
    }
    let id = desk.end_user_logging_in().filter(|id| desk.password_is(*id, password)).ok_or(WRONG)?;
    let consumer = desk.tables.consumers.get(id);
    let must_change = consumer.is_some_and(|one| one.must_change_password)
        || desk.tables.corporates.get(id).is_some_and(|one| one.must_change_password);
    // Closed for LinkCy, closed for login: the one documented refusal of it.
    let standing = desk.tables.end_user(id).map(|end_user| end_user.standing.linkcy);
    if matches!(standing, Some(Linkcy::Forbidden | Linkcy::Closed)) {
        return refuse("END_USER_FORBIDDEN");
    }
    if consumer.is_some() {
        desk.tell("CONSUMER_LOGGED_IN", json!({ "consumerId": id }));
    }
    desk.let_in(Caller::EndUser { id }, must_change)
}

fn refresh(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let partner = desk.tables.the_partner()?;
    let claims = partner
        .key
        .read_refresh(desk.text("refreshToken").unwrap_or_default())
        .ok_or(Refusal::Unauthorized("the refresh token is no token of this sandbox"))?;
    let Some(family) = desk.tables.families.get(claims.family) else {
        return Err(Refusal::Unauthorized("the session was revoked; log in again"));
    };
    if family.dead {
        return Err(Refusal::Unauthorized("the session was revoked; log in again"));
    }
    if desk.now >= family.expires {
        return Err(Refusal::Unauthorized("the refresh token has expired; log in again"));
    }
    if claims.turn != family.turn {
        desk.keep_despite_refusal = true;
        desk.tables.families.change(claims.family, |family| family.dead = true);
        return Err(Refusal::Unauthorized("the refresh token was used before; its whole session is revoked"));
    }
    let expires = desk.after(desk.settings.refresh_life);
    desk.tables.families.change(claims.family, |family| {
        family.turn += 1;
        family.expires = expires;
    });
    desk.tokens(claims.family)
}
