//! A rule of a card or a card profile. Both the holder and the partner may set one of each type; the stricter wins.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::amount::Amount;
use crate::state::end_user::Operator;

/// A rule of a card or a card profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CardRule {
    /// The API's word for what it bounds.
    pub(crate) kind: String,
    /// The bound, in whole euros. The unit is not documented: the sandbox's own choice.
    pub(crate) value: i64,
    pub(crate) name: Option<String>,
    pub(crate) creator: Operator,
}

impl CardRule {
    /// LinkCy's rule on the cards of who is suspended.
    pub(crate) fn nothing() -> Self {
        Self { kind: "DAILY_MAX_SPEND".into(), value: 0, name: None, creator: Operator::Linkcy }
    }

    /// The rule in a body, whose type may stand in the path instead.
    pub(crate) fn in_body(body: &Value, kind: Option<&str>, creator: Operator) -> Option<Self> {
        Some(Self {
            kind: kind.or(body["type"].as_str())?.to_owned(),
            value: body["value"].as_i64()?,
            name: body["name"].as_str().map(str::to_owned),
            creator,
        })
    }

    /// The most that may be spent in how many days, for rules of that kind.
    pub(crate) fn spending(&self) -> Option<(i64, Amount)> {
        let days = match self.kind.as_str() {
            "DAILY_MAX_SPEND" => 1,
            "WEEKLY_MAX_SPEND" => 7,
            "MONTHLY_MAX_SPEND" => 30,
            _ => return None,
        };
        Some((days, Amount::cents(self.value.saturating_mul(100))))
    }

    pub(crate) fn view(&self) -> Value {
        json!({ "type": self.kind, "value": self.value, "name": self.name, "creator": self.creator })
    }

    /// As a card profile shows it.
    pub(crate) fn profile_view(&self) -> Value {
        json!({ "type": self.kind, "value": self.value, "name": self.name })
    }
}
