//! The list of transactions, and one of them.

use jiff::Timestamp;

use crate::api::context::Context;
use crate::api::list::Order;
use crate::api::payments;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::Refusal;
use crate::state::index::Key;
use crate::state::transaction::{Kind, Line, TransactionStatus};

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

fn list(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let shown = |name: &str| context.call.parameter(name).and_then(serde_json::Value::as_bool).unwrap_or(true);
    let (show_released, show_declined) = (shown("showReleasedTransaction"), shown("showDeclinedTransaction"));
    let bound = |name: &str| context.call.text(name).and_then(moment);
    let (start, end) = (bound("startDate"), bound("endDate"));
    let keys = context.keys(&[("endUserId", Key::EndUser), ("ledgerId", Key::Ledger), ("cardId", Key::Card)]);
    let [types, payment_types] = ["transactionTypes", "paymentTypes"].map(|name| context.word_filter(name));
    // What a kind is called is compared once, and not for each transaction.
    let kinds = Kind::ALL.into_iter();
    let kinds = kinds.filter(|kind| types.lets(kind.type_word()) && payment_types.lets(kind.payment_type()));
    let kinds: Vec<Kind> = kinds.collect();
    let statuses = context.filter::<TransactionStatus>("status");
    let by_date = context.sorted_by() == "CREATION_DATE";
    let rows = &context.tables.transactions;
    // A transaction is not looked at before it is known to be on the page.
    let found = rows.lines(&keys).filter(|(_, line)| {
        kinds.contains(&line.kind)
            && statuses.lets(line.status)
            && (show_released || line.status != TransactionStatus::Released)
            && (show_declined || line.status != TransactionStatus::Declined)
            && start.is_none_or(|start| line.created >= start)
            && end.is_none_or(|end| line.created <= end)
    });
    let order = |line: Line| if by_date { Order::At(line.created) } else { Order::Made };
    let found = found.map(|(position, line)| (order(line), position));
    context.page(rows, found, |one| one.view())
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let found = context.call.path_id().and_then(|id| context.tables.transactions.get(id));
    let seen = found.filter(|one| {
        let ends = [one.sender.end_user, one.receiver.end_user];
        context.caller.end_user().is_none_or(|caller| ends.contains(&Some(caller)))
    });
    let one = seen.ok_or(Refusal::code("TRANSACTION_NOT_FOUND"))?;
    Ok(Answer::json(one.view()))
}

/// A date-time as lists take it: with a zone, or without one and then in UTC. One beyond the last moment is the last.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        let exact = civil.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp());
        Some(exact.unwrap_or(if civil.year() > 0 { Timestamp::MAX } else { Timestamp::MIN }))
    })
}
