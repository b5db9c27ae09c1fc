//! Shares: how much of a corporate, or of a company that owns a part of it, somebody related holds.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::desk::{Desk, compact};
use super::operations::{Modelled, role};
use super::related::{Entity, Related};
use super::{Row, Tables};
use crate::server::{Answer, Refusal, refuse};

pub(super) const OPERATIONS: &[Modelled] = &[
    role("POST", "/api/partner/shares", "SHARE_CREATE", create),
    role("GET", "/api/partner/shares/{shareId}", "SHARE_INFO", read),
    role("PATCH", "/api/partner/shares/{shareId}", "SHARE_UPDATE", update),
    role("DELETE", "/api/partner/shares/{shareId}", "SHARE_DELETE", delete),
];

/// A share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Share {
    pub(super) id: Uuid,
    /// Who holds it.
    pub(super) related: Uuid,
    /// In which related company; in the corporate itself when none.
    pub(super) owned: Option<Uuid>,
    /// How much, from 0 to 100. Percentages are no money: a float, as the description has it.
    pub(super) percentage: f64,
}

impl Row for Share {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// Deeper than any ownership; stops a cycle.
const DEEPEST: i64 = 16;

impl Tables {
    /// What somebody holds of the corporate in the end, over every layer.
    pub(super) fn total_share(&self, related: Uuid) -> f64 {
        self.total_share_at(related, 0)
    }

    fn total_share_at(&self, related: Uuid, depth: i64) -> f64 {
        if depth > DEEPEST {
            return 0.0;
        }
        let own = self.shares.iter().filter(|share| share.related == related);
        own.map(|share| match share.owned {
            None => share.percentage,
            Some(owned) => share.percentage * self.total_share_at(owned, depth + 1) / 100.0,
        })
        .sum()
    }

    /// What one share comes to in the end.
    pub(super) fn final_share(&self, share: &Share) -> f64 {
        match share.owned {
            None => share.percentage,
            Some(owned) => share.percentage * self.total_share(owned) / 100.0,
        }
    }

    /// How far a holder is from the corporate: 1 for who holds it directly, 0 for who holds nothing.
    pub(super) fn layer(&self, related: Uuid) -> i64 {
        let own = self.shares.iter().filter(|share| share.related == related);
        own.map(|share| self.layer_of_share(share)).min().unwrap_or(0)
    }

    /// How far a share is from the corporate.
    pub(super) fn layer_of_share(&self, share: &Share) -> i64 {
        let mut layer = 1;
        let mut owned = share.owned;
        while let Some(company) = owned.filter(|_| layer < DEEPEST) {
            layer += 1;
            owned = self.shares.iter().find(|share| share.related == company).and_then(|share| share.owned);
        }
        layer
    }

    /// The shares in one company can't total over 100.
    pub(super) fn must_total_100_at_most(&self, share: &Share) -> Result<(), Refusal> {
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

    /// Whether `company` is owned by `holder`, over any number of layers.
    fn is_owned_by(&self, company: Uuid, holder: Uuid, depth: i64) -> bool {
        company == holder
            || depth < DEEPEST
                && self
                    .shares
                    .iter()
                    .filter(|share| share.owned == Some(company))
                    .any(|share| self.is_owned_by(share.related, holder, depth + 1))
    }

    fn related_short(&self, id: Uuid) -> Value {
        match self.related.get(id).map(|one| &one.entity) {
            Some(Entity::Person { first_name, last_name, .. }) => {
                json!({ "id": id, "firstName": first_name, "lastName": last_name })
            }
            Some(Entity::Company { registered_name, .. }) => json!({ "id": id, "registeredName": registered_name }),
            None => Value::Null,
        }
    }
}

impl Desk<'_> {
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

fn create(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let holder = desk.holder()?;
    let (related, corporate) = (holder.id, holder.corporate);
    let percentage = desk.percentage()?;
    let owned = desk.id("ownedCorporateId");
    if let Some(owned) = owned {
        if desk.tables.related.get(owned).is_none_or(|one| one.corporate != corporate) {
            return refuse("CORPORATE_RELATED_NOT_FOUND");
        }
        if desk.tables.is_owned_by(related, owned, 0) {
            return refuse("CYCLIC_SHARE_DEPENDENCY");
        }
    }
    if desk.tables.shares.iter().any(|share| share.related == related && share.owned == owned) {
        return refuse("SHARE_ALREADY_EXIST");
    }
    let share = Share { id: desk.seed.uuid(), related, owned, percentage };
    let id = share.id;
    desk.tables.shares.put(share.clone());
    desk.tables.must_total_100_at_most(&share)?;
    Ok(Answer::json(json!({ "id": id })))
}

fn read(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let share = desk.share()?;
    Ok(Answer::json(compact(json!({
        "id": share.id,
        "ownedCorporate": share.owned.map(|owned| desk.tables.related_short(owned)),
        "corporateRelated": desk.tables.related_short(share.related),
        "directSharesPercentage": share.percentage,
        "finalSharesPercentage": desk.tables.final_share(share),
        "layer": desk.tables.layer_of_share(share),
    }))))
}

fn update(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let mut share = desk.share()?.clone();
    share.percentage = desk.percentage()?;
    let id = share.id;
    desk.tables.shares.put(share.clone());
    desk.tables.must_total_100_at_most(&share)?;
    Ok(Answer::json(json!({ "id": id })))
}

fn delete(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let id = desk.share()?.id;
    desk.tables.shares.remove(id);
    Ok(Answer::empty())
}
