//! A transaction as the API shows it: each kind has its own shape.

use serde_json::{Value, json};

use crate::amount::Amount;
use crate::json::compact;
use crate::state::transaction::{Kind, Party, Transaction, TransactionStatus};

impl Kind {
    /// The word the API has for this kind.
    pub(crate) fn type_word(self) -> &'static str {
        match self {
            Kind::SepaSend | Kind::SepaReceive => "SEPA_CREDIT_TRANSFER",
            Kind::InterLedger => "INTER_LEDGER",
            Kind::DirectDebit => "SEPA_DIRECT_DEBIT",
            Kind::CardAuthorization => "CARD_AUTHORIZATION",
            Kind::CardClearing | Kind::CardRefund => "CARD_CLEARING",
            Kind::AccountLoad | Kind::AcquiringPayment => "ACQUIRING",
        }
    }

    /// The finer word.
    pub(crate) fn payment_type(self) -> &'static str {
        match self {
            Kind::SepaSend => "SCT_SEND",
            Kind::SepaReceive => "SCT_RECEIVE",
            Kind::InterLedger => "MONEY_TRANSFER",
            Kind::DirectDebit => "SDD_RECEIVE",
            Kind::CardAuthorization | Kind::CardClearing => "PURCHASE",
            Kind::CardRefund => "PURCHASE_RETURN_OR_REFUND",
            Kind::AccountLoad => "ACCOUNT_LOAD",
            Kind::AcquiringPayment => "PAYMENT",
        }
    }
}

impl Transaction {
    /// The transaction in the shape of its kind.
    pub(crate) fn view(&self) -> Value {
        let cleared = (self.status == TransactionStatus::Approved).then_some(self.created);
        let mut information = json!({
            "originalAmount": self.amount.to_json(),
            "originalCurrency": "EUR",
            "conversionRate": "1",
            "declineReason": self.decline_reason,
            "reference": self.reference,
            "clearingDate": cleared,
        });
        let mut view = json!({
            "id": self.id,
            "type": self.kind.type_word(),
            "paymentType": self.kind.payment_type(),
            "status": self.status,
            "creationDate": self.created,
            "amount": self.amount.to_json(),
            "currency": "EUR",
        });
        match self.kind {
            Kind::SepaSend | Kind::SepaReceive | Kind::DirectDebit => {
                information["sequence"] = json!(match self.kind {
                    Kind::DirectDebit if self.recurring => "RECURRING",
                    Kind::DirectDebit => "ONE_OFF",
                    _ => "NONE",
                });
                view["sender"] = self.sender.banked();
                view["receiver"] = self.receiver.banked();
            }
            Kind::InterLedger => {
                // Required by the description even while nothing is cleared.
                information["clearingDate"] = json!(self.created);
                view["sender"] = self.sender.inside();
                view["receiver"] = self.receiver.inside();
            }
            Kind::CardAuthorization | Kind::CardClearing | Kind::CardRefund => {
                information = json!({
                    "originalAmount": self.amount.to_json(),
                    "originalCurrency": "EUR",
                    "conversionRate": "1",
                    "declineReason": self.decline_reason,
                });
                let authorized = self.kind == Kind::CardAuthorization;
                let link = if authorized { "clearingTransaction" } else { "originalTransaction" };
                information[link] = json!(self.linked.map(|(id, date)| json!({ "id": id, "date": date })));
                view["sender"] = self.on_card();
                view["merchant"] = json!(self.merchant.as_ref().map(|merchant| json!({
                    "id": merchant.id,
                    "name": merchant.name,
                    "description": merchant.name,
                    "city": merchant.city,
                    "country": merchant.country,
                    "categoryCode": merchant.category_code,
                })));
                view["direction"] = json!(if self.kind == Kind::CardRefund { "CREDIT" } else { "DEBIT" });
            }
            Kind::AccountLoad | Kind::AcquiringPayment => {
                view["receiver"] = self.receiver.inside();
                view["details"] = json!({
                    "endUserId": self.receiver.end_user,
                    "targetLedgerId": self.receiver.ledger,
                    "cardScheme": "VISA",
                    "paymentMethod": "CARD",
                });
                view["netAmount"] = self.amount.to_json();
            }
        }
        view["information"] = information;
        compact(view)
    }

    fn on_card(&self) -> Value {
        json!({
            "endUserId": self.sender.end_user,
            "name": self.sender.name,
            "ledgerId": self.sender.ledger,
            "ledgerFriendlyName": self.sender.ledger_name,
            "cardId": self.card,
        })
    }
}

impl Party {
    /// As one end of a SEPA transaction.
    fn banked(&self) -> Value {
        json!({
            "endUserId": self.end_user,
            "name": self.name,
            "ledgerId": self.ledger,
            "ledgerFriendlyName": self.ledger_name,
            "iban": self.iban,
            "bic": self.bic,
            "beneficiaryId": self.beneficiary,
        })
    }

    /// As one end of a transaction between ledgers.
    fn inside(&self) -> Value {
        json!({
            "name": self.name,
            "endUserId": self.end_user,
            "ledgerId": self.ledger,
            "ledgerFriendlyName": self.ledger_name,
            "virtualLedgerId": self.virtual_ledger,
            "virtualLedgerFriendlyName": self.virtual_ledger_name,
            "previousTotalBalance": self.before.map(|(total, _)| Amount::to_json(total)),
            "previousReservedBalance": self.before.map(|(_, reserved)| Amount::to_json(reserved)),
        })
    }
}
