//! After an unknown outcome: what the ledger shows of a transfer, and what is never taken for it.

use std::time::SystemTime;

use jiff::SignedDuration;
use linkcy::TransferSearch::{self, Ambiguous, Found, NotFound};
use linkcy::types::*;
use linkcy::{Error, ScaPolicy};
use linkcy_sandbox::faults::{Effect, Fault};

use crate::support::amount;
use crate::support::phone::Held;
use crate::support::world::World;

const PATH: &str = "/api/partner/transactions/inter-ledger";

fn transfer(world: &World) -> InterLedgerTransactionCreateRequest {
    InterLedgerTransactionCreateRequest::new(InterLedgerTransactionCreateRequestRequired {
        amount: amount("7.30"),
        ledger_from_id: world.from,
        ledger_to_id: world.to,
    })
}

/// Makes a transfer whose answer is lost, before or after it was booked, and says when it was sent.
async fn lost(world: &World, transfer: &InterLedgerTransactionCreateRequest, booked: bool) -> SystemTime {
    let drop = Fault::new(Effect::Drop).on("POST", PATH).once();
    world.control().inject(if booked { drop.after_processing() } else { drop });
    let error = world.client.transactions().create_inter_ledger(transfer).await.unwrap_err();
    let Error::OutcomeUnknown(unknown) = error else { panic!("{error}") };
    unknown.sent_at
}

async fn look(
    world: &World,
    transfer: &InterLedgerTransactionCreateRequest,
    sent_at: SystemTime,
    known: &[TransactionId],
) -> TransferSearch {
    world.client.find_transfer(transfer, sent_at, known).await.unwrap()
}

async fn pay(world: &World, transfer: &InterLedgerTransactionCreateRequest) -> TransactionId {
    world.client.transactions().create_inter_ledger(transfer).await.unwrap().id
}

#[tokio::test]
async fn a_transfer_that_was_booked_is_found() {
    let world = World::new().await;
    let transfer = transfer(&world).reference("Rent");
    let sent_at = lost(&world, &transfer, true).await;
    let Found(found) = look(&world, &transfer, sent_at, &[]).await else { panic!("it is there") };
    assert_eq!(found.amount(), Some(&amount("7.30")));
}

#[tokio::test]
async fn a_payment_to_a_beneficiary_that_was_booked_is_found() {
    let world = World::new().await;
    let payment = BeneficiaryTransactionCreateRequest::new(amount("7.30"), world.beneficiary, world.from);
    let path = "/api/partner/transactions";
    world.control().inject(Fault::new(Effect::Drop).on("POST", path).once().after_processing());
    let error = world.client.transactions().create_to_beneficiary(&payment).await.unwrap_err();
    let Error::OutcomeUnknown(unknown) = error else { panic!("{error}") };
    let found = world.client.find_transfer(&payment, unknown.sent_at, &[]).await.unwrap();
    assert!(matches!(found, Found(_)), "{found:?}");
}

#[tokio::test]
async fn a_transfer_that_was_not_booked_is_not_found_though_others_were() {
    let world = World::new().await;
    let wanted = transfer(&world).reference("Rent");
    let sent_at = lost(&world, &wanted, false).await;
    pay(&world, &transfer(&world).reference("Food")).await;
    let mut dearer = wanted.clone();
    dearer.amount = amount("7.31");
    pay(&world, &dearer).await;
    pay(
        &world,
        &InterLedgerTransactionCreateRequest::new(InterLedgerTransactionCreateRequestRequired {
            amount: amount("7.30"),
            ledger_from_id: world.from,
            ledger_to_id: world.ledger().await,
        }),
    )
    .await;
    assert_eq!(look(&world, &wanted, sent_at, &[]).await, NotFound);
}

#[tokio::test]
async fn a_payment_to_another_beneficiary_is_not_taken_for_the_one_that_is_sought() {
    let world = World::new().await;
    let phone = std::sync::Arc::new(world.phone());
    let signed = world.client.with_sca(ScaPolicy::data_signing(Held(phone))).unwrap();
    let account = SepaBankingDetails::new("BNPAFRPP".parse().unwrap(), "FR7610107001011234567890129".parse().unwrap());
    let carol = BeneficiaryCreateRequest::new(BeneficiaryCreateRequestRequired {
        banking_details: account.into(),
        name: "Carol".into(),
        type_: PartyType::Person,
    });
    let carol = signed.beneficiaries().create(carol.end_user_id(world.alice.into())).await.unwrap().id;
    world.client.sandbox().validate_beneficiary(carol).await.unwrap();
    let payment = |to| BeneficiaryTransactionCreateRequest::new(amount("7.30"), to, world.from);
    let sent_at = SystemTime::now();
    world.client.transactions().create_to_beneficiary(payment(carol)).await.unwrap();
    let found = world.client.find_transfer(&payment(world.beneficiary), sent_at, &[]).await.unwrap();
    assert_eq!(found, NotFound);
    let found = world.client.find_transfer(&payment(carol), sent_at, &[]).await.unwrap();
    assert!(matches!(found, Found(_)), "{found:?}");
}

#[tokio::test]
async fn twins_sent_at_the_same_time_are_ambiguous_unless_the_other_is_known() {
    let world = World::new().await;
    let transfer = transfer(&world);
    let sent_at = lost(&world, &transfer, true).await;
    let twin = pay(&world, &transfer).await;
    let Ambiguous(both) = look(&world, &transfer, sent_at, &[]).await else { panic!("there are two") };
    assert_eq!(both.len(), 2);
    let Found(found) = look(&world, &transfer, sent_at, &[twin]).await else { panic!("the other is known") };
    assert_ne!(*found.id(), twin);
    assert_eq!(look(&world, &transfer, sent_at, &[twin, *found.id()]).await, NotFound);
}

#[tokio::test]
async fn an_earlier_twin_is_never_taken_for_the_one_that_is_sought() {
    let world = World::new().await;
    let transfer = transfer(&world);
    let earlier = pay(&world, &transfer).await;
    world.control().advance(SignedDuration::from_secs(30));
    let sent_at = lost(&world, &transfer, false).await;
    let Ambiguous(only) = look(&world, &transfer, sent_at, &[]).await else { panic!("nothing tells that it is it") };
    assert_eq!(*only[0].id(), earlier);
    assert_eq!(look(&world, &transfer, sent_at, &[earlier]).await, NotFound);

    let sent_at = lost(&world, &transfer, true).await;
    let Found(found) = look(&world, &transfer, sent_at, &[]).await else { panic!("this one came after") };
    assert_ne!(*found.id(), earlier);
}

#[tokio::test]
async fn this_machines_clock_may_be_wrong() {
    for minutes in [-20, 20] {
        let world = World::new().await;
        world.control().advance(SignedDuration::from_mins(minutes));
        // Its token may have expired by that.
        world.client.partner().get().await.unwrap();
        let transfer = transfer(&world);
        let sent_at = lost(&world, &transfer, true).await;
        let found = look(&world, &transfer, sent_at, &[]).await;
        assert!(matches!(found, Found(_)), "{minutes} minutes: {found:?}");
    }
}
