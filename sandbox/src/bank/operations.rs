//! Which operations have behaviour of their own, and who may call them. The rest answer with examples.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{
    Desk, authentication, beneficiaries, consumers, documents, kyc, ledgers, partner, transactions,
    verifications,
};
use crate::server::{Answer, Refusal};

/// What an operation does.
pub(crate) type Act = fn(&mut Desk<'_>) -> Result<Answer, Refusal>;

/// Who may call an operation, beside what the description says about the bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The partner and its end-users, who see only their own.
    Everyone,
    /// The partner alone.
    Partner,
}

/// An operation with behaviour of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Modelled {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) act: Act,
}

/// A row of a resource's table for everyone.
pub(super) const fn everyone(method: &'static str, path: &'static str, act: Act) -> Modelled {
    Modelled {
        method,
        path,
        access: Access::Everyone,
        act,
    }
}

/// A row of a resource's table for the partner alone.
pub(super) const fn partner_only(method: &'static str, path: &'static str, act: Act) -> Modelled {
    Modelled {
        method,
        path,
        access: Access::Partner,
        act,
    }
}

const ALL: &[&[Modelled]] = &[
    authentication::OPERATIONS,
    partner::OPERATIONS,
    consumers::OPERATIONS,
    verifications::OPERATIONS,
    kyc::OPERATIONS,
    ledgers::OPERATIONS,
    beneficiaries::OPERATIONS,
    transactions::OPERATIONS,
    documents::OPERATIONS,
];

static BY_OPERATION: LazyLock<HashMap<(&str, &str), &Modelled>> = LazyLock::new(|| {
    ALL.iter()
        .copied()
        .flatten()
        .map(|row| ((row.method, row.path), row))
        .collect()
});

/// The behaviour of an operation, if it has its own.
pub(crate) fn modelled(method: &str, path: &str) -> Option<&'static Modelled> {
    BY_OPERATION.get(&(method, path)).copied()
}
