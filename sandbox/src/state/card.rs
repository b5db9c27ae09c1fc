//! A card, its state and its number.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::card_profile::CardType;
use crate::state::card_rule::CardRule;
use crate::state::end_user::Operator;
use crate::state::index::{Key, Keyed};
use crate::state::rows::Row;

/// A card's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum CardStatus {
    AwaitingActivation,
    Active,
    Suspended,
    Closed,
}

/// Why a card was suspended or closed, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StatusReason {
    pub(crate) operator: Operator,
    pub(crate) reason: Option<String>,
    pub(crate) other_reason: Option<String>,
}

/// A card.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) id: Uuid,
    pub(crate) end_user: Uuid,
    pub(crate) ledger: Uuid,
    pub(crate) profile: Uuid,
    pub(crate) profile_name: String,
    pub(crate) kind: CardType,
    pub(crate) status: CardStatus,
    pub(crate) why: Option<StatusReason>,
    pub(crate) friendly_name: Option<String>,
    pub(crate) name_on_card: String,
    pub(crate) delivery_method: Option<String>,
    pub(crate) rules: Vec<CardRule>,
    pub(crate) pan: String,
    pub(crate) pin: String,
    /// Set by control, as after three wrong PINs; a reset lets go.
    pub(crate) pin_locked: bool,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Row for Card {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl Keyed for Card {
    type Line = ();

    fn line(&self) {}

    fn keys(&self) -> Vec<Key> {
        vec![Key::EndUser(self.end_user), Key::Ledger(self.ledger)]
    }
}

impl Card {
    /// Month and year four years after it was made.
    pub(crate) fn expiry(&self) -> String {
        let made = self.created.to_zoned(jiff::tz::TimeZone::UTC).date();
        format!("{:02}/{}", made.month(), made.year() + 4)
    }

    /// The last four digits.
    pub(crate) fn last_four(&self) -> &str {
        self.pan.get(12..).unwrap_or_default()
    }
}
