//! The rows that a request names, if its caller may see them.

use uuid::Uuid;

use crate::api::context::Context;
use crate::http::refusal::{Refusal, refuse};
use crate::state::beneficiary::{BankingDetails, Beneficiary};
use crate::state::card::Card;
use crate::state::card_profile::CardProfile;
use crate::state::consumer::Consumer;
use crate::state::corporate::Corporate;
use crate::state::document::Document;
use crate::state::index::Key;
use crate::state::kyc::Person;
use crate::state::ledger::Ledger;
use crate::state::mandate::Mandate;
use crate::state::related::Related;

impl Context<'_> {
    /// The beneficiary of that id, if the caller may see it.
    pub(crate) fn beneficiary(&self, id: Option<Uuid>) -> Result<&Beneficiary, Refusal> {
        let found = id.and_then(|id| self.tables.beneficiaries.get(id)).filter(|one| self.may_see(one.end_user));
        found.ok_or(Refusal::code("BENEFICIARY_NOT_FOUND"))
    }

    /// The ledger of this bank that a beneficiary's details name.
    pub(crate) fn ledger_behind(&self, beneficiary: &Beneficiary) -> Option<Uuid> {
        let BankingDetails::Sepa { iban, .. } = &beneficiary.details else {
            return None;
        };
        self.tables.ledgers.with(Key::Iban(iban.clone())).next().map(|ledger| ledger.id)
    }
}

impl Context<'_> {
    pub(crate) fn card_profile(&self) -> Result<&CardProfile, Refusal> {
        let found = self.call.id("cardProfileId").and_then(|id| self.tables.card_profiles.get(id));
        found.ok_or(Refusal::code("CARD_PROFILE_NOT_FOUND"))
    }
}

impl Context<'_> {
    /// The card in the path, if the caller may see it.
    pub(crate) fn card(&self) -> Result<&Card, Refusal> {
        let found = self.call.id("cardId").and_then(|id| self.tables.cards.get(id));
        found.filter(|card| self.may_see(card.end_user)).ok_or(Refusal::code("CARD_NOT_FOUND"))
    }
}

impl Context<'_> {
    /// The consumer in the path, if the caller may see it.
    pub(crate) fn consumer(&self) -> Result<&Consumer, Refusal> {
        let id = self.path_id("CONSUMER_NOT_FOUND")?;
        let found = self.tables.consumers.get(id).filter(|consumer| self.may_see(consumer.id));
        found.ok_or(Refusal::code("CONSUMER_NOT_FOUND"))
    }
}

impl Context<'_> {
    /// The corporate in the path, if the caller may see it.
    pub(crate) fn corporate(&self) -> Result<&Corporate, Refusal> {
        let found = self.call.id("corporateId").and_then(|id| self.tables.corporates.get(id));
        found.filter(|one| self.may_see(one.id)).ok_or(Refusal::code("CORPORATE_NOT_FOUND"))
    }
}

impl Context<'_> {
    pub(crate) fn document(&self) -> Result<&Document, Refusal> {
        let found = self.call.id("documentId").and_then(|id| self.tables.documents.get(id));
        found.filter(|one| self.may_see(one.end_user)).ok_or(Refusal::code("DOCUMENT_NOT_FOUND"))
    }
}

impl Context<'_> {
    /// The ledger of that id, if the caller may see it.
    pub(crate) fn ledger(&self, id: Option<Uuid>) -> Result<&Ledger, Refusal> {
        let found = id.and_then(|id| self.tables.ledgers.get(id)).filter(|ledger| self.may_see(ledger.end_user));
        found.ok_or(Refusal::code("LEDGER_NOT_FOUND"))
    }
}

impl Context<'_> {
    pub(crate) fn mandate(&self, id: Option<Uuid>) -> Result<&Mandate, Refusal> {
        let found = id.and_then(|id| self.tables.mandates.get(id));
        found.filter(|one| self.may_see(one.end_user)).ok_or(Refusal::code("MANDATE_NOT_FOUND"))
    }

    /// The ledger of this bank that a debtor's IBAN is of.
    pub(crate) fn debtor_ledger(&self, mandate: &Mandate) -> Option<Uuid> {
        let (iban, _) = mandate.bank.as_ref()?;
        self.tables.ledgers.with(Key::Iban(iban.clone())).next().map(|ledger| ledger.id)
    }
}

impl Context<'_> {
    pub(crate) fn related(&self) -> Result<&Related, Refusal> {
        let found = self.call.id("corporateRelatedId").and_then(|id| self.tables.related.get(id));
        let found = found.filter(|one| self.call.id("corporateId").is_none_or(|corporate| corporate == one.corporate));
        found.filter(|one| self.may_see(one.corporate)).ok_or(Refusal::code("CORPORATE_RELATED_NOT_FOUND"))
    }
}

impl Context<'_> {
    /// The person a body names; a consumer who calls is meant when it names nobody.
    pub(crate) fn person_in_body(&self) -> Result<Person, Refusal> {
        let person = if let Some(id) = self.id("relatedPhysicalPersonId") {
            Person::Related(id)
        } else if let Some(id) = self.id("consumerId").or(self.caller.end_user()) {
            Person::Consumer(id)
        } else {
            return refuse("PERSON_ID_REQUIRED");
        };
        match self.tables.person_owner(person) {
            Some(owner) if self.may_see(owner) => Ok(person),
            _ => refuse("PERSON_NOT_FOUND"),
        }
    }
}
