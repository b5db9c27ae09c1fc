//! Acquiring: money by somebody's card, through a page in the browser. In the sandbox the payer always pays at once.

use serde_json::json;

use crate::amount::Amount;
use crate::api::context::Context;
use crate::api::money::Draft;
use crate::api::route::{Route, role};
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, refuse};
use crate::state::ledger::LedgerStatus;
use crate::state::transaction::{Kind, Party, TransactionStatus};

pub(crate) const OPERATIONS: &[Route] = &[
    role("POST", "/api/partner/acquiring/payment", "ACQUIRING_PAYMENT_CREATE", pay),
    role("POST", "/api/partner/acquiring/account-load", "ACQUIRING_ACCOUNT_LOAD_CREATE", load),
    role("GET", "/api/partner/acquiring/transactions/{transactionId}", "ACQUIRING_TRANSACTION_INFO", read),
    role("GET", "/api/partner/acquiring-configuration", "PARTNER_ACQUIRING_CONFIGURATION_INFO", configuration),
    role("GET", "/api/partner/webhooks", "WEBHOOK_PORTAL", webhook_portal),
];

/// What may be loaded at once. The sandbox's own choice, shown in its configuration.
const LEAST_LOAD: Amount = Amount::cents(100);

const MOST_LOAD: Amount = Amount::cents(100_000);

fn pay(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let amount = context.amount("amount")?;
    let receiver = Party { end_user: context.id("endUserId"), ..Party::default() };
    let draft = Draft { kind: Kind::AcquiringPayment, amount, sender: Party::default(), receiver };
    let payment = context.write(draft, TransactionStatus::Approved);
    let id = context.keep(payment);
    let page = context.browser_page("Payment");
    Ok(Answer::json(json!({ "id": id, "webPage": page })))
}

fn load(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let amount = context.amount("amount")?;
    let Ok(ledger) = context.ledger(context.id("targetLedgerId")) else {
        return refuse("ACCOUNT_LOAD_LEDGER_NOT_FOUND");
    };
    match ledger.status() {
        LedgerStatus::Active => {}
        LedgerStatus::Suspended => return refuse("LEDGER_MUST_NOT_BE_SUSPENDED"),
        LedgerStatus::Closed => return refuse("LEDGER_MUST_BE_ACTIVE"),
    }
    if amount < LEAST_LOAD || amount > MOST_LOAD {
        return refuse("ACCOUNT_LOAD_INCORRECT_AMOUNT");
    }
    let receiver = context.tables.party(ledger);
    let purse = receiver.ledger;
    let draft = Draft { kind: Kind::AccountLoad, amount, sender: Party::default(), receiver };
    let loaded = context.write(draft, TransactionStatus::Approved);
    if let Some(purse) = purse {
        context.book(purse, amount);
    }
    let id = context.keep(loaded);
    let page = context.browser_page("Account load");
    Ok(Answer::json(json!({ "id": id, "webPage": page })))
}

fn read(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    let found = context.call.path_id().and_then(|id| context.tables.transactions.get(id));
    let acquired = found.filter(|one| matches!(one.kind, Kind::AccountLoad | Kind::AcquiringPayment));
    let seen = acquired.filter(|one| one.receiver.end_user.is_none_or(|owner| context.may_see(owner)));
    Ok(Answer::json(seen.ok_or(Refusal::code("TRANSACTION_NOT_FOUND"))?.view()))
}

fn configuration(_: &mut Context<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::json(json!({
        "saleMerchantId": "SANDBOX-SALE",
        "loadMerchantId": "SANDBOX-LOAD",
        "loadRateFee": 0,
        "loadFlatFee": 0,
        "minLoad": LEAST_LOAD.to_json(),
        "maxLoad": MOST_LOAD.to_json(),
    })))
}

fn webhook_portal(context: &mut Context<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::json(json!({ "url": format!("{}/_sandbox/webhooks", context.origins.api) })))
}
