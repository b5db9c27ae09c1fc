//! Tables in memory that can take a request back: until it is committed every change is remembered with what stood there
//! before, so that a request happens whole or not at all, in memory and in the store.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::state::index::{Agenda, Index, Key, Keyed, Lists, Together, Waits};

/// Something kept in a table.
pub trait Row: Clone + Serialize + DeserializeOwned {
    /// Its key.
    fn id(&self) -> Uuid;
}

/// A table in the order its rows were made, with an index by which some of them are found.
#[derive(Debug)]
pub struct Rows<T, I = ()> {
    rows: BTreeMap<u64, T>,
    positions: HashMap<Uuid, u64>,
    index: I,
    last: u64,
    before: HashMap<Uuid, Option<(u64, T)>>,
}

/// What the store has to do about one row.
#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    /// The table's name.
    pub table: &'static str,
    /// The row's key.
    pub id: Uuid,
    /// Its position in the order and its JSON; none when it was removed.
    pub row: Option<(u64, Vec<u8>)>,
}

impl<T, I: Default> Default for Rows<T, I> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), positions: HashMap::new(), index: I::default(), last: 0, before: HashMap::new() }
    }
}

impl<T: Row, I: Index<T>> Rows<T, I> {
    /// The row of that id.
    pub fn get(&self, id: Uuid) -> Option<&T> {
        self.rows.get(self.positions.get(&id)?)
    }

    /// The row at that position.
    pub fn at(&self, position: u64) -> Option<&T> {
        self.rows.get(&position)
    }

    /// The rows in the order they were made.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values()
    }

    /// The rows with their positions.
    pub fn placed(&self) -> impl Iterator<Item = (u64, &T)> + Clone {
        self.rows.iter().map(|(position, row)| (*position, row))
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds the row, or replaces the one with its id, which keeps its position.
    pub fn put(&mut self, row: T) {
        let id = row.id();
        let position = match self.positions.get(&id) {
            Some(position) => *position,
            None => self.last + 1,
        };
        let old = self.take(id);
        self.stand(position, row);
        self.before.entry(id).or_insert_with(|| old.map(|row| (position, row)));
    }

    /// Changes the row of that id in place; says whether there was one.
    pub fn change(&mut self, id: Uuid, change: impl FnOnce(&mut T)) -> bool {
        let Some(position) = self.positions.get(&id) else {
            return false;
        };
        let Some(row) = self.rows.get_mut(position) else {
            return false;
        };
        self.before.entry(id).or_insert_with(|| Some((*position, row.clone())));
        self.index.remove(*position, row);
        change(row);
        self.index.add(*position, row);
        true
    }

    /// Changes the rows that fit, in place.
    pub fn change_where(&mut self, fits: impl Fn(&T) -> bool, mut change: impl FnMut(&mut T)) {
        let ids: Vec<Uuid> = self.iter().filter(|row| fits(row)).map(Row::id).collect();
        for id in ids {
            self.change(id, &mut change);
        }
    }

    /// Changes every row in place.
    pub fn change_all(&mut self, change: impl FnMut(&mut T)) {
        self.change_where(|_| true, change);
    }

    /// Removes the row of that id.
    pub fn remove(&mut self, id: Uuid) {
        if let Some(position) = self.positions.get(&id).copied()
            && let Some(row) = self.take(id)
        {
            self.before.entry(id).or_insert(Some((position, row)));
        }
    }

    /// Removes every row.
    pub fn clear(&mut self) {
        self.index = I::default();
        self.positions.clear();
        for (position, row) in std::mem::take(&mut self.rows) {
            self.before.entry(row.id()).or_insert(Some((position, row)));
        }
    }

    /// Puts a row read from the store where it stood.
    pub(crate) fn restore(&mut self, position: u64, row: T) {
        self.take(row.id());
        self.stand(position, row);
    }

    /// Everything as it stood before the changes since the last commit.
    pub(crate) fn roll_back(&mut self) {
        if self.before.is_empty() {
            return;
        }
        for (id, before) in std::mem::take(&mut self.before) {
            self.take(id);
            if let Some((position, row)) = before {
                self.stand(position, row);
            }
        }
    }

    /// The changes since the last commit.
    pub(crate) fn changes(&self, table: &'static str, into: &mut Vec<Change>) {
        for id in self.before.keys() {
            let row = self.positions.get(id).and_then(|position| {
                let row = self.rows.get(position)?;
                Some((*position, serde_json::to_vec(row).ok()?))
            });
            into.push(Change { table, id: *id, row });
        }
    }

    /// Forgets how to take the changes back: they are kept.
    pub(crate) fn commit(&mut self) {
        self.before.clear();
    }

    fn stand(&mut self, position: u64, row: T) {
        self.last = self.last.max(position);
        self.positions.insert(row.id(), position);
        self.index.add(position, &row);
        self.rows.insert(position, row);
    }

    fn take(&mut self, id: Uuid) -> Option<T> {
        let position = self.positions.remove(&id)?;
        let row = self.rows.remove(&position)?;
        self.index.remove(position, &row);
        Some(row)
    }
}

/// A table whose rows are found by keys, and by another index where there is one.
pub(crate) type KeyedRows<T, I = ()> = Rows<T, (Lists<T>, I)>;

impl<T: Row + Keyed, I: Index<T>> KeyedRows<T, I> {
    /// The positions and lines of the rows with every one of these keys.
    pub(crate) fn lines(&self, keys: &[Key]) -> Together<'_, T::Line> {
        self.index.0.with(keys)
    }

    /// The rows with every one of these keys, with their positions.
    pub(crate) fn placed_with<'s>(
        &'s self,
        keys: &[Key],
    ) -> impl Iterator<Item = (u64, &'s T)> + Clone + use<'s, T, I> {
        self.lines(keys).filter_map(|(position, _)| Some((position, self.rows.get(&position)?)))
    }

    /// The rows with that key.
    pub(crate) fn with(&self, key: Key) -> impl DoubleEndedIterator<Item = &T> {
        self.index.0.of(&key).iter().filter_map(|(position, _)| self.rows.get(position))
    }
}

impl<T: Row + Keyed + Waits> KeyedRows<T, Agenda> {
    /// The rows whose time has come, the earliest first.
    pub(crate) fn due(&self, now: Timestamp) -> impl Iterator<Item = &T> {
        self.index.1.due(now).filter_map(|position| self.rows.get(&position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Coin(Uuid, u32);

    impl Row for Coin {
        fn id(&self) -> Uuid {
            self.0
        }
    }

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn what_is_rolled_back_never_happened() {
        let mut rows: Rows<Coin> = Rows::default();
        rows.put(Coin(id(9), 1));
        rows.put(Coin(id(2), 2));
        rows.commit();
        rows.change(id(9), |coin| coin.1 = 10);
        rows.remove(id(2));
        rows.put(Coin(id(3), 3));
        rows.roll_back();
        assert_eq!(rows.iter().cloned().collect::<Vec<_>>(), [Coin(id(9), 1), Coin(id(2), 2)]);
    }

    #[test]
    fn changes_say_what_the_store_has_to_write() {
        let mut rows: Rows<Coin> = Rows::default();
        rows.put(Coin(id(1), 1));
        rows.commit();
        rows.remove(id(1));
        let mut changes = Vec::new();
        rows.changes("coins", &mut changes);
        assert_eq!(changes, [Change { table: "coins", id: id(1), row: None }]);
    }

    /// With the time it waits for, and whose it is.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Bill(Uuid, Vec<Uuid>, Option<i64>);

    impl Row for Bill {
        fn id(&self) -> Uuid {
            self.0
        }
    }

    impl Keyed for Bill {
        type Line = usize;

        fn line(&self) -> usize {
            self.1.len()
        }

        fn keys(&self) -> Vec<Key> {
            self.1.iter().copied().map(Key::EndUser).collect()
        }
    }

    impl Waits for Bill {
        fn due(&self) -> Option<Timestamp> {
            Timestamp::from_second(self.2?).ok()
        }
    }

    #[test]
    fn the_indexes_find_what_looking_through_all_rows_finds() {
        let mut random = fastrand::Rng::with_seed(22);
        let mut rows: KeyedRows<Bill, Agenda> = Rows::default();
        for _ in 0..3_000 {
            let one = id(random.u128(..40));
            match random.u8(..10) {
                0..5 => {
                    let owners = (0..random.usize(..4)).map(|_| id(random.u128(..5))).collect();
                    rows.put(Bill(one, owners, random.bool().then(|| random.i64(0..9))));
                }
                5 => rows.remove(one),
                6 => drop(
                    rows.change(one, |bill| (bill.1, bill.2) = (vec![id(random.u128(..5))], Some(random.i64(0..9)))),
                ),
                7 => rows.roll_back(),
                8 => rows.commit(),
                _ if random.u8(..50) == 0 => rows.clear(),
                _ => {}
            }
            let owners: Vec<Uuid> = (0..random.usize(..4)).map(|_| id(random.u128(..5))).collect();
            let keys: Vec<Key> = owners.iter().copied().map(Key::EndUser).collect();
            let has_all = |(_, bill): &(u64, &Bill)| owners.iter().all(|owner| bill.1.contains(owner));
            let found: Vec<_> = rows.placed_with(&keys).collect();
            assert_eq!(found, rows.placed().filter(has_all).collect::<Vec<_>>());
            assert!(rows.lines(&keys).eq(found.iter().map(|(position, bill)| (*position, bill.line()))));
            let now = random.i64(0..9);
            let mut due: Vec<_> = rows.placed().filter(|(_, bill)| bill.2.is_some_and(|at| at <= now)).collect();
            due.sort_by_key(|(position, bill)| (bill.2, *position));
            let now = Timestamp::from_second(now).unwrap();
            assert!(rows.due(now).eq(due.into_iter().map(|(_, bill)| bill)));
        }
    }
}
