//! Shares: how much of a corporate, or of a company that owns a part of it, somebody related holds.

use serde_json::json;

use crate::api::context::Context;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::json::compact;
use crate::state::related::Related;
use crate::state::share::Share;
use crate::state::tables::Tables;

pub(crate) const OPERATIONS: &[Route] = &[
    role("POST", "/api/partner/shares", "SHARE_CREATE", create),
    role("GET", "/api/partner/shares/{shareId}", "SHARE_INFO", read),
    role("PATCH", "/api/partner/shares/{shareId}", "SHARE_UPDATE", update),
    role("DELETE", "/api/partner/shares/{shareId}", "SHARE_DELETE", delete),
];

impl Tables {
    /// The shares in one company can't total over 100.
    pub(crate) fn must_total_100_at_most(&self, share: &Share) -> Result<(), Refusal> {
        let Some(holder) = self.related.get(share.related) else {
            return refuse("CORPORATE_RELATED_NOT_FOUND");
        };
        let same = |other: &&Share| {
            other.owned == share.owned
                && self.related.get(other.related).is_some_and(|one| one.corporate == holder.corporate)
        };
        let total: f64 = self.shares.iter().filter(same).map(|share| share.percentage).sum();
        if total > 100.0 { refuse("TOTAL_SHARES_PERCENTAGE_IS_OVER_100") } else { Ok(()) }
    }
}

impl Context<'_> {
    fn holder(&self) -> Result<&Related, Refusal> {
        let found = self.id("corporateRelatedId").and_then(|id| self.tables.related.get(id));
        found.filter(|one| self.may_see(one.corporate)).ok_or(Refusal::code("CORPORATE_RELATED_NOT_FOUND"))
    }

    fn share(&self) -> Result<&Share, Refusal> {
        let share = self.call.id("shareId").and_then(|id| self.tables.shares.get(id));
        let seen = |share: &&Share| {
            self.tables.related.get(share.related).is_some_and(|holder| self.may_see(holder.corporate))
        };
        share.filter(seen).ok_or(Refusal::code("SHARE_NOT_FOUND"))
    }

    fn percentage(&self) -> Result<f64, Refusal> {
        let percentage = self.call.body["percentage"].as_f64().unwrap_or(0.0);
        if percentage <= 0.0 { refuse("SHARE_PERCENTAGE_EQUALS_ZERO") } else { Ok(percentage) }
    }
}

fn create(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let holder = context.holder()?;
    let (related, corporate) = (holder.id, holder.corporate);
    let percentage = context.percentage()?;
    let owned = context.id("ownedCorporateId");
    if let Some(owned) = owned {
        if context.tables.related.get(owned).is_none_or(|one| one.corporate != corporate) {
            return refuse("CORPORATE_RELATED_NOT_FOUND");
        }
        if context.tables.is_owned_by(related, owned, 0) {
            return refuse("CYCLIC_SHARE_DEPENDENCY");
        }
    }
    if context.tables.shares.iter().any(|share| share.related == related && share.owned == owned) {
        return refuse("SHARE_ALREADY_EXIST");
    }
    let share = Share { id: context.seed.uuid(), related, owned, percentage };
    let id = share.id;
    context.tables.shares.put(share.clone());
    context.tables.must_total_100_at_most(&share)?;
    Ok(Answer::json(json!({ "id": id })))
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let share = context.share()?;
    Ok(Answer::json(compact(json!({
        "id": share.id,
        "ownedCorporate": share.owned.map(|owned| context.tables.related_short(owned)),
        "corporateRelated": context.tables.related_short(share.related),
        "directSharesPercentage": share.percentage,
        "finalSharesPercentage": context.tables.final_share(share),
        "layer": context.tables.layer_of_share(share),
    }))))
}

fn update(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let mut share = context.share()?.clone();
    share.percentage = context.percentage()?;
    let id = share.id;
    context.tables.shares.put(share.clone());
    context.tables.must_total_100_at_most(&share)?;
    Ok(Answer::json(json!({ "id": id })))
}

fn delete(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let id = context.share()?.id;
    context.tables.shares.remove(id);
    Ok(Answer::empty())
}
