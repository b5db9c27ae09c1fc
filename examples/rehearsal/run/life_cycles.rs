//! The life cycles of the quickstart: somebody becomes a customer, gets a ledger and pays. In a sandbox only.

use anyhow::{Context, Result};
use linkcy::types::{
    BeneficiaryCreateRequest, BeneficiaryCreateRequestRequired, BeneficiaryTransactionCreateRequest,
    ClassicLedgerCreateRequest, ClassicLedgerType, ConsumerCreateRequest, ConsumerPhoneVerificationSendRequest,
    ConsumerPhoneVerifyRequest, KycSimulateConsumerRequest, KycSimulateRequest, KycStatus, Language,
    LedgerCreateRequest, LedgerCreditRequest, PartyType, PhoneRequest, PhoneRequestRequired,
    PhoneVerificationSendRequest, PhoneVerifyRequest, SepaBankingDetails, UserType,
};

use super::Rehearsal;

impl Rehearsal {
    pub(super) async fn life_cycles(&self) -> Result<()> {
        let client = &self.client;
        let terms = self.ask("terms.get", client.terms().get(Language::En, UserType::Consumer).send()).await;
        let terms = terms.context("there are no terms to accept")?.value;
        let phone = PhoneRequest::new(PhoneRequestRequired {
            country_code: "33".into(),
            number: format!("6{:08}", fastrand::u32(..100_000_000)),
        });
        let consumer = ConsumerCreateRequest::new(phone)
            .first_name("Rehearsal")
            .last_name("Sandbox")
            .email_address("rehearsal@example.com")
            .last_terms_accepted(terms.version);
        let consumer = self.ask("consumers.create", client.consumers().create(&consumer).send()).await;
        let consumer = consumer.context("no consumer was created")?.value.id;

        let send = ConsumerPhoneVerificationSendRequest::new().consumer_id(consumer);
        let send = PhoneVerificationSendRequest::Consumer(send);
        let _ = self.ask("verifications.send_phone_code", client.verifications().send_phone_code(send).send()).await;
        // The vendor's sandbox and the local one accept this code.
        let verify = ConsumerPhoneVerifyRequest::new("123456").consumer_id(consumer);
        let verify = PhoneVerifyRequest::Consumer(verify);
        let _ = self.ask("verifications.verify_phone", client.verifications().verify_phone(verify).send()).await;
        let kyc = KycSimulateConsumerRequest::new(KycStatus::Validated).consumer_id(consumer);
        let kyc = KycSimulateRequest::Consumer(kyc);
        let _ = self.ask("sandbox.simulate_kyc", client.sandbox().simulate_kyc(kyc).send()).await;

        let ledger = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance)
            .end_user_id(consumer.into())
            .friendly_name("Rehearsal")
            .auto_upgrade(true);
        let ledger = LedgerCreateRequest::Classic(ledger);
        let ledger = self.ask("ledgers.create", client.ledgers().create(ledger).send()).await;
        let ledger = ledger.context("no ledger was created")?.value.id;
        let credit = LedgerCreditRequest::new("250.00".parse()?, ledger);
        let _ = self.ask("sandbox.credit_ledger", client.sandbox().credit_ledger(&credit).send()).await;

        let account = SepaBankingDetails::new("BNPAFRPP".parse()?, "FR7630006000011234567890189".parse()?);
        let beneficiary = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
            banking_details: account.into(),
            name: "Bob Durand".into(),
            type_: PartyType::Person,
        })
        .end_user_id(consumer.into());
        let beneficiary = self.ask("beneficiaries.create", client.beneficiaries().create(&beneficiary).send()).await;
        let beneficiary = beneficiary.context("no beneficiary was created")?.value.id;
        let _ =
            self.ask("sandbox.validate_beneficiary", client.sandbox().validate_beneficiary(beneficiary).send()).await;
        let payment = BeneficiaryTransactionCreateRequest::new("42.50".parse()?, beneficiary, ledger);
        let payment = payment.reference("Rehearsal");
        let _ = self
            .ask("transactions.create_to_beneficiary", client.transactions().create_to_beneficiary(&payment).send())
            .await;
        Ok(())
    }
}
