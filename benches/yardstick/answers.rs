//! Answers as LinkCy gives them, compact and with the properties in the description's order: one ledger, a payment's id,
//! pages of 100 rows.

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
    format!(r#"{{"token":"{}","refreshToken":"{}","endUserId":"{}"}}"#, token(), "r".repeat(100), id(3, 1))
}

pub fn paid() -> String {
    format!(r#"{{"id":"{}"}}"#, id(1, 1))
}

pub fn ledger() -> String {
    let (id, end_user, created, updated) = (id(2, 1), id(3, 1), date(1), date(2));
    format!(
        r#"{{"id":"{id}","endUserId":"{end_user}","friendlyName":"Everyday","status":"ACTIVE","currency":"EUR",
        "country":"FRANCE","totalAmount":1054.67,"availableAmount":1042.17,"reservedAmount":12.5,
        "creationDate":"{created}","updateDate":"{updated}","isUpgraded":true,"iban":"FR7630006000011234567890189",
        "bicOrSwift":"BNPAFRPP","suspensionsInformation":[],"limits":{{"transactionLimit":2500.5,
        "transactionDailyLimit":5000,"transactionMonthlyLimit":50000,"ddTransactionLimit":2500,"ddMonthlyLimit":10000}}}}"#
    )
    .split("\n        ")
    .collect()
}

pub fn ledgers() -> String {
    page(|row| {
        let (id, end_user, created) = (id(2, row), id(3, row), date(row));
        let (status, upgraded) = (STATUSES[row % STATUSES.len()], row % 3 == 0);
        format!(
            r#"{{"id":"{id}","country":"FRANCE","currency":"EUR","isUpgraded":{upgraded},"endUser":{{"id":"{end_user}"}},
            "friendlyName":"Ledger number {row}","status":"{status}","creationDate":"{created}","endUserId":"{end_user}"}}"#
        )
    })
}

/// Half SEPA, a fifth between ledgers, the rest by card.
pub fn transactions() -> String {
    page(|row| match row % 10 {
        0..=4 => sepa(row),
        5 | 6 => inter_ledger(row),
        _ => card(row),
    })
}

fn page(row: impl Fn(usize) -> String) -> String {
    let rows: Vec<String> = (0..ROWS).map(row).collect();
    let lines = format!(r#"{{"content":[{}],"totalElements":25000,"page":3,"pageSize":{ROWS}}}"#, rows.join(","));
    lines.split("\n            ").collect()
}

fn sepa(row: usize) -> String {
    let (id, end_user, ledger, beneficiary) = (id(1, row), id(3, row), id(2, row), id(4, row));
    let (created, cleared, amount) = (date(row), date(row + 1), amount(row));
    format!(
        r#"{{"id":"{id}","type":"SEPA_CREDIT_TRANSFER","paymentType":"SCT_SEND","status":"APPROVED",
            "creationDate":"{created}","amount":{amount},"currency":"EUR","information":{{"originalAmount":{amount},
            "originalCurrency":"EUR","conversionRate":"1","clearingDate":"{cleared}","reference":"Invoice {row:06}",
            "sequence":"NONE"}},"sender":{{"endUserId":"{end_user}","ledgerId":"{ledger}","ledgerFriendlyName":"Everyday",
            "name":"Alice Martin","iban":"FR7630006000011234567890189","bic":"BNPAFRPP"}},
            "receiver":{{"beneficiaryId":"{beneficiary}","name":"Bob Durand","iban":"FR1420041010050500013M02606",
            "bic":"PSSTFRPPPAR"}}}}"#
    )
}

fn inter_ledger(row: usize) -> String {
    let (id, created, amount) = (id(1, row), date(row), amount(row));
    let actor = |name: &str, kind: usize| {
        let (end_user, ledger) = (self::id(3, row + kind), self::id(2, row + kind));
        format!(
            r#"{{"endUserId":"{end_user}","name":"Alice Martin","ledgerId":"{ledger}","ledgerFriendlyName":"{name}",
            "previousTotalBalance":1000.5,"previousReservedBalance":0}}"#
        )
    };
    let (sender, receiver) = (actor("Everyday", 1), actor("Savings", 2));
    format!(
        r#"{{"id":"{id}","type":"INTER_LEDGER","paymentType":"MONEY_TRANSFER","status":"APPROVED",
            "creationDate":"{created}","amount":{amount},"currency":"EUR","information":{{"originalAmount":{amount},
            "originalCurrency":"EUR","conversionRate":"1","clearingDate":"{created}","note":"monthly"}},
            "sender":{sender},"receiver":{receiver}}}"#
    )
}

fn card(row: usize) -> String {
    let (id, original, created, amount) = (id(1, row), id(1, row + 1), date(row), amount(row));
    let (end_user, ledger, card) = (self::id(3, row), self::id(2, row), self::id(5, row));
    format!(
        r#"{{"id":"{id}","type":"CARD_CLEARING","paymentType":"PURCHASE","status":"APPROVED","creationDate":"{created}",
            "amount":{amount},"currency":"EUR","information":{{"originalAmount":{amount},"originalCurrency":"EUR",
            "conversionRate":"1","originalTransaction":{{"id":"{original}","date":"{created}"}}}},
            "sender":{{"endUserId":"{end_user}","name":"Alice Martin","ledgerId":"{ledger}",
            "ledgerFriendlyName":"Everyday","cardId":"{card}","cardFriendlyName":"Black"}},
            "merchant":{{"id":"000000012345678","name":"Boulangerie du Port","description":"Bread and pastry",
            "city":"Marseille","country":"FRA","categoryCode":"5462"}},"direction":"DEBIT"}}"#
    )
}

fn amount(row: usize) -> String {
    format!("{}.{:02}", 10 + row, 37 * row % 90 + 1)
}

fn date(row: usize) -> String {
    format!("2026-03-{:02}T10:{:02}:07.123456Z", row % 28 + 1, row % 60)
}

fn id(kind: usize, row: usize) -> String {
    format!("6f1d3c1e-8a52-4c0b-9f6e-{kind:04x}{row:08x}")
}
