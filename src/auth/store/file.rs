//! [`FileStore`]: processes of one machine share sessions through files.
//!
//! A session is one JSON file, replaced as a whole: the new content goes to a temporary file, is synced, and takes the
//! old one's name; then the directory is synced. A crash at any byte leaves the old content or the new. An advisory
//! lock on a second file orders the processes; the kernel lets go of it when its holder dies.

use std::fs::{self, DirBuilder, DirEntry, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::runtime::Handle;
use tracing::warn;
use zeroize::Zeroizing;

use super::slot::StoreSlot;
use super::{Lease, LeaseEnd, Leased, Saved, StoreError, Stored, TokenStore};
use crate::auth::token::{TokenPair, from_json};

/// Keeps each session in a file of a directory, mode 0600. Tokens lie there in clear.
///
/// A file that everybody can read, or a directory that everybody can write to, is refused. What only the group may do is
/// taken back, for a volume may add it when it is mounted (Kubernetes' `fsGroup` does): from the files that hold tokens,
/// and from a directory that holds nothing else. The directory must be on a local file system: advisory locks are not
/// reliable on all network ones.
#[derive(Clone, Debug)]
pub struct FileStore {
    directory: PathBuf,
}

impl FileStore {
    /// Uses `directory`; it is created with mode 0700 at the first save if it is missing.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// Runs `work` on the session's file, off the async threads.
    async fn with<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&SessionFile) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let file = SessionFile::new(&self.directory, key);
        let runtime = Handle::try_current().map_err(|_| StoreError::NoRuntime)?;
        let done = runtime.spawn_blocking(move || work(&file)).await;
        done.unwrap_or_else(|stopped| Err(StoreError::Backend(Box::new(stopped))))
    }

    /// Changes a session's file under its lock; `change` says whether there is something to write.
    async fn change<T: Send + 'static>(
        &self,
        key: &str,
        change: impl FnOnce(&mut StoreSlot) -> (T, bool) + Send + 'static,
    ) -> Result<T, StoreError> {
        self.with(key, |file| {
            let _lock = file.lock()?;
            let mut slot = file.read()?;
            let (changed, is_changed) = change(&mut slot);
            if is_changed {
                file.write(&slot)?;
            }
            Ok(changed)
        })
        .await
    }
}

#[async_trait]
impl TokenStore for FileStore {
    fn name(&self) -> String {
        format!("directory {}", self.directory.display())
    }

    async fn load(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        // The file is replaced as a whole, so reading needs no lock.
        self.with(key, |file| Ok(file.read()?.current())).await
    }

    async fn lease(&self, key: &str, ttl: Duration) -> Result<Leased, StoreError> {
        self.change(key, move |slot| {
            let leased = slot.lease(now(), ttl);
            let is_changed = matches!(leased, Leased::Granted(_));
            (leased, is_changed)
        })
        .await
    }

    async fn save(&self, key: &str, lease: &Lease, tokens: &Arc<TokenPair>) -> Result<Saved, StoreError> {
        let (lease, tokens) = (lease.clone(), Arc::clone(tokens));
        self.change(key, move |slot| {
            let saved = slot.save(&lease, &tokens);
            let is_changed = matches!(saved, Saved::Done);
            (saved, is_changed)
        })
        .await
    }

    async fn release(&self, key: &str, lease: &Lease, end: LeaseEnd) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.change(key, move |slot| (slot.release(now(), &lease, end), true)).await
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.change(key, |slot| (slot.remove(now()), true)).await
    }
}

/// The extensions of the files of a session.
const KINDS: [&str; 3] = ["json", "tmp", "lock"];

/// One session's file and the names beside it.
struct SessionFile {
    directory: PathBuf,
    path: PathBuf,
    temporary: PathBuf,
    lock: PathBuf,
}

impl SessionFile {
    fn new(directory: &Path, key: &str) -> Self {
        let name = file_name(key);
        let [path, temporary, lock] = KINDS.map(|kind| directory.join(format!("{name}.{kind}")));
        Self { directory: directory.to_owned(), path, temporary, lock }
    }

    /// Waits for the lock. Its owner holds it for one read and one write only.
    fn lock(&self) -> Result<File, StoreError> {
        let io = |source| StoreError::Io { path: self.lock.clone(), source };
        self.prepare_directory()?;
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&self.lock).map_err(io)?;
        fs4::FileExt::lock(&lock).map_err(io)?;
        Ok(lock)
    }

    fn read(&self) -> Result<StoreSlot, StoreError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(StoreSlot::default()),
            Err(error) => return Err(self.io(error)),
        };
        let metadata = file.metadata().map_err(|error| self.io(error))?;
        let is_own = || fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == metadata.ino());
        protect(&self.path, &metadata, &file, (0o077, 0o600), is_own)?;
        // Room for everything at once, so that no grown-out-of buffer keeps a copy.
        let size = usize::try_from(metadata.len()).unwrap_or_default();
        let mut json = Zeroizing::new(Vec::with_capacity(size.saturating_add(1)));
        file.read_to_end(&mut json).map_err(|error| self.io(error))?;
        from_json(&json).ok_or_else(|| StoreError::Corrupt { place: self.path.display().to_string() })
    }

    fn write(&self, slot: &StoreSlot) -> Result<(), StoreError> {
        let json = Zeroizing::new(serde_json::to_vec(slot).map_err(|error| StoreError::Backend(Box::new(error)))?);
        let write = || {
            // A leftover of a killed writer is removed, not reused: it may have any mode.
            match fs::remove_file(&self.temporary) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&self.temporary)?;
            file.write_all(&json)?;
            file.sync_all()?;
            fs::rename(&self.temporary, &self.path)
        };
        write().map_err(|error| self.io(error))?;
        self.sync_directory()
    }

    fn prepare_directory(&self) -> Result<(), StoreError> {
        let io = |source| StoreError::Io { path: self.directory.clone(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(&self.directory).map_err(io)?;
        let directory = File::open(&self.directory).map_err(io)?;
        let metadata = directory.metadata().map_err(io)?;
        protect(&self.directory, &metadata, &directory, (0o022, 0o700), || self.is_alone())
    }

    /// Whether the directory holds nothing but sessions.
    fn is_alone(&self) -> bool {
        let is_session = |entry: io::Result<DirEntry>| {
            entry.is_ok_and(|entry| {
                let name = entry.file_name();
                Path::new(&name).extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known))
            })
        };
        fs::read_dir(&self.directory).is_ok_and(|mut entries| entries.all(is_session))
    }

    fn sync_directory(&self) -> Result<(), StoreError> {
        File::open(&self.directory)
            .and_then(|directory| directory.sync_all())
            .map_err(|source| StoreError::Io { path: self.directory.clone(), source })
    }

    fn io(&self, source: io::Error) -> StoreError {
        StoreError::Io { path: self.path.clone(), source }
    }
}

/// Refuses a file or directory that others can use, or takes back what only the group can, if it is the store's own.
fn protect(
    path: &Path,
    metadata: &Metadata,
    open: &File,
    (refused, wanted): (u32, u32),
    is_own: impl FnOnce() -> bool,
) -> Result<(), StoreError> {
    let mode = metadata.mode() & 0o777;
    if mode & refused == 0 {
        return Ok(());
    }
    let is_groups = mode & refused & 0o007 == 0;
    if is_groups && is_own() && open.set_permissions(Permissions::from_mode(wanted)).is_ok() {
        warn!(path = %path.display(), "mode {mode:03o} gave the group access to tokens: set to {wanted:03o}");
        return Ok(());
    }
    Err(StoreError::Insecure { path: path.to_owned(), mode, wanted })
}

/// A key as a file name: letters, digits, `-` and `.` stay, other bytes become `_` and their hex digits.
fn file_name(key: &str) -> String {
    key.bytes().fold(String::with_capacity(key.len()), |mut name, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => name.push(char::from(byte)),
            _ => name.push_str(&format!("_{byte:02x}")),
        }
        name
    })
}

/// Wall time: the one clock all processes of a machine share across restarts.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}
