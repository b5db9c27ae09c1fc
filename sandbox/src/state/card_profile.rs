//! Card designs and the profiles made from them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::state::card_rule::CardRule;
use crate::state::rows::Row;

/// Whether a card is of plastic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum CardType {
    Physical,
    Virtual,
}

/// Whom a card is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum UserType {
    Consumer,
    Corporate,
}

/// A design that cards can have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CardDesign {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) ledger_type: String,
    pub(crate) card_type: CardType,
    pub(crate) user_type: UserType,
}

impl Row for CardDesign {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// What new cards are made by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CardProfile {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) design: Uuid,
    pub(crate) program: Uuid,
    pub(crate) ledger_type: String,
    pub(crate) card_type: CardType,
    pub(crate) user_type: UserType,
    pub(crate) active: bool,
    pub(crate) rules: Vec<CardRule>,
}

impl Row for CardProfile {
    fn id(&self) -> Uuid {
        self.id
    }
}

impl CardProfile {
    /// Whether its cards are for consumers, or for corporates.
    pub(crate) fn is_for(&self, consumer: bool) -> bool {
        self.user_type == if consumer { UserType::Consumer } else { UserType::Corporate }
    }

    pub(crate) fn of(design: &CardDesign, id: Uuid, program: Uuid, name: String) -> Self {
        Self {
            id,
            name,
            design: design.id,
            program,
            ledger_type: design.ledger_type.clone(),
            card_type: design.card_type,
            user_type: design.user_type,
            active: true,
            rules: Vec::new(),
        }
    }
}
