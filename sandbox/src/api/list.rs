//! What all lists have in common: filters that are read once for many rows, an order, a page of what was found.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::context::Context;
use crate::http::answer::Answer;
use crate::http::refusal::{Refusal, wrong_field};
use crate::json::compact;
use crate::state::end_user::{Banking, Compliance, Linkcy, Standing};
use crate::state::index::{Index, Key};
use crate::state::rows::{Row, Rows};

/// The values that a list is asked for.
pub(crate) struct Filter<V>(Option<Vec<V>>);

impl<V: PartialEq> Filter<V> {
    /// Whether it lets a value through: it was not sent, is empty, or names it.
    pub(crate) fn lets(&self, value: V) -> bool {
        self.0.as_ref().is_none_or(|wanted| wanted.contains(&value))
    }
}

/// A text that a list is asked for.
pub(crate) struct TextFilter(Option<String>);

impl TextFilter {
    /// Whether it was not sent, so that no text has to be made for it.
    pub(crate) fn is_open(&self) -> bool {
        self.0.is_none()
    }

    /// Whether it lets a text through: it was not sent, or is a part of it, whatever the case.
    pub(crate) fn lets(&self, value: Option<&str>) -> bool {
        let Some(wanted) = &self.0 else {
            return true;
        };
        value.is_some_and(|value| {
            if wanted.is_ascii() && value.is_ascii() {
                let (wanted, value) = (wanted.as_bytes(), value.as_bytes());
                wanted.is_empty() || value.windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted))
            } else {
                value.to_lowercase().contains(wanted)
            }
        })
    }
}

/// The filters by standing that both kinds of end-user have.
pub(crate) struct StandingFilter<'c> {
    banking: Filter<Banking>,
    linkcy: Filter<Linkcy>,
    compliance: Filter<Compliance>,
    suspension: Filter<&'c str>,
    overall: Filter<&'c str>,
}

impl<'c> StandingFilter<'c> {
    pub(crate) fn read(context: &'c Context<'_>) -> Self {
        Self {
            banking: context.filter("bankingStatus"),
            linkcy: context.filter("linkcyStatus"),
            compliance: context.filter("complianceStatus"),
            suspension: context.word_filter("suspensionStatus"),
            overall: context.word_filter("overallStatus"),
        }
    }

    /// Whether they let a standing through; `verified` says whether KYC or KYB is validated.
    pub(crate) fn lets(&self, standing: &Standing, verified: bool) -> bool {
        self.banking.lets(standing.banking)
            && self.linkcy.lets(standing.linkcy)
            && self.compliance.lets(standing.compliance)
            && self.suspension.lets(standing.suspension())
            && self.overall.lets(standing.overall(verified))
    }
}

/// What a row is sorted by; among equals the order in which rows were made holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order<'t> {
    Made,
    At(Timestamp),
    Text(Option<&'t str>),
}

impl<'t> Order<'t> {
    /// The order by a text, where that is asked for.
    pub(crate) fn of_text(is_asked: bool, text: &'t str) -> Self {
        if is_asked { Self::Text(Some(text)) } else { Self::Made }
    }

    /// The order by one of the dates that most rows have.
    pub(crate) fn of_dates(attribute: &str, created: Timestamp, updated: Timestamp) -> Self {
        match attribute {
            "CREATION_DATE" => Self::At(created),
            "UPDATE_DATE" => Self::At(updated),
            _ => Self::Made,
        }
    }
}

/// A parameter that names an id, and the key that rows with it have.
pub(crate) type KeyParameter<'p> = (&'p str, fn(Uuid) -> Key);

/// The rows in a page where a page has no size of its own.
const USUAL_SIZE: usize = 20;

impl Context<'_> {
    /// A list's filter by words. A word that no row of the sandbox can have lets nothing through.
    pub(crate) fn filter<V: DeserializeOwned>(&self, name: &str) -> Filter<V> {
        let words = self.call.texts(name);
        let values = words.iter().filter_map(|word| serde_json::from_value(Value::from(*word)).ok());
        Filter((!words.is_empty()).then(|| values.collect()))
    }

    /// A list's filter by words that rows do not keep, but are given.
    pub(crate) fn word_filter(&self, name: &str) -> Filter<&str> {
        let words = self.call.texts(name);
        Filter((!words.is_empty()).then_some(words))
    }

    /// A list's filter by a part of a text.
    pub(crate) fn text_filter(&self, name: &str) -> TextFilter {
        TextFilter(self.call.text(name).map(str::to_lowercase))
    }

    /// A list's filter by an id.
    pub(crate) fn id_filter(&self, name: &str) -> Filter<Option<Uuid>> {
        Filter(self.call.id(name).map(|id| vec![Some(id)]))
    }

    /// The keys of what the caller may see and is asked for: its own, and of these parameters those that were sent.
    pub(crate) fn keys(&self, parameters: &[KeyParameter<'_>]) -> Vec<Key> {
        let sent = parameters.iter().filter_map(|(name, key)| self.call.id(name).map(key));
        self.caller.end_user().map(Key::EndUser).into_iter().chain(sent).collect()
    }

    /// What a list is to be sorted by; nothing where it was not sent.
    pub(crate) fn sorted_by(&self) -> &str {
        self.call.text("sortAttribute").unwrap_or_default()
    }

    /// A page of the rows that were found, given by what they are sorted by and their position.
    ///
    /// # Errors
    /// Refuses a page without rows.
    pub(crate) fn page<'t, T: Row, I: Index<T>>(
        &self,
        rows: &'t Rows<T, I>,
        found: impl Iterator<Item = (Order<'t>, u64)> + Clone,
        view: impl Fn(&T) -> Value,
    ) -> Result<Answer, Refusal> {
        let number = |name: &str, usual: usize| match self.call.parameter(name) {
            None => Ok(usual),
            Some(sent) => {
                let number = sent.as_u64().and_then(|number| usize::try_from(number).ok());
                number.map_or_else(|| wrong_field(name, sent, "must not be negative"), Ok)
            }
        };
        let (page, size) = (number("page", 0)?, number("pageSize", USUAL_SIZE)?);
        if size == 0 {
            return wrong_field("pageSize", size, "must be at least 1");
        }
        // Rows are counted without being kept, and seldom stand in another order than they are asked for.
        let (mut total, mut in_order, mut last) = (0_usize, true, None);
        for one in found.clone() {
            in_order = in_order && last.is_none_or(|last| last <= one);
            (total, last) = (total + 1, Some(one));
        }
        let start = page.saturating_mul(size).min(total);
        let end = start.saturating_add(size).min(total);
        let ascending = self.call.text("sortDirection") == Some("ASC");
        let (from, to) = if ascending { (start, end) } else { (total - end, total - start) };
        let mut shown: Vec<(Order<'t>, u64)> =
            if in_order { found.skip(from).take(to - from).collect() } else { slice(found.collect(), from, to) };
        if !ascending {
            shown.reverse();
        }
        let content: Value = shown.into_iter().filter_map(|(_, position)| rows.at(position)).map(view).collect();
        Ok(Answer::json(compact(json!({
            "content": content,
            "totalElements": total,
            "page": page,
            "pageSize": size,
        }))))
    }
}

/// What would stand from `from` to `to` if everything were sorted. Only that much of it is.
fn slice<V: Ord + Copy>(mut all: Vec<V>, from: usize, to: usize) -> Vec<V> {
    if to < all.len() {
        all.select_nth_unstable(to);
        all.truncate(to);
    }
    if from >= all.len() {
        return Vec::new();
    }
    let (_, first, rest) = all.select_nth_unstable(from);
    let mut part = vec![*first];
    part.extend_from_slice(rest);
    part.sort_unstable();
    part
}

#[cfg(test)]
mod tests {
    use super::slice;

    #[test]
    fn a_slice_is_what_sorting_everything_gives() {
        let mut random = fastrand::Rng::with_seed(5);
        for _ in 0..500 {
            let all: Vec<u8> = (0..random.usize(..30)).map(|_| random.u8(..)).collect();
            let to = random.usize(..=all.len());
            let from = random.usize(..=to);
            let mut sorted = all.clone();
            sorted.sort_unstable();
            assert_eq!(slice(all, from, to), sorted[from..to]);
        }
    }
}
