//! The partner's user accounts: people of the partner, each with roles. A new one logs in with its one-time password and
//! has to choose its own.

use serde_json::json;

use crate::api::context::Context;
use crate::api::list::Order;
use crate::api::route::{Route, role};
use crate::auth::password::Password;
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::account::Account;
use crate::state::end_user::Email;

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/accounts", "ACCOUNT_CREATE", list),
    role("POST", "/api/partner/accounts", "ACCOUNT_CREATE", create),
    role("PATCH", "/api/partner/accounts/{accountId}", "ACCOUNT_CREATE", update),
];

impl Context<'_> {
    /// The roles in a body: only those the caller has can be given.
    fn roles_to_give(&self) -> Result<Vec<String>, Refusal> {
        let roles = self.call.body["roles"].as_array().into_iter().flatten();
        let roles: Vec<String> = roles.filter_map(|role| role.as_str()).map(str::to_owned).collect();
        if roles.iter().all(|role| self.bearer.roles().contains(role)) { Ok(roles) } else { refuse("ROLE_NOT_ALLOWED") }
    }
}

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let by_email = context.sorted_by() == "EMAIL";
    let rows = &context.tables.accounts;
    let found = rows.placed().map(|(position, one)| (Order::of_text(by_email, &one.email), position));
    context.page(rows, found, |one| {
        json!({
            "id": one.id,
            "email": one.email,
            "roles": one.roles,
            "creationDate": one.created,
            "updateDate": one.updated,
        })
    })
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let roles = context.roles_to_give()?;
    let email = Email::in_body(&context.call.body, "email")?.map(|email| email.address).unwrap_or_default();
    if context.tables.accounts.iter().any(|one| one.email == email) {
        return refuse("EMAIL_ALREADY_TAKEN");
    }
    let (id, otp, now) = (context.seed.uuid(), context.seed.secret(12), context.now);
    let password = Password::new(id, &otp);
    context.tables.accounts.put(Account {
        id,
        email,
        roles,
        password,
        must_change_password: true,
        created: now,
        updated: now,
    });
    Ok(Answer::json(json!({ "id": id, "otp": otp })))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let Some(id) = context.call.path_id().filter(|id| context.tables.accounts.get(*id).is_some()) else {
        return refuse("PARTNER_ACCOUNT_NOT_FOUND");
    };
    let (roles, now) = (context.roles_to_give()?, context.now);
    context.tables.accounts.change(id, |one| {
        one.roles = roles;
        one.updated = now;
    });
    Ok(Answer::json(json!({ "id": id, "updateDate": now })))
}
