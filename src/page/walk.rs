//! Where a list continues: by page number, or by date where the list can be narrowed by it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::call::Place;
use crate::operation::OperationInfo;
use crate::types::json::Members;
use crate::types::raw::scalar;
use crate::types::{self, AnyId, Page};

/// The largest page, where the description does not say.
const PAGE_SIZE: u64 = 100;

/// By how much the next window reaches back. Whether a bound is inclusive, and how exact it is, is not documented.
const OVERLAP: SignedDuration = SignedDuration::from_secs(1);

/// What follows a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Next,
    Over,
    /// Rows remain after the last page that can be asked for, whose number this is.
    TooMany(u64),
}

/// The position in a list.
#[derive(Debug)]
pub(super) struct Walk {
    max_page: Option<u64>,
    size: u64,
    /// The page that is asked for, within the window.
    number: u64,
    /// Rows so far, within the window.
    seen: u64,
    taken: u64,
    /// Of the page before, within the window: its number by the server's count, and a hash of its content.
    before: Option<(i32, u64)>,
    window: Option<RowWindow>,
}

/// The part of the list that is walked by number.
#[derive(Debug)]
struct RowWindow {
    ascends: bool,
    /// Where it begins, in the direction walked; `None` for the first, unless the caller gave a date.
    edge: Option<Timestamp>,
    /// The furthest row so far.
    furthest: Option<Timestamp>,
    /// The date of the row before, within the window.
    before: Option<Timestamp>,
    /// Whether rows of different dates have the order that was asked for; `None` until there are two. The list of a server that sorts
    /// otherwise is walked by number.
    in_order: Option<bool>,
    /// Rows seen that the next window may contain again.
    recent: HashMap<AnyId, Timestamp>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    content: Vec<&'a RawValue>,
}

impl Walk {
    pub(super) fn new(operation: &'static OperationInfo, place: &mut Place<'_>) -> Self {
        let limits = operation.page;
        let largest = limits.and_then(|page| page.max_size).unwrap_or(PAGE_SIZE);
        let asked = place.size.and_then(|size| u64::try_from(size).ok());
        let size = asked.map_or(largest, |size| size.clamp(1, largest));
        *place.size = i32::try_from(size).ok();
        let number = place.page.and_then(|page| u64::try_from(page).ok()).unwrap_or_default();
        // A list that starts at a later page is walked by number.
        let window = place.window.as_ref().filter(|_| number == 0).map(|window| {
            let ascends = window.ascends;
            let bound = if ascends { window.start.as_ref() } else { window.end.as_ref() };
            let edge = bound.and_then(|bound| bound.value().ok());
            RowWindow { ascends, edge, furthest: None, before: None, in_order: None, recent: HashMap::new() }
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

    /// Which rows of a page are new, and where the list continues after it.
    pub(super) fn after<T>(&mut self, page: &Page<T>, body: &[u8]) -> (Vec<bool>, Step) {
        self.taken += 1;
        let count = page.row_count();
        let rows = count as u64;
        let body = crate::json::text(body);
        let content = serde_json::from_str::<Content<'_>>(&body).map(|page| page.content).unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        content.iter().for_each(|row| row.get().hash(&mut hasher));
        let print = hasher.finish();
        // Whether servers count from 0 or 1: a page that is no further is one that came already.
        let repeats = |(number, before): (i32, u64)| page.page <= number || print == before;
        if rows > 0 && self.before.is_some_and(repeats) {
            return (vec![false; count], Step::Over);
        }
        self.before = Some((page.page, print));
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
        if self.window.as_mut().and_then(RowWindow::moved).is_some() {
            (self.number, self.seen, self.before) = (0, 0, None);
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

/// A row's `id` and `creationDate`, where it is an object that has both.
fn id_and_date(row: &RawValue) -> Option<(AnyId, Timestamp)> {
    let row: Members<'_> = serde_json::from_str(row.get()).ok()?;
    let id: AnyId = scalar(row.get("id")?)?;
    let date: types::Timestamp = scalar(row.get("creationDate")?)?;
    Some((id, date.value().ok()?)).filter(|(id, _)| !id.raw().is_empty())
}

impl RowWindow {
    /// Which rows were not seen before. A row without id or date cannot be told from others and counts as new.
    fn sift(&mut self, rows: Vec<&RawValue>) -> Vec<bool> {
        rows.into_iter()
            .map(|row| {
                let Some((id, date)) = id_and_date(row) else { return true };
                if let Some(before) = self.before.replace(date).filter(|before| *before != date) {
                    self.in_order = Some(self.in_order != Some(false) && self.precedes(before, date));
                }
                self.furthest = self.furthest.filter(|furthest| self.precedes(date, *furthest)).or(Some(date));
                self.recent.insert(id, date).is_none()
            })
            .collect()
    }

    /// Whether a row of one date comes before one of the other, in the direction walked.
    fn precedes(&self, one: Timestamp, other: Timestamp) -> bool {
        if self.ascends { one < other } else { one > other }
    }

    /// Begins the next window, if it can begin further on than this one.
    fn moved(&mut self) -> Option<()> {
        let furthest = self.furthest.filter(|_| self.in_order == Some(true))?;
        let back = if self.ascends { -OVERLAP } else { OVERLAP };
        let edge = furthest.checked_add(back).ok()?;
        if self.edge.is_some_and(|before| !self.precedes(before, edge)) {
            return None;
        }
        // Twice the overlap is kept, for servers that round the bound down.
        let kept = edge.checked_add(back).ok()?;
        let mut recent = std::mem::take(&mut self.recent);
        recent.retain(|_, date| !self.precedes(*date, kept));
        (self.recent, self.edge, self.before) = (recent, Some(edge), None);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::call::Window as Dates;

    /// A server: rows (date in ms, id), and how it answers a page.
    struct Server {
        rows: Vec<(i64, u64)>,
        lies: fn(&mut Page<Value>),
        /// The newest come first whatever is asked for.
        is_backwards: bool,
        requests: usize,
    }

    impl Server {
        fn new(rows: Vec<(i64, u64)>) -> Self {
            Self { rows, lies: |_| {}, is_backwards: false, requests: 0 }
        }

        fn page(&mut self, number: u64, size: u64, start: Option<Timestamp>, end: Option<Timestamp>) -> Page<Value> {
            self.requests += 1;
            self.rows.sort_unstable();
            let date = |ms: i64| Timestamp::from_millisecond(ms).unwrap();
            let within = |(ms, _): &&(i64, u64)| {
                start.is_none_or(|start| date(*ms) >= start) && end.is_none_or(|end| date(*ms) <= end)
            };
            let mut rows: Vec<_> = self.rows.iter().filter(within).collect();
            if end.is_some() || self.is_backwards {
                rows.reverse();
            }
            let row = |(ms, id): &(i64, u64)| json!({ "id": id.to_string(), "creationDate": date(*ms).to_string() });
            let content = rows.iter().skip((number * size) as usize).take(size as usize).map(|r| row(r)).collect();
            let mut page = Page {
                content,
                total_elements: rows.len() as i64,
                page: number as i32,
                page_size: size as i32,
                unreadable_rows: Vec::new(),
            };
            (self.lies)(&mut page);
            page
        }
    }

    fn operation(windowed: bool) -> &'static OperationInfo {
        let wanted = |info: &&OperationInfo| info.page.is_some_and(|page| page.windowed == windowed);
        crate::OPERATIONS.iter().find(wanted).unwrap()
    }

    /// Every row's id in the order received, or the page after which rows are lost.
    fn walk(
        server: &mut Server,
        windowed: bool,
        size: i32,
        meanwhile: impl FnMut(&mut Server),
    ) -> Result<Vec<u64>, u64> {
        walk_from(None, server, windowed, size, meanwhile)
    }

    fn walk_from(
        mut start: Option<crate::types::Timestamp>,
        server: &mut Server,
        windowed: bool,
        size: i32,
        mut meanwhile: impl FnMut(&mut Server),
    ) -> Result<Vec<u64>, u64> {
        let (mut page, mut size, mut end) = (None, Some(size), None);
        let mut ids = Vec::new();
        let mut walk: Option<Walk> = None;
        for _ in 0..2_000 {
            let window = windowed.then_some(Dates { start: &mut start, end: &mut end, ascends: true });
            let mut place = Place { page: &mut page, size: &mut size, window };
            let at = walk.get_or_insert_with(|| Walk::new(operation(windowed), &mut place));
            at.place(&mut place);
            let instant = |date: &Option<crate::types::Timestamp>| date.as_ref().map(|date| date.value().unwrap());
            let answer = server.page(at.number, at.size, instant(&start), instant(&end));
            let body = serde_json::to_vec(&answer).unwrap();
            let (fresh, step) = at.after(&answer, &body);
            let mut fresh = fresh.into_iter();
            let new = answer.content.iter().filter(|_| fresh.next().unwrap_or(true));
            ids.extend(new.map(|row| row["id"].as_str().unwrap().parse::<u64>().unwrap()));
            meanwhile(server);
            match step {
                Step::Next => {}
                Step::Over => return Ok(ids),
                Step::TooMany(page) => return Err(page),
            }
        }
        panic!("it never ends: {} rows", ids.len());
    }

    fn rows(count: u64) -> Vec<(i64, u64)> {
        (0..count).map(|id| (id as i64 * 250, id)).collect()
    }

    #[test]
    fn a_list_by_number_gives_each_row_once_and_asks_no_more_than_needed() {
        for (count, requests) in [(0, 1), (1, 1), (9, 1), (10, 1), (11, 2), (95, 10), (100, 10)] {
            let mut server = Server::new(rows(count));
            assert_eq!(walk(&mut server, false, 10, |_| {}).unwrap(), (0..count).collect::<Vec<_>>());
            assert_eq!(server.requests, requests, "{count} rows");
        }
    }

    #[test]
    fn a_list_by_number_beyond_the_last_page_says_so() {
        let last = operation(false).page.unwrap().max_page.unwrap();
        assert_eq!(walk(&mut Server::new(rows(last + 1)), false, 1, |_| {}).map(|ids| ids.len() as u64), Ok(last + 1));
        assert_eq!(walk(&mut Server::new(rows(last + 2)), false, 1, |_| {}), Err(last));
    }

    #[test]
    fn a_list_by_date_has_no_last_page() {
        let last = operation(true).page.unwrap().max_page.unwrap();
        let count = last * 2 + 7;
        let mut server = Server::new(rows(count));
        assert_eq!(walk(&mut server, true, 10, |_| {}).unwrap(), (0..count).collect::<Vec<_>>());
    }

    #[test]
    fn a_list_by_date_gives_each_row_once_while_rows_come_and_go() {
        for seed in 0..50 {
            let mut random = fastrand::Rng::with_seed(seed);
            // Many rows of the same moment among them, more than a page holds.
            let kept: Vec<_> = (0..300).map(|id| (random.i64(0..40) * 500, id)).collect();
            let mut server = Server::new(kept.clone());
            let mut arrived = 300;
            let ids = walk(&mut server, true, 10, |server| {
                if arrived < 340 {
                    server.rows.push((30_000 + arrived as i64, arrived));
                    arrived += 1;
                }
            })
            .unwrap();
            let distinct: BTreeSet<u64> = ids.iter().copied().collect();
            assert_eq!(distinct.len(), ids.len(), "seed {seed}: a row came twice");
            assert!((0..300).all(|id| distinct.contains(&id)), "seed {seed}: a row is missing");
        }
    }

    #[test]
    fn a_server_that_sorts_otherwise_is_walked_by_number() {
        let mut server = Server::new(rows(45));
        server.lies = |page| page.content.reverse();
        let mut ids = walk(&mut server, true, 10, |_| {}).unwrap();
        ids.sort_unstable();
        assert_eq!(ids, (0..45).collect::<Vec<_>>());
    }

    #[test]
    fn one_row_a_page_tells_a_server_that_sorts_otherwise_too() {
        let mut server = Server::new(rows(45));
        server.is_backwards = true;
        let mut ids = walk(&mut server, true, 1, |_| {}).unwrap();
        ids.sort_unstable();
        assert_eq!(ids, (0..45).collect::<Vec<_>>());
    }

    #[test]
    fn a_list_by_date_stays_within_the_callers_dates() {
        for size in [1, 2, 7] {
            let mut server = Server::new(rows(45));
            // The row of this moment is the eleventh.
            let start = Timestamp::from_millisecond(2_500).unwrap();
            let ids = walk_from(Some(start.into()), &mut server, true, size, |_| {}).unwrap();
            assert_eq!(ids, (10..45).collect::<Vec<_>>(), "{size} rows a page");
        }
    }

    #[test]
    fn a_server_that_counts_pages_from_one_is_walked_to_the_end() {
        let mut server = Server::new(rows(45));
        server.lies = |page| page.page += 1;
        for windowed in [false, true] {
            assert_eq!(walk(&mut server, windowed, 10, |_| {}).unwrap(), (0..45).collect::<Vec<_>>());
        }
    }

    #[test]
    fn liars_neither_lose_rows_nor_go_on_for_ever() {
        let total_too_small = |page: &mut Page<Value>| page.total_elements = 3;
        let total_too_large = |page: &mut Page<Value>| page.total_elements = 1_000_000;
        let total_negative = |page: &mut Page<Value>| page.total_elements = -1;
        for lies in [total_too_small, total_too_large, total_negative] {
            let mut server = Server::new(rows(42));
            server.lies = lies;
            assert_eq!(walk(&mut server, false, 10, |_| {}).unwrap().len(), 42);
        }
    }

    #[test]
    fn short_pages_in_the_middle_do_not_end_a_list() {
        let mut server = Server::new(rows(42));
        // It never gives more than 7 whatever is asked for, and its pages are of 10 all the same.
        server.lies = |page| page.content.truncate(7);
        assert_eq!(walk(&mut server, false, 10, |_| {}).unwrap().len(), 7 * 4 + 2);
    }

    #[test]
    fn the_same_page_again_ends_a_list() {
        for lies in [(|page: &mut Page<Value>| page.page = 0) as fn(&mut Page<Value>), |page| {
            page.content = vec![json!({ "id": "7", "creationDate": "2026-01-01T00:00:00Z" }); 10]
        }] {
            let mut server = Server::new(rows(1_000));
            server.lies = lies;
            assert_eq!(walk(&mut server, false, 10, |_| {}).unwrap().len(), 10);
            assert_eq!(server.requests, 2);
        }
    }
}
