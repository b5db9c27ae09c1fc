//! Tables in memory that can take a request back: until it is committed every change is remembered with what stood there
//! before, so that a request happens whole or not at all, in memory and in the store.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// Something kept in a table.
pub trait Row: Clone + Serialize + DeserializeOwned {
    /// Its key.
    fn id(&self) -> Uuid;
}

/// A table in the order its rows were made.
#[derive(Debug)]
pub struct Rows<T> {
    rows: BTreeMap<u64, T>,
    index: HashMap<Uuid, u64>,
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

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), index: HashMap::new(), last: 0, before: HashMap::new() }
    }
}

impl<T: Row> Rows<T> {
    /// The row of that id.
    pub fn get(&self, id: Uuid) -> Option<&T> {
        self.rows.get(self.index.get(&id)?)
    }

    /// The rows in the order they were made.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds the row, or replaces the one with its id, which keeps its position.
    pub fn put(&mut self, row: T) {
        let id = row.id();
        let position = match self.index.get(&id) {
            Some(position) => *position,
            None => {
                self.last += 1;
                self.index.insert(id, self.last);
                self.last
            }
        };
        let old = self.rows.insert(position, row);
        self.before.entry(id).or_insert_with(|| old.map(|row| (position, row)));
    }

    /// Changes the row of that id in place; says whether there was one.
    pub fn change(&mut self, id: Uuid, change: impl FnOnce(&mut T)) -> bool {
        let Some(position) = self.index.get(&id) else {
            return false;
        };
        let Some(row) = self.rows.get_mut(position) else {
            return false;
        };
        self.before.entry(id).or_insert_with(|| Some((*position, row.clone())));
        change(row);
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
        if let Some(position) = self.index.remove(&id)
            && let Some(row) = self.rows.remove(&position)
        {
            self.before.entry(id).or_insert(Some((position, row)));
        }
    }

    /// Removes every row.
    pub fn clear(&mut self) {
        let ids: Vec<Uuid> = self.index.keys().copied().collect();
        ids.into_iter().for_each(|id| self.remove(id));
    }

    /// Puts a row read from the store where it stood.
    pub(crate) fn restore(&mut self, position: u64, row: T) {
        self.last = self.last.max(position);
        self.index.insert(row.id(), position);
        self.rows.insert(position, row);
    }

    /// Everything as it stood before the changes since the last commit.
    pub(crate) fn roll_back(&mut self) {
        for (id, before) in std::mem::take(&mut self.before) {
            if let Some(position) = self.index.remove(&id) {
                self.rows.remove(&position);
            }
            if let Some((position, row)) = before {
                self.index.insert(id, position);
                self.rows.insert(position, row);
            }
        }
    }

    /// The changes since the last commit.
    pub(crate) fn changes(&self, table: &'static str, into: &mut Vec<Change>) {
        for id in self.before.keys() {
            let row = self.index.get(id).and_then(|position| {
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
        let mut rows = Rows::default();
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
        let mut rows = Rows::default();
        rows.put(Coin(id(1), 1));
        rows.commit();
        rows.remove(id(1));
        let mut changes = Vec::new();
        rows.changes("coins", &mut changes);
        assert_eq!(changes, [Change { table: "coins", id: id(1), row: None }]);
    }
}
