//! Suspending end-users and lifting it again. A suspension also stops the end-user's cards, by a rule that allows nothing.

use uuid::Uuid;

use super::Tables;
use super::desk::Desk;
use super::end_users::{Banking, Intervention, Linkcy, Standing};
use super::operations::{Modelled, role};
use crate::server::{Answer, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] = &[
    role("POST", "/api/partner/endUser/{endUserId}/suspensions", "END_USER_SUSPEND", suspend),
    role("POST", "/api/partner/end-users/{endUserId}/suspensions", "END_USER_SUSPEND", suspend),
    role("DELETE", "/api/partner/end-users/{endUserId}/suspensions/{operator}", "END_USER_UNSUSPEND", lift),
];

impl Tables {
    /// Changes where an end-user of either kind stands; says whether there is one.
    pub(super) fn change_standing(&mut self, id: Uuid, change: impl FnOnce(&mut Standing)) -> bool {
        if self.consumers.get(id).is_some() {
            self.consumers.change(id, |consumer| change(&mut consumer.standing))
        } else {
            self.corporates.change(id, |corporate| change(&mut corporate.standing))
        }
    }

    /// LinkCy changes what an end-user may do.
    pub(crate) fn set_linkcy(&mut self, id: Uuid, linkcy: Linkcy) -> bool {
        self.change_standing(id, |standing| standing.linkcy = linkcy)
    }

    /// The bank behind LinkCy changes its mind about an end-user.
    pub(crate) fn set_banking(&mut self, id: Uuid, banking: Banking) -> bool {
        self.change_standing(id, |standing| standing.banking = banking)
    }
}

impl Desk<'_> {
    fn end_user_in_path(&self) -> Result<Uuid, Refusal> {
        let id = self.call.id("endUserId").ok_or(Refusal::code("END_USER_NOT_FOUND"))?;
        if self.tables.end_user(id).is_some() && self.may_see(id) { Ok(id) } else { refuse("END_USER_NOT_FOUND") }
    }
}

fn suspend(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let id = desk.end_user_in_path()?;
    let operator = desk.operator(desk.text("operator"))?;
    let suspended = desk
        .tables
        .end_user(id)
        .is_some_and(|end_user| end_user.standing.suspensions.iter().any(|one| one.operator == operator));
    if suspended {
        return refuse("END_USER_MUST_NOT_BE_SUSPENDED");
    }
    let date = desk.now;
    let reason = desk.text("reason").map(str::to_owned);
    desk.tables.change_standing(id, |standing| standing.suspensions.push(Intervention { operator, date, reason }));
    desk.tables.stop_cards(|card| card.end_user == id);
    Ok(Answer::empty())
}

fn lift(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let id = desk.end_user_in_path()?;
    let operator = desk.operator(desk.call.text("operator"))?;
    desk.tables.change_standing(id, |standing| standing.suspensions.retain(|one| one.operator != operator));
    desk.tables.let_cards_go();
    Ok(Answer::empty())
}
