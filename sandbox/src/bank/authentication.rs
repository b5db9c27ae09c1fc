//! Login and refresh. A session is a family of refresh tokens: each refresh hands out the next one, and an old one that
//! comes back kills the whole family, access tokens included.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::desk::Desk;
use super::operations::{Modelled, everyone};
use super::{Row, Tables};
use crate::auth::Caller;
use crate::auth::token::{Claims, RefreshClaims};
use crate::server::{Answer, Refusal};

pub(super) const OPERATIONS: &[Modelled] = &[
    everyone("POST", "/api/partner/login", login),
    everyone("POST", "/api/partner/refresh", refresh),
];

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

/// What a bearer turned out to be.
pub(crate) fn caller_of(tables: &Tables, bearer: &str, now: Timestamp) -> Result<Caller, Refusal> {
    let partner = tables.the_partner()?;
    let claims = partner.key.read(bearer).ok_or(Refusal::Unauthorized(
        "the bearer is no token of this sandbox",
    ))?;
    if now.as_second() >= claims.exp || claims.jti <= partner.expired_up_to {
        return Err(Refusal::Unauthorized(
            "the access token has expired; refresh it or log in again",
        ));
    }
    match tables.families.get(claims.sid) {
        Some(family) if !family.dead => Ok(claims.caller),
        _ => Err(Refusal::Unauthorized(
            "the session was revoked; log in again",
        )),
    }
}

impl Desk<'_> {
    /// Starts a session and answers with its tokens.
    pub(super) fn start_session(&mut self, caller: Caller) -> Result<Answer, Refusal> {
        let id = self.seed.uuid();
        let expires = self.after(self.settings.refresh_life);
        self.tables.families.put(Family {
            id,
            caller,
            turn: 1,
            expires,
            dead: false,
        });
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
            return Err(Refusal::Unauthorized(
                "the session was revoked; log in again",
            ));
        };
        let (sub, roles) = match &family.caller {
            Caller::Partner { account } => (*account, vec!["PARTNER".to_owned()]),
            Caller::EndUser { id } => (*id, vec!["END_USER".to_owned()]),
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
        self.tables
            .partner
            .change(partner_id, |partner| partner.tokens = number);
        Ok(Answer::json(answer))
    }
}

const WRONG: Refusal = Refusal::Unauthorized("the credentials are wrong");

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
        return Err(WRONG);
    }
    let phone = desk
        .text("consumerPhone")
        .or_else(|| desk.text("accountOwnerPhone"))
        .unwrap_or_default();
    let found = desk
        .tables
        .consumers
        .iter()
        .find(|consumer| consumer.phone.digits() == phone);
    match found {
        Some(consumer)
            if consumer
                .password
                .as_ref()
                .is_some_and(|kept| kept.is(consumer.id, password)) =>
        {
            let id = consumer.id;
            desk.start_session(Caller::EndUser { id })
        }
        _ => Err(WRONG),
    }
}

fn refresh(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let partner = desk.tables.the_partner()?;
    let claims = partner
        .key
        .read_refresh(desk.text("refreshToken").unwrap_or_default())
        .ok_or(Refusal::Unauthorized(
            "the refresh token is no token of this sandbox",
        ))?;
    let Some(family) = desk.tables.families.get(claims.family) else {
        return Err(Refusal::Unauthorized(
            "the session was revoked; log in again",
        ));
    };
    if family.dead {
        return Err(Refusal::Unauthorized(
            "the session was revoked; log in again",
        ));
    }
    if desk.now >= family.expires {
        return Err(Refusal::Unauthorized(
            "the refresh token has expired; log in again",
        ));
    }
    if claims.turn != family.turn {
        desk.keep_despite_refusal = true;
        desk.tables
            .families
            .change(claims.family, |family| family.dead = true);
        return Err(Refusal::Unauthorized(
            "the refresh token was used before; its whole session is revoked",
        ));
    }
    let expires = desk.after(desk.settings.refresh_life);
    desk.tables.families.change(claims.family, |family| {
        family.turn += 1;
        family.expires = expires;
    });
    desk.tokens(claims.family)
}
