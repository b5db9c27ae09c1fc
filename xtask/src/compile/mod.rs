//! Compiling the library from descriptions that are not in the tree: a copy of what it is built from, below target/.

pub mod errors;
pub mod release;
pub mod trial;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use linkcy_spec::Generated;
use toml_edit::{DocumentMut, Item, Table, value};

use crate::tree::Tree;

const BUILD: &str = r#"//! Puts the generated code of the library itself where it looks for it.
fn main() {
    println!("cargo::rerun-if-changed=generated");
    let out = std::env::var("OUT_DIR").expect("set by cargo");
    for entry in std::fs::read_dir("generated").expect("written with this file") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a file").to_owned();
        std::fs::copy(&path, std::path::Path::new(&out).join(name)).expect("OUT_DIR can be written");
    }
}
"#;

/// A copy of the package, without its tests, in a folder of its own. It keeps the times of files that did not change, so
/// that cargo does not compile them again.
pub struct Copy {
    pub root: PathBuf,
}

impl Copy {
    /// Makes or refreshes the copy called `name`.
    pub fn of(tree: &Tree, name: &str) -> Result<Self> {
        let root = tree.root.join("target").join("xtask").join(name);
        fs::create_dir_all(&root).with_context(|| root.display().to_string())?;
        let copy = Self { root };
        copy.folder(&tree.root.join("src"), "src")?;
        copy.file("Cargo.lock", &fs::read(tree.root.join("Cargo.lock")).context("Cargo.lock")?)?;
        Ok(copy)
    }

    /// Copies a folder; what is no longer there goes.
    pub fn folder(&self, from: &Path, to: &str) -> Result<()> {
        let into = self.root.join(to);
        fs::create_dir_all(&into).with_context(|| into.display().to_string())?;
        let mut names = Vec::new();
        for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name();
            let place = format!("{to}/{}", name.to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.folder(&entry.path(), &place)?;
            } else {
                self.file(&place, &fs::read(entry.path())?)?;
            }
            names.push(name);
        }
        for entry in fs::read_dir(&into)? {
            let entry = entry?;
            if !names.contains(&entry.file_name()) {
                let path = entry.path();
                if path.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
            }
        }
        Ok(())
    }

    /// Writes a file, unless it is what it should be.
    pub fn file(&self, place: &str, bytes: &[u8]) -> Result<()> {
        let path = self.root.join(place);
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        fs::write(&path, bytes).with_context(|| path.display().to_string())
    }

    /// The package's manifest, as a workspace of its own without what tests and the generator need.
    pub fn manifest(&self, tree: &Tree) -> Result<()> {
        let text = fs::read_to_string(tree.root.join("Cargo.toml")).context("Cargo.toml")?;
        let mut manifest: DocumentMut = text.parse().context("Cargo.toml")?;
        for section in ["build-dependencies", "dev-dependencies", "test", "bench", "example"] {
            manifest.remove(section);
        }
        let workspace = manifest.entry("workspace").or_insert_with(|| Item::Table(Table::new()));
        workspace["members"] = value(toml_edit::Array::new());
        self.file("Cargo.toml", manifest.to_string().as_bytes())
    }

    /// What the generator made, and a build script that puts it where the library looks for it.
    pub fn generated(&self, generated: &Generated) -> Result<()> {
        self.file("build.rs", BUILD.as_bytes())?;
        generated.files().iter().try_for_each(|(name, code)| self.file(&format!("generated/{name}"), code.as_bytes()))
    }
}
