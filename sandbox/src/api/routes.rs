//! The list of routes: every operation with behaviour of its own. The rest answer with examples.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::route::Route;
use super::{
    accounts, acquiring, authentication, beneficiaries, card_profiles, card_rules, cards, consumers, corporates,
    documents, kyc, ledgers, mandates, partner, passwords, related, sca_devices, shares, simulation, suspensions,
    transactions, verifications,
};
use crate::description::Operation;

const ALL: &[&[Route]] = &[
    authentication::OPERATIONS,
    passwords::OPERATIONS,
    partner::OPERATIONS,
    accounts::OPERATIONS,
    consumers::OPERATIONS,
    corporates::OPERATIONS,
    related::OPERATIONS,
    shares::OPERATIONS,
    suspensions::OPERATIONS,
    verifications::OPERATIONS,
    kyc::OPERATIONS,
    ledgers::OPERATIONS,
    beneficiaries::OPERATIONS,
    transactions::OPERATIONS,
    simulation::OPERATIONS,
    mandates::OPERATIONS,
    cards::OPERATIONS,
    card_rules::OPERATIONS,
    card_profiles::OPERATIONS,
    documents::OPERATIONS,
    acquiring::OPERATIONS,
    sca_devices::OPERATIONS,
];

static BY_OPERATION: LazyLock<HashMap<(&str, &str), &Route>> =
    LazyLock::new(|| ALL.iter().copied().flatten().map(|row| ((row.method, row.path), row)).collect());

/// The route of an operation, if it has behaviour of its own.
pub(crate) fn route_of(operation: &Operation) -> Option<&'static Route> {
    BY_OPERATION.get(&(operation.method.as_str(), operation.path.as_str())).copied()
}

/// How an operation answers: `modelled`, or `example` when it has no behaviour of its own.
pub(crate) fn fidelity(operation: &Operation) -> &'static str {
    if route_of(operation).is_some() { "modelled" } else { "example" }
}
