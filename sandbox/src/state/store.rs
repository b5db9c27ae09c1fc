//! What survives the process: every row of every table, in one embedded database. A request's changes are one
//! transaction on disk before it is answered, so a kill at any moment leaves each request done or not done.

use std::path::{Path, PathBuf};

use redb::{Database, TableDefinition};
use uuid::Uuid;

use crate::state::rows::Change;
use redb::ReadableTable as _;

/// Rows by table and id: eight bytes of place in the order of creation, then JSON.
const ROWS: TableDefinition<'_, (&str, &[u8]), &[u8]> = TableDefinition::new("rows");

/// Why state can't be kept or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another sandbox has the file open.
    #[error("{}: another sandbox is using this state; stop it or choose another file", path.display())]
    InUse {
        /// The file named.
        path: PathBuf,
    },
    /// The file can't be opened or made, as when its folder is missing or it may not be written.
    #[error("{}: the state can't be opened or made; check that the folder exists and may be written", path.display())]
    Open {
        /// The file named.
        path: PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
    /// The file is not a sandbox's state.
    #[error("{}: this is not the state of a sandbox, or it is damaged; choose another file", path.display())]
    NotAState {
        /// The file named.
        path: PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
    /// A transaction failed.
    #[error("the state can't be read or written")]
    Transaction(#[source] Box<redb::Error>),
    /// A row is not what this version writes.
    #[error("the state has a row of {table:?} that this version can't read; start with a new file")]
    Row {
        /// Its table.
        table: String,
        /// Why.
        source: serde_json::Error,
    },
}

/// The state on disk.
#[derive(Debug)]
pub(crate) struct Store(Database);

/// A row as it is kept: its table, its place in the order, its JSON.
pub(crate) type KeptRow = (String, u64, Vec<u8>);

fn failed(error: impl Into<redb::Error>) -> StoreError {
    StoreError::Transaction(Box::new(error.into()))
}

impl Store {
    /// Opens the state, or makes an empty one.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let database = Database::create(&path).map_err(|error| match error {
            redb::DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { path },
            // The file is there and can be read, and what it has is not what redb writes.
            redb::DatabaseError::Storage(redb::StorageError::Io(source))
                if source.kind() != std::io::ErrorKind::InvalidData =>
            {
                StoreError::Open { path, source: Box::new(redb::Error::Io(source)) }
            }
            error => StoreError::NotAState { path, source: Box::new(error.into()) },
        })?;
        Ok(Self(database))
    }

    /// Every row.
    pub(crate) fn rows(&self) -> Result<Vec<KeptRow>, StoreError> {
        let reading = self.0.begin_read().map_err(failed)?;
        let table = match reading.open_table(ROWS) {
            Ok(table) => table,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut rows = Vec::new();
        for row in table.iter().map_err(failed)? {
            let (key, value) = row.map_err(failed)?;
            if let Some((place, json)) = value.value().split_first_chunk::<8>() {
                rows.push((key.value().0.to_owned(), u64::from_be_bytes(*place), json.to_vec()));
            }
        }
        Ok(rows)
    }

    /// Keeps the changes of one request: all of them or none.
    pub(crate) fn keep(&self, changes: &[Change]) -> Result<(), StoreError> {
        let writing = self.0.begin_write().map_err(failed)?;
        {
            let mut table = writing.open_table(ROWS).map_err(failed)?;
            for change in changes {
                let key = (change.table, Uuid::as_bytes(&change.id).as_slice());
                match &change.row {
                    Some((place, json)) => {
                        let value = [place.to_be_bytes().as_slice(), json].concat();
                        table.insert(key, value.as_slice()).map_err(failed)?;
                    }
                    None => {
                        table.remove(key).map_err(failed)?;
                    }
                }
            }
        }
        writing.commit().map_err(failed)
    }
}
