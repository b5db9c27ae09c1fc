//! The same answers as structs by hand: ids are UUIDs, amounts exact decimals, times instants, value lists enums that
//! take unknown values. One flat struct for every kind of transaction, which is what serde reads fastest.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    pub content: Vec<T>,
    pub total_elements: i64,
    pub page: i32,
    pub page_size: i32,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    #[serde(serialize_with = "as_number")]
    pub amount: Decimal,
    pub beneficiary_id: Uuid,
    pub ledger_from_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

#[derive(serde::Deserialize)]
pub struct Paid {
    pub id: Uuid,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    pub id: Uuid,
    pub status: LedgerStatus,
    pub friendly_name: Option<String>,
    pub country: LedgerCountry,
    pub currency: Currency,
    pub creation_date: Instant,
    pub update_date: Instant,
    pub end_user_id: Uuid,
    pub iban: Option<String>,
    pub bic_or_swift: Option<String>,
    pub account_number: Option<String>,
    pub routing_number: Option<String>,
    pub sort_code: Option<String>,
    pub is_upgraded: bool,
    pub available_amount: Exact,
    pub reserved_amount: Exact,
    pub total_amount: Exact,
    pub limits: Limits,
    pub close_information: Option<Closed>,
    pub suspensions_information: Vec<Closed>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    pub dd_monthly_limit: Exact,
    pub dd_transaction_limit: Exact,
    pub transaction_daily_limit: Exact,
    pub transaction_limit: Exact,
    pub transaction_monthly_limit: Exact,
}

#[derive(serde::Deserialize)]
pub struct Closed {
    pub date: Instant,
    pub operator: Operator,
    pub reason: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerRow {
    pub id: Uuid,
    pub status: LedgerStatus,
    pub friendly_name: Option<String>,
    pub country: LedgerCountry,
    pub currency: Currency,
    pub creation_date: Instant,
    pub end_user: EndUser,
    pub end_user_id: Uuid,
    pub is_upgraded: bool,
    pub parent_id: Option<Uuid>,
}

#[derive(serde::Deserialize)]
pub struct EndUser {
    pub id: Uuid,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    pub id: Uuid,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub payment_type: PaymentType,
    pub status: TransactionStatus,
    pub direction: Option<Direction>,
    pub creation_date: Instant,
    pub amount: Exact,
    pub currency: Currency,
    pub sender: Option<Actor>,
    pub receiver: Option<Actor>,
    pub merchant: Option<Merchant>,
    pub information: Information,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    pub end_user_id: Option<Uuid>,
    pub ledger_id: Option<Uuid>,
    pub ledger_friendly_name: Option<String>,
    pub virtual_ledger_id: Option<Uuid>,
    pub virtual_ledger_friendly_name: Option<String>,
    pub beneficiary_id: Option<Uuid>,
    pub card_id: Option<Uuid>,
    pub card_friendly_name: Option<String>,
    pub name: Option<String>,
    pub iban: Option<String>,
    pub bic: Option<String>,
    pub previous_total_balance: Option<Exact>,
    pub previous_reserved_balance: Option<Exact>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Merchant {
    pub id: String,
    pub name: String,
    pub description: String,
    pub city: String,
    pub country: String,
    pub category_code: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Information {
    pub original_amount: Exact,
    pub original_currency: String,
    pub conversion_rate: String,
    pub clearing_date: Option<Instant>,
    pub decline_reason: Option<String>,
    pub note: Option<String>,
    pub reference: Option<String>,
    pub sequence: Option<Sequence>,
    pub original_transaction: Option<Linked>,
    pub clearing_transaction: Option<Linked>,
}

#[derive(serde::Deserialize)]
pub struct Linked {
    pub id: Uuid,
    pub date: Option<Instant>,
}

macro_rules! lists {
    ($($List:ident { $($Value:ident),+ })+) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $List {
            $($Value,)+
            #[serde(other)]
            Unlisted,
        }
    )+};
}

lists! {
    LedgerStatus { Active, Closed, Closing, Failed, Pending, Suspended }
    LedgerCountry { Belgium, Bulgaria, Estonia, France, GreatBritain, Lithuania, Usa }
    Operator { Customer, Partner, Provider, System }
    Currency { Aud, Cad, Chf, Czk, Eur, Gbp, Hkd, Hrk, Huf, Jpy, Nok, Nzd, Pln, Ron, Sek, Sgd, Try, Usd, Zar }
    Kind {
        InterLedger, SepaCreditTransfer, SepaDirectDebit, CardAuthorization, CardClearing, UkCreditTransfer, Fx, Unknown,
        Acquiring
    }
    PaymentType {
        AccountLoad, MoneyTransfer, TechTransaction, SctSend, SctReceive, SctInstSend, SctInstReceive, SddSend,
        SddReceive, CashAdvance, Purchase, PurchaseReturnOrRefund, PurchaseWithCashback
    }
    TransactionStatus { Aborted, Approved, Declined, Pending, PendingReview, Released, Reversed, Unknown }
    Direction { Credit, Debit }
    Sequence { None, OneOff, Recurring, First, Final }
}

/// A number to its last digit: from its text, since serde_json's own numbers are doubles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact(pub Decimal);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        Decimal::from_str_exact(text).map(Self).map_err(D::Error::custom)
    }
}

fn as_number<S: serde::Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    let text = RawValue::from_string(amount.to_string()).map_err(serde::ser::Error::custom)?;
    serde::Serialize::serialize(&text, serializer)
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Instant(pub jiff::Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Instant;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date and time")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Instant, E> {
                jiff::Timestamp::from_str(text).map(Instant).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}
