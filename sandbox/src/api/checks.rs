//! Conditions that several operations share.

use uuid::Uuid;

use crate::api::context::Context;
use crate::http::refusal::{Refusal, refuse, wrong_field};
use crate::state::end_user::Standing;
use crate::state::end_user::{Banking, Linkcy, Operator};
use crate::state::iban;
use crate::state::partner::Partner;
use crate::state::tables::Tables;

/// Refuses an IBAN or BIC that can't be paid to.
pub(crate) fn bank_is_known(iban: &str, bic: &str) -> Result<(), Refusal> {
    if !iban::is_supported(iban) {
        return refuse("IBAN_NOT_SUPPORTED");
    }
    if !iban::is_bic(bic) {
        return refuse("INVALID_BIC_SWIFT");
    }
    if iban::is_embargoed(bic) {
        return refuse("NOT_ALLOWED_BIC_SWIFT");
    }
    Ok(())
}

impl Context<'_> {
    /// Terms may be accepted in their version in force only.
    pub(crate) fn terms_sent_are_in_force(&self) -> Result<(), Refusal> {
        match self.text("lastTermsAccepted") {
            Some(version) if version != self.tables.the_partner()?.terms => refuse("INVALID_TERMS_VERSION"),
            _ => Ok(()),
        }
    }

    /// An anonymous caller says which partner it comes from.
    pub(crate) fn partner_is_named(&self) -> Result<(), Refusal> {
        if self.caller.is_partner() || self.caller.end_user().is_some() {
            return Ok(());
        }
        match self.text("partnerName") {
            Some(name) if name == self.tables.the_partner()?.name => Ok(()),
            Some(name) => wrong_field("partnerName", name, "is no partner of this sandbox"),
            None => refuse("PARTNER_NAME_REQUIRED"),
        }
    }
}

impl Context<'_> {
    /// The conditions for anything that concerns money.
    pub(crate) fn must_be_banked(&self, id: Uuid) -> Result<(), Refusal> {
        let end_user = self.tables.end_user(id).ok_or(Refusal::code("END_USER_NOT_FOUND"))?;
        end_user.verified.or_else(refuse)?;
        self.must_stand_well(end_user.standing)?;
        // Only asked where the operation documents it.
        if self.call.operation.status_of("TERMS_AND_CONDITIONS_NOT_ACCEPTED").is_some()
            && end_user.standing.terms.as_ref() != Some(&self.tables.the_partner()?.terms)
        {
            return Err(Refusal::Code {
                code: "TERMS_AND_CONDITIONS_NOT_ACCEPTED",
                message: "the end-user has not accepted the terms in force: read their version with GET \
                          /api/partner/docs/terms?type=CONSUMER&language=EN (or type=CORPORATE) and send it as \
                          lastTermsAccepted"
                    .into(),
            });
        }
        Ok(())
    }

    /// The conditions of standing alone.
    pub(crate) fn must_stand_well(&self, standing: &Standing) -> Result<(), Refusal> {
        if !standing.suspensions.is_empty() {
            return refuse("END_USER_MUST_NOT_BE_SUSPENDED");
        }
        if standing.linkcy != Linkcy::Validated {
            return refuse("LINKCY_STATUS_MUST_BE_VALIDATED");
        }
        if standing.banking != Banking::Validated {
            return refuse("BANKING_STATUS_MUST_BE_VALIDATED");
        }
        Ok(())
    }
}

impl Context<'_> {
    /// Who acts, where a body or path names an operator: an end-user acts for itself only, and nobody for LinkCy.
    pub(crate) fn operator(&self, named: Option<&str>) -> Result<Operator, Refusal> {
        let acting = if self.caller.end_user().is_some() { Operator::EndUser } else { Operator::Partner };
        match (named, acting) {
            (None, acting) => Ok(acting),
            (Some("LINKCY"), _) | (Some("PARTNER"), Operator::EndUser) => refuse("INSUFFICIENT_RIGHTS"),
            (Some("END_USER"), _) => Ok(Operator::EndUser),
            (Some(_), _) => Ok(Operator::Partner),
        }
    }
}

impl Tables {
    /// The one partner.
    pub(crate) fn the_partner(&self) -> Result<&Partner, Refusal> {
        self.partner.iter().next().ok_or(Refusal::Store("the sandbox has lost its partner; reset it".into()))
    }
}
