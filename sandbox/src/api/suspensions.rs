//! Suspending end-users and lifting it again. A suspension also stops the end-user's cards, by a rule that allows nothing.

use uuid::Uuid;

use crate::api::context::Context;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::end_user::Intervention;

pub(crate) const OPERATIONS: &[Route] = &[
    role("POST", "/api/partner/endUser/{endUserId}/suspensions", "END_USER_SUSPEND", suspend),
    role("POST", "/api/partner/end-users/{endUserId}/suspensions", "END_USER_SUSPEND", suspend),
    role("DELETE", "/api/partner/end-users/{endUserId}/suspensions/{operator}", "END_USER_UNSUSPEND", lift),
];

impl Context<'_> {
    fn end_user_in_path(&self) -> Result<Uuid, Refusal> {
        let id = self.call.id("endUserId").ok_or(Refusal::code("END_USER_NOT_FOUND"))?;
        if self.tables.end_user(id).is_some() && self.may_see(id) { Ok(id) } else { refuse("END_USER_NOT_FOUND") }
    }
}

fn suspend(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = context.end_user_in_path()?;
    let operator = context.operator(context.text("operator"))?;
    let suspended = context
        .tables
        .end_user(id)
        .is_some_and(|end_user| end_user.standing.suspensions.iter().any(|one| one.operator == operator));
    if suspended {
        return refuse("END_USER_MUST_NOT_BE_SUSPENDED");
    }
    let date = context.now;
    let reason = context.text("reason").map(str::to_owned);
    context.tables.change_standing(id, |standing| standing.suspensions.push(Intervention { operator, date, reason }));
    context.tables.stop_cards(|card| card.end_user == id);
    Ok(Answer::empty())
}

fn lift(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = context.end_user_in_path()?;
    let operator = context.operator(context.call.text("operator"))?;
    context.tables.change_standing(id, |standing| standing.suspensions.retain(|one| one.operator != operator));
    context.tables.let_cards_go();
    Ok(Answer::empty())
}
