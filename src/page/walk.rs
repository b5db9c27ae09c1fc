//! Where a list goes on: by page number, or by date where the list can be narrowed by it.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::call::Place;
use crate::operation::OperationInfo;
use crate::types::Page;

/// The largest page, where the description does not say.
const PAGE_SIZE: u64 = 100;

/// By how much the next window reaches back. Whether a bound includes itself, and how exactly it is taken, is not
/// documented, so it is not relied upon.
const OVERLAP: SignedDuration = SignedDuration::from_secs(1);

/// What comes after a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Next,
    Over,
    /// Rows remain behind the last page there is, whose number this is.
    TooMany(u64),
}

/// The way through a list.
#[derive(Debug)]
pub(super) struct Walk {
    max_page: Option<u64>,
    size: u64,
    /// The page that is asked for, within the window.
    number: u64,
    /// Rows so far, within the window.
    seen: u64,
    taken: u64,
    /// The content of the page before.
    before: Option<u64>,
    window: Option<Window>,
}

/// The part of the list that is walked by number.
#[derive(Debug)]
struct Window {
    ascends: bool,
    /// Where it begins, in the direction walked; none for the first.
    edge: Option<Timestamp>,
    /// The furthest row so far.
    furthest: Option<Timestamp>,
    /// Rows seen that the next window may hold again.
    recent: HashMap<String, Timestamp>,
    order: VecDeque<String>,
}

/// What of a row the walk asks for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: Option<String>,
    creation_date: Option<crate::types::Timestamp>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    content: &'a RawValue,
}

impl Walk {
    pub(super) fn new(operation: &'static OperationInfo, place: &mut Place<'_>) -> Self {
        let limits = operation.page;
        let largest = limits.and_then(|page| page.max_size).unwrap_or(PAGE_SIZE);
        let asked = place.size.and_then(|size| u64::try_from(size).ok());
        let size = asked.map_or(largest, |size| size.clamp(1, largest));
        *place.size = i32::try_from(size).ok();
        let number = place.page.and_then(|page| u64::try_from(page).ok()).unwrap_or_default();
        // Who starts in the middle counts in pages.
        let window = place.window.as_ref().filter(|_| number == 0).map(|window| Window {
            ascends: window.ascends,
            edge: None,
            furthest: None,
            recent: HashMap::new(),
            order: VecDeque::new(),
        });
        let max_page = limits.and_then(|page| page.max_page);
        Self { max_page, size, number, seen: number * size, taken: 0, before: None, window }
    }

    /// Writes where the walk is into a call's arguments.
    pub(super) fn place(&self, place: &mut Place<'_>) {
        *place.page = i32::try_from(self.number).ok();
        let edge = self.window.as_ref().and_then(|window| window.edge);
        if let (Some(edge), Some(window)) = (edge, &mut place.window) {
            let bound = if window.ascends { &mut window.start } else { &mut window.end };
            **bound = Some(edge.into());
        }
    }

    pub(super) fn is_first(&self) -> bool {
        self.taken == 1
    }

    /// Which rows of a page are new, and where the list goes on behind it.
    pub(super) fn after<T>(&mut self, page: &Page<T>, body: &[u8]) -> (Vec<bool>, Step) {
        self.taken += 1;
        let rows = page.content.len() as u64;
        let content = serde_json::from_slice::<Content<'_>>(body).map(|content| content.content.get()).unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let print = hasher.finish();
        let is_another = u64::try_from(page.page).is_ok_and(|sent| sent != self.number);
        if rows > 0 && (is_another || self.before == Some(print)) {
            return (vec![false; page.content.len()], Step::Over);
        }
        self.before = Some(print);
        self.seen += rows;
        let total = u64::try_from(page.total_elements).unwrap_or_default();
        let is_over = rows == 0 || self.seen == total || rows < self.size && self.seen > total;
        let fresh = match &mut self.window {
            Some(window) => window.sift(content),
            None => Vec::new(),
        };
        if is_over {
            return (fresh, Step::Over);
        }
        (fresh, self.advance())
    }

    fn advance(&mut self) -> Step {
        if let Some(edge) = self.window.as_mut().and_then(Window::moved) {
            self.number = 0;
            self.seen = 0;
            self.before = None;
            if let Some(window) = &mut self.window {
                window.edge = Some(edge);
            }
            return Step::Next;
        }
        match self.max_page {
            Some(max_page) if self.number >= max_page => Step::TooMany(max_page),
            _ => {
                self.number += 1;
                Step::Next
            }
        }
    }
}

impl Window {
    /// Which rows were not seen before. A row without id or date cannot be told from others and counts as new.
    fn sift(&mut self, content: &str) -> Vec<bool> {
        let rows: Vec<Row> = serde_json::from_str(content).unwrap_or_default();
        rows.into_iter()
            .map(|row| {
                let (Some(id), Some(Ok(date))) = (row.id, row.creation_date.map(|date| date.instant())) else {
                    return true;
                };
                self.furthest = Some(match self.furthest {
                    Some(furthest) if self.ascends => furthest.max(date),
                    Some(furthest) => furthest.min(date),
                    None => date,
                });
                if self.recent.insert(id.clone(), date).is_some() {
                    return false;
                }
                self.order.push_back(id);
                true
            })
            .collect()
    }

    /// Where the next window begins, if it can begin further on than this one.
    fn moved(&mut self) -> Option<Timestamp> {
        let furthest = self.furthest?;
        let back = if self.ascends { -OVERLAP } else { OVERLAP };
        let edge = furthest.checked_add(back).ok()?;
        let is_further = match self.edge {
            Some(before) if self.ascends => edge > before,
            Some(before) => edge < before,
            None => true,
        };
        if !is_further {
            return None;
        }
        // Twice the overlap is kept, for servers that round the bound down.
        let kept = edge.checked_add(back).ok()?;
        let is_past = |date: &Timestamp| if self.ascends { *date < kept } else { *date > kept };
        while let Some(first) = self.order.front() {
            match self.recent.get(first) {
                Some(date) if !is_past(date) => break,
                _ => {
                    self.recent.remove(first);
                    self.order.pop_front();
                }
            }
        }
        Some(edge)
    }
}
