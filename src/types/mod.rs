//! The types of every operation's request and answer, and what they are made of: amounts, ids, dates, value lists, patches.
//!
//! These types are strict about what is sent and lenient about what is read. Nothing here knows of HTTP, so they also
//! serve webhook receivers and queues.
//!
//! An id is of one kind: an argument that is a ledger's id accepts no other:
//!
//! ```
//! # use linkcy::types::{CardId, LedgerCreditRequest, LedgerId, uuid::Uuid};
//! let ledger = LedgerId::from(Uuid::from_u128(7));
//! LedgerCreditRequest::new("10".parse().unwrap(), ledger);
//! ```
//! Does not compile:
//! ```compile_fail,E0308
//! # use linkcy::types::{CardId, LedgerCreditRequest, LedgerId, uuid::Uuid};
//! let card = CardId::from(Uuid::from_u128(7));
//! LedgerCreditRequest::new("10".parse().unwrap(), card);
//! ```
//!
//! A request that has several forms is built in exactly one of them: no form accepts another's fields, and there is
//! no unknown form.
//!
//! ```
//! # use linkcy::types::{ClassicLedgerCreateRequest, ClassicLedgerType, LedgerCreateRequest};
//! let classic = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).auto_upgrade(true);
//! LedgerCreateRequest::Classic(classic);
//! ```
//! None of these compiles:
//! ```compile_fail,E0308
//! # use linkcy::types::{ClassicLedgerCreateRequest, ClassicLedgerType, LedgerCreateRequest};
//! let classic = ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).auto_upgrade(true);
//! LedgerCreateRequest::Virtual(classic);
//! ```
//! ```compile_fail,E0599
//! # use linkcy::types::{ClassicLedgerCreateRequest, ClassicLedgerType, LedgerCreateRequest};
//! let parent = linkcy::types::LedgerId::from(linkcy::types::uuid::Uuid::from_u128(7));
//! ClassicLedgerCreateRequest::new(ClassicLedgerType::EurFrance).parent_ledger_id(parent);
//! ```
//! ```compile_fail,E0061
//! # use linkcy::types::ClassicLedgerCreateRequest;
//! ClassicLedgerCreateRequest::new();
//! ```
//!
//! Required fields are arguments where each has a type of its own, so that swapped ones do not compile:
//!
//! ```
//! # use linkcy::types::{Bic, Iban, SepaBankingDetails};
//! let (bic, iban): (Bic, Iban) = ("BNPAFRPP".parse().unwrap(), "FR7630006000011234567890189".parse().unwrap());
//! SepaBankingDetails::new(bic, iban);
//! ```
//! Does not compile:
//! ```compile_fail,E0308
//! # use linkcy::types::{Bic, Iban, SepaBankingDetails};
//! let (bic, iban): (Bic, Iban) = ("BNPAFRPP".parse().unwrap(), "FR7630006000011234567890189".parse().unwrap());
//! SepaBankingDetails::new(iban, bic);
//! ```
//!
//! Where two could be confused, each is given by its name, and a missing one does not compile:
//!
//! ```
//! # use linkcy::types::{PartnerLoginRequest, PartnerLoginRequestRequired};
//! PartnerLoginRequest::new(PartnerLoginRequestRequired {
//!     partner_name: "acme".into(),
//!     username: "api-user".into(),
//!     password: "a password".into(),
//! });
//! ```
//! Neither of these compiles:
//! ```compile_fail,E0063
//! # use linkcy::types::{PartnerLoginRequest, PartnerLoginRequestRequired};
//! PartnerLoginRequest::new(PartnerLoginRequestRequired {
//!     partner_name: "acme".into(),
//!     username: "api-user".into(),
//! });
//! ```
//! ```compile_fail,E0061
//! # use linkcy::types::PartnerLoginRequest;
//! PartnerLoginRequest::new("acme", "a password", "api-user");
//! ```

// Which of the macros and their parts are used depends on the areas of the API that are switched on.
#![allow(dead_code, unused_imports, unused_macros)]

mod amount;
mod bic;
pub mod check;
mod contained;
mod date;
mod duration;
mod epoch;
mod iban;
pub(crate) mod id;
pub(crate) mod json;
mod lenient;
mod link;
pub(crate) mod open_enum;
mod page;
mod patch;
mod pattern;
mod phone;
pub(crate) mod raw;
mod received;
pub(crate) mod record;
mod scalar;
mod schema;
pub mod secret;
mod timestamp;
pub(crate) mod union;

pub use amount::{Amount, AmountError, parse_decimal};
pub use bic::Bic;
pub(crate) use contained::contained;
pub use date::Date;
pub use duration::Duration;
pub use iban::Iban;
pub use id::AnyId;
pub use json::Json;
pub(crate) use json::without_values;
pub use lenient::Unreadable;
pub use link::{Link, Linked};
pub use open_enum::UnknownValue;
pub use page::{Page, UnreadableRow};
pub use patch::Patch;
pub use phone::Phone;
pub use secret::Secret;
pub use timestamp::Timestamp;
pub use union::{NoShared, Unrecognized};

pub use crate::generated::table::ErrorCode;
pub use crate::generated::types::*;
pub(crate) use {id::ids, open_enum::open_enum, union::sent_as, union::union};

/// All that generated types refer to.
pub(crate) mod prelude {
    pub(crate) use serde::de::{Deserialize, Deserializer, MapAccess};
    pub(crate) use serde::ser::{Serialize, Serializer};

    pub(crate) use super::check::{Check, Path, Pattern, Rule};
    pub(crate) use super::record::{self, Fields, Readable, Record, Writer, missing};
    pub(crate) use super::{
        Amount, AnyId, Bic, Date, Duration, Iban, Json, Link, Linked, Map, Page, Patch, Phone, Secret, Timestamp,
    };
    pub(crate) use super::{ids, open_enum, sent_as, union};
}

/// An object with free keys.
pub type Map<T> = std::collections::BTreeMap<String, T>;

#[cfg(test)]
mod tests;

/// The libraries whose types are part of this crate's interface, in the version it uses.
pub use {jiff, rust_decimal, uuid};
