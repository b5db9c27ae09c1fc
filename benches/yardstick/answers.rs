//! Answers as LinkCy gives them: one ledger, a payment's id, pages of 100 rows.

use serde_json::{Value, json};

/// Rows of a full page; the API gives no more.
pub const ROWS: usize = 100;

const STATUSES: [&str; 4] = ["ACTIVE", "PENDING", "SUSPENDED", "CLOSED"];

/// An access token that lives until the year 2100, of a common size (800 characters).
pub fn token() -> String {
    // {"iat":1700000000,"exp":4102444800}
    let head = "eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6NDEwMjQ0NDgwMH0.";
    format!("{head}{:s<1$}", "", 800 - head.len())
}

pub fn login() -> String {
    json!({ "token": token(), "refreshToken": "r".repeat(100), "endUserId": id(9, 1) }).to_string()
}

pub fn paid() -> String {
    json!({ "id": id(1, 1) }).to_string()
}

pub fn ledger() -> String {
    json!({
        "id": id(2, 1),
        "status": "ACTIVE",
        "friendlyName": "Everyday",
        "country": "FRANCE",
        "currency": "EUR",
        "creationDate": date(1),
        "updateDate": date(2),
        "endUserId": id(3, 1),
        "iban": "FR7630006000011234567890189",
        "bicOrSwift": "BNPAFRPP",
        "isUpgraded": true,
        "availableAmount": 1042.17,
        "reservedAmount": 12.5,
        "totalAmount": 1054.67,
        "limits": {
            "ddMonthlyLimit": 10_000,
            "ddTransactionLimit": 2_500,
            "transactionDailyLimit": 5_000,
            "transactionLimit": 2_500.5,
            "transactionMonthlyLimit": 50_000,
        },
        "suspensionsInformation": [],
    })
    .to_string()
}

pub fn ledgers() -> String {
    page((0..ROWS).map(|row| {
        json!({
            "id": id(2, row),
            "status": STATUSES[row % STATUSES.len()],
            "friendlyName": format!("Ledger number {row}"),
            "country": "FRANCE",
            "currency": "EUR",
            "creationDate": date(row),
            "endUser": { "id": id(3, row) },
            "endUserId": id(3, row),
            "isUpgraded": row % 3 == 0,
        })
    }))
}

/// Half SEPA, a fifth between ledgers, the rest by card.
pub fn transactions() -> String {
    page((0..ROWS).map(|row| match row % 10 {
        0..=4 => sepa(row),
        5 | 6 => inter_ledger(row),
        _ => card(row),
    }))
}

fn page(rows: impl Iterator<Item = Value>) -> String {
    let content: Vec<_> = rows.collect();
    json!({ "content": content, "totalElements": 25_000, "page": 3, "pageSize": ROWS }).to_string()
}

fn sepa(row: usize) -> Value {
    json!({
        "id": id(1, row),
        "type": "SEPA_CREDIT_TRANSFER",
        "paymentType": "SCT_SEND",
        "status": "APPROVED",
        "creationDate": date(row),
        "amount": amount(row),
        "currency": "EUR",
        "sender": {
            "endUserId": id(3, row),
            "ledgerId": id(2, row),
            "ledgerFriendlyName": "Everyday",
            "name": "Alice Martin",
            "iban": "FR7630006000011234567890189",
            "bic": "BNPAFRPP",
        },
        "receiver": {
            "beneficiaryId": id(4, row),
            "name": "Bob Durand",
            "iban": "FR1420041010050500013M02606",
            "bic": "PSSTFRPPPAR",
        },
        "information": {
            "originalAmount": amount(row),
            "originalCurrency": "EUR",
            "conversionRate": "1",
            "clearingDate": date(row + 1),
            "reference": format!("Invoice {row:06}"),
            "sequence": "NONE",
        },
    })
}

fn inter_ledger(row: usize) -> Value {
    let actor = |name: &str, kind: usize| {
        json!({
            "endUserId": id(3, row + kind),
            "ledgerId": id(2, row + kind),
            "ledgerFriendlyName": name,
            "name": "Alice Martin",
            "previousTotalBalance": 1000.5,
            "previousReservedBalance": 0,
        })
    };
    json!({
        "id": id(1, row),
        "type": "INTER_LEDGER",
        "paymentType": "MONEY_TRANSFER",
        "status": "APPROVED",
        "creationDate": date(row),
        "amount": amount(row),
        "currency": "EUR",
        "sender": actor("Everyday", 1),
        "receiver": actor("Savings", 2),
        "information": {
            "originalAmount": amount(row),
            "originalCurrency": "EUR",
            "conversionRate": "1",
            "clearingDate": date(row),
            "note": "monthly",
        },
    })
}

fn card(row: usize) -> Value {
    json!({
        "id": id(1, row),
        "type": "CARD_CLEARING",
        "paymentType": "PURCHASE",
        "status": "APPROVED",
        "direction": "DEBIT",
        "creationDate": date(row),
        "amount": amount(row),
        "currency": "EUR",
        "sender": {
            "endUserId": id(3, row),
            "ledgerId": id(2, row),
            "ledgerFriendlyName": "Everyday",
            "name": "Alice Martin",
            "cardId": id(5, row),
            "cardFriendlyName": "Black",
        },
        "merchant": {
            "id": "000000012345678",
            "name": "Boulangerie du Port",
            "description": "Bread and pastry",
            "city": "Marseille",
            "country": "FRA",
            "categoryCode": "5462",
        },
        "information": {
            "originalAmount": amount(row),
            "originalCurrency": "EUR",
            "conversionRate": "1",
            "originalTransaction": { "id": id(1, row + 1), "date": date(row) },
        },
    })
}

fn amount(row: usize) -> f64 {
    (1_000 + 37 * row) as f64 / 100.0
}

fn date(row: usize) -> String {
    format!("2026-03-{:02}T10:{:02}:07.123456Z", row % 28 + 1, row % 60)
}

fn id(kind: usize, row: usize) -> String {
    format!("6f1d3c1e-8a52-4c0b-9f6e-{kind:04x}{row:08x}")
}
