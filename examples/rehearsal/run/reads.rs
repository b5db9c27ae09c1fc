//! Everything that can be read without harm: the lists, then each thing by its id.
//!
//! PINs and card numbers are left alone, and so is what nothing lists: web pages, shares and acquiring transactions.

use linkcy::types::{
    BeneficiaryId, CardId, ConsumerId, CorporateId, DocumentId, KycId, Language, LedgerId, MandateId, RelatedEntityId,
    TransactionId, UserType,
};

use super::{Rehearsal, ids};

/// Asks for a list and gives the ids of its first rows.
macro_rules! list {
    ($rehearsal:ident, $($handle:ident).+ ( $($argument:expr),* )) => {{
        let operation = list!(@name $($handle).+);
        ids($rehearsal.ask(operation, list!(@call $rehearsal.client, ($($argument),*), $($handle).+)).await.as_ref())
    }};
    (@name $handle:ident . $verb:ident) => { concat!(stringify!($handle), ".", stringify!($verb)) };
    (@call $client:expr, ($($argument:expr),*), $handle:ident . $verb:ident) => {
        $client.$handle().$verb($($argument),*).send()
    };
}

/// Asks for each of some things.
macro_rules! each {
    ($rehearsal:ident, $ids:expr, $($handle:ident . $verb:ident),+) => {
        for id in $ids {
            $(let _ = $rehearsal.ask(
                concat!(stringify!($handle), ".", stringify!($verb)),
                $rehearsal.client.$handle().$verb(id).send(),
            ).await;)+
        }
    };
}

impl Rehearsal {
    #[allow(deprecated, reason = "what is deprecated answers too")]
    pub(super) async fn reads(&self) {
        let client = &self.client;
        let _ = self.ask("partner.get", client.partner().get().send()).await;
        let _ = self
            .ask("partner.get_acquiring_configuration", client.partner().get_acquiring_configuration().send())
            .await;
        let _ = self.ask("webhooks.get_portal", client.webhooks().get_portal().send()).await;
        let _ = self.ask("terms.get", client.terms().get(Language::En, UserType::Consumer).send()).await;

        let consumers: Vec<ConsumerId> = list!(self, consumers.list());
        let corporates: Vec<CorporateId> = list!(self, corporates.list());
        let ledgers: Vec<LedgerId> = list!(self, ledgers.list());
        let transactions: Vec<TransactionId> = list!(self, transactions.list());
        let beneficiaries: Vec<BeneficiaryId> = list!(self, beneficiaries.list());
        let mandates: Vec<MandateId> = list!(self, mandates.list());
        let cards: Vec<CardId> = list!(self, cards.list());
        let documents: Vec<DocumentId> = list!(self, documents.list());
        let applications: Vec<KycId> = list!(self, kyc.list());
        let _: Vec<String> = list!(self, accounts.list());
        let _: Vec<String> = list!(self, card_profiles.list());
        let _: Vec<String> = list!(self, card_designs.list());
        let _: Vec<String> = list!(self, crypto_beneficiaries.list());
        let _: Vec<String> = list!(self, crypto_transactions.list());

        each!(self, consumers, consumers.get);
        each!(self, ledgers, ledgers.get, ledgers.bank_details, ledgers.statement);
        each!(self, transactions, transactions.get);
        each!(self, beneficiaries, beneficiaries.get);
        each!(self, mandates, mandates.get);
        each!(self, cards, cards.get);
        each!(self, documents, documents.get);
        each!(self, applications, kyc.get);
        for corporate in corporates {
            let _ = self.ask("corporates.get", client.corporates().get(corporate).send()).await;
            let related: Vec<RelatedEntityId> = list!(self, related_entities.list(corporate));
            each!(self, related, related_entities.get);
        }
    }
}
