//! Unions written the way the generator writes them: told by a property's value, by a key, or by neither.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::check::{Check, Path, Rule, Violation, check};
use crate::types::id::ids;
use crate::types::open_enum::open_enum;
use crate::types::union::union;
use crate::types::{Amount, Timestamp};

ids! {
    /// A transaction.
    TransactionId,
    /// A ledger.
    LedgerId,
}

open_enum! {
    /// What a card did.
    pub enum CardTransactionType {
        Authorization = "CARD_AUTHORIZATION",
        Clearing = "CARD_CLEARING",
    }
}

open_enum! {
    /// A transfer between ledgers.
    pub enum InterLedgerTransactionType {
        InterLedger = "INTER_LEDGER",
    }
}

/// What all transactions have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TransactionShared {
    pub id: TransactionId,
    pub creation_date: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CardTransaction {
    pub id: TransactionId,
    pub creation_date: Timestamp,
    pub r#type: CardTransactionType,
    pub amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_name: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InterLedgerTransaction {
    pub id: TransactionId,
    pub creation_date: Timestamp,
    pub r#type: InterLedgerTransactionType,
    pub target_ledger_id: LedgerId,
}

union! {
    /// A transaction of a ledger.
    pub enum Transaction {
        /// A payment by card.
        Card(Box<CardTransaction>) = tag("type", "CARD_AUTHORIZATION", "CARD_CLEARING"),
        /// Money moved between two ledgers.
        InterLedger(InterLedgerTransaction) = tag("type", "INTER_LEDGER"),
    }
    shared TransactionShared { id: TransactionId, creation_date: Timestamp }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DirectShare {
    pub percentage: Amount,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct IndirectShare {
    pub percentage: Amount,
    pub owned_corporate_id: LedgerId,
}

union! {
    /// A share in a corporate.
    pub enum Share {
        Indirect(IndirectShare) = key("ownedCorporateId"),
        Direct(DirectShare) = otherwise,
    }
}

union! {
    /// A value of a country's list; the branches have nothing in common.
    pub enum LegalType {
        Direct(DirectShare) = key("percentage", "percent"),
    }
}

union! {
    /// Told by a number or a truth value.
    pub enum Numbered {
        Direct(DirectShare) = tag("kind", "1", "true"),
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WithSecret {
    pub password_change_secret: String,
    pub new_password: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct WithPassword {
    pub current_password: String,
    pub new_password: String,
}

impl Check for WithSecret {
    fn check(&self, at: &mut Path) {
        at.rule("newPassword", &self.new_password, &Rule::new().min_length(6).sensitive());
    }
}

impl Check for WithPassword {
    fn check(&self, at: &mut Path) {
        at.rule("newPassword", &self.new_password, &Rule::new().min_length(6).sensitive());
    }
}

union! {
    /// A change of password, by one of two proofs.
    pub closed enum PasswordChange {
        WithSecret(WithSecret) = key("passwordChangeSecret"),
        WithPassword(WithPassword) = key("currentPassword"),
    }
}

const CARD: &str = r#"{"id":"0190b5e2-7c1f-7a3e-8d4b-2f6a9c0e1d57","creationDate":"2024-03-26T13:59:07.123456789Z","type":"CARD_CLEARING","amount":10.1}"#;
const INTER_LEDGER: &str = r#"{"id":"0190b5e2-7c1f-7a3e-8d4b-2f6a9c0e1d57","creationDate":"2024-03-26T13:59:07Z","type":"INTER_LEDGER","targetLedgerId":"0190b5e2-7c1f-7a3e-8d4b-2f6a9c0e1d58"}"#;
const CRYPTO: &str = r#"{"id":"0190b5e2-7c1f-7a3e-8d4b-2f6a9c0e1d57","creationDate":"2024-03-26T13:59:07Z","type":"CRYPTO","amount":0.123456789012345678901,"deep":{"n":[1e2,{"x":0.10}]}}"#;

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn reads_each_branch_by_its_tag_and_writes_it_back() {
    let card: Transaction = serde_json::from_str(CARD).unwrap();
    assert!(matches!(&card, Transaction::Card(card) if card.amount == "10.1".parse().unwrap()));
    assert_eq!(written(&card), CARD);
    let transfer: Transaction = serde_json::from_str(INTER_LEDGER).unwrap();
    assert!(matches!(transfer, Transaction::InterLedger(_)));
    assert_eq!(written(&transfer), INTER_LEDGER);
}

#[test]
fn gives_the_shared_fields_whatever_the_branch() {
    for json in [CARD, INTER_LEDGER, CRYPTO] {
        let transaction: Transaction = serde_json::from_str(json).unwrap();
        assert_eq!(transaction.id().to_string(), "0190b5e2-7c1f-7a3e-8d4b-2f6a9c0e1d57");
        assert_eq!(transaction.creation_date().value().unwrap().as_second(), 1_711_461_547);
    }
}

#[test]
fn keeps_an_unknown_tag_to_the_last_digit() {
    let crypto: Transaction = serde_json::from_str(CRYPTO).unwrap();
    let Transaction::Unrecognized(kept) = &crypto else { panic!("placed as {crypto:?}") };
    assert_eq!(kept.tag(), Some("CRYPTO"));
    assert_eq!(kept.json().as_str(), CRYPTO);
    assert_eq!(written(&crypto), CRYPTO);
}

#[test]
fn keeps_an_object_whose_tag_is_missing_null_or_no_value() {
    for tag in ["", r#","type":null"#, r#","type":["CARD_CLEARING"]"#, r#","type":{"CARD_CLEARING":1}"#] {
        let json = format!(r#"{{"id":"0190b5e2-7c1f-7a3e-8d4b-2f6a9c0e1d57","creationDate":"x"{tag}}}"#);
        let kept: Transaction = serde_json::from_str(&json).unwrap();
        assert!(matches!(&kept, Transaction::Unrecognized(kept) if kept.tag().is_none()), "{tag}");
        assert_eq!(written(&kept), json);
    }
}

#[test]
fn tells_by_numbers_and_truth_values_too() {
    for json in [r#"{"kind":1,"percentage":1}"#, r#"{"percentage":1,"kind":true}"#, r#"{"kind":"1","percentage":1}"#] {
        let value: Value = serde_json::from_str(json).unwrap();
        for read in [serde_json::from_str(json), serde_json::from_value(value)] {
            let read: Numbered = read.unwrap();
            assert!(matches!(read, Numbered::Direct(_)), "{json}: {read:?}");
        }
    }
    for (json, tag) in [(r#"{"kind":2}"#, "2"), (r#"{"kind":false}"#, "false"), (r#"{"kind":1.0}"#, "1.0")] {
        let read: Numbered = serde_json::from_str(json).unwrap();
        assert!(matches!(&read, Numbered::Unrecognized(kept) if kept.tag() == Some(tag)), "{json}: {read:?}");
    }
}

#[test]
fn finds_the_tag_wherever_it_stands_and_however_it_is_escaped() {
    let json = CARD.replace(r#""type":"CARD_CLEARING","#, "").replace('}', r#","\u0074ype":"CARD\u005fCLEARING"}"#);
    assert!(matches!(serde_json::from_str(&json).unwrap(), Transaction::Card(_)));
}

#[test]
fn never_shows_what_it_keeps_when_debugged() {
    let json = CRYPTO.replace("CRYPTO\"", "CRYPTO\",\"pan\":\"4111111111111111\"");
    let kept: Transaction = serde_json::from_str(&json).unwrap();
    assert!(!format!("{kept:?}").contains("4111"));
}

#[test]
fn tells_by_a_key_and_else_by_none() {
    let indirect: Share =
        serde_json::from_str(r#"{"percentage":25.5,"ownedCorporateId":"0190b5e2-7c1f-7a3e-8d4b-2f6a9c0e1d58"}"#)
            .unwrap();
    assert!(matches!(indirect, Share::Indirect(_)));
    for json in [r#"{"percentage":25.5}"#, r#"{"percentage":25.5,"ownedCorporateId":null}"#] {
        assert!(matches!(serde_json::from_str(json).unwrap(), Share::Direct(_)), "{json}");
    }
}

#[test]
fn keeps_an_object_without_any_known_key() {
    let kept: LegalType = serde_json::from_str(r#"{"atlantisValue":"AT_X"}"#).unwrap();
    assert!(matches!(kept, LegalType::Unrecognized(_)));
    assert_eq!(written(&kept), r#"{"atlantisValue":"AT_X"}"#);
}

#[test]
fn says_which_union_and_what_is_missing_when_a_branch_does_not_read() {
    let error = serde_json::from_str::<Transaction>(&CARD.replace("amount", "sum")).unwrap_err().to_string();
    assert_eq!(error, "Transaction: missing field `amount` at line 1 column 127");
}

#[test]
fn refuses_what_is_no_object() {
    for json in ["null", "1", "[]", "\"CARD_CLEARING\""] {
        assert!(serde_json::from_str::<Transaction>(json).is_err(), "{json}");
    }
}

#[test]
fn reads_a_request_by_its_keys_and_refuses_other_objects() {
    let json = r#"{"passwordChangeSecret":"s","newPassword":"p"}"#;
    let change: PasswordChange = serde_json::from_str(json).unwrap();
    assert!(matches!(change, PasswordChange::WithSecret(_)));
    assert_eq!(written(&change), json);
    let error = serde_json::from_str::<PasswordChange>(r#"{"newPassword":"p"}"#).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "PasswordChange: matches none of its forms, which have `passwordChangeSecret`, or `currentPassword`"
        ),
        "{error}"
    );
}

#[test]
fn checks_the_branch_of_a_request() {
    let change =
        PasswordChange::WithPassword(WithPassword { current_password: "old".into(), new_password: "abc".into() });
    assert_eq!(check(&change).unwrap_err().field(), "newPassword");
}

#[test]
fn works_through_trees_and_the_buffers_of_serde() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "event")]
    enum Event {
        Moved(Transaction),
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Envelope {
        nonce: u8,
        #[serde(flatten)]
        transaction: Transaction,
    }

    let plain = CRYPTO.replace("0.123456789012345678901", "0.5");
    for json in [CARD, INTER_LEDGER, &plain] {
        let transaction: Transaction = serde_json::from_str(json).unwrap();
        let tree: Value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_value(&transaction).unwrap(), tree);
        let from_tree: Transaction = serde_json::from_value(tree.clone()).unwrap();
        assert_eq!(serde_json::to_value(&from_tree).unwrap(), tree);

        let event = written(&Event::Moved(transaction.clone()));
        let Event::Moved(moved) = serde_json::from_str(&event).unwrap();
        assert_eq!(serde_json::to_value(&moved).unwrap(), tree);
        let envelope = written(&Envelope { nonce: 7, transaction });
        let Envelope { transaction: flattened, .. } = serde_json::from_str(&envelope).unwrap();
        assert_eq!(flattened.creation_date(), moved.creation_date());
    }
}

#[test]
fn reads_from_a_reader_too() {
    let card: Transaction = serde_json::from_reader(CARD.as_bytes()).unwrap();
    assert_eq!(written(&card), CARD);
}

#[cfg(feature = "schemars")]
#[test]
fn its_schema_has_every_branch_and_for_answers_any_object() {
    let any_of = |schema: schemars::Schema| schema.get("anyOf").unwrap().as_array().unwrap().clone();
    let transaction = any_of(schemars::schema_for!(Transaction));
    assert_eq!(transaction.len(), 3);
    assert_eq!(transaction[2], serde_json::json!({"type": "object"}));
    assert_eq!(any_of(schemars::schema_for!(PasswordChange)).len(), 2);
}
