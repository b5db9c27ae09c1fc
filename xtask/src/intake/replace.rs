//! Replacing openapi/ as a whole: whoever looks, at any moment, sees the old folder or the new one.
//!
//! The new folder is built aside, brought to disk, and exchanged with the old one in a single rename. Where the file
//! system cannot exchange, two renames take its place, and [`recover`] puts the folder back if the program was killed
//! between them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::tree::{OPENAPI, Tree, remove_folder};

/// New contents by name below openapi/.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The points between which the program may be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Copied,
    Written,
    Exchanged,
    Done,
}

/// Where the new folder is built: in target/, which is nobody's work, or beside openapi/ if that is another disk.
fn staging(tree: &Tree) -> Result<PathBuf> {
    let inside = tree.root.join("target").join("xtask");
    fs::create_dir_all(&inside).with_context(|| inside.display().to_string())?;
    Ok(if same_disk(&inside, &tree.root) { inside } else { tree.root.clone() })
}

#[cfg(unix)]
fn same_disk(left: &Path, right: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|data| data.dev()).ok();
    device(left) == device(right)
}

#[cfg(not(unix))]
fn same_disk(_: &Path, _: &Path) -> bool {
    false
}

const NEXT: &str = ".openapi-next";
const LAST: &str = ".openapi-last";

/// Clears what a killed run left behind, and puts openapi/ back if it was killed between two renames.
///
/// # Errors
/// If the file system refuses.
pub fn recover(tree: &Tree) -> Result<()> {
    for folder in [tree.root.join("target").join("xtask"), tree.root.clone()] {
        let last = folder.join(LAST);
        if last.exists() {
            if tree.openapi().exists() {
                fs::remove_dir_all(&last).with_context(|| last.display().to_string())?;
            } else {
                fs::rename(&last, tree.openapi()).with_context(|| last.display().to_string())?;
            }
        }
        remove_folder(&folder.join(NEXT))?;
    }
    Ok(())
}

/// Replaces the folder. `watch` is told each step once it is done; an error from it stops everything where it stands.
///
/// # Errors
/// If the file system refuses, or another run is under way.
pub fn replace(tree: &Tree, files: &Files, watch: &mut dyn FnMut(Step) -> Result<()>) -> Result<()> {
    let staging = staging(tree)?;
    let _lock = lock(&staging)?;
    recover(tree)?;
    let (live, next, last) = (tree.openapi(), staging.join(NEXT), staging.join(LAST));
    copy(&live, &next)?;
    watch(Step::Copied)?;
    for (name, bytes) in files {
        let path = next.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    sync(&next)?;
    watch(Step::Written)?;
    if exchange(&next, &live).is_err() {
        fs::rename(&live, &last).with_context(|| live.display().to_string())?;
        fs::rename(&next, &live).with_context(|| next.display().to_string())?;
    }
    sync_one(&tree.root)?;
    watch(Step::Exchanged)?;
    recover(tree)?;
    watch(Step::Done)
}

/// One run at a time; the lock goes with the process.
fn lock(staging: &Path) -> Result<File> {
    let path = staging.join(format!(".{OPENAPI}-lock"));
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    #[cfg(unix)]
    if rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
        bail!("another update-spec is under way (it holds {})", path.display());
    }
    Ok(file)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(next: &Path, live: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, next, CWD, live, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> Result<()> {
    bail!("this system cannot exchange two folders in one step")
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &target)?;
        } else {
            fs::copy(&source, &target).with_context(|| source.display().to_string())?;
        }
    }
    Ok(())
}

/// Brings a folder and all in it to disk.
fn sync(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { sync(&entry.path())? } else { sync_one(&entry.path())? }
    }
    sync_one(folder)
}

fn sync_one(path: &Path) -> Result<()> {
    // Windows does not open folders; there is nothing to bring to disk for them there.
    if cfg!(unix) || path.is_file() {
        File::open(path).and_then(|file| file.sync_all()).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
