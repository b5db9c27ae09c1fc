//! What is kept beside a table so that rows are found without looking through all of them. A table keeps its index at every
//! change, and when a change is taken back; nothing of it is in the store.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use uuid::Uuid;

/// An index over a table's rows, each known by its position in the order they were made.
pub(crate) trait Index<T>: Default {
    /// A row stands at that position from now on.
    fn add(&mut self, position: u64, row: &T);

    /// The row at that position is changed or removed: this is what was added for it.
    fn remove(&mut self, position: u64, row: &T);
}

/// No index.
impl<T> Index<T> for () {
    fn add(&mut self, _: u64, _: &T) {}

    fn remove(&mut self, _: u64, _: &T) {}
}

/// Two of them.
impl<T, A: Index<T>, B: Index<T>> Index<T> for (A, B) {
    fn add(&mut self, position: u64, row: &T) {
        self.0.add(position, row);
        self.1.add(position, row);
    }

    fn remove(&mut self, position: u64, row: &T) {
        self.0.remove(position, row);
        self.1.remove(position, row);
    }
}

/// What rows are found by, beside their id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Whose it is, or whose ledger it moves money of.
    EndUser(Uuid),
    /// The ledger it is of, or moves money of; the parent of a virtual ledger.
    Ledger(Uuid),
    Card(Uuid),
    /// The message that a webhook carries.
    Message(Uuid),
    /// The transaction that a refund gives back.
    Refunds(Uuid),
    Iban(String),
    /// Country code and number as one row of digits.
    Phone(String),
    ExternalId(String),
}

/// A row that is found by keys.
pub(crate) trait Keyed {
    /// What lists are filtered and sorted by, small enough to be kept beside each position.
    type Line: Copy + std::fmt::Debug;

    /// That of this row.
    fn line(&self) -> Self::Line;

    /// Its keys; one that comes twice counts once.
    fn keys(&self) -> Vec<Key>;
}

/// The positions and lines of a table's rows, of all of them and by key, each in the order they were made.
#[derive(Debug)]
pub(crate) struct Lists<T: Keyed> {
    all: Vec<(u64, T::Line)>,
    by_key: HashMap<Key, Vec<(u64, T::Line)>>,
}

impl<T: Keyed> Default for Lists<T> {
    fn default() -> Self {
        Self { all: Vec::new(), by_key: HashMap::new() }
    }
}

fn insert<L>(list: &mut Vec<(u64, L)>, position: u64, line: L) {
    // Nearly always the last.
    let at = if list.last().is_none_or(|(last, _)| *last < position) {
        list.len()
    } else {
        list.partition_point(|(other, _)| *other < position)
    };
    if list.get(at).is_none_or(|(other, _)| *other != position) {
        list.insert(at, (position, line));
    }
}

fn take<L>(list: &mut Vec<(u64, L)>, position: u64) {
    if let Ok(at) = list.binary_search_by_key(&position, |(other, _)| *other) {
        list.remove(at);
    }
}

impl<T: Keyed> Index<T> for Lists<T> {
    fn add(&mut self, position: u64, row: &T) {
        let line = row.line();
        insert(&mut self.all, position, line);
        for key in row.keys() {
            insert(self.by_key.entry(key).or_default(), position, line);
        }
    }

    fn remove(&mut self, position: u64, row: &T) {
        take(&mut self.all, position);
        for key in row.keys() {
            if let Some(list) = self.by_key.get_mut(&key) {
                take(list, position);
                if list.is_empty() {
                    self.by_key.remove(&key);
                }
            }
        }
    }
}

impl<T: Keyed> Lists<T> {
    /// The rows that have that key.
    pub(crate) fn of(&self, key: &Key) -> &[(u64, T::Line)] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }

    /// The rows that have every one of these keys.
    pub(crate) fn with<'s>(&'s self, keys: &[Key]) -> Together<'s, T::Line> {
        let mut lists: Vec<&[(u64, T::Line)]> = keys.iter().map(|key| self.of(key)).collect();
        lists.sort_by_key(|list| list.len());
        let mut lists = lists.into_iter();
        let shortest = lists.next().unwrap_or(&self.all);
        Together { shortest: shortest.iter(), others: lists.collect() }
    }
}

/// What is in each of several lists, found by walking them side by side.
#[derive(Debug, Clone)]
pub(crate) struct Together<'s, L> {
    shortest: std::slice::Iter<'s, (u64, L)>,
    others: Vec<&'s [(u64, L)]>,
}

impl<L: Copy> Iterator for Together<'_, L> {
    type Item = (u64, L);

    fn next(&mut self) -> Option<(u64, L)> {
        let others = &mut self.others;
        self.shortest
            .find(|(position, _)| {
                others.iter_mut().all(|other| {
                    let before = other.iter().take_while(|(one, _)| one < position).count();
                    *other = other.get(before..).unwrap_or_default();
                    other.first().is_some_and(|(one, _)| one == position)
                })
            })
            .copied()
    }
}

/// Something that waits for its time.
pub(crate) trait Waits {
    /// The moment it waits for; none when it does not wait.
    fn due(&self) -> Option<Timestamp>;
}

/// The rows that wait for their time, the earliest first.
#[derive(Debug, Default)]
pub(crate) struct Agenda(BTreeSet<(Timestamp, u64)>);

impl<T: Waits> Index<T> for Agenda {
    fn add(&mut self, position: u64, row: &T) {
        self.0.extend(row.due().map(|due| (due, position)));
    }

    fn remove(&mut self, position: u64, row: &T) {
        if let Some(due) = row.due() {
            self.0.remove(&(due, position));
        }
    }
}

impl Agenda {
    /// The positions of the rows whose time has come.
    pub(crate) fn due(&self, now: Timestamp) -> impl Iterator<Item = u64> {
        self.0.iter().take_while(move |(due, _)| *due <= now).map(|(_, position)| *position)
    }
}
