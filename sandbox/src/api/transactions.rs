//! The list of transactions, and one of them.

use jiff::Timestamp;
use uuid::Uuid;

use crate::api::desk::Desk;
use crate::api::payments;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::Refusal;
use crate::json::word;
use crate::state::transaction::TransactionStatus;

pub(crate) const OPERATIONS: &[Route] = &[
    role("GET", "/api/partner/transactions", "TRANSACTION_LIST", list),
    role("GET", "/api/partner/transactions/{transactionId}", "TRANSACTION_INFO", read),
    role("POST", "/api/partner/transactions", "BENEFICIARY_TRANSACTION_CREATE", payments::to_beneficiary),
    role(
        "POST",
        "/api/partner/transactions/inter-ledger",
        "INTER_LEDGER_TRANSACTION_CREATE",
        payments::between_ledgers,
    ),
];

fn list(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let shown = |name: &str| desk.call.parameter(name).and_then(serde_json::Value::as_bool).unwrap_or(true);
    let (show_released, show_declined) = (shown("showReleasedTransaction"), shown("showDeclinedTransaction"));
    let bound = |name: &str| desk.call.text(name).and_then(moment);
    let (start, end) = (bound("startDate"), bound("endDate"));
    // Filters are read once, not for each of the hundred thousand transactions of a long history.
    let [end_user, ledger, card] = ["endUserId", "ledgerId", "cardId"].map(|name| desk.call.id(name));
    let caller = desk.caller.end_user();
    let [types, payment_types, statuses] = ["transactionTypes", "paymentTypes", "status"].map(|name| desk.filter(name));
    Ok(desk.page(
        &desk.tables.transactions,
        |one| {
            let ends = [&one.sender, &one.receiver];
            let of = |id: Uuid| ends.iter().any(|end| end.end_user == Some(id));
            let at = |id: Uuid| ends.iter().any(|end| end.ledger == Some(id) || end.virtual_ledger == Some(id));
            caller.is_none_or(of)
                && end_user.is_none_or(of)
                && ledger.is_none_or(at)
                && card.is_none_or(|card| one.card == Some(card))
                && types.lets(|| one.type_word())
                && payment_types.lets(|| one.payment_type())
                && statuses.lets(|| word(&one.status))
                && (show_released || one.status != TransactionStatus::Released)
                && (show_declined || one.status != TransactionStatus::Declined)
                && start.is_none_or(|start| one.created >= start)
                && end.is_none_or(|end| one.created <= end)
        },
        |_, _| None,
        |one| one.view(),
    ))
}

fn read(desk: &mut Desk<'_>) -> Result<Answer, Refusal> {
    let found = desk.call.path_id().and_then(|id| desk.tables.transactions.get(id));
    let seen = found.filter(|one| {
        let ends = [one.sender.end_user, one.receiver.end_user];
        desk.caller.end_user().is_none_or(|caller| ends.contains(&Some(caller)))
    });
    let one = seen.ok_or(Refusal::code("TRANSACTION_NOT_FOUND"))?;
    Ok(Answer::json(one.view()))
}

/// A date-time as lists take it: with a zone, or without one and then in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}
