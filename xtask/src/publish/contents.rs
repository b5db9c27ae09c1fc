//! What the packages hold: what their users need, and nothing else.

use anyhow::Result;

use super::workspace::Workspace;
use super::{CRATES, Checked};

/// Folders and files that no package holds, by what their path begins with or has in it.
const UNWANTED: [&str; 6] = [".ci/", ".github/", "archive/", "target/", "xtask/", "tests/old/"];

/// crates.io takes packages up to this size, compressed.
const LIMIT: u64 = 10 * 1024 * 1024;

pub(super) fn check(workspace: &Workspace) -> Result<Checked> {
    let mut faults = Vec::new();
    let mut counts = Vec::new();
    for name in CRATES {
        let list = workspace.output(&["package", "--list", "--allow-dirty", "--package", name])?;
        faults.extend(unwanted(&list).into_iter().map(|path| {
            format!("{name}: the package holds {path}: leave it out with `exclude` or `include` in its Cargo.toml")
        }));
        counts.push(format!("{name} {} files", list.lines().count()));
    }
    Ok(Checked::of(faults, counts.join(", ")))
}

fn unwanted(list: &str) -> Vec<&str> {
    let is_unwanted =
        |path: &&str| UNWANTED.iter().any(|part| path.starts_with(part) || path.contains(&format!("/{part}")));
    list.lines().filter(is_unwanted).collect()
}

/// Whether crates.io would take a package of this size.
pub(super) fn too_large(name: &str, bytes: u64) -> Option<String> {
    (bytes > LIMIT).then(|| format!("{name}: {bytes} bytes compressed; crates.io takes {LIMIT}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_and_test_data_stay_out() {
        let list = "Cargo.toml\nsrc/lib.rs\nopenapi/archive/1.json\narchive/x\nsrc/archive.rs\n.ci/run";
        assert_eq!(unwanted(list), ["openapi/archive/1.json", "archive/x", ".ci/run"]);
        assert_eq!(too_large("a", LIMIT), None);
        assert!(too_large("a", LIMIT + 1).is_some());
    }
}
