//! Where everything of the description stands in the repository.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::document::Document;
use crate::fetch;

/// The repository, by its root.
#[derive(Clone, Debug)]
pub struct Tree {
    pub root: PathBuf,
}

/// The folder that is replaced as a whole.
pub const OPENAPI: &str = "openapi";
pub const DESCRIPTION: &str = "linkcy.json";
pub const SOURCE: &str = "source.toml";
pub const OVERLAY: &str = "overlay.yaml";
pub const NAMES: &str = "names.toml";
pub const LOCK: &str = "names.lock";
pub const NEEDS: &str = "needs.toml";
pub const CHANGES: &str = "CHANGES.md";
pub const SURFACE: &str = "surface.txt";
pub const ACCEPTED: &str = "accepted.toml";
pub const ARCHIVE: &str = "archive";

impl Tree {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub fn openapi(&self) -> PathBuf {
        self.root.join(OPENAPI)
    }

    /// The text of a file below openapi/.
    pub fn read(&self, name: &str) -> Result<String> {
        let path = self.openapi().join(name);
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    }

    /// The same, empty if there is no such file.
    pub fn read_or_empty(&self, name: &str) -> Result<String> {
        if self.openapi().join(name).exists() { self.read(name) } else { Ok(String::new()) }
    }

    /// What descriptions are prepared by.
    pub fn decisions(&self) -> Result<Decisions> {
        Ok(Decisions {
            overlay: self.read_or_empty(OVERLAY)?,
            names: self.read_or_empty(NAMES)?,
            lock: self.read_or_empty(LOCK)?,
            needs: self.read_or_empty(NEEDS)?,
        })
    }

    /// The description in use.
    pub fn current(&self) -> Result<Document> {
        document(self.read(DESCRIPTION)?.as_bytes(), "openapi/linkcy.json")
    }

    /// The earlier descriptions, oldest first, each with the name it is archived under.
    pub fn archived(&self) -> Result<Vec<(String, Document)>> {
        let mut archived = Vec::new();
        let folder = self.openapi().join(ARCHIVE);
        if !folder.exists() {
            return Ok(archived);
        }
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
                archived.push((name, document(&bytes, &path.display().to_string())?));
            }
        }
        archived.sort_by_cached_key(|(name, document)| (version_key(&document.version()), name.clone()));
        Ok(archived)
    }

    /// What the command line calls a description: `current`, an archived version, an address or a file.
    pub fn resolve(&self, name: &str) -> Result<Document> {
        if name == "current" {
            return self.current();
        }
        if fetch::is_address(name) || Path::new(name).is_file() {
            return document(&fetch::fetch(name)?.bytes, name);
        }
        let archived = self.openapi().join(ARCHIVE).join(format!("{name}.json"));
        // A name, not a way out of the archive.
        if !name.contains(['/', '\\']) && archived.is_file() {
            let bytes = std::fs::read(&archived).with_context(|| archived.display().to_string())?;
            return document(&bytes, name);
        }
        if let Ok(current) = self.current()
            && current.version() == name
        {
            return Ok(current);
        }
        let known: Vec<String> = self.archived()?.into_iter().map(|(name, _)| name).collect();
        bail!("{name}: no such file, nor an archived version (there are {} and `current`)", known.join(", "))
    }
}

/// Our decisions about descriptions: corrections, names, names given so far, needs of the hand-written layer.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    pub overlay: String,
    pub names: String,
    pub lock: String,
    pub needs: String,
}

impl Decisions {
    /// With a description, what linkcy-spec takes.
    pub fn of<'a>(&'a self, description: &'a str) -> linkcy_spec::Inputs<'a> {
        linkcy_spec::Inputs {
            description,
            overlay: &self.overlay,
            names: &self.names,
            lock: &self.lock,
            needs: &self.needs,
        }
    }
}

/// Reads a description; what is wrong with it is said with the name it goes by.
pub fn document(bytes: &[u8], name: &str) -> Result<Document> {
    Document::parse(bytes).with_context(|| name.to_owned())
}

/// Versions in their order: as semver where they are, as text after all those where they are not.
pub fn version_key(version: &str) -> (bool, Option<semver::Version>, String) {
    let parsed = semver::Version::parse(version).ok();
    (parsed.is_none(), parsed, version.to_owned())
}

/// Removes a folder, if it is there.
///
/// # Errors
/// If the file system refuses.
pub fn remove_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}
