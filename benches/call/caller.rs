//! One piece of work, done by linkcy or by hand: a call over the wire, or the decoding of an answer in memory.

use std::fmt;
use std::hint::black_box;

use linkcy::drift::{DriftLog, Sampling};
use linkcy::types::{BeneficiaryTransactionCreateRequest, Ledger, LedgerId, LedgerSummary, Page, Transaction};
use linkcy::{Client, Credentials, Environment};
use uuid::Uuid;

use crate::yardstick::by_hand::ByHand;
use crate::yardstick::{answers, rows};

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Linkcy,
    ByHand,
}

impl Who {
    pub const BOTH: [Self; 2] = [Self::Linkcy, Self::ByHand];

    pub fn word(self) -> &'static str {
        match self {
            Self::Linkcy => "linkcy",
            Self::ByHand => "by-hand",
        }
    }
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// `GET` one ledger.
    Ledger,
    /// `POST` a payment.
    Payment,
    /// `GET` 100 transactions.
    Transactions,
    /// `GET` 100 ledgers.
    Ledgers,
    /// Decode one ledger.
    DecodeLedger,
    /// Decode 100 transactions.
    DecodeTransactions,
    /// Decode 100 ledgers.
    DecodeLedgers,
    /// `GET` one ledger, each time as the next of so many end-users.
    AsEndUsers(usize),
    /// `GET` 100 transactions, one answer in so many compared with the description; 0 is without an observer.
    Compared(u64),
}

/// The work of the tables, in their order.
pub const CALLS: [Work; 4] = [Work::Ledger, Work::Payment, Work::Transactions, Work::Ledgers];
pub const DECODING: [Work; 3] = [Work::DecodeLedger, Work::DecodeTransactions, Work::DecodeLedgers];

impl Work {
    pub fn word(self) -> String {
        match self {
            Self::Ledger => "ledger".to_owned(),
            Self::Payment => "payment".to_owned(),
            Self::Transactions => "transactions".to_owned(),
            Self::Ledgers => "ledgers".to_owned(),
            Self::DecodeLedger => "decode-ledger".to_owned(),
            Self::DecodeTransactions => "decode-transactions".to_owned(),
            Self::DecodeLedgers => "decode-ledgers".to_owned(),
            Self::AsEndUsers(clients) => format!("end-users-{clients}"),
            Self::Compared(every) => format!("compared-{every}"),
        }
    }

    /// The work a word stands for.
    pub fn of(word: &str) -> Option<Self> {
        let listed = CALLS.into_iter().chain(DECODING).find(|work| work.word() == word);
        let end_users = || word.strip_prefix("end-users-")?.parse().ok().map(Self::AsEndUsers);
        listed.or_else(end_users).or_else(|| word.strip_prefix("compared-")?.parse().ok().map(Self::Compared))
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger => f.write_str("GET one ledger"),
            Self::Payment => f.write_str("POST a payment"),
            Self::Transactions => f.write_str("GET 100 transactions"),
            Self::Ledgers => f.write_str("GET 100 ledgers"),
            Self::DecodeLedger => f.write_str("decode one ledger"),
            Self::DecodeTransactions => f.write_str("decode 100 transactions"),
            Self::DecodeLedgers => f.write_str("decode 100 ledgers"),
            Self::Compared(0) => f.write_str("GET 100 transactions, drift off"),
            Self::Compared(1) => f.write_str("GET 100 transactions, every answer compared"),
            Self::Compared(every) => write!(f, "GET 100 transactions, one answer in {every} compared"),
            Self::AsEndUsers(1) => f.write_str("GET one ledger as one end-user"),
            Self::AsEndUsers(clients) => write!(f, "GET one ledger as {clients} end-users in turn"),
        }
    }
}

/// Everything either of them needs, made before anything is counted.
pub struct Caller {
    client: Client,
    end_users: Vec<Client>,
    by_hand: ByHand,
    payment: BeneficiaryTransactionCreateRequest,
    payment_by_hand: rows::Payment,
    ledger: LedgerId,
    answers: [String; 3],
}

/// A client whose token is fresh.
pub fn client(origin: &str) -> anyhow::Result<Client> {
    let credentials = Credentials::tokens(answers::token(), None);
    Ok(Client::builder(Environment::at(origin)?).credentials(credentials).build()?)
}

impl Caller {
    pub fn new(origin: &str, work: Work) -> anyhow::Result<Self> {
        Self::over(origin, None, work)
    }

    /// The same of a server that speaks TLS with this certificate.
    pub fn over(origin: &str, trusted: Option<&reqwest::Certificate>, work: Work) -> anyhow::Result<Self> {
        let client = match work {
            Work::Compared(every) if every > 0 => {
                let credentials = Credentials::tokens(answers::token(), None);
                let builder = Client::builder(Environment::at(origin)?).credentials(credentials);
                builder.drift(Sampling::OneIn(every), DriftLog::new()).build()?
            }
            _ => match trusted.cloned() {
                Some(trusted) => {
                    let builder = Client::builder(Environment::at(origin)?);
                    let builder = builder.credentials(Credentials::tokens(answers::token(), None));
                    builder.http(move || reqwest::Client::builder().tls_certs_only([trusted.clone()])).build()?
                }
                None => client(origin)?,
            },
        };
        let end_users = match work {
            Work::AsEndUsers(clients) => {
                (0..clients).map(|_| client.end_user(Credentials::tokens(answers::token(), None))).collect()
            }
            _ => Vec::new(),
        };
        let id = Uuid::from_u128(7);
        let amount = "42.5";
        Ok(Self {
            end_users,
            by_hand: ByHand::new(origin, trusted, &answers::token())?,
            payment: BeneficiaryTransactionCreateRequest::new(amount.parse()?, id.into(), id.into()).reference("Lunch"),
            payment_by_hand: rows::Payment {
                amount: amount.parse()?,
                beneficiary_id: id,
                ledger_from_id: id,
                reference: Some("Lunch".to_owned()),
            },
            ledger: id.into(),
            answers: [answers::ledger(), answers::transactions(), answers::ledgers()],
            client,
        })
    }

    /// Does it once; `turn` says whose turn it is among end-users.
    pub async fn work(&self, who: Who, work: Work, turn: usize) -> anyhow::Result<()> {
        let [ledger, transactions, ledgers] = &self.answers;
        let id = self.ledger.value()?;
        match (work, who) {
            (Work::Ledger, Who::Linkcy) => done(self.client.ledgers().get(self.ledger).await?),
            (Work::Ledger, Who::ByHand) => done(self.by_hand.ledger(id).await?),
            (Work::Payment, Who::Linkcy) => {
                done(self.client.transactions().create_to_beneficiary(&self.payment).await?);
            }
            (Work::Payment, Who::ByHand) => done(self.by_hand.pay(&self.payment_by_hand).await?),
            (Work::Transactions | Work::Compared(_), Who::Linkcy) => done(self.client.transactions().list().await?),
            (Work::Transactions | Work::Compared(_), Who::ByHand) => done(self.by_hand.transactions().await?),
            (Work::Ledgers, Who::Linkcy) => done(self.client.ledgers().list().await?),
            (Work::Ledgers, Who::ByHand) => done(self.by_hand.ledgers().await?),
            (Work::DecodeLedger, Who::Linkcy) => done(decode::<Ledger>(ledger)?),
            (Work::DecodeLedger, Who::ByHand) => done(decode_by_hand::<rows::Ledger>(ledger)?),
            (Work::DecodeTransactions, Who::Linkcy) => done(decode::<Page<Transaction>>(transactions)?),
            (Work::DecodeTransactions, Who::ByHand) => {
                done(decode_by_hand::<rows::Page<rows::Transaction>>(transactions)?);
            }
            (Work::DecodeLedgers, Who::Linkcy) => done(decode::<Page<LedgerSummary>>(ledgers)?),
            (Work::DecodeLedgers, Who::ByHand) => done(decode_by_hand::<rows::Page<rows::LedgerRow>>(ledgers)?),
            (Work::AsEndUsers(clients), _) => {
                let client = self.end_users.get(turn % clients).unwrap_or(&self.client);
                done(client.ledgers().get(self.ledger).await?);
            }
        }
        Ok(())
    }
}

/// The value is used, as far as the compiler can tell.
fn done<T>(value: T) {
    black_box(value);
}

/// As the client does it: see `decode` in src/call/response.rs.
fn decode<T: serde::de::DeserializeOwned>(json: &str) -> anyhow::Result<T> {
    Ok(serde_json::from_str(std::str::from_utf8(black_box(json.as_bytes()))?)?)
}

/// As reqwest's `Response::json` does it.
fn decode_by_hand<T: serde::de::DeserializeOwned>(json: &str) -> anyhow::Result<T> {
    Ok(serde_json::from_slice(black_box(json.as_bytes()))?)
}
