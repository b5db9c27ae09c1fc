//! The keywords that bound a number: of a value, of characters, of elements, of properties.

use std::cmp::Ordering;

use serde_json::Number;

use crate::diff::rules::Sided;

/// Which way a limit bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundSide {
    Lower,
    Upper,
}

pub struct Limit {
    pub keyword: &'static str,
    /// The keyword that makes the bound itself forbidden, for those that have one.
    pub exclusive: Option<&'static str>,
    pub side: BoundSide,
    /// The types it speaks of; for others it is idle.
    pub types: &'static [&'static str],
    pub tightened: Sided,
    pub loosened: Sided,
}

#[rustfmt::skip]
pub const LIMITS: [Limit; 8] = [
    Limit { keyword: "minimum", exclusive: Some("exclusiveMinimum"), side: BoundSide::Lower, types: &["integer", "number"], tightened: Sided::MinimumTightened, loosened: Sided::MinimumLoosened },
    Limit { keyword: "maximum", exclusive: Some("exclusiveMaximum"), side: BoundSide::Upper, types: &["integer", "number"], tightened: Sided::MaximumTightened, loosened: Sided::MaximumLoosened },
    Limit { keyword: "minLength", exclusive: None, side: BoundSide::Lower, types: &["string"], tightened: Sided::MinLengthTightened, loosened: Sided::MinLengthLoosened },
    Limit { keyword: "maxLength", exclusive: None, side: BoundSide::Upper, types: &["string"], tightened: Sided::MaxLengthTightened, loosened: Sided::MaxLengthLoosened },
    Limit { keyword: "minItems", exclusive: None, side: BoundSide::Lower, types: &["array"], tightened: Sided::MinItemsTightened, loosened: Sided::MinItemsLoosened },
    Limit { keyword: "maxItems", exclusive: None, side: BoundSide::Upper, types: &["array"], tightened: Sided::MaxItemsTightened, loosened: Sided::MaxItemsLoosened },
    Limit { keyword: "minProperties", exclusive: None, side: BoundSide::Lower, types: &["object"], tightened: Sided::MinPropertiesTightened, loosened: Sided::MinPropertiesLoosened },
    Limit { keyword: "maxProperties", exclusive: None, side: BoundSide::Upper, types: &["object"], tightened: Sided::MaxPropertiesTightened, loosened: Sided::MaxPropertiesLoosened },
];

#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    pub number: Number,
    pub exclusive: bool,
}

impl Bound {
    pub fn is_zero(&self) -> bool {
        self.number.as_f64() == Some(0.0)
    }

    pub fn tighter_than(&self, other: &Bound, side: BoundSide) -> bool {
        match (order(&self.number, &other.number), side) {
            (Ordering::Equal, _) => self.exclusive && !other.exclusive,
            (Ordering::Greater, side) => side == BoundSide::Lower,
            (Ordering::Less, side) => side == BoundSide::Upper,
        }
    }

    pub fn shown(bound: Option<&Bound>) -> String {
        match bound {
            None => "none".to_owned(),
            Some(Bound { number, exclusive: false }) => number.to_string(),
            Some(Bound { number, exclusive: true }) => format!("{number} (excluded)"),
        }
    }
}

/// Integers exactly, everything else as the nearest float.
pub fn order(left: &Number, right: &Number) -> Ordering {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => {
            let float = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
            float(left).partial_cmp(&float(right)).unwrap_or(Ordering::Equal)
        }
    }
}
