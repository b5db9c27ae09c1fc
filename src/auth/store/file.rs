//! [`FileStore`]: processes of one machine share sessions through files.
//!
//! A session is one JSON file, replaced as a whole: the new content goes to a temporary file, is synced, and takes the
//! old one's name; then the directory is synced. A crash at any byte leaves the old content or the new. An advisory
//! lock on a second file orders the processes; the kernel releases it when its holder dies.

use std::fs::{self, DirBuilder, DirEntry, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::runtime::Handle;
use tracing::warn;
use zeroize::Zeroizing;

use super::{StoreError, StoredSession, TokenStore};

/// Stores each session in a file of a directory, mode 0600. Tokens are stored in clear.
///
/// A file that everybody can read, or a directory that everybody can write to, is refused. Permissions of the group
/// alone are removed, because a volume may add them when it is mounted (Kubernetes' `fsGroup` does): from the files that
/// contain tokens, and from a directory that contains nothing else. The directory must be on a local file system:
/// advisory locks are not reliable on all network ones.
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
        work: impl FnOnce(&Path) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let path = self.directory.join(format!("{}.json", file_name(key)));
        let runtime = Handle::try_current().map_err(|_| StoreError::NoRuntime)?;
        let done = runtime.spawn_blocking(move || work(&path)).await;
        done.unwrap_or_else(|stopped| Err(StoreError::Backend(Box::new(stopped))))
    }
}

#[async_trait]
impl TokenStore for FileStore {
    fn name(&self) -> String {
        format!("directory {}", self.directory.display())
    }

    /// The time is wall time: the one clock all processes of a machine share across restarts.
    async fn load(&self, key: &str) -> Result<(StoredSession, Duration), StoreError> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        // The file is replaced as a whole, so reading needs no lock.
        self.with(key, move |path| Ok((read(path)?, now))).await
    }

    async fn swap(&self, key: &str, old: &StoredSession, new: &StoredSession) -> Result<bool, StoreError> {
        let (directory, revision, new) = (self.directory.clone(), old.revision, new.clone());
        self.with(key, move |path| {
            let _lock = lock(&directory, path)?;
            let is_there = read(path)?.revision == revision;
            if is_there {
                write(&directory, path, &new)?;
            }
            Ok(is_there)
        })
        .await
    }
}

/// The extensions of the files of a session. They have the same name otherwise.
const KINDS: [&str; 3] = ["json", "tmp", "lock"];

/// Waits for the lock. Its owner has it for one read and one write only.
fn lock(directory: &Path, path: &Path) -> Result<File, StoreError> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(at(directory))?;
    let opened = File::open(directory).map_err(at(directory))?;
    protect(directory, &opened, (0o022, 0o700), || has_only_sessions(directory))?;
    let path = path.with_extension("lock");
    let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let lock = lock.map_err(at(&path))?;
    fs4::FileExt::lock(&lock).map_err(at(&path))?;
    Ok(lock)
}

fn read(path: &Path) -> Result<StoredSession, StoreError> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(StoredSession::default()),
        opened => opened.map_err(at(path))?,
    };
    let metadata = file.metadata().map_err(at(path))?;
    let is_own = || fs::symlink_metadata(path).is_ok_and(|found| found.ino() == metadata.ino());
    protect(path, &file, (0o077, 0o600), is_own)?;
    // Room for everything at once, because a buffer that grows leaves a copy behind.
    let size = usize::try_from(metadata.len()).unwrap_or_default();
    let mut json = Zeroizing::new(Vec::with_capacity(size.saturating_add(1)));
    file.read_to_end(&mut json).map_err(at(path))?;
    StoredSession::from_json(&json).ok_or_else(|| StoreError::Corrupt { place: path.display().to_string() })
}

fn write(directory: &Path, path: &Path, session: &StoredSession) -> Result<(), StoreError> {
    let json = session.to_json()?;
    let temporary = path.with_extension("tmp");
    // A leftover of a killed writer is removed, not reused: it may have any mode.
    let _ = fs::remove_file(&temporary);
    let write = || {
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&temporary)?;
        file.write_all(&json)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        File::open(directory)?.sync_all()
    };
    write().map_err(at(path))
}

fn has_only_sessions(directory: &Path) -> bool {
    let is_session = |entry: io::Result<DirEntry>| {
        let path = entry.map(|entry| entry.path()).unwrap_or_default();
        path.extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known))
    };
    fs::read_dir(directory).is_ok_and(|mut entries| entries.all(is_session))
}

/// Adds the path to a system error.
fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::Io { path: path.to_owned(), source }
}

/// Refuses a file or directory that others can use, or removes the permissions of the group, if it is the store's own.
fn protect(
    path: &Path,
    open: &File,
    (refused, wanted): (u32, u32),
    is_own: impl FnOnce() -> bool,
) -> Result<(), StoreError> {
    let mode = open.metadata().map_err(at(path))?.mode() & 0o777;
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

/// A key as a file name: small letters, digits, `-` and `.` stay, other bytes become `_` and their hex digits. Some file systems
/// take capital and small letters for the same.
fn file_name(key: &str) -> String {
    key.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' => char::from(byte).to_string(),
            _ => format!("_{byte:02x}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_differ_in_case_alone_have_files_of_their_own_wherever_they_lie() {
        let (one, other) = (file_name("partner:Acme:api"), file_name("partner:acme:api"));
        assert!(!one.eq_ignore_ascii_case(&other), "{one} {other}");
    }
}
