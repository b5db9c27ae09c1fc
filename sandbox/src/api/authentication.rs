//! Login and refresh. A session is a family of refresh tokens: each refresh hands out the next one, and an old one that
//! comes back kills the whole family, access tokens included.

use serde_json::json;

use crate::api::context::Context;
use crate::api::route::{Route, open};
use crate::api::sessions::WRONG;
use crate::auth::Caller;
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::end_user::Linkcy;

pub(crate) const OPERATIONS: &[Route] =
    &[open("POST", "/api/partner/login", login), open("POST", "/api/partner/refresh", refresh)];

impl Context<'_> {
    /// Tokens, or the secret for a new password where one is due.
    fn let_in(&mut self, caller: Caller, must_change_password: bool) -> Result<Answer, Refusal> {
        if must_change_password {
            let secret = self.password_secret(caller);
            return Ok(Answer::json(json!({ "passwordChangeSecret": secret })));
        }
        self.start_session(caller)
    }
}

fn login(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let partner = context.tables.the_partner()?;
    let password = context.text("password").unwrap_or_default();
    if context.text("partnerName") != Some(&partner.name) {
        return Err(WRONG);
    }
    if let Some(username) = context.text("username") {
        if username == partner.username && partner.password.is(partner.id, password) {
            let account = partner.id;
            return context.start_session(Caller::Partner { account });
        }
        let account = context.tables.accounts.iter().find(|one| one.email == username);
        let account = account.filter(|one| one.password.is(one.id, password)).ok_or(WRONG)?;
        let (caller, must_change) = (Caller::Partner { account: account.id }, account.must_change_password);
        return context.let_in(caller, must_change);
    }
    let id = context.end_user_logging_in().filter(|id| context.password_is(*id, password)).ok_or(WRONG)?;
    let consumer = context.tables.consumers.get(id);
    let must_change = consumer.is_some_and(|one| one.must_change_password)
        || context.tables.corporates.get(id).is_some_and(|one| one.must_change_password);
    // Closed for LinkCy, closed for login: the one documented refusal of it.
    let standing = context.tables.end_user(id).map(|end_user| end_user.standing.linkcy);
    if matches!(standing, Some(Linkcy::Forbidden | Linkcy::Closed)) {
        return refuse("END_USER_FORBIDDEN");
    }
    if consumer.is_some() {
        context.tell("CONSUMER_LOGGED_IN", json!({ "consumerId": id }));
    }
    context.let_in(Caller::EndUser { id }, must_change)
}

fn refresh(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let partner = context.tables.the_partner()?;
    let claims = partner
        .key
        .read_refresh(context.text("refreshToken").unwrap_or_default())
        .ok_or(Refusal::Unauthorized("the refresh token is no token of this sandbox"))?;
    let Some(family) = context.tables.families.get(claims.family) else {
        return Err(Refusal::Unauthorized("the session was revoked; log in again"));
    };
    if family.dead {
        return Err(Refusal::Unauthorized("the session was revoked; log in again"));
    }
    if context.now >= family.expires {
        return Err(Refusal::Unauthorized("the refresh token has expired; log in again"));
    }
    if claims.turn != family.turn {
        context.keep_despite_refusal = true;
        context.tables.families.change(claims.family, |family| family.dead = true);
        return Err(Refusal::Unauthorized("the refresh token was used before; its whole session is revoked"));
    }
    let expires = context.after(context.settings.refresh_life);
    context.tables.families.change(claims.family, |family| {
        family.turn += 1;
        family.expires = expires;
    });
    context.tokens(claims.family)
}
