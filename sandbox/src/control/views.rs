//! What the control interface shows of the bank: what a console needs beside the API's own lists.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::json::{compact, word};
use crate::state::tables::Tables;

/// Every end-user with name and state.
pub(super) fn end_users(tables: &Tables) -> Value {
    let consumers = tables.consumers.iter().map(|one| {
        json!({
            "id": one.id, "kind": "CONSUMER", "name": one.name(), "phone": one.phone.digits(),
            "kyc": word(&one.kyc.status), "linkcy": one.standing.linkcy, "banking": one.standing.banking,
        })
    });
    let corporates = tables.corporates.iter().map(|one| {
        json!({
            "id": one.id, "kind": "CORPORATE", "name": one.registered_name,
            "kyb": word(&one.kyb), "linkcy": one.standing.linkcy, "banking": one.standing.banking,
        })
    });
    consumers.chain(corporates).collect()
}

/// Every ledger with its balances, as numbers of euros.
pub(super) fn ledgers(tables: &Tables) -> Value {
    let all = tables.ledgers.iter();
    all.map(|one| {
        compact(json!({
            "id": one.id, "endUserId": one.end_user, "owner": name_of(tables, one.end_user),
            "friendlyName": one.friendly_name, "iban": one.iban, "status": one.status(), "parentId": one.parent,
            "totalAmount": one.total.to_json(),
            "availableAmount": one.available().to_json(),
            "reservedAmount": one.reserved.to_json(),
        }))
    })
    .collect()
}

/// Every card, without its number.
pub(super) fn cards(tables: &Tables) -> Value {
    let all = tables.cards.iter();
    all.map(|one| {
        json!({
            "id": one.id, "endUserId": one.end_user, "owner": name_of(tables, one.end_user), "ledgerId": one.ledger,
            "profile": one.profile_name, "status": one.status,
        })
    })
    .collect()
}

/// Every device, without its keys.
pub(super) fn devices(tables: &Tables) -> Value {
    let all = tables.devices.iter();
    all.map(|one| {
        json!({
            "scaDeviceId": one.id, "endUserId": one.end_user, "owner": name_of(tables, one.end_user),
            "endpointId": one.endpoint, "pin": one.pin, "biometry": one.biometry,
            "active": one.is_active(), "blocked": one.blocked, "created": one.created,
        })
    })
    .collect()
}

/// Every KYC application.
pub(super) fn kycs(tables: &Tables) -> Value {
    let all = tables.kycs.iter();
    all.map(|one| json!({ "id": one.id, "personId": one.person.id(), "status": one.status, "created": one.created }))
        .collect()
}

/// The latest transactions, the newest first, as the API shows them.
pub(super) fn transactions(tables: &Tables) -> Value {
    tables.transactions.iter().rev().take(100).map(|one| one.view()).collect()
}

/// The messages that LinkCy would have sent, the oldest first.
pub(super) fn outbox(tables: &Tables) -> Value {
    tables.outbox.iter().map(|one| json!(one)).collect()
}

fn name_of(tables: &Tables, end_user: Uuid) -> Option<String> {
    tables.end_user(end_user).map(|one| one.name)
}
